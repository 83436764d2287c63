"""Whether a generator comes, comes in time, and keeps running."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

from resilience_sim.errors import InputsError
from resilience_sim.models.power.inputs import Generator

__all__ = [
    "Sets", "Storage", "equivalent_mean_run", "generator_survival", "in_time", "never_dropped", "running_after",
    "sets_survival",
]  # fmt: skip


def generator_survival(
    hours: float, *, available: float, fails_to_start: float, mean_run_h: float, hourly: bool = False
) -> float:
    """P(power for `hours` | outage) = OA (1 - FTS) exp(-t/MTTF); hourly OA (1 - FTS) (1 - 1/MTTF)^t.

    Parameters
    ----------
    hours
        0 or more.
    available
        OA, share of time in which it can be used at all.
    fails_to_start
        FTS, probability that it does not start.
    mean_run_h
        MTTF, mean hours to failure while it runs; above 1 if `hourly`.
    hourly
        Whether failures are counted once an hour (as in REopt) or at any time.

    References
    ----------
    J. Marqusee and D. Jenket (2020), Reliability of emergency and standby diesel generators, Applied Energy 268,
    114918, doi:10.1016/j.apenergy.2020.114918.

    Examples
    --------
    The defaults of REopt.jl over two weeks:

    >>> round(generator_survival(336, available=0.995, fails_to_start=0.0094, mean_run_h=1100, hourly=True), 6)
    0.726112
    """
    _shares(available=available, fails_to_start=fails_to_start)
    if not (hours >= 0 and mean_run_h > (1 if hourly else 0)):
        raise InputsError(
            f"{hours} hours with a mean of {mean_run_h} h to failure; accepted are 0 or more, and above "
            f"{1 if hourly else 0} h"
        )
    runs = math.pow(1 - 1 / mean_run_h, hours) if hourly else math.exp(-hours / mean_run_h)
    return available * (1 - fails_to_start) * runs


def equivalent_mean_run(hours: float, survival: float) -> float:
    """Mean hours to failure if only running failed: -t / ln P.

    Examples
    --------
    Half of poorly maintained sets fail within 48 h, a fifth of well maintained ones within two weeks:

    >>> round(equivalent_mean_run(48, 0.5), 2), round(equivalent_mean_run(336, 0.8), 1)
    (69.25, 1505.8)
    """
    if not (hours > 0 and 0 < survival < 1):
        raise InputsError(f"{survival} survive {hours} h; accepted are a share between 0 and 1, and a time above 0")
    return -hours / math.log(survival)


def in_time(generator: Generator, battery_s: float) -> float:
    """Probability that the generator takes the load while the battery lasts; at the very instant is in time.

    ``available · (1 - (1 - starts)^n)``, n the attempts that end by then.

    Examples
    --------
    Attempts at 20, 40 and 60 s, each 0.9, and a battery of 45 s:

    >>> round(in_time(Generator(5, 10, 10, 5, attempts=3, starts=0.9), 45.0), 12)
    0.99
    """
    attempts = sum(generator.on_line_at(k) <= battery_s for k in range(1, generator.attempts + 1))
    return generator.available * (1 - (1 - generator.starts) ** attempts)


def never_dropped(generator: Generator, battery_s: float, longer: Callable[[float], float]) -> float:
    """Probability that an outage never drops the load, if a generator that runs does not fail.

    ``1 - P(not in time) · P(outage > battery)``.

    Parameters
    ----------
    generator
        Its running time and its fuel are taken as enough.
    battery_s
        Seconds that the battery carries the load.
    longer
        P(outage > t) by t in seconds.

    Examples
    --------
    >>> set_of_three = Generator(5, 10, 10, 5, attempts=3, starts=0.9)
    >>> round(never_dropped(set_of_three, 45.0, lambda t: math.exp(-t / 3600)), 7)
    0.9901242
    """
    return 1 - (1 - in_time(generator, battery_s)) * longer(battery_s)


# ---- several sets and a battery, hour by hour


@dataclass(frozen=True)
class Sets:
    """Equal generator sets.

    Parameters
    ----------
    count
        How many.
    rating_kw
        Of each.
    mean_run_h
        Mean hours to failure while running, 1 or more: each hour one in so many fails.
    available, fails_to_start
        Whether each can be used at all; whether it starts.
    """

    count: int
    rating_kw: float
    mean_run_h: float
    available: float = 1.0
    fails_to_start: float = 0.0

    def __post_init__(self) -> None:
        _shares(available=self.available, fails_to_start=self.fails_to_start)
        if self.count < 0 or not (self.rating_kw > 0 and self.mean_run_h >= 1):
            raise InputsError(
                f"{self.count} sets of {self.rating_kw} kW, {self.mean_run_h} h to failure; accepted are 0 or more, "
                "above 0, and 1 h or more"
            )


@dataclass(frozen=True)
class Storage:
    """A lossless battery: usable energy, largest power either way, and what it holds at the start."""

    energy_kwh: float
    power_kw: float
    held_kwh: float

    def __post_init__(self) -> None:
        if not (0 <= self.held_kwh <= self.energy_kwh < math.inf and self.power_kw >= 0):
            raise InputsError(f"{self}; accepted is 0 or more, held no more than the battery takes")


def running_after(running: Sequence[int], fails: Sequence[float]) -> dict[tuple[int, ...], float]:
    """Probability of each number still running, of kinds of sets that fail independently.

    Parameters
    ----------
    running
        How many of each kind run.
    fails
        Probability that one of the kind fails.

    Examples
    --------
    >>> after = running_after((2, 1), (0.1, 0.25))
    >>> [round(after[kinds], 4) for kinds in ((0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1))]
    [0.0025, 0.045, 0.2025, 0.0075, 0.135, 0.6075]
    """
    _shares(**{f"fails[{k}]": share for k, share in enumerate(fails)})
    kinds = [
        [math.comb(n, left) * (1 - p) ** left * p ** (n - left) for left in range(n + 1)]
        for n, p in zip(running, fails, strict=True)
    ]
    return {
        left: math.prod(kind[k] for kind, k in zip(kinds, left, strict=True))
        for left in product(*(range(n + 1) for n in running))
    }


def sets_survival(load_kw: Sequence[float], kinds: Sequence[Sets], storage: Storage) -> list[float]:
    """Probability that sets and battery have carried the load up to each hour's end.

    In each hour first sets fail, then power is balanced: the battery gives what the sets lack, within its power and
    what it holds, or takes what they have left over. The charge is a real number, not binned: states are all pairs of
    sets running and charge that can be reached, so it is meant for few sets and loads that repeat.

    Parameters
    ----------
    load_kw
        In each hour, shape (n,).
    kinds
        Sets; with none the battery is alone.
    storage
        The battery.

    Returns
    -------
    list of float
        Shape (n,).

    References
    ----------
    NREL, REopt.jl, energy resilience performance: its tests are the known answers.

    Examples
    --------
    Two sets of 1 kW that fail once in five hours, and a battery of 2 kWh, half full:

    >>> [round(p, 6) for p in sets_survival([1, 2, 2], [Sets(2, 1.0, 5.0)], Storage(2.0, 1.0, 1.0))]
    [1.0, 0.8704, 0.557056]
    """
    fails = [1 / kind.mean_run_h for kind in kinds]
    starting = running_after(
        [kind.count for kind in kinds], [1 - kind.available * (1 - kind.fails_to_start) for kind in kinds]
    )
    states = {(running, storage.held_kwh): p for running, p in starting.items()}
    survival = []
    for load in load_kw:
        reached: defaultdict[tuple[tuple[int, ...], float], float] = defaultdict(float)
        for (running, held), p in states.items():
            for left, chance in running_after(running, fails).items():
                surplus = math.fsum(n * kind.rating_kw for n, kind in zip(left, kinds, strict=True)) - load
                now = held + min(surplus, storage.power_kw)
                if surplus >= -storage.power_kw - 1e-9 and now >= -1e-9:
                    reached[left, round(min(max(now, 0.0), storage.energy_kwh), 9)] += p * chance
        states = dict(reached)
        survival.append(math.fsum(states.values()))
    return survival


def _shares(**values: float) -> None:
    for name, value in values.items():
        if not 0 <= value <= 1:
            raise InputsError(f"{name} is {value}; accepted is a share from 0 to 1")
