"""The words of tables and messages, in Chinese and English; what studies name has its words in the vocabulary."""

from __future__ import annotations

from typing import Literal

from resilience_sim.reports.vocabulary import EVERY

__all__ = [
    "Language", "cost_name", "load_name", "measure_name", "none_of", "option_name", "reading_name", "say",
    "scenario_name",
]  # fmt: skip

Language = Literal["zh", "en"]

_WORDS = {
    "clause": ("条款", "clause"),
    "claim": ("检验", "claim"),
    "scenario": ("情景", "scenario"),
    "interpretation": ("理解", "reading of the words"),
    "required": ("要求", "required"),
    "kept": ("事件达标占比（区间）", "kept it (interval)"),
    "verdict": ("结论", "verdict"),
    "events": ("事件数", "events"),
    "stands": ("站点占比", "of plausible sites"),
    "sites": ("站点", "of sites"),
    "breaking": ("极限", "breaking points"),
    "holds": ("成立", "holds"),
    "fails": ("不成立", "fails"),
    "on_the_line": ("处于临界", "on the line"),
    "undecided": ("未定", "undecided"),
    "at_least": ("不低于", "at least"),
    "at_most": ("不高于", "at most"),
    "holds_up_to": ("{holds}以内成立，{fails}起不成立", "holds up to {holds}, fails from {fails}"),
    "fails_when_new": ("新电池也不成立", "fails even when new"),
    "fails_from": ("{fails}起不成立", "fails from {fails}"),
    "holds_everywhere": ("直至{holds}均成立", "holds up to {holds}, the largest tried"),
    "open_beyond": ("{holds}以内成立，再往上未能判定", "holds up to {holds}, no answer beyond"),
    "open_below": ("不低于{holds}成立，再往下未能判定", "holds down to {holds}, no answer below"),
    "never_holds": ("不成立（最易试值{fails}）", "fails even at {fails}, the easiest tried"),
    "holds_down_to": ("不低于{holds}成立，{fails}及以下不成立", "holds down to {holds}, fails from {fails} down"),
    "fails_down_from": ("{fails}及以下不成立", "fails from {fails} down"),
    "holds_down_everywhere": ("降至{holds}仍成立", "holds down to {holds}, the smallest tried"),
    "of_sites": ("{sites} 个站点中 {share}", "{share} of {sites}"),
    "open": ("未能判定", "no answer"),
    "quantity": ("数值", "quantity"),
    "current": ("现行", "in force"),
    "recommended": ("建议", "recommended"),
    "cost": ("代价", "cost"),
    "found": ("找到", "found"),
    "none_holds": ("范围内均不成立", "nothing within bounds holds"),
    "unclaimed": ("尚未检验的条款", "clauses without a claim yet"),
    "certificate": ("证明", "certificate"),
    "proof": ("{count} 个{answer}", "{count} {answer}"),
    "clauses": ("（{count} 条）", " ({count})"),
    "comma": ("，", ", "),
    "list": ("、", ", "),
    "colon": ("：", ": "),
    "early": (
        "占比只统计到结论可靠为止所模拟的事件，事件少时偏差较大；括号内的区间无论何时停止都有效。",
        "Shares are of the events simulated until a verdict was sure, so that few events tell little; "
        "the interval is valid whenever one stops.",
    ),
    "group": ("条款 / 情景", "clause / scenario"),
    "status": ("结果", "result"),
}


def say(key: str, language: Language) -> str:
    """A word of the interface."""
    return _WORDS[key][language == "en"]


def measure_name(measure: str, language: Language) -> str:
    """A measure's name for people; its own name where there is none."""
    return EVERY.measures.get(measure, (measure, measure))[language == "en"]


def none_of(measure: str, language: Language) -> str | None:
    """What it means that a measure is 0 at most; `None` where a number says it better."""
    return EVERY.none[measure][language == "en"] if measure in EVERY.none else None


def scenario_name(scenario: str, language: Language) -> str:
    """A scenario's name for people."""
    return EVERY.scenarios.get(scenario, (scenario, scenario))[language == "en"]


def reading_name(interpretation: str, language: Language) -> str:
    """How a row reads the plan's words, for people; readings joined by " + "."""
    plain = ((reading, reading.replace("_", " ")) for reading in interpretation.split(" + "))
    return " + ".join(EVERY.readings.get(reading, (words, words))[language == "en"] for reading, words in plain)


def load_name(load: str, language: Language) -> str:
    """A load's name for people."""
    return EVERY.loads.get(load, (load, load))[language == "en"]


def option_name(option: str, language: Language) -> str:
    """What a recommendation sets, for people."""
    return EVERY.options.get(option, (option, option))[language == "en"]


def cost_name(cost: str, language: Language) -> str:
    """What a recommendation costs, for people, with a place for the number."""
    return EVERY.costs[cost][language == "en"]
