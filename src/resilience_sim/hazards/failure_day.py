"""A day on which a centre fails: when, for how long, and how those who are cut off try again and again.

While nobody can be helped, every caller of the usual ones comes back after some minutes, again and again, until he is
through or gives up. Redial alone then multiplies the calls: with the share s that tries again, the law F of the seconds
from one try to the next, and u(t) usual calls per second, the calls of a failure come at the rate a(t)::

    a(t) = u(t) + s ∫ a(t - x) dF(x),  over those tries t - x that fell into the failure

which from constant u and exponential F with mean c is ``u (1 + s / (1 - s) (1 - exp(-(1 - s) (t - start) / c)))``, and
for s = 1 grows by u every c seconds for as long as the failure lasts.

The failure of 3 February 1999 in a bank's log (12:48 to 13:33) had 7.1 times the usual calls over 12:47 to 13:34 and
9.95 times over 13:00 to 13:30. What redial alone makes of it, by the share that tries again and the time between tries
(:data:`USUAL_OF_3_FEBRUARY`, any number of tries):

=====  ====================================  ==============  ==============
share  between tries                         12:47 to 13:34  13:00 to 13:30
=====  ====================================  ==============  ==============
0.42   median 5.5 min (log-normal, sigma 1)   1.5             1.6
0.62   median 5.5 min (log-normal, sigma 1)   1.9             2.2
0.90   2 to 3 min                             5.8             7.3
0.95   2 to 3 min (:data:`AS_ON_3_FEBRUARY`)  7.4 (+5 %)      9.4 (-6 %)
1.00   2 to 3 min                             9.8            12.4
log                                           7.1             9.95
=====  ====================================  ==============  ==============

Redials of an ordinary day cannot do it: with the share s the calls never exceed 1 / (1 - s) times the usual ones. What
redial alone does not have is the log's shape: twice the usual calls until 13:02, while the voice unit kept callers for
a minute and a half, and then eleven times at a stroke, when it cut them off after half a minute.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.randomness import Law, Streams, Uniform
from resilience_sim.timelines import Timeline
from resilience_sim.units import DAY, HOUR, MINUTE

__all__ = [
    "AS_ON_3_FEBRUARY", "Failure", "FailureLaw", "TryAgain", "USUAL_OF_3_FEBRUARY", "calls_in_failure", "draw_failure",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

NEGLIGIBLE = 1e-9  # of the usual calls: tries that nobody makes any more


@dataclass(frozen=True)
class Failure:
    """Seconds between which nothing works, [start, end)."""

    start_s: float
    end_s: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start_s) and self.start_s <= self.end_s < math.inf):
            raise InputsError(f"Failure: from {self.start_s} to {self.end_s}; accepted is a finite end after the start")

    @property
    def lasts_s(self) -> float:
        """Seconds from start to end."""
        return self.end_s - self.start_s

    def timeline(self, inside: float, outside: float = 0.0) -> Timeline:
        """One value in the failure, another before and after: shares by hand or unanswerable, factors of handling."""
        if self.lasts_s == 0:
            return Timeline(np.array([self.start_s]), np.array([outside]))
        return Timeline(np.array([self.start_s - 1.0, self.start_s, self.end_s]), np.array([outside, inside, outside]))


@dataclass(frozen=True)
class FailureLaw:
    """When a failure starts, and how long it lasts.

    Parameters
    ----------
    length
        Law of its seconds: that of repairs of software, say.
    by_hour
        24 weights of the clock hours in which it starts, uniformly within the hour; the calls' profile, say, if it
        fails under load. Empty: at any time alike.
    scale
        Multiplies every length.
    """

    length: Law
    by_hour: tuple[float, ...] = ()
    scale: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_hour", tuple(self.by_hour))
        weights = np.array(self.by_hour)
        if weights.size and not (weights.size == 24 and (weights >= 0).all() and 0 < weights.sum() < math.inf):
            raise InputsError(
                f"FailureLaw: by_hour is {self.by_hour}; accepted are 24 weights of 0 or more, not all of them 0"
            )
        if self.length.infinite:
            raise InputsError(f"FailureLaw: length is {self.length}; accepted is a law of finite times")
        if not 0 < self.scale < math.inf:
            raise InputsError(f"FailureLaw: scale is {self.scale}; accepted is a finite number above 0")


def draw_failure(law: FailureLaw, streams: Streams, *, name: str = "failure") -> Failure:
    """One failure; its start is a time of the day, seconds.

    Start and length have a stream each (``name/start``, ``name/length``): a law with other hours or another scale meets
    the same failure otherwise.
    """
    part = float(streams.generator(f"{name}/start").random())
    weights = np.array(law.by_hour or (1.0,) * 24)
    behind = np.concatenate(([0.0], np.cumsum(weights / weights.sum())))
    start_s = float(np.interp(part, behind, np.arange(25) * HOUR))
    lasts_s = law.scale * float(law.length.draw(streams.generator(f"{name}/length"), 1)[0])
    return Failure(min(start_s, math.nextafter(DAY, 0.0)), start_s + lasts_s)


@dataclass(frozen=True)
class TryAgain:
    """Who of those cut off tries again, and when.

    Parameters
    ----------
    share
        Share of the tries that are followed by another.
    between
        Law of the seconds from one try to the next.
    most
        Further tries of one caller at most.
    """

    share: float
    between: Law
    most: int

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise InputsError(f"TryAgain: share is {self.share}; accepted is a share from 0 to 1")
        if self.between.infinite:
            raise InputsError(f"TryAgain: between is {self.between}; accepted is a law of finite times")
        if self.most < 0 or self.most != int(self.most):
            raise InputsError(f"TryAgain: most is {self.most}; accepted is a whole number, 0 or more")


def calls_in_failure(
    usual: Timeline, failure: Failure, again: TryAgain, from_s: float, to_s: float, *, step_s: float = 1.0
) -> float:
    """Calls expected between two instants, first ones and further tries.

    Tries are followed generation by generation on a grid of `step_s` seconds: ``a[0] = u``, and ``a[k + 1]`` is the
    share s of those of ``a[k]`` that fell into the failure, spread by F, for at most `most` further ones. Callers who
    are cut off come back once more after its end; what becomes of them then is not told here.

    Parameters
    ----------
    usual
        First calls per second.
    failure
        When nobody is helped.
    again
        Who tries again.
    from_s, to_s
        Bounds of what is counted, seconds.
    step_s
        Step of the grid, seconds; bounds and failure are rounded to it.

    Returns
    -------
    float
        ∫ a(t) dt, calls.
    """
    steps = max(round((max(to_s, failure.end_s) - failure.start_s) / step_s), 1)
    instants = failure.start_s + (np.arange(steps) + 0.5) * step_s
    first = usual.at(instants)
    inside = instants < failure.end_s
    counted = (instants >= max(from_s, failure.start_s)) & (instants < to_s)
    behind = [again.between.up_to(wait_s)[0] for wait_s in ((np.arange(steps + 1) - 0.5) * step_s).tolist()]
    chance = again.share * np.diff(behind)

    before = usual.integral(from_s, min(to_s, failure.start_s))
    calls, tries = before + float(first[counted].sum()) * step_s, first
    for _ in range(int(again.most)):
        tries = np.convolve(np.where(inside, tries, 0.0), chance)[:steps]
        if float(tries.sum()) <= NEGLIGIBLE * float(first.sum()):
            break
        calls += float(tries[counted].sum()) * step_s
    return calls


USUAL_OF_3_FEBRUARY = Timeline(
    np.array([12.5, 12.75, 13.0, 13.25, 13.5, 13.75, 14.0, 15.0]) * HOUR,
    np.array([22.78, 24.67, 21.44, 19.44, 23.56, 29.22, 118.5 / 4, 117.1 / 4]) / (15 * MINUTE),
)
"""Usual calls per second around the failure of 3 February 1999: a bank's log (SEELab, Technion), mean of the nine other
Sundays to Thursdays of 1 to 14 February by quarter hour; from 14:00 on by the hour, mean of January to June 1999."""

AS_ON_3_FEBRUARY = TryAgain(share=0.95, between=Uniform(2 * MINUTE, 3 * MINUTE), most=30)
"""How callers must have tried again on 3 February 1999 for redial alone to bring its calls.

The minutes are those assumed for sites (``failure.try_again_after``); the share is the one number that is fitted, to
both ratios at once (0.941 gives the first exactly, 0.961 the second). The log does not say who called, so that redial
in the failure is an inference. Thirty tries are more than anybody can make in 45 minutes.
"""
