"""What breaks in the call centre: a failure, or a storm's many, the calls about it, and the one specialist for all.

A block of :data:`BLOCK` independent events is played at once, each so far from the next that none meets another. In
each event the call tree says when the specialist, or a repairer, learns of it; from then on the repair machine says
when they are at work and when all is back. In a storm an application, seats, the wiring and the air-conditioning fail
at one instant: the specialist turns to the application first, then to seat after seat.

Instants are seconds from the failure. Whoever is not reached by any call learns of it after :data:`UNREACHED_S`, far
beyond every limit: the next shift finds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import PlanError
from resilience_sim.models.repair import Crew, Draws, Faults, Instants, Path, RepairInputs, draw, seconds
from resilience_sim.models.repair.kernel import simulate
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Streams
from resilience_sim.studies.call_trees import UNCHANGED, Alarm, CallTrees, Changes, When, check_call_tree, drawn_hours
from resilience_sim.studies.faults import check_faults, repair_inputs
from resilience_sim.timelines import Timeline, constant
from resilience_sim.units import DAY, HOUR, MINUTE, from_base

__all__ = [
    "BLOCK", "STORM", "UNREACHED_S", "Breakdown", "Breakdowns", "Kind", "Played", "Scenario", "alarms_at", "first_told",
    "hours_of", "last_told", "told",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
Kind = Literal["application", "seat", "wiring", "cooling", "data"]
Scenario = Literal["any_hour", "by_day", "by_night", "storm_burst"]

BLOCK = 32  # most verdicts need no more
UNREACHED_S = 30 * DAY
YEAR_D = 365
APART_S = 2 * YEAR_D * DAY  # one event from the next; on which day of the first year it falls is drawn
STORM: Scenario = "storm_burst"
CHAINS: Mapping[Kind, str] = {
    "application": "application", "seat": "seat", "wiring": "line_fault", "cooling": "cooling", "data": "application",
}  # fmt: skip
MENDED_BY: Mapping[Kind, str] = {
    "application": "specialist",
    "seat": "specialist",
    "wiring": "electricians",
    "cooling": "cooling_repairers",
    "data": "specialist",
}
CLASSES: Mapping[Kind, str] = {
    "application": "application_failed", "seat": "seat_failed", "wiring": "wiring_failed", "cooling": "cooling_failed",
    "data": "data_lost",
}  # fmt: skip
CHAINS_NEEDED: Mapping[str, tuple[str, ...]] = {
    "seat": ("specialist",),
    "application": ("specialist", "supervisor"),
    "escalation": ("supervisor", "manager"),
    "restored": ("supervisor", "manager"),
    "mains": ("specialist", "manager"),
    "line_fault": ("supervisor", "electricians"),
    "cooling": ("cooling_repairers",),
    "all_at_once": ("specialist", "supervisor", "manager", "electricians", "cooling_repairers"),
    "reported_up": ("supervisor", "manager"),
    "accident": ("manager",),
    "grave_accident": ("supervisor", "manager"),
    "trouble": ("specialist", "department"),
    "other_units_called": ("other_units",),
    "reserves_called": ("reserves",),
    "functional_called": ("functional",),
}
IN_A_STORM: tuple[Kind, ...] = ("application", "seat", "wiring", "cooling")


@dataclass(frozen=True)
class Breakdown:
    """A situation: what fails, when, and what is done about it.

    Parameters
    ----------
    kind
        What fails; in a storm it fails together with all others.
    scenario
        At which hours, or a storm at any.
    changes
        What is otherwise than in the call tree.
    specialists
        How many there are.
    seats
        Seats that a storm breaks.
    vendor_after_s, vendor_asked
        Seconds from an application's failure after which the vendor is called, and the share in which that is done.
    backup_every_s, backup_succeeds
        Seconds from one copy of the data to the next, and the share to restore from; `None`: as the site says.
    repair_scale
        Multiplies every repair time, besides the site's ``repair.scale``.
    behind
        Whether the fault in the wiring lies behind the generator.
    """

    kind: Kind
    scenario: Scenario
    changes: Changes = UNCHANGED
    specialists: int = 1
    seats: int = 1
    vendor_after_s: float = 60 * MINUTE
    vendor_asked: float = 0.0
    backup_every_s: float = 7 * DAY
    backup_succeeds: float | None = None
    repair_scale: float = 1.0
    behind: bool = True


@dataclass(frozen=True, eq=False)
class Played:
    """A block of events as they went.

    Parameters
    ----------
    alarms
        The calls of each.
    hours
        Time of day of each failure, shape (events,).
    inputs, path
        Faults and repairs of all of them, as the repair machine knows them; see :meth:`seconds`.
    """

    alarms: list[Alarm]
    hours: Floats
    inputs: RepairInputs
    path: Path

    def seconds(self, kind: Kind, until: str, *, remedy: str | None = None) -> Floats:
        """Seconds from the failure until an instant of the faults of a kind, shape (events, faults of an event)."""
        times = seconds(self.inputs, self.path, CLASSES[kind], since="occurred", until=until, remedy=remedy)
        return times.reshape(-1, len(self.alarms)).T  # seat by seat, see _at

    def lost_s(self) -> Floats:
        """Age of the copy from which lost data are restored, shape (events,)."""
        return self.path.backup_age_s

    def application_up(self) -> tuple[Timeline, ...]:
        """Of each event 1 while the application is up and 0 while it is down, over seconds from the failure."""
        return tuple(
            Timeline(np.array([-1.0, 0.0, back_s]), np.array([1.0, 0.0, 1.0])) if back_s > 0 else constant(1.0)
            for back_s in self.seconds("application", "back").max(axis=1).tolist()
        )


class Breakdowns:
    """All that can break at one site.

    Parameters
    ----------
    site
        Its facts, with its call tree and its file of faults.
    check
        Whether the two are checked, also at both ends of all ranges; a plausible site lies between these.

    Raises
    ------
    PlanError
        If the site has no call tree or no file of faults, or one that the machines cannot take.
    """

    def __init__(self, site: Site, *, check: bool = True) -> None:
        if check:
            check_call_tree(site)
            check_faults(site)
            _check_names(site)
        self.site = site
        self.trees = CallTrees(site)
        self.inputs = lru_cache(maxsize=256)(self._inputs)

    def play(self, breakdown: Breakdown, seed: int, replication: int) -> Played:
        """A block of events; whatever else the situation says, equal (seed, replication) meet the same numbers."""
        streams = Streams(seed, replication)
        hours = hours_of(breakdown.scenario, self.trees, self.site, streams)
        storm = breakdown.scenario == STORM
        chain = "all_at_once" if storm else CHAINS[breakdown.kind]
        changes = self.in_a_storm(breakdown.changes, breakdown.seats) if storm else breakdown.changes
        alarms = alarms_at(self.trees, chain, streams, hours, changes)
        inputs = _at(self.inputs(_settled(breakdown)), breakdown, hours, streams)
        draws = self._told(inputs, draw(inputs, streams), breakdown, alarms, streams)
        return Played(alarms, hours, inputs, simulate(inputs, draws))

    def in_a_storm(self, changes: Changes, seats: int) -> Changes:
        """The floor takes as long again to put in order for every seat that is lost."""
        mean = next((value for name, value in changes.facts if name == "leader.arranges"), None)
        fact = self.site.fact("leader.arranges")
        assert fact.value is not None
        return changes.with_fact("leader.arranges", (fact.value if mean is None else mean) * (1 + seats))

    # ---- what breaks

    def _inputs(self, breakdown: Breakdown) -> RepairInputs:
        """All but the instants."""
        site = self.site.with_values({"repair.scale": breakdown.repair_scale * self.site.base("repair.scale")})
        if breakdown.backup_succeeds is not None:
            site = site.with_values({"backup.succeeds": from_base(breakdown.backup_succeeds, _unit(site))})
        kinds = IN_A_STORM if breakdown.scenario == STORM else (breakdown.kind,)
        arrivals = {CLASSES[kind]: Instants(()) for kind in kinds}
        inputs = repair_inputs(site, horizon_s=BLOCK * APART_S, arrivals=arrivals)
        crews = tuple(_with_people(crew, breakdown.specialists) for crew in inputs.crews)
        return replace(inputs, faults=tuple(_as_planned(one, breakdown) for one in inputs.faults), crews=crews)

    def _told(
        self, inputs: RepairInputs, draws: Draws, breakdown: Breakdown, alarms: Sequence[Alarm], streams: Streams
    ) -> Draws:
        """The same numbers, but everybody learns of it by the calls, and the vendor is asked as the plan says.

        The application waits for nobody but the specialist: its fault is known at once to the machine, and the way of
        the call to the specialist is part of the response, so that the vendor's clock may start at the failure.
        """
        known_s, response_s = draws.known_s.copy(), draws.response_s.copy()
        for k, one in enumerate(inputs.faults):
            mine = np.flatnonzero(draws.kind == k)
            kind = next(kind for kind, name in CLASSES.items() if name == one.name)
            reached_s = np.minimum(first_told(alarms, MENDED_BY[kind]), UNREACHED_S)
            reached_s = np.tile(reached_s, len(mine) // BLOCK)
            if kind != "application":
                known_s[mine] = draws.occurred_s[mine] + reached_s
                continue
            known_s[mine] = draws.occurred_s[mine]
            own, vendor = draws.task_from[mine], draws.task_from[mine] + 1
            response_s[own] += reached_s
            asked = streams.generator("call_centre/vendor_asked").random(BLOCK) < breakdown.vendor_asked
            response_s[vendor] += np.where(asked, breakdown.vendor_after_s, APART_S / 4)
        return replace(draws, known_s=known_s, response_s=response_s)


def _settled(breakdown: Breakdown) -> Breakdown:
    """What its inputs depend on, and nothing else."""
    storm = breakdown.scenario == STORM
    return Breakdown(
        breakdown.kind,
        STORM if storm else "any_hour",
        specialists=breakdown.specialists,
        backup_every_s=breakdown.backup_every_s,
        backup_succeeds=breakdown.backup_succeeds,
        repair_scale=breakdown.repair_scale,
    )


def _with_people(crew: Crew, people: int) -> Crew:
    """The same crew with so many people whenever anybody is on shift."""
    return replace(crew, on_shift=crew.on_shift.map(lambda there: np.where(there > 0, float(people), 0.0)))


def _at(inputs: RepairInputs, breakdown: Breakdown, hours: Floats, streams: Streams) -> RepairInputs:
    """The same, its faults at the instants of the block's events: on some day, at their hours.

    The machine numbers faults by their place. First come the first seats of all events, then the second ones: a seat
    keeps its numbers however many others break with it.
    """
    days = np.floor(streams.generator("call_centre/day").random(BLOCK) * YEAR_D)
    instants = np.arange(BLOCK) * APART_S + days * DAY + hours * HOUR
    seats = tuple(np.tile(instants, _seats(breakdown)).tolist())
    alone = tuple(instants.tolist())
    faults = tuple(
        replace(one, arrivals=Instants(seats if one.name == CLASSES["seat"] else alone)) for one in inputs.faults
    )
    return replace(inputs, faults=faults)


def _unit(site: Site) -> str:
    return site.fact("backup.succeeds").unit


def _seats(breakdown: Breakdown) -> int:
    return breakdown.seats if breakdown.scenario == STORM else 1


def _as_planned(faults: Faults, breakdown: Breakdown) -> Faults:
    """Copies as often as the situation says; the vendor's ladder begins at the failure, and its response tells when."""
    backup = None if faults.backup is None else replace(faults.backup, every_s=breakdown.backup_every_s)
    return replace(faults, backup=backup, ladders=tuple(replace(ladder, after_s=0.0) for ladder in faults.ladders))


def _check_names(site: Site) -> None:
    """Refuse files without the classes, remedies, chains and roles that the study knows by name.

    Raises
    ------
    PlanError
        With file and line, where they come from files.
    """
    repairs, tree = site.repairs, site.calltree
    assert repairs is not None
    assert tree is not None
    for name in CLASSES.values():
        if name not in repairs.classes:
            raise PlanError(
                f"there is no class {name!r}; accepted are {', '.join(CLASSES.values())}",
                place=repairs.place("classes"),
            )
    application = CLASSES["application"]
    names = [one.name for one in repairs.classes[application].remedies]
    if names != ["repair", "vendor"]:
        why = f"class {application!r} has the remedies {', '.join(names)}; accepted are repair, then vendor beside it"
        raise PlanError(why, place=repairs.place("classes", application, "ladders"))
    for chain, roles in CHAINS_NEEDED.items():
        if chain not in tree.chains:
            raise PlanError(
                f"there is no chain {chain!r}; accepted are {', '.join(CHAINS_NEEDED)}", place=tree.place("chains")
            )
        if missing := [role for role in roles if role not in tree.concerned(chain)]:
            why = f"chain {chain!r} reaches no {missing[0]}; accepted is one that reaches {', '.join(roles)}"
            raise PlanError(why, place=tree.place("chains", chain))


# ---- a block's hours and calls


def hours_of(scenario: Scenario, trees: CallTrees, site: Site, streams: Streams) -> Floats:
    """Time of day of each event of a block; a storm comes at any hour."""
    when: When = "any_hour" if scenario == "storm_burst" else scenario
    return drawn_hours(streams, when, trees.tree, site, BLOCK)


def alarms_at(
    trees: CallTrees, chain: str, streams: Streams, hours: Floats, changes: Changes = UNCHANGED
) -> list[Alarm]:
    """Independent alarms of a chain at some times of day, each told to the machine as half past its hour.

    A tree is built for every time of day that it is told, which takes longer than to play it; shares of calls answered
    differ by the hour, so that finer times matter for no more than what lasts over the turn of day and night.
    """
    return trees.run_block(chain, streams, hours=np.floor(hours % 24) + 0.5, changes=changes)


def told(alarms: Sequence[Alarm], *roles: str) -> Floats:
    """When each person of some roles learned of it, inf for never, shape (alarms, persons)."""
    rows = [alarms[0].inputs.index[name] for name in alarms[0].names(*roles)]
    return np.stack([alarm.path.told_s[rows] for alarm in alarms])


def first_told(alarms: Sequence[Alarm], *roles: str) -> Floats:
    """When the first of them learned of it, shape (alarms,)."""
    return np.asarray(told(alarms, *roles).min(axis=1))


def last_told(alarms: Sequence[Alarm], *roles: str) -> Floats:
    """When the last of them learned of it, shape (alarms,)."""
    return np.asarray(told(alarms, *roles).max(axis=1))
