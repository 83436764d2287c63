"""Which numbers of a plan govern the network operations centre's stocks and people: those that an option has to set.

What is recommended is judged as the plan would be judged with it in force. So a number is offered only where no other
one in force overrules it, and stocks with a number of their own in force keep that.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Site
from resilience_sim.studies.limits import decided, offered
from resilience_sim.studies.network_operations.faults_setting import FaultSetting
from resilience_sim.studies.network_operations.faults_tables import (
    COPIES,
    GOVERNED_FACTS,
    MOST_PEOPLE,
    STOCK_OF,
    STOCKS,
)
from resilience_sim.studies.question import OF_THE_SITE, Choice, Question
from resilience_sim.units import from_base

__all__ = ["Quantity", "governing", "in_force", "people", "people_option", "stock", "stocks", "up_to"]

Quantity = tuple[str, str]
NOTHING: Mapping[Quantity, float] = MappingProxyType({})


def stocks(plan: Plan, chosen: Mapping[Quantity, float] = NOTHING) -> tuple[tuple[str, int], ...]:
    """Spares of each stock that the plan has decided on, by name, as if the `chosen` numbers were in force as well."""
    found: dict[str, int] = {}
    for quantity, names in STOCKS.items():
        count = chosen.get(quantity, decided(plan, *quantity))
        if count is not None:
            found |= dict.fromkeys(names, round(count))
    return tuple(sorted(found.items()))


def governing(plan: Plan, name: str) -> Quantity:
    """The number in force that a stock follows; where there is none, that for every kind of hardware (P2-02)."""
    own = [quantity for quantity, names in STOCKS.items() if name in names and decided(plan, *quantity) is not None]
    return own[-1] if own else ("P2-02", "spares_per_kind")


def stock(plan: Plan, question: Question) -> Quantity:
    """The number of spares that an option sets."""
    if question.option == "program_copies":
        return ("P2-02", COPIES)
    if question.option == "spares_stock":
        return ("P2-04", "stock")
    if question.clause == "P2-35":
        return ("P2-35", "spares")
    if question.measure in STOCK_OF:
        return governing(plan, STOCK_OF[question.measure])
    return ("P2-02", "spares_per_kind") if decided(plan, "P2-04", "stock") is None else ("P2-04", "stock")


def people_option(plan: Plan) -> str:
    """The people listed where the plan lists some; those on shift where it leaves that to the site."""
    return "people_on_shift" if decided(plan, "P2-01", "people") is None else "people_listed"


def people(plan: Plan, site: Site, setting: FaultSetting, option: str) -> Choice:
    """So many people as there are, and more."""
    now = round(site.base("crew.people")) if setting.people is None else setting.people
    if option == "people_listed" or decided(plan, "P2-01", "people") is not None:
        return offered(plan, "P2-01", "people", descending=False, least=float(now))
    return Choice(OF_THE_SITE, "crew.people", "persons", up_to(now, MOST_PEOPLE), float(now))


def up_to(now: int, most: int) -> tuple[float, ...]:
    """Every number from what there is to the most."""
    return tuple(float(count) for count in range(now, max(now, most) + 1))


def in_force(plan: Plan, site: Site) -> Site:
    """The site, its facts that stand in for open numbers of the plan replaced by those that are decided."""
    values = {}
    for fact, quantity in GOVERNED_FACTS.items():
        value = decided(plan, *quantity)
        if value is not None:
            values[fact] = from_base(value, site.fact(fact).unit)
    return site.with_values(values) if values else site
