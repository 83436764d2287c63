"""What only a file of faults as a whole can get wrong: names that lead nowhere, ladders that cannot end, no people.

Every complaint has the line of the thing at fault. :func:`check_shape` needs the file alone, :func:`check_numbers` also
the site, whose facts some of the numbers are: at their values and at both ends of their ranges.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from resilience_sim.errors import PlanError
from resilience_sim.plans.amounts import Amount, amounts
from resilience_sim.plans.building_checks import ENDS, at_end
from resilience_sim.plans.document import Document, Path_
from resilience_sim.plans.fact_checks import check_fact
from resilience_sim.plans.faults import Ladder, Remedy, Repairs, Time
from resilience_sim.plans.site import Site

__all__ = ["check_numbers", "check_shape"]


def check_shape(repairs: Repairs) -> None:
    """Refuse a file that does not hang together.

    Raises
    ------
    PlanError
        If a name is of nothing or of nobody, stands for two remedies of a class, or is never used; if a ladder has
        remedies that are never tried, a fault may never be brought back, or numbers rest on nothing.
    """
    _check_times(repairs)
    for name in repairs.classes:
        _check_class(repairs, name)
    _check_used(repairs)
    first = next(((at, amount) for at, amount in amounts(repairs) if amount.fact is None), None)
    if repairs.measures is None and first is not None:
        at, amount = first
        why = (
            f"{_path(at)}: {amount.text!r} rests on nothing; accepted is a fact of the site (site.<fact>), or measures "
            "with a grade and a source for the whole file"
        )
        raise _refused(repairs, why, *at)


def check_numbers(repairs: Repairs, site: Site, site_document: Document | None = None) -> None:
    """Refuse a file with a number that its site does not give, or gives as none that will do.

    Parameters
    ----------
    repairs, site
        A file whose shape is right, and the facts that it names.
    site_document
        The site's file, for the place of a fact that is refused.

    Raises
    ------
    PlanError
        If a fact is missing, a list, of another dimension or out of bounds, a remedy needs more people than its crew
        can have, a ladder begins before the one listed above it, or a burst strikes nothing.
    """
    for at, amount in amounts(repairs):
        if amount.fact is not None:
            _check_fact(repairs, at, amount, amount.fact, site, site_document)
    for where, there in (("", site), *((f" (at the {end} of all ranges)", at_end(site, end)) for end in ENDS)):
        for name in repairs.classes:
            _check_people(repairs, name, there, where)
            _check_order(repairs, name, there, where)
        _check_bursts(repairs, there, where)


# ---- shape


def _check_times(repairs: Repairs) -> None:
    """Refuse times that name nothing, or that cannot stand where they do."""
    for name, time in repairs.times.items():
        if time.like is not None:
            why = f"times.{name} is another's name; accepted is a time of its own, written out or by facts"
            raise _refused(repairs, why, "times", name)
    used = set()
    for at, time in _times(repairs):
        if time.like is not None:
            _known(repairs, time.like, repairs.times, "time", *at)
            used.add(time.like)
        if at[-1] in ("comes", "response") and repairs.time(time).never:
            why = f"{_path(at)}: who never comes is not on call and is no vendor; accepted is a time"
            raise _refused(repairs, why, *at)
    for name in repairs.times:
        if name not in used:
            raise _refused(repairs, f"times: nothing takes {name!r}; accepted is something that does", "times", name)


def _times(repairs: Repairs) -> Iterable[tuple[Path_, Time]]:
    """All times that are not written for the whole file, with their paths."""
    for name, crew in repairs.crews.items():
        if crew.comes is not None:
            yield ("crews", name, "comes"), crew.comes
    for name, stock in repairs.stocks.items():
        yield ("stocks", name, "lead"), stock.lead
    for name, one in repairs.classes.items():
        yield ("classes", name, "noticed"), one.noticed
        for at, remedy in _remedies(repairs, name):
            yield (*at, "time"), remedy.time
            if remedy.response is not None:
                yield (*at, "response"), remedy.response


def _check_class(repairs: Repairs, name: str) -> None:
    one, at = repairs.classes[name], ("classes", name)
    if repairs.time(one.noticed).never and one.patrol is None:
        why = f"class {name!r} is never noticed, and no patrol finds it; accepted is a time, or the name of a patrol"
        raise _refused(repairs, why, *at, "noticed")
    if one.patrol is not None:
        _known(repairs, one.patrol, repairs.patrols, "patrol", *at, "patrol")
    if one.backup is not None:
        _known(repairs, one.backup, repairs.backups, "backup", *at, "backup")
    seen: set[str] = set()
    for number, ladder in enumerate(one.ladders):
        for place, remedy in enumerate(ladder.remedies):
            where = (*at, "ladders", number, "remedies", place)
            if remedy.name in seen:
                why = f"class {name!r} has two remedies {remedy.name!r}; accepted is each name once, over all ladders"
                raise _refused(repairs, why, *where, "name")
            seen.add(remedy.name)
            _check_remedy(repairs, name, remedy, *where)
        _check_ladder(repairs, name, ladder, *at, "ladders", number)
    if one.ladders[0].after is not None:
        why = f"class {name!r}: nothing begins when it is known; accepted is a first ladder without after"
        raise _refused(repairs, why, *at, "ladders")
    if not any(_always_works(ladder.remedies[-1]) for ladder in one.ladders):
        why = (
            f"class {name!r}: its ladders may all end without bringing it back; accepted is one whose last remedy has "
            "neither works nor limit, and waits for its spare if it needs one, such as a vendor"
        )
        raise _refused(repairs, why, *at, "ladders")


def _check_remedy(repairs: Repairs, name: str, remedy: Remedy, *at: str | int) -> None:
    what = f"remedy {remedy.name!r} of {name!r}"
    if remedy.crew is not None and remedy.crew not in repairs.crews:
        why = f"{what}: {remedy.crew!r} is a skill nobody has; accepted: {_listed(repairs.crews)}"
        raise _refused(repairs, why, *at, "crew")
    if remedy.spare is not None:
        _known(repairs, remedy.spare, repairs.stocks, "stock", *at, "spare")
        if remedy.waits and repairs.time(repairs.stocks[remedy.spare].lead).never:
            why = f"{what} waits for {remedy.spare!r}, which is never replaced; accepted is a lead, or no waiting"
            raise _refused(repairs, why, *at, "waits")
    if remedy.limit is None and repairs.time(remedy.time).never:
        why = f"{what} never ends; accepted is a time, or a limit after which it is given up"
        raise _refused(repairs, why, *at, "time")
    if remedy.kind == "restore" and repairs.classes[name].backup is None:
        why = f"{what} restores, and the class has no backup; accepted is the name of one of the backups"
        raise _refused(repairs, why, *at, "kind")


def _check_ladder(repairs: Repairs, name: str, ladder: Ladder, *at: str | int) -> None:
    """Whatever is listed is tried at times."""
    for number, remedy in enumerate(ladder.remedies[:-1]):
        if _always_works(remedy):
            after = ladder.remedies[number + 1].name
            why = (
                f"class {name!r}: {remedy.name!r} always works, so that {after!r} after it is never tried; accepted "
                "is a share in works, a limit, or a last remedy"
            )
            raise _refused(repairs, why, *at, "remedies", number)


def _always_works(remedy: Remedy) -> bool:
    """Whether nothing can come after it: it works each time, takes as long as it takes, and lacks nothing."""
    sure = remedy.works is None or (remedy.works.fact is None and remedy.works.written == 1)
    lacks = remedy.spare is not None and not remedy.waits
    return remedy.kind != "diagnosis" and sure and remedy.limit is None and not lacks


def _check_used(repairs: Repairs) -> None:
    """What nobody uses is a slip of the pen."""
    remedies = [remedy for one in repairs.classes.values() for remedy in one.remedies]
    used: Mapping[str, set[str | None]] = {
        "crews": {remedy.crew for remedy in remedies},
        "stocks": {remedy.spare for remedy in remedies},
        "patrols": {one.patrol for one in repairs.classes.values()},
        "backups": {one.backup for one in repairs.classes.values()},
    }
    for what, names in used.items():
        for name in getattr(repairs, what):
            if name not in names:
                why = f"{what}: no class uses {name!r}; accepted is one that does, or no such entry"
                raise _refused(repairs, why, what, name)


# ---- numbers


def _check_fact(
    repairs: Repairs, at: Path_, amount: Amount, name: str, site: Site, site_document: Document | None
) -> None:
    what = _path(at)
    check_fact(amount, name, what, site, site_document, lambda why: _refused(repairs, why, *at))


def _check_people(repairs: Repairs, name: str, site: Site, where: str) -> None:
    for at, remedy in _remedies(repairs, name):
        if remedy.crew is None:
            continue
        crew = repairs.crews[remedy.crew]
        there = round(crew.on_shift.base(site)) + (0 if crew.on_call is None else round(crew.on_call.base(site)))
        needed = 1 if remedy.persons is None else round(remedy.persons.base(site))
        if needed > there:
            why = (
                f"remedy {remedy.name!r} of {name!r} needs {needed} of {remedy.crew!r}, who are {there} with those on "
                f"call{where}; accepted are {there} at most, or more people"
            )
            raise _refused(repairs, why, *at, "crew")


def _check_order(repairs: Repairs, name: str, site: Site, where: str) -> None:
    """A ladder listed later is a later level, and begins no earlier."""
    before_s = 0.0
    for number, ladder in enumerate(repairs.classes[name].ladders):
        after_s = 0.0 if ladder.after is None else ladder.after.base(site)
        if after_s < before_s:
            why = (
                f"class {name!r}: this ladder begins {after_s:g} s after the fault is known, earlier than the "
                f"{before_s:g} s of the one above it{where}; accepted are levels in the order in which they begin"
            )
            raise _refused(repairs, why, "classes", name, "ladders", number, "after")
        before_s = after_s


def _check_bursts(repairs: Repairs, site: Site, where: str) -> None:
    if repairs.bursts is not None and sum(repairs.weight(name, site) for name in repairs.classes) <= 0:
        why = f"bursts: no class is struck{where}; accepted is one at least with struck above 0, or no bursts"
        raise _refused(repairs, why, "bursts")


# ---- what is wrong, and where


def _remedies(repairs: Repairs, name: str) -> Iterable[tuple[Path_, Remedy]]:
    for number, ladder in enumerate(repairs.classes[name].ladders):
        for place, remedy in enumerate(ladder.remedies):
            yield ("classes", name, "ladders", number, "remedies", place), remedy


def _known(repairs: Repairs, name: str, known: Mapping[str, object], what: str, *at: str | int) -> None:
    if name not in known:
        raise _refused(repairs, f"{_path(at)}: there is no {what} {name!r}; accepted: {_listed(known)}", *at)


def _listed(known: Mapping[str, object]) -> str:
    return ", ".join(known) or "none, since there is none"


def _path(at: Path_) -> str:
    return ".".join(str(part) for part in at)


def _refused(repairs: Repairs, why: str, *at: str | int) -> PlanError:
    return PlanError(why, place=repairs.place(*at))
