"""What only a call tree as a whole can get wrong: unknown roles, circles, people whom nobody can reach or tell.

Every complaint has the line of the thing at fault. :func:`check_shape` needs the file alone, :func:`check_numbers` also
the site, whose facts some of the numbers are, at their values and at both ends of their ranges, and :func:`check_due`
the plan, whose deadlines the tree may name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from resilience_sim.errors import PlanError
from resilience_sim.plans.amounts import Amount, amounts
from resilience_sim.plans.building_checks import ENDS, at_end
from resilience_sim.plans.calltree import CallTree, Chain, Due
from resilience_sim.plans.document import Document, Path_
from resilience_sim.plans.fact_checks import check_fact
from resilience_sim.plans.register import Clause, Plan
from resilience_sim.plans.site import Site
from resilience_sim.units import HOUR, UNITS, from_base, to_base

__all__ = ["check_due", "check_numbers", "check_shape"]


def check_shape(tree: CallTree) -> None:
    """Refuse a tree that does not hang together.

    Raises
    ------
    PlanError
        If a name is of nothing or stands twice in a list, somebody is to call or stand in for themselves, calls run in
        a circle, somebody is to be called and has no phone, somebody has others to tell or a deadline and is told by
        nobody, or a role has no part in any chain.
    """
    _check_names(tree.defaults.phones or (), tree.phones, "kind of phone", tree, "defaults", "phones")
    for name, own in tree.roles.items():
        _check_names(own.phones or (), tree.phones, "kind of phone", tree, "roles", name, "phones")
    for chain, alarm in tree.chains.items():
        for part in ("notices", "due"):
            for role in getattr(alarm, part):
                _known(tree, role, "chains", chain, part, role)
        for part in ("calls", "messages"):
            for role, listed in getattr(alarm, part).items():
                _check_list(tree, role, listed, "chains", chain, part, role)
        for one, delegate in alarm.delegates.items():
            _check_list(tree, one, (delegate,), "chains", chain, "delegates", one)
        _check_phones(tree, chain, alarm)
        _check_circles(tree, chain, alarm)
        _check_told(tree, chain, alarm)
    _check_used(tree)


def check_numbers(tree: CallTree, site: Site, site_document: Document | None = None) -> None:
    """Refuse a tree with a number that its site does not give, or gives as none that will do.

    Parameters
    ----------
    tree, site
        A tree whose shape is right, and the facts that it names.
    site_document
        The site's file, for the place of a fact that is refused.

    Raises
    ------
    PlanError
        If a fact is missing, a list, of another dimension or out of bounds, the day is none of whole hours, nobody
        concerned by a call ever answers, or a deadline is shorter for whoever is told later.
    """
    for at, amount in amounts(tree):
        if amount.fact is not None:
            _check_fact(tree, at, amount, amount.fact, site, site_document)
    for where, there in (("", site), *((f" (at the {end} of all ranges)", at_end(site, end)) for end in ENDS)):
        _check_day(tree, there, where)
        for chain, alarm in tree.chains.items():
            _check_answers(tree, chain, alarm, there, where)
            _check_messages(tree, chain, alarm, there, where)
            within = {role: due.within.base(there) for role, due in alarm.due.items() if due.within is not None}
            _check_order(tree, chain, within, where)


def check_due(tree: CallTree, plan: Plan, site: Site) -> None:
    """Refuse deadlines of a tree that its plan lacks, or that contradict each other.

    Raises
    ------
    PlanError
        If a deadline is a quantity that the plan lacks or that is no time, or a role that is told by others has to know
        sooner than all who could tell it.
    """
    clauses = {clause.id: clause for clause in plan.clauses}
    for chain, alarm in tree.chains.items():
        within: dict[str, float] = {}
        for role, due in alarm.due.items():
            if due.within is not None:
                within[role] = due.within.base(site)
            elif (time_s := _stated(tree, clauses, due, chain, role)) is not None:
                within[role] = time_s
        _check_order(tree, chain, within, "")


def _stated(tree: CallTree, clauses: Mapping[str, Clause], due: Due, chain: str, role: str) -> float | None:
    """A deadline of the plan, in seconds; ``None`` where it is open."""
    at = ("chains", chain, "due", role)
    if due.clause is None or due.clause not in clauses:
        raise _refused(tree, f"due.{role}: the plan has no clause {due.clause}; accepted is one of its clauses", *at)
    quantities = clauses[due.clause].quantities
    if due.quantity is None or due.quantity not in quantities:
        accepted = ", ".join(f"{due.clause}.{name}" for name in quantities)
        raise _refused(tree, f"due.{role}: {due.clause} has no {due.quantity!r}; accepted: {accepted}", *at)
    quantity = quantities[due.quantity]
    if UNITS[quantity.unit].dimension != "time":
        why = f"due.{role}: {due.clause}.{due.quantity} is in {quantity.unit}; accepted is a time"
        raise _refused(tree, why, *at)
    value = quantity.in_force()
    return None if value is None else to_base(value, quantity.unit)


# ---- shape


def _check_names(names: Iterable[str], known: Mapping[str, object], what: str, tree: CallTree, *at: str | int) -> None:
    listed = list(names)
    where = ".".join(str(part) for part in at)
    for place, name in enumerate(listed):
        if name not in known:
            raise _refused(tree, f"{where}: there is no {what} {name!r}; accepted: {', '.join(known)}", *at, place)
        if name in listed[:place]:
            raise _refused(tree, f"{where}: {name!r} stands twice; accepted is each once", *at, place)


def _known(tree: CallTree, role: str, *at: str | int) -> None:
    if role not in tree.roles:
        where = ".".join(str(part) for part in at[:-1])
        raise _refused(tree, f"{where}: there is no role {role!r}; accepted: {', '.join(tree.roles)}", *at)


def _check_list(tree: CallTree, role: str, listed: Iterable[str], *at: str | int) -> None:
    names = tuple(listed)
    _known(tree, role, *at)
    _check_names(names, tree.roles, "role", tree, *at)
    if role in names:
        why = f"{'.'.join(str(part) for part in at)}: {role!r} stands on the list of {role!r}; accepted are others"
        raise _refused(tree, why, *at)


def _check_phones(tree: CallTree, chain: str, alarm: Chain) -> None:
    """Whoever is called, or stands in for somebody who is, has a phone."""
    for role, called in alarm.calls.items():
        for place, name in enumerate(called):
            for one in tree.stands_in(chain, name):
                if not tree.phones_of(one):
                    why = f"{role!r} calls {name!r}, and {one!r} has no phone; accepted are roles with phones"
                    raise _refused(tree, why, "chains", chain, "calls", role, place)


def _check_circles(tree: CallTree, chain: str, alarm: Chain) -> None:
    """No call, by way of calls and delegates, comes back to where it began."""
    done: set[str] = set()
    for first in tree.roles:
        way: dict[str, Iterator[str]] = {first: _calls_on(alarm, first)}
        while way:
            here = next(reversed(way))
            there = None if here in done else next(way[here], None)
            if there is None:
                done.add(here)
                del way[here]
            elif there in way:
                names = list(way)
                circle = " -> ".join([*names[names.index(there) :], there])
                where = ("calls", here) if there in alarm.calls.get(here, ()) else ("delegates", here)
                why = f"calls run in a circle, {circle}; accepted is a tree that ends"
                raise _refused(tree, why, "chains", chain, *where)
            else:
                way[there] = _calls_on(alarm, there)


def _calls_on(alarm: Chain, role: str) -> Iterator[str]:
    delegate = alarm.delegates.get(role)
    return iter((*alarm.calls.get(role, ()), *(() if delegate is None else (delegate,))))


def _check_told(tree: CallTree, chain: str, alarm: Chain) -> None:
    """Whoever has something to tell, or has to know, learns of it from somebody."""
    ahead, learns = list(alarm.notices), set(alarm.notices)
    while ahead:
        role = ahead.pop()
        called = [one for name in alarm.calls.get(role, ()) for one in tree.stands_in(chain, name)]
        for name in (*called, *alarm.messages.get(role, ())):
            if name not in learns:
                learns.add(name)
                ahead.append(name)
    for part in ("calls", "messages", "due"):
        for role in getattr(alarm, part):
            if role not in learns:
                why = f"nobody tells {role!r}, who has {'to know' if part == 'due' else 'others to tell'}"
                remedy = "accepted is one who notices, or is on the list of somebody who does"
                raise _refused(tree, f"{why}; {remedy}", "chains", chain, part, role)
    for role in alarm.delegates:
        if role not in {name for names in alarm.calls.values() for one in names for name in tree.stands_in(chain, one)}:
            why = f"nobody calls {role!r}, so that nobody can stand in for them; accepted are delegates of those called"
            raise _refused(tree, why, "chains", chain, "delegates", role)


def _check_used(tree: CallTree) -> None:
    """No role stands in the file for nothing: a slip of the pen in a list would leave one out."""
    used = {role for chain in tree.chains for role in tree.concerned(chain)}
    for role in tree.roles:
        if role not in used:
            why = f"role {role!r} has no part in any chain; accepted are roles that notice, call or are called"
            raise _refused(tree, why, "roles", role)


# ---- numbers


def _check_fact(
    tree: CallTree, at: Path_, amount: Amount, name: str, site: Site, site_document: Document | None
) -> None:
    what = ".".join(str(part) for part in at)
    check_fact(amount, name, what, site, site_document, lambda why: _refused(tree, why, *at))


def _check_day(tree: CallTree, site: Site, where: str) -> None:
    first, last = (hour.base(site) / HOUR for hour in tree.calling.day)
    if first != round(first) or last != round(last) or first >= last:
        why = f"the day is from {first:g} to {last:g} h{where}; accepted are whole hours, the first before the last"
        raise _refused(tree, why, "calling", "day")


def _check_answers(tree: CallTree, chain: str, alarm: Chain, site: Site, where: str) -> None:
    """Of everybody who is called, or of those in their place, somebody answers at some hour."""
    for role, called in alarm.calls.items():
        for place, name in enumerate(called):
            kinds = [tree.phones[kind] for one in tree.stands_in(chain, name) for kind in tree.phones_of(one)]
            if all(kind.day.base(site) == 0 and kind.night.base(site) == 0 for kind in kinds):
                why = (
                    f"{role!r} calls {name!r}, and no phone of theirs or of those in their place is ever answered"
                    f"{where}; accepted is a share above 0, or a delegate who answers"
                )
                raise _refused(tree, why, "chains", chain, "calls", role, place)


def _check_messages(tree: CallTree, chain: str, alarm: Chain, site: Site, where: str) -> None:
    """Whoever is only told by a message reads it in some events."""
    called = {name for names in alarm.calls.values() for one in names for name in tree.stands_in(chain, one)}
    for role, sent in alarm.messages.items():
        for place, name in enumerate(sent):
            reads = tree.habit(name, "reads")
            if name not in called and name not in alarm.notices and (reads is None or reads.base(site) == 0):
                why = (
                    f"{role!r} only sends {name!r} a message, which they never read{where}; accepted is a share above "
                    "0 of those read (reads: …), or a call"
                )
                raise _refused(tree, why, "chains", chain, "messages", role, place)


def _check_order(tree: CallTree, chain: str, within: dict[str, float], where: str) -> None:
    """Nobody has to know sooner than everybody who could tell them."""
    alarm = tree.chains[chain]
    for role, time_s in within.items():
        if role in alarm.notices:
            continue
        before = [
            one for one in {**alarm.calls, **alarm.messages}
            if role in alarm.calls.get(one, ()) or role in alarm.messages.get(one, ())
        ]  # fmt: skip
        later = [one for one in before if within.get(one, 0.0) > time_s]
        if before and len(later) == len(before):
            sooner, other = (f"{from_base(one, 'min'):g} min" for one in (time_s, within[later[0]]))
            why = (
                f"{role!r} has to know within {sooner}, but {later[0]!r}, who tells them, within {other}{where}; "
                "accepted is a time that is no shorter for whoever is told later"
            )
            raise _refused(tree, why, "chains", chain, "due", role)


# ---- what is wrong, and where


def _refused(tree: CallTree, why: str, *at: str | int) -> PlanError:
    return PlanError(why, place=tree.place(*at))
