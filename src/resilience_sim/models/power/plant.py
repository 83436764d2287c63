"""The kernel's room: everything the compiled loop reads and writes, set aside before the run."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resilience_sim.models.power.batteries import Battery, Kibam
from resilience_sim.models.power.draws import Draws
from resilience_sim.models.power.inputs import PowerInputs

__all__ = ["AFTER", "AT_CHARGE", "AT_RUNTIME", "FEW", "Plant", "opened"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]

AFTER, AT_CHARGE, AT_RUNTIME = range(3)
WHEN = {"after": AFTER, "charge": AT_CHARGE, "runtime": AT_RUNTIME}
FEW = 8  # runtimes that a unit remembers: a look at so many costs less than a logarithm


class Plant(NamedTuple):
    """What the loop reads and writes; in `…_from` stands where the things of each unit begin, and after the last one.

    Indices: o outages, u units, s strings, g rules, l loads.
    """

    # asked of the units (u)
    string_from: Ints
    rule_from: Ints
    load_from: Ints
    transfer_fails: Floats
    idle_w: Floats
    proportional: Floats
    square_per_w: Floats
    blocks: Ints
    strings: Ints
    health: Floats
    size_factor: Floats
    recharge_s: Floats
    string_fails: Floats
    foresees: Codes  # whether to know when it will be empty before it is near: no root to find, or a rule asks
    kinetic: Codes  # whether its law is kinetic: then the share, rate (1/s) and capacity (Ws) of a new block
    c: Floats
    k: Floats
    capacity_ws: Floats
    node_from: Ints  # else the nodes of its runtime curve, and the slope from each to the next
    node_w: Floats
    node_s: Floats
    node_log_w: Floats
    node_log_s: Floats
    slope: Floats
    # asked of the rules (g); those that name a load by its place are lists one after the other
    when: Ints
    at: Floats
    switch: Codes
    in_sequence: Codes
    forgotten: Floats
    named_from: Ints
    named: Ints
    # asked of the loads (l), and of the generator
    load_w: Floats
    waits_s: Floats
    on_line_at_s: Floats  # by attempt
    starts: float
    available: float
    fuel_s: float
    # drawn, see Draws
    duration_s: Floats
    between_s: Floats
    transfer_u: Floats
    string_u: Floats
    delay_s: Floats
    forgotten_u: Floats
    stop_s: Floats
    available_u: Floats
    start_u: Floats
    run_s: Floats
    fire_s: Floats
    # the path, see Path
    on_line_s: Floats
    generator_fails_s: Floats
    charge_before: Floats
    charge_after: Floats
    acted_s: Floats
    lost_s: Floats
    off_s: Floats
    ended: Codes
    trace_outage: Ints
    trace_s: Floats
    trace_load: Ints
    trace_on: Codes
    rows: Ints  # of the trace, one number
    # the present of the units (u)
    in_use: Codes  # whether anything is drawn, of a battery with a runtime curve
    left_s: Floats  # how long it carries the present load, out of how long a full battery would
    full_s: Floats
    charge: Floats  # of a kinetic battery: share of a full charge, what is available above its part of that (negative),
    head: Floats
    rate: Floats  # and share of the capacity drawn per second
    known_w: Floats  # powers per block whose full_s is known, shape (u, FEW); then full_s, and the place to write next
    known_s: Floats
    known_next: Ints
    # the present of the rules (g) and loads (l)
    moment_s: Floats
    acts_s: Floats
    on: Codes
    off_since_s: Floats
    down_s: Floats  # when its shutdown will have ended, as things stand; inf if it is not being shut down


def opened(inputs: PowerInputs, draws: Draws, *, trace: bool) -> Plant:
    """The plant before the first outage, with room for everything that can happen."""
    units, sheds, loads, n = inputs.units, inputs.sheds, inputs.loads, len(draws.duration_s)
    batteries, losses = [unit.battery for unit in units], [unit.losses for unit in units]
    row_of = {load.name: row for row, load in enumerate(loads)}
    named = [[row_of[name] for name in shed.loads] for shed in sheds]
    kinetic = [battery.law if isinstance(battery.law, Kibam) else None for battery in batteries]
    nodes = [_nodes(battery) for battery in batteries]
    node_w, node_s, node_log_w, node_log_s, slope = (
        np.array([node[column] for unit_nodes in nodes for node in unit_nodes], dtype=float) for column in range(5)
    )
    generator = inputs.generator
    switches = 0 if not trace else n * len(loads) * (1 if generator is None else 3)  # off, on, and off again
    return Plant(
        string_from=_starts([battery.strings for battery in batteries]),
        rule_from=_starts([len(unit.sheds) for unit in units]),
        load_from=_starts([len(unit.loads) for unit in units]),
        transfer_fails=np.array([unit.transfer_fails for unit in units], dtype=float),
        idle_w=np.array([loss.idle_w for loss in losses], dtype=float),
        proportional=np.array([loss.proportional for loss in losses], dtype=float),
        square_per_w=np.array([loss.square_per_w for loss in losses], dtype=float),
        blocks=np.array([battery.blocks for battery in batteries], dtype=np.int64),
        strings=np.array([battery.strings for battery in batteries], dtype=np.int64),
        health=np.array([battery.health for battery in batteries], dtype=float),
        size_factor=np.array([battery.size_factor for battery in batteries], dtype=float),
        recharge_s=np.array([battery.recharge_s for battery in batteries], dtype=float),
        string_fails=np.array([battery.string_fails for battery in batteries], dtype=float),
        foresees=np.array(
            [law is None or any(s.when == "runtime" for s in u.sheds) for u, law in zip(units, kinetic, strict=True)],
            dtype=np.int8,
        ),
        kinetic=np.array([law is not None for law in kinetic], dtype=np.int8),
        c=np.array([law.c if law else np.nan for law in kinetic]),
        k=np.array([law.k_per_h / 3600.0 if law else np.nan for law in kinetic]),
        capacity_ws=np.array([law.capacity_wh * 3600.0 if law else np.nan for law in kinetic]),
        node_from=_starts([len(unit_nodes) for unit_nodes in nodes]),
        node_w=node_w,
        node_s=node_s,
        node_log_w=node_log_w,
        node_log_s=node_log_s,
        slope=slope,
        when=np.array([WHEN[shed.when] for shed in sheds], dtype=np.int64),
        at=np.array([shed.at for shed in sheds], dtype=float),
        switch=np.array([shed.by == "switch" for shed in sheds], dtype=np.int8),
        in_sequence=np.array([shed.in_sequence for shed in sheds], dtype=np.int8),
        forgotten=np.array([shed.forgotten for shed in sheds], dtype=float),
        named_from=_starts([len(rows) for rows in named]),
        named=np.array([row for rows in named for row in rows], dtype=np.int64),
        load_w=np.array([load.power_w for load in loads], dtype=float),
        waits_s=np.array([load.waits_s for load in loads], dtype=float),
        on_line_at_s=np.array([generator.on_line_at(k + 1) for k in range(generator.attempts)] if generator else []),
        starts=float(generator.starts) if generator else 0.0,
        available=float(generator.available) if generator else 0.0,
        fuel_s=float(generator.fuel_s) if generator else np.inf,
        duration_s=draws.duration_s,
        between_s=draws.between_s,
        transfer_u=draws.transfer_u,
        string_u=draws.string_u,
        delay_s=draws.delay_s,
        forgotten_u=draws.forgotten_u,
        stop_s=draws.stop_s,
        available_u=draws.available_u,
        start_u=draws.start_u,
        run_s=draws.run_s,
        fire_s=draws.fire_s,
        on_line_s=np.full(n, np.inf),
        generator_fails_s=np.full(n, np.inf),
        charge_before=np.empty((len(units), n)),
        charge_after=np.empty((len(units), n)),
        acted_s=np.full((len(sheds), n), np.inf),
        lost_s=np.full((len(loads), n), np.inf),
        off_s=np.zeros((len(loads), n)),
        ended=np.zeros((len(loads), n), dtype=np.int8),
        trace_outage=np.empty(switches, dtype=np.int64),
        trace_s=np.empty(switches),
        trace_load=np.empty(switches, dtype=np.int64),
        trace_on=np.empty(switches, dtype=np.int8),
        rows=np.zeros(1, dtype=np.int64),
        in_use=np.zeros(len(units), dtype=np.int8),
        left_s=np.array([battery.charge for battery in batteries], dtype=float),
        full_s=np.ones(len(units)),
        charge=np.array([battery.charge for battery in batteries], dtype=float),
        head=np.zeros(len(units)),
        rate=np.zeros(len(units)),
        known_w=np.full((len(units), FEW), np.nan),
        known_s=np.full((len(units), FEW), np.nan),
        known_next=np.zeros(len(units), dtype=np.int64),
        moment_s=np.full(len(sheds), np.inf),
        acts_s=np.full(len(sheds), np.inf),
        on=np.ones(len(loads), dtype=np.int8),
        off_since_s=np.zeros(len(loads)),
        down_s=np.full(len(loads), np.inf),
    )


def _starts(counts: list[int]) -> Ints:
    return np.cumsum([0, *counts], dtype=np.int64)


def _nodes(battery: Battery) -> list[tuple[float, ...]]:
    """Of each node of a runtime curve: power, runtime, their logarithms, the slope to the next (nan at the last)."""
    if isinstance(battery.law, Kibam):
        return []
    power_w, runtime_s = battery.law.power_w, battery.law.runtime_s
    logs = [(math.log(p), math.log(t)) for p, t in zip(power_w, runtime_s, strict=True)]
    slopes = [(y1 - y0) / (x1 - x0) for (x0, y0), (x1, y1) in pairwise(logs)]
    return [(p, t, *log, slope) for p, t, log, slope in zip(power_w, runtime_s, logs, [*slopes, math.nan], strict=True)]
