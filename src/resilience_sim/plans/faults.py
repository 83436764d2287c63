"""What can break as its file says: classes of faults, who mends them, with what, and what is tried in which order.

One file ``faults.yaml`` beside ``plan.yaml`` and ``site.yaml``. Every number has a unit. It is either a fact of the
site, by name (``rate: site.switch.access_fails``), so that source, grade and range stand with the fact and a plausible
site may have another value; or it is written out (``limit: 10 min``) and rests on what ``measures`` says of the whole
file. A **time** is one number (``5 min``: exactly), ``never``, or a law: ``{mean: …}`` exponential, ``{median: …,
sigma: …}`` or ``{mean: …, sigma: …}`` log-normal, each multiplied by ``scale`` if it has one; or the name of one of the
``times`` that are written once for the whole file. Nothing here reads files or runs anything; what only the file as a
whole can get wrong is checked in ``faults_checks``.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainValidator, PrivateAttr, model_validator

from resilience_sim.errors import Place
from resilience_sim.plans.amounts import Amount, Measure, reader, units_of
from resilience_sim.plans.document import Document, Path_
from resilience_sim.plans.fields import Frozen, Name, Slug, Text, Words
from resilience_sim.plans.site import Grade, Site

__all__ = [
    "Backup",
    "Bursts",
    "Crew",
    "FaultClass",
    "Ladder",
    "Measures",
    "Patrol",
    "Remedy",
    "Repairs",
    "Stock",
    "Time",
]

# ---- which numbers will do; the ends are beyond anything there is, and keep out slips of the pen

_TIMES, _RATES, _SHARES = units_of("time"), units_of("rate"), units_of("share")
_TEN_YEARS = 10 * 365 * 86400.0
_PEOPLE = units_of("persons", "agents", "crews", "teams")
_THINGS = units_of("spares", "servers", "copies", "units", "devices", "seats", "items")
_DEVICES = units_of("devices", "servers", "lines", "seats", "units", "doors", "customers", "persons", "agents")

_MOMENT = Measure(_TIMES, 0.0, _TEN_YEARS, False, "10 min")
_PERIOD = Measure(_TIMES, 0.0, _TEN_YEARS, True, "1 d")
_HOUR = Measure(_TIMES, 0.0, 86400.0, False, "8 h")
_SIGMA = Measure(("1",), 0.0, 5.0, True, "0.5 1")
_FACTOR = Measure(("1",), 0.0, 1000.0, True, "1 1")
_SHARE = Measure(_SHARES, 0.0, 1.0, False, "90 %")
_PART = Measure(_SHARES, 0.0, 1.0, True, "90 %")
_RATE = Measure(_RATES, 0.0, 1.0, True, "0.05 1/year")
_PERSONS = Measure(_PEOPLE, 0.0, 10_000.0, False, "2 persons")
_TAKEN = Measure(_PEOPLE, 1.0, 10_000.0, False, "1 persons")
_SPARES = Measure(_THINGS, 0.0, 100_000.0, False, "1 spares")
_NUMBER = Measure(_DEVICES, 1.0, 1e7, False, "20 devices")
_SIZE = Measure(units_of("faults"), 1.0, 1e6, False, "5 faults")

Moment = Annotated[Amount, PlainValidator(reader(_MOMENT))]
Period = Annotated[Amount, PlainValidator(reader(_PERIOD))]
Hour = Annotated[Amount, PlainValidator(reader(_HOUR))]
Sigma = Annotated[Amount, PlainValidator(reader(_SIGMA))]
Factor = Annotated[Amount, PlainValidator(reader(_FACTOR))]
Share = Annotated[Amount, PlainValidator(reader(_SHARE))]
Part = Annotated[Amount, PlainValidator(reader(_PART))]
Rate = Annotated[Amount, PlainValidator(reader(_RATE))]
Persons = Annotated[Amount, PlainValidator(reader(_PERSONS))]
Taken = Annotated[Amount, PlainValidator(reader(_TAKEN))]
Spares = Annotated[Amount, PlainValidator(reader(_SPARES))]
Devices = Annotated[Amount, PlainValidator(reader(_NUMBER))]
Size = Annotated[Amount, PlainValidator(reader(_SIZE))]

NEVER = "never"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def _listed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _time(value: Any) -> Any:
    """A single number is a time of exactly so much, and a word the name of one of the file's times."""
    if value == NEVER:
        return {"never": True}
    if isinstance(value, str) and _NAME.fullmatch(value):
        return {"like": value}
    return value if isinstance(value, dict | Time) else {"exactly": value}


class Time(Frozen):
    """How long something takes: exactly so long, never, or a law; `scale` multiplies it; or as one of the `times`."""

    exactly: Moment | None = None
    mean: Period | None = None
    median: Period | None = None
    sigma: Sigma | None = None
    scale: Factor | None = None
    never: Literal[True] | None = None
    like: Name | None = None

    @model_validator(mode="after")
    def _one_law(self) -> Self:
        given = [name for name in ("exactly", "mean", "median", "never", "like") if getattr(self, name) is not None]
        accepted = (
            "accepted is a number, never, {mean: …}, {median: …, sigma: …}, {mean: …, sigma: …} or one of the times"
        )
        if len(given) != 1:
            raise ValueError(f"a time has {', '.join(given) or 'no number'}; {accepted}")
        if self.median is not None and self.sigma is None:
            raise ValueError(f"a median needs its sigma; {accepted}")
        if self.sigma is not None and given[0] in ("exactly", "never", "like"):
            raise ValueError(f"a sigma beside {given[0]} says nothing; {accepted}")
        if self.scale is not None and given[0] in ("never", "like"):
            raise ValueError(f"a scale beside {given[0]} says nothing; {accepted}")
        return self


Takes = Annotated[Time, BeforeValidator(_time)]


class Measures(Frozen):
    """What every number rests on that is written out in the file."""

    grade: Annotated[Grade, Field(strict=False)]
    source: Words


# ---- who and what is there


class Crew(Frozen):
    """People of one skill.

    Attributes
    ----------
    on_shift, on_call
        How many are there, and how many more are at home and come after `comes` when nobody on shift is free.
    hours
        From when to when those on shift are there every day (``[8 h, 18 h]``, also over midnight); all day if not said.
    preempts
        Whether graver faults interrupt the work on others.
    """

    label: Text
    on_shift: Persons
    on_call: Persons | None = None
    comes: Takes | None = None
    hours: Annotated[tuple[Hour, Hour], BeforeValidator(_listed)] | None = None
    preempts: bool = False

    @model_validator(mode="after")
    def _comes(self) -> Self:
        if (self.on_call is None) != (self.comes is None):
            raise ValueError("on_call and comes belong together; accepted are both, or neither")
        return self


class Stock(Frozen):
    """Spares of one kind: how many there are, and how long a new one takes that is ordered for each used."""

    label: Text
    base: Spares
    lead: Takes


class Patrol(Frozen):
    """A round: somebody looks every so often."""

    label: Text
    every: Period


class Backup(Frozen):
    """Copies: data are copied every so often, and so many of the copies can be restored from."""

    label: Text
    every: Period
    succeeds: Part | None = None


class Bursts(Frozen):
    """What strikes many devices at once: how often, and how many faults on average (`size`)."""

    label: Text
    rate: Rate | None = None
    size: Size


# ---- what breaks, and what is tried


class Remedy(Frozen):
    """One thing that is tried.

    Attributes
    ----------
    kind
        *diagnosis* looks for the cause and mends nothing; *restart* and *repair* need people; *swap* a spare, too;
        *restore* goes back to the last backup of the class; *vendor* is somebody else, of whom there are enough.
    time, works
        How long it takes those at work, and the share that then bring the service back; all if not said.
    response
        Until they are at work: from being sent, or of a vendor from being called; at once if not said.
    limit
        Given up after so long.
    spare, waits
        The stock from which it takes one, and whether it waits where there is none, or is passed over.
    """

    name: Name
    kind: Literal["diagnosis", "restart", "repair", "swap", "restore", "vendor"]
    label: Text | None = None
    time: Takes
    works: Share | None = None
    crew: Name | None = None
    persons: Taken | None = None
    response: Takes | None = None
    limit: Moment | None = None
    spare: Name | None = None
    waits: bool = False

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        kind = self.kind
        if kind == "vendor":
            if self.crew is not None or self.persons is not None:
                raise ValueError("a vendor needs no crew of the site; accepted is a vendor without crew and persons")
            if self.spare is not None:
                raise ValueError("a vendor brings his own spares; accepted is a vendor without spare")
            if self.response is None:
                raise ValueError("a vendor needs a response; accepted is the time from the call to being at work")
        elif self.crew is None:
            raise ValueError(f"a {kind} needs its crew; accepted is the name of one of the crews")
        if kind == "swap" and self.spare is None:
            raise ValueError("a swap needs its spare; accepted is the name of one of the stocks")
        if kind == "diagnosis" and self.works is not None:
            raise ValueError("a diagnosis mends nothing; accepted is one without works, or the kind repair")
        if kind in ("diagnosis", "restart", "restore") and self.spare is not None:
            raise ValueError(f"a {kind} takes no spare; accepted is a swap or a repair with one")
        if self.waits and self.spare is None:
            raise ValueError("waits: there is no spare to wait for; accepted is a spare, or no waiting")
        return self


class Ladder(Frozen):
    """Remedies tried one after the other, from so long after the fault is known; others may go on beside it.

    Attributes
    ----------
    persists
        Whether it goes on once the fault is back by another ladder: the device itself is repaired meanwhile.
    """

    after: Moment | None = None
    persists: bool = False
    remedies: Annotated[tuple[Remedy, ...], BeforeValidator(_listed), Field(min_length=1)]


class FaultClass(Frozen):
    """One class of faults.

    Attributes
    ----------
    devices
        How many there are of what may break.
    rate, every, per, share
        Faults of one device in a time (``rate: 0.05 1/year``), or the mean time between two faults of so many devices
        (``every: 1 week``, ``per: 50 devices``; of one if not said); a `share` of them only, if given.
    struck
        How likely a burst strikes one of these devices, against others (1); ``0 1``: bursts do not.
    noticed, patrol
        How long until it is known by monitoring, or by those who suffer from it, and the round that finds it at last.
    priority
        Who or what is at stake: people first, then data, then equipment.
    backup
        Copies from which its data are restored.
    takes_down
        Services that are down while it is not back.
    """

    label: Text
    devices: Devices
    rate: Rate | None = None
    every: Period | None = None
    per: Devices | None = None
    share: Part | None = None
    struck: Annotated[Amount, PlainValidator(reader(Measure(("1",), 0.0, 1000.0, False, "1 1")))] | None = None
    noticed: Takes
    patrol: Name | None = None
    priority: Literal["people", "data", "equipment"]
    backup: Name | None = None
    takes_down: Annotated[tuple[Name, ...], BeforeValidator(_listed)] = ()
    ladders: Annotated[tuple[Ladder, ...], BeforeValidator(_listed), Field(min_length=1)]

    @model_validator(mode="after")
    def _known_and_rated(self) -> Self:
        if (self.rate is None) == (self.every is None):
            raise ValueError("a class needs how often it occurs; accepted is exactly one of rate and every")
        if self.per is not None and self.every is None:
            raise ValueError("per: belongs to every; accepted is 'every' and 'per', or 'rate' alone")
        return self

    @property
    def remedies(self) -> tuple[Remedy, ...]:
        """All remedies, ladder after ladder."""
        return tuple(remedy for ladder in self.ladders for remedy in ladder.remedies)


class Repairs(Frozen):
    """What can break, and all there is against it, as its file says."""

    faults: Slug
    title: Text
    measures: Measures | None = None
    times: dict[Name, Takes] = Field(default_factory=dict)
    crews: dict[Name, Crew] = Field(default_factory=dict)
    stocks: dict[Name, Stock] = Field(default_factory=dict)
    patrols: dict[Name, Patrol] = Field(default_factory=dict)
    backups: dict[Name, Backup] = Field(default_factory=dict)
    bursts: Bursts | None = None
    classes: Annotated[dict[Name, FaultClass], Field(min_length=1)]

    _document: Document | None = PrivateAttr(None)

    def from_file(self, document: Document) -> Repairs:
        """The same, but it knows the line of everything in it."""
        located = self.model_copy()
        located._document = document
        return located

    def place(self, *at: str | int) -> Place | None:
        """File and line of what stands at a path, such as ``place("classes", "portal_down")``; else ``None``."""
        path: Path_ = at
        return None if self._document is None else self._document.place(path)

    def time(self, time: Time) -> Time:
        """A time itself, or the one of :attr:`times` that it names."""
        return time if time.like is None else self.times[time.like]

    def per_s(self, name: str, site: Site) -> float:
        """Faults of a class per second, of all its devices."""
        one = self.classes[name]
        share = 1.0 if one.share is None else one.share.base(site)
        if one.rate is not None:
            return one.devices.base(site) * one.rate.base(site) * share
        assert one.every is not None
        per = 1.0 if one.per is None else one.per.base(site)
        return one.devices.base(site) / per / one.every.base(site) * share

    def weight(self, name: str, site: Site) -> float:
        """How likely a burst's fault is one of this class, against others: its devices, each so likely struck."""
        one = self.classes[name]
        return one.devices.base(site) * (1.0 if one.struck is None else one.struck.base(site))
