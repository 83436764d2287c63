"""Drill records held against the egress machine: the pace of those who walk, and whether the model matches the drills.

Each drill is simulated again: the groups as many as were counted, to the doors that they used, without fire, closings,
or people left behind. Groups of which nothing was recorded are there too, as the model has them.

*Pace.* With the recorded times of starting, the machine gives each group's way, the time from its start to its last
out, at a pace f times the site's, walk, doors and queues included. Only ways that tell the pace are asked: those that
would be 5 % shorter at a pace 10 % faster, or more (the elasticity of the simulated way at f = 1 is 1/2 or more), which
is settled by model and starts and never by what was recorded of the way. Of drill i,

    ``r_i(f) = mean over these ways of [ln recorded - mean of ln simulated]``,

and f is where the mean of the r_i is 0. At the true f the r_i are independent with mean 0, so the f that Student's test
at 5 % does not refuse are a 95 % interval, without bound where none is refused up to an end of the grid.

*Match.* At the site's own laws every drill is ranked among as many simulated: with rank k of R and an independent
uniform U, ``u = (k + U) / (R + 1)`` is uniform if the model is right, exactly (probability integral transform), and z,
its normal quantile, standard normal. Over K drills ``sum z / sqrt(K)`` tells times that are longer or shorter, and
``sum (z - mean)²``, chi-squared with K - 1 degrees of freedom, drills that differ more or less than the model's. One
drill is one observation, however many walked in it. Three times are looked at: of starting (mean logarithm over the
groups), of the way given the recorded starts (likewise), and until the last is out. All five tests (the last out is
asked only for its position) share an error of 5 % by Holm's rule: a model that is right is refused in at most one
record of twenty.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import DataError, InputsError, Place
from resilience_sim.experiments.drill_files import Drill, DrillRecord, Taken
from resilience_sim.experiments.drills import Estimate
from resilience_sim.models.contract import engine
from resilience_sim.models.egress import Draws, EgressInputs, Fixed, Group, Into, draw
from resilience_sim.randomness import Streams, derived_seed

__all__ = ["ADULTS", "ERROR", "LOOKS", "DrillMatch", "Look", "Pace", "as_drilled", "fit_pace", "match_drills"]

Floats = npt.NDArray[np.float64]

ADULTS = "adults"
"""The kind of people of whom a record counts the adults."""
PACES = np.exp(np.linspace(-math.log(3.0), math.log(3.0), 17))
"""The grid of f; in between the mean logarithm is a straight line of ln f."""
MIDDLE = len(PACES) // 2
PACE_RUNS = 20
LEAST_TELLING = 0.5
"""Elasticity of a way that tells the pace; 1: it is all walking."""
MATCH_RUNS = 199
ERROR = 0.05
LOOKS = ("starts", "ways", "last_out")

Times = Mapping[str, tuple[float, float]]
"""Of each group: when its first started, and when its last was out."""


@dataclass(frozen=True)
class Pace:
    """The pace of those who walk, against the model's.

    Parameters
    ----------
    factor
        f, with an interval if two drills or more tell it; without bound (0 or inf) where they set none. ``None`` where
        no way tells it.
    ways, telling
        Of how many ways the time was taken, and how many of them tell the pace.
    drills
        In how many drills these were.
    """

    factor: Estimate | None
    ways: int
    telling: int
    drills: int


@dataclass(frozen=True)
class Look:
    """One kind of time, over the drills of which it was taken.

    Parameters
    ----------
    drills
        How many.
    inside
        How many of them lie in the middle 90 % of the simulated ones.
    shift
        Mean z: above 0 the drills took longer than the model.
    p_shift, p_spread
        Probability of a shift, or of a spread of the z, as far from the model's or farther if the model is right;
        ``nan`` where it is not asked.
    """

    drills: int
    inside: int
    shift: float
    p_shift: float
    p_spread: float


@dataclass(frozen=True)
class DrillMatch:
    """What the record says of the model.

    Parameters
    ----------
    looks
        By :data:`LOOKS`; what was never taken is missing.
    refused
        The tests that Holm's rule refuses at 5 % in all: a look, and ``shift`` or ``spread``.
    """

    looks: Mapping[str, Look]
    refused: tuple[tuple[str, str], ...]

    @property
    def matches(self) -> bool:
        """Whether nothing speaks against the model."""
        return not self.refused


# ---- a drill as the machine has it


def as_drilled(evacuation: EgressInputs, drill: Drill, record: DrillRecord) -> EgressInputs:
    """The evacuation as it was drilled.

    Raises
    ------
    DataError
        If the building has not such a group or door, or not the room for so many; with file and line.
    """
    taken = {one.group: one for one in drill.taken}
    groups = []
    for group in evacuation.groups:
        if not isinstance(group.route, Into):
            stays = tuple(replace(people, left_behind=0.0) for people in group.people)
            groups.append(_drilled(replace(group, people=stays), taken.get(group.name), record))
    known = [group.name for group in groups]
    for one in drill.taken:
        if one.group not in known:
            raise _at(one, record, f"group is {one.group!r}, and the building has none such; accepted is one of "
                      f"{', '.join(known)}")  # fmt: skip
    try:
        return replace(evacuation, groups=tuple(groups), alarm=(), closings=())
    except InputsError as unfit:
        raise _at(drill.taken[0], record, f"the drill cannot be: {unfit}") from None


def _drilled(group: Group, one: Taken | None, record: DrillRecord) -> Group:
    """A group with the door and the numbers of its record."""
    if one is None:
        return group
    if one.door:
        group = replace(group, route=Fixed(one.door))
    if one.persons is None:
        return group
    adults = [people for people in group.people if people.name == ADULTS]
    others = [people for people in group.people if people.name != ADULTS]
    if len(others) != 1:
        if len(group.people) == 1:  # adults only
            return replace(group, people=(replace(adults[0], count=one.persons),))
        return group  # of several kinds the record does not tell how many each
    grown = one.adults if one.adults is not None else sum(people.count for people in adults)
    if one.persons < grown:
        raise _at(one, record, f"persons are {one.persons}, and {group.name} has {grown} adults besides; accepted are "
                  "persons with adults included")  # fmt: skip
    counts = {ADULTS: grown, others[0].name: one.persons - grown if adults else one.persons}
    return replace(group, people=tuple(replace(people, count=counts[people.name]) for people in group.people))


def _at(one: Taken, record: DrillRecord, message: str) -> DataError:
    return DataError(message, place=Place(record.path, one.line))


@dataclass(frozen=True)
class _Rows:
    """Which persons belong to which group."""

    inputs: EgressInputs
    rows: Mapping[str, slice]

    @classmethod
    def of(cls, inputs: EgressInputs) -> _Rows:
        rows, first = {}, 0
        for group in inputs.groups:
            rows[group.name] = slice(first, first + group.size)
            first += group.size
        return cls(inputs, rows)

    def run(self, draws: Draws) -> Times:
        """The times of each group that is not empty."""
        path = engine("kernel", of="egress").simulate(self.inputs, draws)
        return {
            name: (float(path.start_s[rows].min()), float(path.out_s[rows].max()))
            for name, rows in self.rows.items()
            if rows.stop > rows.start
        }

    def started_as_recorded(self, draws: Draws, drill: Drill) -> Draws:
        """The same numbers, each recorded group moved to where it started."""
        start_s = draws.start_s.copy()
        for one in drill.taken:
            rows = self.rows[one.group]
            if rows.stop > rows.start:
                start_s[rows] += one.started_s - start_s[rows].min()
        return replace(draws, start_s=start_s)


def _at_pace(draws: Draws, factor: float) -> Draws:
    return replace(
        draws,
        level_mps=draws.level_mps * factor,
        down_mps=draws.down_mps * factor,
        up_mps=draws.up_mps * factor,
    )


def _drawn(record: DrillRecord, evacuation: EgressInputs, seed: int, purpose: str, runs: int) -> list[_Simulated]:
    """Every drill as the machine has it, with the numbers of its runs."""
    every = []
    for at, drill in enumerate(record.drills):
        inputs = as_drilled(evacuation, drill, record)
        own = derived_seed(seed, f"drills/{purpose}/{at}")
        every.append(_Simulated(drill, _Rows.of(inputs), [draw(inputs, Streams(own, run)) for run in range(runs)]))
    return every


@dataclass(frozen=True)
class _Simulated:
    drill: Drill
    machine: _Rows
    draws: list[Draws]

    def as_recorded(self, factor: float = 1.0) -> list[Times]:
        """Times with the recorded starts, at a pace."""
        return [
            self.machine.run(_at_pace(self.machine.started_as_recorded(one, self.drill), factor)) for one in self.draws
        ]

    def as_modelled(self) -> list[Times]:
        """Times with the model's own starts."""
        return [self.machine.run(one) for one in self.draws]

    @property
    def with_out(self) -> list[Taken]:
        """The groups of which it was taken when their last was out."""
        return [one for one in self.drill.taken if not math.isnan(one.out_s)]


# ---- pace


def fit_pace(record: DrillRecord, evacuation: EgressInputs, *, seed: int = 0) -> Pace:
    """The factor f by which people walk faster than the model, see the card.

    Raises
    ------
    DataError
        If the record does not fit the building.
    """
    apart: list[Floats] = []
    taken = used = 0
    for one in _drawn(record, evacuation, seed, "pace", PACE_RUNS):
        if not one.with_out:
            continue
        taken += len(one.with_out)
        ways = _ways(one)
        recorded = np.array([math.log(each.out_s - each.started_s) for each in one.with_out])
        telling = (ways[:, MIDDLE - 1] - ways[:, MIDDLE + 1]) / math.log(PACES[MIDDLE + 1] / PACES[MIDDLE - 1])
        chosen = telling >= LEAST_TELLING
        used += int(chosen.sum())
        if chosen.any():
            apart.append((recorded[chosen, None] - ways[chosen]).mean(axis=0))
    if not apart:
        return Pace(None, taken, used, 0)
    curves = np.array(apart)
    value = _crossing(curves.mean(axis=0))
    if len(curves) < 2:
        return Pace(Estimate(value), taken, used, 1)
    from scipy.special import stdtrit

    off = float(stdtrit(len(curves) - 1, 1 - ERROR / 2)) * curves.std(axis=0, ddof=1) / math.sqrt(len(curves))
    low, high = _crossing(curves.mean(axis=0) + off), _crossing(curves.mean(axis=0) - off)
    within = (0.0 if low <= PACES[0] else low, math.inf if high >= PACES[-1] else high)
    return Pace(Estimate(value, within), taken, used, len(curves))


def _ways(one: _Simulated) -> Floats:
    """Mean logarithm of each recorded group's simulated way at each pace, shape (groups, paces)."""

    def at(factor: float) -> Floats:
        runs = one.as_recorded(factor)
        logs = np.array([[math.log(_span(times[each.group])) for each in one.with_out] for times in runs])
        return np.asarray(logs.mean(axis=0))

    return np.array([at(float(factor)) for factor in PACES]).T


def _crossing(apart: Floats) -> float:
    """Where a curve over :data:`PACES`, which rises with the pace, is 0; the end of the grid if it is not there."""
    rising = np.maximum.accumulate(apart)
    if rising[0] >= 0:
        return float(PACES[0])
    if rising[-1] <= 0:
        return float(PACES[-1])
    at = int(np.argmax(rising >= 0))
    part = -rising[at - 1] / (rising[at] - rising[at - 1])
    logs = np.log(PACES)
    return float(math.exp(logs[at - 1] + part * (logs[at] - logs[at - 1])))


# ---- match


def match_drills(record: DrillRecord, evacuation: EgressInputs, *, seed: int = 0) -> DrillMatch:
    """Whether the model matches the drills, see the card.

    Raises
    ------
    DataError
        If the record does not fit the building.
    """
    scores: dict[str, list[tuple[float, float]]] = {look: [] for look in LOOKS}
    for one in _drawn(record, evacuation, seed, "match", MATCH_RUNS):
        uniform = Streams(seed, record.drills.index(one.drill)).generator("drills/match/ties")
        modelled = one.as_modelled()
        starts = [_mean_log(times[each.group][0] for each in one.drill.taken) for times in modelled]
        scores["starts"].append(_ranked(_mean_log(each.started_s for each in one.drill.taken), starts, uniform))
        if out := one.with_out:
            ways = [_mean_log(_span(times[each.group]) for each in out) for times in one.as_recorded()]
            scores["ways"].append(_ranked(_mean_log(each.out_s - each.started_s for each in out), ways, uniform))
            last = [max(times[each.group][1] for each in out) for times in modelled]
            scores["last_out"].append(_ranked(one.drill.last_out_s, last, uniform))
    looks = {look: _look(np.array(every), spread=look != "last_out") for look, every in scores.items() if every}
    return DrillMatch(looks, _refused(looks))


def _span(times: tuple[float, float]) -> float:
    return times[1] - times[0]


def _mean_log(seconds: Iterable[float]) -> float:
    logs = [math.log(one) for one in seconds]
    return sum(logs) / len(logs)


def _ranked(recorded: float, simulated: Sequence[float], uniform: np.random.Generator) -> tuple[float, float]:
    """The u and z of a recorded value among the simulated ones; equal ones by chance."""
    values = np.array(simulated)
    lower, equal = int((values < recorded).sum()), int((values == recorded).sum())
    rank = lower + int(uniform.integers(equal + 1))
    u = (rank + float(uniform.random())) / (len(values) + 1)
    return u, NormalDist().inv_cdf(min(max(u, 1e-12), 1 - 1e-12))


def _look(scores: Floats, *, spread: bool) -> Look:
    from scipy.special import chdtrc

    u, z = scores[:, 0], scores[:, 1]
    n = len(z)
    shift = float(z.mean())
    p_shift = 2 * NormalDist().cdf(-abs(shift) * math.sqrt(n))
    p_spread = math.nan
    if spread and n > 1:
        above = float(chdtrc(n - 1, float(((z - shift) ** 2).sum())))
        p_spread = min(1.0, 2 * min(above, 1 - above))
    return Look(n, int(((u >= 0.05) & (u <= 0.95)).sum()), shift, p_shift, p_spread)


def _refused(looks: Mapping[str, Look]) -> tuple[tuple[str, str], ...]:
    """Holm's rule over all tests that were made."""
    tests = [(look.p_shift, name, "shift") for name, look in looks.items()]
    tests += [(look.p_spread, name, "spread") for name, look in looks.items() if not math.isnan(look.p_spread)]
    refused = []
    for k, (p, name, what) in enumerate(sorted(tests)):
        if p > ERROR / (len(tests) - k):
            break
        refused.append((name, what))
    return tuple(refused)
