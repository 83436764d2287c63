"""The kernel's short way: one caller after the other, without a clock.

Where all callers stand in one line, nobody looks at how many they are, and no call is interrupted, the fate of a caller
depends only on those before. The instant from which an agent is free for the next in line never moves back, so each
caller is served then or is gone by then, and the events between need no order. Path and tie order are those of the
loop over events.
"""

from __future__ import annotations

import numpy as np

from resilience_sim.models.heaps import expect, hidden, take, uncounted
from resilience_sim.models.queue.hall import NOBODY, Hall, next_redial
from resilience_sim.models.queue.inputs import Outcome

__all__ = ["run_ahead"]

ANSWERED, ABANDONED, INSIDE = int(Outcome.ANSWERED), int(Outcome.ABANDONED), int(Outcome.INSIDE)


@uncounted
def run_ahead(hall: Hall) -> None:
    """Serve the callers in the order in which they come."""
    callers = len(hall.order)
    redials, busy = hall.redials, hall.ahead  # redials to come; ends of the services under way
    free_s, step, stretch, calls = -np.inf, 0, 0, 0  # from when an agent is free for the next in line, on which step
    while True:
        call_s = hall.first_call_s[hall.order[calls]] if calls < callers else np.inf
        if redials.sizes[0] > 0 and redials.near_s[redials.sizes[0] - 1] < call_s:
            now, number = redials.near_s[redials.sizes[0] - 1], redials.near[redials.sizes[0] - 1]
            take(redials)
        elif calls < callers:
            now, number = call_s, hall.order[calls]
            calls += 1
        else:
            break
        gone_s = now + max(hall.patience_s[number], 0.0)
        free_s = max(free_s, now)
        while True:
            while step + 1 < len(hall.agents) and hall.agents_at[step + 1] <= free_s:
                step += 1
            while busy.sizes[0] > 0 and busy.near_s[busy.sizes[0] - 1] <= free_s:
                take(busy)
            if busy.sizes[0] + busy.sizes[1] < hall.agents[step]:
                break
            next_s = hall.agents_at[step + 1] if step + 1 < len(hall.agents) else np.inf
            if busy.sizes[0] > 0:
                next_s = min(next_s, busy.near_s[busy.sizes[0] - 1])
            free_s = next_s
            if next_s == np.inf:
                break
        hall.arrival_s[number] = now
        if free_s < np.inf and free_s <= gone_s:
            while stretch + 1 < len(hall.stretch_at) and hall.stretch_at[stretch + 1] <= free_s:
                stretch += 1
            end_s = free_s + hall.handling_s[number] * hall.stretch[stretch]
            expect(busy, end_s, number)
            hall.start_s[number], hall.end_s[number], hall.outcome[number] = free_s, end_s, ANSWERED
            hall.waited_s[number] = free_s - now
            hall.served_s[number] = end_s - free_s
            hall.served_late_s[number] = max(end_s, hall.horizon_s) - max(free_s, hall.horizon_s)
        else:
            outcome = ABANDONED if gone_s < np.inf else INSIDE
            hall.end_s[number], hall.outcome[number] = gone_s, outcome
            hall.waited_s[number] = gone_s - now
            redial = next_redial(hall, number, outcome)
            if redial != NOBODY:
                expect(redials, gone_s + hall.retry_delay_s[redial], callers + redial)
