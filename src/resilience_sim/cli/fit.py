"""The verb ``fit``: what a log of one's own says about a site: calls, outages, batteries, drills, repairs, call trees.

Errors rise to the program's entry, which prints one line.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from resilience_sim.cli.options import Lang

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from resilience_sim.experiments.drill_facts import Drilled
    from resilience_sim.experiments.fit import FittedSite, Target
    from resilience_sim.hazards.calls import Window
    from resilience_sim.plans.register import Plan
    from resilience_sim.plans.site import Site

__all__ = ["app"]

app = typer.Typer(help="Fit a log of your own to a site's facts.", no_args_is_help=True)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Log = Annotated[Path, typer.Argument(metavar="FILE", help="The log: CSV, plain or gzipped.", show_default=False)]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the facts as YAML for a site.yaml.")]
Json = Annotated[str | None, typer.Option("--json", metavar="FILE|-", help="Write JSON; - prints it.")]
InLanguage = Annotated[Lang, typer.Option("--lang", help="Language of the table.")]
Force = Annotated[bool, typer.Option("--force", help="Replace files that exist; never the log.")]


@app.command()
def calls(
    file: Log,
    *,
    exclude: Annotated[
        list[str] | None,
        typer.Option(metavar="DAY,FROM,TO", help="Leave a failure out of patience: 1999-02-03,12:47,13:34 or seconds."),
    ] = None,
    weekdays: Annotated[str, typer.Option(metavar="DAYS", help="Days that make profile and day factor.")] = ",".join(
        WEEKDAYS
    ),
    out: Out = None,
    json: Json = None,
    lang: InLanguage = Lang.EN,
    force: Force = False,
) -> None:
    """Fit a call log: day, arrive_s, vru_s, queue_s, service_s, outcome; also type, caller, agent."""
    from resilience_sim.experiments.fit_calls import fit_call_site

    windows, days = [_window(text) for text in exclude or ()], _days(weekdays)
    targets = _targets(out, json, force, (file,))
    _deliver(fit_call_site(file, exclude=windows, weekdays=days), json, targets, lang)


@app.command()
def outages(
    file: Log,
    *,
    gaps: Annotated[Path | None, typer.Option(metavar="FILE", help="When the record was blind, as JSON.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the years simulated in the fit.")] = 0,
    out: Out = None,
    json: Json = None,
    lang: InLanguage = Lang.EN,
    force: Force = False,
) -> None:
    """Fit an outage record: start, end, customers; also cause, planned, first_seen_s, end_seen, first_estimate_s."""
    from resilience_sim.experiments.fit_outages import fit_outage_site

    targets = _targets(out, json, force, (file, *(() if gaps is None else (gaps,))))
    _deliver(fit_outage_site(file, gaps=gaps, seed=seed), json, targets, lang)


@app.command()
def batteries(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[TEST]",
            help="The discharge tests: CSV, plain or gzipped; none: the table alone.",
            show_default=False,
        ),
    ] = None,
    *,
    table: Annotated[
        Path, typer.Option(metavar="FILE", help="The maker's table: duration_min, power_w or current_a; cutoff_v.")
    ],
    cutoff: Annotated[float | None, typer.Option(metavar="VOLTS", help="Cut-off per block: the table's row.")] = None,
    capacity: Annotated[
        float | None,
        typer.Option(
            metavar="AH", help="Rated capacity of a block: instead of --cutoff, where the cut-off follows the rate."
        ),
    ] = None,
    blocks: Annotated[int, typer.Option(min=1, help="In series in each string.")] = 1,
    strings: Annotated[int, typer.Option(min=1, help="In parallel.")] = 1,
    cells: Annotated[int, typer.Option(min=1, help="In a block: 6 for 12 V.")] = 6,
    extrapolate: Annotated[
        bool, typer.Option("--extrapolate", help="Accept tests beyond the table's durations: its end slope goes on.")
    ] = False,
    out: Out = None,
    json: Json = None,
    lang: InLanguage = Lang.EN,
    force: Force = False,
) -> None:
    """Fit discharge tests: power_w or current_a, lasted_min, temperature_c; also date and installed, or age_years.

    With the tests, or alone, the maker's table becomes facts of a site as well. Loads are those of the whole battery. A
    voltage log of one test does too: time_s, voltage_v, power_w or current_a, temperature_c.
    """
    from resilience_sim.experiments.battery_files import Bank
    from resilience_sim.experiments.fit_batteries import fit_battery_site

    targets = _targets(out, json, force, (*(() if file is None else (file,)), table))
    bank = Bank(blocks, strings, cells)
    fitted = fit_battery_site(
        file, table=table, cutoff_v=cutoff, capacity_ah=capacity, bank=bank, extrapolate=extrapolate
    )
    _deliver(fitted, json, targets, lang)


@app.command()
def drills(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The record of drills: CSV, plain or gzipped.", show_default=False)
    ],
    *,
    plan: Annotated[
        str | None,
        typer.Option(metavar="PLAN", help="Hold it against this plan's building: a shipped plan, or a folder."),
    ] = None,
    growth: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            help="Growth of times to be noticed: 0.2 for 20 %. By default the plan's site tells; without a plan 0.2.",
            min=0.01,
            max=10,
        ),
    ] = None,
    within: Annotated[
        float | None,
        typer.Option(
            metavar="DAYS",
            help="In which it is to be noticed. By default the plan's site tells; without a plan 365.",
            min=7,
            max=3650,
        ),
    ] = None,
    chance: Annotated[
        float, typer.Option(metavar="SHARE", help="With which it is to be noticed.", min=0.1, max=0.999)
    ] = 0.8,
    seed: Annotated[int, typer.Option(min=0, help="Of the drills simulated.")] = 0,
    out: Out = None,
    json: Json = None,
    lang: InLanguage = Lang.EN,
    force: Force = False,
) -> None:
    """Fit records of drills: date, group, started_s; also out_s, door, persons, adults, kind.

    Seconds count from the alarm: until the group's first started, until its last was out. With a plan, the walking pace
    is fitted too, and the plan's model is tested against the drills.
    """
    from resilience_sim.experiments.drill_facts import Noticing
    from resilience_sim.experiments.fit_drills import fit_drill_site
    from resilience_sim.units import DAY

    targets = _targets(out, json, force, (file,))
    model, at_site = (None, None) if plan is None else _drilled(plan)
    noticing = Noticing(growth, None if within is None else within * DAY, chance)
    _deliver(fit_drill_site(file, noticing=noticing, model=model, at_site=at_site, seed=seed), json, targets, lang)


@app.command()
def repairs(
    file: Log,
    *,
    watched: Annotated[
        str | None,
        typer.Option(metavar="DAY,DAY", help="First and last day of the log. By default of its first and last fault."),
    ] = None,
    window: Annotated[
        float, typer.Option(metavar="MINUTES", help="Within which the next fault is of one burst.", min=0.1, max=10080)
    ] = 60.0,
    devices: Annotated[
        int | None, typer.Option(metavar="N", help="Devices that the log is of: the mean gap of 50.", min=1)
    ] = None,
    out: Out = None,
    json: Json = None,
    lang: InLanguage = Lang.EN,
    force: Force = False,
) -> None:
    """Fit a log of repairs: cause (or class), minutes (or down_min) or started and back; also known, responded, detail.

    By cause: how long faults are down, the log-normal law with its errors and how far it is off, shares back by then.
    With the instants, how often faults come, and whether they come together.
    """
    from resilience_sim.experiments.fit_repairs import fit_repair_site
    from resilience_sim.units import MINUTE

    days = None if watched is None else _two_days(watched)
    targets = _targets(out, json, force, (file,))
    fitted = fit_repair_site(file, watched=days, window_s=window * MINUTE, devices=devices)
    _deliver(fitted, json, targets, lang)


@app.command()
def calltree(
    file: Log,
    *,
    out: Out = None,
    json: Json = None,
    lang: InLanguage = Lang.EN,
    force: Force = False,
) -> None:
    """Fit a log of a call tree: event, person (or called), at, answered; also kind, device, took_s, replied_at, comes.

    One line for each call or message (kind message); arrives_at and ended_at are read too. Shares have exact intervals;
    whoever has not replied, or not arrived, when the event ends is taken as one who may yet.
    """
    from resilience_sim.experiments.fit_calltree import fit_calltree_site

    targets = _targets(out, json, force, (file,))
    _deliver(fit_calltree_site(file), json, targets, lang)


def _drilled(name: str) -> tuple[Drilled, Callable[[Site], Drilled]]:
    """The study of a plan whose people can be drilled, and the same at another site."""
    from resilience_sim.cli.session import bound_plans
    from resilience_sim.studies.parts import parts

    (bound,) = bound_plans([name], None)
    study = next((one for one in parts(bound.study) if hasattr(one, "drilled")), None)
    if study is None:
        raise typer.BadParameter(
            f"plan {bound.plan.plan!r} lets nobody leave a building; accepted is a plan with claims of an evacuation, "
            "such as service-hall",
            param_hint="--plan",
        )
    study_of = cast("Callable[[Plan, Site], Drilled]", type(study))
    return cast("Drilled", study), lambda site: study_of(bound.plan, site)


def _window(text: str) -> Window:
    from datetime import date

    from resilience_sim.hazards.calls import Window

    try:
        day, start, end = (part.strip() for part in text.split(","))
        window = Window(date.fromisoformat(day).isoformat(), _seconds(start), _seconds(end))
    except ValueError:
        window = None
    if window is None or not 0 <= window.from_s <= window.to_s <= 86400:
        raise typer.BadParameter(
            f"{text!r}; accepted is a day and two times of it in order, such as 1999-02-03,12:47,13:34",
            param_hint="--exclude",
        )
    return window


def _two_days(text: str) -> tuple[date, date]:
    from datetime import date

    try:
        first, last = (date.fromisoformat(part.strip()) for part in text.split(","))
    except ValueError:
        first, last = date.max, date.min
    if last < first:
        raise typer.BadParameter(
            f"{text!r}; accepted are two days in order, such as 2024-01-01,2024-12-31", param_hint="--watched"
        )
    return first, last


def _seconds(text: str) -> float:
    """Seconds of the day, written as such or as a clock time."""
    from datetime import time

    if ":" not in text:
        return float(text)
    at = time.fromisoformat(text)
    return at.hour * 3600.0 + at.minute * 60.0 + at.second


def _days(text: str) -> list[int]:
    names = [name.strip().lower() for name in text.split(",")]
    if not set(names) <= set(WEEKDAYS):
        raise typer.BadParameter(f"{text!r}; accepted are some of {','.join(WEEKDAYS)}", param_hint="--weekdays")
    return [WEEKDAYS.index(name) for name in names]


def _targets(out: Path | None, json: str | None, force: bool, sources: tuple[Path, ...]) -> dict[str, Target]:
    """The files to be written, by option; refused before the work, not after it."""
    from resilience_sim.experiments.fit import Target

    paths = {"out": out, "json": None if json in (None, "-") else Path(str(json))}
    return {name: Target.at(path, force=force, sources=sources) for name, path in paths.items() if path is not None}


def _deliver(fitted: FittedSite, json: str | None, targets: dict[str, Target], lang: Lang) -> None:
    from resilience_sim.experiments.fit import as_json, as_yaml

    if json == "-":
        typer.echo(as_json(fitted), nl=False)
    else:
        from rich.console import Console

        from resilience_sim.reports.fit_tables import print_fit

        print_fit(fitted, lang.value, Console())
    for name, text in (("out", as_yaml), ("json", as_json)):
        if name in targets:
            targets[name].write(text(fitted))
            typer.echo(f"{'已写入' if lang == Lang.ZH else 'wrote'} {targets[name].path}", err=True)
