"""A comparison with the ledger as annotations of a pull request, each at the clause's line in the plan's file.

GitHub's workflow commands: ``::error file=…,line=…,title=…::message``, escaped by its rules: in a message ``%``, CR and
LF, in a property ``:`` and ``,`` too.
"""

from __future__ import annotations

from collections.abc import Iterator

from resilience_sim.experiments.ledger_comparison import Comparison, Outcome
from resilience_sim.reports.ledger_words import changed, meaning, place_of, title
from resilience_sim.reports.words import Language, say

__all__ = ["github_annotations"]

_LEVEL = {Outcome.REGRESSED: "error", Outcome.INCONCLUSIVE: "warning"}


def github_annotations(comparison: Comparison, language: Language) -> Iterator[str]:
    """One line for each finding that is no pass."""
    for finding in comparison.findings:
        if finding.outcome is Outcome.PASS:
            continue
        what = title(finding, language)
        differs = (changed(change, language) for change in finding.changes if change.what != "bits")
        told = say("comma", language).join(f"{name} {old} → {new}" for name, old, new in differs)
        message = f"{told}{'。' if language == 'zh' else '. '}" if told else ""
        where = place_of(finding)
        properties = {} if where is None else {"file": where[0], "line": str(where[1])}
        properties["title"] = f"{finding.plan} {what}"
        shown = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
        yield f"::{_LEVEL[finding.outcome]} {shown}::{_message(message + meaning(finding, language))}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
