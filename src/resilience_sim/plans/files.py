"""Plan and site files in: hostile until validated, every complaint with its line.

The only importer of the YAML library. The reader takes a small, safe part of YAML 1.2: mappings with unique keys, lists
and plain scalars. Anchors, aliases and tags are refused, so that no file can grow in memory or make objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from resilience_sim.errors import Place, PlanError
from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Site

__all__ = ["Document", "library", "parse_document", "read_plan", "read_site", "read_text"]

MOST_BYTES = 2_000_000
MOST_DEPTH = 16
Path_ = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


def library() -> dict[str, Path]:
    """The shipped plans: slug → folder."""
    root = Path(__file__).parent / "library"
    return {folder.name: folder for folder in sorted(root.iterdir()) if (folder / "plan.yaml").is_file()}


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


@dataclass(frozen=True)
class Document:
    """Plain data of a YAML file, and the line (from 1) of every key and item by its path."""

    path: Path
    data: Any
    lines: dict[Path_, int]
    flow: frozenset[Path_]

    def place(self, at: Path_) -> Place:
        """The place of the nearest enclosing node that has a line."""
        for length in range(len(at), -1, -1):
            if at[:length] in self.lines:
                return Place(self.path, self.lines[at[:length]])
        return Place(self.path)


def parse_document(path: Path, text: str) -> Document:
    """Parse YAML text into plain data.

    Raises
    ------
    PlanError
        If the text is no YAML, repeats a key, or uses anchors, aliases or tags.
    """
    yaml = YAML(typ="rt", pure=True)
    try:
        for event in yaml.parse(text.removeprefix("\ufeff")):
            if getattr(event, "anchor", None) is not None:
                line = event.start_mark.line + 1
                raise PlanError(
                    "anchors and aliases (& and *) are refused; write the value out", place=Place(path, line)
                )
        node = yaml.compose(text.removeprefix("\ufeff"))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(path, mark.line + 1 if mark else None)
        raise PlanError(f"is not well-formed YAML: {error.problem or error.context}", place=place) from None
    except (YAMLError, RecursionError) as error:
        raise PlanError(f"is not well-formed YAML: {str(error).splitlines()[0]}", place=Place(path)) from None
    if node is None:
        raise PlanError("is empty; accepted is a plan or site in YAML", place=Place(path))
    lines: dict[Path_, int] = {}
    flow: set[Path_] = set()
    data = _plain(node, (), path, lines, flow)
    return Document(path, data, lines, frozenset(flow))


def _plain(node: Node, at: Path_, path: Path, lines: dict[Path_, int], flow: set[Path_]) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(at, line)
    if len(at) > MOST_DEPTH:
        raise PlanError(f"is nested more than {MOST_DEPTH} deep", place=Place(path, line))
    if isinstance(node, (MappingNode, SequenceNode)) and node.flow_style:
        flow.add(at)
    if isinstance(node, MappingNode):
        return dict(_pairs(node, at, path, lines, flow))
    if isinstance(node, SequenceNode):
        return [_plain(item, (*at, k), path, lines, flow) for k, item in enumerate(node.value)]
    assert isinstance(node, ScalarNode)
    return _scalar(node, Place(path, line))


def _pairs(
    node: MappingNode, at: Path_, path: Path, lines: dict[Path_, int], flow: set[Path_]
) -> Iterator[tuple[str, Any]]:
    seen: dict[str, int] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, ScalarNode):
            raise PlanError("a key is a list or mapping; accepted is a name", place=Place(path, line))
        key = str(key_node.value)
        if key in seen:
            raise PlanError(f"key {key!r} stands twice (first in line {seen[key]})", place=Place(path, line))
        seen[key] = line
        lines[*at, key] = line
        yield key, _plain(value_node, (*at, key), path, lines, flow)


def _scalar(node: ScalarNode, place: Place) -> Any:
    kind = str(node.tag).rpartition(":")[2]
    text = str(node.value)
    if kind == "str":
        return text
    if kind == "null":
        return None
    try:
        if kind == "int":
            return int(text.replace("_", ""), 0)
        if kind == "float":
            return float(text.replace("_", "").replace(".nan", "nan").replace(".NaN", "nan").replace(".inf", "inf"))
        if kind == "bool":
            return text.lower() == "true"
        if kind == "timestamp":
            return date.fromisoformat(text)
    except ValueError:
        raise PlanError(f"{text!r} is no {kind}; accepted dates have the form 2026-01-31", place=place) from None
    raise PlanError(f"the tag {node.tag!s} is refused; accepted are plain values", place=place)


def _explain(document: Document, error: ValidationError, model: type[BaseModel]) -> PlanError:
    problems = error.errors(include_url=False)
    # An unknown key explains a missing one better than the other way round.
    problem = min(problems, key=lambda p: ("extra_forbidden", "missing").index(p["type"]) if p["type"] in
                  ("extra_forbidden", "missing") else 2)  # fmt: skip
    at = tuple(part for part in problem["loc"] if part != "[key]")
    where = ".".join(str(part) for part in at)
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        message = f"unknown key {at[-1]!r}; accepted here: {', '.join(_keys(model, at[:-1]))}"
    elif problem["type"] == "missing":
        message = f"key {at[-1]!r} is missing"
    elif problem["type"] != "value_error":
        message = f"{message[0].lower()}{message[1:]}; found {_short(problem['input'])}"
    if problem["type"] not in ("extra_forbidden", "missing") and where:
        message = f"{where}: {message}"
    others = len(problems) - 1
    return PlanError(message + (f" (and {others} more)" if others else ""), place=document.place(at))


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _keys(annotation: Any, at: Path_) -> list[str]:
    """The keys accepted at a path, found by walking the model's annotations."""
    for part in at:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            fields = {field.alias or name: field.annotation for name, field in annotation.model_fields.items()}
            annotation = fields[str(part)]
            if get_origin(annotation) in (UnionType, Union):
                annotation = next(kind for kind in get_args(annotation) if kind is not type(None))
        else:  # tuple[item, ...] or dict[key, item]
            annotation = get_args(annotation)[1 if get_origin(annotation) is dict else 0]
    return sorted(field.alias or name for name, field in annotation.model_fields.items())


def _read(path: Path, model: type[Model]) -> tuple[Model, Document]:
    document = parse_document(path, read_text(path))
    try:
        return model.model_validate(document.data), document
    except ValidationError as error:
        raise _explain(document, error, model) from None


def read_plan(path: Path) -> tuple[Plan, Document]:
    """Read and validate a plan file, or the ``plan.yaml`` of a folder.

    Returns
    -------
    tuple
        The plan, and the document that knows the line of everything in it.

    Raises
    ------
    PlanError
        With file, line, what was wrong and what would be accepted.
    """
    return _read(path / "plan.yaml" if path.is_dir() else path, Plan)


def read_site(path: Path) -> tuple[Site, Document]:
    """Read and validate a site file, or the ``site.yaml`` of a folder; as :func:`read_plan`."""
    return _read(path / "site.yaml" if path.is_dir() else path, Site)
