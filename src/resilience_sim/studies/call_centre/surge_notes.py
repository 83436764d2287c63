"""What the call centre's surges have to report beside verdicts: when each level is called, and when it may go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.plans.register import Plan
from resilience_sim.studies.call_centre.surge_events import Surge, SurgeEvents
from resilience_sim.studies.call_centre.surge_rules import support
from resilience_sim.studies.call_centre.surge_stand_down import EVENTS, LOSES_AT_MOST, Outcome, StandDown, stand_down
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
    found = stand_down(events, support(plan, events.site, 3), seed)
    holds = [_hold(hold_s, one, language) for hold_s, one in found.by_hold.items()]
    return [*sentences, _standing_down(found, language), *holds, _recommended(found, language)]


def _level(after_s: Floats, level: int, language: str) -> str:
    """When a level is called, the median of the crises in which it is, and in what share of them."""
    made = after_s[np.isfinite(after_s)]
    if not len(made):
        return f"{NAMES[level]}未启动" if language == "zh" else f"level {level + 1} never called"
    minutes, share = float(np.median(made)) / MINUTE, 100 * len(made) / len(after_s)
    if language == "zh":
        return f"{NAMES[level]} {minutes:.0f} 分钟（占 {share:.0f}%）"
    return f"level {level + 1} called after {minutes:.0f} min (in {share:.0f} %)"


def _standing_down(found: StandDown, language: str) -> str:
    """What the rule is, and against what its holds are set."""
    if language == "zh":
        return (
            "何时解除支援（预案未写明）：接通率达到受控标准并保持一段时间后，二、三级人员撤离；来电恢复平常并保持同样时间后，"
            "一级人员撤离；再次失控则重新联络。以下与全员留到危机结束后一小时"
            f"（{found.hours_if_kept:.0f} 工时）相比，各取 {EVENTS} 次模拟危机，括号内为 95% 区间。"
        )
    return (
        "Standing down, of which the plan says nothing: levels two and three go once the answer rate has counted as "
        "control for a time, level one once calls have been as usual for as long; whoever is needed is called again. "
        f"What follows is against all staying until an hour after the crisis ({found.hours_if_kept:.0f} staff-hours), "
        f"over {EVENTS} crises, with 95 % intervals."
    )


def _hold(hold_s: float, one: Outcome, language: str) -> str:
    """What a hold loses, how often somebody is called again, and the hours it takes."""
    minutes, (low, high), (few, many) = hold_s / MINUTE, one.lost_between, one.again_between
    if language == "zh":
        when = f"满 {minutes:.0f} 分钟再撤" if hold_s else "一受控就撤"
        return (
            f"{when}：接通率少 {one.lost:.1f} 个百分点（{low:.1f} 至 {high:.1f}），"
            f"{100 * one.again:.0f}% 的危机须再次叫人（{100 * few:.0f}% 至 {100 * many:.0f}%），"
            f"用 {one.hours:.0f} 工时。"
        )
    when = f"Released after {minutes:.0f} min" if hold_s else "Released at once"
    return (
        f"{when}: {one.lost:.1f} points less answered ({low:.1f} to {high:.1f}), somebody called again in "
        f"{100 * one.again:.0f} % of crises ({100 * few:.0f} % to {100 * many:.0f} %), {one.hours:.0f} staff-hours."
    )


def _recommended(found: StandDown, language: str) -> str:
    """The shortest hold that loses no more than what is acceptable."""
    if found.hold_s is None:
        if language == "zh":
            return f"解除建议：以上时间都会使接通率损失超过 {LOSES_AT_MOST:g} 个百分点，支援人员宜留到危机结束。"
        return (
            f"Recommended: let nobody go before the crisis is over; each of these times may lose more than "
            f"{LOSES_AT_MOST:g} point of the answer rate."
        )
    minutes, saved = found.hold_s / MINUTE, found.hours_if_kept - found.by_hold[found.hold_s].hours
    if language == "zh":
        return (
            f"解除建议：受控满 {minutes:.0f} 分钟后解除，是接通率损失不超过 {LOSES_AT_MOST:g} 个百分点的最短时间，"
            f"每次危机少用 {saved:.0f} 工时。"
        )
    return (
        f"Recommended: let people go after {minutes:.0f} min under control, the shortest of these times that loses no "
        f"more than {LOSES_AT_MOST:g} point of the answer rate; it saves {saved:.0f} staff-hours a crisis."
    )
