"""The kindergarten's reports: who learns of a fire, an accident or a poisoning when, and who is on the scene.

One event is one alarm of the site's call tree; time zero is when somebody sees what has happened, unless it is said
otherwise.

* ``fire_alarm`` (P3-09): until the head knows, who then orders everybody to leave at once, and until the fire brigade
  does; the finder calls them one after another, or somebody else calls 119 at the same time.
* ``fire_call`` (P3-18): from the ignition until there is water, in a fire that does get out of control. Every fire is
  reported; or the finder first judges whether control may be lost (for P3-18's ``judged_after``, while it is open for
  ``fire.judged``), and then does as P3-09 says. The engine is guided in, as P3-12 wants.
* ``phones_on`` (P3-20): share of the group's members who are reached, whose mobiles are on for so many hours a day as
  the plan says, from the beginning of the call tree's day on; read as *off_by_night* not beyond the day's end.
* ``rescue_order`` (P3-24): from the accident until the ambulance is there; whoever finds it reports it first, or first
  rescues alone for ``accident.rescue_alone``.
* ``accident_report`` (P3-25), ``first_report`` (P3-03, P3-07): until the office knows. Read as *from_accident* the time
  until it is discovered comes in front: by day ``accident.discovered``; what happens by night, when nobody is in the
  house, is found when the day of the call tree begins, or on a round through the house if somebody goes on rounds.
* ``passing_on`` (P3-26, P3-08): from the office's knowing until the staff concerned and the bureau do, and for how long
  the longest step takes; the whole chain from the accident, or from its discovery, as P3-25 is read: calls are then
  made at the hour of discovery.
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
from resilience_sim.plans.register import Clause
from resilience_sim.randomness import Streams
from resilience_sim.studies.call_changes import UNCHANGED, Changes
from resilience_sim.studies.call_trees import Alarm, When, day_hours
from resilience_sim.studies.kindergarten.reports_events import OwnTimes, since
from resilience_sim.studies.kindergarten.reports_facts import INFORMED, LEADING, NEEDS, RECIPIENTS, TOPICS
from resilience_sim.studies.limits import decided, stated
from resilience_sim.studies.notifying import Alarmed, Notifying
from resilience_sim.studies.question import OF_THE_SITE, Axis, Choice, Question, Situation
from resilience_sim.units import HOUR, MINUTE, from_base, to_base

__all__ = ["NEEDS", "KindergartenReports"]

Floats = npt.NDArray[np.float64]

SECOND = {
    ("P3-03", "bureau_told"): "promise_report",
    ("P3-08", "leader_there"): "promise_presence",
    ("P3-09", "brigade_told"): "promise_call",
    ("P3-31", "bureau_told"): "promise_report",
}
"""Options of the second time that a clause promises: to be set on its own, and not with the first."""
COMPARED = ("off_by_night", "rescue_first", "call_if_control_may_be_lost")
PRESCRIBED = ("P3-25", "report_within")
"""A deadline that is not the plan's to choose ("规定的"): no other is promised for it, nor for the chain within it."""
ROUNDS_H = (4.0, 2.0, 1.0, 0.5)  # each goes at all hours of the one before, so that nobody is found later
FOUND_LATE = ("office_told", "by_night")
COUNTED_FROM = {"from_accident", "from_discovery"}
MOBILE = "calling.answered_day"  # the fact of the kinds of phones that members keep on


class KindergartenReports(Notifying):
    """The call tree's part of the plan's study; see the module's docstring."""

    topics = TOPICS

    def situation(self, claim: Claim, when: When, read: Mapping[str, str]) -> Alarmed:
        """What is simulated for a claim, the plan's words read in this way."""
        changes = self._switched_on(*read.values()) if claim.study == "phones_on" else UNCHANGED
        return Alarmed(claim.study, when, changes, read=tuple(read.values()))

    def _switched_on(self, *read: str) -> Changes:
        """Members' mobiles on for as long as the plan says, or until the day's end; counted in whole hours."""
        tree, hours = self.trees.tree, int(stated(self.plan, self.site, "P3-20", "phone_on") // HOUR)
        if "off_by_night" in read:
            first, last = day_hours(tree, self.site)
            hours = min(hours, last - first)
        return Changes(
            switched_on=tuple((name, hours) for name, kind in tree.phones.items() if kind.day.fact == MOBILE)
        )

    def _question(self, clause: Clause, claim: Claim, when: When) -> Question:
        """As for all call trees; while the plan sets no time for the whole chain (P3-26), it is that of the report."""
        question = super()._question(clause, claim, when)
        within_s = decided(self.plan, *PRESCRIBED)
        if claim.limit != "whole_chain_within" or decided(self.plan, "P3-26", claim.limit) is not None:
            return question
        return question if within_s is None else replace(question, limit=from_base(within_s, question.unit))

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of events."""
        assert isinstance(situation, Alarmed)
        alarms = self.alarms(situation, seed, replication)
        own = OwnTimes(self, situation, Streams(seed, replication))
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
        """A block of alarms of the situation's chain; a fire's has two, by who calls 119.

        From an accident on calls are made at the hour at which it is discovered.
        """
        own = OwnTimes(self, situation, Streams(seed, replication))
        hours = own.hours
        if situation.topic == "passing_on" and COUNTED_FROM & {*situation.read}:
            hours = np.round(hours + own.discovered_s() / HOUR, 9) % 24  # not a rounding error before the day begins
        chain = "fire_in_parallel" if "in_parallel" in situation.read else self.topics[situation.topic].chain
        chosen = situation.changes if changes is None else changes
        return self.trees.run_block(chain, Streams(seed, replication), hours=hours, changes=chosen)

    # ---- what is read off a block of alarms, seconds (and a share)

    def _fire_alarm(self, alarms: list[Alarm], situation: Alarmed, own: OwnTimes) -> dict[str, Floats]:
        del situation, own
        return {
            "order_given": self.told(alarms, "head")[:, 0],
            "brigade_told": self.told(alarms, "fire_brigade")[:, 0],
            "classes_told": self.told(alarms, "class_teachers").max(axis=1),
        }

    def _fire_call(self, alarms: list[Alarm], situation: Alarmed, own: OwnTimes) -> dict[str, Floats]:
        called_s = own.about("fire.found") + self.told(alarms, "fire_brigade")[:, 0]
        if "call_if_control_may_be_lost" in situation.read:
            stated = decided(self.plan, "P3-18", "judged_after")
            called_s = called_s + (own.about("fire.judged") if stated is None else stated)
        under_way_s = own.about("engine.dispatch") + own.about("engine.turnout_day")
        drive_s = np.maximum(own.about("engine.drive") - self.site.base("engine.gained_by_guiding"), 0.0)
        return {"water": called_s + under_way_s + drive_s + own.about("engine.set_up")}

    def _phones_on(self, alarms: list[Alarm], situation: Alarmed, own: OwnTimes) -> dict[str, Floats]:
        del situation, own
        return {"members_reached": 100 * (self.told(alarms, *LEADING) < np.inf).mean(axis=1)}

    def _rescue_order(self, alarms: list[Alarm], situation: Alarmed, own: OwnTimes) -> dict[str, Floats]:
        told_s = self.told(alarms, "office")[:, 0]
        if "rescue_first" in situation.read:
            told_s = told_s + own.about("accident.rescue_alone")
        found_s = own.about("accident.discovered")
        return {"ambulance_there": found_s + told_s + own.about("ambulance.call") + own.about("ambulance.response")}

    def _accident_report(self, alarms: list[Alarm], situation: Alarmed, own: OwnTimes) -> dict[str, Floats]:
        told_s = self.told(alarms, "office")[:, 0]
        return {"office_told": told_s + own.discovered_s() if "from_accident" in situation.read else told_s}

    def _passing_on(self, alarms: list[Alarm], situation: Alarmed, own: OwnTimes) -> dict[str, Floats]:
        knows_s = self.told(alarms, "office")[:, 0]
        steps = np.stack([since(knows_s, self.told(alarms, role).max(axis=1)) for role in INFORMED])
        last_s: Floats = steps.max(axis=0)
        # One after the other, as they are called: what a step takes is what it takes after the steps before.
        done = np.maximum.accumulate(np.where(last_s < np.inf, steps, 0.0), axis=0)
        longest = np.diff(done, axis=0, prepend=0.0).max(axis=0)
        office_s = knows_s + own.discovered_s() if "from_accident" in situation.read else knows_s
        return {
            "whole_chain": office_s + last_s,
            "longest_step": np.where(last_s < np.inf, longest, np.inf),
            "departments_told": steps[1],
        }

    def _reporting_up(self, alarms: list[Alarm], situation: Alarmed, own: OwnTimes) -> dict[str, Floats]:
        del situation, own
        return {"bureau_told": self.told(alarms, "bureau")[:, 0]}

    def _headquarters(self, alarms: list[Alarm], situation: Alarmed, own: OwnTimes) -> dict[str, Floats]:
        told_s = self.told(alarms, *LEADING)
        if situation.when == "by_day":
            there_s = told_s.min(axis=1) + own.about("sick_room.reach")
        else:
            there_s = self.there(alarms, *LEADING).min(axis=1)
        return {"members_told": told_s.max(axis=1), "leader_there": there_s}

    def _poisoning_told(self, alarms: list[Alarm], situation: Alarmed, own: OwnTimes) -> dict[str, Floats]:
        del situation
        knows_s = self.told(alarms, "sick_room")
        told_s = since(knows_s, self.told(alarms, *RECIPIENTS))
        return {
            "recipients_told": told_s.max(axis=1),
            "head_on_scene": told_s[:, 0] + own.about("sick_room.reach"),
            "bureau_told": since(knows_s, self.told(alarms, "bureau"))[:, 0],
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

        Nobody in the house is called in vain, so no more tries help there. What happens by night is known the sooner
        the more often somebody goes on rounds.
        """
        if question.interpretation in COMPARED:
            return ()
        options = [one for one in super().options(question) if not self._left_out(question, one)]
        if question.interpretation == "from_accident" and (question.measure, question.scenario) == FOUND_LATE:
            options.append("night_rounds")
        if (own := SECOND.get((question.clause, question.measure))) is not None:
            return [own if one == "promise" else one for one in options if one != "promise_message"]
        return options

    def _left_out(self, question: Question, option: str) -> bool:
        if option == "tries":
            return question.measure in ("head_on_scene", "sealed")
        prescribed = (
            question.claim.limit == "whole_chain_within" or (question.clause, question.claim.limit) == PRESCRIBED
        )
        return prescribed and option.startswith("promise")

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantity of the question's option."""
        return super().choices(_plain(question))

    def _lever(self, question: Question) -> Choice:
        if question.option == "night_rounds":
            return Choice(OF_THE_SITE, "accident.night_rounds", "h", ROUNDS_H, None)
        return super()._lever(question)

    def set_to(self, question: Question, option: str, value: float) -> Alarmed:
        """The question's situation with an option's lever at this value."""
        if option == "night_rounds":
            assert isinstance(question.situation, Alarmed)
            return replace(question.situation, every_s=to_base(value, "h"))
        return super().set_to(question, option, value)

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with this value of its choice."""
        return replace(super().chosen(_plain(question), values), option=question.option)

    def costs(self, question: Question, seed: int) -> Floats:
        """What each choice gives up; of rounds, how many there are in a night."""
        if question.option == "night_rounds":
            first, last = day_hours(self.trees.tree, self.site)
            rounds: Floats = (24 - last + first) / np.array(ROUNDS_H)
            return rounds
        return super().costs(_plain(question), seed)

    def cost_unit(self, question: Question) -> str:
        """The option tells."""
        return "kindergarten_rounds" if question.option == "night_rounds" else super().cost_unit(_plain(question))

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """What telling class by class takes, what calling 119 always costs, which clauses are not judged and why."""
        return (self._class_by_class(seed, language), self._needless(seed, language), NOT_JUDGED[language == "en"])

    def _class_by_class(self, seed: int, language: str) -> str:
        row = self.replicate(Alarmed("fire_alarm", "by_day"), seed, 0)
        head, last = (float(np.median(row[measure])) for measure in ("order_given", "classes_told"))
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
