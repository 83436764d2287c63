"""What the cascade machine is asked: who is called by whom, on which phones, by which rules, and who can come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import Literal, get_args

from resilience_sim.errors import InputsError
from resilience_sim.models.checks import number, refuse, share, whole
from resilience_sim.randomness import Deterministic, Law

__all__ = ["Calling", "CascadeInputs", "Ended", "Notices", "Person", "Phone", "Through", "day_and_night"]

Order = Literal["one by one", "rounds"]

HOURS = 24


class Through(IntEnum):
    """How somebody learned of it."""

    NOTHING = 0
    NOTICING = 1
    CALL = 2
    MESSAGE = 3


class Ended(IntEnum):
    """What became of a duty to call somebody."""

    OPEN = 0
    TOLD = 1
    DELEGATED = 2
    PASSED_OVER = 3
    GIVEN_UP = 4


# ---- who


def day_and_night(day: float, night: float, *, from_h: int = 7, until_h: int = 22) -> tuple[float, ...]:
    """A value for each hour of the day: `day` from `from_h` until `until_h`, `night` at the other hours.

    Examples
    --------
    >>> day_and_night(0.5, 0.4)[6:8]
    (0.4, 0.5)
    """
    if not 0 <= from_h <= until_h <= HOURS:
        raise refuse("day_and_night: from_h and until_h", (from_h, until_h), f"0 <= from_h <= until_h <= {HOURS}")
    return tuple(day if from_h <= hour < until_h else night for hour in range(HOURS))


@dataclass(frozen=True)
class Phone:
    """One of the numbers of a person.

    Parameters
    ----------
    name
        Such as mobile, office, home; unique among the phones of a person.
    answered
        Share of calls that are answered, by hour of the day (24 of them, the first from midnight to 1 o'clock); one
        number: at every hour.
    """

    name: str
    answered: tuple[float, ...]

    def __init__(self, name: str, answered: float | Iterable[float]) -> None:
        if not name:
            raise InputsError("Phone: name is empty; accepted is any other text")
        hourly = tuple(answered) if isinstance(answered, Iterable) else (answered,) * HOURS
        if len(hourly) != HOURS:
            raise refuse(f"Phone {name!r}: the number of shares answered", len(hourly), f"1, or {HOURS}: one an hour")
        for one in hourly:
            share(f"Phone {name!r}: answered", one)
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "answered", hourly)


@dataclass(frozen=True)
class Person:
    """Somebody in the call tree.

    Parameters
    ----------
    name
        Names the person and their random streams; unique.
    phones
        Their numbers, in the order in which they are tried.
    calls
        Names of those whom they call, in this order.
    messages
        Names of those to whom they send a message, to all at once.
    delegate
        Who is called in their place, and takes over their message and calls, when they cannot be reached.
    begins
        Law of the seconds from learning of it until they begin to send and call.
    reads
        Share of events in which they read a message …
    reads_after
        … and law of the seconds after which they do.
    acknowledges
        Share of those events in which, having read it, they answer at once so that all callers see it.
    comes
        Share of events in which they can come to the site.
    leaving, travel
        Laws of the seconds from learning of it until they leave, and from then until they are there.
    """

    name: str
    phones: tuple[Phone, ...] = ()
    calls: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    delegate: str | None = None
    begins: Law = field(default_factory=lambda: Deterministic(0.0))
    reads: float = 0.0
    reads_after: Law = field(default_factory=lambda: Deterministic(0.0))
    acknowledges: float = 0.0
    comes: float = 0.0
    leaving: Law = field(default_factory=lambda: Deterministic(0.0))
    travel: Law = field(default_factory=lambda: Deterministic(0.0))

    def __post_init__(self) -> None:
        for name in ("phones", "calls", "messages"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if not self.name:
            raise InputsError("Person: name is empty; accepted is any other text")
        for name, listed in (("phones", [one.name for one in self.phones]), ("calls", self.calls),
                             ("messages", self.messages)):  # fmt: skip
            if len(set(listed)) < len(listed):
                raise refuse(f"Person {self.name!r}: {name}", ", ".join(listed), "each once")
        for name in ("reads", "acknowledges", "comes"):
            share(f"Person {self.name!r}: {name}", getattr(self, name))
        for name in ("begins", "reads_after", "leaving", "travel"):
            if getattr(self, name).infinite:
                raise refuse(f"Person {self.name!r}: {name}", getattr(self, name), "a law of finite times")

    @property
    def has_duties(self) -> bool:
        """Whether they have a message to send or somebody to call."""
        return bool(self.calls or self.messages)

    @property
    def answers(self) -> bool:
        """Whether some phone of theirs is ever answered."""
        return any(max(phone.answered) > 0 for phone in self.phones)


@dataclass(frozen=True)
class Notices:
    """Somebody who learns of it without being told.

    Parameters
    ----------
    person
        Their name.
    after
        Law of the seconds from time zero until they do; `Never`: they do not.
    """

    person: str
    after: Law = field(default_factory=lambda: Deterministic(0.0))


# ---- how


@dataclass(frozen=True)
class Calling:
    """How everybody calls.

    Parameters
    ----------
    ring
        Law of the seconds that a call takes which is not answered.
    talk
        Law of the seconds that a call takes which is.
    order
        one by one: a person is tried up to `attempts` times before the next is called; rounds: everybody once, then
        those again who were not reached.
    attempts
        How often somebody is tried at most, all their phones in turn each time.
    between_s
        Seconds from the end of an attempt until the same person is tried again, at least.
    common_list
        Whether all callers see who has noticed or been called; else each knows only what they did themselves.
    most_calls
        Calls drawn for each person at most; a path that needs more ends in a `WidthError`.
    """

    ring: Law = field(default_factory=lambda: Deterministic(30.0))
    talk: Law = field(default_factory=lambda: Deterministic(60.0))
    order: Order = "one by one"
    attempts: int = 1
    between_s: float = 0.0
    common_list: bool = True
    most_calls: int = 64

    def __post_init__(self) -> None:
        for name in ("ring", "talk"):
            if getattr(self, name).infinite:
                raise refuse(f"Calling: {name}", getattr(self, name), "a law of finite times")
        if self.order not in get_args(Order):
            raise refuse("Calling: order", repr(self.order), " or ".join(get_args(Order)))
        whole("Calling: attempts", self.attempts, 1)
        number("Calling: between_s", self.between_s)
        whole("Calling: most_calls", self.most_calls, 1)


@dataclass(frozen=True)
class CascadeInputs:
    """A call tree and the event that it tells of.

    Parameters
    ----------
    people
        Everybody; numbered in this order.
    notices
        Who learns of it first.
    calling
        How they call.
    hour
        Time of the day at time zero, in hours from 0 to below 24.

    Raises
    ------
    InputsError
        If a name is unknown or repeats; somebody who is to be called has no phone; the tree runs in a circle; a duty
        cannot be done, as nobody concerned ever answers, or cannot begin, as its owner never learns of anything.
    """

    people: tuple[Person, ...]
    notices: tuple[Notices, ...]
    calling: Calling = field(default_factory=Calling)
    hour: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "people", tuple(self.people))
        object.__setattr__(self, "notices", tuple(self.notices))
        if not 0 <= self.hour < HOURS:
            raise refuse("CascadeInputs: hour", self.hour, f"from 0 to below {HOURS}")
        names = [person.name for person in self.people]
        if repeated := sorted(name for name, often in Counter(names).items() if often > 1):
            raise refuse("CascadeInputs: a person's name", repr(repeated[0]), "each name once")
        noticing = [one.person for one in self.notices]
        self._check_names("CascadeInputs: notices", noticing)
        if len(set(noticing)) < len(noticing):
            raise refuse("CascadeInputs: notices", ", ".join(noticing), "each person once")
        for person in self.people:
            self._check_names(f"Person {person.name!r}: calls", person.calls, but=person)
            self._check_names(f"Person {person.name!r}: messages", person.messages, but=person)
            if person.delegate is not None:
                self._check_names(f"Person {person.name!r}: delegate", (person.delegate,), but=person)
        self._check_circles()
        self._check_phones()
        self._check_owners()

    def _check_names(self, what: str, names: Iterable[str], *, but: Person | None = None) -> None:
        for name in names:
            if name not in self.index:
                raise refuse(what, repr(name), f"one of {', '.join(self.index)}")
            if but is not None and name == but.name:
                raise refuse(what, f"{name!r}, themself", "somebody else")

    def _check_circles(self) -> None:
        """Refuse a tree in which a call, by way of calls and delegates, comes back to where it began."""
        done: set[str] = set()
        for person in self.people:
            on_way: dict[str, list[str]] = {person.name: self._calls_on(person.name)}
            while on_way:
                here = next(reversed(on_way))
                if here in done or not on_way[here]:
                    done.add(here)
                    del on_way[here]
                    continue
                there = on_way[here].pop()
                if there in on_way:
                    way = list(on_way)
                    circle = " -> ".join([*way[way.index(there) :], there])
                    raise refuse("CascadeInputs: the call tree", f"a circle, {circle}", "a tree that ends")
                on_way[there] = self._calls_on(there)

    def _calls_on(self, name: str) -> list[str]:
        person = self.people[self.index[name]]
        return [*person.calls, *(() if person.delegate is None else (person.delegate,))]

    def _check_phones(self) -> None:
        for owner, called in self.duties:
            chain = [self.people[one] for one in self.stands_in(called)]
            what = f"Person {self.people[owner].name!r}: calls {chain[0].name!r}"
            for person in chain:
                if not person.phones:
                    raise refuse(f"{what}: the number of phones of {person.name!r}", 0, "1 or more")
            if not any(person.answers for person in chain):
                raise refuse(
                    f"{what}: the share answered", "0 at every hour", "a share above 0, or a delegate who answers"
                )

    def _check_owners(self) -> None:
        ahead = [notice.person for notice in self.notices]
        learns: set[str] = set()
        while ahead:
            name = ahead.pop()
            if name not in learns:
                learns.add(name)
                person = self.people[self.index[name]]
                ahead += [self.people[k].name for called in person.calls for k in self.stands_in(self.index[called])]
                ahead += [one for one in person.messages if self.people[self.index[one]].reads > 0]
        for person in self.people:
            if person.has_duties and person.name not in learns:
                raise refuse(
                    f"Person {person.name!r}: who tells them", "nobody",
                    "somebody who notices, calls or messages them, as they have others to tell",
                )  # fmt: skip

    @cached_property
    def index(self) -> dict[str, int]:
        """The number of each person, by name."""
        return {person.name: k for k, person in enumerate(self.people)}

    @cached_property
    def duties(self) -> tuple[tuple[int, int], ...]:
        """Who is to call whom, by their numbers: person after person, each in the order of their list."""
        return tuple((k, self.index[name]) for k, person in enumerate(self.people) for name in person.calls)

    @cached_property
    def delegates(self) -> tuple[int, ...]:
        """The delegate of each person, by number; -1: none."""
        return tuple(-1 if one.delegate is None else self.index[one.delegate] for one in self.people)

    def stands_in(self, person: int) -> tuple[int, ...]:
        """The person, their delegate, the delegate of that one and so on, by their numbers."""
        chain = [person]
        while (delegate := self.delegates[chain[-1]]) >= 0:
            chain.append(delegate)
        return tuple(chain)

    @cached_property
    def calls_at_most(self) -> tuple[int, ...]:
        """How often each person can be called in one event, at most, by number."""
        attempts = [0] * len(self.people)
        for _, called in self.duties:
            for person in self.stands_in(called):
                attempts[person] += self.calling.attempts
        return tuple(often * len(person.phones) for often, person in zip(attempts, self.people, strict=True))

    def answers(self, person: int, phone: int, when_s: float) -> float:
        """Share of calls to a phone that are answered at an instant."""
        return self.people[person].phones[phone].answered[int(self.hour + when_s / 3600) % HOURS]
