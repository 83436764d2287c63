"""The words of the call centre's reports and repairs."""

from __future__ import annotations

from resilience_sim.reports.vocabulary.entries import Vocabulary

__all__ = ["WORDS"]

WORDS = Vocabulary(
    measures={
        "supervisor_told": ("主管得知", "supervisor told"),
        "leaders_told": ("超过十分钟后主管、经理均得知", "both leaders told, past the ten minutes"),
        "recovery_told": ("恢复后告知完毕", "told that it is back"),
        "mains_told": ("专员、经理均得知断电", "specialist and manager told"),
        "centre_superior_told": ("主管或经理得知", "supervisor or manager told"),
        "manager_told": ("经理得知", "manager told"),
        "reserves_in_place": ("候补到位", "reserves in place"),
        "seat_response": ("专员开始修座席", "specialist at the seat"),
        "seat_repaired": ("座席修复", "seat repaired"),
        "application_response": ("专员开始处理", "specialist at work"),
        "application_restored": ("应用程序恢复", "application back"),
        "wiring_reported": ("主管得知线路故障", "supervisor told of the wiring"),
        "wiring_repaired": ("线路修复", "wiring repaired"),
        "power_gap": ("断电时间", "without power"),
        "cooling_called": ("通知到空调维修人员", "repairers called"),
        "cooling_repaired": ("空调修复", "air-conditioning repaired"),
        "trouble_passed_on": ("异常转到责任部门", "trouble passed on"),
        "records_lost": ("丢失的数据", "data lost"),
    },
    scenarios={"storm_burst": ("灾害下同时故障", "storm, many at once")},
    loads={
        "calling.answered": ("接听比例", "calls answered"),
        "calling.attempt": ("一次呼叫用时", "length of a call"),
        "calling.attempts": ("每人呼叫轮数", "tries for each person"),
        "call_up.arrival_median": ("路上用时", "time to arrive"),
        "repair.scale": ("修复时间倍数", "repair times"),
        "storm.seats": ("同时损坏的座席", "seats at once"),
        "trouble.share_of_calls": ("反映异常的来电", "calls about trouble"),
        "backup.succeeds": ("备份可恢复比例", "copies that can be restored"),
    },
    readings={
        "foreseen": ("一判断就通知", "as soon as foreseen"),
        "elapsed": ("到点才通知", "when time is up"),
        "acted_on": ("每次都找供应商", "vendor always called"),
        "considered": ("有时找供应商", "vendor now and then"),
        "not_acted_on": ("不找供应商", "vendor never called"),
        "behind_the_fault": ("发电机帮不上", "generator no help"),
        "before_the_fault": ("发电机能供电", "generator helps"),
        "two_or_more": ("两人起通知", "two or more"),
        "only_grave": ("只报严重事故", "only grave ones"),
        "from_callers": ("从来电发现", "from callers"),
        "not_from_callers": ("不看来电", "not from callers"),
    },
    options={
        "deadline_and_tries": ("时限与呼叫轮数", "deadline and tries"),
        "repair_and_tries": ("修复时限与呼叫轮数", "repair time and tries"),
        "answered_and_tries": ("接听比例与呼叫轮数", "calls answered and tries"),
        "specialists_and_tries": ("专员人数与呼叫轮数", "specialists and tries"),
        "vendor_call": ("找供应商", "calling the vendor"),
        "sign_and_tries": ("异常来电数与呼叫轮数", "calls that are a sign, and tries"),
        "weekly_copies": ("备份间隔", "time between copies"),
        "reserves_listed": ("候补名单人数", "reserves on the list"),
    },
    costs={
        "centre_deadline_and_tries": ("承诺 {cost:.0f} 分钟", "{cost:.0f} min promised"),
        "centre_repair_and_tries": ("承诺 {cost:.0f} 分钟", "{cost:.0f} min promised"),
        "centre_answered_and_tries": ("接听比例提高 {cost:.0f} 个百分点", "{cost:.0f} points more answered"),
        "centre_specialists_and_tries": (
            "{cost:.0f} 人次（每多一人计 100）",
            "{cost:.0f} (100 for each person, 1 for each try)",
        ),
        "centre_vendor_call": ("每百次故障找供应商 {cost:.0f} 次", "vendor called in {cost:.0f} of 100 failures"),
        "centre_sign_and_tries": ("每月误报 {cost:.2g} 次", "{cost:.2g} false signs a month"),
        "centre_weekly_copies": ("每年备份 {cost:.0f} 次", "{cost:.0f} copies a year"),
        "centre_reserves_listed": ("名单 {cost:.0f} 人", "{cost:.0f} on the list"),
    },
)
