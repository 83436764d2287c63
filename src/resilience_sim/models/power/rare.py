"""How likely a load is lost in one outage, even where that is as rare as 1e-8.

Until the mains return nothing depends on when they will. So the machine is run with outages that do not end, L is the
instant at which the load goes off, D the duration of an outage, and

    P(lost) = E[P(D > L)],

an average over what is left of chance, without the chance of the duration. What makes a loss rare is taken out of it
as well: the attempt at which the generator starts (or none), the number of dead strings, and whether the unit takes
over are strata of exactly known weight, each met by the same number of draws. The estimate is unbiased.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import erfc, gammaincc

from resilience_sim.errors import InputsError
from resilience_sim.models.power.draws import Draws, draw
from resilience_sim.models.power.inputs import DrawnOutages, Generator, PowerInputs, Ups
from resilience_sim.models.power.kernel import simulate
from resilience_sim.randomness import (
    Deterministic,
    Empirical,
    Erlang,
    Exponential,
    Law,
    LogNormal,
    Never,
    Streams,
    Uniform,
    Weibull,
)

__all__ = ["RareLoss", "loss_probability", "survival_of"]

Floats = npt.NDArray[np.float64]
Survival: TypeAlias = Callable[[Floats], Floats]


class RareLoss(NamedTuple):
    """An estimated probability, its standard error (0 where nothing is left to chance), and the outages simulated."""

    estimate: float
    standard_error: float
    replications: int


class _Stratum(NamedTuple):
    """What is fixed: the attempt at which the generator starts (0: it does not), dead strings, taking over."""

    weight: float
    attempt: int
    dead: int
    takes_over: bool


def loss_probability(
    inputs: PowerInputs, *, load: str, replications: int, seed: int, survival: Survival | None = None
) -> RareLoss:
    """Estimate the probability that a load goes off in one outage that finds full batteries.

    Parameters
    ----------
    inputs
        The supply; how many outages it has, and what lies between them, is not read.
    load
        Name of the load; whatever takes it off counts.
    replications
        Outages to simulate in all, shared equally by the strata, 2 for each at least.
    seed
        Root of the random streams; stratum k uses replication k.
    survival
        P(D > x) of the outages' duration for an array of seconds; `None`: that of the law in `inputs`.

    Raises
    ------
    InputsError
        If there is no such load, its battery does not start fully charged, or `survival` is needed and not known.

    Examples
    --------
    >>> from resilience_sim.models.power import Battery, Load, RuntimeCurve
    >>> ups = Ups("ups", Battery(RuntimeCurve.power_law(100.0, 3600.0, 1.2)), (Load("phones", 100.0),))
    >>> supply = PowerInputs(DrawnOutages(1, Exponential(1800.0)), (ups,))
    >>> round(loss_probability(supply, load="phones", replications=2, seed=1).estimate, 6)  # exp(-2)
    0.135335
    """
    if survival is None:
        if not isinstance(inputs.outages, DrawnOutages):
            raise InputsError("loss_probability: outages are given, not drawn; accepted is a survival function as well")
        survival = survival_of(inputs.outages.duration)
    unit = _unit_of(inputs, load)
    row = [one.name for one in unit.loads].index(load)
    strata = list(_strata(unit, inputs.generator))
    share = max(replications // len(strata), 2)
    alone = dataclasses.replace(inputs, outages=DrawnOutages(share, Never()), units=(unit,))
    estimate = variance = 0.0
    for k, stratum in enumerate(strata):
        draws = draw(alone, Streams(seed, k))
        _fix(stratum, draws)
        lost = survival(simulate(alone, draws).lost_s[row])
        estimate += stratum.weight * float(lost.mean())
        variance += stratum.weight**2 * float(lost.var(ddof=1)) / share
    return RareLoss(estimate, math.sqrt(variance), share * len(strata))


def _unit_of(inputs: PowerInputs, load: str) -> Ups:
    """The unit that feeds a load: no other matters to it."""
    for unit in inputs.units:
        if load in [one.name for one in unit.loads]:
            if unit.battery.charge < 1:
                raise InputsError(
                    f"loss_probability: the battery of unit {unit.name!r} starts at a charge of {unit.battery.charge}; "
                    "accepted is 1, since every outage finds it full"
                )
            return unit
    raise InputsError(f"there is no load {load!r}; accepted: {', '.join(one.name for one in inputs.loads)}")


def _strata(unit: Ups, generator: Generator | None) -> Iterator[_Stratum]:
    """Every stratum that has a weight; where the unit does not take over, strings do not matter."""
    battery, fails = unit.battery, unit.transfer_fails
    dead = [
        math.comb(battery.strings, j) * battery.string_fails**j * (1 - battery.string_fails) ** (battery.strings - j)
        for j in range(battery.strings + 1)
    ]
    starts = [1.0]
    if generator is not None:
        first = [generator.starts * (1 - generator.starts) ** k for k in range(generator.attempts)]
        none = 1 - generator.available + generator.available * (1 - generator.starts) ** generator.attempts
        starts = [none, *(generator.available * share for share in first)]
    everything = [
        *(_Stratum((1 - fails) * p * q, k, j, True) for k, p in enumerate(starts) for j, q in enumerate(dead)),
        _Stratum(fails, 0, 0, False),
    ]
    return (stratum for stratum in everything if stratum.weight > 0)


def _fix(stratum: _Stratum, draws: Draws) -> None:
    """Set the uniforms of what is fixed: 0 where it happens, 1 where it does not."""
    draws.transfer_u[:] = 1.0 if stratum.takes_over else 0.0
    draws.string_u[: stratum.dead], draws.string_u[stratum.dead :] = 0.0, 1.0
    draws.available_u[:] = 0.0
    draws.start_u[:] = 1.0
    if stratum.attempt > 0:
        draws.start_u[stratum.attempt - 1] = 0.0


def survival_of(law: Law) -> Survival:
    """The function x -> P(D > x) of a law, for arrays of seconds.

    Raises
    ------
    InputsError
        If the law is none of those in :mod:`resilience_sim.randomness`.
    """

    def survival(seconds: Floats) -> Floats:
        with np.errstate(divide="ignore"):  # ln 0 at the first instant
            return np.asarray(_survival(law, np.asarray(seconds, dtype=float)), dtype=float)

    _survival(law, np.zeros(1) + 1.0)  # an unknown law is refused here, not in the middle of a run
    return survival


def _survival(law: Law, x: Floats) -> npt.ArrayLike:
    match law:
        case Never():
            return np.where(x < np.inf, 1.0, 0.0)
        case Deterministic(value):
            return np.where(x < value, 1.0, 0.0)
        case Exponential(scale):
            return np.exp(-x / scale)
        case Weibull(shape, scale):
            return np.exp(-((x / scale) ** shape))
        case LogNormal(mu, sigma):
            return 0.5 * np.asarray(erfc((np.log(x) - mu) / (sigma * math.sqrt(2.0))))
        case Erlang(stages, scale):
            return np.asarray(gammaincc(stages, x * stages / scale))
        case Uniform(low, high):
            return np.clip((high - x) / (high - low), 0.0, 1.0) if high > low else np.where(x < low, 1.0, 0.0)
        case Empirical(values):
            return 1.0 - np.searchsorted(np.sort(values), x, side="right") / len(values)
    raise InputsError(f"the survival function of {law} is not known; accepted is a function of an array of seconds")
