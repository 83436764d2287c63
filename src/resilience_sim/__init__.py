"""Tests whether the numbers in an emergency plan hold under load, and proposes numbers that do.

A **plan** says what must hold. A **hazard** strikes a **site**. A **study** puts a clause to a **model**.
A **verdict** answers, a **recommendation** repairs, and both are written back into the plan.

================  ===========================================================================================
``plans``         what must hold: registers of clauses, sites, proposals; runs nothing
``hazards``       what strikes: calls, line outages, storms; fits and replays of real logs
``models``        the machines: each a readable SimPy reference and a compiled kernel, equal to the bit
``verdicts``      answering: evidence, verdicts, selection; pure functions of data
``studies``       one per plan: from its clauses to questions put to the models
``experiments``   asking: replicate, check, recommend, breaking points, plausible sites, fits
``reports``       showing: tables, records for machines, figures
``cli``           one file per verb
================  ===========================================================================================

Imports point down this list's reverse only. The names below are the public ones; they are loaded when first used, so
that ``import resilience_sim`` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resilience_sim.errors import ResilienceError
    from resilience_sim.experiments.check import CheckedClaim, check
    from resilience_sim.experiments.compare import compare
    from resilience_sim.experiments.compare_results import Comparison
    from resilience_sim.experiments.recommend import Recommendation, recommend
    from resilience_sim.experiments.runs import Runs
    from resilience_sim.experiments.simulate import SimulationResult, simulate
    from resilience_sim.models.queue import Callers, Instants, QueueInputs, Rate, Redial
    from resilience_sim.plans.files import read_plan, read_site
    from resilience_sim.plans.register import Clause, Plan
    from resilience_sim.plans.site import Site
    from resilience_sim.randomness import (
        Deterministic,
        Empirical,
        Erlang,
        Exponential,
        LogNormal,
        Never,
        Streams,
        Uniform,
        Weibull,
    )  # fmt: skip
    from resilience_sim.studies import bind
    from resilience_sim.timelines import Timeline, constant
    from resilience_sim.verdicts.verdict import Answer, ShareTest, Verdict

_HOMES = {
    "errors": ("ResilienceError",),
    "experiments.check": ("CheckedClaim", "check"),
    "experiments.compare": ("compare",),
    "experiments.compare_results": ("Comparison",),
    "experiments.recommend": ("Recommendation", "recommend"),
    "experiments.runs": ("Runs",),
    "experiments.simulate": ("SimulationResult", "simulate"),
    "models.queue": ("Callers", "Instants", "QueueInputs", "Rate", "Redial"),
    "plans.files": ("read_plan", "read_site"),
    "plans.register": ("Clause", "Plan"),
    "plans.site": ("Site",),
    "randomness": (
        "Deterministic", "Empirical", "Erlang", "Exponential", "LogNormal", "Never", "Streams", "Uniform", "Weibull",
    ),
    "studies": ("bind",),
    "timelines": ("Timeline", "constant"),
    "verdicts.verdict": ("Answer", "ShareTest", "Verdict"),
}  # fmt: skip
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Answer", "bind", "Callers", "check", "CheckedClaim", "Clause", "compare", "Comparison", "constant",
    "Deterministic", "Empirical", "Erlang", "Exponential", "Instants", "LogNormal", "Never", "Plan", "QueueInputs",
    "Rate", "read_plan", "read_site", "recommend", "Recommendation", "Redial", "ResilienceError", "Runs", "ShareTest",
    "simulate", "SimulationResult", "Site", "Streams", "Timeline", "Uniform", "Verdict", "Weibull",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
