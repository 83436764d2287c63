"""Plan and site files in: hostile until validated, every complaint with its line."""

from __future__ import annotations

from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from resilience_sim.errors import PlanError
from resilience_sim.plans.building import Layout
from resilience_sim.plans.building_checks import check_numbers, check_shape
from resilience_sim.plans.calltree import CallTree
from resilience_sim.plans.calltree_checks import check_numbers as check_calltree_numbers
from resilience_sim.plans.calltree_checks import check_shape as check_calltree_shape
from resilience_sim.plans.document import Document, Path_, parse_document, read_text, short
from resilience_sim.plans.faults import Repairs
from resilience_sim.plans.faults_checks import check_numbers as check_fault_numbers
from resilience_sim.plans.faults_checks import check_shape as check_fault_shape
from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Site

__all__ = [
    "BUILDING", "CALL_TREE", "Document", "FAULTS", "find", "library", "parse_document", "read_building",
    "read_call_tree", "read_faults", "read_plan", "read_site", "read_text", "validated",
]  # fmt: skip

BUILDING = "building.yaml"
CALL_TREE = "calltree.yaml"
FAULTS = "faults.yaml"

Model = TypeVar("Model", bound=BaseModel)


def library() -> dict[str, Path]:
    """The shipped plans: slug → folder."""
    root = Path(__file__).parent / "library"
    return {folder.name: folder for folder in sorted(root.iterdir()) if (folder / "plan.yaml").is_file()}


def find(plan: str) -> Path:
    """The folder of a plan named on the command line: a shipped plan's slug, or a folder of the user's own.

    A bare slug always means the shipped plan; ``./call-centre`` is the folder of that name.

    Raises
    ------
    PlanError
        If it is neither; the message lists the slugs.
    """
    shipped = library()
    if plan in shipped:
        return shipped[plan]
    folder = Path(plan)
    if plan and folder.is_dir():
        return folder
    raise PlanError(f"there is no plan {plan!r}; accepted: {', '.join(shipped)}, or a folder with a plan.yaml")


def _explain(document: Document, error: ValidationError, model: type[BaseModel]) -> PlanError:
    every = error.errors(include_url=False)
    places = [problem["loc"] for problem in every]
    # A list that lost an item to an error is also "too short": what lies deeper explains what lies above.
    problems = [
        p for p in every if not any(len(at) > len(p["loc"]) and at[: len(p["loc"])] == p["loc"] for at in places)
    ]
    # An unknown key explains a missing one better than the other way round.
    problem = min(problems, key=lambda p: {"extra_forbidden": 0, "missing": 1}.get(p["type"], 2))
    at = tuple(part for part in problem["loc"] if part != "[key]")
    if problem["type"] == "extra_forbidden":
        message = f"unknown key {at[-1]!r}; accepted here: {', '.join(_keys(model, at[:-1]))}"
    elif problem["type"] == "missing":
        message = f"key {at[-1]!r} is missing; accepted here: {', '.join(_keys(model, at[:-1]))}"
    else:
        message = problem["msg"].removeprefix("Value error, ")
        if problem["type"] in ("model_type", "dict_type"):
            message = f"accepted is a mapping (key: value), found {short(problem['input'])}"
        elif problem["type"] == "tuple_type":
            message = f"accepted is a list, found {short(problem['input'])}"
        elif problem["type"] != "value_error":
            message = f"{message[0].lower()}{message[1:]}; found {short(problem['input'])}"
        if where := ".".join(str(part) for part in document.known(at)):
            message = f"{where}: {message}"
    others = len(problems) - 1
    message = "".join(c if c.isprintable() else repr(c)[1:-1] for c in message)
    return PlanError(message + (f" (and {others} more)" if others else ""), place=document.place(at))


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


def validated(document: Document, model: type[Model]) -> Model:
    """The data of a file as a plan or site.

    Raises
    ------
    PlanError
        With file, line, what was wrong and what would be accepted.
    """
    try:
        return model.model_validate(document.data)
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
    file = path / "plan.yaml" if path.is_dir() else path
    document = parse_document(file, read_text(file))
    return validated(document, Plan), document


def read_site(path: Path) -> tuple[Site, Document]:
    """Read and validate a site file, or the ``site.yaml`` of a folder; as :func:`read_plan`.

    A ``building.yaml`` beside it is read too, and is the site's building; a ``faults.yaml`` tells what can break in
    it, and a ``calltree.yaml`` who tells whom.
    """
    file = path / "site.yaml" if path.is_dir() else path
    document = parse_document(file, read_text(file))
    site = validated(document, Site)
    beside = file.with_name(BUILDING)
    if beside.exists():
        site = site.with_building(read_building(beside, site, document))
    tree = file.with_name(CALL_TREE)
    if tree.exists():
        site = site.with_calltree(read_call_tree(tree, site, document))
    faults = file.with_name(FAULTS)
    if faults.exists():
        site = site.with_repairs(read_faults(faults, site, document))
    return site, document


def read_building(file: Path, site: Site, site_document: Document | None = None) -> Layout:
    """Read a building's file and validate it with the facts of its site.

    Parameters
    ----------
    file
        The file.
    site, site_document
        The facts that the file may name, and where they stand.

    Raises
    ------
    PlanError
        With file, line, what was wrong and what would be accepted.
    """
    document = parse_document(file, read_text(file))
    layout = validated(document, Layout).from_file(document)
    check_shape(layout)
    check_numbers(layout, site, site_document)
    return layout


def read_faults(file: Path, site: Site, site_document: Document | None = None) -> Repairs:
    """Read a file of faults and validate it with the facts of its site; as :func:`read_building`."""
    document = parse_document(file, read_text(file))
    repairs = validated(document, Repairs).from_file(document)
    check_fault_shape(repairs)
    check_fault_numbers(repairs, site, site_document)
    return repairs


def read_call_tree(file: Path, site: Site, site_document: Document | None = None) -> CallTree:
    """Read a call tree's file and validate it with the facts of its site; as :func:`read_building`."""
    document = parse_document(file, read_text(file))
    tree = validated(document, CallTree).from_file(document)
    check_calltree_shape(tree)
    check_calltree_numbers(tree, site, site_document)
    return tree
