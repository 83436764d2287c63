"""From a file of scenarios to the changed plan and site of each: ranges become grids, and every change is checked.

A changed number is an entry in force at the end of its quantity's history, as an approved proposal would be; a changed
fact has that value and no range.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from resilience_sim.errors import PlanError
from resilience_sim.plans.document import Document, Path_
from resilience_sim.plans.fields import Text
from resilience_sim.plans.quantities import Entry, Quantity, Status
from resilience_sim.plans.register import Plan
from resilience_sim.plans.scenario_values import Setting
from resilience_sim.plans.scenarios import BASE, ScenarioFile
from resilience_sim.plans.site import Site

__all__ = ["MOST_SCENARIOS", "OF_SITE", "Axis", "Change", "Variant", "changed", "variants"]

MOST_SCENARIOS = 200
MOST_TIMES = 10  # a fact of so many times its largest value is a slip, and no machine could hold it
OF_SITE = "site."
_AFTER = date(1, 1, 1)  # an entry in force follows one whose date nobody knows


@dataclass(frozen=True)
class Change:
    """One number of a scenario.

    Parameters
    ----------
    key
        As the file names it: ``P1-09.extra_agents`` or ``site.outage_calls.share_who_call``.
    value, unit
        In the quantity's or the fact's own unit.
    label
        The quantity's name for people, where the plan has one.
    """

    key: str
    value: float
    unit: str
    label: Text | None = None

    @property
    def clause(self) -> str | None:
        """The clause of a plan's quantity; ``None`` for a fact."""
        return None if self.key.startswith(OF_SITE) else self.key.partition(".")[0]

    @property
    def name(self) -> str:
        """The quantity's or the fact's name."""
        return self.key.removeprefix(OF_SITE) if self.clause is None else self.key.partition(".")[2]


@dataclass(frozen=True)
class Axis:
    """A number that a scenario lets range: its key and unit, and its values in their order."""

    key: str
    unit: str
    values: tuple[float, ...]
    label: Text | None = None


@dataclass(frozen=True)
class Variant:
    """One scenario, with one value for each number.

    Parameters
    ----------
    id
        Its name; one of a grid has its values in it.
    of
        The scenario of the file that it belongs to.
    name, rationale
        For people.
    changes
        All of them, those of the base included.
    axes
        The numbers that range in the scenario it belongs to.
    hazard
        Instead of the one that the file names.
    at
        Where the scenario stands in the file.
    """

    id: str
    of: str
    name: Text | None
    rationale: Text | None
    changes: tuple[Change, ...]
    axes: tuple[Axis, ...] = ()
    hazard: str | None = None
    at: Path_ = ()

    def value(self, key: str) -> float:
        """What a number is set to.

        Raises
        ------
        KeyError
            If the scenario does not set it.
        """
        return {change.key: change.value for change in self.changes}[key]


def variants(read: ScenarioFile, plan: Plan, site: Site, document: Document) -> list[Variant]:
    """The base, then every scenario; one with ranges once for each combination of their values.

    Raises
    ------
    PlanError
        With file and line, if a number is unknown, in another unit, out of its bounds, or if there are more than
        :data:`MOST_SCENARIOS`.
    """
    base: tuple[Change, ...] = ()
    if read.base is not None:
        fixed = _checked(read.base.settings, plan, site, document, ("base", "set"))
        for key, axis in fixed.items():
            if len(axis.values) > 1:
                place = document.place(("base", "set", key))
                raise PlanError(f"{key} ranges in the base; accepted is one value", place=place)
        base = tuple(Change(axis.key, axis.values[0], axis.unit, axis.label) for axis in fixed.values())
    found = [Variant(BASE, BASE, None, None if read.base is None else read.base.rationale, base)]
    for index, scenario in enumerate(read.scenarios):
        at: Path_ = ("scenarios", index)
        every = list(_checked(scenario.settings, plan, site, document, (*at, "set")).values())
        ranging = tuple(axis for axis in every if len(axis.values) > 1)
        count = math.prod(len(axis.values) for axis in ranging)
        if len(found) + count > MOST_SCENARIOS:
            sizes = " x ".join(str(len(axis.values)) for axis in ranging) or "1"
            raise PlanError(
                f"scenario {scenario.id!r} has {count:,} combinations ({sizes}), {len(found) + count:,} in all; "
                f"accepted are at most {MOST_SCENARIOS} with the base: a coarser step, or fewer ranges",
                place=document.place((*at, "set")),
            )
        keys = {axis.key for axis in every}
        kept = tuple(change for change in base if change.key not in keys)
        for values in itertools.product(*(axis.values for axis in every)):
            set_to = tuple(Change(a.key, value, a.unit, a.label) for a, value in zip(every, values, strict=True))
            ranged = ", ".join(f"{c.key}={c.value:g}" for c in set_to if any(a.key == c.key for a in ranging))
            name = f"{scenario.id}[{ranged}]" if ranged else scenario.id
            found.append(
                Variant(
                    name, scenario.id, scenario.name, scenario.rationale, kept + set_to, ranging, scenario.hazard, at
                )
            )
    return found


def changed(plan: Plan, site: Site, changes: Sequence[Change]) -> tuple[Plan, Site]:
    """The plan and the site of a scenario.

    Parameters
    ----------
    plan, site
        As they are.
    changes
        From :func:`variants`.
    """
    facts = {change.name: change.value for change in changes if change.clause is None}
    of_clause: dict[str, dict[str, float]] = {}
    for change in changes:
        if change.clause is not None:
            of_clause.setdefault(change.clause, {})[change.name] = change.value
    clauses = tuple(
        clause.model_copy(update={"quantities": _set(clause.quantities, of_clause[clause.id])})
        if clause.id in of_clause
        else clause
        for clause in plan.clauses
    )
    return plan.model_copy(update={"clauses": clauses}), site.with_values(facts) if facts else site


def _set(quantities: dict[str, Quantity], values: dict[str, float]) -> dict[str, Quantity]:
    return {
        name: quantity.model_copy(update={"history": (*quantity.history, _entry(quantity, values[name]))})
        if name in values
        else quantity
        for name, quantity in quantities.items()
    }


def _entry(quantity: Quantity, value: float) -> Entry:
    latest = max((entry.from_ for entry in quantity.history if isinstance(entry.from_, date)), default=_AFTER)
    item: dict[str, Any] = {"from": latest + timedelta(days=1), "value": value, "status": Status.IN_FORCE}
    return Entry.model_validate({**item, "source": "scenario"})


def _checked(settings: dict[str, Setting], plan: Plan, site: Site, document: Document, at: Path_) -> dict[str, Axis]:
    """Every number that is set, with its values in its own unit; one value makes an axis of one."""
    found = {}
    for key, setting in settings.items():
        try:
            if key.startswith(OF_SITE):
                found[key] = _of_site(key, setting, site)
            else:
                found[key] = _of_plan(key, setting, plan)
        except ValueError as error:
            raise PlanError(f"{key} {error}", place=document.place((*at, key))) from None
    return found


def _of_site(key: str, setting: Setting, site: Site) -> Axis:
    name = key.removeprefix(OF_SITE)
    if name not in site.facts:
        near = [known for known in site.facts if known.split(".")[0] == name.split(".")[0]] or list(site.facts)
        raise ValueError(f"is no fact of site {site.site!r}; accepted: {', '.join(near[:12])}")
    fact = site.facts[name]
    if fact.value is None:
        raise ValueError("is a list of values, which no scenario can set; accepted are facts with a single value")
    values = setting.expanded(fact.unit, None)
    ends = (fact.value,) if fact.range is None else (fact.value, fact.range.min, fact.range.max)
    most = MOST_TIMES * max(abs(end) for end in ends)
    for value in values:
        if abs(value) > most:
            raise ValueError(
                f"is {value:g} {fact.unit}; accepted is at most {most:g} {fact.unit}, "
                f"{MOST_TIMES} times its largest value here"
            )
    return Axis(key, fact.unit, values)


def _of_plan(key: str, setting: Setting, plan: Plan) -> Axis:
    clause_id, _, name = key.partition(".")
    clauses = {clause.id: clause for clause in plan.clauses}
    if clause_id not in clauses:
        raise ValueError(f"is no quantity of plan {plan.plan!r}; accepted are clauses {', '.join(clauses)}, or site.…")
    quantities = clauses[clause_id].quantities
    if name not in quantities:
        raise ValueError(f"is no quantity; accepted: {', '.join(f'{clause_id}.{known}' for known in quantities)}")
    quantity = quantities[name]
    bounds = quantity.bounds
    values = setting.expanded(quantity.unit, bounds.step)
    for value in values:
        steps = (value - bounds.min) / bounds.step
        if not bounds.min <= value <= bounds.max or abs(steps - round(steps)) > 1e-6:
            raise ValueError(
                f"is {value:g} {quantity.unit}; accepted is {bounds.min:g} to {bounds.max:g} {quantity.unit} "
                f"in steps of {bounds.step:g}"
            )
    return Axis(key, quantity.unit, values, quantity.label)
