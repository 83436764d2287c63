"""What the call centre's surges have to report beside verdicts: when each level is called, and is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.plans.register import Plan
from resilience_sim.studies.call_centre.surge_events import Surge, SurgeEvents
from resilience_sim.studies.call_centre.surge_rules import support
from resilience_sim.units import MINUTE

__all__ = ["notes"]

Floats = npt.NDArray[np.float64]

NOTED = 6  # blocks
READ = (
    (False, "自上一级发出联络起算", "from the call-up of the level before"),
    (True, "自上一级到位起算", "from its being in place"),
)
NAMES = ("一级", "二级", "三级")


def notes(events: SurgeEvents, plan: Plan, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
    """In a crisis, after how long each level is called, and in what share of them, by both readings."""
    sentences = []
    for in_place, zh, en in READ:
        setting = Surge("crisis_surge", support(plan, events.site, 3, in_place=in_place))
        after_s = np.concatenate([events.called_after_s(setting, seed, k) for k in range(NOTED)])
        told = [_level(after_s[:, level], level, language) for level in range(after_s.shape[1])]
        if language == "zh":
            sentences.append(f"来电数倍于平时并持续数小时的危机中，三十分钟{zh}，各级启动时刻：{'，'.join(told)}。")
        else:
            sentences.append(f"In a crisis, the thirty minutes counted {en}: {', '.join(told)}.")
    return sentences


def _level(after_s: Floats, level: int, language: str) -> str:
    """When a level is called, the median of the crises in which it is, and in what share of them."""
    made = after_s[np.isfinite(after_s)]
    if not len(made):
        return f"{NAMES[level]}未启动" if language == "zh" else f"level {level + 1} never called"
    minutes, share = float(np.median(made)) / MINUTE, 100 * len(made) / len(after_s)
    if language == "zh":
        return f"{NAMES[level]} {minutes:.0f} 分钟（占 {share:.0f}%）"
    return f"level {level + 1} called after {minutes:.0f} min (in {share:.0f} %)"
