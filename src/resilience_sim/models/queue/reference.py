"""The queue machine in SimPy, written to be read aloud.

One class, `Centre`, holds the callers; what can happen to it are its methods. Who can take a call is told in
``reference_agents``, who is called in addition in ``reference_ladder``. It shares no data structure with the kernel:
two independent tellings of one story, which must agree to the bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from resilience_sim.models.agenda import Agenda
from resilience_sim.models.queue.draws import Draws
from resilience_sim.models.queue.failures import CallBacks
from resilience_sim.models.queue.inputs import Outcome, QueueInputs
from resilience_sim.models.queue.path import Path
from resilience_sim.models.queue.reference_agents import ROSTER, Agent, Agents, Call, Counted, Named, Seated
from resilience_sim.models.queue.reference_ladder import Ladders, Sight
from resilience_sim.models.queue.reference_path import of_attempts, of_call_ups, of_calls_back, of_trace

__all__ = ["simulate"]

Event = Callable[[int], None]

(  # the order at equal instants
    SEAT_WORKS, SEAT_FAILS, CAPACITY_CHANGES, LEVEL_RELEASED, PERSON_JOINS, SERVICE_ENDS, PATIENCE_ENDS, SEAT_TAKEN,
    ALL_SENT_AWAY, BACKS_ALLOWED, BACK_DUE, CALL_ARRIVES, LOOK,
) = range(13)  # fmt: skip


def simulate(inputs: QueueInputs, draws: Draws, *, trace: bool = False) -> Path:
    """Run one replication; same path as :func:`resilience_sim.models.queue.kernel.simulate`, to the bit.

    Parameters
    ----------
    inputs
        The queue.
    draws
        The replication's numbers, drawn for these classes of callers.
    trace
        Whether to record the counts after every event.

    Raises
    ------
    WidthError
        If a level of escalation is called up more often than was set aside.
    """
    return Centre(inputs, draws).run(trace)


@dataclass(eq=False)
class Centre:
    """Waiting calls, calls in service, the agents, and the clock."""

    inputs: QueueInputs
    draws: Draws
    agenda: Agenda = field(default_factory=Agenda)
    calls: dict[int, Call] = field(default_factory=dict)
    queues: dict[int, list[Call]] = field(default_factory=dict)
    backs: list[Call] = field(default_factory=list)  # calls back that are due, in line
    in_service: list[Call] = field(default_factory=list)
    held: list[Call] = field(default_factory=list)  # calls that wait with their agent for a seat
    last_back_s: float = -math.inf
    fates: list[tuple[float, bool]] = field(default_factory=list)
    seen: list[tuple[float, int, int]] = field(default_factory=list)
    agents: Agents = field(init=False)
    ladders: Ladders | None = field(init=False, default=None)

    # -- the run -----------------------------------------------------------------------------------------------------

    def run(self, trace: bool) -> Path:
        """Play everything that is going to happen, and write the path down."""
        inputs, draws = self.inputs, self.draws
        self.queues = {priority: [] for priority in sorted({callers.priority for callers in inputs.callers})}
        self.agents = self.agents_of_the_day()
        self.ladders = None if inputs.ladder is None else self.ladders_of_the_day(inputs)
        self.agents.come(ROSTER, int(inputs.agents.values[0]))
        for k in range(1, len(inputs.agents.times)):
            self.schedule(float(inputs.agents.times[k]), CAPACITY_CHANGES, k, self.change_agents)
        for k in range(len(draws.seat)):
            self.schedule(float(draws.fails_s[k]), SEAT_FAILS, int(draws.seat[k]), self.seat_fails)
            if draws.works_s[k] < math.inf:
                self.schedule(float(draws.works_s[k]), SEAT_WORKS, int(draws.seat[k]), self.seat_works)
        if abs(inputs.clears_s) < math.inf:
            self.schedule(inputs.clears_s, ALL_SENT_AWAY, 0, self.send_all_away)
        if self.owes_calls_back:
            for instant in self.back_rules.hours.times[1:].tolist():
                self.schedule(instant, BACKS_ALLOWED, 0, self.allow_backs)
        for number, instant in enumerate(draws.arrival_s.tolist()):
            self.schedule(instant, CALL_ARRIVES, number, self.arrive)
        self.agenda.run()
        return self.written_down(trace)

    def agents_of_the_day(self) -> Agents:
        """Whether agents are counted, have numbers, or need seats."""
        inputs = self.inputs
        if inputs.seats is not None:
            seats = inputs.seats.count
            return Seated([None] * seats, [True] * seats, self.moves)
        if inputs.on_cut == "finish_named":
            return Named(inputs.leavers == "newest")
        return Counted(None if inputs.on_cut == "finish" else self.interrupt_latest)

    def ladders_of_the_day(self, inputs: QueueInputs) -> Ladders:
        assert inputs.ladder is not None

        def call(instant: float, level: int, call_up: int, person: int) -> None:
            _, call_ups, people = self.draws.lead_s.shape
            number = (level * call_ups + call_up) * people + person
            self.schedule(instant, PERSON_JOINS, number, lambda _: self.join(level, call_up, person))

        return Ladders(
            inputs.ladder,
            self.draws,
            call=call,
            release=lambda level: self.schedule(self.now, LEVEL_RELEASED, level, self.release),
            look_again=lambda instant: self.schedule(instant, LOOK, 0, lambda _: None),
            finishing=self.agents.finishing,
        )

    def schedule(self, instant: float, kind: int, number: int, happens: Event) -> None:
        """Let `happens(number)` happen, note the counts if it changed them, and look once all of an instant is done."""

        def event() -> None:
            before = self.waiting, self.busy
            happens(number)
            if (self.waiting, self.busy) != before:
                self.seen.append((self.now, self.waiting, self.busy))
            if self.ladders is not None and self.agenda.peek() > self.now:
                self.ladders.look(self.sight())

        self.agenda.at(instant, kind, number, event)

    @property
    def now(self) -> float:
        return float(self.agenda.now)

    @property
    def waiting(self) -> int:
        """Callers in line; who waits for a call back does not stand there."""
        return sum(len(queue) for queue in self.queues.values())

    @property
    def busy(self) -> int:
        return len(self.in_service)

    @property
    def inside(self) -> int:
        """Callers in line, in service, or held for a seat; calls back take no place."""
        return self.waiting + sum(not self.is_back(call) for call in (*self.held, *self.in_service))

    def is_back(self, call: Call) -> bool:
        """Whether it is a call back: their numbers follow those of the attempts."""
        return call.number >= len(self.draws.caller)

    def caller_of(self, call: Call) -> int:
        attempts = len(self.draws.caller)
        return call.number - attempts if self.is_back(call) else int(self.draws.caller[call.number])

    def source_of(self, call: Call) -> int:
        return int(self.draws.source[self.caller_of(call)])

    def queue_of(self, call: Call) -> list[Call]:
        """The queue in which a call waits: one per priority, and one for calls back."""
        return self.backs if self.is_back(call) else self.queues[self.inputs.callers[self.source_of(call)].priority]

    def open_now(self) -> bool:
        """Whether the doors are open."""
        doors = self.inputs.doors
        return bool((doors.at(self.now) if len(doors.times) > 1 else doors.values[0]) > 0)

    def sight(self) -> Sight:
        """What can be seen of the queue now."""
        came = [queue[0].arrival_s for queue in self.queues.values() if queue]
        return Sight(
            self.now,
            self.waiting,
            self.agents.free(),
            self.agents.on_duty,
            min(came, default=None),
            self.fates,
        )

    # -- what can happen ---------------------------------------------------------------------------------------------

    def arrive(self, number: int) -> None:
        """A call comes in: it is turned away, answered at once, goes away, or waits."""
        source = int(self.draws.source[self.draws.caller[number]])
        call = self.calls[number] = Call(number, self.now, self.inputs.callers[source].priority)
        places, join = self.inputs.places, self.inputs.join
        if not self.open_now():
            self.leave(call, Outcome.SHUT)
        elif places is not None and self.inside >= places:
            self.leave(call, Outcome.BLOCKED)
        elif self.agents.free() or self.victim(call.priority):
            self.make_free(call.priority)
            self.answer(call)
        elif join and self.draws.join_u[number] >= join[min(self.waiting, len(join) - 1)]:
            self.leave(call, Outcome.BALKED)
        else:
            self.wait(call)
            self.queue_of(call).append(call)

    def finish(self, number: int) -> None:
        """A service ends, and whoever is next gets the agent."""
        call = self.calls[number]
        if call in self.in_service and call.ends_s == self.now:
            self.stop_serving(call)
            self.agents.done(call)
            self.leave(call, Outcome(call.becomes))
            self.answer_waiting()

    def give_up(self, number: int) -> None:
        """Patience ends; nothing happens if the call no longer waits, or waits anew since it was handed back."""
        call = self.calls[number]
        if call in self.queue_of(call) and call.hangs_up_s == self.now:
            self.queue_of(call).remove(call)
            self.stop_waiting(call)
            self.leave(call, Outcome.ABANDONED)

    def change_agents(self, step: int) -> None:
        """The number of agents on the roster changes."""
        before, after = (int(self.inputs.agents.values[k]) for k in (step - 1, step))
        if after > before:
            self.agents.come(ROSTER, after - before)
        else:
            self.agents.go(ROSTER, before - after)
        self.answer_waiting()

    def join(self, level: int, call_up: int, person: int) -> None:
        """Someone who was called up arrives."""
        assert self.ladders is not None
        if self.ladders.join(self.now, level, call_up, person):
            self.agents.come(level, 1)
            self.answer_waiting()

    def release(self, level: int) -> None:
        """The people of a level leave."""
        assert self.ladders is not None
        self.agents.go(level, self.ladders.released(self.now, level))
        self.answer_waiting()

    def send_all_away(self, _: int) -> None:
        """Whoever still waits is sent away."""
        for queue in self.queues.values():
            while queue:
                call = queue.pop(0)
                self.stop_waiting(call)
                self.leave(call, Outcome.SHUT)

    def allow_backs(self, _: int) -> None:
        """Calls back may begin again."""
        self.answer_waiting()

    def back_due(self, number: int) -> None:
        """A call back may be made from now on."""
        self.backs.append(self.calls[number])
        self.answer_waiting()

    # -- seats -------------------------------------------------------------------------------------------------------

    def seat_fails(self, seat: int) -> None:
        """A seat fails; its call goes back to the head of its line, or waits with its agent."""
        assert isinstance(self.agents, Seated)
        assert self.inputs.seats is not None
        holds = self.inputs.seats.call == "hold"
        call = self.agents.fail(seat, holds)
        if call is not None:
            self.stop_serving(call)
            call.interruptions += 1
            call.left_s = call.ends_s - self.now if holds or self.inputs.interrupted == "resume" else None
            if holds:
                self.held.append(call)
            else:
                self.wait_again(call)
        self.answer_waiting()

    def seat_works(self, seat: int) -> None:
        """A seat works again."""
        assert isinstance(self.agents, Seated)
        self.agents.repair(seat)

    def moves(self, agent: Agent, seat: int) -> None:
        """An agent sets out for a seat."""
        assert self.inputs.seats is not None
        agent.ready_s = self.now + self.inputs.seats.move_s
        self.schedule(agent.ready_s, SEAT_TAKEN, seat, self.seat_taken)

    def seat_taken(self, seat: int) -> None:
        """An agent has come to a seat; a call held for it goes on. Nothing happens if the seat has failed meanwhile."""
        assert isinstance(self.agents, Seated)
        agent = self.agents.seats[seat]
        if agent is None or not agent.moving or agent.ready_s != self.now:
            return
        call = self.agents.sit_down(seat)
        if call is not None:
            self.held.remove(call)
            call.agent = seat
            self.serve(call)
        self.answer_waiting()

    # -- who is next -------------------------------------------------------------------------------------------------

    def interrupt_latest(self) -> None:
        """The call that started last loses its agent."""
        call = max(self.in_service, key=lambda call: (call.start_s, call.number))
        self.stop_serving(call)
        self.agents.done(call)
        if self.inputs.on_cut == "drop" and not self.is_back(call):
            self.leave(call, Outcome.DROPPED)
            return
        self.hand_back(call, resumes=self.inputs.on_cut == "hand_back")

    def hand_back(self, call: Call, *, resumes: bool = True) -> None:
        """A call without its agent stands at the head of its line."""
        call.interruptions += 1
        call.left_s = call.ends_s - self.now if resumes and self.inputs.interrupted == "resume" else None
        self.wait_again(call)

    def wait_again(self, call: Call) -> None:
        self.wait(call)
        self.queue_of(call).insert(0, call)

    def victim(self, priority: float) -> Call | None:
        """The call that a graver one would interrupt: of the least grave class the one that started last."""
        if not self.inputs.preempt or not self.agents.spared():
            return None
        others = [call for call in self.in_service if call.priority > priority and not self.is_back(call)]
        return max(others, key=lambda call: (call.priority, call.start_s, call.number), default=None)

    def make_free(self, priority: float) -> None:
        """Where no agent is free, a less grave call loses its own."""
        victim = None if self.agents.free() else self.victim(priority)
        if victim is not None:
            self.stop_serving(victim)
            self.agents.done(victim)
            self.hand_back(victim)

    def answer_waiting(self) -> None:
        """Free agents take the next calls: smallest priority number first, then first come first served; then backs."""
        for priority, queue in self.queues.items():
            while queue and (self.agents.free() or self.victim(priority)):
                self.make_free(priority)
                call = queue.pop(0)
                self.stop_waiting(call)
                self.answer(call)
        while self.backs and self.back_may_begin():
            call = self.backs.pop(0)
            self.stop_waiting(call)
            self.last_back_s = self.now
            self.answer(call)
            if self.back_rules.gap_s > 0:
                self.schedule(self.now + self.back_rules.gap_s, BACKS_ALLOWED, 0, self.allow_backs)

    @property
    def owes_calls_back(self) -> bool:
        return self.inputs.outage is not None and self.inputs.outage.back is not None

    @property
    def back_rules(self) -> CallBacks:
        assert self.inputs.outage is not None
        assert self.inputs.outage.back is not None
        return self.inputs.outage.back

    def back_may_begin(self) -> bool:
        rules = self.back_rules
        in_hours, enough = bool(rules.hours.at(self.now) > 0), self.agents.free() > rules.reserve
        return in_hours and enough and self.now >= self.last_back_s + rules.gap_s

    # -- a call's stays ----------------------------------------------------------------------------------------------

    def wait(self, call: Call) -> None:
        """A call begins to wait, for as long as its patience lasts."""
        patience_s = math.inf if self.is_back(call) else float(self.draws.patience_s[call.number])
        call.queued_s = self.now
        call.hangs_up_s = self.now + max(patience_s - call.waited_s, 0.0)
        if call.hangs_up_s < math.inf:
            self.schedule(call.hangs_up_s, PATIENCE_ENDS, call.number, self.give_up)

    def stop_waiting(self, call: Call) -> None:
        call.waited_s += self.now - call.queued_s

    def answer(self, call: Call) -> None:
        """A free agent takes the call."""
        if call.left_s is None:
            call.left_s = self.needed_s(call)
            if call.interruptions == 0 and not self.is_back(call):
                self.fates.append((self.now, call.becomes != Outcome.UNANSWERABLE))
        self.agents.take(call)
        self.serve(call)

    def needed_s(self, call: Call) -> float:
        """How long a service takes from its beginning; and, of an attempt, how it will end."""
        caller, outage = self.caller_of(call), self.inputs.outage
        call.becomes = Outcome.ANSWERED
        if self.is_back(call):
            return float(self.draws.back_handling_s[caller])
        handling_s = float(self.draws.handling_s[caller])
        if outage is not None:
            refused = float(outage.unanswerable.at(self.now))
            if self.draws.outage_u[caller] < refused:
                call.becomes = Outcome.UNANSWERABLE
                return outage.refusing_s
            if self.draws.outage_u[caller] < refused + float(outage.by_hand.at(self.now)):
                call.becomes = Outcome.RECORDED
                return handling_s * outage.factor
        return handling_s * float(self.inputs.stretch.at(self.now))

    def serve(self, call: Call) -> None:
        """Service begins, or goes on, for what is left of it."""
        assert call.left_s is not None
        call.start_s = self.now
        call.ends_s = self.now + call.left_s
        call.left_s = None
        self.in_service.append(call)
        self.schedule(call.ends_s, SERVICE_ENDS, call.number, self.finish)

    def stop_serving(self, call: Call) -> None:
        horizon_s = self.inputs.horizon_s
        call.served_s += self.now - call.start_s
        call.served_late_s += max(self.now, horizon_s) - max(call.start_s, horizon_s)
        self.in_service.remove(call)

    def leave(self, call: Call, outcome: Outcome) -> None:
        """A call is over; its caller may try again later, or be owed a call back."""
        call.outcome, call.end_s = outcome, self.now
        if self.is_back(call):
            return
        if outcome in (Outcome.ABANDONED, Outcome.BLOCKED, Outcome.BALKED) and call.interruptions == 0:
            self.fates.append((self.now, False))
        draws, caller, callers = self.draws, self.caller_of(call), self.inputs.callers[self.source_of(call)]
        if outcome == Outcome.RECORDED and self.owes_calls_back:
            number = len(draws.caller) + caller
            self.calls[number] = Call(number, self.now, math.inf)
            self.schedule(self.now + float(draws.back_delay_s[caller]), BACK_DUE, number, self.back_due)
        if callers.redial is None or outcome in (Outcome.ANSWERED, Outcome.RECORDED):
            return
        redial = int(draws.retry_from[caller] + draws.try_number[call.number])  # this caller's next row
        if redial < draws.retry_from[caller + 1] and draws.retry_u[redial] < callers.redial.share_after(outcome):
            first_calls = len(draws.arrival_s)
            self.schedule(
                self.now + float(draws.retry_delay_s[redial]), CALL_ARRIVES, first_calls + redial, self.arrive
            )

    # -- the path ----------------------------------------------------------------------------------------------------

    def written_down(self, trace: bool) -> Path:
        """One row per attempt, and what else was asked for."""
        draws = self.draws
        for call in (*self.held, *self.backs, *(call for queue in self.queues.values() for call in queue)):
            call.outcome = Outcome.INSIDE
            call.end_s = call.waited_s = math.inf
        beside = {} if self.ladders is None else of_call_ups(self.ladders, draws)
        if self.owes_calls_back:
            beside |= of_calls_back(self.calls, draws)
        if trace:
            beside |= of_trace(self.seen)
        return Path(
            caller=draws.caller,
            try_number=draws.try_number,
            source=draws.source[draws.caller],
            **of_attempts(self.calls, draws),  # type: ignore[arg-type]  # columns by name, of several types
            **beside,  # type: ignore[arg-type]
        )
