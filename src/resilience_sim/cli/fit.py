"""The verb ``fit``: what a log of calls or outages, or the tests of a battery, say about a site.

Errors rise to the program's entry, which prints one line.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from resilience_sim.cli.options import Lang

if TYPE_CHECKING:
    from resilience_sim.experiments.fit import FittedFact, FittedSite, Target
    from resilience_sim.hazards.calls import Window

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
}
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
        Path, typer.Argument(metavar="TEST", help="The discharge tests: CSV, plain or gzipped.", show_default=False)
    ],
    *,
    table: Annotated[
        Path, typer.Option(metavar="FILE", help="The maker's table: duration_min, power_w or current_a; cutoff_v.")
    ],
    cutoff: Annotated[float | None, typer.Option(metavar="VOLTS", help="Cut-off per block: the table's row.")] = None,
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

    Loads are those of the whole battery. A voltage log of one test does too: time_s, voltage_v, power_w or current_a,
    temperature_c.
    """
    from resilience_sim.experiments.battery_files import Bank
    from resilience_sim.experiments.fit import fit_battery_site

    targets = _targets(out, json, force, (file, table))
    bank = Bank(blocks, strings, cells)
    fitted = fit_battery_site(file, table=table, cutoff_v=cutoff, bank=bank, extrapolate=extrapolate)
    _deliver(fitted, json, targets, lang)


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
        table.add_row(WORDS[name][language], _number(fact), fact.unit, str(fact.n))
    console = Console()
    console.print(table)
    for note in fitted.notes:
        console.print(Text(note[language]))


def _number(fact: FittedFact) -> str:
    values = fact.value if isinstance(fact.value, tuple) else (fact.value,)
    text = " ".join(f"{value:.4g}" for value in values)
    return text if fact.between is None else f"{text} ({fact.between[0]:.4g}–{fact.between[1]:.4g})"
