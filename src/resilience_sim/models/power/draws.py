"""All randomness of the power machine ends here.

Every number belongs to a thing (a unit, a string, a rule, a load, a start attempt) and an outage. Each thing has
streams of its own, read outage after outage: one more thing, or one more outage at the end, moves no other number.
Probabilities are compared with their uniforms in the engines: a string that fails at 1 % also fails at 2 %. A feature
that is switched off draws nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.models.power.inputs import DrawnOutages, Generator, PowerInputs, Ups
from resilience_sim.randomness import Deterministic, Law, Never, Streams

__all__ = ["Draws", "draw"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Draws:
    """The numbers of one replication of n outages.

    Things are counted over all units in their order. A uniform is on [0, 1), and what it stands for happens if it is
    below its probability; it is 0 where that probability is 0 or 1.

    Parameters
    ----------
    duration_s, between_s
        Seconds that each outage lasts, and of mains before it, shape (n,).
    transfer_u
        Whether a unit does not take over, shape (units, n).
    string_u
        Whether a string is dead, shape (strings, n).
    delay_s
        Seconds from a rule's moment until somebody acts, shape (rules, n); 0 where nobody ever does.
    forgotten_u
        Whether nobody acts on a rule, shape (rules, n).
    stop_s
        Seconds that a clean shutdown of a load takes, shape (loads, n); 0 where no rule shuts it down.
    available_u
        Whether the generator can be used, shape (n,).
    start_u
        Whether an attempt to start it succeeds, shape (attempts, n); no row without a generator.
    run_s
        Seconds that it runs until it fails, shape (n,).
    fire_s
        Seconds until a fire cuts all units, shape (n,).
    """

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


def draw(inputs: PowerInputs, streams: Streams) -> Draws:
    """Draw one replication.

    Parameters
    ----------
    inputs
        The supply.
    streams
        The replication's streams; those used here are called ``power/…``.

    Returns
    -------
    Draws
        Equal for equal (inputs, seed, replication). Batteries, powers, moments of rules and all probabilities strictly
        between 0 and 1 are not read: scenarios that differ only in them meet the same numbers.
    """
    outages = inputs.outages
    if isinstance(outages, DrawnOutages):
        n = outages.count
        duration_s = _seconds(outages.duration, "power/outages/duration", n, streams)
        between_s = _seconds(outages.between, "power/outages/between", n, streams)
    else:
        n = len(outages.duration_s)
        duration_s, between_s = outages.duration_s.copy(), outages.between_s.copy()
    drawn = Draws(
        duration_s=duration_s,
        between_s=between_s,
        transfer_u=np.zeros((len(inputs.units), n)),
        string_u=np.zeros((inputs.strings, n)),
        delay_s=np.zeros((len(inputs.sheds), n)),
        forgotten_u=np.zeros((len(inputs.sheds), n)),
        stop_s=np.zeros((len(inputs.loads), n)),
        available_u=np.zeros(n),
        start_u=np.zeros((0 if inputs.generator is None else inputs.generator.attempts, n)),
        run_s=np.full(n, np.inf),
        fire_s=_seconds(inputs.fire, "power/fire", n, streams),
    )
    string = rule = load = 0
    for k, unit in enumerate(inputs.units):
        _draw_unit(unit, drawn, k, string, rule, load, streams)
        string += unit.battery.strings
        rule += len(unit.sheds)
        load += len(unit.loads)
    if inputs.generator is not None:
        _draw_generator(inputs.generator, drawn, streams)
    return drawn


def _draw_unit(unit: Ups, drawn: Draws, row: int, string: int, rule: int, load: int, streams: Streams) -> None:
    """Fill the rows of one unit, whose first string, rule and load are these."""
    name = f"power/{unit.name}"
    _fill_uniforms(drawn.transfer_u[row], unit.transfer_fails, f"{name}/transfer", streams)
    for j in range(unit.battery.strings):
        _fill_uniforms(drawn.string_u[string + j], unit.battery.string_fails, f"{name}/string/{j}", streams)
    for k, shed in enumerate(unit.sheds):
        _fill_uniforms(drawn.forgotten_u[rule + k], shed.forgotten, f"{name}/shed/{k}/forgotten", streams)
        if shed.forgotten < 1:
            _fill_seconds(drawn.delay_s[rule + k], shed.delay, f"{name}/shed/{k}/delay", streams)
    shut_down = {name for shed in unit.sheds if shed.by == "shutdown" for name in shed.loads}
    for k, one in enumerate(unit.loads):
        if one.name in shut_down:
            _fill_seconds(drawn.stop_s[load + k], one.stop, f"power/load/{one.name}/stop", streams)


def _draw_generator(generator: Generator, drawn: Draws, streams: Streams) -> None:
    _fill_uniforms(drawn.available_u, generator.available, "power/generator/available", streams)
    for k in range(generator.attempts):
        _fill_uniforms(drawn.start_u[k], generator.starts, f"power/generator/start/{k + 1}", streams)
    if generator.mean_run_s < np.inf:
        streams.generator("power/generator/runs").standard_exponential(out=drawn.run_s)
        np.multiply(drawn.run_s, generator.mean_run_s, out=drawn.run_s)


def _fill_uniforms(row: Floats, probability: float, name: str, streams: Streams) -> None:
    if 0 < probability < 1:
        streams.generator(name).random(out=row)


def _fill_seconds(row: Floats, law: Law, name: str, streams: Streams) -> None:
    if isinstance(law, Deterministic):
        row.fill(law.value)
    else:
        row[:] = law.draw(streams.generator(name), len(row))


def _seconds(law: Law, name: str, n: int, streams: Streams) -> Floats:
    if isinstance(law, Deterministic | Never):
        return np.full(n, law.mean)
    return law.draw(streams.generator(name), n)
