"""What a study needs of a plan and a site, checked before any work: numbers that it can work with, by name.

A file may be well formed and still say what no study can put to a machine: a load of 0 W, a clause that was renamed, a
limit in watts for a measure in hours. Every study lists what it :class:`Needs`; :func:`~resilience_sim.studies.bind`
checks the list and adds file and line to what is refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from resilience_sim.errors import FactError, InputsError, Place, PlanError, UnitError
from resilience_sim.plans.claims import Claim
from resilience_sim.plans.document import Document
from resilience_sim.plans.quantities import Quantity
from resilience_sim.plans.register import Clause, Plan
from resilience_sim.plans.site import Fact, Site
from resilience_sim.studies.limits import limit_unit, readings
from resilience_sim.units import UNITS, from_base, to_base, unit

__all__ = [
    "PART", "SHARE", "SIGMA", "Accepts", "Needs", "Rule", "above", "as_many", "ends_with_all", "from_on", "in_order",
    "largest", "placed", "smallest", "whole_number",
]  # fmt: skip

Rule = Callable[[Site], None]


@dataclass(frozen=True)
class Accepts:
    """Which numbers will do.

    Parameters
    ----------
    base
        Their base unit.
    low, high
        Between which they lie, in it.
    open_low, open_high
        Whether `low` and `high` themselves are refused.
    listed
        Whether a list of values is needed; all of them lie there.
    optional
        Whether the number may be missing, or open in a plan.
    """

    base: str
    low: float = 0.0
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False
    listed: bool = False
    optional: bool = False

    def takes(self, value: float) -> bool:
        """Whether a number in base units will do."""
        enough = value > self.low if self.open_low else value >= self.low
        return enough and (value < self.high if self.open_high else value <= self.high)

    def wants(self, unit_name: str) -> str:
        """The numbers that will do, in a unit."""
        low, high = (_figure(from_base(end, unit_name), unit_name) for end in (self.low, self.high))
        least = f"above {low}" if self.open_low else f"{low} or more"
        if self.high == math.inf:
            return least
        return f"{least}, {'below' if self.open_high else 'at most'} {high}"

    def wrong_unit(self, unit_name: str) -> str:
        """What is wrong with a unit, and what would be accepted; empty if nothing is."""
        if unit(unit_name).base == self.base:
            return ""
        return f"is in {unit_name}; accepted are {', '.join(name for name, u in UNITS.items() if u.base == self.base)}"


SHARE = Accepts("share", high=1.0)
PART = Accepts("share", high=1.0, open_low=True, open_high=True)  # neither nothing nor all


def above(low: float, base: str, high: float = math.inf, *, listed: bool = False) -> Accepts:
    """Numbers above `low`, at most `high`."""
    return Accepts(base, low, high, open_low=True, listed=listed)


def from_on(low: float, base: str, high: float = math.inf, *, listed: bool = False, optional: bool = False) -> Accepts:
    """Numbers from `low` to `high`."""
    return Accepts(base, low, high, listed=listed, optional=optional)


SIGMA = above(0.0, "1", 5.0)  # of a log-normal law: at 5 its mean is a quarter million times its median


@dataclass(frozen=True)
class Needs:
    """All that a study needs.

    Parameters
    ----------
    facts
        Facts of the site.
    rules
        What several facts have to be together; each raises :class:`~resilience_sim.errors.FactError`.
    quantities
        Numbers of the plan, by clause and name.
    measures
        What a claim may measure, by its study, with the unit of each measure.
    interpretations
        Readings that make a difference to the study, by clause; another name for one would silently make none.
    """

    facts: Mapping[str, Accepts]
    rules: tuple[Rule, ...] = ()
    quantities: Mapping[tuple[str, str], Accepts] = field(default_factory=dict)
    measures: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    interpretations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    # ---- the site

    def check_site(self, site: Site) -> None:
        """Refuse a site whose facts are missing, or are none that the study can work with.

        Raises
        ------
        FactError
            With the fact's name.
        """
        for name, accepts in self.facts.items():
            if accepts.optional and name not in site.facts:
                continue
            values = site.bases(name) if accepts.listed else (site.base(name),)
            fact = site.fact(name)
            if wrong := accepts.wrong_unit(fact.unit) or _first_refused(accepts, fact, values):
                raise FactError(name, wrong)
        for rule in self.rules:
            rule(site)

    def check_ranges(self, site: Site) -> None:
        """Refuse a site whose facts may lie, by their ranges, where the study cannot work.

        Raises
        ------
        FactError
            With the name of the first fact to which that happens.
        """
        ends = {name: fact.range for name, fact in site.facts.items() if fact.range is not None}
        for end in ("min", "max"):
            try:
                self.check_site(site.with_values({name: getattr(span, end) for name, span in ends.items()}))
            except FactError as error:
                raise FactError(error.fact, f"(at the {end} of its range) {error.why}") from None

    # ---- the plan

    def check_plan(self, plan: Plan, site: Site, document: Document | None = None) -> None:
        """Refuse a plan that lacks what the study asks about, or asks this study what it cannot answer.

        Raises
        ------
        PlanError
            With file and line, if the document is given.
        """
        clauses = {clause.id: (index, clause) for index, clause in enumerate(plan.clauses)}
        for (clause_id, name), accepts in self.quantities.items():
            if clause_id not in clauses:
                known = ", ".join(sorted({known for known, _ in self.quantities}))
                raise _refused(f"the plan lacks clause {clause_id}; its study needs {known}", document)
            index, clause = clauses[clause_id]
            if name not in clause.quantities:
                why = f"clause {clause_id} lacks the quantity {name!r}, which the study needs"
                raise _refused(why, document, "clauses", index, "quantities")
            if wrong := _wrong_number(accepts, clause.quantities[name]):
                why = f"{clause_id}: quantity {name!r} {wrong}"
                raise _refused(why, document, "clauses", index, "quantities", name)
        for index, clause in enumerate(plan.clauses):
            for number, claim in enumerate(clause.claims):
                if claim.study in self.measures and (wrong := self._wrong_claim(site, clause, claim)):
                    raise _refused(f"claim {claim.id} {wrong}", document, "clauses", index, "claims", number)

    def _wrong_claim(self, site: Site, clause: Clause, claim: Claim) -> str:
        """What is wrong with a claim; empty if nothing is."""
        measures = self.measures[claim.study]
        if claim.measure not in measures:
            return f"asks study {claim.study!r} about {claim.measure!r}; accepted: {', '.join(measures)}"
        for clause_id, reading in readings(clause, claim).items():
            known = self.interpretations.get(clause_id, ())
            if reading not in known:
                accepted = ", ".join(known) or f"no reading of {clause_id}"
                return f"reads {clause_id} as {reading!r}, which its study does not know; accepted: {accepted}"
        wanted = measures[claim.measure]
        try:
            limit = limit_unit(site, clause, claim)
        except UnitError as error:
            return f"has the limit {claim.limit!r}: {error}"
        if unit(limit).base != unit(wanted).base:
            return f"has a limit in {limit} for {claim.measure!r}; accepted is one in {wanted}"
        return ""


# ---- lists that belong together


def as_many(site: Site, name: str, grid: str, *, least: int = 2) -> None:
    """Refuse a list that has not one value for each of its grid, `least` or more.

    Raises
    ------
    FactError
        With the list's name.
    """
    found, wanted = len(site.bases(name)), len(site.bases(grid))
    if found != wanted or wanted < least:
        accepted = f"one for each, {least} or more"
        values = f"{found} value{'' if found == 1 else 's'}"
        raise FactError(name, f"has {values} beside {wanted} of {grid!r}; accepted is {accepted}")


def in_order(site: Site, name: str) -> None:
    """Refuse a list that does not strictly rise.

    Raises
    ------
    FactError
        With the list's name.
    """
    fact = site.fact(name)
    for before, after in pairwise(fact.values or ()):
        if not before < after:
            raise FactError(name, f"goes from {before:g} to {_figure(after, fact.unit)}; accepted are values that rise")


def ends_with_all(site: Site, grid: str, *names: str) -> None:
    """Refuse shares over by times of a grid that do not grow with it, or do not end with all.

    Raises
    ------
    FactError
        With the name of the grid or of the shares.
    """
    in_order(site, grid)
    for name in names:
        as_many(site, name, grid)
        in_order(site, name)
        if (last := site.bases(name)[-1]) != 1:
            raise FactError(name, f"ends with {last:g}; accepted is a last share of 1, since all end at last")


# ---- single facts


def whole_number(site: Site, name: str) -> None:
    """Refuse a number of things that is not whole, or has a range in which it would not be.

    Raises
    ------
    FactError
        With the fact's name.
    """
    value, span = site.base(name), site.fact(name).range
    if value != round(value) or (span is not None and span.min < span.max):
        found = f"is {value:g}" if value != round(value) else "has a range with two ends"
        raise FactError(name, f"{found}; accepted is a whole number, without a range or with one of equal ends")


def largest(site: Site, name: str) -> float:
    """The largest value that a fact may have, in base units."""
    fact = site.fact(name)
    return site.base(name) if fact.range is None else to_base(fact.range.max, fact.unit)


def smallest(site: Site, name: str) -> float:
    """The smallest value that a fact may have, in base units."""
    fact = site.fact(name)
    return site.base(name) if fact.range is None else to_base(fact.range.min, fact.unit)


# ---- what is wrong, and where


def _figure(value: float, unit_name: str) -> str:
    """A number with its unit; what is counted in ones, or is a share, has none."""
    return f"{value:g}" if unit_name in ("1", "share") else f"{value:g} {unit_name}"


def _first_refused(accepts: Accepts, fact: Fact, values: tuple[float, ...]) -> str:
    refused = next((value for value in values if not accepts.takes(value)), None)
    if refused is None:
        return ""
    return f"is {_figure(from_base(refused, fact.unit), fact.unit)}; accepted is {accepts.wants(fact.unit)}"


def _wrong_number(accepts: Accepts, quantity: Quantity) -> str:
    """What is wrong with a quantity's unit, its value in force or its bounds; empty if nothing is."""
    if wrong := accepts.wrong_unit(quantity.unit):
        return wrong
    value = quantity.in_force()
    if value is None and not accepts.optional:
        return "is open; accepted is a value in force, which the study needs"
    for what, number in (("is", value), ("may be", quantity.bounds.min), ("may be", quantity.bounds.max)):
        if number is not None and not accepts.takes(to_base(number, quantity.unit)):
            return f"{what} {_figure(number, quantity.unit)}; accepted is {accepts.wants(quantity.unit)}"
    return ""


def _refused(why: str, document: Document | None, *at: str | int) -> PlanError:
    return PlanError(why, place=None if document is None else document.place(at))


@contextmanager
def placed(document: Document | None) -> Iterator[None]:
    """Whatever is wrong with a site is told with its file, and with the line of the fact where one is named.

    Parameters
    ----------
    document
        The site's file; ``None`` where there is none.
    """
    try:
        yield
    except FactError as error:
        if document is None or error.place is not None:
            raise
        raise FactError(error.fact, error.why, place=document.place(("facts", error.fact))) from None
    except InputsError as error:  # of several facts together, so that no line is at fault alone
        if document is None:
            raise
        raise PlanError(f"its facts cannot be put to a machine: {error}", place=Place(document.path)) from None
