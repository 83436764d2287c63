"""Days of the service hall as a queue: who comes, to how many counters, while the doors are open.

Customers come at random while the hall is open, and in a surge ``surge.factor`` times as many in the last
``surge.length`` before closing. They pay or have other business, and some are in care (old, weak, ill or disabled);
each of these is a class of the queue machine. Whoever sees a queue of ``balking.waiting_per_counter`` for each counter
may turn away; whoever waits leaves when patience ends. At closing time the doors close, and those inside are served.

How many come on a usual day is sized, since nobody has published it: ``usual.load`` of what the open counters can do,
``counters / mean service time``. What they can do is taken once for a site; a slower service or fewer counters, tried
as a load, meet the same customers.

A block of independent days is played in one run of the machine, each :data:`~resilience_sim.units.DAY` after the last
one, by which all have left. Time zero is the opening of the first. The same streams bring the same customers, with the
same business and patience, to whatever is tried; a larger surge or load adds others to them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from resilience_sim.models.queue import Callers, Ladder, Outcome, Path, QueueInputs, Rate
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Exponential, LogNormal
from resilience_sim.timelines import Timeline, constant
from resilience_sim.units import DAY

__all__ = [
    "PERCENT", "balking", "capacity", "counters", "customers", "daily", "day_of", "in_time", "largest_of", "mean_of",
    "mean_service_s", "queue", "surge_s",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

BUSINESS = ("payment", "other")
PERCENT = 100.0


# ---- the hall


def counters(site: Site) -> int:
    """Counters open on a usual day."""
    return round(site.base("counters.open"))


def mean_service_s(site: Site) -> float:
    """Mean time that a customer's business takes."""
    paying = site.base("service.payment_share")
    return paying * site.base("service.payment_mean") + (1 - paying) * site.base("service.other_mean")


def capacity(site: Site) -> float:
    """Customers per second whom the open counters can serve."""
    return counters(site) / mean_service_s(site)


def surge_s(site: Site) -> tuple[float, float]:
    """When a surge begins and when the hall closes, seconds from opening."""
    closes_s = site.base("hours.open")
    return max(0.0, closes_s - site.base("surge.length")), closes_s


def daily(days: int, start_s: float, end_s: float, height: float = 1.0) -> Timeline:
    """`height` from `start_s` to `end_s` of each of so many days, else zero; nothing where ``end_s <= start_s``."""
    if end_s <= start_s:
        return constant(0.0)
    edges = (DAY * np.arange(days)[:, np.newaxis] + [start_s, end_s]).ravel()
    return Timeline(np.append(start_s - 1.0, edges), np.append(0.0, np.tile((height, 0.0), days)))


def customers(
    site: Site,
    rate: Timeline,
    *,
    prefix: str = "usual",
    level: float | None = None,
    ceiling: float | None = None,
    care_first: bool = False,
) -> tuple[Callers, ...]:
    """The four classes of customers: those in care and the others, who pay or have other business.

    Parameters
    ----------
    site
        For the shares of each, how long their business takes, and their patience.
    rate
        What the usual counters can serve while customers come, per second over time.
    prefix
        Of the names of the classes, and of their streams.
    level, ceiling
        What comes, in parts of `rate`, and the most for which it is drawn; by default as on a usual day.
    care_first
        Whether those in care go first.
    """
    care, paying = site.base("customers.in_care"), site.base("service.payment_share")
    sigma, patience = site.base("service.sigma"), Exponential(site.base("patience.mean"))
    load = site.base("usual.load")
    level = load if level is None else level
    ceiling = max(load, 1.0) if ceiling is None else ceiling
    return tuple(
        Callers(
            f"{prefix}_{who}_{business}",
            Rate(rate, level=level * of_all * part, level_ceiling=ceiling * of_all * part),
            LogNormal.from_mean(site.base(f"service.{business}_mean"), sigma),
            patience,
            1 if care_first and who == "others" else 0,
        )
        for who, of_all in (("care", care), ("others", 1 - care))
        for business, part in zip(BUSINESS, (paying, 1 - paying), strict=True)
    )


def balking(site: Site) -> tuple[float, ...]:
    """Probability of staying by the queue seen: nobody turns away before so many for each of the usual counters."""
    seen = round(site.base("balking.waiting_per_counter") * counters(site))
    return (*(1.0,) * seen, 1.0 - site.base("balking.share"))


def queue(
    site: Site,
    per_s: float,
    days: int,
    *,
    surge: bool = True,
    agents: Timeline | None = None,
    longer_s: float = 0.0,
    care_first: bool = False,
    ladder: Ladder | None = None,
) -> QueueInputs:
    """A block of days of the hall.

    Parameters
    ----------
    site
        The hall's facts.
    per_s
        Customers per second whom its usual counters can serve.
    days
        In the block.
    surge
        Whether each day ends in a surge.
    agents
        Counters open over time; by default the usual ones.
    longer_s
        How much longer than usual the doors stay open; customers come as usual meanwhile.
    care_first
        Whether those in care go first.
    ladder
        What is added at a queue.
    """
    begins_s, closes_s = surge_s(site)
    load, more = site.base("usual.load"), site.base("surge.factor") - 1
    coming = customers(site, daily(days, 0.0, closes_s, per_s), care_first=care_first)
    if surge:
        coming += customers(
            site,
            daily(days, begins_s, closes_s, per_s),
            prefix="surge",
            level=load * more,
            ceiling=max(load, 1.0) * max(more, 2.0),
            care_first=care_first,
        )
    if longer_s > 0:
        late = daily(days, closes_s, closes_s + longer_s, per_s)
        coming += customers(site, late, prefix="late", care_first=care_first)
    return QueueInputs(
        coming,
        agents=constant(float(counters(site))) if agents is None else agents,
        horizon_s=DAY * days,
        join=balking(site),
        ladder=ladder,
    )


# ---- measures of each day of a block


def day_of(times_s: Floats) -> tuple[Ints, Floats]:
    """The day of each instant, and seconds from its opening; shape of `times_s`."""
    day = np.floor(times_s / DAY).astype(np.int64)
    return day, times_s - DAY * day


def mean_of(values: Floats | Bools, day: Ints, days: int, if_none: float) -> Floats:
    """Mean of some values by day, shape (days,)."""
    count = np.bincount(day, minlength=days)[:days]
    total = np.bincount(day, weights=values.astype(float), minlength=days)[:days]
    means: Floats = np.divide(total, count, out=np.full(days, if_none), where=count > 0)
    return means


def largest_of(values: Floats, day: Ints, days: int, if_none: float = 0.0) -> Floats:
    """The largest of some values by day, shape (days,)."""
    largest = np.full(days, -np.inf)
    np.maximum.at(largest, day, values)
    largest[np.bincount(day, minlength=days)[:days] == 0] = if_none
    return largest


def quantile_of(values: Floats, day: Ints, days: int, share: float) -> Floats:
    """The least value that this share of a day's values do not exceed, 0 where there are none; shape (days,)."""
    order = np.lexsort((values, day))
    count = np.bincount(day, minlength=days)[:days]
    place = np.cumsum(count) - count + np.maximum(np.ceil(share * count).astype(np.int64) - 1, 0)
    if not len(values):
        return np.zeros(days)
    found: Floats = np.where(count > 0, values[order][np.minimum(place, len(values) - 1)], 0.0)
    return found


def in_time(path: Path, site: Site, came: Bools, days: int) -> Floats:
    """Per cent of those who came that are served after a wait within the hall's standard, by day, shape (days,).

    Who turns away or gives up is not served; where nobody comes, everybody is served in time.
    """
    served = (path.outcome == Outcome.ANSWERED) & (path.waited_s <= site.base("standard.hall_wait"))
    day, _ = day_of(path.arrival_s[came])
    return PERCENT * mean_of(served[came], day, days, 1.0)


def classes(inputs: QueueInputs, source: Ints, who: Sequence[str]) -> Bools:
    """Whether a caller's class has one of these words in its name; shape of `source`."""
    chosen = [index for index, one in enumerate(inputs.callers) if set(who) & set(one.name.split("_"))]
    found: Bools = np.isin(source, chosen)
    return found
