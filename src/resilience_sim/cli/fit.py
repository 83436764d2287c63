"""The verb ``fit``: what a log of calls or outages, the tests of a battery, or records of drills say about a site.

Errors rise to the program's entry, which prints one line.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from resilience_sim.cli.options import Lang

if TYPE_CHECKING:
    from collections.abc import Callable

    from resilience_sim.experiments.drill_facts import Drilled
    from resilience_sim.experiments.fit import FittedFact, FittedSite, Target
    from resilience_sim.hazards.calls import Window
    from resilience_sim.plans.register import Plan
    from resilience_sim.plans.site import Site

__all__ = ["app"]

app = typer.Typer(help="Fit a log of your own to a site's facts.", no_args_is_help=True)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

WORDS = {  # fact: Chinese, English
    "calls.usual_busy": ("最忙小时的来电", "calls in the busiest hour"),
    "calls.profile": ("各小时平均来电", "mean calls by hour of the day"),
    "calls.day_factor_cv": ("日系数的变异系数", "day factor, coefficient of variation"),
    "calls.handling_mean": ("平均处理时长", "handling time, mean"),
    "calls.handling_sigma": ("处理时长对数的标准差", "handling time, standard deviation of the logarithm"),
    "calls.hang_share": ("挂断比例", "share hung up"),
    "calls.within_20s_share": ("20 秒内接通占接通比例", "answered within 20 s, of the answered"),
    "patience.mean": ("平均耐心（指数分布）", "patience, mean (exponential)"),
    "patience.weibull_shape": ("耐心形状参数（韦布尔分布）", "patience, Weibull shape"),
    "patience.weibull_scale": ("耐心尺度参数（韦布尔分布）", "patience, Weibull scale"),
    "patience.lognormal_median": ("耐心中位数（对数正态分布）", "patience, median (log-normal)"),
    "patience.lognormal_sigma": ("耐心对数的标准差", "patience, standard deviation of the logarithm"),
    "redial.share": ("挂断后 30 分钟内重拨比例", "share of hang-ups who redial within 30 min"),
    "redial.delay_median": ("重拨间隔中位数", "time to the redial, median"),
    "lines.per_day": ("每日停电线路", "line outages a day"),
    "lines.clustering": ("日停电线路数的方差与均值之比", "variance over mean of the daily number"),
    "lines.storm_share": ("成批停电所占比例", "share of lines that trip in storms"),
    "lines.within_hours": ("以下两项的时限", "hours of the two lists below"),
    "lines.back_normal_day": ("平日在时限内复电比例", "share back by then, normal days"),
    "lines.back_storm_day": ("灾害日在时限内复电比例", "share back by then, storm days"),
    "outage_calls.customers_per_line": ("每条线路用户数中位数", "customers on a line, median"),
    "outage_calls.late_share": ("晚于首次预告复电的比例", "share back later than first announced"),
    "battery.health": ("电池健康度（放电率法）", "battery's state of health (rate-adjusted)"),
    "battery.health_time_adjusted": ("同上（时间法）", "the same (time-adjusted)"),
    "battery.age": ("试验时的使用年限", "age at the test"),
    "battery.test_ages": ("各次试验的使用年限", "age at each test"),
    "battery.test_healths": ("各次试验的健康度（放电率法）", "state of health at each test (rate-adjusted)"),
    "battery.life_in_place": ("现场寿命（降至 80 %）", "life in place (down to 80 %)"),
    "battery.ageing_power": ("老化曲线的指数", "power of the law of age"),
    "battery.table.duration": ("厂家表的时长", "durations of the maker's table"),
    "battery.table.power": ("每块电池的功率", "power per block"),
    "battery.kibam.available": ("KiBaM 可用部分", "KiBaM, share available"),
    "battery.kibam.rate": ("KiBaM 流动速率", "KiBaM, rate between the wells"),
    "battery.kibam.capacity": ("KiBaM 容量", "KiBaM, capacity"),
    "battery.peukert.exponent": ("Peukert 指数", "Peukert's exponent"),
    "drills.spread": ("各次演练用时对数的标准差", "drills, standard deviation of the logarithm"),
    "drills.growth_per_year": ("用时每年增长", "growth of times per year"),
    "drills.every": ("演练间隔", "time between drills"),
    "walking.pace_factor": ("步速与模型之比", "pace against the model's"),
    "walking.level": ("平地步行速度", "walking on the level"),
    "walking.adults": ("成人步行速度", "walking, adults"),
    "walking.elderly": ("老年人步行速度", "walking, elderly"),
    "walking.stairs_juniors": ("小班下楼速度", "on stairs, juniors"),
    "walking.stairs_seniors": ("大班下楼速度", "on stairs, seniors"),
}
KINDS = {  # of groups, whose names records of drills give; others go by the name in the record
    "groups": ("各组", "all groups"), "juniors": ("小班", "juniors"), "seniors": ("大班", "seniors"),
    "staff": ("员工", "staff"), "customers": ("客户", "customers"), "office": ("办公人员", "office"),
}  # fmt: skip
STARTS = {  # what of a kind of groups: after the kind's name in the fact's
    "": ("开始撤离平均用时", "mean time to start"),
    "_median": ("开始撤离用时中位数", "median time to start"),
    "_sigma": ("开始撤离用时对数的标准差", "time to start, standard deviation of the logarithm"),
}
UNITS = {  # Chinese; what is missing is written alike
    "share": "占比", "year": "年", "1": "", "h": "小时", "min": "分钟", "s": "秒", "d": "天", "1/d": "次/天",
    "calls": "个来电", "calls/5min": "个来电/5 分钟", "lines": "条线路", "customers": "户", "W": "瓦", "Wh": "瓦时",
    "1/h": "1/小时",
}  # fmt: skip
HEADINGS = {"zh": ("指标", "数值", "单位", "样本数"), "en": ("figure", "value", "unit", "n")}


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
    from resilience_sim.experiments.fit import fit_call_site

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
    from resilience_sim.experiments.fit import fit_outage_site

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
    from resilience_sim.experiments.fit import fit_battery_site

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
    from resilience_sim.experiments.fit import fit_drill_site
    from resilience_sim.units import DAY

    targets = _targets(out, json, force, (file,))
    model, at_site = (None, None) if plan is None else _drilled(plan)
    noticing = Noticing(growth, None if within is None else within * DAY, chance)
    _deliver(fit_drill_site(file, noticing=noticing, model=model, at_site=at_site, seed=seed), json, targets, lang)


def _drilled(name: str) -> tuple[Drilled, Callable[[Site], Drilled]]:
    """The study of a plan whose people can be drilled, and the same at another site."""
    from resilience_sim.cli.session import bound_plans

    (bound,) = bound_plans([name], None)
    study = bound.study
    if study is None or not hasattr(study, "drilled"):
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
        _print(fitted, lang)
    for name, text in (("out", as_yaml), ("json", as_json)):
        if name in targets:
            targets[name].write(text(fitted))
            typer.echo(f"{'已写入' if lang == Lang.ZH else 'wrote'} {targets[name].path}", err=True)


def _print(fitted: FittedSite, lang: Lang) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    language = 0 if lang == Lang.ZH else 1
    table = Table(title=Text(fitted.source), title_justify="left")
    for heading in HEADINGS[lang]:
        table.add_column(heading, overflow="fold")
    for name, fact in fitted.facts.items():
        unit = UNITS.get(fact.unit, fact.unit) if lang == Lang.ZH else "" if fact.unit == "1" else fact.unit
        table.add_row(_words(name)[language], _number(fact), unit, str(fact.n))
    console = Console()
    console.print(table)
    for note in fitted.notes:
        console.print(Text(note[language]))


def _words(name: str) -> tuple[str, str]:
    """What a fact is, in Chinese and English."""
    if not name.startswith("pre_movement."):
        return WORDS.get(name, (name, name))
    kind = name.removeprefix("pre_movement.")
    what = next((ending for ending in ("_median", "_sigma") if kind.endswith(ending)), "")
    kind = kind.removesuffix(what)
    zh, en = KINDS.get(kind, (kind, kind.replace("_", " ")))
    return f"{STARTS[what][0]}（{zh}）", f"{STARTS[what][1]} ({en})"


def _number(fact: FittedFact) -> str:
    values = fact.value if isinstance(fact.value, tuple) else (fact.value,)
    text = " ".join(f"{value:.4g}" for value in values)
    return text if fact.between is None else f"{text} ({fact.between[0]:.4g}–{fact.between[1]:.4g})"
