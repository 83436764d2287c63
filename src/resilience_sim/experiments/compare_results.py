"""What a comparison of scenarios found: shares kept, differences to the base, costs, and which scenario is best."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from resilience_sim.experiments.compare_measures import Difference, Summary
from resilience_sim.experiments.compare_selection import Cheapest, Selecting
from resilience_sim.experiments.compare_tornado import Bar
from resilience_sim.plans.register import Plan
from resilience_sim.plans.scenario_grids import Variant
from resilience_sim.plans.scenarios import ScenarioFile
from resilience_sim.plans.site import Site
from resilience_sim.studies.question import Question
from resilience_sim.verdicts.best import Best
from resilience_sim.verdicts.verdict import Answer, Verdict

__all__ = ["Cell", "Comparison", "Cost", "Row", "decides"]


@dataclass(frozen=True)
class Cost:
    """What a scenario costs in one event.

    Parameters
    ----------
    mean, low, high
        With its interval; equal where it is known without chance.
    unit
        ``staff_hours``, or a key of the words in which reports give costs; empty where there is no cost.
    why
        Why there is none: ``nothing_set`` (the study counts no cost of all that the scenarios set), ``open`` (it does,
        but only for values within what a recommendation may choose), ``many`` (too many choices to work it out).
    """

    mean: float = math.nan
    low: float = math.nan
    high: float = math.nan
    unit: str = ""
    why: str = ""


@dataclass(frozen=True)
class Cell:
    """One claim in one scenario.

    Parameters
    ----------
    question
        As the scenario asks it.
    measure, kept
        Of the measure, and of the share of events that kept the limit.
    difference, kept_difference
        To the base, event by event.
    verdict
        At this claim's and scenario's share of the error.
    cost, cost_difference
        In one event; ``None`` where it is not counted event by event.
    """

    question: Question
    measure: Summary
    kept: Summary
    difference: Difference
    kept_difference: Difference
    verdict: Verdict
    cost: Cost
    cost_difference: Difference | None


@dataclass(frozen=True)
class Row:
    """One claim, reading and hazard in all scenarios; ``None`` where a scenario cannot ask it."""

    claim: str
    interpretation: str
    hazard: str
    cells: tuple[Cell | None, ...]
    best: Best
    cheapest: Cheapest | None
    compared: tuple[int, ...]  # indices of the scenarios among which the best was chosen, in its order

    @property
    def base(self) -> Cell:
        """The claim as it is now."""
        assert self.cells[0] is not None
        return self.cells[0]

    @property
    def oftenest(self) -> int | None:
        """Index of the scenario that keeps it oftenest; ``None`` where the events do not suffice to say."""
        return None if self.best.chosen is None else self.compared[self.best.chosen]


@dataclass(frozen=True)
class Comparison:
    """All that a comparison found.

    Parameters
    ----------
    file, plan, site
        What was compared.
    variants
        The base first.
    rows
        One for each claim, reading and hazard.
    seed, replications, family_error, selecting
        How.
    tornado
        Of the claim that the file names, the gravest fact first.
    """

    file: ScenarioFile
    plan: Plan
    site: Site
    variants: tuple[Variant, ...]
    rows: tuple[Row, ...]
    seed: int
    replications: int
    family_error: float
    selecting: Selecting
    tornado: tuple[Bar, ...] = ()

    @property
    def holding(self) -> tuple[int, ...]:
        """Scenarios in which every claim that was asked holds."""
        return tuple(
            k
            for k in range(len(self.variants))
            if all(cell is not None and cell.verdict.answer is Answer.HOLDS for cell in (r.cells[k] for r in self.rows))
        )

    def cost(self, variant: int) -> float:
        """Mean cost of a scenario over its rows; nan where a row has none, or they count different things."""
        costs = [cell.cost for row in self.rows if (cell := row.cells[variant]) is not None]
        if not costs or len({cost.unit for cost in costs}) > 1:
            return math.nan
        return math.fsum(cost.mean for cost in costs) / len(costs)

    @property
    def recommended(self) -> int | None:
        """The cheapest in which every claim holds of the scenarios that a plan can decide, the first of equals.

        By the share kept where the cost of one that holds is not known.
        """
        return self._cheapest([k for k in self.holding if self.decides(k)])

    @property
    def proposed(self) -> int | None:
        """The same of those at the site and under the hazard as they are; 0 if the base is the best of them."""
        return self._cheapest([k for k in self.holding if self.proposes(k)])

    def decides(self, variant: int) -> bool:
        """Whether a scenario changes numbers of the plan alone, beyond the base."""
        return decides(self.variants[0], self.variants[variant])

    def proposes(self, variant: int) -> bool:
        """Whether a scenario changes numbers of the plan alone, the changes of the base included."""
        one = self.variants[variant]
        return one.hazard is None and all(change.clause is not None for change in one.changes)

    def priced(self, among: Iterable[int]) -> bool:
        """Whether all of these scenarios have a cost, so that the cheapest can be told."""
        return not any(math.isnan(self.cost(k)) for k in among)

    def _cheapest(self, among: Sequence[int]) -> int | None:
        if self.priced(among):
            return min(among, key=self.cost, default=None)
        return max(among, key=self._kept, default=None)

    def _kept(self, variant: int) -> float:
        return math.fsum(cell.kept.mean for row in self.rows if (cell := row.cells[variant]) is not None)


def decides(base: Variant, variant: Variant) -> bool:
    """Whether a scenario is at the base's site and hazard, so that a plan can decide it."""
    sites = [{change.key: change.value for change in one.changes if change.clause is None} for one in (base, variant)]
    return sites[0] == sites[1] and variant.hazard is None
