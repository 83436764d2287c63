"""All randomness of the cascade machine ends here.

Every number belongs to a person, or to the k-th call that reaches for a person, whoever makes it; each person has
streams of their own: one more person, or one more name at the end of a list, moves no other number. Whether a call is
answered is decided in the engines, since it depends on the hour and the phone; whoever answers at a share of 0.4 also
answers at 0.5. All other shares are compared with their uniforms here. What is no chance, and what cannot happen, draws
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import WidthError
from resilience_sim.models.cascade.inputs import CascadeInputs, Person
from resilience_sim.randomness import Deterministic, Law, Never, Streams

__all__ = ["Draws", "draw", "too_few_drawn"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Draws:
    """The numbers of one replication, by person (n) and call to that person (w).

    Parameters
    ----------
    notices_s
        When each person learns of it without being told, seconds from time zero; inf if they do not, shape (n,).
    begins_s
        Seconds from learning of it until each begins to send and call, shape (n,).
    reads_s
        Seconds from a message to each being sent until they read it; inf if they do not, shape (n,).
    acknowledges
        Whether each answers a message when they read it, shape (n,).
    answer_u
        Uniform on [0, 1): a call is answered if it is below the share of that phone and hour, shape (n, w); 0 where all
        shares of a person are 0 or 1.
    ring_s, talk_s
        Seconds that a call takes if it is not answered, and if it is, shape (n, w).
    leaves_s
        Seconds from learning of it until each leaves for the site; inf if they cannot come, shape (n,).
    travels_s
        Seconds from leaving until each is on site, shape (n,).
    """

    notices_s: Floats
    begins_s: Floats
    reads_s: Floats
    acknowledges: Flags
    answer_u: Floats
    ring_s: Floats
    talk_s: Floats
    leaves_s: Floats
    travels_s: Floats


def draw(inputs: CascadeInputs, streams: Streams) -> Draws:
    """All numbers of one replication; its streams are called ``cascade/…``.

    Lists, attempts and the order of calling are read only for how many calls may be needed.
    """
    n = len(inputs.people)
    calls = [min(often, inputs.calling.most_calls) for often in inputs.calls_at_most]
    width = max(calls, default=0)
    drawn = Draws(
        notices_s=np.full(n, np.inf),
        begins_s=np.zeros(n),
        reads_s=np.full(n, np.inf),
        acknowledges=np.zeros(n, dtype=np.bool_),
        answer_u=np.zeros((n, width)),
        ring_s=np.zeros((n, width)),
        talk_s=np.zeros((n, width)),
        leaves_s=np.full(n, np.inf),
        travels_s=np.zeros(n),
    )
    for notice in inputs.notices:
        law, who = notice.after, inputs.index[notice.person]
        drawn.notices_s[who] = _one(law, f"cascade/{notice.person}/notices", streams)
    messaged = {name for person in inputs.people for name in person.messages}
    for k, person in enumerate(inputs.people):
        drawn.begins_s[k] = _one(person.begins, f"cascade/{person.name}/begins", streams)
        _draw_choices(person, drawn, k, person.name in messaged, streams)
        if calls[k]:
            _draw_calls(inputs, person, drawn, k, calls[k], streams)
    return drawn


def _draw_choices(person: Person, drawn: Draws, row: int, messaged: bool, streams: Streams) -> None:
    """Whether and when somebody reads a message and comes; what is no chance is compared with 0."""
    name = f"cascade/{person.name}"
    reads, acknowledges, comes = shares = person.reads if messaged else 0.0, person.acknowledges, person.comes
    u = np.zeros(3)
    if 0 < comes < 1 or (reads > 0 and any(0 < share < 1 for share in shares)):
        streams.generator(f"{name}/choices").random(out=u)
    if u[0] < reads:
        drawn.reads_s[row] = _one(person.reads_after, f"{name}/reads_after", streams)
        drawn.acknowledges[row] = u[1] < acknowledges
    if u[2] < comes:
        drawn.leaves_s[row] = _one(person.leaving, f"{name}/leaving", streams)
        drawn.travels_s[row] = _one(person.travel, f"{name}/travel", streams)


def _draw_calls(inputs: CascadeInputs, person: Person, drawn: Draws, row: int, calls: int, streams: Streams) -> None:
    name = f"cascade/{person.name}"
    if any(0 < share < 1 for phone in person.phones for share in phone.answered):
        streams.generator(f"{name}/answer").random(out=drawn.answer_u[row, :calls])
    _fill(drawn.ring_s[row, :calls], inputs.calling.ring, f"{name}/ring", streams)
    _fill(drawn.talk_s[row, :calls], inputs.calling.talk, f"{name}/talk", streams)


def _one(law: Law, name: str, streams: Streams) -> float:
    return law.mean if isinstance(law, Deterministic | Never) else float(law.draw(streams.generator(name), 1)[0])


def _fill(values: Floats, law: Law, name: str, streams: Streams) -> None:
    if isinstance(law, Deterministic):
        values.fill(law.value)
    else:
        values[:] = law.draw(streams.generator(name), len(values))


def too_few_drawn(inputs: CascadeInputs, person: int) -> WidthError:
    """The error that both engines raise when somebody is called more often than there are numbers for."""
    return WidthError(
        f"Person {inputs.people[person].name!r} is called more often than the {inputs.calling.most_calls} times that "
        f"were drawn; accepted is most_calls of {inputs.calls_at_most[person]}, which no path exceeds"
    )
