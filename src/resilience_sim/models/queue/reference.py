"""The queue machine in SimPy, written to be read aloud.

One class, `Centre`, holds the queue and the agents; what can happen to it are its methods. It shares no data structure
with the kernel: two independent tellings of one story, which must agree to the bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from resilience_sim.models.agenda import Agenda
from resilience_sim.models.queue.draws import Draws
from resilience_sim.models.queue.inputs import Outcome, QueueInputs
from resilience_sim.models.queue.path import Path

__all__ = ["simulate"]

Event = Callable[[int], None]

CAPACITY_CHANGES, SERVICE_ENDS, PATIENCE_ENDS, CALL_ARRIVES = range(4)  # the order at equal instants


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
    """
    return Centre(inputs, draws).run(trace)


@dataclass(eq=False)
class Call:
    """One attempt of one caller."""

    number: int
    arrival_s: float
    start_s: float = math.nan
    end_s: float = math.nan
    waited_s: float = 0.0
    served_s: float = 0.0
    served_late_s: float = 0.0
    interruptions: int = 0
    outcome: Outcome = Outcome.INSIDE
    queued_s: float = math.nan
    hangs_up_s: float = math.inf
    ends_s: float = math.inf
    left_s: float | None = None  # of a service that was interrupted and will be resumed
    agent: int | None = None


@dataclass(eq=False)
class Centre:
    """Waiting calls, busy and free agents, and the clock."""

    inputs: QueueInputs
    draws: Draws
    agenda: Agenda = field(default_factory=Agenda)
    calls: dict[int, Call] = field(default_factory=dict)
    queues: dict[int, list[Call]] = field(default_factory=dict)
    in_service: list[Call] = field(default_factory=list)
    on_duty: int = 0
    numbers_on_duty: list[int] = field(default_factory=list)
    numbers_given: int = 0
    seen: list[tuple[float, int, int]] = field(default_factory=list)

    # -- the run -----------------------------------------------------------------------------------------------------

    def run(self, trace: bool) -> Path:
        """Play everything that is going to happen, and write the path down."""
        inputs, draws = self.inputs, self.draws
        self.queues = {priority: [] for priority in sorted({callers.priority for callers in inputs.callers})}
        self.come_on_duty(int(inputs.agents.values[0]))
        for k in range(1, len(inputs.agents.times)):
            self.schedule(float(inputs.agents.times[k]), CAPACITY_CHANGES, k, self.change_agents)
        for number, instant in enumerate(draws.arrival_s.tolist()):
            self.schedule(instant, CALL_ARRIVES, number, self.arrive)
        self.agenda.run()
        return self.written_down(trace)

    def schedule(self, instant: float, kind: int, number: int, happens: Event) -> None:
        """Let `happens(number)` happen, and note the counts if it changed them."""

        def event() -> None:
            before = self.waiting, self.busy
            happens(number)
            if (self.waiting, self.busy) != before:
                self.seen.append((self.now, self.waiting, self.busy))

        self.agenda.at(instant, kind, number, event)

    @property
    def now(self) -> float:
        return float(self.agenda.now)

    @property
    def waiting(self) -> int:
        return sum(len(queue) for queue in self.queues.values())

    @property
    def busy(self) -> int:
        return len(self.in_service)

    def queue_of(self, call: Call) -> list[Call]:
        """The queue in which a call waits: one per priority."""
        return self.queues[self.inputs.callers[self.source_of(call)].priority]

    def source_of(self, call: Call) -> int:
        return int(self.draws.source[self.draws.caller[call.number]])

    # -- what can happen ---------------------------------------------------------------------------------------------

    def arrive(self, number: int) -> None:
        """A call comes in: it is turned away, answered at once, goes away, or waits."""
        call = self.calls[number] = Call(number, self.now)
        places, join = self.inputs.places, self.inputs.join
        if places is not None and self.waiting + self.busy >= places:
            self.leave(call, Outcome.BLOCKED)
        elif self.free_agents():
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
            self.leave(call, Outcome.ANSWERED)
            self.answer_waiting()

    def give_up(self, number: int) -> None:
        """Patience ends; nothing happens if the call no longer waits, or waits anew since it was handed back."""
        call = self.calls[number]
        if call in self.queue_of(call) and call.hangs_up_s == self.now:
            self.queue_of(call).remove(call)
            self.stop_waiting(call)
            self.leave(call, Outcome.ABANDONED)

    def change_agents(self, step: int) -> None:
        """The number of agents on duty changes."""
        change = int(self.inputs.agents.values[step]) - self.on_duty
        if change > 0:
            self.come_on_duty(change)
        else:
            self.go_off_duty(-change)
        self.answer_waiting()

    # -- agents ------------------------------------------------------------------------------------------------------

    def come_on_duty(self, count: int) -> None:
        """Agents come, with fresh numbers."""
        self.on_duty += count
        self.numbers_on_duty += range(self.numbers_given, self.numbers_given + count)
        self.numbers_given += count

    def go_off_duty(self, count: int) -> None:
        """Agents leave; what becomes of their calls is the rule on staff cuts."""
        self.on_duty -= count
        if self.inputs.leavers == "newest":
            del self.numbers_on_duty[len(self.numbers_on_duty) - count :]
        else:
            del self.numbers_on_duty[:count]
        if self.inputs.on_cut in ("hand_back", "drop"):
            while self.busy > self.on_duty:
                self.interrupt(max(self.in_service, key=lambda call: (call.start_s, call.number)))

    def interrupt(self, call: Call) -> None:
        """A call in service loses its agent."""
        self.stop_serving(call)
        if self.inputs.on_cut == "drop":
            self.leave(call, Outcome.DROPPED)
            return
        call.interruptions += 1
        call.left_s = call.ends_s - self.now if self.inputs.interrupted == "resume" else None
        self.wait(call)
        self.queue_of(call).insert(0, call)

    def free_agents(self) -> list[int] | range:
        """The numbers of the agents who could take a call now."""
        if self.inputs.on_cut == "finish_named":
            taken = {call.agent for call in self.in_service}
            return [number for number in self.numbers_on_duty if number not in taken]
        return range(self.busy, self.on_duty)

    def answer_waiting(self) -> None:
        """Free agents take the next calls: smallest priority number first, then first come first served."""
        for queue in self.queues.values():
            while queue and self.free_agents():
                call = queue.pop(0)
                self.stop_waiting(call)
                self.answer(call)

    # -- a call's stays ----------------------------------------------------------------------------------------------

    def wait(self, call: Call) -> None:
        """A call begins to wait, for as long as its patience lasts."""
        call.queued_s = self.now
        call.hangs_up_s = self.now + max(float(self.draws.patience_s[call.number]) - call.waited_s, 0.0)
        if call.hangs_up_s < math.inf:
            self.schedule(call.hangs_up_s, PATIENCE_ENDS, call.number, self.give_up)

    def stop_waiting(self, call: Call) -> None:
        call.waited_s += self.now - call.queued_s

    def answer(self, call: Call) -> None:
        """A free agent takes the call; of numbered agents, the one with the lowest number."""
        call.agent = min(self.free_agents())
        call.start_s = self.now
        handling_s = float(self.draws.handling_s[self.draws.caller[call.number]]) * float(
            self.inputs.stretch.at(self.now)
        )
        call.ends_s = self.now + (handling_s if call.left_s is None else call.left_s)
        self.in_service.append(call)
        self.schedule(call.ends_s, SERVICE_ENDS, call.number, self.finish)

    def stop_serving(self, call: Call) -> None:
        horizon_s = self.inputs.horizon_s
        call.served_s += self.now - call.start_s
        call.served_late_s += max(self.now, horizon_s) - max(call.start_s, horizon_s)
        self.in_service.remove(call)

    def leave(self, call: Call, outcome: Outcome) -> None:
        """A call is over, and its caller may try again later."""
        call.outcome, call.end_s = outcome, self.now
        draws, callers = self.draws, self.inputs.callers[self.source_of(call)]
        if callers.redial is None or outcome == Outcome.ANSWERED:
            return
        caller = int(draws.caller[call.number])
        redial = int(draws.retry_from[caller] + draws.try_number[call.number])  # this caller's next row
        if redial < draws.retry_from[caller + 1] and draws.retry_u[redial] < callers.redial.share_after(outcome):
            first_calls = len(draws.arrival_s)
            self.schedule(
                self.now + float(draws.retry_delay_s[redial]), CALL_ARRIVES, first_calls + redial, self.arrive
            )

    # -- the path ----------------------------------------------------------------------------------------------------

    def written_down(self, trace: bool) -> Path:
        """One row per attempt."""
        draws, attempts = self.draws, len(self.draws.caller)
        for queue in self.queues.values():
            for call in queue:
                call.end_s = call.waited_s = math.inf
        columns = {
            "arrival_s": np.full(attempts, np.nan), "start_s": np.full(attempts, np.nan),
            "end_s": np.full(attempts, np.nan), "waited_s": np.zeros(attempts), "served_s": np.zeros(attempts),
            "served_late_s": np.zeros(attempts), "interruptions": np.zeros(attempts, dtype=np.int64),
            "outcome": np.zeros(attempts, dtype=np.int8),
        }  # fmt: skip
        for name, column in columns.items():
            for number, call in self.calls.items():
                column[number] = getattr(call, name)
        seen = {
            "trace_s": np.array([instant for instant, _, _ in self.seen], dtype=float),
            "trace_waiting": np.array([waiting for _, waiting, _ in self.seen], dtype=np.int64),
            "trace_busy": np.array([busy for _, _, busy in self.seen], dtype=np.int64),
        }
        identity = {"caller": draws.caller, "try_number": draws.try_number, "source": draws.source[draws.caller]}
        return Path(**identity, **columns, **(seen if trace else {}))  # type: ignore[arg-type]
