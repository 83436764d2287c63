"""A file of scenarios: named changes of a plan's numbers, of a site's facts and of the hazard, each with its reason.

::

    scenarios: storm-staffing
    title: {zh: 加派人数比较, en: How many extra agents}
    plan: utility-call-centre
    claims: [P1-09.a]            # asked; default: all that the study asks
    hazards: [district]          # of those that the study knows; default: all
    scenarios:
      - id: more_agents
        rationale: {zh: …, en: …}
        set:
          P1-09.extra_agents: 2..12 agents step 2      # a range makes a scenario of each value
          site.outage_calls.share_who_call: 20 %

Everything starts from the plan in force at the site as it is, or from that with the changes of ``base``. Nothing here
runs anything; what a study cannot ask is refused when it is bound.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator

from resilience_sim.errors import PlanError
from resilience_sim.plans.document import Document, Path_, parse_document, read_text
from resilience_sim.plans.fields import FactName, Frozen, Name, Text, Words
from resilience_sim.plans.files import find, library, validated
from resilience_sim.plans.scenario_values import Setting, read_setting

__all__ = [
    "SCENARIOS",
    "BaseChanges",
    "NamedScenario",
    "ScenarioFile",
    "Tornado",
    "folder_of",
    "read_scenarios",
    "shipped",
]

SCENARIOS = "scenarios.yaml"
BASE = "base"


def _in_both(value: Any) -> Any:
    return {"zh": value, "en": value} if isinstance(value, str) else value


Told = Annotated[Text, BeforeValidator(_in_both)]
"""The same in both languages, or one text for both."""


class BaseChanges(Frozen):
    """What every scenario of a file starts from, beyond the plan in force."""

    rationale: Told
    set: Annotated[dict[str, Any], Field(min_length=1)]

    @property
    def settings(self) -> dict[str, Setting]:
        """What is set, by its key."""
        return {key: read_setting(value) for key, value in self.set.items()}


class NamedScenario(Frozen):
    """One scenario as its file names it; with a range, one for each value."""

    id: Name
    name: Told | None = None
    rationale: Told
    set: dict[str, Any] = Field(default_factory=dict)
    hazard: Name | None = None

    @property
    def settings(self) -> dict[str, Setting]:
        """What is set, by its key."""
        return {key: read_setting(value) for key, value in self.set.items()}


class Tornado(Frozen):
    """The claim for which assumptions about the site are moved, and which; by default all that are uncertain."""

    claim: str
    facts: tuple[FactName, ...] = ()

    @field_validator("facts", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value


class ScenarioFile(Frozen):
    """All of a file of scenarios."""

    scenarios: Annotated[tuple[NamedScenario, ...], Field(min_length=1, max_length=200)]
    title: Told
    plan: Words
    claims: tuple[str, ...] = ()
    hazards: tuple[Name, ...] = ()
    record: Words | None = None
    base: BaseChanges | None = None
    tornado: Tornado | None = None

    @field_validator("scenarios", "claims", "hazards", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value


def read_scenarios(path: Path) -> tuple[ScenarioFile, Document]:
    """Read and validate a file of scenarios, or the ``scenarios.yaml`` of a folder.

    Returns
    -------
    tuple
        The file, and the document that knows the line of everything in it.

    Raises
    ------
    PlanError
        With file, line, what was wrong and what would be accepted.
    """
    file = path / SCENARIOS if path.is_dir() else path
    document = parse_document(file, read_text(file))
    read = validated(document, ScenarioFile)
    seen: dict[str, int] = {}
    for index, scenario in enumerate(read.scenarios):
        place = document.place(("scenarios", index, "id"))
        if scenario.id == BASE:
            raise PlanError(f"scenario {BASE!r} is what all are compared with; accepted is another id", place=place)
        if scenario.id in seen:
            raise PlanError(f"scenario {scenario.id!r} stands twice; accepted is every id once", place=place)
        if not scenario.set and scenario.hazard is None:
            raise PlanError(
                f"scenario {scenario.id!r} changes nothing; accepted is one that has 'set' or 'hazard'", place=place
            )
        seen[scenario.id] = index
        _check_settings(scenario.set, document, ("scenarios", index, "set"))
    if read.base is not None:
        _check_settings(read.base.set, document, ("base", "set"))
    for key in ("claims", "hazards"):
        listed: tuple[str, ...] = getattr(read, key)
        for index, one in enumerate(listed):
            if one in listed[:index]:
                raise PlanError(f"{one!r} stands twice; accepted is once", place=document.place((key, index)))
    return read, document


def _check_settings(settings: dict[str, Any], document: Document, at: Path_) -> None:
    for key, value in settings.items():
        try:
            read_setting(value)
        except ValueError as error:
            raise PlanError(f"{key}: {error}", place=document.place((*at, key))) from None


def folder_of(read: ScenarioFile, document: Document, plan: str | None = None) -> Path:
    """The folder of the plan that a file of scenarios is about: a shipped plan's, or one beside the file.

    Parameters
    ----------
    read, document
        The file.
    plan
        A slug or folder to use instead.

    Raises
    ------
    PlanError
        If there is no such plan.
    """
    if plan is not None:
        return find(plan)
    beside = document.path.parent / read.plan
    if read.plan not in library() and beside.is_dir():
        return beside
    try:
        return find(read.plan)
    except PlanError as error:
        raise PlanError(str(error), place=document.place(("plan",))) from None


def shipped() -> dict[str, Path]:
    """The files of scenarios that ship with the plans: slug of the plan → file."""
    return {slug: folder / SCENARIOS for slug, folder in library().items() if (folder / SCENARIOS).is_file()}
