"""From a site's file of faults to what the repair machine takes: classes, crews, stocks, and when faults occur.

What the machine refuses is told with file and line of the class, crew or stock concerned.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np

from resilience_sim.errors import InputsError, PlanError
from resilience_sim.models.repair import (
    Backup,
    Crew,
    Faults,
    Instants,
    Ladder,
    Patrol,
    Rate,
    Remedy,
    RepairInputs,
    Stock,
)
from resilience_sim.plans import faults as files
from resilience_sim.plans.building_checks import ENDS, at_end
from resilience_sim.plans.faults import Repairs
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Deterministic, Exponential, Law, LogNormal, Never
from resilience_sim.timelines import Timeline, constant
from resilience_sim.units import DAY

__all__ = ["PRIORITIES", "burst_shares", "check_faults", "fault_class", "law", "repair_inputs", "repairs"]

PRIORITIES: Mapping[str, int] = {"people": 0, "data": 1, "equipment": 2}


def repairs(site: Site) -> Repairs:
    """The file of faults of a site.

    Raises
    ------
    PlanError
        If it has none.
    """
    if site.repairs is None:
        raise PlanError(
            f"site {site.site!r} does not tell what can break; accepted is a faults.yaml beside its site.yaml"
        )
    return site.repairs


def check_faults(site: Site) -> None:
    """Refuse a site whose file of faults is missing, or is none that the machine can take, also at the ends of ranges.

    Raises
    ------
    PlanError
        With file and line, where the file of faults comes from a file.
    """
    repair_inputs(site, horizon_s=DAY)
    for end in ENDS:
        repair_inputs(at_end(site, end), horizon_s=DAY, where=f"at the {end} of all ranges, ")


def repair_inputs(
    site: Site,
    *,
    horizon_s: float,
    arrivals: Mapping[str, Rate | Instants] | None = None,
    where: str = "",
) -> RepairInputs:
    """The faults of a site, and all there is against them, in the machine's terms.

    Parameters
    ----------
    site
        A site with a file of faults.
    horizon_s
        How long faults come by their rates, in seconds; time zero is midnight.
    arrivals
        When faults of some classes occur, by name, instead of their rates: other classes are left out, and no burst
        strikes. ``None``: all classes, by the rates and bursts of the file.
    where
        What to say of the site, if the machine refuses it.

    Raises
    ------
    PlanError
        If the site has no file of faults, or the machine refuses it; with file and line.
    """
    told = repairs(site)
    struck = burst_shares(site) if arrivals is None and told.bursts is not None else {}
    classes = []
    for name in told.classes if arrivals is None else arrivals:
        with _placed(told, where, "classes", name):
            when = None if arrivals is None else arrivals[name]
            classes.append(fault_class(site, name, arrivals=when, struck_share=struck.get(name)))
    crews, stocks = [], []
    for name, crew in told.crews.items():
        with _placed(told, where, "crews", name):
            crews.append(_crew(name, crew, site, horizon_s))
    for name, stock in told.stocks.items():
        with _placed(told, where, "stocks", name):
            stocks.append(Stock(name, round(stock.base.base(site)), law(stock.lead, site)))
    rate = None if told.bursts is None or told.bursts.rate is None else told.bursts.rate.base(site)
    with _placed(told, where):
        return RepairInputs(
            tuple(classes),
            horizon_s,
            tuple(crews),
            tuple(stocks),
            bursts=None if arrivals is not None or rate is None else Rate(rate),
        )


def fault_class(
    site: Site, name: str, *, arrivals: Rate | Instants | None = None, struck_share: float | None = None
) -> Faults:
    """One class of a site's faults, in the machine's terms.

    A remedy of the kind *diagnosis* never works, one of the kind *restore* goes back to the class's last good backup.

    Parameters
    ----------
    site, name
        A site with a file of faults, and the class.
    arrivals
        When its faults occur, if not by its own rate.
    struck_share
        Share of its devices that a burst strikes; ``None``: bursts do not.
    """
    told = repairs(site)
    one = told.classes[name]
    return Faults(
        name,
        tuple(
            Ladder(
                tuple(_remedy(remedy, site) for remedy in ladder.remedies),
                0.0 if ladder.after is None else ladder.after.base(site),
                ladder.persists,
            )
            for ladder in one.ladders
        ),
        noticed=law(one.noticed, site),
        arrivals=Rate(told.per_s(name, site)) if arrivals is None else arrivals,
        struck=0 if struck_share is None else round(one.devices.base(site)),
        struck_share=1.0 if struck_share is None else struck_share,
        patrol=None if one.patrol is None else Patrol(one.patrol, told.patrols[one.patrol].every.base(site)),
        priority=PRIORITIES[one.priority],
        backup=None if one.backup is None else _backup(one.backup, told.backups[one.backup], site),
        takes_down=one.takes_down,
    )


def burst_shares(site: Site, *, size: float | None = None) -> dict[str, float]:
    """Share of each class's devices that a burst strikes: ``size * struck / Σ devices * struck``, 1 at most.

    Parameters
    ----------
    site
        A site with bursts.
    size
        Faults of a burst on average; that of the file if not given.
    """
    told = repairs(site)
    if size is None:
        assert told.bursts is not None
        size = told.bursts.size.base(site)
    struck = {name: 1.0 if one.struck is None else one.struck.base(site) for name, one in told.classes.items()}
    total = math.fsum(told.classes[name].devices.base(site) * weight for name, weight in struck.items())
    return {name: min(1.0, size * weight / total) for name, weight in struck.items()}


def law(time: files.Time, site: Site) -> Law:
    """How long something takes at a site, in seconds; a name is that of one of its file's times."""
    time = repairs(site).time(time)
    scale = 1.0 if time.scale is None else time.scale.base(site)
    if time.never:
        return Never()
    if time.exactly is not None:
        return Deterministic(time.exactly.base(site) * scale)
    if time.median is not None:
        assert time.sigma is not None
        return LogNormal.from_median(time.median.base(site) * scale, time.sigma.base(site))
    assert time.mean is not None
    mean_s = time.mean.base(site) * scale
    return Exponential(mean_s) if time.sigma is None else LogNormal.from_mean(mean_s, time.sigma.base(site))


def _remedy(remedy: files.Remedy, site: Site) -> Remedy:
    works = 1.0 if remedy.works is None else remedy.works.base(site)
    return Remedy(
        remedy.name,
        law(remedy.time, site),
        works=0.0 if remedy.kind == "diagnosis" else works,
        crew=remedy.crew,
        persons=1 if remedy.persons is None else round(remedy.persons.base(site)),
        response=Deterministic(0.0) if remedy.response is None else law(remedy.response, site),
        limit_s=math.inf if remedy.limit is None else remedy.limit.base(site),
        spare=remedy.spare,
        waits=remedy.waits,
        restores=remedy.kind == "restore",
    )


def _crew(name: str, crew: files.Crew, site: Site, horizon_s: float) -> Crew:
    on_shift = round(crew.on_shift.base(site))
    return Crew(
        name,
        constant(float(on_shift)) if crew.hours is None else _shifts(on_shift, crew.hours, site, horizon_s),
        on_call=0 if crew.on_call is None else round(crew.on_call.base(site)),
        comes=Deterministic(0.0) if crew.comes is None else law(crew.comes, site),
        preempts=crew.preempts,
    )


def _shifts(on_shift: int, hours: tuple[files.Hour, files.Hour], site: Site, horizon_s: float) -> Timeline:
    """So many between two hours of every day, and nobody else; a week longer than the horizon, for what is begun."""
    start_s, end_s = (hour.base(site) for hour in hours)
    days = np.arange(-1, math.ceil(horizon_s / DAY) + 7) * DAY
    length_s = (end_s - start_s) % DAY or DAY
    if length_s == DAY:
        return constant(float(on_shift))
    times = np.column_stack((days + start_s, days + start_s + length_s)).ravel()
    return Timeline(times, np.tile([float(on_shift), 0.0], len(days)))


def _backup(name: str, backup: files.Backup, site: Site) -> Backup:
    return Backup(name, backup.every.base(site), 1.0 if backup.succeeds is None else backup.succeeds.base(site))


@contextmanager
def _placed(told: Repairs, where: str, *at: str | int) -> Iterator[None]:
    """Whatever the machine refuses is told with its file, and the line of the thing concerned."""
    try:
        yield
    except InputsError as error:
        raise PlanError(f"{where}{error}", place=told.place(*at)) from None
