"""What the study of food poisoning reports beside its verdicts, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from resilience_sim.studies.kindergarten.illness_events import (
    OF_THE_GRAVE,
    Happened,
    Poisoning,
    happened,
    measured,
)

if TYPE_CHECKING:
    from resilience_sim.studies.kindergarten.illness import Illnesses

__all__ = ["median_min", "notes"]

EVENTS = 100  # events that a sentence averages over
PLACES = (2, 3, 4, 6)
NUMBERS = (1, 2, 3, 4)


def notes(study: Illnesses, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
    """How many fall ill, what each order and each helper changes, and what more places or ambulances would."""
    return [write(study, seed, language) for write in (_ill, _orders, _places, _ambulances)]


def _events(study: Illnesses, setting: Poisoning, seed: int) -> Happened:
    return happened(setting, study.meal(setting), seed, 0, EVENTS)


def median_min(study: Illnesses, setting: Poisoning, seed: int, measure: str) -> float:
    """The median of a measure over the same events, in minutes; inf where half of them never come to it."""
    return float(np.median(measured(_events(study, setting, seed))[measure]))


def _ill(study: Illnesses, seed: int, language: str) -> str:
    told = []
    names = (("mass_poisoning", "集体中毒", "mass poisoning"), ("usual_poisoning", "一般中毒", "usual"))
    for scenario, zh, en in names:
        setting = study.setting(scenario, {})
        illness = _events(study, setting, seed).illness
        ill, grave = len(illness.event) / EVENTS, np.count_nonzero(illness.grave) / EVENTS
        # Who would fall ill in all, by the share: the others do so at home.
        home = sum(study.meal(setting).sizes) * study.meal(setting).share - ill
        if language == "zh":
            told.append(f"{zh}在园内发病平均 {ill:.1f} 名幼儿，其中须住院 {grave:.1f} 名，离园后发病 {home:.1f} 名")
        else:
            told.append(f"{en}: on average {ill:.1f} children fall ill here, {grave:.1f} gravely, {home:.1f} at home")
    return f"{'；'.join(told)}。" if language == "zh" else f"Food poisoning, {'; '.join(told)}."


def _orders(study: Illnesses, seed: int, language: str) -> str:
    """What is compared on the same children, medians over the events of the mass poisoning."""
    plain = study.setting("mass_poisoning", {}, one_grave=True)

    def of(setting: Poisoning, measure: str) -> float:
        return median_min(study, setting, seed, measure)

    alone, helped = (of(replace(plain, leader_helps=one), "waits") for one in (False, True))
    come, grave = (of(replace(plain, by_gravity=one), "care_grave") for one in (False, True))
    first, straight = (of(replace(plain, treated_first=one), "in_hospital") for one in (True, False))
    if language == "zh":
        return (
            f"集体中毒（最慢一名的中位数）：发现后等人来送，只由配班教师送 {alone:.1f} 分钟，主管领导一起送 "
            f"{helped:.1f} 分钟；自出现症状起，重者得到初步救治，先到先治 {come:.0f} 分钟，重者先治 {grave:.0f} 分钟；"
            f"重者到医院，先处置再送 {first:.0f} 分钟，不经处置即送 "
            f"{straight:.0f} 分钟（误判为重者的也占座位）。"
        )
    return (
        f"Mass poisoning (the slowest child, median): seen to be ill, it waits {alone:.1f} min for the second teacher "
        f"alone, {helped:.1f} min with the leader's help; from symptoms, the grave are treated after {come:.0f} min "
        f"first come first served, {grave:.0f} min by gravity; they are in the hospital after {first:.0f} min treated "
        f"first, {straight:.0f} min straight away, where those wrongly judged grave take seats."
    )


def _listed(
    study: Illnesses, seed: int, numbers: Sequence[int], change: Callable[[Poisoning, int], Poisoning], measure: str
) -> tuple[str, str]:
    plain = study.setting("mass_poisoning", {}, one_grave=measure in OF_THE_GRAVE)
    medians = [median_min(study, change(plain, number), seed, measure) for number in numbers]
    return " / ".join(f"{number}" for number in numbers), " / ".join(f"{value:.0f}" for value in medians)


def _places(study: Illnesses, seed: int, language: str) -> str:
    places, minutes = _listed(study, seed, PLACES, lambda one, n: replace(one, places=n), "care")
    staff = study.setting("mass_poisoning", {}).staff
    if language == "zh":
        return f"医务室 {places} 个床位、{staff} 人救治时，最后一名患儿自出现症状到初步救治（中位数）{minutes} 分钟。"
    return (
        f"With {places} places and a staff of {staff} the last child is treated {minutes} min after its symptoms "
        "(median)."
    )


def _ambulances(study: Illnesses, seed: int, language: str) -> str:
    ambulances, minutes = _listed(study, seed, NUMBERS, lambda one, n: replace(one, ambulances=n), "in_hospital")
    seats = study.setting("mass_poisoning", {}).seats
    if language == "zh":
        return f"救护车 {ambulances} 辆、每辆送 {seats} 名时，最后一名重者自出现症状到医院（中位数）{minutes} 分钟。"
    return (
        f"With {ambulances} ambulances of {seats} children each the last of the grave is in the hospital {minutes} min "
        "after its symptoms (median)."
    )
