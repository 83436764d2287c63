"""What the service hall's queue reports beside its verdicts, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.studies.service_hall.queue_days import capacity, counters, mean_service_s
from resilience_sim.units import HOUR, MINUTE

if TYPE_CHECKING:
    from resilience_sim.studies.service_hall.queue import HallQueue

__all__ = ["notes"]

Floats = npt.NDArray[np.float64]

BLOCKS = 4  # of days that a sentence's means are of


def notes(study: HallQueue, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
    """How the usual day is sized; what each measure brings in a surge; who is told that the system is back."""
    if not study.questions():
        return []
    return [_sized(study, language), _surge(study, seed, language), _told(study, seed, language)]


def _drawn(study: HallQueue, seed: int, topic: str, read: str, measure: str) -> Floats:
    day = study.day(topic, read)
    return np.hstack([study.replicate(day, seed, block)[measure] for block in range(BLOCKS)])


def _mean(study: HallQueue, seed: int, topic: str, read: str, measure: str) -> float:
    return float(_drawn(study, seed, topic, read, measure).mean())


def _sized(study: HallQueue, language: str) -> str:
    site = study.site
    count, load, service = counters(site), site.base("usual.load"), mean_service_s(site) / MINUTE
    hourly = load * capacity(site) * HOUR
    safe = site.base("hall.crowding") * site.base("fire.room_area")
    if language == "zh":
        return (
            f"平日客流没有公布数据，按开放的 {count} 个台席、平均每笔 {service:.1f} 分钟、台席利用率 {100 * load:.0f}% "
            f"推算，每小时约 {hourly:.0f} 人；厅内安全人数 {safe:.0f} 人。"
        )
    return (
        f"No figures say how many customers come on a usual day: {count} open counters busy {100 * load:.0f} % of "
        f"the time, {service:.1f} min each, make {hourly:.0f} an hour; up to {safe:.0f} persons are safe inside."
    )


def _surge(study: HallQueue, seed: int, language: str) -> str:
    shares = [
        _mean(study, seed, topic, read, "served_in_time")
        for topic, read in (("hall_counters", "none_added"), ("hall_counters", "counters_added"), ("hall_helped", ""))
    ]
    care = [_mean(study, seed, "hall_care", read, "care_wait") for read in ("by_number", "care_first")]
    more = _mean(study, seed, "hall_care", "care_first", "others_wait_more")
    none, added, helped = shares
    turn, first = care
    if language == "zh":
        return (
            f"客流激增时按标准等候时间办成的客户（平均）：不增开台席 {none:.0f}%，增开备用台席 {added:.0f}%，"
            f"请上级调人 {helped:.0f}%；老弱病残客户等候（95% 不超过）由 {turn:.0f} 分钟减到 {first:.0f} 分钟，"
            f"其他客户平均多等 {more:.1f} 分钟。"
        )
    return (
        f"Served within the standard wait in a surge, mean: no counter added {none:.0f} %, spare counters opened "
        f"{added:.0f} %, agents sent by superiors {helped:.0f} %. Those in care wait (95 % no longer) {first:.0f} min "
        f"instead of {turn:.0f} if they go first, and the others {more:.1f} min longer in the mean."
    )


def _told(study: HallQueue, seed: int, language: str) -> str:
    taken, told, after = (
        float(np.median(_drawn(study, seed, "hall_told", "", measure)))
        for measure in ("recorded", "restoration_told", "told_after")
    )
    if language == "zh":
        return (
            f"业务系统每次故障留下 {taken:.0f} 个电话，恢复后 {after:.1f} 小时打完，"
            f"其中通知到 {told:.0f}%（均为中位数）。"
        )
    return (
        f"A failure of the business system leaves {taken:.0f} numbers; they are phoned within {after:.1f} h of "
        f"restoration, and {told:.0f} % are told (medians)."
    )
