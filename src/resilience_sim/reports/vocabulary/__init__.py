"""The names that studies give to their things, for people: a module for each subject, and all of them together."""

from __future__ import annotations

from resilience_sim.reports.vocabulary import (
    call_centre,
    calls,
    compared,
    evacuation,
    faults,
    hall_queue,
    kindergarten,
    lines,
    notifications,
    power,
    queue_support,
    service_hall,
    shifts,
)
from resilience_sim.reports.vocabulary.entries import Pair, Vocabulary, together

__all__ = ["EVERY", "Pair", "Vocabulary"]

ANYWHERE = Vocabulary(
    options={"promise": ("承诺时间", "time to promise")},
    costs={
        "promise": ("最长可承诺", "the longest that holds"),
        "at_the_end": ("已达上限", "the longest offered"),
        "nothing": ("与现行相同", "as it is now"),
    },
)
EVERY = together(
    {
        "any subject": ANYWHERE,
        "call centre": call_centre.WORDS,
        "calls": calls.WORDS,
        "comparisons": compared.WORDS,
        "evacuation": evacuation.WORDS,
        "faults": faults.WORDS,
        "hall queue": hall_queue.WORDS,
        "kindergarten": kindergarten.WORDS,
        "lines": lines.WORDS,
        "notifications": notifications.WORDS,
        "power": power.WORDS,
        "queues": queue_support.WORDS,
        "shifts": shifts.WORDS,
        "service hall": service_hall.WORDS,
    }
)
