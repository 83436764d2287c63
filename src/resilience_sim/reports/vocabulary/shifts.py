"""The words of shifts: what longer and earlier ones are worth, and who leads meanwhile."""

from __future__ import annotations

from resilience_sim.reports.vocabulary.entries import Vocabulary

__all__ = ["WORDS"]

WORDS = Vocabulary(
    measures={
        "service_gain": ("服务水平提高（百分点）", "service level better by"),
        "hand_over_drop": ("交接时在岗减少", "fewer at a hand-over"),
        "leaderless": ("无人指挥的时间", "nobody leads for"),
    },
    readings={
        "shifts_overlap": ("两班同时在岗", "shifts overlap"),
        "shifts_replace": ("提前换班", "relieved early"),
    },
    options={"leaders": ("专责人数", "specialists")},
    costs={"specialists": ("多 {cost:.0f} 名专责", "{cost:.0f} more specialists")},
    none={
        "hand_over_drop": ("交接时在岗人数不减", "no fewer at a hand-over"),
        "leaderless": ("始终有人指挥", "somebody always leads"),
    },
)
