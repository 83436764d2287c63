"""The words of line crews: how long lines are out, and how many crews an area has."""

from __future__ import annotations

from resilience_sim.reports.vocabulary.entries import Vocabulary

__all__ = ["WORDS"]

WORDS = Vocabulary(
    measures={
        "line_back": ("最慢一条线路恢复", "slowest line back"),
        "crew_wait": ("等抢修队最久", "longest wait for a crew"),
    },
    scenarios={"trigger_lines": ("达到启动条数", "lines of the trigger")},
    loads={
        "lines.repair_mean": ("单条线路抢修用时", "repair of a line"),
        "lines.back_within": ("线路恢复时限", "lines back within"),
    },
    readings={
        "own_area": ("各修各的", "own area"),
        "lent": ("互相支援", "crews lent"),
    },
    options={"crews": ("抢修队数", "crews")},
    costs={"line_crews": ("每个区域 {cost:.0f} 队", "{cost:.0f} crews in each area")},
)
