"""The service hall's queue: surges and their measures, a system that fails, staff away from their counters."""

from __future__ import annotations

from resilience_sim.reports.vocabulary.entries import Vocabulary

__all__ = ["WORDS"]

WORDS = Vocabulary(
    measures={
        "surge_noticed": ("激增到启动措施", "surge until measures start"),
        "false_starts": ("平时误启动", "false starts"),
        "served_in_time": ("按时办成的客户", "served in time"),
        "counter_opens": ("增开台席用时", "time to open a counter"),
        "most_crowded": ("厅内最大密度", "most crowded"),
        "last_served": ("下班后办完", "last served after closing"),
        "sent_away": ("下班时未办成", "sent away"),
        "served_more": ("多办成的客户", "more served"),
        "care_wait": ("老弱病残客户等候", "wait of those in care"),
        "others_wait_more": ("其他客户多等", "others wait longer by"),
        "served_that_day": ("当天办成的客户", "served that day"),
        "restoration_told": ("通知到的客户", "told of restoration"),
        "told_after": ("恢复后通知完毕", "all phoned after"),
        "record_time": ("登记一个电话", "to take a number"),
        "next_day_in_time": ("次日按时办成", "served in time next day"),
        "wait_more": ("其间客户多等", "customers wait longer by"),
    },
    scenarios={
        "surge": ("客流激增", "surge"),
        "disturbance": ("扰乱秩序", "disturbance"),
        "injury": ("客户受轻伤", "light injury"),
        "found_property": ("客户遗留物品", "found property"),
    },
    loads={
        "surge.factor": ("激增倍数", "customers, of usual"),
        "service.other_mean": ("其他业务用时", "time of other business"),
        "counters.open": ("开放台席", "counters open"),
        "counters.opening": ("开一个台席用时", "time to open a counter"),
        "customers.in_care": ("需照顾客户的比例", "share in care"),
        "usual.load": ("平日台席利用率", "counters busy usually"),
        "system.affects": ("不能办理的业务", "business affected"),
        "calling.answered_day": ("白天接听比例", "calls answered by day"),
        "manual.record": ("登记用时", "time to take a number"),
        "disturbance.step": ("每步用时", "time of each step"),
        "property.counting": ("清点用时", "time to count"),
        "help.asked_at": ("请求调派时每台席排队人数", "queue at which help is asked for"),
    },
    readings={
        "by_length": ("看排队人数", "by queue"),
        "by_wait": ("看等候时间", "by wait"),
        "by_load": ("看业务量", "by load"),
        "counters_added": ("增开台席", "counters added"),
        "none_added": ("不增开台席", "none added"),
        "served_to_the_last": ("到场的全部办完", "served to the last"),
        "until_new_closing": ("到新下班时间为止", "until new closing"),
        "care_first": ("优先受理", "care first"),
        "by_number": ("按次序受理", "in turn"),
        "all_business": ("全部业务停办", "all business"),
        "part_of_business": ("部分业务停办", "part of business"),
    },
    options={
        "seen_at": ("启动标准", "threshold"),
        "counters_at_queue": ("何时增开几个台席", "queue and counters"),
        "extend": ("延长时间", "hours extended"),
        "ask_at": ("何时请求调派几人", "when to ask, for how many"),
        "promise_record": ("登记时限", "time to take a number"),
        "call_tries": ("回电次数", "tries to phone"),
        "away_for": ("离岗时间", "time away"),
    },
    costs={
        "hall_promise": ("最短可承诺", "the shortest that holds"),
        "hall_promise_record": ("最短可承诺", "the shortest that holds"),
        "hall_seen_at": ("{cost:.0f}% 的日子误启动", "false starts on {cost:.0f} % of days"),
        "hall_counters_at_queue": ("每次激增增加 {cost:.1f} 工时", "{cost:.1f} more staff-hours a surge"),
        "hall_extend": ("每次激增增加 {cost:.1f} 工时", "{cost:.1f} more staff-hours a surge"),
        "hall_ask_at": ("每次激增增加 {cost:.1f} 工时", "{cost:.1f} more staff-hours a surge"),
        "hall_call_tries": ("每次故障打电话 {cost:.1f} 工时", "{cost:.1f} staff-hours of calls a failure"),
        "hall_away_for": ("比上限少 {cost:g} 分钟", "{cost:g} min below the bound"),
    },
    none={
        "false_starts": ("平时不误启动", "no false start"),
        "sent_away": ("下班时全部办成", "nobody sent away"),
    },
)
