"""The service hall calls for somebody: its leaders, help in a surge, 110, 119, 120, a customer's family.

One event is one alarm along a chain of the site's call tree, while the hall is open
(:mod:`~resilience_sim.studies.service_hall.calls_events`). An order is judged by the outcome with it against without
it, in the same events:

* *others call* or *clerk alone* (P5-12): 110 is called by those whom nobody holds at gunpoint, or only by the clerk,
  when hidden;
* *fight, then leave* or *fight while leaving* (P5-14, read by P5-15): the call to 119 waits until the fight has failed,
  or is made at discovery; *guided* or *unguided* (P5-15): somebody meets the fire engine;
* *called when seen* or *watched first* (P5-22): 120 is called at once, or after a while of helping.

In a siege (P5-19) they persuade until that has failed, no longer than the plan has decided, and then call 110: how soon
110 knows after their arrival is judged, and the call by itself.

Where the plan leaves a time open it is the longest that its bounds allow; where it leaves open how many are asked for
(P5-08) the site's fact stands in, and one member of staff helps an ill customer (P5-22), the fewest.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.plans.claims import Claim
from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Streams, derived_seed
from resilience_sim.studies.call_trees import When, check_asked, drawn_hours
from resilience_sim.studies.limits import decided, offered, readings
from resilience_sim.studies.notifying import BLOCK, Alarmed, Notifying
from resilience_sim.studies.question import OF_THE_SITE, Axis, Choice, Effort, Question, Situation
from resilience_sim.studies.service_hall import calls_events as events
from resilience_sim.studies.service_hall.calls_facts import (
    EXTRA,
    MEASURES,
    NEEDS,
    READINGS,
    SENT,
    STUDIES,
    SUPERIORS,
    TOPICS,
)
from resilience_sim.studies.service_hall.calls_notes import notes
from resilience_sim.units import from_base, to_base

__all__ = ["MEASURES", "NEEDS", "READINGS", "STUDIES", "HallCalls"]

Floats = npt.NDArray[np.float64]

ANSWERED = Axis("calling.answered_day", "%", (95.0, 90.0, 80.0, 70.0, 60.0, 50.0, 40.0, 30.0))
FIGHT = Axis("egress.fight_fire", "s", (0.0, 30.0, 60.0, 90.0, 120.0, 180.0, 240.0))
LOADS: Mapping[str, tuple[Axis, ...]] = {
    "group_told": (ANSWERED,),
    "superior_asked": (ANSWERED,),
    "help_there": (Axis("call_up.arrival_median", "min", (5.0, 10.0, 15.0, 23.0, 30.0, 40.0, 60.0)),),
    "police_told": (Axis("robbery.hiding", "s", (30.0, 60.0, 120.0, 180.0, 240.0, 300.0, 400.0)),),
    "both_told": (ANSWERED,),
    "call_119": (Axis("fire.found", "min", (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)),),
    "water": (Axis("engine.drive", "min", (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0)),),
    "head_there": (Axis("siege.way", "min", (1.0, 2.0, 4.0, 6.0, 8.0, 10.0, 15.0, 20.0)),),
    "police_after": (Axis("siege.persuading", "min", (5.0, 10.0, 12.0, 15.0, 20.0, 30.0)),),
    "call_110": (Axis("calling.attempt", "min", (0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 16.0)),),
    "call_120": (Axis("illness.noticed", "s", (15.0, 30.0, 60.0, 90.0, 120.0, 180.0, 300.0)),),
    "counters_closed": (Axis("staff.absence", "%", (1.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0)),),
    "family_told": (ANSWERED,),
}
OPTIONS: Mapping[str, tuple[str, ...]] = {
    "group_told": ("promise", "tries", "message"),
    "superior_asked": ("promise", "tries", "message"),
    "help_there": ("promise", "fewer_asked"),
    "both_told": ("promise", "redial", "message"),
    "police_after": ("promise", "persuade_less"),
    "call_119": ("promise", "giving_up"),
    "water": ("giving_up",),
    "counters_closed": ("carers",),
    "family_told": ("promise", "tries"),
}
TRIES = tuple(float(tries) for tries in range(1, 11))
CALL_110 = TOPICS["hall_extreme"].chain
HELPED_BY = 1  # a member of staff at least, where the plan leaves it open


@dataclass(frozen=True)
class Siege(Alarmed):
    """A siege, in which the head persuades for so many seconds at most before 110 is called; None: until it fails."""

    persuade_s: float | None = None


class HallCalls(Notifying):
    """The part of the service hall's study that asks about its calls; see the module's docstring.

    Parameters
    ----------
    plan, site, record
        As for :class:`~resilience_sim.studies.notifying.Notifying`.

    Raises
    ------
    PlanError
        As there; also if a siege is asked about, and nobody calls 110 at extreme acts.
    """

    topics = TOPICS

    def __init__(self, plan: Plan, site: Site, record: object = None) -> None:
        super().__init__(plan, site, record)
        if plan.claims(("hall_siege",)):  # in a siege they call 110 as at extreme acts
            check_asked(self.trees.tree, CALL_110, ("police",))

    @property
    def effort(self) -> Effort:
        """Less at each load than for other plans, since many things are called about here."""
        return replace(super().effort, per_load=3 * BLOCK)

    def situation(self, claim: Claim, when: When, read: Mapping[str, str]) -> Alarmed:
        """What is simulated for a claim, the plan's words read in this way."""
        plain = super().situation(claim, when, read)
        match claim.study:
            case "hall_help":
                asked_for = decided(self.plan, "P5-08", "extra_staff")
                return replace(plain, wanted=round(self.site.base(EXTRA) if asked_for is None else asked_for))
            case "hall_robbery":  # 110 comes first, then the manager
                calls = self.plan.clause("P5-12").quantities["calls"].in_force()
                return plain if calls is None else replace(plain, wanted=round(calls))
            case "hall_illness":
                helping = decided(self.plan, "P5-22", "staff_helping")
                return replace(plain, wanted=HELPED_BY if helping is None else round(helping))
            case "hall_siege":
                persuade_s = decided(self.plan, "P5-19", "persuade_for")
                return Siege(plain.topic, plain.when, read=plain.read, persuade_s=persuade_s)
            case "hall_119":
                fight_s = decided(self.plan, "P5-14", "fight_for")
                return plain if fight_s is None else self._with(plain, "egress.fight_fire", fight_s)
        return plain

    def _with(self, situation: Alarmed, fact: str, base: float) -> Alarmed:
        """The situation with another value of a fact, in base units."""
        return replace(situation, changes=situation.changes.with_base(fact, base))

    # ---- what happens

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of events, shape (:data:`~resilience_sim.studies.notifying.BLOCK`,)."""
        assert isinstance(situation, Alarmed)
        own = Streams(derived_seed(seed, situation.topic), replication)
        row = self._happens(situation, seed, replication, own)
        units = self.topics[situation.topic].measures
        return {measure: values / to_base(1.0, units[measure]) for measure, values in row.items()}

    def _happens(self, situation: Alarmed, seed: int, replication: int, own: Streams) -> Mapping[str, Floats]:
        """The same in base units."""
        site, read = situation.changes.at(self.site), situation.read
        if situation.topic == "hall_119":
            called_s = events.called_119_s(site, own, BLOCK, fought="fight_while_leaving" not in read)
            return {"call_119": called_s, "water": events.water_s(site, own, called_s, guided="unguided" not in read)}
        alarms = self.alarms(situation, seed, replication)
        match situation.topic:
            case "hall_report":
                return {"group_told": events.told_all(alarms, "leading_group")}
            case "hall_help":
                return {
                    "superior_asked": events.first_told(alarms, *SUPERIORS),
                    "help_there": events.places(alarms, situation.wanted, *SENT),
                }
            case "hall_robbery":
                called = ("police", "manager")[: situation.wanted or None]
                return {
                    "police_told": events.told_all(alarms, "police"),
                    "both_told": events.told_all(alarms, *called),
                }
            case "hall_robbery_alone":
                return {"police_told": events.told_all(alarms, "police")}
            case "hall_extreme":
                return {"both_told": events.told_all(alarms, "police", "manager")}
            case "hall_siege":
                assert isinstance(situation, Siege)
                persuaded_s = events.persuaded_s(site, own, BLOCK, situation.persuade_s)
                call_s = self._call_110(situation, seed, replication)
                return {
                    "head_there": events.met_s(alarms),
                    "police_after": persuaded_s + call_s,
                    "call_110": call_s,
                }
            case "hall_illness":
                told_s = events.told_all(alarms, "ambulance")
                waits_s = events.watched_s(site, own, BLOCK) if "watched_first" in read else 0.0
                closed = events.counters_closed(site, own, BLOCK, situation.wanted)
                return {"call_120": told_s + waits_s, "counters_closed": closed}
        return {"family_told": events.told_all(alarms, "family")}

    def _call_110(self, situation: Alarmed, seed: int, replication: int) -> Floats:
        """How long a call to 110 takes from the decision to make it, in each event of a block."""
        streams = Streams(derived_seed(seed, "call to 110"), replication)
        hours = drawn_hours(streams, situation.when, self.trees.tree, self.site, BLOCK)
        return events.told_all(
            self.trees.run_block(CALL_110, streams, hours=hours, changes=situation.changes), "police"
        )

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """When 110, 119 and 120 know, with the plan's orders and without; when help is there; what is not written."""
        return notes(self, seed, language)

    # ---- loads that may grow, and what may be chosen

    def axes(self, question: Question) -> Sequence[Axis]:
        """What comes before the call, calls that nobody answers, ways and absences; see :data:`LOADS`."""
        if question.measure == "police_told" and question.claim.study == "hall_robbery":
            return ()  # one of two calls is made in time, however late the other is
        if question.measure == "call_119" and "fight_while_leaving" not in question.interpretation:
            return (FIGHT, *LOADS["call_119"])
        return LOADS[question.measure]

    def options(self, question: Question) -> Sequence[str]:
        """The deadline; more tries, a message besides; fewer people asked for or helping, less fighting or persuading.

        No more tries where somebody stands in for those who are not reached: the longer one tries, the later the
        delegate learns of it, so that more tries are not always better.
        """
        known = OPTIONS.get(question.measure, ("promise",))
        read = question.interpretation
        waits = "unguided" not in read and "fight_while_leaving" not in read
        stated = question.claim.limit in self.plan.clause(question.clause).quantities
        delegates = self.trees.tree.chains[TOPICS[question.claim.study].chain].delegates
        left_out = {
            *(() if waits else ("giving_up",)),
            *(() if stated else ("promise",)),
            *(("tries", "redial") if delegates else ()),
        }
        return tuple(option for option in known if option not in left_out)

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantities of the question's option, each from the hardest value to the easiest."""
        match question.option:
            case "promise":  # claims that stand together promise their times together
                return tuple(
                    offered(self.plan, question.clause, name, descending=False) for name in self._promised(question)
                )
            case "tries" | "redial":  # straight away, as nobody is known to do it now
                now = self.site.fact("calling.attempts").value if question.option == "tries" else None
                return (Choice(OF_THE_SITE, "calling.attempts", "tries", TRIES, now),)
            case "fewer_asked":
                return (offered(self.plan, "P5-08", "extra_staff", descending=True, least=1.0),)
            case "giving_up":
                return (offered(self.plan, "P5-14", "fight_for", descending=True),)
            case "persuade_less":
                return (offered(self.plan, "P5-19", "persuade_for", descending=True),)
            case "carers":
                return (offered(self.plan, "P5-22", "staff_helping", descending=True),)
        return super().choices(question)

    def _promised(self, question: Question) -> Sequence[str]:
        """The quantities that the clause's claims promise, read as the question reads it."""
        clause = self.plan.clause(question.clause)
        alike = [one for one in clause.claims if readings(clause, one) == readings(clause, question.claim)]
        return list(dict.fromkeys(one.limit for one in alike if one.limit in clause.quantities))

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with these values of its choices; of several times the one that it promises."""
        if question.option != "promise":
            return super().chosen(question, values)
        own = self._promised(question).index(question.claim.limit)
        unit = self.choices(question)[own].unit
        return replace(question, limit=from_base(to_base(values[own], unit), question.unit))

    def costs(self, question: Question, seed: int) -> Floats:
        """What each combination of choices gives up; of several times the sum."""
        if question.option != "promise":
            return super().costs(question, seed)
        given_up = (np.array(choice.values) - choice.values[0] for choice in self.choices(question))
        return functools.reduce(np.add.outer, given_up)

    def set_to(self, question: Question, option: str, value: float) -> Alarmed:
        """The question's situation with an option's lever at this value."""
        situation = question.situation
        assert isinstance(situation, Alarmed)
        match option:
            case "tries":
                return replace(situation, changes=replace(situation.changes, attempts=int(value)))
            case "redial":
                changed = replace(situation, changes=replace(situation.changes, attempts=int(value)))
                return self._with(changed, "calling.between_attempts", 0.0)
            case "fewer_asked" | "carers":
                return replace(situation, wanted=int(value))
            case "persuade_less":
                assert isinstance(situation, Siege)
                return replace(situation, persuade_s=to_base(value, "min"))
            case "giving_up":
                return self._with(situation, "egress.fight_fire", to_base(value, "s"))
        return super().set_to(question, option, value)

    def messaged(self, situation: Alarmed) -> tuple[str, ...]:
        """Roles to whom the message goes: those on a list to call who may not answer."""
        tree = self.trees.tree
        return tuple(
            role
            for role in super().messaged(situation)
            if all(tree.phones[kind].day.base(self.site) < 1 for kind in tree.phones_of(role))
        )

    def cost_unit(self, question: Question) -> str:
        """The option tells."""
        if question.option in ("fewer_asked", "giving_up", "persuade_less", "carers"):
            return f"hall_{question.option}"
        return "hall_redial" if question.option == "redial" else super().cost_unit(question)
