"""The call centre's reports: who knows within what time, by day, by night, and when much fails at once.

One event is a failure, one of which leaders know, a mains failure, an accident, a fire from which all are safe, or a
surge for which reserves are called (:mod:`~resilience_sim.studies.call_centre.calls_events`). Clauses that can be read
in two ways are judged by the outcome of both, in the same events:

* *foreseen* or *elapsed* (P4-06): supervisor and manager are told as soon as the specialist, at work, sees that ten
  minutes will not do (at the latest when they are up), or always when they are up;
* *two or more* or *only grave* (P4-27): the manager is told of accidents with so many persons, or only of grave ones.

That it is back (P4-11) is asked about in failures of which the supervisor or the manager had been told before: where
nobody had been, there is nobody to phone.

A promised time that the plan leaves open is the longest that its bounds allow. In a storm the floor takes longer to put
in order, one agent has three people to call, and reserves are longer on their way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.plans.claims import Claim
from resilience_sim.plans.register import Clause
from resilience_sim.randomness import Streams
from resilience_sim.studies.call_centre import calls_levers as levers
from resilience_sim.studies.call_centre.calls_events import LEVELS, Event, Reported, called_up_s, reported
from resilience_sim.studies.call_centre.faults_events import BLOCK, STORM, Breakdown, Breakdowns, Scenario
from resilience_sim.studies.call_centre.part import CallCentrePart
from resilience_sim.studies.limits import asked, decided, offered, readings, stated
from resilience_sim.studies.needs import SHARE, SIGMA, Needs, above, from_on
from resilience_sim.studies.question import Axis, Choice, Effort, Question, Situation
from resilience_sim.units import HOUR, MINUTE, from_base, to_base

__all__ = ["MEASURES", "NEEDS", "STUDIES", "Reports"]

Floats = npt.NDArray[np.float64]

STUDIES: Mapping[str, Mapping[str, str]] = {
    "failure_reports": {"supervisor_told": "min", "leaders_told": "min"},
    "recovery_report": {"recovery_told": "min"},
    "mains_report": {"mains_told": "min"},
    "safe_report": {"centre_superior_told": "min"},
    "accident_report": {"manager_told": "min"},
    "grave_report": {"centre_superior_told": "min"},
    "reserves_called": {"reserves_in_place": "min"},
}
MEASURES = {measure: unit for measures in STUDIES.values() for measure, unit in measures.items()}
OPEN_SECONDS = from_on(0.0, "s", optional=True)
NEEDS = Needs(
    facts={
        "calling.answered_day": above(0.0, "share", 1.0),
        "calling.answered_night": above(0.0, "share", 1.0),
        "calling.attempts": from_on(1.0, "tries", 20.0),
        "leader.arranges": above(0.0, "s", HOUR),
        "specialist.people": from_on(1.0, "persons", 100.0),
        "specialist.judges": above(0.0, "s"),
        "specialist.spread": SIGMA,
        "vendor.asked": SHARE,
        "storm.seats": from_on(1.0, "seats", 200.0),
        "storm.travel": above(0.0, "1", 10.0),
        "accident.agents_off": from_on(1.0, "agents"),
        "accident.grave": SHARE,
        "call_up.arrival_median": above(0.0, "s"),
        "support.level_two": SHARE,
        "support.reserves": from_on(1.0, "agents", 200.0),
        "roster.shift_starts": from_on(0.0, "s", 24 * HOUR, listed=True),
        "roster.agents": from_on(0.0, "agents", listed=True),
    },
    quantities={
        ("P4-02", "specialists"): from_on(1.0, "persons", 100.0, optional=True),
        ("P4-05", "report_within"): from_on(0.0, "s"),
        ("P4-06", "restored_within"): from_on(0.0, "s"),
        ("P4-06", "told_within"): OPEN_SECONDS,
        ("P4-07", "unsolved_for"): above(0.0, "s"),
        ("P4-07", "share_acted_on"): replace(SHARE, optional=True),
        ("P4-11", "told_within"): OPEN_SECONDS,
        ("P4-12", "told_within"): OPEN_SECONDS,
        ("P4-23", "report_within"): OPEN_SECONDS,
        ("P4-27", "people"): from_on(1.0, "persons"),
        ("P4-28", "report_within"): OPEN_SECONDS,
        ("P4-34", "in_place_within"): OPEN_SECONDS,
        ("P4-34", "reserves"): from_on(0.0, "agents", 200.0, optional=True),
    },
    measures=STUDIES,
    interpretations={"P4-06": ("foreseen", "elapsed"), "P4-27": ("two_or_more", "only_grave")},
)
EVENTS: Mapping[str, Event] = {
    "failure_reports": "failure",
    "recovery_report": "recovered",
    "mains_report": "mains",
    "safe_report": "safe",
    "accident_report": "accident",
    "grave_report": "grave",
    "reserves_called": "surge",
}
WITH_STORM = ("failure_reports", "recovery_report", "mains_report", "reserves_called")
ARRIVAL_MIN = (5.0, 10.0, 15.0, 23.0, 30.0, 45.0, 60.0, 90.0)
LISTED_STEP = 3.0  # reserves: one more or less is not told apart
NOTE_BLOCKS = 10


class Reports(CallCentrePart):
    """The study of the plan's reports and call-ups at one site; see the module's docstring."""

    needs = NEEDS

    def _prepare(self, *, check: bool) -> None:
        self.breakdowns = Breakdowns(self.site, check=check)

    @property
    def effort(self) -> Effort:
        """A block of events takes some milliseconds."""
        return Effort(per_site=BLOCK, per_load=12 * BLOCK, per_certificate=300 * BLOCK, block=BLOCK)

    # ---- what is asked

    def questions(self) -> Sequence[Question]:
        """One question per claim and scenario."""
        return [
            self._question(clause, claim, scenario)
            for clause, claim in self.plan.claims(tuple(STUDIES))
            for scenario in self._scenarios(claim.study)
        ]

    def _question(self, clause: Clause, claim: Claim, scenario: Scenario) -> Question:
        return asked(
            self.plan,
            self.site,
            clause,
            claim,
            scenario=scenario,
            situation=self.situation(claim.study, scenario, readings(clause, claim)),
            unit=MEASURES[claim.measure],
            easiest_if_open=True,
        )

    @staticmethod
    def _scenarios(study: str) -> tuple[Scenario, ...]:
        return ("by_day", "by_night", STORM) if study in WITH_STORM else ("by_day", "by_night")

    def situation(self, study: str, scenario: Scenario, read: Mapping[str, str]) -> Reported:
        """What is simulated for a study, the plan's words read in this way."""
        plain = Reported(EVENTS[study], scenario)
        match study:
            case "failure_reports" | "recovery_report":
                return replace(
                    plain,
                    breakdown=self._failure(scenario),
                    foreseen=read.get("P4-06") == "foreseen",
                    restored_within_s=stated(self.plan, self.site, "P4-06", "restored_within"),
                )
            case "accident_report" if read.get("P4-27") != "only_grave":
                return replace(plain, people_from=round(stated(self.plan, self.site, "P4-27", "people")))
            case "reserves_called":
                listed = decided(self.plan, "P4-34", "reserves")
                return replace(plain, listed=None if listed is None else round(listed))
        return plain

    def _failure(self, scenario: Scenario) -> Breakdown:
        """An application that fails; the vendor is called as often as the plan or else the site says."""
        site = self.site
        return Breakdown(
            "application",
            scenario,
            specialists=round(stated(self.plan, site, "P4-02", "specialists", "specialist.people")),
            seats=round(site.base("storm.seats")) if scenario == STORM else 1,
            vendor_after_s=stated(self.plan, site, "P4-07", "unsolved_for"),
            vendor_asked=stated(self.plan, site, "P4-07", "share_acted_on", "vendor.asked"),
        )

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of events, shape (:data:`~.call_centre_faults_events.BLOCK`,)."""
        return reported(self.breakdowns, _reported(situation), seed, replication)

    # ---- loads that may grow

    def axes(self, question: Question) -> Sequence[Axis]:
        """Fewer calls answered, by day as by night alike, so that one scenario tells; of reserves a longer way."""
        if question.scenario != "by_day" or question.claim.interpretation == "only_grave":
            return ()
        if question.claim.study == "reserves_called":
            return (Axis("call_up.arrival_median", "min", ARRIVAL_MIN),)
        return (levers.answered(),)

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value."""
        situation = _reported(question.situation)
        if axis.name == levers.ANSWERED:
            return replace(situation, changes=levers.with_answered(situation.changes, value))
        in_its_unit = from_base(to_base(value, axis.unit), self.site.fact(axis.name).unit)
        return replace(situation, changes=situation.changes.with_fact(axis.name, in_its_unit))

    # ---- what may be chosen

    def options(self, question: Question) -> Sequence[str]:
        """A deadline with tries; phones that are answered; people on the list; tries where there is no deadline."""
        match question.clause, question.claim.interpretation:
            case "P4-05", _:
                return ("deadline_and_tries", "answered_and_tries")
            case "P4-27", "two_or_more":
                return ("answered_and_tries",)
            case "P4-27", _:
                return ()
            case "P4-34", _:
                return ("deadline_and_tries", "reserves_listed")
        return ("deadline_and_tries",)

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantities of the question's option."""
        situation = _reported(question.situation)
        match question.option:
            case "deadline_and_tries":
                return levers.deadline_and_tries(self.plan, self.site, question.clause, question.claim.limit)
            case "answered_and_tries":
                return (levers.answered_choice(self.site, situation.scenario), levers.tries(self.site))
        listed = offered(self.plan, "P4-34", "reserves", descending=False, least=1.0)
        return (replace(listed, values=tuple(value for value in listed.values if value % LISTED_STEP == 0)),)

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with these values of its choices."""
        situation, (first, *others) = _reported(question.situation), values
        if question.option == "reserves_listed":
            return replace(question, situation=replace(situation, listed=int(first)))
        situation = replace(situation, changes=replace(situation.changes, attempts=int(others[0])))
        if question.option == "answered_and_tries":
            changes = levers.answered_at_least(situation.changes, self.site, first)
            return replace(question, situation=replace(situation, changes=changes))
        (deadline, _) = self.choices(question)
        limit = from_base(to_base(first, deadline.unit), question.unit)
        return replace(question, situation=situation, limit=limit)

    def costs(self, question: Question, seed: int) -> Floats:
        """What each choice costs, in the unit of :meth:`cost_unit`; nothing is simulated."""
        del seed
        choices = self.choices(question)
        first: Floats = np.array(choices[0].values)
        if question.option == "deadline_and_tries":
            return levers.in_minutes(choices)
        if question.option == "answered_and_tries":
            return levers.and_tries(first - first[0], choices[1])
        return first

    def cost_unit(self, question: Question) -> str:
        """The option tells."""
        return f"centre_{question.option}"

    # ---- sentences

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """The two readings of the ten minutes, and when people of the three levels are there."""
        return (self._ten_minutes(seed, language), self._levels(seed, language))

    def _ten_minutes(self, seed: int, language: str) -> str:
        """When leaders are told by either reading, and how often it is over meanwhile."""
        told = []
        for reading, zh, en in (("foreseen", "一判断", "as soon as foreseen"), ("elapsed", "到点", "when they are up")):
            situation = self.situation("failure_reports", "any_hour", {"P4-06": reading})
            rows = [reported(self.breakdowns, situation, seed, k) for k in range(NOTE_BLOCKS)]
            after, back = (np.concatenate([row[name] for row in rows]) for name in ("leaders_told", "back"))
            ten = situation.restored_within_s / MINUTE
            needed = back > ten
            known = np.median(after[needed]) + ten
            over = 100 * float(np.mean(back[needed] < after[needed] + ten))
            if language == "zh":
                told.append(f"{zh}就通知，故障后 {known:.0f} 分钟两人都得知，其间 {over:.0f}% 已经恢复")
            else:
                told.append(f"{en}, both know {known:.0f} min after the failure, by when {over:.0f} % are over")
        if language == "zh":
            return f"十分钟内恢复不了的应用程序故障（中位数）：{'；'.join(told)}。"
        return f"Of application failures that ten minutes do not mend (medians): told {'; told '.join(told)}."

    def _levels(self, seed: int, language: str) -> str:
        """When the first two of each level are there."""
        told = []
        for level in LEVELS:
            hours = 24 * Streams(seed, level).generator("event/hour").random(BLOCK)
            leads = called_up_s(self.breakdowns.trees, level, 2, Streams(seed, level), hours)[:, -1]
            minutes = float(np.median(leads)) / MINUTE
            zh, en = f"{'一二三'[level - 1]}级 {minutes:.0f} 分钟", f"level {level} {minutes:.0f} min"
            told.append(zh if language == "zh" else en)
        if language == "zh":
            return f"自决定调人起，各级支持两人到位（中位数）：{'，'.join(told)}。"
        return f"Two people of each level of support are there (median, from the order): {', '.join(told)}."


def _reported(situation: Situation) -> Reported:
    assert isinstance(situation, Reported)
    return situation
