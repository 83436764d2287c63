"""Sentences that studies of evacuations share: the doors, and how far from what no plan can beat."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from resilience_sim.models.egress import Draws, EgressInputs, Nearest, Path
from resilience_sim.models.egress.kernel import simulate
from resilience_sim.models.egress.measures import door_table
from resilience_sim.models.egress.theory.quickest import quickest_flow
from resilience_sim.studies.evacuation import rerouted

__all__ = ["Walk", "doors", "floors"]

Walk = tuple[EgressInputs, Draws, Path]


def doors(walks: Sequence[Walk], names: Sequence[tuple[str, str, str]], language: str) -> str:
    """Per exit: first out, last out, flow, longest queue; means over walks, seconds from the alarm.

    Parameters
    ----------
    walks
        Of one kind of evacuation.
    names
        Doors, and what they are called in Chinese and English.
    language
        Of the sentence.
    """
    tables = [(one[1].alarm_s, door_table(one[0], one[2]).query("exit").set_index("door")) for one in walks]
    told = []
    for door, zh, en in names:
        rows = [(alarm_s, table.loc[door]) for alarm_s, table in tables if table.loc[door].persons > 0]
        if not rows:
            told.append(f"{zh}无人通过" if language == "zh" else f"{en}: nobody")
            continue
        first, last = (float(np.mean([row[column] - at for at, row in rows])) for column in ("first_s", "last_s"))
        flow, capacity, queue = (
            float(np.nanmean([row[column] for _, row in rows]))
            for column in ("flow_pps", "capacity_pps", "longest_queue")
        )
        told.append(
            f"{zh}首人 {first:.0f} 秒、末人 {last:.0f} 秒，流量 {flow:.2f} 人/秒（最大 {capacity:.2f}），"
            f"最长排队 {queue:.0f} 人"
            if language == "zh"
            else f"{en} first out {first:.0f} s, last {last:.0f} s, flow {flow:.2f}/s of {capacity:.2f}/s, "
            f"longest queue {queue:.0f}"
        )
    if language == "zh":
        return f"各出口（自警报起，平均）：{'；'.join(told)}。门的通行能力是输入，不是预测。"
    return f"Exits (from the alarm, means): {'; '.join(told)}. The flow of a door is an input."


def floors(walks: Sequence[Walk], language: str) -> str:
    """Mean time until all are out, against the nearest exit for all and what no choice of doors can beat."""
    as_is = _mean([_last(path) - drawn.alarm_s for _, drawn, path in walks])
    nearest = _mean([_last(simulate(rerouted(inputs, Nearest()), drawn)) - drawn.alarm_s for inputs, drawn, _ in walks])
    floor = _mean([quickest_flow(inputs, drawn).last_s - drawn.alarm_s for inputs, drawn, _ in walks])
    above, above_nearest = (100 * (one / floor - 1) for one in (as_is, nearest))
    if math.isclose(as_is, nearest, rel_tol=1e-9):  # all went by the nearest door: nothing to compare
        if language == "zh":
            return f"自警报起全部撤出平均 {as_is:.0f} 秒；任何走法都不能早于 {floor:.0f} 秒（多 {above:.0f}%）。"
        return (
            f"From the alarm all are out in {as_is:.0f} s on average; no choice of doors can beat {floor:.0f} s "
            f"({above:.0f} % above it)."
        )
    if language == "zh":
        return (
            f"自警报起全部撤出平均 {as_is:.0f} 秒；各走最近的门 {nearest:.0f} 秒；任何走法都不能早于 {floor:.0f} 秒"
            f"（分别多 {above:.0f}%、{above_nearest:.0f}%）。"
        )
    return (
        f"From the alarm all are out in {as_is:.0f} s on average; by the nearest door {nearest:.0f} s; no choice of "
        f"doors can beat {floor:.0f} s ({above:.0f} % and {above_nearest:.0f} % above it)."
    )


def _last(path: Path) -> float:
    return float(path.out_s[path.start_s < np.inf].max(initial=0.0))


def _mean(seconds: Sequence[float]) -> float:
    return math.fsum(seconds) / len(seconds)
