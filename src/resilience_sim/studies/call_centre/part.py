"""What the parts of the call centre's study have in common that rest on its call tree and its file of faults."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import partial
from typing import ClassVar, Self

from resilience_sim.hazards.outages import LineOutages
from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Site
from resilience_sim.studies.needs import Needs

__all__ = ["CallCentrePart"]


class CallCentrePart(ABC):
    """A part of the call centre's study at one site.

    Parameters
    ----------
    plan, site
        The register and the site's facts, with its call tree and its file of faults.
    record
        Not used: no record of lines or of the mains breaks the centre's own equipment, or reaches a telephone.
    check
        Whether call tree and file of faults are checked, also at both ends of all ranges.

    Raises
    ------
    FactError
        If the site lacks a fact, or has one that no machine can take.
    PlanError
        If it has no call tree or no file of faults, or one that the machines cannot take.
    """

    needs: ClassVar[Needs]

    def __init__(
        self, plan: Plan, site: Site, record: tuple[LineOutages, float] | None = None, *, check: bool = True
    ) -> None:
        self.needs.check_site(site)
        self.plan = plan
        self.site = site
        self.record = record
        self._prepare(check=check)

    @abstractmethod
    def _prepare(self, *, check: bool) -> None:
        """Build the events of the site."""

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled by what it is made of; what was checked once is not checked again."""
        return partial(type(self), self.plan, self.site, self.record, check=False), ()

    def at_site(self, values: Mapping[str, float]) -> Self:
        """The same study with other values of some facts."""
        return type(self)(self.plan, self.site.with_values(values), self.record, check=False)
