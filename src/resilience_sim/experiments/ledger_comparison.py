"""Comparing the plans with the ledger: what has moved, and whether it may be chance.

Values in force are compared as they are stated, rows in one of two layers:

exact
    Where seed, versions of the machines and stack are the ledger's, every row must be equal: terms, counts, verdict,
    and what the events measured to the last bit. A row that is not was changed by somebody.
statistical
    Where draws have changed on purpose (another seed, a bumped machine, another stack) the same share may give other
    counts. Each row is compared by the exact test of :mod:`resilience_sim.verdicts.regression`: a fixed number of new
    events against as many stored ones, and only where these differ, other new events against other stored ones. Over
    all rows of the ledger, a run alarms falsely with probability 1e-6 at most, whatever the shares are. Rows that are
    equal all the same pass as they are; for the others, where the seed is the ledger's, fresh events are drawn, since
    events of the same streams are not independent of what is stored.

A changed value is a finding of its own, beside those of the rows on which it has an effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from resilience_sim import units
from resilience_sim.errors import Place
from resilience_sim.experiments.ledger import Key, Ledger, PlanLedger, Row, Sample, asked_rows, judged, row_of, samples
from resilience_sim.experiments.ledger import made_with as made_here
from resilience_sim.experiments.ledger_file import row_place
from resilience_sim.experiments.ledger_taking import LedgerPlan
from resilience_sim.experiments.ledger_values import Stated, named_values
from resilience_sim.experiments.workers import Tell, Workers
from resilience_sim.plans.document import Document
from resilience_sim.plans.files import read_plan
from resilience_sim.randomness import derived_seed
from resilience_sim.studies.question import Question
from resilience_sim.verdicts.regression import Counts, TwoLooks, levels

__all__ = ["Change", "Comparison", "Finding", "Layer", "Outcome", "compare"]


class Outcome(StrEnum):
    """What a comparison says of one row or value."""

    PASS = "pass"
    REGRESSED = "regressed"
    INCONCLUSIVE = "inconclusive"


class Layer(StrEnum):
    """How it was compared."""

    VALUES = "values"
    EXACT = "exact"
    STATISTICAL = "statistical"


class Change(NamedTuple):
    """One thing that differs: its key, as it is in the ledger and as it is now; none: it is not there."""

    what: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Finding:
    """What the comparison says of one row, or of the values of a plan.

    Parameters
    ----------
    plan, clause, of
        Of what; the clause is empty where it is a fact of the site. `of`: the key of a row, or the name of a value, or
        "" for all values of the plan, none of which was changed.
    outcome, layer
        What it says, and how that was found.
    changes
        What differs.
    place
        Where the clause, the fact, or else the row of the ledger stands.
    detects
        Of the statistical layer: the smallest shift of the share that alarms with probability 0.99, up and down as far
        as either can; none: no shift does.
    """

    plan: str
    clause: str
    of: Key | str
    outcome: Outcome
    layer: Layer
    changes: tuple[Change, ...] = ()
    place: Place | None = None
    detects: float | None = None

    @property
    def name(self) -> str:
        """Names the row or value in its plan, for machines."""
        if isinstance(self.of, str):
            return self.of or "values"
        *parts, chosen = self.of
        return " / ".join(part for part in (*parts, *(f"{name} = {value:g}" for name, value in chosen)) if part)


@dataclass(frozen=True)
class Comparison:
    """All findings, and why rows were compared as they were.

    Parameters
    ----------
    findings
        In the order of the ledger: of each plan its values, then its rows.
    seed, ledger_seed
        Of this run and of the ledger.
    made
        What of the versions and the stack differs.
    shift
        The shift that every row is to see.
    """

    findings: tuple[Finding, ...]
    seed: int
    ledger_seed: int
    made: tuple[Change, ...]
    shift: float

    @property
    def outcome(self) -> Outcome:
        """Regressed if anything has, else inconclusive if anything is, or if nothing was compared."""
        if not self.findings:
            return Outcome.INCONCLUSIVE
        found = {finding.outcome for finding in self.findings}
        return next(one for one in (Outcome.REGRESSED, Outcome.INCONCLUSIVE, Outcome.PASS) if one in {*found, "pass"})

    def having(self, outcome: Outcome) -> list[Finding]:
        """The findings with this outcome."""
        return [finding for finding in self.findings if finding.outcome is outcome]


def compare(
    ledger: Ledger,
    document: Document,
    plans: Sequence[LedgerPlan],
    *,
    seed: int | None = None,
    shift: float | None = None,
    workers: int | Workers = 1,
    tick: Tell = lambda _: None,
) -> Comparison:
    """Compare plans with what the ledger holds of them.

    Parameters
    ----------
    ledger, document
        The ledger, and the document that knows its lines.
    plans
        Which plans; each stands in the ledger, or is a finding.
    seed
        Instead of the ledger's.
    shift
        Instead of the ledger's: by how much a share may have shifted that a row must see.
    workers, tick
        Who runs the events, and who is told of each row.
    """
    here = made_here()
    made = tuple(
        Change(name, ledger.made_with.get(name), here.get(name))
        for name in dict.fromkeys((*ledger.made_with, *here))
        if ledger.made_with.get(name) != here.get(name)
    )
    asked = _Terms(
        ledger, document, ledger.seed if seed is None else seed, ledger.shift if shift is None else shift, bool(made)
    )
    findings: list[Finding] = []
    for one in plans:
        old = ledger.plans.get(one.plan.plan)
        if old is None:
            findings.append(_absent(one))
            continue
        findings += _values(one, old)
        findings += _Rows(asked, one, old, workers, tick).findings()
    return Comparison(tuple(findings), asked.seed, ledger.seed, made, asked.shift)


@dataclass(frozen=True)
class _Terms:
    """On what terms a run is compared with the ledger."""

    ledger: Ledger
    document: Document
    seed: int
    shift: float
    remade: bool

    @property
    def same_seed(self) -> bool:
        return self.seed == self.ledger.seed

    @property
    def fresh_seed(self) -> int:
        """Of events that are independent of the ledger's."""
        return derived_seed(self.seed, "ledger") if self.same_seed else self.seed


def _absent(one: LedgerPlan) -> Finding:
    change = Change("plan", None, one.plan.plan)
    place = Place(one.folder / "plan.yaml", 1)
    return Finding(one.plan.plan, "", one.plan.plan, Outcome.REGRESSED, Layer.VALUES, (change,), place)


def _values(one: LedgerPlan, old: PlanLedger) -> list[Finding]:
    """A finding for each value that was changed, or one that none was."""
    slug = one.plan.plan
    new: Mapping[str, Stated] = named_values(one.folder)
    changed = []
    for name in dict.fromkeys((*old.values, *new)):
        before, now = old.values.get(name), new.get(name)
        if before == (now and now.text):
            continue
        clause = name.partition(".")[0]
        clause = clause if clause[:1].isupper() else ""
        place = now.place if now else _file(one, name)
        change = Change("value", before, now and now.text)
        changed.append(Finding(slug, clause, name, Outcome.REGRESSED, Layer.VALUES, (change,), place))
    edited = tuple(
        Change(name, old.files.get(name), one.files.get(name))
        for name in dict.fromkeys((*old.files, *one.files))
        if old.files.get(name) != one.files.get(name)
    )
    return changed or [Finding(slug, "", "", Outcome.PASS, Layer.VALUES, edited)]


def _file(one: LedgerPlan, name: str) -> Place:
    """The file in which a value stood that is no longer there."""
    stem = name.partition(".")[0]
    return Place(
        one.folder / (f"{stem}.yaml" if stem in ("site", "building", "calltree", "faults") else "plan.yaml"), 1
    )


class _Rows:
    """The comparison of one plan's rows."""

    def __init__(self, terms: _Terms, one: LedgerPlan, old: PlanLedger, workers: int | Workers, tick: Tell) -> None:
        self.terms, self.one, self.workers, self.tick = terms, one, workers, tick
        self.old = {row.key: row for row in old.rows}
        self.number = {row.key: number for number, row in enumerate(old.rows)}
        chosen = [row.key for row in old.rows if row.chosen]
        self.asked = {} if one.study is None else asked_rows(one.study, chosen)
        _, self.plan_document = read_plan(one.folder)
        self.clauses = {clause.id: number for number, clause in enumerate(one.plan.clauses)}

    def findings(self) -> list[Finding]:
        found: dict[Key, Finding] = {}
        known = [key for key in self.old if key in self.asked]
        terms = {key: _changed_terms(self.old[key], self.asked[key].question) for key in known}
        first = self._samples(known, self.terms.seed, later=False)
        chance = self.terms.remade or not self.terms.same_seed
        open_: list[Key] = []
        for key in known:
            drawn = self._changes(key, first[key])
            certain = terms[key] or self._judged_otherwise(key, first[key])  # which no draw explains
            if certain or (drawn and not chance):
                changes = certain if chance else (*terms[key], *drawn)
                found[key] = self._finding(key, Outcome.REGRESSED, Layer.EXACT, changes)
            elif drawn:
                open_.append(key)
            else:
                found[key] = self._finding(key, Outcome.PASS, Layer.EXACT)
        if open_:
            fresh = self._samples(open_, self.terms.fresh_seed, later=False) if self.terms.same_seed else first
            found.update(self._by_chance(open_, fresh))
        for key in self.old:
            if key not in found:
                found[key] = self._finding(key, Outcome.REGRESSED, Layer.EXACT, (Change("row", "", None),))
        added = [key for key in self.asked if key not in self.old]
        return [
            *(found[key] for key in self.old),
            *(self._finding(key, Outcome.REGRESSED, Layer.EXACT, (Change("row", None, ""),)) for key in added),
        ]

    def _samples(self, keys: Sequence[Key], seed: int, *, later: bool) -> dict[Key, Sample]:
        if self.one.study is None:
            return {}
        wanted = {}
        for key in keys:
            row = self.old[key]
            span = (row.of, row.of + row.of_later) if later else (0, row.of)
            wanted[key] = (self.asked[key].question, *span)
        return samples(self.one.study, wanted, seed, workers=self.workers, tick=self.tick)

    def _by_chance(self, keys: Sequence[Key], fresh: Mapping[Key, Sample]) -> dict[Key, Finding]:
        """The rows of which draws have changed, compared by their shares."""
        at = levels(self.terms.ledger.rows)
        looks = {key: TwoLooks(self.old[key].first, self.old[key].second, at) for key in keys}
        again = [key for key in keys if looks[key].asks_again(fresh[key].counts)]
        later = self._samples(again, self.terms.fresh_seed, later=True) if again else {}
        found = {}
        for key in keys:
            alarm = key in later and looks[key].alarms(later[key].counts)
            seen = looks[key].sees(self.terms.shift)
            outcome = Outcome.REGRESSED if alarm else Outcome.PASS if seen else Outcome.INCONCLUSIVE
            changes = self._share_changes(key, fresh[key].counts, later[key].counts if key in later else None, alarm)
            shifts = [shift for shift in looks[key].detectable() if shift is not None]
            found[key] = self._finding(key, outcome, Layer.STATISTICAL, changes, max(shifts, default=None))
        return found

    def _changes(self, key: Key, now: Sample) -> tuple[Change, ...]:
        """What the row would say otherwise by these events."""
        row = self.old[key]
        new = row_of(self.one.plan, self.asked[key], now, row.second, self.terms.ledger.family_error)
        pairs = (
            ("verdict", row.verdict, new.verdict),
            ("kept", _of(row.first), _of(new.first)),
            ("evidence", _pair(row.log10_e), _pair(new.log10_e)),
            ("median", _number(row.median), _number(new.median)),
            ("bits", row.bits, new.bits),
        )
        return tuple(Change(*pair) for pair in pairs if pair[1] != pair[2])

    def _judged_otherwise(self, key: Key, now: Sample) -> tuple[Change, ...]:
        """What is made otherwise of the very events that the ledger tells of."""
        row = self.old[key]
        same = (row.first, row.bits) == (now.counts, now.bits)
        return self._changes(key, now if same else Sample(row.first, row.median, row.bits))

    def _share_changes(self, key: Key, now: Counts, later: Counts | None, alarm: bool) -> tuple[Change, ...]:
        row = self.old[key]
        verdict = self._verdict(key, now)
        changes = [Change("verdict", row.verdict, verdict)] if verdict != row.verdict else []
        if alarm and later is not None:
            changes += [Change("kept", _of(row.first), _of(now)), Change("kept_later", _of(row.second), _of(later))]
        return tuple(changes)

    def _verdict(self, key: Key, counts: Counts) -> str:
        question = self.asked[key].question
        return judged(self.one.plan, question, counts, self.terms.ledger.family_error).answer.value

    def _finding(
        self,
        key: Key,
        outcome: Outcome,
        layer: Layer,
        changes: tuple[Change, ...] = (),
        detects: float | None = None,
    ) -> Finding:
        clause = key[0].rpartition(".")[0]
        if clause in self.clauses:
            place = self.plan_document.place(("clauses", self.clauses[clause]))
        else:
            place = row_place(self.terms.document, self.one.plan.plan, self.number.get(key, 0))
        return Finding(self.one.plan.plan, clause, key, outcome, layer, changes, place, detects)


def _changed_terms(row: Row, question: Question) -> tuple[Change, ...]:
    old = _limit(row.at_least, row.at_most, row.unit)
    at_least, at_most = (float(question.limit), None) if question.relation == "at_least" else (None, question.limit)
    new = _limit(at_least, at_most, question.unit)
    pairs = (
        ("measure", row.measure, question.measure),
        ("limit", old, new),
        ("share", _percent(row.share), _percent(question.required)),
        ("margin", _percent(row.margin), _percent(units.parse(question.claim.margin).base)),
        ("counted", row.counted, row.counted and str(question.claim.reading)),
        ("budget", _whole(row.budget), None if row.budget is None else _whole(question.claim.budget)),
    )
    return tuple(Change(*pair) for pair in pairs if pair[1] != pair[2])


def _limit(at_least: float | None, at_most: float | None, unit: str) -> str:
    return f"≤ {at_most:.12g} {unit}" if at_least is None else f"≥ {at_least:.12g} {unit}"


def _percent(share: float) -> str:
    return f"{100 * share:.12g} %"


def _of(counts: Counts) -> str:
    return f"{counts.kept} / {counts.events}"


def _whole(value: int | None) -> str | None:
    return None if value is None else f"{value:,}"


def _pair(log10_e: tuple[float, ...]) -> str:
    return " / ".join(f"{e:.2f}" for e in log10_e)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.6g}"
