"""The cascade machine in SimPy, written to be read aloud.

An `Alarm` lets every `Member` of the call tree learn of it, and do the `Duty` after duty that they have in hand; what
can happen are its methods. It shares no data structure with the kernel: two independent tellings of one story, which
must agree to the bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from resilience_sim.models.agenda import Agenda
from resilience_sim.models.cascade.draws import Draws, too_few_drawn
from resilience_sim.models.cascade.inputs import CascadeInputs, Ended, Person, Through
from resilience_sim.models.cascade.path import CALLS, LEARNS, MISSES, REACHES, SENDS, TAKES_OVER, Path

__all__ = ["simulate"]

NOTICES, READS, CALL_ENDS, GOES_ON = range(4)  # the order at equal instants


def simulate(inputs: CascadeInputs, draws: Draws, *, trace: bool = False) -> Path:
    """Run one replication; same path as :func:`resilience_sim.models.cascade.kernel.simulate`, to the bit.

    Parameters
    ----------
    inputs
        The call tree.
    draws
        The replication's numbers, drawn for this tree.
    trace
        Whether to record who learned of it, sent, called, reached and missed whom, and took over from whom.

    Raises
    ------
    WidthError
        If somebody is called more often than numbers were drawn for.
    """
    return Alarm(inputs, draws).run(trace)


@dataclass(eq=False)
class Duty:
    """To call somebody, or whoever stands in for them."""

    owner: Member
    about: Member
    turns_to: Member  # the one to call at present
    missed: list[Member] = field(default_factory=list)  # those to whom it turned before
    phone: int = 0  # the one to ring next
    attempts: int = 0  # that failed, at the one to call at present
    due_s: float = -math.inf  # of the next
    calls: int = 0
    reached: Member | None = None
    ended: Ended = Ended.OPEN
    ended_s: float = math.inf


@dataclass(eq=False)
class Member:
    """Somebody in the tree: what they know, and what they have in hand."""

    number: int
    person: Person
    delegate: Member | None = None
    told_s: float = math.inf
    told_by: Member | None = None
    through: Through = Through.NOTHING
    phone: int = -1
    known: bool = False  # to all callers, to know
    reached: set[Member] = field(default_factory=set)  # whom they have reached themselves
    messaged_by: Member | None = None
    to_send: list[Member] = field(default_factory=list)  # whose messages they have in hand
    to_call: list[Duty] = field(default_factory=list)  # in hand, the finished ones too
    begun: bool = False  # `begins` has gone by since they learned of it
    on_phone: bool = False
    goes_on_s: float = math.inf  # when they turn to what they have in hand next, as things stand
    calls_to: int = 0
    calls_by: int = 0
    begins_s: float = math.inf
    ends_s: float = math.inf

    @property
    def open_duties(self) -> list[Duty]:
        return [duty for duty in self.to_call if duty.ended is Ended.OPEN]


class Alarm:
    """The call tree, everybody in it, and the clock."""

    def __init__(self, inputs: CascadeInputs, draws: Draws) -> None:
        self.inputs, self.draws = inputs, draws
        self.agenda = Agenda()
        self.members = [Member(number, person) for number, person in enumerate(inputs.people)]
        for member in self.members:
            if member.person.delegate is not None:
                member.delegate = self.members[inputs.index[member.person.delegate]]
            if member.person.messages:
                member.to_send.append(member)
        self.duties: list[Duty] = []
        for owner, about in inputs.duties:
            duty = Duty(self.members[owner], self.members[about], turns_to=self.members[about])
            self.duties.append(duty)
            duty.owner.to_call.append(duty)
        self.seen: list[tuple[float, int, int, int]] = []

    # -- the run -----------------------------------------------------------------------------------------------------

    def run(self, trace: bool) -> Path:
        """Play everything that is going to happen, and write the path down."""
        for member in self.members:
            self.schedule(float(self.draws.notices_s[member.number]), NOTICES, member, self.notice)
        self.agenda.run()
        return self.written_down(trace)

    def schedule(self, instant: float, kind: int, member: Member, happens: Callable[[Member], None]) -> None:
        if instant < math.inf:
            self.agenda.at(instant, kind, member.number, lambda: happens(member))

    @property
    def now(self) -> float:
        return float(self.agenda.now)

    # -- learning of it ----------------------------------------------------------------------------------------------

    def notice(self, member: Member) -> None:
        """Somebody sees for themselves."""
        member.known |= self.inputs.calling.common_list
        self.tell(member, Through.NOTICING)

    def read(self, member: Member) -> None:
        """Somebody reads the first message that was sent to them, and perhaps answers."""
        member.known |= bool(self.draws.acknowledges[member.number])
        self.tell(member, Through.MESSAGE, member.messaged_by)

    def tell(self, member: Member, through: Through, by: Member | None = None, phone: int = -1) -> None:
        """Somebody learns of it, unless they know already, and makes ready."""
        if member.told_s < math.inf:
            return
        member.told_s, member.told_by, member.through, member.phone = self.now, by, through, phone
        self.note(LEARNS, member, by)
        self.go_on_at(self.now + float(self.draws.begins_s[member.number]), member)

    # -- sending and calling -----------------------------------------------------------------------------------------

    def go_on_at(self, instant: float, caller: Member) -> None:
        """Somebody who is free will turn to what they have in hand at this instant, and not before."""
        caller.goes_on_s = instant
        self.schedule(instant, GOES_ON, caller, self.go_on)

    def go_on(self, caller: Member) -> None:
        """They do, unless something has come between."""
        if caller.goes_on_s != self.now:
            return
        caller.goes_on_s = math.inf
        caller.begun = True
        if caller.to_send or caller.open_duties:
            caller.begins_s = min(caller.begins_s, self.now)
        while caller.to_send:
            self.send(caller, caller.to_send.pop(0))
        while caller.open_duties:
            duty = self.next_duty(caller)
            if duty.about.known or duty.about in caller.reached or duty.about is caller:
                self.end(duty, Ended.PASSED_OVER)
            elif duty.due_s > self.now:
                self.go_on_at(duty.due_s, caller)
                return
            else:
                self.call(duty)
                return

    def send(self, sender: Member, whose: Member) -> None:
        """A message goes out; who has been sent one before will read that one first."""
        self.note(SENDS, sender, whose)
        sender.ends_s = self.now
        for name in whose.person.messages:
            member = self.members[self.inputs.index[name]]
            if member is not sender and member.messaged_by is None:
                member.messaged_by = sender
                self.schedule(self.now + float(self.draws.reads_s[member.number]), READS, member, self.read)

    def next_duty(self, caller: Member) -> Duty:
        """An attempt is finished before the next; which comes then is a matter of the order of calling."""
        duties = caller.open_duties
        if self.inputs.calling.order == "one by one":
            return duties[0]
        return min(duties, key=lambda duty: (duty.phone == 0, duty.attempts))

    def call(self, duty: Duty) -> None:
        """A phone rings, and is answered or not."""
        caller, called = duty.owner, duty.turns_to
        k = called.calls_to
        if k >= self.draws.answer_u.shape[1]:
            raise too_few_drawn(self.inputs, called.number)
        self.note(CALLS, caller, called)
        answered = self.draws.answer_u[called.number, k] < self.inputs.answers(called.number, duty.phone, self.now)
        lasts_s = float((self.draws.talk_s if answered else self.draws.ring_s)[called.number, k])
        called.calls_to += 1
        caller.calls_by += 1
        duty.calls += 1
        caller.on_phone = True

        def end_call(caller: Member) -> None:
            caller.on_phone = False
            if answered:
                self.reach(duty)
            else:
                self.miss(duty)
            self.go_on_at(self.now, caller)

        self.schedule(self.now + lasts_s, CALL_ENDS, caller, end_call)

    def reach(self, duty: Duty) -> None:
        """Somebody has answered, and now knows."""
        called = duty.turns_to
        self.note(REACHES, duty.owner, called)
        called.known |= self.inputs.calling.common_list
        duty.owner.reached.add(called)
        self.tell(called, Through.CALL, duty.owner, duty.phone)
        self.succeed(duty)

    def miss(self, duty: Duty) -> None:
        """Nobody has answered: on to the next phone, to another attempt later, or to the delegate."""
        called = duty.turns_to
        self.note(MISSES, duty.owner, called)
        duty.phone += 1
        if duty.phone < len(called.person.phones):
            return
        duty.phone = 0
        duty.attempts += 1
        duty.due_s = self.now + self.inputs.calling.between_s
        if duty.attempts < self.inputs.calling.attempts:
            return
        if called.delegate is None:
            self.end(duty, Ended.GIVEN_UP)
            return
        duty.missed.append(called)
        duty.turns_to, duty.attempts, duty.due_s = called.delegate, 0, self.now
        if duty.turns_to is duty.owner:
            self.succeed(duty)

    def succeed(self, duty: Duty) -> None:
        """The one whom a duty is about has been told, or somebody takes their place."""
        duty.reached = duty.turns_to
        self.end(duty, Ended.DELEGATED if duty.missed else Ended.TOLD)
        for member in duty.missed:
            self.take_over(duty.reached, member)

    def take_over(self, delegate: Member, member: Member) -> None:
        """A delegate has in hand now what somebody had who does not know yet."""
        if member.told_s < math.inf or not (member.to_send or member.open_duties):
            return
        self.note(TAKES_OVER, delegate, member)
        delegate.to_send += member.to_send
        delegate.to_call += member.to_call
        for duty in member.to_call:
            duty.owner = delegate
        member.to_send, member.to_call = [], []
        if delegate.begun and not delegate.on_phone:
            self.go_on_at(self.now, delegate)

    def end(self, duty: Duty, ended: Ended) -> None:
        duty.ended, duty.ended_s = ended, self.now
        duty.owner.ends_s = self.now

    # -- the path ----------------------------------------------------------------------------------------------------

    def note(self, what: int, who: Member, whom: Member | None) -> None:
        self.seen.append((self.now, what, who.number, number_of(whom)))

    def written_down(self, trace: bool) -> Path:
        """One row per person, and one per duty."""
        members, duties = self.members, self.duties
        told_s = np.array([member.told_s for member in members], dtype=float)
        instants, kinds, who, whom = zip(*self.seen, strict=True) if self.seen else ((), (), (), ())
        seen = {
            "trace_s": np.array(instants, dtype=float),
            "trace_kind": np.array(kinds, dtype=np.int8),
            "trace_who": np.array(who, dtype=np.int64),
            "trace_whom": np.array(whom, dtype=np.int64),
        }
        return Path(
            told_s=told_s,
            told_by=np.array([number_of(member.told_by) for member in members], dtype=np.int64),
            through=np.array([member.through for member in members], dtype=np.int8),
            phone=np.array([member.phone for member in members], dtype=np.int64),
            calls_to=np.array([member.calls_to for member in members], dtype=np.int64),
            calls_by=np.array([member.calls_by for member in members], dtype=np.int64),
            begins_s=np.array([member.begins_s for member in members], dtype=float),
            ends_s=np.array([member.ends_s for member in members], dtype=float),
            arrives_s=(told_s + self.draws.leaves_s) + self.draws.travels_s,
            duty_owner=np.array([duty.owner.number for duty in duties], dtype=np.int64),
            duty_calls=np.array([duty.calls for duty in duties], dtype=np.int64),
            duty_reached=np.array([number_of(duty.reached) for duty in duties], dtype=np.int64),
            duty_ended_s=np.array([duty.ended_s for duty in duties], dtype=float),
            duty_ended=np.array([duty.ended for duty in duties], dtype=np.int8),
            **(seen if trace else {}),
        )


def number_of(member: Member | None) -> int:
    return -1 if member is None else member.number
