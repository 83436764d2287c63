"""What the service hall's study reports beside its verdicts, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from resilience_sim.studies.drilling import LEVEL, chance_noticed
from resilience_sim.studies.evacuation_notes import doors, floors
from resilience_sim.studies.service_hall.fire_events import MAIN, Burnt, Setting
from resilience_sim.units import DAY

if TYPE_CHECKING:
    from resilience_sim.studies.service_hall.fire import ServiceHall

__all__ = ["notes"]

EVENTS = 60  # fires that a sentence averages over
PER_HUNDRED = 100.0


def notes(study: ServiceHall, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
    """What takes the time, the door, what nothing can beat, the code's width, drills."""
    plain = study.setting("fire", {})
    fires = _fires(study, plain, seed)
    walks = [(one.inputs, one.draws, one.path) for one in fires]
    told = [_time(study, plain, fires, language)]
    told.append(doors(walks, [(MAIN, "正门", "main door")], language))
    told.append(floors(walks, language))
    told.append(_staff(study, plain, seed, language))
    if "code.width_per_hundred" in study.site.facts:
        told.append(_code(study, language))
    told.append(_drills(study, language))
    return told


def _fires(study: ServiceHall, setting: Setting, seed: int) -> list[Burnt]:
    hall = study.hall.at(setting.facts)
    return [hall.burn(setting, seed, k) for k in range(EVENTS)]


def _time(study: ServiceHall, plain: Setting, fires: Sequence[Burnt], language: str) -> str:
    hall = study.hall.at(plain.facts)
    alarm, out, aset = (
        float(np.median(times))
        for times in zip(*((one.draws.alarm_s, one.customers_out_s, one.aset_s) for one in fires), strict=True)
    )
    free = hall.free_staff(plain)
    if language == "zh":
        return (
            f"大厅起火（中位数，自起火起算）：{alarm:.0f} 秒后发出警报，"
            f"{hall.customers} 名客户 {out:.0f} 秒后全部撤出，"
            f"烟气 {aset:.0f} 秒后封住大厅；{hall.staff} 名员工中 {free} 人可引导客户。"
        )
    return (
        f"Fire in the hall (medians, from the ignition): the alarm after {alarm:.0f} s, the last of {hall.customers} "
        f"customers out after {out:.0f} s, smoke bars the hall after {aset:.0f} s; {free} of {hall.staff} members of "
        "staff are free for customers."
    )


def _staff(study: ServiceHall, plain: Setting, seed: int, language: str) -> str:
    """How many are free, and how long customers take."""
    told = []
    for free in (one for one in (0, 1, 2, 4, 6) if one <= study.hall.at(plain.facts).at_hand):
        out = [one.customers_out_s - one.draws.alarm_s for one in _fires(study, replace(plain, free=free), seed)]
        median = float(np.median(out))
        if np.isinf(median):
            told.append(f"{free} 人时有人撤不出去" if language == "zh" else f"{free}: some never are")
        else:
            told.append(f"{free} 人 {median:.0f} 秒" if language == "zh" else f"{free}: {median:.0f} s")
    if language == "zh":
        return f"引导客户的人数与客户全部撤出的时间（自警报起，中位数）：{'，'.join(told)}。"
    return f"Staff free for customers, and when the last customer is out (from the alarm, median): {', '.join(told)}."


def _code(study: ServiceHall, language: str) -> str:
    width, per_hundred = study.site.base("building.main_door"), study.site.base("code.width_per_hundred")
    persons = PER_HUNDRED * width / per_hundred
    hall = study.hall.at()
    if language == "zh":
        return (
            f"按规范每百人 {per_hundred:g} 米，正门 {width:g} 米可供 {persons:.0f} 人疏散，"
            f"厅内现为 {hall.customers} 人：宽度达标不等于来得及撤出。"
        )
    return (
        f"By the code's {per_hundred:g} m per 100 persons the main door of {width:g} m serves {persons:.0f}; "
        f"{hall.customers} are in the hall. Wide enough is not the same as out in time."
    )


def _drills(study: ServiceHall, language: str) -> str:
    """The law of regression in closed form, beside the drawn verdict."""
    site = study.site
    growth, spread, past = site.base("drills.growth"), site.base("drills.spread"), round(site.base("drills.past"))
    told = []
    for days in (360, 180, 90, 60, 30):
        chance = chance_noticed(
            growth=growth, within_s=site.base("drills.within"), every_s=days * DAY, spread=spread, past=past
        )
        told.append(f"{days} 天 {100 * chance:.0f}%" if language == "zh" else f"{days} d {100 * chance:.0f} %")
    within = site.base("drills.within") / DAY
    if language == "zh":
        return (
            f"演练间隔与在 {within:.0f} 天内发现用时变长 {100 * growth:.0f}% 的机会（误报 {100 * LEVEL:.0f}%）："
            f"{'，'.join(told)}。各次演练的离散程度可用 fit drills 由演练记录得出。"
        )
    return (
        f"Time between drills, and the chance to notice in {within:.0f} days that times grow by {100 * growth:.0f} % "
        f"(false alarms {100 * LEVEL:.0f} %): {', '.join(told)}. How much drills differ is told by `fit drills`."
    )
