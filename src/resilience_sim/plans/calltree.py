"""A call tree as its file says: who can be reached on which phones, and who tells whom when something happens.

One file ``calltree.yaml`` beside ``plan.yaml`` and ``site.yaml``. *Roles* are titles as in the plan, never names of
people; a *chain* is one kind of alarm with those who notice it and the lists of everybody concerned. Every number has a
unit. It is either a fact of the site, by name (``day: site.calling.answered_day``), so that source, grade and range
stand with the fact, or it is written out (``attempts: 2 tries``) and rests on what ``basis`` says of the whole file.
``defaults`` states once what holds for every role. Nothing here reads files or runs anything; what only the tree as a
whole can get wrong is checked in ``calltree_checks``.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainValidator, PrivateAttr, model_validator

from resilience_sim.errors import Place
from resilience_sim.plans.amounts import Amount, Measure, reader, units_of
from resilience_sim.plans.document import Document, Path_, short
from resilience_sim.plans.fields import Frozen, Name, Slug, Text, Words
from resilience_sim.plans.site import Grade, Site
from resilience_sim.units import DAY, HOUR

__all__ = ["Basis", "CallTree", "Calls", "Chain", "Due", "Habits", "Kind", "Role", "Timing"]

# ---- which numbers will do; the ends are beyond anything that is done, and keep out slips of the pen

_TIMES = units_of("time")
_DURATION = Measure(_TIMES, 0.0, 30 * DAY, False, "5 min")
_SPREAD = Measure(_TIMES, 0.0, 30 * DAY, True, "5 min")
_CLOCK = Measure(_TIMES, 0.0, 24 * HOUR, False, "7 h")
_SHARE = Measure(units_of("share"), 0.0, 1.0, False, "50 %")
_PART = Measure(units_of("share"), 1e-6, 1 - 1e-6, False, "50 %")
_SIGMA = Measure(("1",), 0.0, 5.0, True, "0.7 1")
_TRIES = Measure(("tries",), 1.0, 20.0, False, "2 tries")
_PERSONS = Measure(units_of("persons", "agents", "adults", "classes"), 1.0, 200.0, False, "4 persons")

Duration = Annotated[Amount, PlainValidator(reader(_DURATION))]
Spread = Annotated[Amount, PlainValidator(reader(_SPREAD))]
Clock = Annotated[Amount, PlainValidator(reader(_CLOCK))]
Share = Annotated[Amount, PlainValidator(reader(_SHARE))]
Part = Annotated[Amount, PlainValidator(reader(_PART))]
Sigma = Annotated[Amount, PlainValidator(reader(_SIGMA))]
Tries = Annotated[Amount, PlainValidator(reader(_TRIES))]
Persons = Annotated[Amount, PlainValidator(reader(_PERSONS))]


def _listed(value: Any) -> Any:
    if not isinstance(value, list):
        raise ValueError(f"{short(value)} is no list; accepted is one of names, such as [head, deputy]")
    return tuple(value)


def _span(value: Any) -> Any:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError(f"{short(value)} is no pair; accepted is a list of two, such as [7 h, 22 h]")
    return tuple(value)


Names = Annotated[tuple[Name, ...], BeforeValidator(_listed)]
Hours = Annotated[tuple[Clock, Clock], BeforeValidator(_span)]


class Basis(Frozen):
    """What every number rests on that is written out in the file, and who calls whom where the plan does not say."""

    grade: Annotated[Grade, Field(strict=False)]
    source: Words


# ---- times


class Timing(Frozen):
    """A law of times: always the same, or one of three that are drawn from.

    Attributes
    ----------
    always
        The same time; a number that stands alone is read as this one.
    median, sigma
        Log-normal law with this median and standard deviation of the logarithm; without `sigma`, the exponential law
        with this median.
    mean
        Exponential law with this mean.
    by, share
        Exponential law by which this share of all times is over by then.
    """

    always: Duration | None = None
    median: Spread | None = None
    sigma: Sigma | None = None
    mean: Spread | None = None
    by: Spread | None = None
    share: Part | None = None

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, value: Any) -> Any:
        return value if isinstance(value, dict | Timing) else {"always": value}

    @model_validator(mode="after")
    def _one_law(self) -> Self:
        given = {name for name in type(self).model_fields if getattr(self, name) is not None}
        if given not in ({"always"}, {"median"}, {"median", "sigma"}, {"mean"}, {"by", "share"}):
            raise ValueError(
                f"{', '.join(sorted(given)) or 'nothing'} makes no law of times; accepted is a time such as '5 min' or "
                "a mapping with median and sigma, median, mean, or by and share"
            )
        return self


# ---- who


class Kind(Frozen):
    """A kind of phone: the share of calls to it that are answered by day and by night."""

    label: Text
    day: Share
    night: Share


class Habits(Frozen):
    """What holds for a role where it does not say otherwise itself, or, as ``defaults``, for all of them.

    Attributes
    ----------
    phones
        Kinds of phones that they can be called on, in the order in which these are tried.
    begins
        From learning of it until they begin to send and call.
    reads, reads_after
        Share of events in which they read a message sent to them, and after how long.
    acknowledges
        Share of those in which they then answer it, so that everybody sees that they know.
    comes
        Share of events in which they can come to the site once they know.
    leaving, travel
        From knowing until they leave, and from then until they are there.
    """

    phones: Names | None = None
    begins: Timing | None = None
    reads: Share | None = None
    reads_after: Timing | None = None
    acknowledges: Share | None = None
    comes: Share | None = None
    leaving: Timing | None = None
    travel: Timing | None = None


class Role(Habits):
    """A role of the plan: one person, or several who are alike.

    Attributes
    ----------
    count
        How many persons; one if not given. What a plausible site has between two whole numbers is rounded.
    """

    label: Text
    count: Persons | None = None


# ---- when something happens


class Calls(Frozen):
    """How everybody calls.

    Attributes
    ----------
    ring, talk
        How long a call takes which is not answered, and one which is.
    order
        one by one: a person is tried up to `attempts` times before the next is called; rounds: everybody once, then
        those again who were not reached.
    attempts
        How often a person is tried at most, all their phones in turn each time.
    between
        From the end of an attempt until the same person is tried again, at least.
    common_list
        Whether all callers see who has been told; else each knows only what they did themselves.
    day
        Between which hours shares answered are those of the day; whole hours.
    """

    ring: Timing
    talk: Timing
    order: Literal["one by one", "rounds"]
    attempts: Tries
    between: Duration
    common_list: bool
    day: Hours


_QUANTITY = re.compile(r"([A-Z][A-Z0-9]*-\d+[a-z]?)\.([a-z][a-z0-9_]*)")


class Due(Frozen):
    """When a role has to know: a time written out, a fact of the site, or a quantity of the plan (P4-05.report_within).

    Attributes
    ----------
    within
        The time; ``None`` where it is a quantity.
    clause, quantity
        Where in the plan it stands.
    """

    within: Duration | None = None
    clause: str | None = None
    quantity: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        if isinstance(value, str) and (found := _QUANTITY.fullmatch(value)):
            return {"clause": found[1], "quantity": found[2]}
        if isinstance(value, dict | list):
            raise ValueError(f"{short(value)} is no time; accepted is '5 min', site.<fact> or P4-05.report_within")
        return value if isinstance(value, Due) else {"within": value}


class Chain(Frozen):
    """One kind of alarm: who notices, who tells whom.

    Attributes
    ----------
    notices
        Who learns of it without being told, and after how long.
    calls
        Whom each role calls, in this order; of a role of several persons the first makes the calls.
    messages
        To whom each role sends one message, to all at once.
    delegates
        Who is called in the place of a role, and takes over what it has to tell, when it cannot be reached.
    due
        By when a role has to know, counted from the alarm; where the plan says so.
    """

    label: Text
    notices: Annotated[dict[Name, Timing], Field(min_length=1)]
    calls: dict[Name, Names] = Field(default_factory=dict)
    messages: dict[Name, Names] = Field(default_factory=dict)
    delegates: dict[Name, Name] = Field(default_factory=dict)
    due: dict[Name, Due] = Field(default_factory=dict)


class CallTree(Frozen):
    """A call tree as its file says."""

    calltree: Slug
    title: Text
    basis: Basis
    calling: Calls
    phones: Annotated[dict[Name, Kind], Field(min_length=1)]
    defaults: Habits
    roles: Annotated[dict[Name, Role], Field(min_length=1)]
    chains: Annotated[dict[Name, Chain], Field(min_length=1)]

    _document: Document | None = PrivateAttr(None)

    # ---- where it stands

    def from_file(self, document: Document) -> CallTree:
        """The same tree, which knows the line of everything in it."""
        located = self.model_copy()
        located._document = document
        return located

    def place(self, *at: str | int) -> Place | None:
        """File and line of what stands at a path, such as ``place("roles", "head")``; ``None`` if of no file."""
        path: Path_ = at
        return None if self._document is None else self._document.place(path)

    # ---- what it comes to

    def persons(self, role: str, site: Site) -> int:
        """How many persons a role has at a site."""
        count = self.roles[role].count
        return 1 if count is None else max(1, round(count.base(site)))

    def habit(self, role: str, name: str) -> Any:
        """What a role does, or else what all do: a field of :class:`Habits`; ``None`` where neither says."""
        own = getattr(self.roles[role], name)
        return getattr(self.defaults, name) if own is None else own

    def phones_of(self, role: str) -> tuple[str, ...]:
        """The kinds of phones of a role, in the order in which they are tried."""
        phones: tuple[str, ...] | None = self.habit(role, "phones")
        return () if phones is None else phones

    def concerned(self, chain: str) -> tuple[str, ...]:
        """Roles that have a part in a chain, in the order of the file."""
        alarm = self.chains[chain]
        told = [one for lists in (alarm.calls, alarm.messages) for names in lists.values() for one in names]
        names = {*alarm.notices, *alarm.calls, *alarm.messages, *told, *alarm.delegates, *alarm.delegates.values()}
        return tuple(role for role in self.roles if role in names)

    def stands_in(self, chain: str, role: str) -> tuple[str, ...]:
        """The role, its delegate in a chain, the delegate of that one and so on."""
        line, delegates = [role], self.chains[chain].delegates
        while (delegate := delegates.get(line[-1])) is not None and delegate not in line:
            line.append(delegate)
        return tuple(line)
