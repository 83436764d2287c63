"""Figures of power studies: how long the telephones run as their battery ages, and when servers must be shed for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from resilience_sim.experiments.recommend import Recommendation
from resilience_sim.reports.fonts import Script, script
from resilience_sim.reports.labels import say
from resilience_sim.reports.look import BLACK, BLUE, GREEN, GREY, VERMILLION, look
from resilience_sim.reports.titles import set_title
from resilience_sim.studies.network_operations.power import NetworkOperations
from resilience_sim.studies.network_operations.supply import Setting
from resilience_sim.units import HOUR, from_base, to_base

__all__ = ["TELEPHONES", "recommended_shed_h", "telephones_figure"]

TELEPHONES = "telephones_by_age.svg"

AGES = tuple(k / 10 for k in range(81))  # years
TO_THE_MINUTE = 60.0


def telephones_figure(study: NetworkOperations, lang: str, *, recommended_h: float | None = None) -> Figure:
    """Runtime of the telephones by the battery's age, with the promises, the shed time and the recommended one.

    Runtimes are those of an outage without end in which nothing is left to chance; what chance takes is the verdicts'.

    Parameters
    ----------
    study
        The network operations centre's.
    lang
        zh or en.
    recommended_h
        Hours after which a recommendation sheds the servers; `None`: there is none.
    """
    writing = script(lang)
    promised = study.supplies.promised
    plain = study.setting("shedding", "endless", {})
    with look(writing.families):
        figure = Figure(figsize=(8.4, 4.6), layout="constrained")
        axes = figure.add_subplot()
        never = replace(plain, shed_after_s=np.inf, reserve_s=0.0)
        axes.plot(AGES, _runtimes_h(study, never), color=GREY, lw=1.6, ls=(0, (1, 1)), label=say(writing, "all_on"))
        lines = [(promised.shed_at_s / HOUR, "shed_at", VERMILLION, "-")]
        if recommended_h is not None:
            lines.append((recommended_h, "shed_sooner", BLUE, "--"))
        whole_h, findings = (promised.phones_s + promised.extra_s) / HOUR, list[str]()
        for hours, key, colour, dashes in lines:
            shed = replace(plain, shed_after_s=hours * HOUR)
            label = say(writing, key).format(hours=hours)
            runtimes = _runtimes_h(study, shed)
            axes.plot(AGES, runtimes, color=colour, lw=2, ls=dashes, label=label)
            findings.append(_reached(hours, runtimes, whole_h, writing))
        latest = say(writing, "latest_shed").format(hours=whole_h)
        axes.plot(AGES, _latest_h(study, plain, AGES), color=GREEN, lw=1.6, ls="-.", label=latest)
        for hours in (promised.phones_s / HOUR, whole_h):
            _draw_promise(axes, hours, writing)
        now = from_base(plain.state.age_s, "year")
        axes.axvline(now, color=GREY, lw=0.8)
        axes.text(now + 0.05, 0.12, say(writing, "now_aged"), color=GREY, fontsize=8)
        axes.set(xlim=(0, AGES[-1]), ylim=(0, None), xlabel=say(writing, "age_axis"), ylabel=say(writing, "hours_axis"))
        axes.yaxis.set_major_locator(MultipleLocator(1))
        if recommended_h is None:
            (by_now,) = _latest_h(study, plain, [now])
            key = "shed_never_now" if np.isnan(by_now) else "shed_by_now"
            findings.append(say(writing, key).format(age=now, whole=whole_h, latest=by_now))
        set_title(figure, findings, [say(writing, "certain")], writing)
        figure.legend(loc="outside lower center", ncols=2)
    return figure


def recommended_shed_h(found: Sequence[Recommendation]) -> float | None:
    """The hours after which the first recommendation that sheds for the telephones does so; `None`: none does."""
    for one in found:
        if one.recommended is not None and one.questions[0].measure == "phones_extra":
            for choice, value in zip(one.choices, one.recommended, strict=True):
                if choice.quantity == "shed_at":
                    return value
    return None


def _draw_promise(axes: Axes, hours: float, writing: Script) -> None:
    axes.axhline(hours, color=BLACK, lw=0.9)
    label = say(writing, "promised").format(hours=hours)
    axes.annotate(label, (AGES[-1], hours), (-2, 3), textcoords="offset points", ha="right", fontsize=8)


def _runtimes_h(study: NetworkOperations, setting: Setting) -> list[float]:
    """Hours for which the telephones run, by age."""
    return [study.supplies.runtime_s(_aged(setting, age)) / HOUR for age in AGES]


def _reached(hours: float, runtimes_h: Sequence[float], whole_h: float, writing: Script) -> str:
    """Until which age the telephones run as long as promised with servers shut down after so many hours."""
    short = [age for age, run_h in zip(AGES, runtimes_h, strict=True) if run_h < whole_h]
    key = "shed_misses" if short and short[0] == AGES[0] else "shed_reaches"
    age = max((age for age in AGES if age < min(short, default=np.inf)), default=0.0)
    return say(writing, key).format(hours=hours, whole=whole_h, most=max(runtimes_h), age=age)


def _latest_h(study: NetworkOperations, setting: Setting, ages: Sequence[float]) -> list[float]:
    """The latest moment, in hours, at which the plan may tell people to shed, by age; nan where none is early enough.

    Found on the machine itself, to the minute: people are late and servers take their time to stop.
    """
    promised = study.supplies.promised
    whole_s = promised.phones_s + promised.extra_s

    def enough(age: float, shed_s: float) -> bool:
        return study.supplies.runtime_s(replace(_aged(setting, age), shed_after_s=shed_s)) >= whole_s

    found = []
    for age in ages:
        low, high = 0.0, whole_s
        while high - low > TO_THE_MINUTE:
            middle = (low + high) / 2
            low, high = (middle, high) if enough(age, middle) else (low, middle)
        found.append(low / HOUR if enough(age, low) else np.nan)
    return found


def _aged(setting: Setting, age: float) -> Setting:
    return replace(setting, state=replace(setting.state, age_s=to_base(age, "year")))
