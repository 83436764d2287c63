"""What the call centre's repair study reports beside its verdicts, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.randomness import Streams
from resilience_sim.studies.call_centre.faults_events import STORM, Kind, Played, hours_of
from resilience_sim.studies.call_centre.faults_signs import false_signs
from resilience_sim.studies.call_centre.faults_trouble import found_s
from resilience_sim.studies.limits import decided
from resilience_sim.units import HOUR, MINUTE

if TYPE_CHECKING:
    from resilience_sim.studies.call_centre.faults import Repairs

__all__ = ["notes"]

Floats = npt.NDArray[np.float64]

BLOCKS = 10  # of events that a sentence is about
NUMBERS_OF_CALLS = (2, 3, 5, 10)


def notes(study: Repairs, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
    """One specialist alone and in a storm, what is back in time, calls that count as a sign."""
    return (_queue(study, seed, language), _restored(study, seed, language), _signs(study, seed, language))


def _played(study: Repairs, name: str, storm: bool, seed: int) -> list[Played]:
    situation = study.breakdown(name, STORM if storm else "any_hour", {})
    return [study.breakdowns.play(situation, seed, k) for k in range(BLOCKS)]


def _times(blocks: Sequence[Played], kind: Kind, until: str) -> Floats:
    """Of each event the last fault of a kind, in seconds."""
    return np.concatenate([one.seconds(kind, until).max(axis=1) for one in blocks])


def _queue(study: Repairs, seed: int, language: str) -> str:
    """How long the last seat waits for the specialist."""
    alone = float(np.median(_times(_played(study, "seat_repair", False, seed), "seat", "response"))) / MINUTE
    storm = float(np.median(_times(_played(study, "seat_repair", True, seed), "seat", "response"))) / MINUTE
    seats = study.breakdown("seat_repair", STORM, {}).seats
    if language == "zh":
        return (
            f"运维专员开始处理座席故障（中位数）：单独一个座席 {alone:.0f} 分钟；"
            f"灾害下先修应用程序、再依次修 {seats} 个座席，最后一个要等 {storm:.0f} 分钟。"
        )
    return (
        f"The specialist is at work on a failed seat (median): a seat alone after {alone:.0f} min; in a storm, with "
        f"the application first and {seats} seats one after the other, on the last after {storm:.0f} min."
    )


def _restored(study: Repairs, seed: int, language: str) -> str:
    """The chance that an application is back within the plan's ten and sixty minutes, if both are in force."""
    back_s = _times(_played(study, "application_repair", False, seed), "application", "back")
    given = (decided(study.plan, "P4-06", "restored_within"), decided(study.plan, "P4-07", "unsolved_for"))
    told = [
        (f"{within_s / MINUTE:g}", f"{100 * float(np.mean(back_s <= within_s)):.0f}")
        for within_s in given
        if within_s is not None
    ]
    if language == "zh":
        return f"应用程序故障：{'，'.join(f'{minutes} 分钟内恢复的占 {share}%' for minutes, share in told)}。"
    return f"Application failures: {', '.join(f'{share} % are over within {minutes} min' for minutes, share in told)}."


def _signs(study: Repairs, seed: int, language: str) -> str:
    """How many calls count, when they have come, and how often there is nothing to it."""
    told, plain = [], study.trouble("any_hour", {})
    for calls in NUMBERS_OF_CALLS:
        found = []
        for k in range(BLOCKS):
            streams = Streams(seed, k)
            hours = hours_of("any_hour", study.breakdowns.trees, study.site, streams)
            trouble = type(plain)("any_hour", calls=calls, window_s=plain.window_s)
            found.append(found_s(study.breakdowns, trouble, streams, hours)[0])
        given = np.concatenate(found)
        share = 100 * float(np.mean(given < HOUR))
        wolf = false_signs(study.site, calls=calls, within_s=plain.window_s)
        if language == "zh":
            told.append(f"{calls} 通 {share:.0f}%，误报每月 {wolf:.1f} 次")
        else:
            told.append(f"{calls} calls {share:.0f} %, {wolf:.1f} false ones a month")
    window = plain.window_s / MINUTE
    if language == "zh":
        return f"{window:.0f} 分钟内多少通来电算作异常，以及一小时内由来电发现异常的比例：{'；'.join(told)}。"
    return (
        f"How many calls within {window:.0f} min count as a sign, and the share of troubles of which callers have "
        f"given one within an hour: {'; '.join(told)}."
    )
