"""How the queue's known answers are compared: closed forms with printed digits, simulations with their standard errors.

A simulation is cut into batches that are as good as independent (stretches of a long run many relaxation times long,
or days that start empty). Each answer is a ratio of sums; its standard error comes from the batches, after what the
number of calls and the work they bring explain of it, for the means of these two are known exactly (and so are those of
powers of the handling time, where it pays to ask them too). A standard error above 0.5 % of the value fails the test,
which could not tell a wrong machine from a right one. So what is rare or mixes slowly sets how many calls a case takes:
up to a hundred million.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import pytest

from resilience_sim.models.queue import kernel
from resilience_sim.models.queue.draws import Draws, draw
from resilience_sim.models.queue.inputs import Callers, Outcome, QueueInputs, Rate, Redial
from resilience_sim.models.queue.path import Path
from resilience_sim.randomness import Exponential, Law, Never, Streams
from resilience_sim.timelines import Timeline, constant

SEED = 2026
POWER = 0.005  # standard error / value at most
Weight = Callable[[Path], np.ndarray]


def agree(values, printed: str) -> None:
    """Each value is the printed number: to 1e-9, or half a unit of the last of six digits or more; fewer are exact."""
    numbers = printed.split()
    values = np.atleast_1d(np.asarray(values, dtype=float))
    assert len(values) == len(numbers)
    for value, text in zip(values, numbers, strict=True):
        number = Decimal(text).as_tuple()
        half_unit = 0.5001 * 10.0**number.exponent if len(number.digits) >= 6 else 1e-12
        assert value == pytest.approx(float(text), rel=1e-9, abs=half_unit), f"{value} is not {text}"


@dataclass(frozen=True)
class Answer:
    """Sum of `top` over the attempts of a batch / sum of `bottom`, or / a number per batch."""

    value: float
    top: Weight
    bottom: Weight | float


# What is summed over attempts


def attempts(path: Path) -> np.ndarray:
    return np.ones(path.arrival_s.size)


def first_calls(path: Path) -> np.ndarray:
    return path.try_number == 0


def redials(path: Path) -> np.ndarray:
    return path.try_number > 0


def waited(path: Path) -> np.ndarray:
    return path.waited_s


def waited_squared(path: Path) -> np.ndarray:
    return path.waited_s**2


def delayed(path: Path) -> np.ndarray:
    return path.waited_s > 0


def served(path: Path) -> np.ndarray:
    return path.served_s


def ended(*outcomes: Outcome) -> Weight:
    return lambda path: np.isin(path.outcome, outcomes)


answered = ended(Outcome.ANSWERED)
abandoned = ended(Outcome.ABANDONED)
blocked = ended(Outcome.BLOCKED)
balked = ended(Outcome.BALKED)
admitted = ended(Outcome.ANSWERED, Outcome.ABANDONED)


def within(time: float) -> Weight:
    return lambda path: answered(path) & (path.waited_s < time)


def longer(time: float) -> Weight:
    return lambda path: path.waited_s > time


def of(source: int, weight: Weight) -> Weight:
    return lambda path: weight(path) * (path.source == source)


# Running and judging


def queue(
    rate: float | Timeline,
    service: float | Law,
    agents: int | Timeline,
    patience: float | Law = math.inf,
    *,
    redial: Redial | None = None,
    **rules: object,
) -> QueueInputs:
    """One class of callers; numbers for laws are means of exponential ones. The horizon is set when it runs."""
    handling = service if isinstance(service, Law) else Exponential(service)
    law = patience if isinstance(patience, Law) else Never() if math.isinf(patience) else Exponential(patience)
    arrivals = Rate(rate if isinstance(rate, Timeline) else constant(rate))
    on_duty = agents if isinstance(agents, Timeline) else constant(agents)
    callers = Callers("calls", arrivals, handling, law, redial=redial)
    return QueueInputs((callers,), on_duty, 1.0, **rules)


def expected_calls(rate: Timeline, instants: np.ndarray) -> np.ndarray:
    """Calls expected from the first instant to each, shape of `instants`."""
    times = np.union1d(rate.times[(rate.times > instants[0]) & (rate.times < instants[-1])], instants)
    return np.interp(instants, times, np.concatenate(([0.0], np.cumsum(rate.at(times[:-1]) * np.diff(times)))))


def controls(inputs: QueueInputs, draws: Draws, edges: np.ndarray, moments: tuple[float, ...]) -> list[np.ndarray]:
    """Per batch and class: calls (where random), handling times and powers of them, all less their means."""
    rows = []
    for index, callers in enumerate(inputs.callers):
        mine = draws.source == index
        arrival_s, work = draws.arrival_s[mine], draws.handling_s[mine]
        if isinstance(callers.arrivals, Rate):
            calls = np.histogram(arrival_s, edges)[0]
            rows.append(calls - np.diff(expected_calls(callers.arrivals.rate, edges)))
        for power, mean in enumerate((callers.handling.mean, *moments), start=1):
            rows.append(np.histogram(arrival_s, edges, weights=work**power - mean)[0])
    return rows


def sums(weight: Weight | float, path: Path, which: np.ndarray, batches: int) -> np.ndarray:
    if isinstance(weight, (int, float)):
        return np.full(batches, float(weight))
    # Bin 0 takes whatever lies outside the batches, and attempts that were not made.
    return np.bincount(which + 1, weight(path), minlength=batches + 1)[1:]


def judge(
    ask: QueueInputs | Callable[[int], QueueInputs],
    answers: dict[str, Answer],
    *,
    batch: float,
    batches: int,
    runs: int = 1,
    steady: bool = True,
    moments: tuple[float, ...] = (),
    engine: Callable[..., Path] = kernel.simulate,
) -> None:
    """Simulate `runs` runs of so many batches each (in the steady state one more before and after) and compare.

    `moments`: means of the square, the cube, … of the handling time, as far as they are to serve as controls.
    """
    tops: dict[str, list[np.ndarray]] = {name: [] for name in answers}
    bottoms: dict[str, list[np.ndarray]] = {name: [] for name in answers}
    known = []
    aside = 1 if steady else 0
    for run in range(runs):
        inputs = replace(ask if isinstance(ask, QueueInputs) else ask(run), horizon_s=batch * (batches + 2 * aside))
        draws = draw(inputs, Streams(SEED, run))
        path = engine(inputs, draws)
        edges = batch * np.arange(aside, batches + aside + 1)
        known.append(controls(inputs, draws, edges, moments))
        which = np.nan_to_num(path.arrival_s // batch, nan=-1.0).astype(int) - aside
        which[(which < 0) | (which >= batches)] = -1
        for name, answer in answers.items():
            tops[name].append(sums(answer.top, path, which, batches))
            bottoms[name].append(sums(answer.bottom, path, which, batches))
    regressors = np.concatenate([np.array(rows) for rows in known], axis=1).T
    for name, answer in answers.items():
        compare(name, answer, np.concatenate(tops[name]), np.concatenate(bottoms[name]), regressors)


def compare(name: str, answer: Answer, top: np.ndarray, bottom: np.ndarray, regressors: np.ndarray) -> None:
    ratio = top.sum() / bottom.sum()
    residual = (top - ratio * bottom) / bottom.mean()
    design = np.column_stack((np.ones(residual.size), regressors))
    effect = np.linalg.lstsq(design, residual, rcond=None)[0]
    estimate = ratio + effect[0]  # what is left of the ratio at the known means of the regressors
    noise = residual - design @ effect
    error = math.sqrt(noise @ noise / (residual.size - design.shape[1]) / residual.size)
    assert error <= POWER * abs(answer.value), f"{name}: no power, {estimate:.6g} ± {error:.2g}"
    assert abs(estimate - answer.value) <= 4.9 * error, f"{name}: {estimate:.6g} ± {error:.2g}, not {answer.value}"
