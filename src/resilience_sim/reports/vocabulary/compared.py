"""The words of what scenarios set and assumptions that are moved, where no other subject has them."""

from __future__ import annotations

from resilience_sim.reports.vocabulary.entries import Vocabulary

__all__ = ["WORDS"]

WORDS = Vocabulary(
    loads={
        "P2-08.report_within": ("报告时限", "time to report"),
        "P3-32.children_per_ambulance": ("每车幼儿数", "children in each ambulance"),
        "P4-32.extra_agents": ("支援人数", "people called in"),
        "P4-32.in_place_within": ("到位时限", "time to be in place"),
        "ambulance.round_trip": ("救护车往返用时", "ambulance's round trip"),
        "calling.between_attempts": ("两次拨打的间隔", "time between calls"),
        "outage_calls.delay_median": ("来电延迟中位数", "time until customers call, median"),
        "outage_calls.handling_mean": ("停电来电的通话时长", "handling time of outage calls"),
        "outage_calls.late_share": ("迟来的来电比例", "share who call late"),
        "patience.mean": ("平均耐心", "patience, mean"),
        "roster.absence": ("缺勤比例", "share absent"),
        "sick_room.treatment": ("医务室处置用时", "treatment in the sick room"),
        "support.lead_time": ("支援到位用时", "time until support is there"),
        "surge.length": ("激增时长", "length of the surge"),
        "triage.per_child": ("每名幼儿分诊用时", "triage of each child"),
    },
)
