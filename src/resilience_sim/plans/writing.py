"""Appending to a file without touching the rest of it, and putting it in place whole or not at all.

A plan file is somebody's work: its comments, order, wording and line endings are theirs. New entries go in as lines of
text after the list that they belong to, never by writing the parsed data out again. The result is read back, and
refused unless it is the source plus exactly those lines and its data plus exactly those entries.
"""

from __future__ import annotations

import copy
import json
import os
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

from resilience_sim.errors import ExportError, Place, PlanError
from resilience_sim.plans.document import Document, Path_, parse_document

__all__ = ["Addition", "append_items", "replace_whole"]

Addition = tuple[Path_, Mapping[str, Any]]
"""A list in the document, by its path, and the mapping to append to it."""

_BREAK = re.compile(r"\r\n|\r|\n")
_TO_ESCAPE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def append_items(document: Document, text: str, additions: Sequence[Addition]) -> tuple[str, Document]:
    """The text with one more line for every addition, directly after the list's last item.

    Parameters
    ----------
    document, text
        A YAML file as parsed and as it stands.
    additions
        Which mappings to append to which lists, in this order.

    Returns
    -------
    tuple
        The new text, and the document that it reads back as.

    Raises
    ------
    PlanError
        If a list is in flow style (``[…]``), so that a line cannot be appended to it.
    ExportError
        If the result were anything else than the source with these lines and entries added.
    """
    inserted: dict[int, str] = {}
    for at, item in additions:
        if at not in document.tails:
            raise PlanError(
                f"{at[-1]!r} is written as [...] or stands inside brackets, so that no line can be appended; accepted "
                "is one entry per line, each after a dash",
                place=document.place(at),
            )
        after, column = document.tails[at]
        position, newline, closed = _line_end(text, after)
        line = f"{' ' * column}- {_flow(item)}"
        inserted[position] = inserted.get(position, "") + (line + newline if closed else newline + line)
    result, done = [], 0
    for position in sorted(inserted):
        result += [text[done:position], inserted[position]]
        done = position
    appended = "".join(result) + text[done:]
    return appended, _read_back(document, text, appended, additions)


def _line_end(text: str, after: int) -> tuple[int, str, bool]:
    """Where the next line begins, the line break in use there, and whether the line before has one."""
    first = _BREAK.search(text)
    newline = first[0] if first else "\n"
    if after and text[after - 1] in "\r\n":  # a block scalar ends where the next line begins
        return after, newline, True
    found = _BREAK.search(text, after)
    return (len(text), newline, False) if found is None else (found.end(), found[0], True)


def _flow(item: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f"{key}: {_scalar(value)}" for key, value in item.items()) + "}"


def _scalar(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, float):
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    quoted = json.dumps(str(value), ensure_ascii=False)
    return _TO_ESCAPE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def _read_back(document: Document, before: str, after: str, additions: Sequence[Addition]) -> Document:
    place = Place(document.path)
    source, rest = _BREAK.split(before), iter(result := _BREAK.split(after))
    if len(result) != len(source) + len(additions) or not all(line in rest for line in source):
        raise ExportError("appending would change or remove a line; nothing was written", place=place)
    expected = copy.deepcopy(document.data)
    for at, item in additions:
        entries = expected
        for part in at:
            entries = entries[part]
        entries.append({key: value.value if isinstance(value, Enum) else value for key, value in item.items()})
    again = parse_document(document.path, after)
    if again.data != expected:
        raise ExportError("appending would change more than was asked; nothing was written", place=place)
    return again


def replace_whole(path: Path, text: str, *, expected: bytes | None) -> None:
    """Put a text in place of a file: afterwards the old file stands there or the new one, each whole.

    Parameters
    ----------
    path
        The file; its folder exists.
    text
        What it is to hold; a byte-order mark and line endings are part of it.
    expected
        What the file holds at present, ``None`` if there is none; it may have been changed by somebody else meanwhile.

    Raises
    ------
    ExportError
        If it cannot be written, or no longer holds what was expected; the old file is as it was.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        if expected is not None:
            shutil.copymode(path, temporary)
        if (path.read_bytes() if path.exists() else None) != expected:
            raise ExportError(
                "was changed by somebody else meanwhile; nothing was written, try again", place=Place(path)
            )
        os.replace(temporary, path)  # noqa: PTH105 - the atomic call itself, which tests interrupt
    except ExportError:
        raise
    except (OSError, UnicodeError) as error:
        raise ExportError(f"cannot be written ({error}); the old file is as it was", place=Place(path)) from error
    finally:
        with suppress(OSError):
            temporary.unlink()
