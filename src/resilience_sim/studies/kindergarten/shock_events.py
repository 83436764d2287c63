"""Electric shock at the kindergarten: seen, freed, and cared for by state until a doctor comes.

Scenarios: in ``one_shocked`` one person is struck, in ``several_shocked`` as many as the site says, in
``circuit_work`` one of those who work on a circuit. The first victim is always without breath or pulse, since that is
the case that the plan wants begun at once; the others are in one of the four states of the plan by chance.

1. Somebody sees it: whoever works on the circuit as well at once, else somebody who comes by. Help is called, and an
   ambulance; helpers come one after the other.
2. The power is cut, then the victims are freed. Or they are pulled free with the power on (to compare with): with a
   certain chance who does so is struck as well, and all wait for the next helper, who cuts the power.
3. When it has been seen in which state each is, care is a queue of the queue machine: helpers are the servers, one for
   each victim; the gravest first. A conscious victim can be left after a while, the others need their helper until the
   doctor is there, who cares for all.
4. Care begins on the spot; or when the victim has been carried to the sick room (to compare with).

Times count from the shock, at which breath and pulse stop. A replication is a block of independent events, cared for in
one run of the queue machine, each on a day of its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from resilience_sim.models.queue import Callers, Instants, QueueInputs, draw
from resilience_sim.models.queue.kernel import simulate
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Deterministic, Streams
from resilience_sim.studies.evacuation import about
from resilience_sim.timelines import Timeline
from resilience_sim.units import DAY

__all__ = ["APART_S", "MOST", "SCENARIOS", "STATES", "Happened", "Shock", "care", "happened", "measured"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

SCENARIOS = ("one_shocked", "several_shocked", "circuit_work")
STATES = ("no_pulse", "hard_breathing", "unconscious", "conscious")
"""The plan's four, the gravest first."""
TIMES = ("shock.seen", "rescue.cut_power", "shock.free", "shock.look", "ambulance.call", "ambulance.response")
APART_S = DAY  # from one event of a block to the next, far longer than any takes
MOST = 12  # victims, and helpers, for whom numbers are drawn


@dataclass(frozen=True)
class Shock:
    """A situation: one scenario, with what the plan and the site decide.

    Parameters
    ----------
    scenario
        One of :data:`SCENARIOS`.
    victims
        Persons struck.
    workers
        Persons who work on the circuit, in ``circuit_work``.
    helpers
        Persons who come to help, whoever sees it first among them.
    cut_first
        Whether the power is cut before a victim is touched.
    treated_first
        Whether care begins on the spot; else in the sick room.
    facts
        Other values of facts, in their own units.
    """

    scenario: str
    victims: int
    workers: int
    helpers: int
    cut_first: bool = True
    treated_first: bool = True
    facts: tuple[tuple[str, float], ...] = ()

    def with_fact(self, name: str, value: float) -> Shock:
        """The same with another value of a fact, in its own unit."""
        return replace(self, facts=(*(pair for pair in self.facts if pair[0] != name), (name, value)))


@dataclass(frozen=True, eq=False)
class Happened:
    """A block of events; seconds from each shock.

    There is room for v = :data:`MOST` victims in each, the last of whom is the helper who may be struck.

    Parameters
    ----------
    state
        Of each victim, by its place in :data:`STATES`, shape (events, v).
    struck
        Whether there is such a victim in the event, shape (events, v).
    freed_s
        When all are free, shape (events,).
    begins_s
        When care of each begins, inf for those who are not there, shape (events, v).
    doctor_s
        When the doctor is there, shape (events,).
    hurt
        Whether a helper was struck, shape (events,).
    """

    state: Ints
    struck: Bools
    freed_s: Floats
    begins_s: Floats
    doctor_s: Floats
    hurt: Bools


def happened(setting: Shock, site: Site, seed: int, block: int, events: int) -> Happened:
    """A block of events at a site; every victim and helper keeps their own numbers whatever is decided."""
    streams = Streams(seed, block)
    # One row of factors for all times, and one of chances, each with its place whatever is decided.
    times = about(1.0).draw(streams.generator("kindergarten/shock/times"), events * (len(TIMES) + 2 * MOST))
    factors = times.reshape(events, -1)
    chance = streams.generator("kindergarten/shock/chances").random((events, 1 + MOST))
    facts = (_seen(setting), *TIMES[1:])
    seen_s, cut_s, free_s, look_s, call_s, response_s = (
        factors[:, k] * site.base(fact) for k, fact in enumerate(facts)
    )
    doctor_s = seen_s + call_s + response_s
    others_s = seen_s[:, None] + np.cumsum(factors[:, len(TIMES) : -MOST] * site.base("shock.helper_comes"), axis=1)
    # Those who work beside, or who sees it; then those who are called.
    there = max(1, setting.workers - 1) if setting.scenario == "circuit_work" else 1
    helpers_s = np.hstack((seen_s[:, None].repeat(there, axis=1), others_s[:, : max(0, setting.helpers - 1)]))
    freed_s, hurt = seen_s + cut_s + free_s, np.zeros(events, dtype=np.bool_)
    if not setting.cut_first:
        hurt = chance[:, 0] < site.base("shock.hurts")
        next_s = helpers_s[:, 1] if helpers_s.shape[1] > 1 else np.full(events, math.inf)
        helpers_s[hurt, 0] = math.inf
        freed_s = np.where(hurt, np.minimum(doctor_s, next_s + cut_s + free_s), seen_s + free_s)
    state = _states(site, chance[:, 1:])
    struck = np.broadcast_to(np.arange(MOST) < setting.victims, state.shape).copy()
    struck[:, -1] = hurt
    begin_s = np.maximum(helpers_s, (freed_s + look_s)[:, None])
    begins_s = _begins(care(site, state, struck, freed_s, begin_s, doctor_s), state.shape, streams)
    if not setting.treated_first:
        begins_s = begins_s + factors[:, -MOST:] * site.base("shock.carry")
    by_doctor_s = np.maximum(freed_s, doctor_s)[:, None]
    begins_s = np.where(struck, np.minimum(begins_s, by_doctor_s), math.inf)
    return Happened(state, struck, freed_s, begins_s, doctor_s, hurt)


def _seen(setting: Shock) -> str:
    """The fact that says how soon it is seen."""
    if setting.scenario != "circuit_work":
        return TIMES[0]
    return "shock.seen_beside" if setting.workers > 1 else "shock.seen_alone"


def _states(site: Site, chance: Floats) -> Ints:
    """The state of each victim; the first is without breath or pulse."""
    shares = [site.base(f"shock.{name}") for name in STATES[:-1]]
    state: Ints = np.searchsorted(np.cumsum(shares), chance, side="right").astype(np.int64)
    state[:, 0] = 0
    return state


def care(site: Site, state: Ints, struck: Bools, freed_s: Floats, helpers_s: Floats, doctor_s: Floats) -> QueueInputs:
    """Care in a block of events as one queue: event k takes place :data:`APART_S` times k later.

    A class of victims for each state; helpers who come one after the other, and are relieved by the doctor: whoever
    they care for then, or waits, is the doctor's. The machine numbers victims by their place: the first of all events,
    then the second ones, so that each keeps its time to settle however many others are struck.

    Parameters
    ----------
    site
        For the time after which a conscious victim can be left.
    state, struck
        Of each victim, and whether there is one, shape (events, v).
    freed_s
        When all of an event are free, seconds, shape (events,).
    helpers_s
        When each helper can begin, later than `freed_s`, so that the gravest come first, shape (events, h); inf: never.
    doctor_s
        When the doctor is there, shape (events,).
    """
    starts_s = APART_S * np.arange(len(freed_s))
    times_s = np.tile(starts_s + freed_s, state.shape[1])
    callers = [
        Callers(
            name,
            Instants(times_s, (struck & (state == number)).T.ravel()),
            about(site.base("shock.settle")) if name == "conscious" else Deterministic(APART_S),
            Deterministic(APART_S / 2),
            number,
        )
        for number, name in enumerate(STATES)
    ]
    servers = {0.0: 0}
    for start_s, until_s, come in zip(starts_s.tolist(), doctor_s.tolist(), helpers_s.tolist(), strict=True):
        for count, at_s in enumerate(sorted(come)):
            if at_s < until_s:
                servers[start_s + at_s] = count + 1
        servers[start_s + until_s] = 0
    agents = Timeline(np.array(list(servers)), np.array(list(servers.values()), dtype=float))
    return QueueInputs(tuple(callers), agents=agents, horizon_s=APART_S * len(freed_s), on_cut="drop")


def _begins(inputs: QueueInputs, shape: tuple[int, int], streams: Streams) -> Floats:
    """When a helper turns to each victim, shape (events, v); inf where none does."""
    draws = draw(inputs, streams)
    path = simulate(inputs, draws)
    begins_s: Floats = np.full(math.prod(shape), math.inf)
    turned = ~np.isnan(path.start_s)
    begins_s[draws.identity[turned]] = path.start_s[turned]
    since_s: Floats = begins_s.reshape(shape[::-1]).T - (APART_S * np.arange(shape[0]))[:, None]
    return since_s


def measured(one: Happened) -> dict[str, Floats]:
    """Measures of each event, shape (events,).

    Returns
    -------
    dict
        ``revival``: seconds from the shock until the last of those without breath or pulse is cared for. ``helped``:
        until the last of all victims is. ``helpers_hurt``: helpers who were struck.
    """
    last = np.where(one.struck, one.begins_s, 0.0)
    return {
        "revival": np.where(one.state == 0, last, 0.0).max(axis=1),
        "helped": last.max(axis=1),
        "helpers_hurt": one.hurt.astype(float),
    }
