"""A comparison with the ledger as Markdown, as a step of CI shows it: what differs, old and new, and where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from resilience_sim.experiments.ledger_comparison import Change, Comparison, Finding, Layer, Outcome
from resilience_sim.reports.ledger_words import changed, heading, how_compared, meaning, place_of, title
from resilience_sim.reports.words import Language, say

__all__ = ["markdown_summary"]

_SPECIAL = re.compile(r"[\\`*\[\]<>#|!&~$@]")
_HEAD = {
    "zh": ("预案", "条目", "变动", "台账", "本次", "位置"),
    "en": ("plan", "row", "what", "in the ledger", "now", "where"),
}
_TITLE = {"zh": "阈值台账", "en": "Thresholds"}
_SECTION = {
    Outcome.REGRESSED: {"zh": "有变动", "en": "Regressed"},
    Outcome.INCONCLUSIVE: {"zh": "无法判断", "en": "Inconclusive"},
}
_EDITED = {
    "zh": "{plan}：{files} 有改动，数值未变。",
    "en": "{plan}: {files} edited; no value was changed.",
}
_DETECTS = {
    "zh": "按本次事件数，各行以 99% 的概率能检出的达标率最小变动：中位 {middle}，最大 {most} 个百分点。",
    "en": "Smallest shift of the share that a row finds with probability 99 %: {middle} percentage points in the "
    "middle, {most} at most.",
}
_BLIND = {
    "zh": "{count} 行事件数不足，无论变动多大都无法检出。",
    "en": "Rows that cannot see any shift: {count}.",
}


def markdown_summary(comparison: Comparison, language: Language) -> str:
    """The findings as the text of a Markdown file."""
    return "\n".join(_lines(comparison, language)) + "\n"


def _lines(comparison: Comparison, language: Language) -> Iterator[str]:
    yield f"## {_TITLE[language]}{say('colon', language)}{heading(comparison, language)}"
    yield ""
    yield _plain(how_compared(comparison, language))
    detects = [finding.detects for finding in comparison.findings if finding.layer is Layer.STATISTICAL]
    shifts = sorted(shift for shift in detects if shift is not None)
    if shifts:
        middle, most = (f"{100 * shift:.1f}" for shift in (shifts[len(shifts) // 2], shifts[-1]))
        yield ""
        yield _DETECTS[language].format(middle=middle, most=most)
    if blind := detects.count(None):
        yield ""
        yield _BLIND[language].format(count=blind)
    for outcome, words in _SECTION.items():
        if found := comparison.having(outcome):
            yield ""
            yield f"### {words[language]}"
            for why in dict.fromkeys(meaning(finding, language) for finding in found):
                yield ""
                yield _plain(why)
                yield ""
                yield from _table([finding for finding in found if meaning(finding, language) == why], language)
    for finding in comparison.having(Outcome.PASS):
        if finding.of == "" and finding.changes:
            files = say("list", language).join(change.what for change in finding.changes)
            yield ""
            yield _plain(_EDITED[language].format(plan=finding.plan, files=files))


def _table(findings: Sequence[Finding], language: Language) -> Iterator[str]:
    yield "| " + " | ".join(_HEAD[language]) + " |"
    yield "|" + " --- |" * len(_HEAD[language])
    for finding in findings:
        where = place_of(finding)
        place = "" if where is None else f"{where[0]}:{where[1]}"
        shown: Sequence[Change | None] = [one for one in finding.changes if one.what != "bits"] or [None]
        if shown == [None] and finding.changes:
            shown = finding.changes
        for number, change in enumerate(shown):
            cells = ("", "", "") if change is None else changed(change, language)
            first = (finding.plan, title(finding, language)) if number == 0 else ("", "")
            row = (*first, *cells, place if number == 0 else "")
            yield "| " + " | ".join(map(_plain, row)) + " |"


def _plain(text: str) -> str:
    """The text with everything that Markdown or HTML would read as their own written as a character's number."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", " ".join(text.split()))
