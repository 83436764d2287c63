"""What a comparison with the ledger found, in sentences, in Chinese and English."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from resilience_sim.experiments.ledger_comparison import Change, Comparison, Finding, Layer, Outcome
from resilience_sim.reports.words import Language, option_name, reading_name, say, scenario_name

__all__ = ["changed", "compared_plans", "finding_lines", "heading", "how_compared", "meaning", "place_of", "title"]

_WHAT = {
    "value": ("数值", "value"),
    "measure": ("指标", "measure"),
    "limit": ("限值", "limit"),
    "share": ("要求达标占比", "required share"),
    "margin": ("临界带", "margin"),
    "counted": ("统计口径", "what is counted"),
    "budget": ("事件数上限", "most events"),
    "verdict": ("结论", "verdict"),
    "evidence": ("证据（成立 / 不成立，log10）", "evidence (holds / fails, log10)"),
    "kept": ("达标事件", "events kept"),
    "kept_later": ("复验达标事件", "events kept at the second look"),
    "median": ("中位数", "median"),
    "bits": ("模拟结果校验码", "hash of the measured values"),
    "row": ("条目", "row"),
    "plan": ("预案", "plan"),
}
_ABSENT = {
    "row": (("台账中没有", "not in the ledger"), ("已不再检验", "no longer asked")),
    "plan": (("台账中没有", "not in the ledger"), ("无", "none")),
}
_OUTCOME = {
    Outcome.PASS: ("一致", "as in the ledger"),
    Outcome.REGRESSED: ("有变动", "regressed"),
    Outcome.INCONCLUSIVE: ("无法判断", "inconclusive"),
}
_MEANING = {
    Layer.VALUES: (
        "预案或站点中的数值与台账不同；如属有意修改，请重写台账。",
        "A number of the plan or its site is not the ledger's; if that is meant, write the ledger anew.",
    ),
    Layer.EXACT: (
        "种子、模型版本和运行环境均未变，此行本应逐位相同。",
        "Seed, versions and stack are the ledger's, so that this row should be equal to the last bit.",
    ),
    Layer.STATISTICAL: (
        "随机抽样已改变，两次独立检验均否定“达标率未变”；整次运行误报概率不超过百万分之一。",
        "Draws have changed, and two independent looks refute that the share is the same; a run alarms falsely with "
        "probability 1e-6 at most.",
    ),
}
_TOO_FEW = (
    "随机抽样已改变，该行事件数不足，无法检出约定幅度的变化。",
    "Draws have changed, and this row has too few events to see the stated shift.",
)
_NOT_THE_SAME = (
    "台账与预案的检验条目不一致；如属有意修改，请重写台账。",
    "Ledger and plan do not ask the same; if that is meant, write the ledger anew.",
)
_TERMS = ("measure", "limit", "share", "margin", "counted", "budget")
_OTHER_TERMS = (
    "该行的检验要求已改变；如属有意修改，请重写台账。",
    "What the row asks has changed; if that is meant, write the ledger anew.",
)
_JUDGED_OTHERWISE = (
    "事件未变，判定结果却与台账不同：判定方法、误差分配或台账本身有改动。",
    "The same events are judged otherwise: the test, its share of the error or the ledger itself was changed.",
)
_BY_BITS = (
    "逐位比较：种子 {seed}，模型版本和运行环境与台账相同。",
    "Compared to the last bit: seed {seed}, versions and stack are the ledger's.",
)
_BY_STATISTICS = (
    "{rows} 行按统计比较（{why}）：整次运行误报概率不超过百万分之一；"
    "达标率若变动 {points} 个百分点，检出概率不低于 99%{but}。",
    "{rows} rows compared by statistics ({why}): a run alarms falsely with probability 1e-6 at most; a share that has "
    "shifted by {points} percentage points is found with probability 99 % at least{but}.",
)
_BUT = ("（无法判断的 {blind} 行除外）", ", except in the {blind} inconclusive rows")
_NONE_BY_STATISTICS = (
    "抽样条件已改变（{why}），但没有需要按统计比较的行。",
    "Draws may have changed ({why}), but no row had to be compared by statistics.",
)
_MADE = {
    "queue": "排队模型",
    "power": "供电模型",
    "egress": "疏散模型",
    "repair": "抢修模型",
    "cascade": "级联模型",
    "python": "Python",
    "machine": "机器",
}


def _pick(pair: tuple[str, str], language: Language) -> str:
    return pair[language == "en"]


def title(finding: Finding, language: Language) -> str:
    """The row or value of a finding, in words."""
    if isinstance(finding.of, str):
        return finding.of or _pick(("全部数值", "all values"), language)
    claim, reading, scenario, option, chosen = finding.of
    parts = [
        claim,
        reading and reading_name(reading, language),
        scenario_name(scenario, language),
        option and option_name(option, language),
        *(f"{name} = {value:g}" for name, value in chosen),
    ]
    return " / ".join(part for part in parts if part)


def changed(change: Change, language: Language) -> tuple[str, str, str]:
    """What differs, as it is in the ledger, and as it is now."""
    old, new = (_value(change.what, text, absent, language) for text, absent in ((change.old, 0), (change.new, 1)))
    return _pick(_WHAT.get(change.what, (change.what, change.what)), language), old, new


def _value(what: str, text: str | None, absent: int, language: Language) -> str:
    if text is None:
        return _pick(_ABSENT.get(what, (("无", "none"), ("无", "none")))[absent], language)
    if what == "verdict":
        return say(text, language)
    return text or "–"


def meaning(finding: Finding, language: Language) -> str:
    """What to make of a finding that is no pass, in one sentence."""
    if finding.outcome is Outcome.INCONCLUSIVE:
        return _pick(_TOO_FEW, language)
    what = {change.what for change in finding.changes}
    if what & {"row", "plan"}:
        return _pick(_NOT_THE_SAME, language)
    if what & set(_TERMS):
        return _pick(_OTHER_TERMS, language)
    if finding.layer is Layer.EXACT and "bits" not in what:
        return _pick(_JUDGED_OTHERWISE, language)
    return _pick(_MEANING[finding.layer], language)


def finding_lines(finding: Finding, language: Language) -> list[str]:
    """A finding that is no pass as a few lines of plain text: where, what, old and new, and what to make of it."""
    where = place_of(finding)
    place = "" if where is None else f" ({where[0]}:{where[1]})"
    outcome = _pick(_OUTCOME[finding.outcome], language)
    differs = (changed(change, language) for change in finding.changes)
    return [
        f"{outcome}{say('colon', language)}{finding.plan} {title(finding, language)}{place}",
        *(f"  {what}{say('colon', language)}{old} → {new}" for what, old, new in differs),
        f"  {meaning(finding, language)}",
    ]


def heading(comparison: Comparison, language: Language) -> str:
    """How many rows and values have which outcome, in one line."""
    counts = [
        f"{_pick(_OUTCOME[outcome], language)} {len(comparison.having(outcome))} 项"
        if language == "zh"
        else f"{len(comparison.having(outcome))} {_pick(_OUTCOME[outcome], language)}"
        for outcome in (Outcome.REGRESSED, Outcome.INCONCLUSIVE, Outcome.PASS)
    ]
    return say("comma", language).join(counts)


def compared_plans(folders: Mapping[str, Path], language: Language) -> str:
    """Which plans were compared, each with the folder that it was read from."""
    named = (f"{slug} ({folder})" for slug, folder in folders.items())
    return _pick(("预案", "Plans"), language) + say("colon", language) + say("list", language).join(named)


def how_compared(comparison: Comparison, language: Language) -> str:
    """In which layer rows were compared, and why."""
    why = [_remade(change, language) for change in comparison.made]
    if comparison.seed != comparison.ledger_seed:
        why.insert(0, f"{_pick(('种子', 'seed'), language)} {comparison.ledger_seed} → {comparison.seed}")
    if not why:
        return _pick(_BY_BITS, language).format(seed=comparison.seed)
    told = say("comma", language).join(why)
    rows = sum(finding.layer is Layer.STATISTICAL for finding in comparison.findings)
    if not rows:
        return _pick(_NONE_BY_STATISTICS, language).format(why=told)
    blind = len(comparison.having(Outcome.INCONCLUSIVE))
    but = _pick(_BUT, language).format(blind=blind) if blind else ""
    points = f"{100 * comparison.shift:.3g}"
    return _pick(_BY_STATISTICS, language).format(rows=rows, why=told, points=points, but=but)


def _remade(change: Change, language: Language) -> str:
    name, old, new = (text or "–" for text in change)
    if language == "zh":
        name = _MADE.get(name, name)
        old, new = (text.replace("instructions", "指令集") for text in (old, new))
    return f"{name} {old} → {new}"


def place_of(finding: Finding) -> tuple[str, int] | None:
    """File and line, the file as seen from the working directory if it is below it, with forward slashes."""
    if finding.place is None:
        return None
    path = Path(os.path.abspath(finding.place.path))  # noqa: PTH100 - links stay as they are named
    here = Path.cwd()
    shown = path.relative_to(here) if path.is_relative_to(here) else path
    return shown.as_posix(), finding.place.line or 1
