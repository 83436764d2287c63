"""What the utility call centre's study reports beside its verdicts: how often responses start, and when to stand down.

Sentences for people, in Chinese and English; the numbers are those of ``stand_down``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from resilience_sim.studies.utility_call_centre.event import OBSERVED_S, Event, Load, Rules, Strike, UtilityEvents
from resilience_sim.studies.utility_call_centre.stand_down import EVENTS, StandDown, stand_down, starts_per_year
from resilience_sim.units import HOUR, MINUTE

__all__ = ["utility_notes"]

Language = Literal["zh", "en"]
Lines = tuple[int, int]  # from which the general and the major response start


def utility_notes(
    events: UtilityEvents, rules: Rules, holds_s: Sequence[float], seed: int, language: Language
) -> list[str]:
    """The notes under the rules in force; `holds_s`: the holds that the plan offers, ascending, seconds."""
    lines = int(rules.general_lines), int(rules.major_lines)
    share = events.site.base("outage_calls.share_who_call")
    levels = [Event(Load(Strike("district", level), share), rules) for level in ("general", "major")]
    found = stand_down(events, levels, holds_s, seed)
    notes = [
        _starts(scenario, lines, _often(events, scenario, lines, sorted(found.kept), seed), language)
        for scenario in events.lines.scenarios
        if scenario != "linyi_storm"  # one day, no years
    ]
    required = events.site.base("standard.service_level"), events.site.base("standard.threshold")
    return [*notes, _settling(found, lines, required, language), _recommended(found, language)]


def _often(
    events: UtilityEvents, scenario: str, lines: Lines, holds_s: Sequence[float], seed: int
) -> Mapping[float, tuple[float, ...]]:
    """Starts a year of each response, by how long people are kept on."""
    found = [events.lines.times_out(scenario, level, seed) for level in lines]
    return {hold_s: tuple(starts_per_year(*one, hold_s=hold_s) for one in found) for hold_s in holds_s}


def _starts(scenario: str, lines: Lines, often: Mapping[float, tuple[float, ...]], language: Language) -> str:
    """How often a year each response starts; 0 s of hold counts every rise to the level."""
    general, major = ([f"{pair[k]:.1f}" for pair in often.values()] for k in (0, 1))
    later = [(_minutes(hold_s), n) for hold_s, n in zip(often, general, strict=True) if hold_s > 0]
    if language == "zh":
        name = "拟合停电规律" if scenario == "district" else "停电记录"
        kept = "".join(f"，满 {minutes} 分钟再解除为 {n} 次" for minutes, n in later)
        return (
            f"{name}：若停电线路一降到启动条件以下即解除，一般方案（{lines[0]} 条线路起）"
            f"每年启动约 {general[0]} 次{kept}；重大方案（{lines[1]} 条起）依次为 {_listed(major, '、', '和')} 次。"
        )
    name = "fitted outage law" if scenario == "district" else "record"
    kept = "".join(f", {n} times if kept for {minutes} min" for minutes, n in later)
    return (
        f"By the {name} the general response starts {general[0]} times a year (from {lines[0]} lines on) if people are "
        f"released as soon as fewer lines are out{kept}; the major one (from {lines[1]}) "
        f"{_listed(major, ', ', 'and')} times."
    )


def _settling(found: StandDown, lines: Lines, standard: tuple[float, float], language: Language) -> str:
    """How long the standard is missed after events of each level, everybody being kept."""
    (half, other_half), (nine, other_nine) = (
        tuple(_until(time_s, language) for time_s in times_s) for times_s in (found.half_s, found.nine_in_ten_s)
    )
    required, threshold_s = standard
    if language == "zh":
        return (
            f"何时解除：停电线路降到 {lines[0]} 条以下后，若增派人员全部留岗，半数事件{half}恢复达标"
            f"（{threshold_s:g} 秒内接通 {100 * required:g}%），九成事件{nine}恢复；"
            f"降到 {lines[1]} 条以下后，分别为{other_half}和{other_nine}。"
            f"“恢复达标”指自该时刻起一小时内的来电达标；每级取拟合停电规律的 {EVENTS} 次事件。"
        )
    return (
        f"Stand down: once fewer than {lines[0]} lines are out, everybody being kept, the standard "
        f"({100 * required:g} % within {threshold_s:g} s) is met again {half} in half of the events and {nine} in nine "
        f"of ten; once fewer than {lines[1]}, {other_half} and {other_nine}. Met again: by the calls of the hour from "
        f"then on; {EVENTS} events of the fitted outage law at each level."
    )


def _recommended(found: StandDown, language: Language) -> str:
    """The hold that covers nine of ten events, and what the next hour is like after it and after others."""
    shares = {hold_s: [f"{100 * share:.0f}" for share in pair] for hold_s, pair in found.kept.items()}
    general, major = shares.pop(found.hold_s)
    hold = _minutes(found.hold_s)
    if language == "zh":
        reach = "可覆盖两级各九成事件" if found.covers else "可选的最长时间，仍不足以覆盖九成事件"
        when = {hold_s: f"满 {_minutes(hold_s)} 分钟" if hold_s else "立即" for hold_s in shares}
        others = "".join(f"；{when[hold_s]}解除，占 {one}% 和 {two}%" for hold_s, (one, two) in shares.items())
        return (
            f"解除建议：停电线路降到启动条件以下满 {hold} 分钟后解除（{reach}）。"
            f"此时解除，其后一小时达标的，一般事件占 {general}%、重大事件占 {major}%{others}。"
        )
    reach = "covers nine of ten events of both levels" if found.covers else "the longest offered, too short for those"
    when = {hold_s: f"after {_minutes(hold_s)} min" if hold_s else "at once" for hold_s in shares}
    others = "".join(f"; released {when[hold_s]}, {one} % and {two} %" for hold_s, (one, two) in shares.items())
    return (
        f"Recommended: release people {hold} min after the lines are back below the level ({reach}). The hour after "
        f"then meets the standard in {general} % of general and {major} % of major events{others}."
    )


def _until(time_s: float, language: Language) -> str:
    """A settling time in words, rounded up to five minutes: the sample tells no more."""
    if time_s == 0:
        return "立即" if language == "zh" else "at once"
    if math.isinf(time_s):
        longest = f"{(OBSERVED_S - HOUR) / HOUR:.0f}"
        return f"超过 {longest} 小时后" if language == "zh" else f"after more than {longest} h"
    hours, minutes = divmod(5 * math.ceil(time_s / (5 * MINUTE)), 60)
    parts = ((hours, "小时", "h"), (minutes, "分钟", "min"))
    said = " ".join(f"{n} {chinese if language == 'zh' else english}" for n, chinese, english in parts if n)
    return f"约 {said}内" if language == "zh" else f"within about {said}"


def _minutes(time_s: float) -> str:
    return f"{time_s / MINUTE:.0f}"


def _listed(words: Sequence[str], comma: str, last: str) -> str:
    """a, b and c."""
    return f"{comma.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else words[0]
