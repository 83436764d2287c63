"""The replay of 3 February in words: how near redial alone comes, and what each rule would have saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from resilience_sim.hazards.failure_day import AS_ON_3_FEBRUARY, USUAL_OF_3_FEBRUARY, TryAgain, calls_in_failure
from resilience_sim.plans.site import Site
from resilience_sim.studies.call_centre.abnormal_calls import ByHand
from resilience_sim.studies.call_centre.failed_day import FAILED, FailedDay
from resilience_sim.studies.call_centre.failure_replay import QUICK, Replayed, replay, rules
from resilience_sim.units import MINUTE

__all__ = ["replay_header", "replay_notes", "replay_rows", "times_usual"]

Language = Literal["zh", "en"]

WINDOW, HALF_HOUR = (46020.0, 48840.0), (46800.0, 48600.0)
"""12:47 to 13:34, and 13:00 to 13:30."""
IN_THE_LOG = 7.1, 9.95
"""Calls over usual in them, by the log."""

_NAMES = {
    "as_it_was": ("当时情形", "as it was"),
    "called_5": ("仅第 5 分钟联络一级支持", "level one called after 5 min, nothing else"),
    "called_10": ("仅第 10 分钟联络二级支持", "level two called after 10 min, nothing else"),
    "called_60": ("仅第 60 分钟联络三级支持", "level three called after 60 min, nothing else"),
    "plan_in_place": (
        "按预案逐级联络（上一级到位 30 分钟仍未受控，联络下一级）",
        "the plan's levels, each 30 min after the one before is there",
    ),
    "plan_called": (
        "按预案逐级联络（自联络上一级起满 30 分钟）",
        "the plan's levels, each 30 min after the one before is called",
    ),
    "called_5_10_60": (
        "第 5、10、60 分钟联络一、二、三级支持（比预案快，作对比）",
        "levels called after 5, 10 and 60 min (sooner than the plan)",
    ),
    "called_at_once": ("三级支持立即联络", "all levels called at once"),
    "by_hand_10": ("第 10 分钟起手工受理", "by hand after 10 min"),
    "by_hand_5": ("第 5 分钟起手工受理", "by hand after 5 min"),
    "plan": ("按预案逐级联络，并自第 5 分钟手工受理", "the plan's levels, and by hand after 5 min"),
    "by_hand_at_once": ("立即手工受理", "by hand at once"),
    "all_at_once": ("三级支持和手工受理均立即开始", "all levels called and by hand at once"),
}
_HEADER = {
    "zh": ("做法", "故障期间来电", "接通", "记录后回访", "流失", "少流失", "支援工时"),
    "en": ("rule", "calls", "answered", "called back", "lost", "saved", "staff-hours"),
}


def times_usual(again: TryAgain = AS_ON_3_FEBRUARY) -> tuple[float, float]:
    """Calls of 3 February by redial alone, over usual: from 12:47 to 13:34, and from 13:00 to 13:30."""
    whole, half_hour = (
        calls_in_failure(USUAL_OF_3_FEBRUARY, FAILED, again, *part) / USUAL_OF_3_FEBRUARY.integral(*part)
        for part in (WINDOW, HALF_HOUR)
    )
    return whole, half_hour


def replay_header(language: Language) -> tuple[str, ...]:
    """Names of the columns of :func:`replay_rows`: calls in the failure, then persons, then hours."""
    return _HEADER[language]


def replay_rows(found: Sequence[Replayed], language: Language) -> list[tuple[str, ...]]:
    """A row for each rule; `found` begins with the rule that the others are compared with."""
    return [
        (
            _name(one, language),
            f"{one.calls:.0f}",
            *(f"{persons:.1f}" for persons in (one.answered, one.called_back, one.lost, one.saved(found[0]))),
            f"{one.staff_hours:.1f}",
        )
        for one in found
    ]


def replay_notes(site: Site, seed: int, language: Language) -> list[str]:
    """The replay at the site's assumptions, as sentences for a study's notes."""
    day = FailedDay.of_february(site)
    agents = int(day.agents.at(day.failure.start_s))
    return sentences(replay(day, ByHand.of(site), rules(site, agents), seed), language)


def sentences(found: Sequence[Replayed], language: Language) -> list[str]:
    """How near redial alone comes; what the plan's levels save, and a quicker rule; which rule saves most."""
    by_name = {one.rule.name: one for one in found}
    was, plan = by_name["as_it_was"], by_name["plan"]
    there, called, quick = (by_name[name] for name in ("plan_in_place", "plan_called", QUICK))
    alone = [by_name[f"called_{minutes}"].saved(was) for minutes in (5, 10, 60)]
    hand, most = by_name["by_hand_at_once"], max(found, key=lambda one: one.saved(was))
    whole, half_hour = times_usual()
    thirds = [f"{lost:.0f}" for lost in was.lost_by_third]
    share = f"{100 * AS_ON_3_FEBRUARY.share:g}"
    if language == "zh":
        return [
            f"1999 年 2 月 3 日某银行应用程序故障（12:48–13:33）：只靠客户反复重拨（{share}% 的人隔 2–3 分钟再拨），"
            f"12:47–13:34 来电为平时的 {whole:.1f} 倍（实录 {IN_THE_LOG[0]:g} 倍），"
            f"13:00–13:30 为 {half_hour:.1f} 倍（实录 {IN_THE_LOG[1]:g} 倍）。",
            f"重演该故障：期间 {was.callers:.0f} 人来电，照当时情形流失 {was.lost:.0f} 人"
            f"（故障期间前、中、后各 {FAILED.lasts_s / 180:.0f} 分钟内首次来电的，依次为 {'、'.join(thirds)} 人）。"
            f"第 5 分钟联络一级支持（预案未写明时间），此后按预案，上一级到位 30 分钟仍未受控再联络下一级："
            f"第 {_when(there, 1)} 分钟联络二级、第 {_when(there, 2)} 分钟联络三级，少流失 {there.saved(was):.1f} 人，"
            f"支援 {there.staff_hours:.1f} 工时；自联络上一级起算，则为第 {_when(called, 1)}、{_when(called, 2)} 分钟，"
            f"少流失 {called.saved(was):.1f} 人（故障 {FAILED.lasts_s / 60:.0f} 分钟即恢复，三级支持用不上）。"
            f"若比预案快，第 5、10、60 分钟即联络一、二、三级：单独执行各少流失 "
            f"{alone[0]:.1f}、{alone[1]:.1f}、{alone[2]:.1f} 人，合计 {quick.saved(was):.1f} 人，"
            f"支援 {quick.staff_hours:.1f} 工时。",
            f"若电话仍通、自第 5 分钟起手工受理并回访，连同按预案逐级联络少流失 {plan.saved(was):.1f} 人；"
            f"不增派人员、立即手工受理，少流失 {hand.saved(was):.1f} 人；"
            f"各种做法中挽回最多的是“{_name(most, language)}”，{most.saved(was):.1f} 人。",
        ]
    return [
        f"The failure of a bank's application on 3 February 1999 (12:48 to 13:33): by redial alone ({share} % try "
        f"again after 2 to 3 min) calls are {whole:.1f} times usual from 12:47 to 13:34 (log: {IN_THE_LOG[0]:g}) and "
        f"{half_hour:.1f} times from 13:00 to 13:30 (log: {IN_THE_LOG[1]:g}).",
        f"Replayed: of {was.callers:.0f} callers {was.lost:.0f} are lost as it was ({thirds[0]}, {thirds[1]} "
        f"and {thirds[2]} of those who first called in its first, second and last third). With level one called after "
        f"5 min (the plan names no time) and, by the plan, each further level 30 min after the one before is there "
        f"(after {_when(there, 1)} and {_when(there, 2)} min), {there.saved(was):.1f} of them are saved, for "
        f"{there.staff_hours:.1f} staff-hours; counted from the call of the level before (after {_when(called, 1)} and "
        f"{_when(called, 2)} min) {called.saved(was):.1f}: the failure was over after {FAILED.lasts_s / 60:.0f} min, "
        f"before level three. Sooner than the plan, levels called after 5, 10 and 60 min, each alone, save "
        f"{alone[0]:.1f}, {alone[1]:.1f} and {alone[2]:.1f}; all three {quick.saved(was):.1f}, for "
        f"{quick.staff_hours:.1f} staff-hours.",
        f"If the telephones work and calls are taken by hand from 5 min on and called back, this and the plan's "
        f"levels save {plan.saved(was):.1f}; work by hand at once, nobody called up, {hand.saved(was):.1f}; the most "
        f"is saved by “{_name(most, language)}”: {most.saved(was):.1f}.",
    ]


def _when(one: Replayed, level: int) -> str:
    """After how many minutes a level is called."""
    return f"{one.rule.called[level].after_s / MINUTE:g}"


def _name(one: Replayed, language: Language) -> str:
    chinese, english = _NAMES[one.rule.name]
    return chinese if language == "zh" else english
