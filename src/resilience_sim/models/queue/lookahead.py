"""The kernel's short way: one caller after the other, without a clock.

Where all callers stand in one line, nobody looks at how many they are, and no call is interrupted, the fate of a caller
depends only on those before. The instant from which an agent is free for the next in line never moves back: a caller is
served then, or is gone by then. Nothing in between needs an order. Path and ties are those of the loop over events.
"""

from __future__ import annotations

import numpy as np

from resilience_sim.models.heaps import expect, push_instant, replace_first, take, uncounted
from resilience_sim.models.queue.hall import NOBODY, Hall, next_redial
from resilience_sim.models.queue.inputs import Outcome

__all__ = ["run_ahead"]

ANSWERED, ABANDONED, INSIDE = int(Outcome.ANSWERED), int(Outcome.ABANDONED), int(Outcome.INSIDE)


@uncounted
def run_ahead(hall: Hall) -> None:
    """Decide the fate of every caller, in the order in which they come."""
    callers, last_step = len(hall.order), len(hall.agents) - 1
    busy_until, redials = hall.busy_until, hall.ahead
    calls, step, stretch = 0, 0, 0
    seats = 0  # agents who took a call and have not left since: entries of `busy_until`
    free_s = -np.inf  # from when an agent is free for the next in line
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
        free_s = max(free_s, now)
        while True:
            while step < last_step and hall.agents_at[step + 1] <= free_s:
                step += 1
            while seats > hall.agents[step] and busy_until[0] <= free_s:  # who is too many leaves when the call ends
                seats -= 1
                if seats > 0:
                    replace_first(busy_until, seats, busy_until[seats])
            if seats < hall.agents[step] or (seats == hall.agents[step] > 0 and busy_until[0] <= free_s):
                break
            free_s = busy_until[0] if seats > 0 else np.inf
            if step < last_step:
                free_s = min(free_s, hall.agents_at[step + 1])
            if free_s == np.inf:
                break
        hall.arrival_s[number] = now
        gone_s = now + max(hall.patience_s[number], 0.0)
        if free_s < np.inf and free_s <= gone_s:
            while stretch + 1 < len(hall.stretch_at) and hall.stretch_at[stretch + 1] <= free_s:
                stretch += 1
            end_s = free_s + hall.handling_s[hall.caller[number]] * hall.stretch[stretch]
            if seats < hall.agents[step]:
                seats = push_instant(busy_until, seats, end_s)
            else:
                replace_first(busy_until, seats, end_s)
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
