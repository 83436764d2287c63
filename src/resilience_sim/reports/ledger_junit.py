"""A comparison with the ledger as JUnit XML: one test case per row, as CI servers read it.

A suite per plan; a regressed row is a failure, an inconclusive one is skipped, both with what differs. Characters that
XML 1.0 cannot hold are replaced.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from resilience_sim.experiments.ledger_comparison import Comparison, Finding, Outcome
from resilience_sim.reports.ledger_words import changed, meaning, place_of, title
from resilience_sim.reports.words import Language

__all__ = ["junit_xml"]

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(comparison: Comparison, language: Language) -> str:
    """The findings as the text of an XML file."""
    root = ElementTree.Element("testsuites", {"name": "thresholds", **_counts(comparison.findings)})
    for plan in dict.fromkeys(finding.plan for finding in comparison.findings):
        mine = [finding for finding in comparison.findings if finding.plan == plan]
        suite = ElementTree.SubElement(root, "testsuite", {"name": _fit(plan), **_counts(mine)})
        for finding in mine:
            _case(suite, finding, language)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _counts(findings: Sequence[Finding]) -> dict[str, str]:
    outcomes = [finding.outcome for finding in findings]
    return {
        "tests": str(len(outcomes)),
        "failures": str(outcomes.count(Outcome.REGRESSED)),
        "errors": "0",
        "skipped": str(outcomes.count(Outcome.INCONCLUSIVE)),
        "time": "0",
    }


def _case(suite: ElementTree.Element, finding: Finding, language: Language) -> None:
    where = place_of(finding)
    attributes = {"classname": ".".join(part for part in (finding.plan, finding.clause) if part), "name": finding.name}
    if where is not None:
        attributes |= {"file": where[0], "line": str(where[1])}
    case = ElementTree.SubElement(
        suite, "testcase", {key: _fit(value) for key, value in attributes.items()} | {"time": "0"}
    )
    if finding.outcome is Outcome.PASS:
        return
    differs = [f"{what}: {old} → {new}" for what, old, new in (changed(change, language) for change in finding.changes)]
    lines = [title(finding, language), *differs, meaning(finding, language)]
    message = {"message": _fit("; ".join(differs) or lines[-1])}
    if finding.outcome is Outcome.INCONCLUSIVE:
        ElementTree.SubElement(case, "skipped", message)
    else:
        failure = ElementTree.SubElement(case, "failure", {**message, "type": finding.layer.value})
        failure.text = _fit("\n".join(lines))


def _fit(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
