"""Who of the kindergarten's groups does what in a fire, and how many persons are short while all of it goes on.

Every task is somebody's from one instant to another, one person one task at a time. At each instant at which a task
begins, as many as possible are matched with persons of the groups that may do them; what is left over is short.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resilience_sim.plans.site import Site
from resilience_sim.randomness import Streams
from resilience_sim.studies.evacuation import Happened, about

__all__ = ["GROUPS", "LISTED", "Duties", "drawn_s", "persons", "persons_short", "unmet"]

GROUPS = ("communications", "rescue", "evacuation", "medical", "logistics")

LISTED: Mapping[str, tuple[str, ...]] = {
    "communications": ("head",),
    "rescue": ("head", "A", "C", "E"),
    "evacuation": ("B", "A", "D"),
    "medical": ("A", "F", "G", "H"),
    "logistics": ("C", "J", "K", "L"),
}
"""Members of each group as the plan lists them, by letter; the main teachers, who stay with their classes, left out."""


@dataclass(frozen=True)
class Duties:
    """How many are in each group, and what they have to do.

    Parameters
    ----------
    sizes
        Persons in each of :data:`GROUPS`.
    groups_per_person
        In how many groups one person may stand: beyond them somebody else stands in. 1: every name on a list is a
        person of its own.
    barrier, property
        Whether the evacuation group has to set a barrier, and to move property.
    in_turn
        Whether it moves property only when everybody is out.
    guides
        Persons who guide the fire engine in.
    """

    sizes: tuple[int, ...]
    groups_per_person: int
    barrier: bool = False
    property: bool = False
    in_turn: bool = False
    guides: int = 2


def persons(duties: Duties) -> list[frozenset[str]]:
    """The groups in which each person stands.

    Members beyond those listed are persons of their own; where a group has fewer, its last are left out.
    """
    stands_in: dict[str, set[str]] = {}
    for group, size in zip(GROUPS, duties.sizes, strict=True):
        listed = LISTED[group]
        names = [*listed[:size], *(f"{group} {k}" for k in range(len(listed), size))]
        for name in names:
            taken = stands_in.setdefault(name, set())
            if len(taken) < duties.groups_per_person:
                taken.add(group)
            else:
                stands_in[f"{name} in {group}"] = {group}
    return [frozenset(groups) for groups in stands_in.values()]


def drawn_s(site: Site, fact: str, seed: int, replication: int) -> float:
    """Seconds of a step in one event, by the law about the fact of its name; the same for all who ask."""
    generator = Streams(seed, replication).generator(f"kindergarten/{fact}")
    return float(about(site.base(fact)).draw(generator, 1)[0])


Task = tuple[float, float, frozenset[str]]  # begins, ends, by whom it may be done


def persons_short(duties: Duties, one: Happened, site: Site, seed: int, replication: int) -> int:
    """The most persons that are short at any time of one fire."""
    return unmet(_tasks(duties, one, site, seed, replication), persons(duties))


def unmet(tasks: Sequence[Task], people: Sequence[frozenset[str]]) -> int:
    """The most tasks that nobody can do at one time, each person doing one at most."""
    most = 0
    for now in {begins for begins, ends, _ in tasks if begins < ends}:
        going_on = [by for begins, ends, by in tasks if begins <= now < ends]
        most = max(most, len(going_on) - _matched(going_on, people))
    return most


def _matched(tasks: Sequence[frozenset[str]], people: Sequence[frozenset[str]]) -> int:
    """The most tasks that can be done at once: a maximum matching, by paths that free somebody."""
    does: dict[int, int] = {}

    def find(task: int, asked: set[int]) -> bool:
        for person, groups in enumerate(people):
            if person not in asked and groups & tasks[task]:
                asked.add(person)
                if person not in does or find(does[person], asked):
                    does[person] = task
                    return True
        return False

    return sum(find(task, set()) for task in range(len(tasks)))


def _tasks(duties: Duties, one: Happened, site: Site, seed: int, replication: int) -> list[Task]:
    """All that has to be done, each place that has to be manned by itself."""

    def drawn(fact: str) -> float:
        return drawn_s(site, fact, seed, replication)

    def by(*groups: str) -> frozenset[str]:
        return frozenset(groups)

    after = one.after
    assert after is not None
    alarm_s, brigade_s, out_s = one.draws.alarm_s, one.brigade_s, one.last_out_s
    told_s = min(alarm_s, one.found_s + one.steps_s[1])
    fought_s = told_s + drawn("rescue.reach") + drawn("rescue.cut_power")
    fought_s = min(brigade_s, fought_s + drawn("rescue.extinguish"))
    tasks: list[Task] = [(told_s, brigade_s, by("communications"))]  # leads, and reports
    tasks += [(told_s, fought_s, by("rescue"))] * round(site.base("rescue.at_the_fire"))
    tasks += [(alarm_s, out_s, by("evacuation"))] * round(site.base("rescue.posts"))
    called_s = one.found_s + after.called_s
    tasks += [(called_s, brigade_s, by("communications", "logistics"))] * duties.guides
    tasks += [(alarm_s, brigade_s, by("medical"))]  # a place for first aid
    if duties.barrier:
        tasks += [(alarm_s, brigade_s, by("evacuation"))] * round(site.base("rescue.at_the_barrier"))
    if duties.property:
        begins_s = out_s if duties.in_turn else alarm_s
        tasks += [(begins_s, max(brigade_s, begins_s + 1), by("evacuation"))] * round(site.base("rescue.on_property"))
    known = after.known_s < math.inf
    if known.any():  # one team at least searches while anybody who was reported has not been found
        goes_s = float(after.known_s[known].min()) + drawn("search.start")
        ends_s = max(goes_s + 1, float(after.safe_s[known].max()))
        tasks += [(goes_s, ends_s, by("rescue"))] * round(site.base("search.team"))
    return tasks
