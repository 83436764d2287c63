"""What a study tries otherwise than a site's call tree says.

More attempts, fewer numbers, mobiles switched off, a message to all instead of calls, other values of facts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from resilience_sim.plans.site import Site
from resilience_sim.units import from_base

__all__ = ["UNCHANGED", "Changes"]


@dataclass(frozen=True)
class Changes:
    """What is otherwise than the file says; hashable, so that it can be part of a situation.

    Parameters
    ----------
    facts
        Other values of facts of the site (in their own units), by name.
    bases
        Other values of facts in base units, whatever unit the site gives them in; no fact stands in both.
    attempts
        How often a person is tried at most.
    order
        one by one, or rounds.
    numbers
        Phones of a person at most: the first so many of those tried.
    switched_on
        Whole hours a day for which phones of a kind are on, from the beginning of the tree's day, by kind; else nobody
        answers them.
    by_message
        Roles who are told by one message instead of calls: whoever has them on a list to call sends it to them.
    with_message
        Roles who are sent that message besides being called.
    no_message
        Whether all messages of the tree are left out.
    people
        Persons of a role, by name.
    comes_in_person
        Whether everybody who knows comes, as an order to come says; else the share of the tree.
    """

    facts: tuple[tuple[str, float], ...] = ()
    bases: tuple[tuple[str, float], ...] = ()
    attempts: int | None = None
    order: Literal["one by one", "rounds"] | None = None
    numbers: int | None = None
    switched_on: tuple[tuple[str, int], ...] = ()
    by_message: tuple[str, ...] = ()
    with_message: tuple[str, ...] = ()
    no_message: bool = False
    people: tuple[tuple[str, int], ...] = ()
    comes_in_person: bool = False

    def with_fact(self, name: str, value: float) -> Changes:
        """The same, and a fact with another value (in its own unit)."""
        facts, bases = self._without(name)
        return replace(self, facts=(*facts, (name, value)), bases=bases)

    def with_base(self, name: str, value: float) -> Changes:
        """The same, and a fact with another value in base units: a share of 1, seconds."""
        facts, bases = self._without(name)
        return replace(self, facts=facts, bases=(*bases, (name, value)))

    def at(self, site: Site) -> Site:
        """A site with these values of its facts."""
        bases = {name: from_base(value, site.fact(name).unit) for name, value in self.bases}
        return site.with_values({**dict(self.facts), **bases}) if self.facts or bases else site

    def _without(self, name: str) -> tuple[tuple[tuple[str, float], ...], tuple[tuple[str, float], ...]]:
        facts, bases = (tuple(one for one in kept if one[0] != name) for kept in (self.facts, self.bases))
        return facts, bases


UNCHANGED = Changes()
