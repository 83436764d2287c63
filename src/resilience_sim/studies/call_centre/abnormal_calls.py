"""Calls on an abnormal day, from a site's facts: an application that fails, and calls that surge.

What a study of such clauses puts into its queue, piece by piece:

===================================  ================================================================================
:func:`failures`                     law of the failures, for :func:`~resilience_sim.hazards.failure_day.draw_failure`
:func:`tries_again`, :func:`redial`  who calls again: told by itself, and as the queue takes it
:class:`ByHand`                      work without the application: `outage` and `stretch` of a queue
:func:`surge_callers`                a surge's own class of callers beside the usual ones
===================================  ================================================================================

Common random numbers: failures that differ in scale, tries below one ceiling, and surges below one factor meet the same
callers; those of the larger are the same and some more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from resilience_sim.errors import InputsError
from resilience_sim.hazards.call_surge import LARGEST, CallSurge
from resilience_sim.hazards.failure_day import Failure, FailureLaw, TryAgain
from resilience_sim.models.queue import CallBacks, Callers, Outage, Rate, Redial
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Law, LogNormal, Uniform
from resilience_sim.timelines import Timeline

__all__ = ["ByHand", "failures", "redial", "surge_callers", "tries_again"]


def failures(site: Site, *, by_hour: tuple[float, ...] = (), scale: float = 1.0) -> FailureLaw:
    """Failures of an application: as long as repairs of software take, at any hour alike or by its weights.

    Facts ``repair.software.median``, ``repair.software.sigma`` and ``repair.scale``.
    """
    length = LogNormal.from_median(site.base("repair.software.median"), site.base("repair.software.sigma"))
    return FailureLaw(length, by_hour, scale * site.base("repair.scale"))


def tries_again(site: Site) -> TryAgain:
    """Who tries again while nobody is helped: ``failure.try_again``, ``failure.try_again_after``, ``redial.most``."""
    least_s, most_s = site.bases("failure.try_again_after")
    return TryAgain(site.base("failure.try_again"), Uniform(least_s, most_s), int(site.base("redial.most")))


def redial(site: Site, again: TryAgain, *, ceiling: float | None = None) -> Redial:
    """Who calls again, as the queue takes it: cut off or sent away as in `again`, otherwise with ``redial.share``.

    A class of callers has one law of delays: on such a day those who hung up, too, try again after the minutes of a
    failure. `ceiling` is the largest share tries are drawn for.
    """
    share = site.base("redial.share")
    return Redial(
        after_abandoning=share,
        after_blocking=again.share,
        after_drop=again.share,
        after_refusal=again.share,
        delay=again.between,
        most=again.most,
        ceiling=ceiling,
    )


@dataclass(frozen=True)
class ByHand:
    """How a centre works while its application fails.

    Parameters
    ----------
    answerable
        Share of callers who are answered all the same; the others are recorded by hand, and called back.
    factor
        Handling time of those answered, times usual.
    record_factor
        Time to record a matter by hand, times its usual handling time.
    call_back
        Law of the seconds of a call back.
    """

    answerable: float
    factor: float
    record_factor: float
    call_back: Law

    @classmethod
    def of(cls, site: Site) -> ByHand:
        """By the facts ``manual.*``; calls back are spread as calls are."""
        return cls(
            answerable=site.base("manual.answerable"),
            factor=site.base("manual.handling_factor"),
            record_factor=site.base("manual.record") / site.base("calls.handling_mean"),
            call_back=LogNormal.from_mean(site.base("manual.call_back"), site.base("calls.handling_sigma")),
        )

    def outage(self, failure: Failure, *, after_s: float = 0.0, reserve: int = 0, gap_s: float = 0.0) -> Outage:
        """The failure as the queue takes it: nobody is helped for `after_s`, then by hand until it is over.

        Parameters
        ----------
        failure
            When the application fails.
        after_s
            Seconds from its start until work by hand begins; infinite: never. Until then callers are sent away at once.
        reserve, gap_s
            Agents kept free for callers when a call back begins; seconds between two calls back at least.
        """
        begins_s = self._begins_s(failure, after_s)
        return Outage(
            by_hand=Failure(begins_s, failure.end_s).timeline(1 - self.answerable),
            unanswerable=Failure(failure.start_s, begins_s).timeline(1.0),
            factor=self.record_factor,
            back=CallBacks(self.call_back, hours=failure.timeline(0.0, 1.0), reserve=reserve, gap_s=gap_s),
        )

    def stretch(self, failure: Failure, *, after_s: float = 0.0) -> Timeline:
        """By what handling times are multiplied: `factor` while callers are answered without the application."""
        return Failure(self._begins_s(failure, after_s), failure.end_s).timeline(self.factor, 1.0)

    @staticmethod
    def _begins_s(failure: Failure, after_s: float) -> float:
        if not after_s >= 0:
            raise InputsError(f"ByHand: work by hand begins after {after_s} s; accepted are 0 s or more")
        return min(failure.start_s + after_s, failure.end_s)


def surge_callers(usual: Callers, surge: CallSurge, *, largest: float = LARGEST) -> Callers:
    """The surge's own callers: like the usual ones in all but that they call while it lasts.

    Parameters
    ----------
    usual
        The usual callers, who call at a rate.
    surge
        When, for how long, and how many times the usual calls.
    largest
        Factor that callers are drawn for; those of a smaller surge are some of them.

    Raises
    ------
    InputsError
        If the usual callers come at given instants, or the surge is larger than `largest`.
    """
    if not isinstance(usual.arrivals, Rate):
        raise InputsError(f"surge_callers: callers {usual.name!r} come at given instants; accepted is a rate")
    if not surge.factor <= largest < math.inf:
        raise InputsError(f"surge_callers: largest is {largest}; accepted is the surge's factor {surge.factor} or more")
    extra = Rate(surge.extra(usual.arrivals.rate), level=surge.level, level_ceiling=largest - 1.0)
    return replace(usual, name=f"{usual.name}/surge", arrivals=extra)
