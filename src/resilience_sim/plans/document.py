"""YAML text in: plain data, and the line of everything in it.

The only importer of the YAML library. The reader takes a small, safe part of YAML 1.2: mappings with unique keys, lists
and scalars of the core schema, and dates. Anchors, aliases and tags are refused where they first stand, and depth is
counted while reading, so that no file can grow in memory or make objects.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, DocumentStartEvent, MappingStartEvent, ScalarEvent, SequenceStartEvent

from resilience_sim.errors import Place, PlanError

__all__ = ["BOM", "Document", "Tail", "parse_document", "read_text", "short"]

BOM = "\ufeff"
MOST_BYTES = 500_000  # more than ten times the longest shipped plan
MOST_DEPTH = 16
MOST_DIGITS = 40
Path_ = tuple[str | int, ...]

_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")


def short(value: object) -> str:
    """A value as it may stand in a message."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def read_text(path: Path) -> str:
    """The text of a file as it stands: line endings and a byte-order mark are kept.

    Raises
    ------
    PlanError
        If the file is missing, too large, binary or not UTF-8.
    """
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise PlanError("is not a file; accepted is a YAML file", place=Place(path))
        if size > MOST_BYTES:
            raise PlanError(f"is {size:,} bytes long; accepted are at most {MOST_BYTES:,}", place=Place(path))
        raw = path.read_bytes()
    except OSError as error:
        raise PlanError(
            f"cannot be read ({error.strerror or error}); accepted is a YAML file", place=Place(path)
        ) from None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise PlanError(
            f"byte 0x{raw[error.start]:02x} is not UTF-8; "
            "accepted is a text file saved as UTF-8 (with or without BOM), not GBK/GB18030 or a binary file",
            place=Place(path, line),
        ) from None
    if (position := text.find("\0")) >= 0:
        raise PlanError(
            "has a NUL byte, so it is a binary file; accepted is YAML text",
            place=Place(path, text.count("\n", 0, position) + 1),
        )
    return text


class Tail(NamedTuple):
    """Where a list in block style ends: the index after its last character, and the column of its dashes."""

    after: int
    column: int


@dataclass(frozen=True)
class Document:
    """Plain data of a YAML file, and where everything in it stands.

    Attributes
    ----------
    lines
        The line (from 1) of every key and item, by its path.
    tails
        The end of every list in block style, by its path; lists in flow style (``[…]``) have none.
    """

    path: Path
    data: Any = None
    lines: dict[Path_, int] = field(default_factory=dict)
    tails: dict[Path_, Tail] = field(default_factory=dict)

    def known(self, at: Path_) -> Path_:
        """The longest part of a path that stands in the file."""
        return next((at[:n] for n in range(len(at), 0, -1) if at[:n] in self.lines), ())

    def place(self, at: Path_) -> Place:
        """The place of the nearest enclosing node that has a line."""
        return Place(self.path, self.lines.get(self.known(at)))


def parse_document(path: Path, text: str) -> Document:
    """Parse YAML text into plain data.

    Raises
    ------
    PlanError
        If the text is no YAML, repeats a key, nests too deep, or uses anchors, aliases, tags or several documents.
    """
    body = text.removeprefix(BOM)
    try:
        return _Reader(path, body, offset=len(text) - len(body)).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where, why = Place(path, mark.line + 1 if mark else None), str(error.problem or error.context)
    except YAMLError as error:  # the only one without a mark is about a character
        before = body[: getattr(error, "position", 0)]
        where, why = Place(path, before.count("\n") + 1), str(error).splitlines()[0]
    raise PlanError(f"is not well-formed YAML ({why}); accepted is a plan or site in YAML 1.2", place=where)


class _Reader:
    """Builds plain data from the parser's events, in one pass."""

    def __init__(self, path: Path, text: str, *, offset: int) -> None:
        self.path, self.offset = path, offset
        self.events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)
        self.lines: dict[Path_, int] = {}
        self.tails: dict[Path_, Tail] = {}
        self.end = 0  # index after the last scalar or closing bracket

    def document(self) -> Document:
        """Read the one document of the file."""
        next(self.events)  # stream start
        if not isinstance(next(self.events), DocumentStartEvent):
            raise PlanError("is empty; accepted is a plan or site in YAML", place=Place(self.path))
        data = self.value(next(self.events), ())
        if data is None:
            raise PlanError("is empty; accepted is a plan or site in YAML", place=Place(self.path))
        next(self.events)  # document end
        if isinstance(extra := next(self.events), DocumentStartEvent):
            line = extra.start_mark.line + 1
            raise PlanError("a second document begins here; accepted is one per file", place=Place(self.path, line))
        return Document(self.path, data, self.lines, self.tails)

    def value(self, event: Any, at: Path_) -> Any:
        """Read the value that begins with an event."""
        place = Place(self.path, event.start_mark.line + 1)
        self.lines.setdefault(at, event.start_mark.line + 1)
        if isinstance(event, AliasEvent) or event.anchor is not None:
            raise PlanError("anchors and aliases (& and *) are refused; accepted: the value written out", place=place)
        if event.tag is not None:
            raise PlanError(f"the tag {str(event.tag)!r} is refused; accepted are plain values", place=place)
        if len(at) > MOST_DEPTH:
            raise PlanError(f"is nested too deep; accepted are at most {MOST_DEPTH} levels", place=place)
        if isinstance(event, ScalarEvent):
            self.end = event.end_mark.index
            return _scalar(event.value, place) if event.implicit[0] else event.value
        mapping = isinstance(event, MappingStartEvent)
        data = self.mapping(at) if mapping else self.items(at)
        if not mapping and not event.flow_style:
            self.tails[at] = Tail(self.end + self.offset, event.start_mark.column)
        return data

    def children(self) -> Iterator[Any]:
        """First events of the nodes inside the current list or mapping."""
        while isinstance(event := next(self.events), (AliasEvent, ScalarEvent, MappingStartEvent, SequenceStartEvent)):
            yield event
        if event.end_mark.index > event.start_mark.index:  # a closing bracket; block style ends without a character
            self.end = event.end_mark.index

    def items(self, at: Path_) -> list[Any]:
        return [self.value(event, (*at, k)) for k, event in enumerate(self.children())]

    def mapping(self, at: Path_) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key in self.children():
            place = Place(self.path, key.start_mark.line + 1)
            if not isinstance(key, ScalarEvent) or key.tag is not None or key.anchor is not None:
                raise PlanError("a key is no plain name; accepted is a name", place=place)
            name = str(key.value)
            if name in data:
                first = self.lines[*at, name]
                raise PlanError(f"key {name!r} stands twice (first in line {first}); accepted is once", place=place)
            self.end = key.end_mark.index
            self.lines[*at, name] = key.start_mark.line + 1
            data[name] = self.value(next(self.events), (*at, name))
        return data


def _scalar(text: str, place: Place) -> Any:
    """A plain scalar of YAML's core schema, or a date."""
    if text in _WORDS:
        return _WORDS[text]
    if _DECIMAL.fullmatch(text):
        if len(text) > MOST_DIGITS:
            raise PlanError(f"{short(text)} has too many digits; accepted are {MOST_DIGITS}", place=place)
        return int(text) if _WHOLE.fullmatch(text) else float(text)
    if _NOT_FINITE.fullmatch(text):
        raise PlanError(f"{text} is not finite; accepted are finite numbers", place=place)
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise PlanError(f"{text!r} is no date; accepted are dates such as 2026-01-31", place=place) from None
    return text
