"""The network operations centre's calls: superiors, technicians on call, those who are kept informed or confirm.

One event is one alarm of the site's call tree; time zero is when somebody at the centre knows of the trouble.

* ``superiors`` (P2-08): until the superior has learned of it. Read as *from_event* the time until the centre itself
  knows comes in front: most troubles are reported by those who suffer from them, after ``faults.noticed`` on average;
  of the others (``calling.unnoticed``) the daily patrol (P2-13) finds out, unless somebody stumbles over them sooner.
* ``in_place`` (P2-09): until the first technician answers, or is on site, or all are. Outside the hours of being on
  call (P2-09's ``on_call``; while it is open, never) technicians can be phoned, and their alarm does not ring.
* ``keep_informed`` (P2-14): the longest time in which a member or leader hears nothing, while reports begin every
  ``report.every``.
* ``end`` (P2-15): until the other members have confirmed the end, all of them or one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from resilience_sim.plans.claims import Claim
from resilience_sim.randomness import Streams
from resilience_sim.studies.call_trees import When, drawn_hours
from resilience_sim.studies.limits import decided, offered, stated
from resilience_sim.studies.needs import SHARE, Needs, above, from_on
from resilience_sim.studies.notifying import BLOCK, Alarmed, Notifying, Topic
from resilience_sim.studies.question import OF_THE_SITE, Axis, Choice, Question, Situation
from resilience_sim.units import DAY, HOUR, MINUTE, from_base, to_base

__all__ = ["NEEDS", "NetworkCalls"]

Floats = npt.NDArray[np.float64]

ANY_HOUR: tuple[When, ...] = ("any_hour",)
TOPICS: Mapping[str, Topic] = {
    "superiors": Topic(
        "report", {"superior_told": "min"}, levers=("answering", "tries", "message"), roles=("superior",)
    ),
    "in_place": Topic(
        "call_in",
        {"technician_answers": "min", "technician_on_site": "min", "technicians_on_site": "min"},
        levers=("depth", "hours"),
        loads=("comes", "attempt"),
        roles=("technicians",),
    ),
    "keep_informed": Topic(
        "keep_informed",
        {"longest_silence": "min"},
        ANY_HOUR,
        levers=("rounds", "message"),
        loads=("answered",),
        roles=("members", "leaders"),
    ),
    "end": Topic(
        "confirm",
        {"end_confirmed": "min"},
        ANY_HOUR,
        levers=("within", "confirmations", "message"),
        loads=("answered", "attempt", "calling.members"),
        roles=("members",),
    ),
}
NEEDS = Needs(
    facts={
        "calling.answered_day": above(0.0, "share", 1.0),
        "calling.answered_night": above(0.0, "share", 1.0),
        "calling.attempt": above(0.0, "s"),
        "calling.attempts": from_on(1.0, "tries", 20.0),
        "calling.confirmed_within": above(0.0, "s"),
        "calling.members": from_on(1.0, "persons", 200.0),
        "calling.unnoticed": SHARE,
        "call_up.can_come": SHARE,
        "faults.noticed": above(0.0, "s"),
        "logged.noticed": above(0.0, "s"),
        "on_call.acknowledge_target": above(0.0, "s"),
        "on_call.people": from_on(1.0, "persons", 200.0),
        "report.every": above(0.0, "s"),
        "report.lasts": above(0.0, "s"),
    },
    quantities={
        ("P2-08", "report_within"): from_on(0.0, "s"),
        ("P2-09", "on_site_within"): from_on(0.0, "s", optional=True),
        ("P2-09", "on_call"): from_on(0.0, "s", DAY, optional=True),
        ("P2-13", "patrol_every"): above(0.0, "s"),
        ("P2-14", "report_every"): from_on(0.0, "s", optional=True),
        ("P2-15", "confirmations"): from_on(1.0, "persons", optional=True),
    },
    measures={study: topic.measures for study, topic in TOPICS.items()},
    interpretations={
        "P2-08": ("from_event", "from_detection"),
        "P2-09": ("first_comes", "all_come", "standing_by"),
        "P2-15": ("all_confirm", "one_confirms"),
    },
)
ON_CALL_FROM_S = 8 * HOUR  # being on call for less than the whole day begins with the working day
DEPTHS = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0)
ANSWERED = (50.0, 60.0, 70.0, 80.0, 90.0, 95.0, 98.0, 100.0)
NOTICED = (0.3, 0.2, 0.1, 0.05, 0.02, 0.01, 0.0)


class NetworkCalls(Notifying):
    """The call tree's part of the plan's study; see the module's docstring."""

    topics = TOPICS

    def situation(self, claim: Claim, when: When, read: Mapping[str, str]) -> Alarmed:
        """What is simulated for a claim, the plan's words read in this way."""
        plain = Alarmed(claim.study, when, read=tuple(read.values()))
        if claim.study == "in_place":
            hours = decided(self.plan, "P2-09", "on_call")
            return replace(plain, every_s=DAY if hours is None else hours)
        if claim.study == "keep_informed":
            return replace(plain, every_s=self.site.base("report.every"))
        if claim.study == "end":
            number = decided(self.plan, "P2-15", "confirmations") or 0.0  # while it is open, all of them
            return replace(plain, wanted=1 if read.get("P2-15") == "one_confirms" else int(number))
        return plain

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of events."""
        assert isinstance(situation, Alarmed)
        match situation.topic:
            case "superiors":
                told_s = self.told(self.alarms(situation, seed, replication), "superior")[:, 0]
                if "from_event" in situation.read:
                    told_s = told_s + self._known_s(situation, seed, replication)
                return {"superior_told": told_s / MINUTE}
            case "in_place":
                return self._in_place(situation, seed, replication)
            case "keep_informed":
                lasts_s = self.site.base("report.lasts")
                silence_s = self.silence_s(situation, lasts_s, seed, replication, "members", "leaders")
                return {"longest_silence": silence_s / MINUTE}
        told = np.sort(self.told(self.alarms(situation, seed, replication), "members"), axis=1)
        everybody = told.shape[1]
        return {"end_confirmed": told[:, min(situation.wanted or everybody, everybody) - 1] / MINUTE}

    def _known_s(self, situation: Alarmed, seed: int, replication: int) -> Floats:
        """From the event until somebody at the centre knows, in each event of a block."""
        streams, site = Streams(seed, replication), situation.changes.at(self.site)
        u = streams.generator("event/unnoticed").random(BLOCK)
        noticed = streams.generator("event/noticed").standard_exponential(BLOCK)
        every_s = stated(self.plan, self.site, "P2-13", "patrol_every")
        patrolled = every_s * streams.generator("event/patrol").random(BLOCK)
        late = np.minimum(patrolled, site.base("logged.noticed") * noticed)
        return np.where(u < site.base("calling.unnoticed"), late, site.base("faults.noticed") * noticed)

    def _in_place(self, situation: Alarmed, seed: int, replication: int) -> Mapping[str, Floats]:
        alarms = self.alarms(situation, seed, replication)
        told, there = self.told(alarms, "technicians"), self.there(alarms, "technicians")
        if situation.every_s < DAY:  # outside the hours of being on call no alarm rings
            phoned = self.alarms(situation, seed, replication, replace(situation.changes, no_message=True))
            streams = Streams(seed, replication)
            hours = drawn_hours(streams, situation.when, self.trees.tree, self.site, BLOCK)
            on_call = (hours * HOUR - ON_CALL_FROM_S) % DAY < situation.every_s
            told = np.where(on_call[:, None], told, self.told(phoned, "technicians"))
            there = np.where(on_call[:, None], there, self.there(phoned, "technicians"))
        return {
            "technician_answers": told.min(axis=1) / MINUTE,
            "technician_on_site": there.min(axis=1) / MINUTE,
            "technicians_on_site": there.max(axis=1) / MINUTE,
        }

    # ---- loads that may grow

    def axes(self, question: Question) -> Sequence[Axis]:
        """Those of the topic; from the event on, also the share of troubles that nobody reports."""
        every = super().axes(question)
        if (
            question.claim.study == "in_place"
        ):  # who comes says nothing about who answers, and a call is short beside a way
            return every[1:] if question.measure == "technician_answers" else every[:1]
        if question.interpretation != "from_event":
            return every
        return (*every, Axis("calling.unnoticed", "share", NOTICED[::-1]))

    # ---- what may be chosen

    def options(self, question: Question) -> Sequence[str]:
        """Those of the topic; from the event on, the deadline, or that more is noticed at once."""
        if question.interpretation == "from_event":  # whoever is told, the centre has to know before
            return ("promise", "noticing")
        if question.measure == "technicians_on_site":  # more on call, more who have to come
            return ("promise",)
        useless = {"standing_by": "promise", "one_confirms": "confirmations"}.get(question.interpretation)
        return [option for option in super().options(question) if option != useless]

    def _lever(self, question: Question) -> Choice:
        match question.option:
            case "answering":
                fact = "calling.answered_night" if question.scenario == "by_night" else "calling.answered_day"
                now = from_base(self.site.base(fact), "%")
                return Choice(OF_THE_SITE, fact, "%", (now, *(v for v in ANSWERED if v > now)), now)
            case "noticing":
                return self._of_site("calling.unnoticed", "share", NOTICED)
            case "depth":
                return self._of_site("on_call.people", "persons", DEPTHS)
            case "hours":
                return offered(self.plan, "P2-09", "on_call", descending=False)
            case "confirmations":
                most = self.trees.tree.persons("members", self.site)
                return offered(self.plan, "P2-15", "confirmations", descending=True, most=most)
        return super()._lever(question)

    def set_to(self, question: Question, option: str, value: float) -> Alarmed:
        """The question's situation with an option's lever at this value."""
        situation = question.situation
        assert isinstance(situation, Alarmed)
        changes = situation.changes
        match option:
            case "answering":  # at every hour so many at least: somebody has the telephone
                for name in ("calling.answered_day", "calling.answered_night"):
                    changes = changes.with_base(name, max(to_base(value, "%"), self.site.base(name)))
                return replace(situation, changes=changes)
            case "noticing":
                return replace(situation, changes=changes.with_base("calling.unnoticed", value))
            case "depth":
                return replace(situation, changes=replace(changes, people=(("technicians", int(value)),)))
            case "hours":
                return replace(situation, every_s=to_base(value, "h"))
            case "confirmations":
                return replace(situation, wanted=int(value))
        return super().set_to(question, option, value)
