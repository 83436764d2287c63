"""Random call trees for the conformance tests of the cascade machine."""

from __future__ import annotations

import numpy as np
from twins import one_of, some_law

from resilience_sim.models.cascade import Calling, CascadeInputs, Notices, Person, Phone, day_and_night
from resilience_sim.randomness import Deterministic, Law, Never

LATTICE = 450.0  # seconds, an eighth of an hour: calls begin at the very instant at which an hour does


def some_duration(random: np.random.Generator, mean: float, lattice: float | None) -> Law:
    return one_of(random, Deterministic(0.0), some_law(random, mean, lattice), some_law(random, mean, lattice))


def some_phones(random: np.random.Generator, shares: tuple[float, ...]) -> tuple[Phone, ...]:
    """Up to three, seldom none; some are answered less by night, some never or always."""
    return tuple(
        Phone(f"phone {k}", one_of(random, one_of(random, *shares), day_and_night(*random.choice(shares, 2))))
        for k in range(0 if random.random() < 0.05 else one_of(random, 1, 1, 2, 3))
    )


def some_delegates(random: np.random.Generator, count: int, likely: float, near: int) -> list[int | None]:
    """Of each person one who comes later, up to so many places, so that there is no circle."""
    return [
        int(random.integers(k + 1, min(k + near, count - 1) + 1))
        if k + 1 < count and random.random() < likely
        else None
        for k in range(count)
    ]


def some_tree(random: np.random.Generator, lattice: float | None, *, most: int = 12) -> CascadeInputs:
    """People who call only those who come later in a hidden order, and who all can learn of it if they have duties."""
    count = int(random.integers(1, most + 1)) if random.random() < 0.97 else 0
    shares = one_of(random, (0.0, 0.3, 0.6, 0.9, 1.0), (0.0, 0.0, 0.0, 0.2, 0.9), (0.2, 0.4))
    likely, near, more = one_of(random, 0.0, 0.4, 0.8), one_of(random, 2, count), one_of(random, 0.0, 0.1, 0.4)
    lists = (0, 1, 2, 3, 4, count)
    if random.random() < 0.3:  # a line of deputies who are seldom reached and have much to take over
        shares, likely, near, more, lists = (0.0, 0.0, 0.0, 0.5), 0.95, one_of(random, 1, 2), 0.3, (2, 4, count)
    phones = [some_phones(random, shares) for _ in range(count)]
    delegates = some_delegates(random, count, likely, near)
    reads = [one_of(random, 0.0, 0.5, 1.0) for _ in range(count)]
    sends = one_of(random, 0.0, 0.3, 1.0)  # how likely it is that somebody has messages to send

    def chain(person: int | None) -> list[int]:
        return [] if person is None else [person, *chain(delegates[person])]

    def can_be_called(person: int) -> bool:
        line = chain(person)
        return all(phones[one] for one in line) and any(max(p.answered) > 0 for one in line for p in phones[one])

    noticing = [] if random.random() < 0.05 else [k for k in range(count) if k == 0 or random.random() < more]
    learns, calls, messages = set(noticing), [], []
    callable_ = [k for k in range(count) if can_be_called(k)]
    for k in range(count):
        later = [one for one in callable_ if one > k] if k in learns else []
        called = random.permutation(later).tolist()[: one_of(random, *lists)]
        others = [one for one in range(count) if one != k]
        sent = (
            random.permutation(others).tolist()[: one_of(random, 1, 2, 5)]
            if k in learns and random.random() < sends
            else []
        )
        learns |= {one for person in called for one in chain(person)} | {one for one in sent if reads[one] > 0}
        calls.append(called)
        messages.append(sent)
    number = random.permutation(count)  # whom the order at equal instants puts first has nothing to do with the tree
    name = [f"person {number[k]}" for k in range(count)]
    people = [
        Person(
            name[k],
            phones[k],
            tuple(name[one] for one in calls[k]),
            tuple(name[one] for one in messages[k]),
            None if (delegate := delegates[k]) is None else name[delegate],
            begins=some_duration(random, 60.0 if lattice is None else lattice, lattice),
            reads=reads[k],
            reads_after=some_duration(random, 200.0 if lattice is None else lattice, lattice),
            acknowledges=one_of(random, 0.0, 0.5, 1.0),
            comes=one_of(random, 0.0, 0.6, 1.0),
            leaving=some_duration(random, 300.0, lattice),
            travel=some_duration(random, 900.0, lattice),
        )
        for k in range(count)
    ]
    return CascadeInputs(
        tuple(people[k] for k in np.argsort(number)),
        tuple(
            Notices(name[k], one_of(random, Deterministic(0.0), some_duration(random, 500.0, lattice), Never()))
            for k in noticing
        ),
        Calling(
            ring=some_duration(random, 30.0 if lattice is None else lattice, lattice),
            talk=some_duration(random, 90.0 if lattice is None else lattice, lattice),
            order=one_of(random, "one by one", "rounds"),
            attempts=int(random.integers(1, 4)),
            between_s=one_of(
                random, 0.0, 200.0 if lattice is None else lattice, 3000.0 if lattice is None else 7 * lattice
            ),
            common_list=bool(random.random() < 0.6),
            most_calls=one_of(random, 64, 64, 64, 4),
        ),
        hour=float(random.integers(0, 8 * 24)) / 8 if lattice is not None else float(random.uniform(0, 24)),
    )
