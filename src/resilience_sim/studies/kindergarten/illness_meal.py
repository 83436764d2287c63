"""Who falls ill of a meal at the kindergarten, when, how gravely, and how long each step takes: all that is drawn.

A block of events is drawn together. A child's numbers are those of its place in its class, so that it keeps them in
every scenario: with more children there are others besides, with a higher share who fall ill more of them do.

One uniform number U of each child tells whether it falls ill here (U < a, the share who fall ill by the law of their
onset before they go home) and whether gravely (U < a g, g the share of the grave): the gravest are the first to fall
ill as the share rises. An event is a poisoning only if somebody falls ill here, and a question about the grave is about
events that have one. Such an event is drawn by the law given that the smallest number M of its n children lies below a
bound q (a, or a g). Given M the other numbers are uniform on (M, 1), so that

    1 - (1 - M')^n = (1 - (1 - M)^n) (1 - (1 - q)^n),    1 - U' = (1 - U) (1 - M') / (1 - M)

turns the plain numbers into those of that law: the same child is the first, U' rises with U, and with a higher share
nobody's U' < a becomes false.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from resilience_sim.plans.site import Site
from resilience_sim.randomness import Law, LogNormal, Streams
from resilience_sim.studies.evacuation import about
from resilience_sim.studies.kindergarten.fire_facts import classes

__all__ = ["OF_ALL", "OF_EACH", "Illness", "Meal", "given_one_below"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Illness:
    """The children of a block of events who fall ill here: event by event, by the instant at which a teacher sees it.

    Parameters
    ----------
    event
        In which event, shape (n,).
    child
        Number of the child: its place in its class times the number of classes, plus that of its class.
    room
        Its class.
    onset_s, seen_s
        When symptoms begin and are seen, seconds after the meal.
    grave
        Whether it needs a hospital.
    right
        Whether it is judged as it is.
    way_s, response_s, drive_s
        Its way to the sick room; of an ambulance called for it, and from then to the hospital.
    report_s, ready_s, reach_s
        Of each event: to tell the sick room; from then until it is ready, and until those who are called are there;
        shape (events,).
    """

    event: Ints
    child: Ints
    room: Ints
    onset_s: Floats
    seen_s: Floats
    grave: Bools
    right: Bools
    way_s: Floats
    response_s: Floats
    drive_s: Floats
    report_s: Floats
    ready_s: Floats
    reach_s: Floats

    @property
    def events(self) -> int:
        """How many events."""
        return len(self.report_s)

    @property
    def judged_grave(self) -> Bools:
        """Who is judged grave at the door: the grave who are judged rightly, and the others who are not."""
        judged: Bools = self.grave == self.right
        return judged

    @cached_property
    def parts(self) -> tuple[slice, ...]:
        """Where the children of each event stand."""
        ends = np.searchsorted(self.event, np.arange(self.events + 1)).tolist()
        return tuple(slice(first, last) for first, last in pairwise(ends))


@dataclass(frozen=True)
class Meal:
    """What all events of a site have in common: who eats, and what follows how fast.

    Parameters
    ----------
    sizes
        Children of each class.
    share, grave, right
        Shares who fall ill, who need a hospital of them, and who are judged rightly.
    until_s
        From the meal until children go home.
    onset
        Law of the time to symptoms.
    mean_s
        Means of the times of each child, in the order of :data:`OF_EACH`, all log-normal as times that people need are.
    event_s
        Means of the times of the event, in the order of :data:`OF_ALL`.
    treatment
        Law of the time of first treatment.
    """

    sizes: tuple[int, ...]
    share: float
    grave: float
    right: float
    until_s: float
    onset: LogNormal
    mean_s: tuple[float, ...]
    event_s: tuple[float, ...]
    treatment: Law

    @classmethod
    def at(cls, site: Site, scenario: str, children: float = 1.0) -> Meal:
        """The meal of a scenario at a site, with `children` times as many in each class."""
        layout = site.building
        assert layout is not None
        sizes = tuple(max(1, round(layout.people(name, site)["children"] * children)) for name in classes(layout))
        share = site.base("illness.attack_rate")
        if scenario == "usual_poisoning":
            # So many in all on record, whatever share of these children that is.
            share = min(1.0, site.base("illness.per_event") / sum(sizes))
        return cls(
            sizes=sizes,
            share=share,
            grave=site.base("illness.in_hospital"),
            right=site.base("triage.right"),
            until_s=site.base("illness.until"),
            onset=LogNormal.from_median(site.base("illness.onset.median"), site.base("illness.onset.sigma")),
            mean_s=tuple(math.fsum(site.base(fact) for fact in facts) * by for facts, by in OF_EACH.values()),
            event_s=tuple(site.base(fact) for fact in OF_ALL),
            treatment=about(site.base("triage.per_child") + site.base("sick_room.treatment")),
        )

    @property
    def ill_here(self) -> float:
        """The share who fall ill before they go home."""
        return self.share * self.onset.up_to(self.until_s)[0]

    def draw(self, streams: Streams, events: int, *, one_grave: bool = False) -> Illness:
        """Draw a block: a child's numbers are those of its place in its class, however many children there are.

        Parameters
        ----------
        streams, events
            The block's streams, and how many events it has.
        one_grave
            Whether every event has a grave child at least; else one who falls ill.
        """
        columns = len(self.sizes)
        child = np.arange(max(self.sizes) * columns)
        shape = (len(child), events)

        def around_1(name: str, *shape: int) -> Floats:
            """Factors of mean 1 by which times that people need differ."""
            drawn = about(1.0).draw(streams.generator(f"kindergarten/illness/{name}"), math.prod(shape))
            return drawn.reshape(shape)

        chance = streams.generator("kindergarten/illness/chances").random((*shape, 3))
        factors = around_1("times", *shape, len(OF_EACH))
        event_s = around_1("event", events, len(OF_ALL)) * self.event_s
        here = child // columns < np.array(self.sizes)[child % columns]
        grave = self.ill_here * self.grave
        fate = np.where(here[:, None], chance[..., 0], 1.0)
        fate = given_one_below(fate, grave if one_grave else self.ill_here, sum(self.sizes))
        ill = fate < self.ill_here
        who, event = np.nonzero(ill)
        onset_s = self._onset_s(chance[ill, 1])
        seen_s = onset_s + factors[ill, 0] * self.mean_s[0]
        order = np.lexsort((who, seen_s, event))
        seen_s, onset_s, fate, chance = seen_s[order], onset_s[order], fate[ill][order], chance[ill][order]
        _, way_s, response_s, drive_s = (factors[ill][order] * self.mean_s).T
        return Illness(
            event=event[order],
            child=who[order],
            room=who[order] % columns,
            onset_s=onset_s,
            seen_s=seen_s,
            grave=fate < grave,
            right=chance[:, 2] < self.right,
            way_s=way_s,
            response_s=response_s,
            drive_s=drive_s,
            report_s=event_s[:, 0],
            ready_s=event_s[:, 1],
            reach_s=event_s[:, 2],
        )

    def _onset_s(self, chance: Floats) -> Floats:
        """Times to symptoms of those who fall ill before they go home: the law's quantiles, shape of `chance`."""
        before, normal = self.onset.up_to(self.until_s)[0], NormalDist()
        mu, sigma = self.onset.mu, self.onset.sigma
        quantiles = (max(one, SMALLEST) * before for one in chance.tolist())
        return np.array([min(math.exp(mu + sigma * normal.inv_cdf(one)), self.until_s) for one in quantiles])


def given_one_below(chance: Floats, bound: float, count: int) -> Floats:
    """Uniform numbers as they are given that the smallest of each event lies below a bound; see the module's docstring.

    Parameters
    ----------
    chance
        Independent uniform numbers, shape (children, events); 1 for children who are not there.
    bound
        Above 0 and at most 1.
    count
        How many children are there.
    """
    least = chance.min(axis=0)
    some = 1.0 if bound >= 1 else -math.expm1(count * math.log1p(-bound))
    both = -np.expm1(count * np.log1p(-least)) * some
    lowest = -np.expm1(np.log1p(-both) / count)
    given: Floats = 1 - (1 - chance) * ((1 - lowest) / (1 - least))
    return given


SMALLEST = 2.0**-60
"""Stands in for a chance of 0, of which there is no quantile."""

OF_EACH: Mapping[str, tuple[tuple[str, ...], float]] = {
    "seen": (("illness.seen",), 1.0),
    "way": (("illness.carry",), 1.0),
    "response": (("ambulance.call", "ambulance.response"), 1.0),
    "drive": (("ambulance.round_trip",), 0.5),
}
"""Times of each child: the facts whose sum they are about, and by what it is multiplied."""
OF_ALL = ("illness.report", "sick_room.ready", "sick_room.reach")
