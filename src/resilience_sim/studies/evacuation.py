"""Evacuations from a site's facts, for the studies of egress clauses: who leaves, what strikes, and what follows.

A study says in an :class:`Event` who leaves by which way, and what follows outside; :func:`happened` gives one of it,
with all that was drawn and done, and :func:`measured` what most clauses ask about. In a fire time zero is the ignition:
it is found, somebody who decides is told, the alarm is heard (:func:`alarm_chain`), and smoke bars the way at a drawn
instant (:func:`growing_fire`). In a drill time zero is the alarm.

Every person, group and step has streams of its own, so that events with the same seed and index are the same ones
whatever way people are sent, whoever helps, and however wide doors are. A walk that was simulated for one question is
kept for the others.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from resilience_sim.hazards.smoke import GivenAset, GrowingFire
from resilience_sim.models.egress import (
    Closing,
    Draws,
    EgressInputs,
    Fixed,
    Group,
    Into,
    Nearest,
    Path,
    People,
    Route,
    draw,
)
from resilience_sim.models.egress.counting import Aftermath, Brigade, CountInputs, HeadCount, Search, draw_count, follow
from resilience_sim.models.egress.kernel import simulate
from resilience_sim.models.egress.measures import goes_out
from resilience_sim.models.egress.theory.assignment import Assignment, search_assignment
from resilience_sim.models.egress.theory.quickest import quickest_flow
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Deterministic, Law, LogNormal, Streams, Triangular, Uniform
from resilience_sim.studies.buildings import StartingPlace
from resilience_sim.studies.needs import Accepts, above, from_on

__all__ = [
    "ALARM", "FIRE_FACTS", "MEASURES", "Event", "Happened", "Walkers", "about", "alarm_chain", "around", "assigned",
    "between", "bodies", "drawn", "evacuees", "floor_s", "growing_fire", "happened", "measured", "rerouted", "walkers",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

SPREAD = 0.5  # of the logarithm of times that people need: a factor of 2.3 either way in nine events of ten
ALARM = ("fire.found", "fire.told", "fire.alarm")
KEPT = 4096  # walks and draws that are kept, some twenty kilobytes each

FIRE_FACTS: Mapping[str, Accepts] = {
    "fire.found": from_on(0.0, "s"),
    "fire.told": from_on(0.0, "s"),
    "fire.alarm": from_on(0.0, "s"),
    "fire.growth_rate": above(0.0, "kW/s2"),
    "fire.plume": above(0.0, "1", 1.0),
    "fire.layer_height": above(0.0, "m", 10.0),
    "fire.room_area": above(0.0, "m2", 100_000.0),
    "fire.room_height": above(0.0, "m", 100.0),
}
"""What :func:`alarm_chain` and :func:`growing_fire` need of a site."""


# ---- laws


def about(mean_s: float, spread: float = SPREAD) -> Law:
    """Law of a time that people need: log-normal with this mean; no time at all where it is 0."""
    return LogNormal.from_mean(mean_s, spread) if mean_s > 0 else Deterministic(0.0)


def around(mean: float, low: float, high: float) -> Law:
    """Triangular law with this mean, as wide on both sides as a published range lets it be."""
    half = min(mean - low, high - mean)
    return Triangular(mean - half, mean, mean + half) if half > 0 else Deterministic(mean)


def between(middle: float, half: float) -> Law:
    """Uniform law of this mean and half width, cut to half of the mean where it would come near to 0."""
    wide = min(half, middle / 2)
    return Uniform(middle - wide, middle + wide) if wide > 0 else Deterministic(middle)


def bodies(mean_mps: float, sd_mps: float) -> Law:
    """Log-normal law of speeds with this mean and standard deviation between people."""
    if sd_mps <= 0:
        return Deterministic(mean_mps)
    return LogNormal.from_mean(mean_mps, math.sqrt(math.log1p((sd_mps / mean_mps) ** 2)))


# ---- who


@dataclass(frozen=True)
class Walkers:
    """How one kind of people leaves; see :class:`~resilience_sim.models.egress.People`."""

    level: Law
    down: Law | None = None
    up: Law | None = None
    helped: float = 0.0
    leads: int = 0
    left_behind: float = 0.0

    def people(self, name: str, count: int) -> People:
        """So many of them."""
        return People(name, count, self.level, self.down, self.up, self.helped, self.leads, self.left_behind)


def walkers(site: Site, level: str, half: float, down: str | None = None, down_half: float = 0.0) -> Walkers:
    """A kind of people whose speeds are facts of the site, uniform so many m/s about them.

    Parameters
    ----------
    site
        Its facts.
    level, half
        The fact of the mean speed on the level, and how far it goes to each side.
    down, down_half
        The same downstairs; without a fact they walk there as on the level.
    """
    stairs = None if down is None else between(site.base(down), down_half)
    return Walkers(between(site.base(level), half), stairs)


def evacuees(
    place: StartingPlace,
    kinds: Mapping[str, Walkers],
    *,
    delay: Law,
    route: Route | None = None,
    more: Mapping[str, int] | None = None,
    together: bool = True,
    each: Law | None = None,
    waits: bool = False,
) -> Group:
    """Who starts at a place of the building, as the machine takes it.

    Parameters
    ----------
    place
        Where, who and how many.
    kinds
        How each kind of people leaves.
    delay
        Law of the seconds from the alarm until the group starts.
    route
        Its way; the nearest exit if none is given.
    more
        Persons of these kinds who join it.
    together, each, waits
        See :class:`~resilience_sim.models.egress.Group`.
    """
    counts = dict(place.people)
    for name, count in (more or {}).items():
        counts[name] = counts.get(name, 0) + count
    return Group(
        place.name,
        place.room,
        tuple(kinds[name].people(name, count) for name, count in counts.items()),
        delay=delay,
        route=Nearest() if route is None else route,
        at=place.at,
        together=together,
        each=Deterministic(0.0) if each is None else each,
        waits=waits,
    )


def rerouted(inputs: EgressInputs, routes: Mapping[str, Route] | Route) -> EgressInputs:
    """The same evacuation by other ways: one for all who leave, or by the group's name (others keep theirs)."""

    def way(group: Group) -> Route:
        if isinstance(group.route, Into):
            return group.route
        return routes.get(group.name, group.route) if isinstance(routes, Mapping) else routes

    return replace(inputs, groups=tuple(replace(group, route=way(group)) for group in inputs.groups))


# ---- what strikes


def alarm_chain(site: Site, steps: Sequence[str] = ALARM) -> tuple[Law, ...]:
    """Laws of what comes before the alarm is heard, counted from the ignition: found, told, alarm."""
    return tuple(about(site.base(step)) for step in steps)


def growing_fire(site: Site, *, area_m2: float | None = None, growth_factor: float = 1.0) -> GrowingFire:
    """The fire by the site's facts; it bars the way when its smoke is down at ``fire.layer_height``.

    Parameters
    ----------
    site
        Its facts.
    area_m2
        Floor over which the smoke spreads: the room of the fire and all that is open to it; ``fire.room_area`` alone if
        not given.
    growth_factor
        Multiplies ``fire.growth_rate``, which differs between fires by a log-normal law about it.
    """
    kelvin = 353.0 * site.base("fire.plume") / 0.076  # the density of smoke that belongs to the constant k
    return GrowingFire(
        growth=about(site.base("fire.growth_rate") * growth_factor),
        area_m2=site.base("fire.room_area") if area_m2 is None else area_m2,
        height_m=site.base("fire.room_height"),
        clear_m=site.base("fire.layer_height"),
        smoke_k=Deterministic(kelvin),
    )


# ---- an event


@dataclass(frozen=True)
class Numbers:
    """What the drawn numbers of a walk depend on, which is neither the building nor the way; hashed once.

    Parameters
    ----------
    groups, alarm, closings
        Of the evacuation, all by the nearest exit.
    missing
        How many are surely left behind.
    egress
        An evacuation to draw them for.
    """

    groups: tuple[Group, ...]
    alarm: tuple[Law, ...]
    closings: tuple[Closing, ...]
    missing: int
    egress: EgressInputs = field(compare=False)

    @cached_property
    def _hashed(self) -> int:
        return hash((self.groups, self.alarm, self.closings, self.missing))

    def __hash__(self) -> int:
        return self._hashed


@dataclass(frozen=True)
class Stem:
    """What a walk depends on; hashed once."""

    egress: EgressInputs
    missing: int

    @cached_property
    def _hashed(self) -> int:
        return hash((self.egress, self.missing))

    def __hash__(self) -> int:
        return self._hashed

    @cached_property
    def numbers(self) -> Numbers:
        """What its drawn numbers depend on; one object for all walks that share them."""
        groups = tuple(
            group if isinstance(group.route, Into) else replace(group, route=Nearest()) for group in self.egress.groups
        )
        return _same(Numbers(groups, self.egress.alarm, self.egress.closings, self.missing, self.egress))


@lru_cache(maxsize=256)
def _same(numbers: Numbers) -> Numbers:
    return numbers


@dataclass(frozen=True)
class Event:
    """One kind of evacuation, and what follows it.

    Parameters
    ----------
    egress
        Who leaves, and how; the first of its alarm laws is the time until a fire is found.
    smoke
        What bars the way; None: nothing does.
    count, search, brigade
        What follows outside; without a count nothing does. The brigade's call counts from the discovery of the fire.
    missing
        So many persons are surely left behind, of the kinds of whom some may be (``left_behind`` above 0), each as
        likely; the pace of their groups is as if they had come along.
    """

    egress: EgressInputs
    smoke: GrowingFire | GivenAset | None = None
    count: HeadCount | None = None
    search: Search | None = None
    brigade: Brigade | None = None
    missing: int = 0

    @cached_property
    def stem(self) -> Stem:
        """What the walk depends on."""
        return Stem(self.egress, self.missing)

    @cached_property
    def after(self) -> CountInputs | None:
        """What follows, as the machine takes it."""
        return None if self.count is None else CountInputs(self.egress, self.count, self.search, self.brigade)


@dataclass(frozen=True, eq=False)
class Happened:
    """One event of a kind, with all that was drawn and done; instants are seconds from time zero.

    Parameters
    ----------
    event
        Of which kind.
    draws, path
        The walk.
    steps_s
        What each step before the alarm took, the first until the fire was found; none in a drill.
    aset_s
        When the way is lost; inf if it is not.
    after
        What followed; None if nothing was asked to. Its brigade counts from `found_s`.
    """

    event: Event
    draws: Draws
    path: Path
    steps_s: tuple[float, ...]
    aset_s: float
    after: Aftermath | None = field(default=None)

    @cached_property
    def leavers(self) -> npt.NDArray[np.bool_]:
        """Whether each person goes out and has started, shape (persons,)."""
        leavers: npt.NDArray[np.bool_] = goes_out(self.event.egress) & (self.path.start_s < np.inf)
        return leavers

    @property
    def last_out_s(self) -> float:
        """When the last of them is out; inf if one never is, and 0 if there is nobody."""
        return float(self.path.out_s[self.leavers].max(initial=0.0))

    @property
    def found_s(self) -> float:
        """When the fire was found; 0 in a drill."""
        return self.steps_s[0] if self.steps_s else 0.0

    @property
    def brigade_s(self) -> float:
        """When the fire brigade is on the scene; inf if it is not called."""
        return math.inf if self.after is None else self.found_s + self.after.brigade_s


def happened(event: Event, seed: int, replication: int) -> Happened:
    """One event of a kind, the same for the same seed and replication."""
    draws, path = _walked(event.stem, seed, replication)
    # The streams of the machine's own draw, so that these are the numbers that it has.
    own = Streams(seed, replication)
    steps_s = tuple(
        float(law.draw(own.generator(f"egress/alarm/{k}"), 1)[0]) for k, law in enumerate(event.egress.alarm)
    )
    aset_s = math.inf if event.smoke is None else event.smoke.draw_aset_s(Streams(seed, replication))
    after = None
    if event.after is not None:
        counted = draw_count(event.after, Streams(seed, replication))
        after = follow(event.after, counted, path, alarm_s=draws.alarm_s)
    return Happened(event, draws, path, steps_s, aset_s, after)


@lru_cache(maxsize=KEPT)
def _walked(stem: Stem, seed: int, replication: int) -> tuple[Draws, Path]:
    draws = _drawn(stem.numbers, seed, replication)
    return draws, simulate(stem.egress, draws)


@lru_cache(maxsize=KEPT)
def _drawn(numbers: Numbers, seed: int, replication: int) -> Draws:
    """The machine's own draw; then so many of those who may be left behind are."""
    streams = Streams(seed, replication)
    draws = draw(numbers.egress, streams)
    if not numbers.missing:
        return draws
    chances = np.full(numbers.egress.persons, np.inf)
    first = 0
    for group in numbers.groups:
        for people in group.people:
            rows = slice(first, first + people.count)
            first += people.count
            if people.left_behind > 0:
                chances[rows] = streams.generator(f"evacuation/missing/{group.name}/{people.name}").random(people.count)
    for person in np.argsort(chances, kind="stable")[: numbers.missing]:
        if chances[person] < np.inf:
            draws.left_behind[person] = True
            draws.start_s[person] = np.inf
    return draws


def drawn(event: Event, seed: int, replication: int) -> Draws:
    """The numbers of one event, where its walk is not needed."""
    return _drawn(event.stem.numbers, seed, replication)


# ---- what most clauses ask about

MEASURES: Mapping[str, str] = {
    "evacuated": "s",
    "margin": "s",
    "in_time": "%",
    "counting": "s",
    "counted": "s",
    "unnoticed": "persons",
    "searching": "s",
    "brigade": "s",
    "ahead_of_brigade": "s",
}
"""Units of :func:`measured`."""


def measured(one: Happened) -> dict[str, float]:
    """Measures of one event.

    Returns
    -------
    dict
        ``evacuated``: seconds from the alarm (not from the ignition) until the last is out, inf if somebody never is.
        ``margin``: seconds from then until the way is lost, ASET - RSET of the same event; -inf if somebody never is
        out. ``in_time``: per cent of those who leave who are out before the way is lost. And if what follows is
        simulated: ``counting``: the longest time of a group from being gathered to a first result of its count;
        ``counted``: seconds from the alarm until all have one; ``unnoticed``: persons missing whom nobody ever misses;
        ``searching``: the longest time from being known to be missing to being found, inf if somebody is not;
        ``brigade``: seconds from the discovery until the fire brigade is on the scene; ``ahead_of_brigade``: how much
        sooner than that the last of the missing is outside, inf if nobody is missing.
    """
    last_s, out_s = one.last_out_s, one.path.out_s[one.leavers]
    row = {
        "evacuated": last_s - one.draws.alarm_s,
        "margin": one.aset_s - last_s if last_s < math.inf else -math.inf,
        "in_time": 100.0 * float(((out_s <= one.aset_s) & (out_s < math.inf)).mean()) if len(out_s) else 100.0,
    }
    if (after := one.after) is None:
        return row
    known = after.known_s < np.inf
    search_s = np.where(known, after.found_s - np.where(known, after.known_s, 0.0), np.inf)
    gathered = after.gathered_s < np.inf
    count_s = after.counted_s[gathered] - after.gathered_s[gathered]
    missing = len(after.missing)
    safe_s = float(after.safe_s.max()) if missing else -math.inf
    return {
        **row,
        "counting": float(count_s.max(initial=0.0)),
        "counted": after.all_counted_s - one.draws.alarm_s,
        "unnoticed": float(missing - np.count_nonzero(known)),
        "searching": float(search_s.max(initial=0.0)),
        "brigade": after.brigade_s,
        "ahead_of_brigade": one.brigade_s - safe_s if safe_s < math.inf else -math.inf,
    }


# ---- what no plan can beat, and the best whole groups


def floor_s(one: Happened) -> float:
    """Seconds from time zero before which the last cannot be out, whatever ways people take in this event."""
    return quickest_flow(one.event.egress, one.draws).last_s


def assigned(
    event: Event,
    groups: Sequence[str],
    exits: Sequence[str],
    *,
    seed: int,
    events: int,
    starts: Sequence[tuple[int, ...]] = (),
    most: int = 512,
    value: Callable[[Happened], float] = lambda one: one.last_out_s,
) -> Assignment:
    """The exit for each of these groups with which `value` is least on the average of so many events.

    All assignments are tried if they are `most` at most, else a local search (see
    :func:`~resilience_sim.models.egress.theory.assignment.search_assignment`).
    """

    def cost(ways: tuple[int, ...]) -> float:
        sent: Mapping[str, Route] = {name: Fixed(exits[k]) for name, k in zip(groups, ways, strict=True)}
        changed = replace(event, egress=rerouted(event.egress, sent))
        return math.fsum(value(happened(changed, seed, index)) for index in range(events)) / events

    return search_assignment(cost, len(groups), len(exits), starts=starts, most=most, tie_breaks=False)
