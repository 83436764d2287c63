"""What the service hall's calls report beside their verdicts, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from resilience_sim.units import MINUTE, to_base

if TYPE_CHECKING:
    from resilience_sim.studies.service_hall.calls import HallCalls

__all__ = ["notes"]

BLOCKS = 10  # of events that a sentence's medians are of
ORDERS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("P5-12.a", "police_told"): ("110 得知抢劫（旁人也报警）", "110 knows of a robbery (others call, too)"),
    ("P5-12.b", "police_told"): ("110 得知抢劫（只有当事人员报警）", "110 knows of a robbery (the clerk alone calls)"),
    ("P5-15.a", "call_119"): ("119 得知火灾（扑救不成再报）", "119 knows of a fire (called when the fight failed)"),
    ("P5-15.b", "call_119"): ("119 得知火灾（发现即报）", "119 knows of a fire (called at discovery)"),
    ("P5-15.c", "water"): ("起火到出水（有人引导）", "ignition to water (guided)"),
    ("P5-15.d", "water"): ("起火到出水（无人引导）", "ignition to water (not guided)"),
    ("P5-22.a", "call_120"): ("120 得知重病（发现即拨）", "120 knows of a grave illness (called when seen)"),
    ("P5-22.b", "call_120"): ("120 得知重病（先观察）", "120 knows of a grave illness (watched first)"),
}


def notes(study: HallCalls, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
    """How long it takes until each of them knows, with the plan's order and without, and how often they never do."""
    told = _medians(study, seed, language)
    return [told, _help(study, seed, language)] if told else []


def _medians(study: HallCalls, seed: int, language: str) -> str:
    parts = []
    for question in study.questions():
        named = ORDERS.get((question.claim.id, question.measure))
        if named is None:
            continue
        rows = [study.replicate(question.situation, seed, block)[question.measure] for block in range(BLOCKS)]
        minutes = to_base(float(np.median(np.hstack(rows))), question.unit) / MINUTE
        parts.append(f"{named[0]} {minutes:.1f} 分钟" if language == "zh" else f"{named[1]} {minutes:.1f} min")
    if not parts:
        return ""
    if language == "zh":
        return f"按预案次序与不按的用时（中位数）：{'，'.join(parts)}。"
    return f"With the plan's orders and without, medians: {', '.join(parts)}."


def _help(study: HallCalls, seed: int, language: str) -> str:
    """Who is in the hall how long after help was asked for, by how many are asked for."""
    question = next((one for one in study.questions() if one.measure == "help_there"), None)
    if question is None:
        return ""
    parts = []
    for persons in (1, 2, 4, 6):
        setting = study.set_to(question, "fewer_asked", persons)
        there = np.hstack([study.replicate(setting, seed, block)["help_there"] for block in range(BLOCKS)])
        minutes, missing = float(np.median(there)), float(np.mean(np.isinf(there)))
        if np.isinf(minutes):
            parts.append(f"{persons} 人多半凑不齐" if language == "zh" else f"{persons}: mostly never all")
        elif language == "zh":
            parts.append(f"{persons} 人 {minutes:.0f} 分钟（{100 * missing:.0f}% 凑不齐）")
        else:
            parts.append(f"{persons}: {minutes:.0f} min ({100 * missing:.0f} % never all)")
    if language == "zh":
        return f"请上级调人，全部到位的中位数：{'，'.join(parts)}。"
    return f"Help asked of superiors, and when the last of them is there (median): {', '.join(parts)}."
