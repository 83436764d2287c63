"""A small building that is drilled: its classes leave, and what a watch would have written down."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from resilience_sim.experiments.drill_files import Drill, DrillRecord, Taken
from resilience_sim.models.egress import Building, Door, EgressInputs, Group, People, Space, draw
from resilience_sim.models.egress.kernel import simulate
from resilience_sim.randomness import Deterministic, LogNormal, Streams, Uniform

CLASSES, CHILDREN, ADULTS = 4, 12, 2
START_S, SIGMA = 30.0, 0.5


def school(*, pace: float = 1.0, start_s: float = START_S, sigma: float = SIGMA, still: bool = False) -> EgressInputs:
    """Four classes along a corridor with an exit at each end; `still`: nothing is left to chance."""
    children = Deterministic(0.8 * pace) if still else LogNormal.from_mean(0.85 * pace, 0.2)
    adults = Deterministic(1.2 * pace) if still else Uniform(0.95 * pace, 1.55 * pace)
    spaces = [Space("yard", "outside"), Space("corridor", "corridor", 60.0)]
    doors = [
        Door("main", ("corridor", "yard"), 1.2, (0.0, 0.0)),
        Door("back", ("corridor", "yard"), 1.2, (40.0, 0.0)),
    ]
    groups = []
    for k in range(CLASSES):
        x = 5.0 + 10.0 * k
        spaces.append(Space(f"room_{k}", "room", 60.0))
        doors.append(Door(f"door_{k}", (f"room_{k}", "corridor"), 1.2, (x, 1.0)))
        people = (People("children", CHILDREN, children), People("adults", ADULTS, adults, leads=2))
        delay = Deterministic(start_s * (k + 1)) if still else LogNormal.from_mean(start_s, sigma)
        groups.append(Group(f"class_{k}", f"room_{k}", people, delay=delay, at=(x, 6.0)))
    return EgressInputs(Building(tuple(spaces), tuple(doors)), tuple(groups))


def drilled(inputs: EgressInputs, drills: int, seed: int, *, every: int = 90, factor: float = 1.0) -> DrillRecord:
    """So many drills; each takes `factor` times as long to start as the one before."""
    taken = []
    for k in range(drills):
        path, first, rows = simulate(inputs, draw(inputs, Streams(seed, k))), 0, []
        for group in inputs.groups:
            of = slice(first, first + group.size)
            first += group.size
            start_s, out_s = float(path.start_s[of].min()), float(path.out_s[of].max())
            later_s = start_s * (factor**k - 1)
            rows.append(Taken(len(rows) + 2, group.name, "groups", start_s + later_s, out_s + later_s))
        taken.append(Drill(date(2024, 1, 1) + timedelta(days=every * k), tuple(rows)))
    return DrillRecord(Path("drills.csv"), tuple(taken), ("groups",))


def as_csv(record: DrillRecord) -> str:
    """The record as it would be written down."""
    rows = ["date,group,started_s,out_s,persons,adults"]
    for drill in record.drills:
        rows += [f"{drill.day},{t.group},{t.started_s!r},{t.out_s!r},14,2" for t in drill.taken]
    return "\n".join(rows) + "\n"
