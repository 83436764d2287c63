"""Records of drills as facts of a site."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from resilience_sim.experiments.fit import FittedSite, about, finite, named

if TYPE_CHECKING:
    from resilience_sim.experiments.drill_facts import Drilled, Noticing
    from resilience_sim.plans.site import Site

__all__ = ["fit_drill_site"]


def fit_drill_site(
    path: Path,
    *,
    noticing: Noticing | None = None,
    model: Drilled | None = None,
    at_site: Callable[[Site], Drilled] | None = None,
    seed: int = 0,
) -> FittedSite:
    """Drill records as laws of starting, drift and pace, and whether a model still matches them.

    Parameters
    ----------
    path
        The record (:func:`~.drill_files.read_drills`).
    noticing
        What drills are to notice; by default times that grow by 20 % within a year.
    model, at_site
        The study that the drills are held against, and the same study at another site; `None`: none.
    seed
        Of what is simulated; fixed, so that one record has one fit.

    Raises
    ------
    DataError
        If the record is not as described, or does not fit the building.
    """
    from resilience_sim.experiments.drill_facts import Noticing, drill_facts

    def fit() -> FittedSite:
        facts, notes = drill_facts(path, noticing=noticing or Noticing(), model=model, at_site=at_site, seed=seed)
        return FittedSite("drills", named(path), finite(facts), notes)

    return about(path, fit)
