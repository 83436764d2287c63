"""What studies of call trees have in common: one event is one alarm, or a row of reports, and what may be set.

A study's *topics* say which chain of the tree a claim is about. Its part of a plan's study fills in how the measures
are read off the alarms; questions, loads that may grow and levers are the same for all of them:

* loads: the share of calls answered (all phones alike), how long a call takes, the share of people who can come, how
  many have to be told;
* levers: the deadline itself, as calls go now or with a message to all besides, how often somebody is tried, numbers
  kept of each, that message alone, people on call, time between reports.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.plans.calltree import CallTree
from resilience_sim.plans.claims import Claim
from resilience_sim.plans.register import Clause, Plan
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Streams, derived_seed
from resilience_sim.studies.call_trees import (
    UNCHANGED,
    Alarm,
    CallTrees,
    Changes,
    When,
    check_asked,
    check_call_tree,
    drawn_hours,
)
from resilience_sim.studies.limits import asked, offered, readings
from resilience_sim.studies.question import OF_THE_SITE, Axis, Choice, Effort, Question, Situation
from resilience_sim.units import from_base, to_base

__all__ = ["BLOCK", "Alarmed", "Notifying", "Topic", "answered_facts", "longest_silence_s"]

Floats = npt.NDArray[np.float64]

BLOCK = 100  # alarms in one replication: their streams are opened once
SHARES = (0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
CALL_MIN = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 8.0)
PEOPLE = (1, 2, 3, 4, 6, 8, 10, 15, 20, 30, 40, 60)
PROMISES = ("promise", "promise_message")
WITHIN_MIN = (10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 75.0, 90.0, 120.0, 150.0, 180.0, 240.0)
ROUNDS_MIN = (120.0, 90.0, 60.0, 45.0, 30.0, 20.0, 15.0, 10.0, 5.0)


@dataclass(frozen=True)
class Topic:
    """What a claim's study is about.

    Parameters
    ----------
    chain
        The chain of the call tree.
    measures
        Measures and their units.
    scenarios
        Hours of the day at which it may happen.
    levers
        What a recommendation may set, besides the deadline.
    loads
        What may grow: ``answered``, ``attempt`` and ``comes``, the share of calls answered, how long one takes and the
        share who can come, or facts that count people.
    roles
        Roles in that chain whose times are asked for: a call tree without one of them is refused.
    also
        Further chains that are run for it, in which times of the same roles are asked for.
    """

    chain: str
    measures: Mapping[str, str]
    scenarios: tuple[When, ...] = ("by_day", "by_night")
    levers: tuple[str, ...] = ()
    loads: tuple[str, ...] = ("answered", "attempt")
    roles: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def chains(self) -> tuple[str, ...]:
        """All chains that the topic runs."""
        return (self.chain, *self.also)


@dataclass(frozen=True)
class Alarmed:
    """A situation: a topic at some hours, the plan's words read in some way, and what is otherwise than in the tree.

    Parameters
    ----------
    topic, when, changes
        The study of the claim, the hours, and the changes.
    read
        How clauses are read, where that matters to what is simulated.
    every_s
        Seconds between the beginnings of two reports, where there is a row of them.
    wanted
        People who are wanted, or have to confirm; 0: all.
    """

    topic: str
    when: When
    changes: Changes = UNCHANGED
    read: tuple[str, ...] = ()
    every_s: float = 0.0
    wanted: int = 0


def answered_facts(tree: CallTree) -> tuple[str, ...]:
    """Facts that say which share of calls to some kind of phone is answered, each once."""
    every = (amount.fact for kind in tree.phones.values() for amount in (kind.day, kind.night))
    return tuple(dict.fromkeys(fact for fact in every if fact is not None))


def longest_silence_s(told_s: Floats, end_s: float) -> Floats:
    """The longest time without news, in each event, of whoever waits longest.

    Parameters
    ----------
    told_s
        When each person heard of each report, seconds from the event's start, inf for never; shape (events, reports,
        persons).
    end_s
        How long the event is watched; the silence that begins with the last news lasts until then.
    """
    news = np.sort(np.minimum(told_s, end_s), axis=1)
    edge = np.zeros_like(news[:, :1])
    gaps = np.diff(np.concatenate((edge, news, edge + end_s), axis=1), axis=1)
    longest: Floats = gaps.max(axis=(1, 2), initial=0.0)
    return longest


class Notifying(ABC):
    """A part of a plan's study that asks about its call tree; see the module's docstring.

    Parameters
    ----------
    plan, site
        The register and the site's facts, with its call tree.
    record
        Not used: no outage reaches a telephone.

    Raises
    ------
    PlanError
        If the site has no call tree, one that the machine cannot take, or one without a chain that a claim is about, or
        a role in it whose times are asked for.
    """

    topics: Mapping[str, Topic]
    answered_fact: str = "calling.answered_day"

    def __init__(self, plan: Plan, site: Site, record: object = None) -> None:
        del record
        check_call_tree(site)
        self.plan = plan
        self.site = site
        self.trees = CallTrees(site)
        for study in dict.fromkeys(claim.study for _, claim in plan.claims(tuple(self.topics))):
            for chain in self.topics[study].chains:
                check_asked(self.trees.tree, chain, self.topics[study].roles)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled by what it is made of."""
        return type(self), (self.plan, self.site)

    def at_site(self, values: Mapping[str, float]) -> Notifying:
        """The same study with other values of some facts."""
        return type(self)(self.plan, self.site.with_values(values))

    @property
    def effort(self) -> Effort:
        """Some thousands of alarms: a block of them takes some milliseconds."""
        return Effort(per_site=BLOCK, per_load=5 * BLOCK, per_certificate=100 * BLOCK, block=BLOCK)

    # ---- what is asked

    def questions(self) -> Sequence[Question]:
        """One question per claim and scenario."""
        return [
            self._question(clause, claim, when)
            for clause, claim in self.plan.claims()
            if claim.study in self.topics
            for when in self.topics[claim.study].scenarios
        ]

    def _question(self, clause: Clause, claim: Claim, when: When) -> Question:
        return asked(
            self.plan,
            self.site,
            clause,
            claim,
            scenario=when,
            situation=self.situation(claim, when, readings(clause, claim)),
            unit=self.topics[claim.study].measures[claim.measure],
            easiest_if_open=True,
        )

    def situation(self, claim: Claim, when: When, read: Mapping[str, str]) -> Alarmed:
        """What is simulated for a claim, the plan's words read in this way."""
        return Alarmed(claim.study, when, read=tuple(read.values()))

    @abstractmethod
    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of events, shape (:data:`BLOCK`,)."""

    # ---- alarms

    def alarms(self, situation: Alarmed, seed: int, replication: int, changes: Changes | None = None) -> list[Alarm]:
        """A block of alarms of the situation's chain; whatever `changes` say, they meet the same numbers."""
        streams = Streams(seed, replication)
        hours = drawn_hours(streams, situation.when, self.trees.tree, self.site, BLOCK)
        chosen = situation.changes if changes is None else changes
        return self.trees.run_block(self.topics[situation.topic].chain, streams, hours=hours, changes=chosen)

    def silence_s(self, situation: Alarmed, lasts_s: float, seed: int, replication: int, *roles: str) -> Floats:
        """The longest silence for any person of some roles, in each event of a block in which reports begin in rounds.

        Report k has numbers of its own, whatever the time between reports is.
        """
        streams, chain = Streams(seed, replication), self.topics[situation.topic].chain
        hours = drawn_hours(streams, situation.when, self.trees.tree, self.site, BLOCK)
        told = []
        for k in range(max(1, int(np.ceil(lasts_s / situation.every_s)))):
            begins_s = k * situation.every_s
            own = Streams(derived_seed(seed, f"report {k}"), replication)
            alarms = self.trees.run_block(chain, own, hours=(hours + begins_s / 3600) % 24, changes=situation.changes)
            told.append(self.told(alarms, *roles) + begins_s)
        return longest_silence_s(np.stack(told, axis=1), lasts_s)

    @staticmethod
    def told(alarms: Sequence[Alarm], *roles: str) -> Floats:
        """When each person of some roles learned of it, shape (alarms, persons)."""
        rows = [alarms[0].inputs.index[name] for name in alarms[0].names(*roles)]
        return np.stack([alarm.path.told_s[rows] for alarm in alarms])

    @staticmethod
    def there(alarms: Sequence[Alarm], *roles: str) -> Floats:
        """When each person of some roles was on site, shape (alarms, persons)."""
        rows = [alarms[0].inputs.index[name] for name in alarms[0].names(*roles)]
        return np.stack([alarm.path.arrives_s[rows] for alarm in alarms])

    # ---- loads that may grow

    def axes(self, question: Question) -> Sequence[Axis]:
        """Fewer calls answered, longer calls, more people to be told: as far as the topic has them."""
        found = []
        for load in self.topics[question.claim.study].loads:
            if load == "answered":
                found.append(Axis(self.answered_fact, "%", tuple(100 * share for share in SHARES)))
            elif load == "comes":
                found.append(Axis("call_up.can_come", "%", tuple(100 * share for share in SHARES)))
            elif load == "attempt":
                found.append(Axis("calling.attempt", "min", CALL_MIN))
            else:
                found.append(Axis(load, "persons", tuple(float(n) for n in PEOPLE)))
        return found

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value; of answered calls, all phones move alike."""
        situation = _alarmed(question.situation)
        changes = situation.changes
        if axis.name == self.answered_fact:
            factor = to_base(value, "%") / self.site.base(axis.name)
            for name in answered_facts(self.trees.tree):
                changes = changes.with_base(name, min(1.0, factor * self.site.base(name)))
        else:
            changes = changes.with_base(axis.name, to_base(value, axis.unit))
        return replace(situation, changes=changes)

    # ---- what may be chosen

    def options(self, question: Question) -> Sequence[str]:
        """The deadline, where it is the plan's, and the topic's levers.

        More tries are none where somebody stands in for those who are not reached: the longer one tries, the later the
        delegate learns of it, so that more are not always better.
        """
        topic = self.topics[question.claim.study]
        stood_in = any(self.trees.tree.chains[chain].delegates for chain in topic.chains)
        levers = tuple(one for one in topic.levers if one != "tries" or not stood_in)
        stated = question.claim.limit in self.plan.clause(question.clause).quantities
        promises = ("promise", *(("promise_message",) if "message" in levers else ())) if stated else ()
        return (*promises, *levers)

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantity of the question's option, from the hardest value to the easiest."""
        if question.option in PROMISES:
            falling = question.relation == "at_least"
            return (offered(self.plan, question.clause, question.claim.limit, descending=falling),)
        return (self._lever(question),)

    def _lever(self, question: Question) -> Choice:
        """What an option sets, the deadline aside; a study with other levers adds its own."""
        match question.option:
            case "tries":
                return self._of_site("calling.attempts", "tries", (1.0, 2.0, 3.0, 4.0, 5.0))
            case "within":
                return self._of_site(question.claim.limit.removeprefix("site."), "min", WITHIN_MIN)
            case "message":
                return Choice(OF_THE_SITE, "calling.group_messages", "items", (0.0, 1.0), 0.0)
            case "rounds":
                return self._of_site("report.every", "min", ROUNDS_MIN)
        raise ValueError(f"{question.option!r} is no lever of {type(self).__name__}")

    def _of_site(self, fact: str, unit: str, values: tuple[float, ...]) -> Choice:
        known = self.site.facts.get(fact)
        current = None if known is None else from_base(self.site.base(fact), unit)
        return Choice(OF_THE_SITE, fact, unit, values, current)

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with this value of its choice."""
        (value,), (choice,) = values, self.choices(question)
        if question.option == "within":
            return replace(question, limit=from_base(to_base(value, choice.unit), question.unit))
        if question.option in PROMISES:
            promised = replace(question, limit=from_base(to_base(value, choice.unit), question.unit))
            if question.option == "promise":
                return promised
            return replace(promised, situation=self.set_to(question, "message", 1.0))
        return replace(question, situation=self.set_to(question, question.option, value))

    def set_to(self, question: Question, option: str, value: float) -> Alarmed:
        """The question's situation with an option's lever at this value."""
        situation = _alarmed(question.situation)
        match option:
            case "tries":
                return replace(situation, changes=replace(situation.changes, attempts=int(value)))
            case "message":
                roles = self.messaged(situation) if value else ()
                return replace(situation, changes=replace(situation.changes, with_message=roles))
            case "rounds":
                return replace(situation, every_s=to_base(value, "min"))
        raise ValueError(f"{option!r} is no lever of {type(self).__name__}")

    def messaged(self, situation: Alarmed) -> tuple[str, ...]:
        """Roles to whom the message to all goes: everybody on a list to call in the chain."""
        calls = self.trees.tree.chains[self.topics[situation.topic].chain].calls
        return tuple(dict.fromkeys(name for names in calls.values() for name in names))

    def costs(self, question: Question, seed: int) -> Floats:
        """What each choice gives up, in the unit of :meth:`cost_unit`; nothing is simulated."""
        del seed
        (choice,) = self.choices(question)
        values = np.array(choice.values)
        costs: Floats = 60 / values if question.option == "rounds" else np.abs(values - values[0])
        return costs

    def cost_unit(self, question: Question) -> str:
        """The option tells; of a deadline, the side on which it is sought."""
        if question.option in (*PROMISES, "within"):
            return "notified_promise" if question.relation == "at_most" else "notified_share"
        return f"notified_{question.option}"

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """Nothing beside its verdicts."""
        del seed, language
        return ()


def _alarmed(situation: Situation) -> Alarmed:
    assert isinstance(situation, Alarmed)
    return situation
