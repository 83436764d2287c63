"""The service hall's calls, the cut of its power, and its business system."""

from __future__ import annotations

from resilience_sim.reports.vocabulary.entries import Vocabulary

__all__ = ["WORDS"]

WORDS = Vocabulary(
    measures={
        "group_told": ("领导小组得知", "leading group knows"),
        "superior_asked": ("向上级提出请求", "superiors asked"),
        "help_there": ("调派人员到齐", "all sent are there"),
        "police_told": ("110 得知", "110 knows"),
        "both_told": ("110 和经理得知", "110 and manager know"),
        "call_119": ("119 得知", "119 knows"),
        "call_120": ("120 得知", "120 knows"),
        "head_there": ("负责人和安保到场", "head and guard there"),
        "police_after": ("到场到 110 得知", "arrival until 110 knows"),
        "call_110": ("决定报警到 110 得知", "decision until 110 knows"),
        "counters_closed": ("停办的台席", "counters closed"),
        "family_told": ("家属或单位得知", "family or employer knows"),
        "inside_at_cut": ("断电时厅内人数", "inside at the cut"),
        "cut_after": ("警报到断电", "alarm to power cut"),
        "cutter_margin": ("断电人员撤出距烟气封路", "who cuts out before smoke by"),
        "partner_responds": ("维护单位响应", "partner responds"),
        "estimate_error": ("预计时长的误差", "error of the estimate"),
    },
    scenarios={
        "system_down": ("业务系统故障", "system down"),
        "by_record": ("按已有记录估计", "estimate as on record"),
        "by_kind": ("只凭故障种类估计", "estimate by kind only"),
    },
    loads={
        "call_up.arrival_median": ("路上用时", "time to arrive"),
        "robbery.hiding": ("躲好用时", "time to hide"),
        "egress.fight_fire": ("扑救时间", "time spent fighting"),
        "fire.found": ("起火到发现", "ignition to discovery"),
        "engine.drive": ("消防车路程", "engine's drive"),
        "siege.way": ("赶到用时", "time to come"),
        "siege.persuading": ("劝解用时", "time spent persuading"),
        "illness.noticed": ("发病到察觉", "until it is seen"),
        "staff.absence": ("缺勤率", "absence"),
        "power_cut.reach": ("到达电闸用时", "time to the switch"),
        "power_cut.pace_in_dark": ("黑暗中步速", "pace in the dark"),
        "vendor.response.median": ("维护单位响应", "partner's response"),
        "estimate.sigma": ("估计离散程度", "estimates differ by"),
    },
    readings={
        "others_call": ("旁人也报警", "others call as well"),
        "clerk_alone": ("只有当事人员报警", "clerk alone calls"),
        "guided": ("有人引导", "guided"),
        "unguided": ("无人引导", "not guided"),
        "before_out": ("撤出前断电", "before people are out"),
        "after_out": ("撤出后断电", "after people are out"),
        "called_when_seen": ("发现即拨", "called when seen"),
        "watched_first": ("先观察再拨", "watched first"),
    },
    options={
        "redial": ("不间断重拨", "redialling at once"),
        "fewer_asked": ("请求人数", "persons asked for"),
        "carers": ("帮助客户的人数", "staff who help"),
        "persuade_less": ("缩短劝解", "less persuading"),
        "cut_later": ("推迟断电", "waiting with the cut"),
        "partner_contract": ("合同响应时间", "response in the contract"),
    },
    costs={
        "hall_redial": ("每人最多多拨 {cost:.0f} 次", "up to {cost:.0f} more calls to each"),
        "hall_fewer_asked": ("比上限少 {cost:.0f} 人", "{cost:.0f} below the bound"),
        "hall_carers": ("比上限少 {cost:.0f} 人", "{cost:.0f} below the bound"),
        "hall_persuade_less": ("比上限少 {cost:g} 分钟", "{cost:g} min below the bound"),
        "hall_cut_later": ("警报后 {cost:g} 秒断电", "power on for {cost:g} s after the alarm"),
        "hall_partner_contract": ("响应快 {cost:g} 分钟", "{cost:g} min quicker"),
    },
    none={
        "inside_at_cut": ("断电时厅内无人", "nobody inside at the cut"),
        "counters_closed": ("不停办台席", "no counter closed"),
    },
)
