"""Drill records as facts of a site, and in sentences what they say beyond that."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from resilience_sim.errors import DataError, Place
from resilience_sim.experiments.drill_files import ANY_KIND, LONGEST_S, DrillRecord, read_drills
from resilience_sim.experiments.drill_model import ERROR, DrillMatch, Look, Pace, fit_pace, match_drills
from resilience_sim.experiments.drills import Drift, Estimate, StartLaw, fit_drift, fit_starts
from resilience_sim.experiments.fit import FittedFact
from resilience_sim.models.egress import EgressInputs
from resilience_sim.plans.site import Fact, Site
from resilience_sim.studies.drilling import longest_interval_s
from resilience_sim.units import DAY

__all__ = ["Drilled", "Noticing", "drill_facts"]

Note = tuple[str, str]

LOOK_WORDS = {
    "starts": ("开始撤离", "starting"),
    "ways": ("从开始到全组撤出", "the way out"),
    "last_out": ("全员撤出", "the last one out"),
}


MOST = {"s": LONGEST_S, "1": 5.0, "share": 100.0}
"""What an interval may go up to, by its unit; beyond it says nothing."""


@dataclass(frozen=True)
class Noticing:
    """What is to be noticed: times that grow by `growth` within `within_s`, with this chance.

    None: as the site has it (``drills.growth``, ``drills.within``); where there is no site, or it has none, by 20 %
    within a year.
    """

    growth: float | None = None
    within_s: float | None = None
    chance: float = 0.8

    def at(self, site: Site | None) -> Noticed:
        """With the site's facts for what was left open."""

        def known(chosen: float | None, name: str, otherwise: float) -> float:
            if chosen is not None:
                return chosen
            return otherwise if site is None or name not in site.facts else site.base(name)

        growth, within_s = known(self.growth, "drills.growth", 0.2), known(self.within_s, "drills.within", 365 * DAY)
        return Noticed(growth, within_s, self.chance)


@dataclass(frozen=True)
class Noticed:
    """The same, settled."""

    growth: float
    within_s: float
    chance: float


class Drilled(Protocol):
    """A study whose people can be drilled."""

    @property
    def site(self) -> Site:
        """The facts it was bound to."""

    def drilled(self) -> EgressInputs:
        """Who leaves, and how, when nothing burns: time zero is the alarm."""


def drill_facts(
    path: Path, *, noticing: Noticing, model: Drilled | None, at_site: Callable[[Site], Drilled] | None, seed: int
) -> tuple[dict[str, FittedFact], tuple[Note, ...]]:
    """Facts by name, and notes (zh, en).

    Parameters
    ----------
    path
        The record.
    noticing
        What drills are to notice.
    model, at_site
        The study that the drills are held against, if any, and the same study at another site.
    seed
        Of what is simulated.

    Raises
    ------
    DataError
        If the record is not as described, or does not fit the building.
    """
    record = read_drills(path)
    facts: dict[str, FittedFact] = {}
    notes = [_taken(record)]
    one_by_one = set() if model is None else _one_by_one(path, record, model)
    for law in fit_starts(record):
        if law.kind in one_by_one:
            notes.append(_first_only(law.kind))
        else:
            facts |= _start_facts(law)
    drift = fit_drift(record)
    if drift is not None:
        facts |= _drift_facts(record, drift)
        notes += [_drift_note(drift), _every_note(drift, noticing.at(None if model is None else model.site))]
    if model is not None and at_site is not None:
        drilled = model.drilled()
        pace = fit_pace(record, drilled, seed=seed)
        facts |= _pace_facts(pace, model, at_site, drilled)
        notes += [_pace_note(pace), *_match_notes(match_drills(record, drilled, seed=seed))]
    return facts, tuple(notes)


# ---- starting


def _start_facts(law: StartLaw) -> dict[str, FittedFact]:
    counted = (law.times, f"times of starting in {law.drills} drill{'' if law.drills == 1 else 's'}, log-normal")
    name = f"pre_movement.{law.kind}"
    return {
        name: _fact(law.mean, "s", counted),
        f"{name}_median": _fact(law.median, "s", counted),
        f"{name}_sigma": _fact(law.sigma, "1", counted),
    }


def _one_by_one(path: Path, record: DrillRecord, model: Drilled) -> set[str]:
    """The kinds with groups whose people start each for themselves: of these the record has only the first."""
    _refuse_kinds(path, record, model.site)
    apart = {group.name for group in model.drilled().groups if not group.together}
    return {one.kind for drill in record.drills for one in drill.taken if one.group in apart}


def _first_only(kind: str) -> Note:
    return (
        f"类别 {kind}：各人自行起步，记录的只是最先一人，不据此给出起步时间",
        f"{kind}: people start one by one and the record has the first alone, which gives no law of starting",
    )


def _fact(estimate: Estimate, unit: str, counted: tuple[int, str]) -> FittedFact:
    """With an interval whose upper end is believable; else the record sets no bound there."""
    between, most = estimate.between, MOST[unit]
    if between is not None and between[1] > most:
        between = (between[0], math.inf)
    return FittedFact(estimate.value, unit, *counted, between=between)


def _taken(record: DrillRecord) -> Note:
    drills, groups = len(record.drills), record.rows()
    if drills == 1:
        return (
            f"1 次演练、{groups} 个用时：没有给出区间，因为一次演练看不出各次之间的差别",
            f"1 drill, {groups} times: no intervals, since one drill does not tell how drills differ",
        )
    return (
        f"{drills} 次演练、{groups} 个用时；区间为 95 %，按各次演练之间的差别给出",
        f"{drills} drills, {groups} times; intervals are of 95 % and rest on how drills differ",
    )


# ---- drift


def _drift_facts(record: DrillRecord, drift: Drift) -> dict[str, FittedFact]:
    """What was recorded: the interval is that between the drills there were, not the one that would be advised."""
    counted = (drift.drills, "drills")
    facts = {"drills.spread": _fact(drift.spread, "share", counted)}
    if drift.per_year is not None:
        facts["drills.growth_per_year"] = _fact(drift.per_year, "share", counted)
    days = (record.drills[-1].day - record.drills[0].day).days / (drift.drills - 1)
    facts["drills.every"] = FittedFact(days, "d", drift.drills, "drills, their mean distance")
    return facts


def _every(drift: Drift, noticing: Noticed, spread: float) -> float | None:
    if spread <= 0:
        return noticing.within_s
    return longest_interval_s(
        growth=noticing.growth, within_s=noticing.within_s, spread=spread, past=drift.drills, chance=noticing.chance
    )


def _every_between(drift: Drift, noticing: Noticed) -> tuple[float, float] | None:
    """The interval at the ends of the spread's; ``None`` where drills that differ so much notice nothing in time."""
    if drift.spread.between is None:
        return None
    often, seldom = (_every(drift, noticing, spread) for spread in reversed(drift.spread.between))
    return None if often is None or seldom is None else (often / DAY, seldom / DAY)


def _drift_note(drift: Drift) -> Note:
    if drift.per_year is None or drift.per_year.between is None:
        return ("不足 3 次演练，看不出用时的变化", "fewer than 3 drills do not tell how times change")
    year, (low, high) = drift.per_year.value, drift.per_year.between
    said = {
        (True, False): ("用时在变长", "times are growing"),
        (False, True): ("用时在变短", "times are shrinking"),
        (False, False): ("看不出变化", "no change is seen"),
    }[drift.grows, drift.shrinks]
    return (
        f"每年变化 {year:+.0%}（{low:+.0%} 至 {high:+.0%}）：{said[0]}",
        f"change per year {year:+.0%} ({low:+.0%} to {high:+.0%}): {said[1]}",
    )


def _every_note(drift: Drift, noticing: Noticed) -> Note:
    days, grown, chance = noticing.within_s / DAY, noticing.growth, noticing.chance
    every_s = _every(drift, noticing, drift.spread.value)
    if every_s is None:
        return (
            f"用时在 {days:g} 天内变长 {grown:.0%}：天天演练，发现的机会也不到 {chance:.0%}",
            f"times that grow by {grown:.0%} within {days:g} days: even daily drills notice it too seldom",
        )
    between = _every_between(drift, noticing)
    ends = ("", "")
    if between is not None:
        low, high = between
        ends = (f"；按其区间为 {low:g} 至 {high:g} 天", f"; by its interval every {low:g} to {high:g} days")
    return (
        f"要以 {chance:.0%} 的机会发现用时在 {days:g} 天内变长 {grown:.0%}，至少每 {every_s / DAY:g} 天演练一次"
        f"（单侧 5 % 检验，各次演练用时对数的标准差见表{ends[0]}）",
        f"to notice with a chance of {chance:.0%} that times grow by {grown:.0%} within {days:g} days, drill every "
        f"{every_s / DAY:g} days or more often (one-sided test at 5 %, by the spread of drills in the table{ends[1]})",
    )


# ---- pace


def _pace_facts(
    pace: Pace, model: Drilled, at_site: Callable[[Site], Drilled], drilled: EgressInputs
) -> dict[str, FittedFact]:
    if pace.factor is None:
        return {}
    counted = (pace.telling, f"ways in {pace.drills} drill{'' if pace.drills == 1 else 's'}, against the egress model")
    facts = {"walking.pace_factor": _fact(pace.factor, "1", counted)}
    for name, fact in _walking(model, at_site, drilled):
        if fact.value is not None:
            within = pace.factor.between
            between = None if within is None else (fact.value * within[0], fact.value * within[1])
            facts[name] = FittedFact(fact.value * pace.factor.value, fact.unit, *counted, between=between)
        else:
            assert fact.values is not None
            facts[name] = FittedFact(tuple(one * pace.factor.value for one in fact.values), fact.unit, *counted)
    return facts


def _walking(model: Drilled, at_site: Callable[[Site], Drilled], drilled: EgressInputs) -> Iterator[tuple[str, Fact]]:
    """The site's speeds that make a difference to who is drilled."""
    for name, fact in model.site.facts.items():
        if not name.startswith("walking.") or fact.unit != "m/s":
            continue
        # Somewhat faster, and without the range in which the faster one would have to lie.
        faster = {"value": None if fact.value is None else fact.value * 1.01, "range": None}
        if fact.values is not None:
            faster["values"] = tuple(one * 1.01 for one in fact.values)  # type: ignore[assignment]
        site = model.site.model_copy(update={"facts": {**model.site.facts, name: fact.model_copy(update=faster)}})
        if at_site(site).drilled() != drilled:
            yield name, fact


def _pace_note(pace: Pace) -> Note:
    if pace.ways == 0:
        return ("没有撤出时间（out_s），不估计步速", "no times of being out (out_s): nothing is said of the pace")
    if pace.factor is None:
        return (
            f"{pace.ways} 段撤离用时都主要取决于门和排队，看不出步速",
            f"doors and queues, not walking, set all {pace.ways} ways: they do not tell the pace",
        )
    within = pace.factor.between
    low, high = (math.nan, math.nan) if within is None else within
    ends = "" if within is None else f"（{low:.2f} 至 {high:.2f}）" if high < math.inf else f"（{low:.2f} 以上）"
    ends_en = "" if within is None else f" ({low:.2f} to {high:.2f})" if high < math.inf else f" ({low:.2f} or more)"
    return (
        f"步速为模型的 {pace.factor.value:.2f} 倍{ends}，由 {pace.ways} 段撤离中主要取决于步行的 {pace.telling} 段得出",
        f"people walk at {pace.factor.value:.2f} times the model's pace{ends_en}, by the {pace.telling} of {pace.ways} "
        "ways that walking sets rather than doors",
    )


# ---- match


def _match_notes(match: DrillMatch) -> Iterator[Note]:
    for name, look in match.looks.items():
        yield _look_note(name, look)
    if match.matches:
        yield (
            f"模型与演练相符：各项检验合计误判不超过 {ERROR:.0%}，未见不符",
            f"the model matches the drills: nothing speaks against it (error of all tests together {ERROR:.0%})",
        )
        return
    found = [_refused(name, what, match.looks[name]) for name, what in match.refused]
    yield (
        f"模型与演练不符（各项检验合计误判不超过 {ERROR:.0%}）：{'；'.join(zh for zh, _ in found)}",
        f"the model does not match the drills (error of all tests together {ERROR:.0%}): "
        f"{'; '.join(en for _, en in found)}",
    )


def _look_note(name: str, look: Look) -> Note:
    zh, en = LOOK_WORDS[name]
    spread = ("", "")
    if not math.isnan(look.p_spread):
        spread = (f"，离散 {look.p_spread:.2g}", f", of the spread {look.p_spread:.2g}")
    drills = "drill" if look.drills == 1 else "drills"
    return (
        f"{zh}：{look.drills} 次演练中 {look.inside} 次落在模型的 90 % 区间内；"
        f"p 值：偏移 {look.p_shift:.2g}{spread[0]}",
        f"{en}: {look.inside} of {look.drills} {drills} lie in the model's middle 90 %; p of the shift "
        f"{look.p_shift:.2g}{spread[1]}",
    )


def _refused(name: str, what: str, look: Look) -> Note:
    zh, en = LOOK_WORDS[name]
    if what == "shift":
        longer = look.shift > 0
        return f"{zh}比模型{'慢' if longer else '快'}", f"{en} takes {'longer' if longer else 'less'} than in the model"
    return f"{zh}各次差别与模型不同", f"{en} differs from drill to drill otherwise than in the model"


def _refuse_kinds(path: Path, record: DrillRecord, site: Site) -> None:
    """Refuse a kind for which the site has no law, so that no fact is written that nothing takes.

    Raises
    ------
    DataError
        With the line.
    """
    known = [
        name.removeprefix("pre_movement.")
        for name, fact in site.facts.items()
        if name.startswith("pre_movement.") and fact.value is not None  # a list is no law's mean
    ]
    for drill in record.drills:
        for one in drill.taken:
            if one.kind != ANY_KIND and one.kind not in known:
                raise DataError(
                    f"kind is {one.kind!r}, and the site has no pre_movement.{one.kind}; accepted is one of "
                    f"{', '.join(known)}",
                    place=Place(path, one.line),
                )
