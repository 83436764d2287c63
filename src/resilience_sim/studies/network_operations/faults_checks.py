"""What a file of faults lacks for the clauses of the network operations centre, told with the line concerned.

The file by itself may be right, and yet say nothing of what a clause is about, or leave nothing to compare it with.
"""

from __future__ import annotations

from resilience_sim.errors import PlanError
from resilience_sim.plans.building_checks import ENDS, at_end
from resilience_sim.plans.faults import Repairs
from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Site
from resilience_sim.studies.faults import repairs
from resilience_sim.studies.limits import decided
from resilience_sim.studies.network_operations.faults_changes import LEFT_OUT
from resilience_sim.studies.network_operations.faults_facts import STUDIES
from resilience_sim.studies.network_operations.faults_measures import CLOCKS

__all__ = ["check_classes"]

PATROLS = {"trouble_in_logs": "logs", "protection_stale": "protection", "office_hazard": "offices"}
BACKUPS = {"data_lost": "servers", "records_lost": "archive"}


def check_classes(site: Site, plan: Plan) -> None:
    """Refuse a file of faults that lacks a class, or something of it, which a clause is about.

    Raises
    ------
    PlanError
        With the line of what is refused, where the file of faults comes from a file: if there is no such class or
        remedy; if its round or its copies are others than those whose interval the plan sets; if a remedy that is
        compared with its absence is the only one; if a broken access switch is never given up; if a remedy needs more
        people than the plan lists, or are on shift where it lists none.
    """
    told = repairs(site)
    wanted = {name: set[str]() for name in STUDIES if not name.startswith("any_")}
    for clock in CLOCKS.values():
        if clock.remedy is not None:
            wanted[clock.fault].add(clock.remedy)
    wanted["access_switch_broken"].add("find")
    for name, remedy in LEFT_OUT.values():
        wanted[name].add(remedy)
    for name, remedies in wanted.items():
        if name not in told.classes:
            why = f"there is no class {name!r}, which the plan is about; accepted is a file with {', '.join(wanted)}"
            raise PlanError(why, place=told.place("classes"))
        known = {remedy.name for remedy in told.classes[name].remedies}
        if lacks := sorted(remedies - known):
            why = f"class {name!r} has no remedy {lacks[0]!r}, which the plan is about; accepted is one with it"
            raise PlanError(why, place=told.place("classes", name, "ladders"))
    _check_rounds(told)
    _check_compared(told, plan)
    _check_people(told, site, plan)


def _check_rounds(told: Repairs) -> None:
    for what, names in (("patrol", PATROLS), ("backup", BACKUPS)):
        for name, needed in names.items():
            has = getattr(told.classes[name], what)
            if has != needed:
                why = f"class {name!r} has {what} {has!r}, whose interval is not the plan's; accepted is {needed!r}"
                raise PlanError(why, place=told.place("classes", name, *(() if has is None else (what,))))


def _check_compared(told: Repairs, plan: Plan) -> None:
    for name, remedy in LEFT_OUT.values():
        if len(told.classes[name].remedies) == 1:
            why = f"class {name!r} has nothing but {remedy!r}, with whose absence it is compared; accepted is one more"
            raise PlanError(why, place=told.place("classes", name, "ladders"))
    name = "access_switch_broken"
    for number, ladder in enumerate(told.classes[name].ladders):
        for place, one in enumerate(ladder.remedies):
            if one.name != "find":
                continue
            at = ("classes", name, "ladders", number, "remedies", place)
            if told.time(one.time).never:
                why = f"{name!r}: 'find' never ends, and is compared with no limit on it; accepted is a time"
                raise PlanError(why, place=told.place(*at, "time"))
            if one.limit is None and decided(plan, "P2-37", "decide_after") is None:
                why = (
                    f"{name!r}: 'find' has no limit, and the plan leaves open after how long a spare is put in; "
                    "accepted is a limit, such as '10 min', or decide_after of P2-37"
                )
                raise PlanError(why, place=told.place(*at))


def _check_people(told: Repairs, site: Site, plan: Plan) -> None:
    """Nobody on call joins unless the plan is read so: a remedy must do with those who are there."""
    listed = decided(plan, "P2-01", "people")
    for there in (site, *(at_end(site, end) for end in ENDS)):
        for name, one in told.classes.items():
            for number, ladder in enumerate(one.ladders):
                for place, remedy in enumerate(ladder.remedies):
                    if remedy.crew is None or remedy.persons is None:
                        continue
                    needed = round(remedy.persons.base(there))
                    have = round(told.crews[remedy.crew].on_shift.base(there) if listed is None else listed)
                    if needed > have:
                        why = (
                            f"remedy {remedy.name!r} of {name!r} needs {needed} persons, and without those on call "
                            f"there are {have}; accepted are {have} at most, or more people"
                        )
                        raise PlanError(
                            why, place=told.place("classes", name, "ladders", number, "remedies", place, "persons")
                        )
