"""The power machine compiled: outage after outage, unit after unit, one spell on battery after the other.

Until the mains or the generator come units know nothing of each other, so each spell of each unit is played by itself.
What lies ahead in it are the ends of shutdowns, the rules, the empty battery and the fire: so few that looking at all
of them for the next one is quicker than keeping them in order. A spell that ends before the first of them is over
after one look.
"""

from __future__ import annotations

import numpy as np

from resilience_sim.models.heaps import hidden, uncounted
from resilience_sim.models.power.cells import carry, charge_of, falls_to, lasts, recharge, run_dry, surely_lasts, use
from resilience_sim.models.power.draws import Draws
from resilience_sim.models.power.inputs import Ended, PowerInputs
from resilience_sim.models.power.path import Path
from resilience_sim.models.power.plant import AFTER, AT_CHARGE, Plant, opened

__all__ = ["simulate"]

STOPPED, SWITCHED_OFF, CUT = int(Ended.STOPPED), int(Ended.SWITCHED_OFF), int(Ended.CUT)


def simulate(inputs: PowerInputs, draws: Draws, *, trace: bool = False) -> Path:
    """Run one replication; same path as :func:`resilience_sim.models.power.reference.simulate`, to the bit.

    Parameters
    ----------
    inputs
        The supply.
    draws
        The replication's numbers, drawn for this supply.
    trace
        Whether to record every switch of a load.
    """
    plant = opened(inputs, draws, trace=trace)
    _run(plant)
    rows = plant.rows[0]
    return Path(
        duration_s=draws.duration_s,
        between_s=draws.between_s,
        on_line_s=plant.on_line_s,
        generator_fails_s=plant.generator_fails_s,
        charge_before=plant.charge_before,
        charge_after=plant.charge_after,
        acted_s=plant.acted_s,
        lost_s=plant.lost_s,
        off_s=plant.off_s,
        ended=plant.ended,
        trace_outage=plant.trace_outage[:rows].copy() if trace else None,
        trace_s=plant.trace_s[:rows].copy() if trace else None,
        trace_load=plant.trace_load[:rows].copy() if trace else None,
        trace_on=plant.trace_on[:rows].copy() if trace else None,
    )


@uncounted
def _run(p: Plant) -> None:
    """Play every outage."""
    for o in range(len(p.duration_s)):
        returns_s = p.duration_s[o]
        on_line_s, fails_s = _generator(p, o, returns_s)
        for u in range(len(p.strings)):
            if o > 0:
                recharge(p, u, p.between_s[o])
            p.charge_before[u, o] = charge_of(p, u)
            if returns_s > 0:
                _meet(p, o, u, returns_s, on_line_s, fails_s)
            p.charge_after[u, o] = charge_of(p, u)


@hidden
def _generator(p: Plant, o: int, returns_s: float) -> tuple[float, float]:
    """When it takes the load and when it fails; inf if not before the mains return."""
    if len(p.on_line_at_s) > 0 and p.available_u[o] < p.available:
        for attempt in range(len(p.on_line_at_s)):
            if p.on_line_at_s[attempt] >= returns_s:
                break
            if p.start_u[attempt, o] < p.starts:
                on_line_s = p.on_line_at_s[attempt]
                fails_s = on_line_s + min(p.run_s[o], p.fuel_s)
                p.on_line_s[o] = on_line_s
                if fails_s >= returns_s:
                    return on_line_s, np.inf
                p.generator_fails_s[o] = fails_s
                return on_line_s, fails_s
    return np.inf, np.inf


@hidden
def _meet(p: Plant, o: int, u: int, returns_s: float, on_line_s: float, fails_s: float) -> None:
    """One unit in one outage: on battery, on the generator, on battery again, until the mains return."""
    if on_line_s == np.inf:
        _on_battery(p, o, u, 0.0, returns_s)
    else:
        _on_battery(p, o, u, 0.0, on_line_s)
        _all_on(p, o, u, on_line_s, True)
        until_s = min(fails_s, returns_s)
        if until_s < np.inf:
            recharge(p, u, until_s - on_line_s)
        if fails_s < np.inf:
            _on_battery(p, o, u, fails_s, returns_s)
    _all_on(p, o, u, returns_s, False)


@hidden
def _on_battery(p: Plant, o: int, u: int, start_s: float, end_s: float) -> None:
    """A spell on battery, from an instant at which everything is on until mains or generator come."""
    live, fire_s = _live_strings(p, o, u), p.fire_s[o]
    if live == 0 or p.transfer_u[u, o] < p.transfer_fails[u] or fire_s < start_s:
        _all_off(p, o, u, start_s)
        return
    for rule in range(p.rule_from[u], p.rule_from[u + 1]):
        p.moment_s[rule] = -np.inf if p.forgotten_u[rule, o] < p.forgotten[rule] else np.inf
        p.acts_s[rule] = np.inf
    since_s = start_s  # up to here the charge is known
    empty_s = _look_ahead(p, o, u, since_s, live)
    while True:
        down_s, load = _next_shutdown(p, u)
        acts_s, rule = _next_rule(p, u)
        others_s = min(down_s, acts_s, fire_s, end_s)
        if not p.foresees[u]:
            empty_s = np.inf if surely_lasts(p, u, others_s - since_s) else since_s + lasts(p, u)
        now = min(others_s, empty_s)
        if now == end_s:
            if end_s < np.inf:
                use(p, u, end_s - since_s)
            return
        if down_s == now:
            use(p, u, now - since_s)
            _goes_off(p, o, load, now, STOPPED if p.stop_s[load, o] <= p.waits_s[load] else CUT)
        elif acts_s == now:
            if not _act(p, o, u, rule, now, now - since_s):
                continue
        else:
            use(p, u, now - since_s)
            if empty_s == now:
                run_dry(p, u)
            _all_off(p, o, u, now)
            return
        since_s = now
        empty_s = _look_ahead(p, o, u, since_s, live)


@hidden
def _live_strings(p: Plant, o: int, u: int) -> int:
    live = p.strings[u]
    if p.string_fails[u] > 0:
        for string in range(p.string_from[u], p.string_from[u + 1]):
            live -= p.string_u[string, o] < p.string_fails[u]
    return int(live)


@hidden
def _look_ahead(p: Plant, o: int, u: int, now: float, live: int) -> float:
    """The load is new: when does each rule act? Returns when the battery will be empty, if that is to be foreseen."""
    on_w = 0.0
    for load in range(p.load_from[u], p.load_from[u + 1]):
        if p.on[load]:
            on_w += p.load_w[load]
    carry(p, u, live, on_w)
    empty_s = now + lasts(p, u) if p.foresees[u] else np.inf
    for rule in range(p.rule_from[u], p.rule_from[u + 1]):
        if p.moment_s[rule] > now:
            if p.when[rule] == AFTER:
                moment_s = max(p.at[rule], now)
            elif p.when[rule] == AT_CHARGE:
                moment_s = now + falls_to(p, u, p.at[rule])
            else:
                moment_s = max(empty_s - p.at[rule], now)
            p.moment_s[rule], p.acts_s[rule] = moment_s, moment_s + p.delay_s[rule, o]
    return empty_s


@hidden
def _next_shutdown(p: Plant, u: int) -> tuple[float, int]:
    """The first load whose shutdown ends, and when."""
    first_s, first = np.inf, 0
    for load in range(p.load_from[u], p.load_from[u + 1]):
        if p.down_s[load] < first_s:
            first_s, first = p.down_s[load], load
    return first_s, first


@hidden
def _next_rule(p: Plant, u: int) -> tuple[float, int]:
    """The first rule that acts, and when."""
    first_s, first = np.inf, 0
    for rule in range(p.rule_from[u], p.rule_from[u + 1]):
        if p.acts_s[rule] < first_s:
            first_s, first = p.acts_s[rule], rule
    return first_s, first


@hidden
def _act(p: Plant, o: int, u: int, rule: int, now: float, used_s: float) -> bool:
    """A rule acts, so many seconds after the charge was known; whether a load went off."""
    p.acts_s[rule] = np.inf
    p.acted_s[rule, o] = min(p.acted_s[rule, o], now)
    begin_s, changed = now, False
    for place in range(p.named_from[rule], p.named_from[rule + 1]):
        load = p.named[place]
        if p.on[load] and p.switch[rule]:
            if not changed:
                use(p, u, used_s)
                changed = True
            _goes_off(p, o, load, now, SWITCHED_OFF)
        elif p.on[load] and p.down_s[load] == np.inf:
            p.down_s[load] = begin_s + min(p.stop_s[load, o], p.waits_s[load])
            if p.in_sequence[rule]:
                begin_s = p.down_s[load]
    return changed


@hidden
def _goes_off(p: Plant, o: int, load: int, now: float, ended: int) -> None:
    p.on[load], p.off_since_s[load], p.down_s[load] = 0, now, np.inf
    p.lost_s[load, o] = min(p.lost_s[load, o], now)
    p.ended[load, o] = max(p.ended[load, o], ended)
    _record(p, o, load, now, 0)


@hidden
def _all_off(p: Plant, o: int, u: int, now: float) -> None:
    """What is on is cut."""
    for load in range(p.load_from[u], p.load_from[u + 1]):
        if p.on[load]:
            _goes_off(p, o, load, now, CUT)


@hidden
def _all_on(p: Plant, o: int, u: int, now: float, recorded: bool) -> None:
    """Mains or generator feed everything; shutdowns are called off."""
    for load in range(p.load_from[u], p.load_from[u + 1]):
        p.down_s[load] = np.inf
        if not p.on[load]:
            p.on[load] = 1
            p.off_s[load, o] += now - p.off_since_s[load]
            if recorded:
                _record(p, o, load, now, 1)


@hidden
def _record(p: Plant, o: int, load: int, now: float, on: int) -> None:
    """Write a switch of a load on the trace, if there is one."""
    row = p.rows[0]
    if row < len(p.trace_s):
        p.trace_outage[row], p.trace_s[row], p.trace_load[row], p.trace_on[row] = o, now, load, on
        p.rows[0] = row + 1
