"""The utility call centre's calls: who of the team is reached when, who comes, and which agents fill the seats.

One event is one alarm of the site's call tree at some hour; time zero is when the agent on duty notices the trouble, or
when a response starts.

* ``report_up`` (P1-03, P1-15): until the head of the centre has learned of it.
* ``numbers`` (P1-04): until the last member of the team has; read as *three_numbers* each person has all phones of the
  tree, read as *one_number* the first of them alone. ``numbers_gain`` counts the members who are told within
  ``calling.told_within`` with the plan's numbers, less those who are with one, both on the same draws.
* ``reachable`` (P1-05): share of the members who are reached at all; read as *off_by_night* their mobiles are off
  outside the day. Mobiles that the plan wants on for less than the whole day (``phone_on``) are switched on as the day
  begins, for all that members are called for; those of agents off shift stay on.
* ``in_person`` (P1-06): until the last member is on site, or the first of those who command.
* ``followers`` (P1-07): until the agents whom a response wants are on their seats. Callers stop once enough have said
  that they come.
* ``progress`` (P1-16): the longest time in which a leader hears nothing, while reports begin every ``report.every``.

Phones of one person are answered independently of each other, as the cascade machine has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from resilience_sim.plans.claims import Claim
from resilience_sim.studies.call_trees import UNCHANGED, Alarm, Changes, When, day_hours, places_s
from resilience_sim.studies.limits import decided, offered
from resilience_sim.studies.needs import SHARE, Needs, above, from_on
from resilience_sim.studies.notifying import Alarmed, Notifying, Topic
from resilience_sim.studies.question import Axis, Choice, Question, Situation
from resilience_sim.units import DAY, HOUR, MINUTE

__all__ = ["LEADERS", "MEMBERS", "NEEDS", "UtilityCalls"]

Floats = npt.NDArray[np.float64]

LEADERS = ("head", "deputy_head", "bureau_deputy")
ANY_HOUR: tuple[When, ...] = ("any_hour",)
MEMBERS = (*LEADERS, "marketing", "production", "team_leaders")
TOPICS: Mapping[str, Topic] = {
    "report_up": Topic("abnormal", {"head_told": "min"}, levers=("tries", "message"), roles=("head",)),
    "briefing": Topic(
        "briefing",
        {"head_told": "min"},
        ANY_HOUR,
        levers=("tries", "message"),
        loads=("answered",),
        roles=("head",),
    ),
    "numbers": Topic(
        "abnormal",
        {"members_told": "min", "numbers_gain": "persons"},
        levers=("numbers", "tries", "message"),
        loads=("answered", "attempt", "calling.team_leaders"),
        roles=MEMBERS,
    ),
    "reachable": Topic("abnormal", {"members_reached": "%"}, levers=("tries",), loads=("answered",), roles=MEMBERS),
    "in_person": Topic(
        "abnormal",
        {"members_on_site": "min", "command_on_site": "min"},
        ANY_HOUR,
        levers=("message",),
        loads=("comes",),
        roles=MEMBERS,
    ),
    "followers": Topic(
        "call_up", {"seats_filled": "min"}, ANY_HOUR, levers=("within", "off_shift", "message"), roles=("agents",)
    ),
    "progress": Topic(
        "progress", {"longest_silence": "min"}, ANY_HOUR, levers=("rounds",), loads=("answered",), roles=LEADERS
    ),
}
NEEDS = Needs(
    facts={
        "calling.answered_day": above(0.0, "share", 1.0),
        "calling.attempt": above(0.0, "s"),
        "calling.attempts": from_on(1.0, "tries", 20.0),
        "calling.told_within": above(0.0, "s"),
        "calling.seats_filled": above(0.0, "s"),
        "calling.team_leaders": from_on(1.0, "persons", 200.0),
        "call_up.agents_follow": SHARE,
        "call_up.can_come": SHARE,
        "roster.off_shift": from_on(1.0, "agents", 200.0),
        "report.every": above(0.0, "s"),
        "report.lasts": above(0.0, "s"),
    },
    quantities={
        ("P1-03", "report_within"): from_on(0.0, "s", optional=True),
        ("P1-04", "numbers_per_member"): from_on(1.0, "numbers"),
        ("P1-05", "phone_on"): from_on(HOUR, "s", DAY, optional=True),
        ("P1-05", "share_answering"): replace(SHARE, optional=True),
        ("P1-06", "on_site_within"): from_on(0.0, "s", optional=True),
        ("P1-07", "agents_willing"): replace(SHARE, optional=True),
        ("P1-09", "extra_agents"): from_on(0.0, "agents"),
        ("P1-13", "extra_agents"): from_on(0.0, "agents"),
        ("P1-15", "report_within"): from_on(0.0, "s", optional=True),
        ("P1-16", "report_every"): from_on(0.0, "s", optional=True),
    },
    measures={study: topic.measures for study, topic in TOPICS.items()},
    interpretations={
        "P1-04": ("three_numbers", "one_number"),
        "P1-05": ("always_on", "off_by_night"),
        "P1-06": ("every_member", "one_commands"),
        "P1-07": ("general", "major"),
    },
)
MOBILE = {"calling.answered_day", "calling.answered_night"}  # facts that make a kind of phone a mobile
OFF_SHIFT = (1.0, 2.0, 4.0, 8.0, 12.0, 24.0, 36.0, 60.0)


class UtilityCalls(Notifying):
    """The call tree's part of the plan's study; see the module's docstring."""

    topics = TOPICS

    def situation(self, claim: Claim, when: When, read: Mapping[str, str]) -> Alarmed:
        """What is simulated for a claim, the plan's words read in this way."""
        plain = Alarmed(claim.study, when, self._switched_on(read.get("P1-05") == "off_by_night"))
        if claim.study == "numbers":
            numbers = self._numbers(read.get("P1-04") == "one_number")
            return replace(plain, changes=replace(plain.changes, numbers=numbers))
        if claim.study == "followers":
            level = "P1-13" if read.get("P1-07") == "major" else "P1-09"
            wanted = decided(self.plan, level, "extra_agents")
            assert wanted is not None  # as needed
            willing = self._willing(decided(self.plan, "P1-07", "agents_willing"))
            return replace(plain, wanted=int(wanted), changes=willing)
        if claim.study == "progress":
            return replace(plain, every_s=self.site.base("report.every"))
        return plain

    def _switched_on(self, off_by_night: bool) -> Changes:
        """For how many hours a day mobiles are on: phones whose share answered is that of a mobile (P1-05)."""
        tree, on_s = self.trees.tree, decided(self.plan, "P1-05", "phone_on")
        on_h = DAY / HOUR if on_s is None else on_s / HOUR
        if off_by_night:
            first, last = day_hours(tree, self.site)
            on_h = min(on_h, last - first)
        if on_h >= DAY / HOUR:
            return UNCHANGED
        mobiles = [name for name, kind in tree.phones.items() if {kind.day.fact, kind.night.fact} & MOBILE]
        return Changes(switched_on=tuple((name, round(on_h)) for name in mobiles))

    def _numbers(self, one: bool) -> int:
        numbers = decided(self.plan, "P1-04", "numbers_per_member")
        assert numbers is not None  # as needed
        return 1 if one else int(numbers)

    @staticmethod
    def _willing(share: float | None) -> Changes:
        return Changes() if share is None else Changes().with_base("call_up.agents_follow", share)

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of events."""
        assert isinstance(situation, Alarmed)
        if situation.topic == "progress":
            lasts_s = self.site.base("report.lasts")
            return {"longest_silence": self.silence_s(situation, lasts_s, seed, replication, *LEADERS) / MINUTE}
        alarms = self.alarms(situation, seed, replication)
        match situation.topic:
            case "report_up" | "briefing":
                return {"head_told": self.told(alarms, "head")[:, 0] / MINUTE}
            case "numbers":
                return self._of_numbers(situation, alarms, seed, replication)
            case "reachable":
                return {"members_reached": 100 * (self.told(alarms, *MEMBERS) < np.inf).mean(axis=1)}
            case "in_person":
                everybody, command = (self.there(alarms, *roles) for roles in (MEMBERS, LEADERS))
                return {
                    "members_on_site": everybody.max(axis=1) / MINUTE,
                    "command_on_site": command.min(axis=1) / MINUTE,
                }
        seats = [places_s(alarm, situation.wanted, "agents").max(initial=0.0) for alarm in alarms]
        return {"seats_filled": np.array(seats) / MINUTE}

    def _of_numbers(self, situation: Alarmed, alarms: list[Alarm], seed: int, replication: int) -> Mapping[str, Floats]:
        within_s = self.site.base("calling.told_within")
        alone = (
            alarms
            if situation.changes.numbers == 1
            else self.alarms(situation, seed, replication, replace(situation.changes, numbers=1))
        )
        told, told_alone = (self.told(some, *MEMBERS) for some in (alarms, alone))
        gain = (told <= within_s).sum(axis=1) - (told_alone <= within_s).sum(axis=1)
        return {"members_told": told.max(axis=1) / MINUTE, "numbers_gain": gain.astype(np.float64)}

    def axes(self, question: Question) -> Sequence[Axis]:
        """Those of the topic, where the plan's own words are asked about and not what they are compared with."""
        compared = question.measure == "numbers_gain" or question.interpretation in ("one_number", "off_by_night")
        return () if compared else super().axes(question)

    # ---- what may be chosen

    def options(self, question: Question) -> Sequence[str]:
        """Those of the topic; numbers kept of each member only where the plan's are asked about."""
        return [
            option
            for option in super().options(question)
            if question.measure != "numbers_gain"
            and (option != "numbers" or question.interpretation == "three_numbers")
        ]

    def _lever(self, question: Question) -> Choice:
        if question.option == "numbers":
            kept = max(len(self.trees.tree.phones_of(role)) for role in MEMBERS)
            return offered(self.plan, "P1-04", "numbers_per_member", descending=False, most=kept)
        if question.option == "off_shift":
            return self._of_site("roster.off_shift", "agents", OFF_SHIFT)
        return super()._lever(question)

    def set_to(self, question: Question, option: str, value: float) -> Alarmed:
        """The question's situation with an option's lever at this value."""
        situation = question.situation
        assert isinstance(situation, Alarmed)
        if option == "off_shift":
            return replace(situation, changes=replace(situation.changes, people=(("agents", int(value)),)))
        if option == "numbers":
            return replace(situation, changes=replace(situation.changes, numbers=int(value)))
        return super().set_to(question, option, value)
