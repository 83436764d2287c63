"""The ledger's file: YAML with one line for each row, value and certificate, so that a review sees what moved.

Texts are always quoted, and the order is that of the plans, so that writing what was read gives the same bytes. What is
read is hostile until validated; a complaint names file and line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from resilience_sim.errors import DataError, Place
from resilience_sim.experiments.ledger import Ledger, PlanLedger, Row
from resilience_sim.plans.document import MOST_BYTES, Document, parse_document, read_text
from resilience_sim.plans.files import validated

__all__ = ["ledger_text", "read_ledger", "row_place"]

_TO_ESCAPE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")

HEAD = """\
# What every rule of the plans answers in every scenario, compared by `resilience-sim check --baseline FILE`.
# Written by `resilience-sim check --write-baseline FILE`: its diff shows what a change of plan, site or machine does.
# Of a row, `kept` of `of` events (of the seed below) give the verdict, and `bits` is a hash of what they measured;
# `later` of `of_later` further events wait for a second look where draws have changed; `with`: what a recommendation
# sets.
"""


def read_ledger(file: Path) -> tuple[Ledger, Document]:
    """Read and validate a ledger.

    Returns
    -------
    tuple
        The ledger, and the document that knows the line of everything in it.

    Raises
    ------
    PlanError
        With file, line, what was wrong and what would be accepted.
    """
    document = parse_document(file, read_text(file))
    return validated(document, Ledger), document


def row_place(document: Document, plan: str, number: int) -> Place:
    """Where a row of the ledger stands."""
    return document.place(("plans", plan, "rows", number))


def ledger_text(ledger: Ledger) -> str:
    """The ledger as text; equal ledgers give equal text.

    Raises
    ------
    DataError
        If it is longer than a file that may be read.
    """
    text = HEAD + "\n".join(_lines(ledger)) + "\n"
    if (size := len(text.encode())) > MOST_BYTES:
        raise DataError(
            f"the ledger of plans {', '.join(ledger.plans)} is {size:,} bytes long; accepted are at most "
            f"{MOST_BYTES:,}: write one for fewer plans"
        )
    return text


def _lines(ledger: Ledger) -> Iterator[str]:
    yield f"ledger: {ledger.ledger}"
    yield f"seed: {ledger.seed}"
    yield f"family_error: {_scalar(ledger.family_error)}"
    yield f"shift: {_scalar(ledger.shift)}"
    yield f"made_with: {_flow(ledger.made_with)}"
    yield "plans:"
    for slug, plan in ledger.plans.items():
        yield f"  {slug}:"
        yield from _plan(plan)


def _plan(plan: PlanLedger) -> Iterator[str]:
    for key, mapping in (("files", plan.files), ("values", plan.values)):
        yield f"    {key}:" if mapping else f"    {key}: {{}}"
        yield from (f"      {_key(name)}: {_scalar(value)}" for name, value in mapping.items())
    yield "    rows:"
    yield from (f"      - {_flow(_row(row))}" for row in plan.rows)
    if plan.recommended:
        yield "    recommended:"
        for found in plan.recommended:
            fields = found.model_dump(exclude_none=True)
            yield f"      - {_flow({key: value for key, value in fields.items() if value != ()})}"


def _row(row: Row) -> dict[str, Any]:
    fields = row.model_dump(by_alias=True, exclude_none=True)
    if not row.chosen:
        del fields["with"]
    return fields


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _key(key: str) -> str:
    plain = key.replace(".", "").replace("_", "").replace("-", "").isalnum() and key.isascii() and key[0].isalpha()
    return key if plain else _quoted(key)


def _quoted(text: str) -> str:
    return _TO_ESCAPE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        plain = value.replace("_", "").isalpha() and value.isascii() and value.lower() not in ("null", "true", "false")
        return value if plain else _quoted(value)
    if isinstance(value, float) and value == int(value) and abs(value) < 1e12:
        return str(int(value))
    return repr(value)
