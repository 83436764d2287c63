"""From a site's call tree to what the cascade machine takes, and the times that studies read off its paths.

A chain of the tree becomes a :class:`~resilience_sim.models.cascade.CascadeInputs`: each role one person of its name,
or several (``agents 1``, ``agents 2`` …). :class:`~resilience_sim.studies.call_changes.Changes` says what a study tries
otherwise. Inputs are kept by quarter of an hour, since building one takes longer than playing it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError, PlanError
from resilience_sim.models.cascade import Calling, CascadeInputs, Notices, Path, Person, Phone, day_and_night, draw
from resilience_sim.models.cascade.kernel import simulate, simulate_together
from resilience_sim.plans.building_checks import ENDS, at_end
from resilience_sim.plans.calltree import CallTree, Chain, Timing
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Deterministic, Exponential, Law, LogNormal, Streams
from resilience_sim.studies.call_blocks import draw_block
from resilience_sim.studies.call_changes import UNCHANGED, Changes
from resilience_sim.units import HOUR

__all__ = [
    "QUARTERS", "UNCHANGED", "Alarm", "CallTrees", "Changes", "When", "check_asked", "check_call_tree", "day_hours",
    "drawn_hours", "first_told_s", "last_told_s", "law", "on_site_s", "places_s", "told_s",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
When = Literal["any_hour", "by_day", "by_night"]

HOURS = 24  # of a day
QUARTERS = 4  # of an hour: how finely the time of the day is told to the machine
KEPT_TREES = 4096
KEPT_BLOCKS = 64  # of alarms, some hundreds of kilobytes each: claims that differ in what is read off them share them
MOST_CALLS = 400  # far more than any tree asks for: attempts times phones times lists on which a person stands


@dataclass(frozen=True, eq=False)
class Alarm:
    """One event of a chain: the tree (of a block of alarms, at whatever hour) and what came of it.

    Parameters
    ----------
    inputs, path
        As in :mod:`resilience_sim.models.cascade`; instants are seconds from the alarm.
    roles
        Names of the persons of each role.
    """

    inputs: CascadeInputs
    path: Path
    roles: dict[str, tuple[str, ...]]

    def names(self, *roles: str) -> tuple[str, ...]:
        """Names of the persons of some roles, role after role."""
        return tuple(name for role in roles for name in self.roles[role])


class CallTrees:
    """The call tree of one site, ready to be run.

    Parameters
    ----------
    site
        A site with a call tree.

    Raises
    ------
    PlanError
        If it has none.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.tree = _tree(site)
        self._built = lru_cache(maxsize=KEPT_TREES)(self._build)
        self._played = lru_cache(maxsize=KEPT_BLOCKS)(self._play)

    def inputs(self, chain: str, *, hour: float = 0.0, changes: Changes = UNCHANGED) -> CascadeInputs:
        """The tree of a chain in the machine's terms.

        Parameters
        ----------
        chain
            Name of one of its chains.
        hour
            Time of day at the alarm, in hours; rounded down to a quarter.
        changes
            What is otherwise than the file says.
        """
        return self._built(chain, math.floor(hour * QUARTERS) % (24 * QUARTERS), changes)[0]

    def people(self, chain: str, *roles: str, changes: Changes = UNCHANGED) -> tuple[str, ...]:
        """Names of the persons of some roles of a chain, role after role; of all its roles if none is named."""
        known = self._built(chain, 0, changes)[1]
        return tuple(name for role in roles or known for name in known[role])

    def run(self, chain: str, streams: Streams, *, hour: float = 0.0, changes: Changes = UNCHANGED) -> Alarm:
        """Draw and play one alarm; equal streams meet every change with the same numbers.

        Parameters
        ----------
        chain, hour, changes
            As for :meth:`inputs`.
        streams
            The replication's; those named ``cascade/…`` are taken.
        """
        inputs, roles = self._built(chain, math.floor(hour * QUARTERS) % (24 * QUARTERS), changes)
        return Alarm(inputs, simulate(inputs, draw(inputs, streams)), roles)

    def run_block(self, chain: str, streams: Streams, *, hours: Floats, changes: Changes = UNCHANGED) -> list[Alarm]:
        """Draw and play independent alarms, many times faster than one by one; the last blocks asked for are kept.

        Parameters
        ----------
        chain, changes
            As for :meth:`inputs`.
        streams
            The block's; those named ``calls/…`` are taken. Equal streams meet every change with the same numbers.
        hours
            Time of day at each alarm, shape (alarms,).
        """
        return list(self._played(chain, changes, streams.seed, streams.replication, hours.tobytes()))

    def _play(
        self, chain: str, changes: Changes, seed: int, replication: int, hours_of_day: bytes
    ) -> tuple[Alarm, ...]:
        """The same block, kept for others that ask about it."""
        hours = np.frombuffer(hours_of_day)
        drawn = draw_block(self.inputs(chain, changes=changes), Streams(seed, replication), len(hours))
        inputs, roles = self._built(chain, 0, changes)
        quarters = np.floor(hours * QUARTERS) / QUARTERS % 24
        return tuple(Alarm(inputs, path, roles) for path in simulate_together(inputs, drawn, quarters.tolist()))

    def _build(self, chain: str, quarter: int, changes: Changes) -> tuple[CascadeInputs, dict[str, tuple[str, ...]]]:
        if quarter:  # shares differ by the hour, nothing else does
            inputs, roles = self._built(chain, 0, changes)
            return replace(inputs, hour=quarter / QUARTERS), roles
        return _converted(self.tree, chain, changes.at(self.site), changes)


def check_call_tree(site: Site) -> None:
    """Refuse a site whose call tree is missing, or is none that the machine can take, also at the ends of its ranges.

    Raises
    ------
    PlanError
        With file and line, where the tree comes from a file.
    """
    tree = _tree(site)
    for chain in tree.chains:
        for where, there in (("", site), *((f"at the {end} of all ranges, ", at_end(site, end)) for end in ENDS)):
            try:
                _converted(tree, chain, there, UNCHANGED)
            except InputsError as error:
                raise PlanError(f"{where}chain {chain!r}: {error}", place=tree.place("chains", chain)) from None


def check_asked(tree: CallTree, chain: str, roles: Iterable[str]) -> None:
    """Refuse a call tree that lacks a chain, or in it a role whose times are asked for.

    Raises
    ------
    PlanError
        With file and line, where the tree comes from a file.
    """
    if chain not in tree.chains:
        raise _no_chain(tree, chain)
    known = tree.concerned(chain)
    if missing := [role for role in roles if role not in known]:
        why = f"chain {chain!r} has no {missing[0]!r}, whom a claim asks about; accepted is a chain that reaches them"
        raise PlanError(f"{why}; its roles: {', '.join(known)}", place=tree.place("chains", chain))


def drawn_hours(streams: Streams, when: When, tree: CallTree, site: Site, count: int = 1) -> Floats:
    """Hours of the day, uniform over the whole of it, over its day or over its night; stream ``event/hour``."""
    u = streams.generator("event/hour").random(count)
    first, last = (hour.base(site) / HOUR for hour in tree.calling.day)
    if when == "any_hour":
        return 24 * u
    return first + (last - first) * u if when == "by_day" else (last + (24 - last + first) * u) % 24


# ---- times read off an alarm


def told_s(alarm: Alarm, *roles: str) -> Floats:
    """When each person of some roles learned of it, role after role, inf for those who never did."""
    return alarm.path.told_s[[alarm.inputs.index[name] for name in alarm.names(*roles)]]


def first_told_s(alarm: Alarm, *roles: str) -> float:
    """When the first of them learned of it; inf if nobody did."""
    return float(told_s(alarm, *roles).min(initial=math.inf))


def last_told_s(alarm: Alarm, *roles: str) -> float:
    """When the last of them learned of it; inf if anybody never did."""
    return float(told_s(alarm, *roles).max(initial=0.0))


def on_site_s(alarm: Alarm, *roles: str) -> Floats:
    """When each person of some roles was on site, role after role, inf for those who never came."""
    return alarm.path.arrives_s[[alarm.inputs.index[name] for name in alarm.names(*roles)]]


def places_s(alarm: Alarm, places: int, *roles: str) -> Floats:
    """When the people are on site who take so many places, inf for a place that nobody takes, shape (places,).

    Callers stop as soon as so many have said that they come: place k belongs to the k-th who was told and can come, and
    is taken when that one is there. Who is told later is not asked for, although the machine calls on.
    """
    told, there = told_s(alarm, *roles), on_site_s(alarm, *roles)
    coming = np.flatnonzero(there < np.inf)
    taken = np.full(places, np.inf)
    in_order = coming[np.argsort(told[coming], kind="stable")][:places]
    taken[: len(in_order)] = there[in_order]
    return taken


# ---- conversion


def _tree(site: Site) -> CallTree:
    if site.calltree is None:
        raise PlanError(f"site {site.site!r} has no call tree; accepted is a calltree.yaml beside its site.yaml")
    return site.calltree


def law(timing: Timing | None, site: Site) -> Law:
    """A law of times in seconds; none: no time at all."""
    if timing is None:
        return Deterministic(0.0)
    if timing.always is not None:
        return Deterministic(timing.always.base(site))
    if timing.mean is not None:
        return Exponential(timing.mean.base(site))
    if timing.by is not None and timing.share is not None:
        return Exponential(-timing.by.base(site) / math.log1p(-timing.share.base(site)))
    assert timing.median is not None  # as was checked when the file was read
    if timing.sigma is None:
        return Exponential(timing.median.base(site) / math.log(2))
    return LogNormal.from_median(timing.median.base(site), timing.sigma.base(site))


def _converted(
    tree: CallTree, chain: str, site: Site, changes: Changes
) -> tuple[CascadeInputs, dict[str, tuple[str, ...]]]:
    if chain not in tree.chains:
        raise _no_chain(tree, chain)
    alarm, counts = tree.chains[chain], dict(changes.people)
    roles = {
        role: _names(role, counts.get(role, tree.persons(role, site)), counted=tree.roles[role].count is not None)
        for role in tree.concerned(chain)
    }
    switched_on = dict(changes.switched_on)
    phones = {name: _phone(tree, name, site, switched_on.get(name, HOURS)) for name in tree.phones}
    people = tuple(
        _person(tree, alarm, role, place, roles, phones, site, changes)
        for role, names in roles.items()
        for place in range(len(names))
    )
    notices = tuple(Notices(roles[role][0], law(after, site)) for role, after in alarm.notices.items())
    calling = tree.calling
    policy = Calling(
        ring=law(calling.ring, site),
        talk=law(calling.talk, site),
        order=changes.order or calling.order,
        attempts=changes.attempts or max(1, round(calling.attempts.base(site))),
        between_s=calling.between.base(site),
        common_list=calling.common_list,
        most_calls=MOST_CALLS,
    )
    return CascadeInputs(people, notices, policy), roles


def _no_chain(tree: CallTree, chain: str) -> PlanError:
    return PlanError(f"there is no chain {chain!r}; accepted: {', '.join(tree.chains)}", place=tree.place("chains"))


def _names(role: str, count: int, *, counted: bool) -> tuple[str, ...]:
    return tuple(f"{role} {k + 1}" for k in range(count)) if counted else (role,)


def _phone(tree: CallTree, name: str, site: Site, on_h: int) -> Phone:
    kind, (first, last) = tree.phones[name], day_hours(tree, site)
    answered = day_and_night(kind.day.base(site), kind.night.base(site), from_h=first, until_h=last)
    return Phone(name, tuple(share if (hour - first) % HOURS < on_h else 0.0 for hour, share in enumerate(answered)))


def day_hours(tree: CallTree, site: Site) -> tuple[int, int]:
    """From which hour until which shares of calls answered are those of the day."""
    first, last = (round(hour.base(site) / HOUR) for hour in tree.calling.day)
    return first, last


def _person(
    tree: CallTree,
    alarm: Chain,
    role: str,
    place: int,
    roles: dict[str, tuple[str, ...]],
    phones: dict[str, Phone],
    site: Site,
    changes: Changes,
) -> Person:
    calls, messages = ([], []) if place else _lists(alarm, role, changes)
    delegate = alarm.delegates.get(role)
    reads, acknowledges, comes = (
        0.0 if (amount := tree.habit(role, name)) is None else amount.base(site)
        for name in ("reads", "acknowledges", "comes")
    )
    begins, reads_after, leaving, travel = (
        law(tree.habit(role, name), site) for name in ("begins", "reads_after", "leaving", "travel")
    )
    return Person(
        roles[role][place],
        tuple(phones[name] for name in tree.phones_of(role)[: changes.numbers]),
        calls=tuple(name for one in calls for name in roles[one]),
        messages=tuple(name for one in messages for name in roles[one]),
        delegate=None if delegate is None else roles[delegate][0],
        begins=begins,
        reads=reads,
        reads_after=reads_after,
        acknowledges=acknowledges,
        comes=1.0 if changes.comes_in_person and comes > 0 else comes,
        leaving=leaving,
        travel=travel,
    )


def _lists(alarm: Chain, role: str, changes: Changes) -> tuple[list[str], list[str]]:
    """Whom a role calls, and to whom it sends a message."""
    called = alarm.calls.get(role, ())
    calls = [one for one in called if one not in changes.by_message]
    written = () if changes.no_message else alarm.messages.get(role, ())
    also = (*changes.by_message, *changes.with_message)
    return calls, [*written, *(one for one in called if one in also and one not in written)]
