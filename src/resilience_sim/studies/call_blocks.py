"""Many alarms of one call tree at once: the numbers of a block of events, drawn stream by stream.

The cascade machine draws one event at a time, each person from streams of their own; opening a stream takes as long as
playing a small tree. Here a stream gives its numbers for all events of a block. Each event has room for the same number
of calls to a person, whatever a tree asks for, so that more attempts, fewer phones or another message move no number.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import WidthError
from resilience_sim.models.cascade import CascadeInputs, Draws, Person
from resilience_sim.randomness import Deterministic, Law, Never, Streams

__all__ = ["CALLS_DRAWN", "draw_block"]

Floats = npt.NDArray[np.float64]

CALLS_DRAWN = 100  # to each person in each event: five attempts on five phones, from four lists


def draw_block(inputs: CascadeInputs, streams: Streams, count: int) -> Sequence[Draws]:
    """The numbers of `count` independent events; their streams are called ``calls/…``.

    Parameters
    ----------
    inputs
        The call tree; the hour makes no difference.
    streams
        Of the block.
    count
        Events in it.

    Raises
    ------
    WidthError
        If the tree asks for more calls to a person than are drawn.
    """
    if (most := max(inputs.calls_at_most, default=0)) > CALLS_DRAWN:
        raise WidthError(f"somebody may be called {most} times; accepted are trees with at most {CALLS_DRAWN}")
    n, width = len(inputs.people), max(1, most)
    once = {name: np.zeros((count, n)) for name in ("begins_s", "travels_s")}
    never = {name: np.full((count, n), np.inf) for name in ("notices_s", "reads_s", "leaves_s")}
    acknowledges = np.zeros((count, n), dtype=np.bool_)
    each = {name: np.zeros((count, n, width)) for name in ("answer_u", "ring_s", "talk_s")}
    for notice in inputs.notices:
        name = f"calls/{notice.person}/notices"
        never["notices_s"][:, inputs.index[notice.person]] = _drawn(notice.after, name, streams, count)
    for k, person in enumerate(inputs.people):
        name = f"calls/{person.name}"
        once["begins_s"][:, k] = _drawn(person.begins, f"{name}/begins", streams, count)
        u = streams.generator(f"{name}/choices").random((count, 3))
        if person.reads > 0:
            after = _drawn(person.reads_after, f"{name}/reads_after", streams, count)
            never["reads_s"][:, k] = np.where(u[:, 0] < person.reads, after, np.inf)
            acknowledges[:, k] = (u[:, 0] < person.reads) & (u[:, 1] < person.acknowledges)
        if person.comes > 0:
            leaving = _drawn(person.leaving, f"{name}/leaving", streams, count)
            never["leaves_s"][:, k] = np.where(u[:, 2] < person.comes, leaving, np.inf)
            once["travels_s"][:, k] = _drawn(person.travel, f"{name}/travel", streams, count)
        _draw_calls(inputs, person, {key: values[:, k] for key, values in each.items()}, streams)
    return [
        Draws(
            **{key: values[event] for key, values in {**once, **never, **each}.items()},
            acknowledges=acknowledges[event],
        )
        for event in range(count)
    ]


def _draw_calls(inputs: CascadeInputs, person: Person, into: dict[str, Floats], streams: Streams) -> None:
    """The calls to a person, with the first of each event first; shape of each array (events, calls)."""
    if not person.phones:
        return
    count, width = into["answer_u"].shape
    if any(0 < share < 1 for phone in person.phones for share in phone.answered):
        drawn = streams.generator(f"calls/{person.name}/answer").random((CALLS_DRAWN, count))
        into["answer_u"][:] = drawn[:width].T
    for name, law in (("ring", inputs.calling.ring), ("talk", inputs.calling.talk)):
        size = count if isinstance(law, Deterministic) else CALLS_DRAWN * count
        drawn = _drawn(law, f"calls/{person.name}/{name}", streams, size)
        into[f"{name}_s"][:] = drawn[:, None] if size == count else drawn.reshape(CALLS_DRAWN, count)[:width].T


def _drawn(law: Law, name: str, streams: Streams, size: int) -> Floats:
    """So many variates, shape (size,); what is no chance takes no stream."""
    if isinstance(law, Deterministic | Never):
        return np.full(size, law.mean)
    return law.draw(streams.generator(name), size)
