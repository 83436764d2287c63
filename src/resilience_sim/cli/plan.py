"""The verb ``plan``: look at plans, check their form, compare them, begin one, and answer proposals.

PLAN is a shipped plan's slug or a folder of the user's own. Errors rise to the program's entry, which prints one line.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from resilience_sim.cli.options import JsonFile, Lang, LangOption

if TYPE_CHECKING:
    from rich.table import Table

    from resilience_sim.plans.faults import Repairs
    from resilience_sim.plans.quantities import Quantity
    from resilience_sim.plans.register import Clause, Plan
    from resilience_sim.plans.site import Site
    from resilience_sim.plans.wording import Language

__all__ = ["app"]

app = typer.Typer(
    help="Plans as registers of clauses.",
    no_args_is_help=True,
    rich_markup_mode=None,  # rich would more than double the time of --help
)

_CHINESE = {
    "plan": "预案", "title": "名称", "clauses": "条款", "claims": "论断", "open": "未定", "clause": "条款",
    "tier": "级别", "where": "出处", "text": "内容", "from": "自", "value": "数值", "status": "状态", "id": "编号",
    "by": "决定人", "source": "来源", "reading": "读法", "claim": "论断", "question": "问题",
}  # fmt: skip


def _word(word: str, lang: Lang) -> str:
    return _CHINESE[word] if lang is Lang.ZH else word


PlanName = Annotated[str, typer.Argument(metavar="PLAN", help="A shipped plan's slug or a folder of your own.")]
OwnFile = Annotated[Path, typer.Argument(metavar="FILE", help="Your own plan.yaml, or its folder.")]
ProposalId = Annotated[str, typer.Argument(metavar="ID", help="The proposal's twelve digits.")]
By = Annotated[str, typer.Option("--by", help="Who decides.")]
On = Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="The day; today if not given.")]


def _show_json(where: str, data: Any) -> None:
    from resilience_sim.cli.session import show_json

    show_json(where, json.dumps(data, ensure_ascii=False, indent=2) + "\n")


def _print(table: Table) -> None:
    from rich.console import Console

    Console().print(table)


def _table(lang: Lang, first: str, *others: str) -> Table:
    from rich.table import Table

    table = Table()
    table.add_column(_word(first, lang), no_wrap=True)
    for column in others:
        table.add_column(_word(column, lang), overflow="fold")
    return table


def _row(table: Table, *cells: object) -> None:
    """Add a row as plain text: square brackets in a plan are no markup."""
    from rich.text import Text

    table.add_row(*(Text(str(cell)) for cell in cells))


def _counts(plan: Plan) -> dict[str, int]:
    quantities = [quantity for _, _, quantity in plan.quantities()]
    return {
        "clauses": len(plan.clauses),
        "claims": len(plan.claims()),
        "quantities": len(quantities),
        "open": sum(quantity.in_force() is None for quantity in quantities),
        "proposals_waiting": sum(len(quantity.proposals()) for quantity in quantities),
        "questions": len(plan.questions),
    }


@app.command("list")
def list_plans(*, lang: LangOption = Lang.EN, to_json: JsonFile = None) -> None:
    """List the shipped plans."""
    from resilience_sim.plans.files import library, read_plan

    plans = [read_plan(folder)[0] for folder in library().values()]
    if to_json is not None:
        _show_json(to_json, [{"plan": p.plan, "title": p.title.model_dump(), **_counts(p)} for p in plans])
        return
    table = _table(lang, "plan", "title", "clauses", "claims", "open")
    for plan in plans:
        counts = _counts(plan)
        _row(table, plan.plan, getattr(plan.title, lang), counts["clauses"], counts["claims"], counts["open"])
    _print(table)


@app.command()
def show(
    plan: PlanName,
    clause: Annotated[str | None, typer.Argument(metavar="[CLAUSE]", help="One clause, such as P1-09.")] = None,
    *,
    building: Annotated[
        Path | None,
        typer.Option("--building", metavar="FILE", help="Draw its site's building instead: .svg or .png."),
    ] = None,
    calltree: Annotated[
        Path | None,
        typer.Option("--calltree", metavar="FILE", help="Draw its site's call tree instead: .svg or .png."),
    ] = None,
    lang: LangOption = Lang.EN,
    to_json: JsonFile = None,
) -> None:
    """Show a plan's clauses with their numbers, or all about one clause, or draw its site's building or call tree."""
    from resilience_sim.plans.files import find, read_plan
    from resilience_sim.plans.wording import render

    if building is not None or calltree is not None:
        if clause is not None or to_json is not None or (building is not None and calltree is not None):
            raise typer.BadParameter(
                "a drawing has no clause and no --json; accepted is PLAN --building FILE or PLAN --calltree FILE"
            )
        if building is not None:
            _draw_building(find(plan), building, lang)
        elif calltree is not None:
            _draw_calltree(find(plan), calltree, lang)
        return
    register, _ = read_plan(find(plan))
    if clause is not None:
        _show_clause(register, clause, lang, to_json)
        return
    if to_json is not None:
        clauses = [_clause_data(c) for c in register.clauses]
        _show_json(to_json, {"plan": register.plan, "title": register.title.model_dump(), "clauses": clauses})
        return
    language: Language = lang.value
    typer.echo(getattr(register.title, lang))
    table = _table(lang, "clause", "tier", "where", "text")
    for c in register.clauses:
        _row(table, c.id, c.tier, c.where, render(c, language))
    _print(table)


def _draw_building(folder: Path, file: Path, lang: Lang) -> None:
    from resilience_sim.cli.session import may_write
    from resilience_sim.plans.files import BUILDING, read_site
    from resilience_sim.reports.building_figures import building_figure
    from resilience_sim.reports.look import save

    may_write(file, inputs=[folder / name for name in ("plan.yaml", "site.yaml", BUILDING)])
    figure = building_figure(read_site(folder)[0], lang.value)
    file.parent.mkdir(parents=True, exist_ok=True)
    save(figure, file)
    typer.echo(f"wrote {file}")


def _draw_calltree(folder: Path, file: Path, lang: Lang) -> None:
    from resilience_sim.cli.session import may_write
    from resilience_sim.plans.files import CALL_TREE, read_site
    from resilience_sim.reports.calltree_figures import calltree_figure
    from resilience_sim.reports.look import save

    may_write(file, inputs=[folder / name for name in ("plan.yaml", "site.yaml", CALL_TREE)])
    figure = calltree_figure(read_site(folder)[0], lang.value)
    file.parent.mkdir(parents=True, exist_ok=True)
    save(figure, file)
    typer.echo(f"wrote {file}")


def _clause_data(clause: Clause) -> dict[str, Any]:
    from resilience_sim.plans.wording import revised

    return clause.model_dump(mode="json", by_alias=True, exclude_none=True) | {"text": revised(clause, {})}


def _show_clause(plan: Plan, clause_id: str, lang: Lang, to_json: str | None) -> None:
    from resilience_sim.errors import PlanError
    from resilience_sim.plans.wording import render

    if clause_id not in (ids := [c.id for c in plan.clauses]):
        raise PlanError(f"plan {plan.plan!r} has no clause {clause_id!r}; accepted: {', '.join(ids)}")
    clause = plan.clause(clause_id)
    questions = [q for q in plan.questions if q.no in clause.questions]
    if to_json is not None:
        _show_json(to_json, _clause_data(clause) | {"questions": [q.model_dump(mode="json") for q in questions]})
        return
    language: Language = lang.value
    typer.echo(f"{clause.id}  {clause.where}  ({_word('tier', lang)} {clause.tier}, {clause.model})")
    typer.echo(render(clause, language))
    for name, quantity in clause.quantities.items():
        _show_history(name, quantity, lang)
    for reading in clause.interpretations:
        typer.echo(f"{_word('reading', lang)} {reading.id}: {getattr(reading, lang)}")
    for claim in clause.claims:
        share = f" in {claim.in_}" if claim.in_ else ""
        typer.echo(
            f"{_word('claim', lang)} {claim.id}: {claim.measure} {claim.relation} {claim.limit}{share} ({claim.basis})"
        )
    for question in questions:
        typer.echo(f"{_word('question', lang)} {question.no}: {getattr(question, lang)}")


def _show_history(name: str, quantity: Quantity, lang: Lang) -> None:
    from resilience_sim.plans.wording import amount

    bounds = quantity.bounds
    boundary = f", {quantity.boundary.value}" if quantity.boundary else ""
    chosen = f"{bounds.min:g} … {bounds.max:g} {quantity.unit}, step {bounds.step:g}"
    typer.echo(f"\n{name} ({quantity.role.value}{boundary}; {chosen})")
    table = _table(lang, "from", "value", "status", "id", "by", "source")
    for entry in quantity.history:
        about = f"{entry.source}; {entry.evidence}" if entry.evidence else entry.source
        value = amount(entry.value, quantity.unit, lang.value)
        _row(table, entry.from_, value, entry.status.value, entry.id or entry.answers or "", entry.by or "", about)
    _print(table)


@app.command()
def validate(
    plans: Annotated[list[str], typer.Argument(metavar="PLAN...", help="Slugs or folders.")],
    *,
    to_json: JsonFile = None,
) -> None:
    """Check plans, sites and buildings, and that claims name studies; exit code 2 if one is refused."""
    from resilience_sim.errors import ResilienceError

    results: list[dict[str, Any]] = []
    for plan in plans:
        try:
            results.append({"plan": plan, "ok": True, **_validated(plan)})
        except ResilienceError as error:
            results.append({"plan": plan, "ok": False, "error": str(error)})
    if to_json is not None:
        _show_json(to_json, results)
    else:
        for result in results:
            typer.echo(_verdict(result), err=not result["ok"])
    if not all(result["ok"] for result in results):
        raise typer.Exit(2)


def _validated(name: str) -> dict[str, Any]:
    from resilience_sim.errors import Place, PlanError
    from resilience_sim.plans.files import BUILDING, find, read_plan, read_site

    folder = find(name)
    plan, document = read_plan(folder)
    site, site_document = read_site(folder) if (folder / "site.yaml").exists() else (None, None)
    if plan.claims() and site is not None:
        from resilience_sim.studies import bind

        bind(plan, site, document=document, site_document=site_document)
    if site is None and (folder / BUILDING).exists():
        raise PlanError("needs the facts of a site; accepted is a site.yaml beside it", place=Place(folder / BUILDING))
    building = None if site is None or site.building is None else _building(site)
    calltree = None if site is None or site.calltree is None else _calltree(plan, site)
    faults = None if site is None or site.repairs is None else _faults(site.repairs)
    facts = None if site is None else len(site.facts)
    return {**_counts(plan), "facts": facts, "building": building, "calltree": calltree, "faults": faults}


def _building(site: Site) -> dict[str, int]:
    """What there is of a building that the machine takes."""
    from resilience_sim.studies.buildings import check_building, egress_building, starting_places

    check_building(site)
    building, places = egress_building(site), starting_places(site)
    people = sum(place.size for place in places)
    return {"spaces": len(building.spaces), "doors": len(building.doors), "people": people}


def _calltree(plan: Plan, site: Site) -> dict[str, int]:
    """What there is of a call tree that the machine takes, and that keeps to the plan's deadlines."""
    from resilience_sim.plans.calltree_checks import check_due
    from resilience_sim.studies.call_trees import check_call_tree

    tree = site.calltree
    assert tree is not None
    check_due(tree, plan, site)
    check_call_tree(site)
    return {"roles": len(tree.roles), "chains": len(tree.chains)}


def _faults(repairs: Repairs) -> dict[str, int]:
    """What there is in a file of faults."""
    return {"classes": len(repairs.classes), "times": len(repairs.times)}


def _verdict(result: dict[str, Any]) -> str:
    if not result["ok"]:
        return str(result["error"])
    site = "no site.yaml beside it" if result["facts"] is None else f"site facts {result['facts']}"
    names = ("clauses", "claims", "quantities", "open", "proposals_waiting", "questions")
    counts = ", ".join(f"{name.replace('_', ' ')} {result[name]}" for name in names)
    beside = ""
    for name in ("building", "calltree", "faults"):
        if result[name] is not None:
            counted = ", ".join(f"{what} {count}" for what, count in result[name].items())
            beside += f", {name}.yaml read: {counted}"
    return f"ok  {result['plan']}: {counts}, {site}{beside}"


def _plan_file(name: str) -> Path:
    from resilience_sim.plans.files import find

    return Path(name) if Path(name).is_file() else find(name) / "plan.yaml"


@app.command()
def diff(
    a: Annotated[str, typer.Argument(metavar="A", help="A slug, folder or plan file.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    *,
    to_json: JsonFile = None,
) -> None:
    """Print the difference between two plan files; with --json, between their numbers."""
    from resilience_sim.plans import comparison
    from resilience_sim.plans.files import read_plan

    files = _plan_file(a), _plan_file(b)
    if to_json is not None:
        plans = [read_plan(file)[0] for file in files]
        _show_json(to_json, [change._asdict() for change in comparison.changes(*plans)])
    elif text := comparison.diff(*files):
        typer.echo(text)


@app.command()
def new(directory: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that holds no plan yet.")]) -> None:
    """Begin a plan: a commented plan.yaml and site.yaml that validate."""
    from resilience_sim.plans.skeleton import write_skeleton

    write_skeleton(directory)
    typer.echo(f"wrote {directory / 'plan.yaml'} and {directory / 'site.yaml'}")


def _day(on: datetime | None) -> date:
    return date.today() if on is None else on.date()


@app.command()
def approve(file: OwnFile, proposal_id: ProposalId, *, by: By, on: On = None) -> None:
    """Put a proposed number in force, in your own plan file."""
    from resilience_sim.plans import proposals

    entry = proposals.approve(file, proposal_id, by=by, on=_day(on))
    typer.echo(f"approved {proposal_id}: {entry.value:g} in force from {entry.from_}, by {entry.by}")


@app.command()
def withdraw(file: OwnFile, proposal_id: ProposalId, *, by: By, on: On = None) -> None:
    """Withdraw a proposal, in your own plan file."""
    from resilience_sim.plans import proposals

    entry = proposals.withdraw(file, proposal_id, by=by, on=_day(on))
    typer.echo(f"withdrew {proposal_id} on {entry.from_}, by {entry.by}")
