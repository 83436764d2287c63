"""The kindergarten's reports: who learns of a fire, an accident or a poisoning when, and who is on the scene.

One event is one alarm of the site's call tree; time zero is when somebody sees what has happened, unless it is said
otherwise.

* ``fire_alarm`` (P3-09): until both the head and the fire brigade know; the finder calls them one after another, or
  somebody else calls 119 at the same time.
* ``fire_call`` (P3-18): from the ignition until there is water, in a fire that does get out of control. Every fire is
  reported; or the finder first judges whether control may be lost (for P3-18's ``judged_after``, while it is open for
  ``fire.judged``), and then does as P3-09 says. The engine is guided in, as P3-12 wants.
* ``phones_on`` (P3-20): share of the group's members who are reached; read as *off_by_night* no mobile is answered
  then.
* ``rescue_order`` (P3-24): from the accident until the ambulance is there; whoever finds it reports it first, or first
  rescues alone for ``accident.rescue_alone``.
* ``accident_report`` (P3-25), ``first_report`` (P3-03, P3-07): until the office knows. Read as *from_accident* the time
  until it is discovered comes in front: by day ``accident.discovered``; what happens by night, when nobody is in the
  house, is found when the day of the call tree begins.
* ``passing_on`` (P3-26, P3-08): from the office's knowing until the head, the staff concerned and the bureau do.
* ``reporting_up`` (P3-03): until the bureau knows, by way of the communications group.
* ``headquarters`` (P3-23, P3-08): until every member of the leading group knows, and until the first of those whom the
  head has called is there: by day they are in the house, by night they come if they can.
* ``poisoning_told`` (P3-30, P3-31, P3-33): from the report to the sick room until the head, the leader in charge and
  the canteen know, the head is there, the bureau knows, and the kitchen is closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.plans.claims import Claim
from resilience_sim.randomness import Streams
from resilience_sim.studies.call_trees import Alarm, Changes, When, drawn_hours
from resilience_sim.studies.evacuation import about
from resilience_sim.studies.limits import decided
from resilience_sim.studies.needs import SHARE, Needs, above, from_on
from resilience_sim.studies.notifying import BLOCK, Alarmed, Notifying, Topic
from resilience_sim.studies.question import Axis, Choice, Question, Situation
from resilience_sim.units import HOUR, MINUTE

__all__ = ["NEEDS", "KindergartenReports"]

Floats = npt.NDArray[np.float64]

BY_DAY: tuple[When, ...] = ("by_day",)
TOPICS: Mapping[str, Topic] = {
    "fire_alarm": Topic("fire", {"alarm_given": "s"}, BY_DAY, loads=("attempt",)),
    "fire_call": Topic("fire", {"water": "min"}, BY_DAY, loads=()),
    "phones_on": Topic("headquarters", {"members_reached": "%"}, levers=("tries",), loads=("answered",)),
    "rescue_order": Topic("accident", {"ambulance_there": "min"}, BY_DAY, loads=()),
    "accident_report": Topic("accident", {"office_told": "min"}, loads=()),
    "first_report": Topic("accident", {"office_told": "min"}, BY_DAY, loads=()),
    "passing_on": Topic(
        "accident",
        {"all_told": "min", "longest_step": "min", "departments_told": "min"},
        levers=("tries", "message"),
        loads=("answered",),
    ),
    "reporting_up": Topic("up", {"bureau_told": "min"}, levers=("tries",), loads=("answered",)),
    "headquarters": Topic(
        "headquarters",
        {"members_told": "min", "leader_there": "min"},
        levers=("tries", "message"),
        loads=("answered",),
    ),
    "poisoning_told": Topic(
        "poisoning",
        {"recipients_told": "min", "head_on_scene": "min", "bureau_told": "min", "sealed": "min"},
        BY_DAY,
        levers=("tries",),
        loads=("answered",),
    ),
}
TIME = from_on(0.0, "s", 86_400.0)
OPEN = from_on(0.0, "s", optional=True)
NEEDS = Needs(
    facts={
        "calling.answered_day": above(0.0, "share", 1.0),
        "calling.answered_night": SHARE,
        "calling.attempt": above(0.0, "s"),
        "fire.found": TIME,
        "fire.judged": TIME,
        "fire.put_out": SHARE,
        "engine.dispatch": TIME,
        "engine.turnout_day": TIME,
        "engine.drive": TIME,
        "engine.set_up": TIME,
        "engine.gained_by_guiding": TIME,
        "accident.discovered": TIME,
        "accident.rescue_alone": TIME,
        "ambulance.call": TIME,
        "ambulance.response": TIME,
        "sick_room.reach": TIME,
        "kitchen.seal": TIME,
    },
    quantities={
        ("P3-03", "alarm_within"): OPEN,
        ("P3-03", "report_within"): OPEN,
        ("P3-07", "report_within"): OPEN,
        ("P3-08", "act_within"): OPEN,
        ("P3-08", "leaders_on_scene_within"): OPEN,
        ("P3-09", "alarm_chain"): OPEN,
        ("P3-18", "judged_after"): OPEN,
        ("P3-20", "share_answering"): replace(SHARE, optional=True),
        ("P3-23", "headquarters_within"): OPEN,
        ("P3-25", "report_within"): OPEN,
        ("P3-26", "time_per_step"): OPEN,
        ("P3-30", "told_within"): OPEN,
        ("P3-31", "on_scene_within"): OPEN,
        ("P3-31", "report_within"): OPEN,
        ("P3-33", "sealed_within"): OPEN,
    },
    measures={study: topic.measures for study, topic in TOPICS.items()},
    interpretations={
        "P3-09": ("one_after_another", "in_parallel"),
        "P3-18": ("call_always", "call_if_control_may_be_lost"),
        "P3-20": ("always_on", "off_by_night"),
        "P3-24": ("alarm_first", "rescue_first"),
        "P3-25": ("from_accident", "from_discovery"),
    },
)
LEADING = ("leader_in_charge", "group_members")
SECOND = {
    ("P3-03", "bureau_told"): "promise_report",
    ("P3-08", "leader_there"): "promise_presence",
    ("P3-31", "bureau_told"): "promise_report",
}
"""Options of the second time that a clause promises: to be set on its own, and not with the first."""
COMPARED = ("off_by_night", "rescue_first", "call_if_control_may_be_lost")


class KindergartenReports(Notifying):
    """The call tree's part of the plan's study; see the module's docstring."""

    topics = TOPICS

    def situation(self, claim: Claim, when: When, read: Mapping[str, str]) -> Alarmed:
        """What is simulated for a claim, the plan's words read in this way."""
        changes = Changes()
        if "off_by_night" in read.values():
            changes = changes.with_fact("calling.answered_night", 0.0)
        return Alarmed(claim.study, when, changes, read=tuple(read.values()))

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of events."""
        assert isinstance(situation, Alarmed)
        alarms = self.alarms(situation, seed, replication)
        own = _Own(self, situation, Streams(seed, replication))
        seconds = {
            "fire_alarm": self._fire_alarm,
            "fire_call": self._fire_call,
            "phones_on": self._phones_on,
            "rescue_order": self._rescue_order,
            "accident_report": self._accident_report,
            "first_report": self._accident_report,
            "passing_on": self._passing_on,
            "reporting_up": self._reporting_up,
            "headquarters": self._headquarters,
            "poisoning_told": self._poisoning_told,
        }[situation.topic](alarms, situation, own)
        units = self.topics[situation.topic].measures
        return {name: value / MINUTE if units.get(name) == "min" else value for name, value in seconds.items()}

    def alarms(self, situation: Alarmed, seed: int, replication: int, changes: Changes | None = None) -> list[Alarm]:
        """A block of alarms of the situation's chain; a fire's has two, by who calls 119."""
        if "in_parallel" not in situation.read:
            return super().alarms(situation, seed, replication, changes)
        streams = Streams(seed, replication)
        hours = drawn_hours(streams, situation.when, self.trees.tree, self.site, BLOCK)
        chosen = situation.changes if changes is None else changes
        return self.trees.run_block("fire_in_parallel", streams, hours=hours, changes=chosen)

    # ---- what is read off a block of alarms, seconds (and a share)

    def _fire_alarm(self, alarms: list[Alarm], situation: Alarmed, own: _Own) -> dict[str, Floats]:
        del situation, own
        head_s = self.told(alarms, "head")[:, 0]
        return {
            "alarm_given": np.maximum(head_s, self.told(alarms, "fire_brigade")[:, 0]),
            "head_told": head_s,
            "classes_told": self.told(alarms, "class_teachers").max(axis=1),
        }

    def _fire_call(self, alarms: list[Alarm], situation: Alarmed, own: _Own) -> dict[str, Floats]:
        called_s = own.about("fire.found") + self.told(alarms, "fire_brigade")[:, 0]
        if "call_if_control_may_be_lost" in situation.read:
            stated = decided(self.plan, "P3-18", "judged_after")
            called_s = called_s + (own.about("fire.judged") if stated is None else stated)
        under_way_s = own.about("engine.dispatch") + own.about("engine.turnout_day")
        drive_s = np.maximum(own.about("engine.drive") - self.site.base("engine.gained_by_guiding"), 0.0)
        return {"water": called_s + under_way_s + drive_s + own.about("engine.set_up")}

    def _phones_on(self, alarms: list[Alarm], situation: Alarmed, own: _Own) -> dict[str, Floats]:
        del situation, own
        return {"members_reached": 100 * (self.told(alarms, *LEADING) < np.inf).mean(axis=1)}

    def _rescue_order(self, alarms: list[Alarm], situation: Alarmed, own: _Own) -> dict[str, Floats]:
        told_s = self.told(alarms, "office")[:, 0]
        if "rescue_first" in situation.read:
            told_s = told_s + own.about("accident.rescue_alone")
        found_s = own.about("accident.discovered")
        return {"ambulance_there": found_s + told_s + own.about("ambulance.call") + own.about("ambulance.response")}

    def _accident_report(self, alarms: list[Alarm], situation: Alarmed, own: _Own) -> dict[str, Floats]:
        told_s = self.told(alarms, "office")[:, 0]
        return {"office_told": told_s + own.discovered_s() if "from_accident" in situation.read else told_s}

    def _passing_on(self, alarms: list[Alarm], situation: Alarmed, own: _Own) -> dict[str, Floats]:
        del situation, own
        knows_s = self.told(alarms, "office")[:, 0]
        roles = ("head", "group_members", "bureau")
        steps = np.stack([self.told(alarms, role).max(axis=1) - knows_s for role in roles])
        last_s: Floats = steps.max(axis=0)
        # One after the other, as they are called: what a step takes is what it takes after the steps before.
        done = np.maximum.accumulate(np.where(last_s < np.inf, steps, 0.0), axis=0)
        longest = np.diff(done, axis=0, prepend=0.0).max(axis=0)
        return {
            "all_told": last_s,
            "longest_step": np.where(last_s < np.inf, longest, np.inf),
            "departments_told": steps[1],
        }

    def _reporting_up(self, alarms: list[Alarm], situation: Alarmed, own: _Own) -> dict[str, Floats]:
        del situation, own
        return {"bureau_told": self.told(alarms, "bureau")[:, 0]}

    def _headquarters(self, alarms: list[Alarm], situation: Alarmed, own: _Own) -> dict[str, Floats]:
        told_s = self.told(alarms, *LEADING)
        if situation.when == "by_day":
            there_s = told_s.min(axis=1) + own.about("sick_room.reach")
        else:
            there_s = self.there(alarms, *LEADING).min(axis=1)
        return {"members_told": told_s.max(axis=1), "leader_there": there_s}

    def _poisoning_told(self, alarms: list[Alarm], situation: Alarmed, own: _Own) -> dict[str, Floats]:
        del situation
        knows_s = self.told(alarms, "sick_room")
        told_s = self.told(alarms, "head", "leader_in_charge", "canteen") - knows_s
        return {
            "recipients_told": told_s.max(axis=1),
            "head_on_scene": told_s[:, 0] + own.about("sick_room.reach"),
            "bureau_told": self.told(alarms, "bureau")[:, 0] - knows_s[:, 0],
            "sealed": told_s[:, 2] + own.about("kitchen.seal"),
        }

    # ---- loads and levers

    def axes(self, question: Question) -> Sequence[Axis]:
        """Those of the topic that change the measure, where the plan's own words are asked about.

        Who is in the house answers every call, and the bureau's line by day does not depend on the site's facts: fewer
        calls answered elsewhere change nothing there.
        """
        by_day = ("leader_there", "head_on_scene", "sealed", "bureau_told")
        unmoved = question.measure == "leader_there" or (question.scenario == "by_day" and question.measure in by_day)
        return () if unmoved or question.interpretation in COMPARED else super().axes(question)

    def options(self, question: Question) -> Sequence[str]:
        """Those of the topic that can change the measure; of a clause with two times to promise, one each.

        Nobody in the house is called in vain, so no more tries help there.
        """
        if question.interpretation in COMPARED:
            return ()
        options = super().options(question)
        if question.measure in ("head_on_scene", "sealed"):
            options = [one for one in options if one != "tries"]
        if (own := SECOND.get((question.clause, question.measure))) is not None:
            return [own if one == "promise" else one for one in options if one != "promise_message"]
        return options

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantity of the question's option."""
        return super().choices(_plain(question))

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with this value of its choice."""
        return replace(super().chosen(_plain(question), values), option=question.option)

    def costs(self, question: Question, seed: int) -> Floats:
        """What each choice gives up."""
        return super().costs(_plain(question), seed)

    def cost_unit(self, question: Question) -> str:
        """The option tells."""
        return super().cost_unit(_plain(question))

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """What telling class by class takes, what calling 119 always costs, which clauses are not judged and why."""
        return (self._class_by_class(seed, language), self._needless(seed, language), NOT_JUDGED[language == "en"])

    def _class_by_class(self, seed: int, language: str) -> str:
        row = self.replicate(Alarmed("fire_alarm", "by_day"), seed, 0)
        head, last = (float(np.median(row[measure])) for measure in ("head_told", "classes_told"))
        if language == "zh":
            return (
                f"起火后园领导在 {head:.0f} 秒得知；若由园领导逐班通知，最后一班在 {last:.0f} 秒得知（中位数）。"
                "疏散的检验（P3-10）设想的是全园同时听到警报。"
            )
        return (
            f"In a fire the head knows after {head:.0f} s; if the head tells one class after the other, the last knows "
            f"after {last:.0f} s (median). What is judged of the evacuation (P3-10) takes it that all hear an alarm at "
            "once."
        )

    def _needless(self, seed: int, language: str) -> str:
        waters = [
            float(np.median(self.replicate(Alarmed("fire_call", "by_day", read=(read,)), seed, 0)["water"]))
            for read in ("call_always", "call_if_control_may_be_lost")
        ]
        needless = 100 * self.site.base("fire.put_out")
        if language == "zh":
            return (
                f"起火到出水（中位数，火势失控的火灾）：凡起火即报警 {waters[0]:.1f} 分钟，可能失控才报警 "
                f"{waters[1]:.1f} 分钟；凡起火即报警，则 {needless:.0f}% 的报警本可不必（现场自行扑灭）。"
            )
        return (
            f"From ignition to water (median, fires that get out of control): {waters[0]:.1f} min if every fire is "
            f"reported, {waters[1]:.1f} min if only those that may; of all reports {needless:.0f} % are then needless, "
            "as those on the spot put the fire out."
        )


def _plain(question: Question) -> Question:
    """The question with its time to promise under the name that all studies of call trees know."""
    return replace(question, option="promise") if question.option in SECOND.values() else question


NOT_JUDGED = (
    "未作检验的条款：P3-11 财产抢救组没有成员，也没有须抢救财产的清单；P3-16 湿毛巾能争取多少时间没有公认数据；"
    "P3-21 没有天气预报比雷雨早多少的记录；P3-22 没有雷雨自首声雷到雷击的记录，只能把假设的用时相加。",
    "Not judged: P3-11, the property group has no members, nor is there a list of what is to be saved; P3-16, what a "
    "wet towel gains has no agreed figure; P3-21, no record says how long before a thunderstorm it is forecast; P3-22, "
    "none says how long after its first thunder lightning strikes, so that only assumed times could be added up.",
)


class _Own:
    """Times of a block of events that are no calls: each by its own stream, about a fact of the site."""

    def __init__(self, study: KindergartenReports, situation: Alarmed, streams: Streams) -> None:
        self._site = study.site
        self._situation = situation
        self._streams = streams
        self._hours = drawn_hours(streams, situation.when, study.trees.tree, study.site, BLOCK)
        self._opens_h = study.trees.tree.calling.day[0].base(study.site) / HOUR

    def about(self, fact: str) -> Floats:
        """Seconds, shape (events,)."""
        return about(self._site.base(fact)).draw(self._streams.generator(f"kindergarten/reports/{fact}"), BLOCK)

    def discovered_s(self) -> Floats:
        """From the accident until it is discovered: by night as the day begins."""
        if self._situation.when != "by_night":
            return self.about("accident.discovered")
        until_s: Floats = (self._opens_h - self._hours) % 24 * HOUR
        return until_s
