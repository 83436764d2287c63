"""The network operations centre's faults: what is in force is what is judged, with whom there is, on the same draws."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm
from test_network_faults import FOLDER, PLAN, ask, assert_share, clock, decided, setting, study, values, worked

from resilience_sim.errors import PlanError
from resilience_sim.models.repair import theory
from resilience_sim.plans.files import parse_document, read_site, validated
from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Site
from resilience_sim.studies.network_operations.faults_notes import agreed
from resilience_sim.studies.network_operations.faults_setting import ALONE, BLOCK, STORM, YEAR
from resilience_sim.studies.network_operations.faults_tables import VENDORS_ANSWER
from resilience_sim.studies.question import Axis


def opened(clause_id: str, name: str) -> Plan:
    """The plan with this number left open."""
    document = parse_document(FOLDER / "plan.yaml", (FOLDER / "plan.yaml").read_text(encoding="utf-8"))
    (clause,) = [one for one in document.data["clauses"] if one["id"] == clause_id]
    clause["quantities"][name]["history"] = [{"from": "unknown", "status": "open", "source": "a test"}]
    for language in ("zh", "en"):
        clause["text"][language] = clause["text"][language].replace(f"{{{name}}}", "…")
    return validated(document, Plan)


def changed(tmp_path: Path, *changes: tuple[str, str]) -> Site:
    """The site with other words in its file of faults."""
    text = (FOLDER / "faults.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, (text.count(old), old)
        text = text.replace(old, new)
    (tmp_path / "faults.yaml").write_text(text, encoding="utf-8")
    shutil.copy(FOLDER / "site.yaml", tmp_path / "site.yaml")
    return read_site(tmp_path)[0]


# ---- what is in force is what is judged


def test_a_recommended_number_is_judged_as_it_is_once_in_force() -> None:
    """The question with a choice is the question of the plan that has decided on it."""
    before: dict[tuple[str, str], float] = {("P2-28", "standby_servers"): 0.0, ("P2-04", "stock"): 2.0}
    for claim, scenario, option in (
        ("P2-29.a", STORM, "people_and_spares"), ("P2-35.a", STORM, "people_and_spares"),
        ("P2-39.a", STORM, "people_and_spares"), ("P2-02.a", STORM, "spare_parts"), ("P2-28.a", STORM, "server_spares"),
        ("P2-30.a", STORM, "people_listed"), ("P2-07.a", ALONE, "time_between"), ("P2-04.a", YEAR, "spares_stock"),
        ("P2-38.a", ALONE, "swap_time"),
    ):  # fmt: skip
        there = study(decided(before))
        question = replace(ask(there, claim, scenario), option=option)
        assert option in there.options(question)
        choices = there.choices(question)
        values = [choice.values[-1] for choice in choices]
        wanted = there.chosen(question, values)
        in_force = {(choice.clause, choice.quantity): value for choice, value in zip(choices, values, strict=True)}
        after = ask(study(decided({**before, **in_force})), claim, scenario)
        assert (after.situation, after.limit) == (wanted.situation, wanted.limit), claim


def test_a_stock_with_a_number_of_its_own_is_not_offered_that_for_all_kinds() -> None:
    there = study(decided({("P2-28", "standby_servers"): 0.0}))
    question = replace(ask(there, "P2-29.a", STORM), option="people_and_spares")
    _, spares = there.choices(question)
    assert (spares.clause, spares.quantity) == ("P2-28", "standby_servers")
    open_question = replace(ask(study(), "P2-29.a", STORM), option="people_and_spares")
    assert study().choices(open_question)[1].clause == "P2-02"
    parts = there.chosen(replace(ask(there, "P2-02.a", STORM), option="spare_parts"), [4.0])
    assert dict(setting(parts).stocks) == {
        "access_switches": 4, "core_switches": 4, "server_parts": 4, "standby_servers": 0
    }  # fmt: skip


def test_where_the_plan_lists_nobody_people_are_the_sites() -> None:
    there = study(opened("P2-01", "people"))
    question = ask(there, "P2-30.a", STORM)
    assert setting(question).people is None
    assert "people_on_shift" in there.options(question)
    assert "people_listed" in study().options(ask(study(), "P2-30.a", STORM))
    alone = there.at_site({"crew.people": 1.0})
    assert values(alone, question, 2, "technicians_wait").mean() > values(there, question, 2, "technicians_wait").mean()
    now = there.chosen(replace(question, option="people_on_shift"), [2.0])
    assert np.array_equal(values(there, now, 2), values(there, question, 2))


def test_what_may_be_lost_is_the_interval_that_is_decided() -> None:
    assert ask(study(), "P2-33.a").limit == 1.0
    weekly = study(decided({("P2-06", "backup_every"): 7.0}))
    question = ask(weekly, "P2-33.a")
    assert question.limit == 7.0
    assert_share(question.kept(values(weekly, question, 6)), theory.since_within(7.0, 7.0, 0.98))


def test_while_the_plan_leaves_open_when_to_swap_the_file_says(tmp_path: Path) -> None:
    plan = opened("P2-37", "decide_after")
    there = study(plan, worked(tmp_path).site)
    assert (clock(there, "P2-38.a"), clock(there, "P2-38.b"), clock(there, "P2-37.a")) == (20.0, 10.0, 10.0)
    site = changed(tmp_path, ("limit: 10 min, time: network", "time: network, works: 90 %"))
    with pytest.raises(PlanError, match=r"'find' has no limit, and the plan leaves open after how long "):
        study(plan, site)
    study(PLAN, site)


def test_what_is_to_be_agreed_with_a_vendor_is_what_the_verdict_wants() -> None:
    """A vendor who keeps so long an agreement in nine of ten calls keeps the limit as often as it has to be."""
    there = study()
    for claim in ("P2-25.a", "P2-36.a", "P2-43.a"):
        question = ask(there, claim)
        agreed_min = agreed(there, question)
        assert agreed_min == pytest.approx(question.limit * math.exp(0.8 * (norm.ppf(0.9) - norm.ppf(0.95))))
        median_min = agreed_min / math.exp(0.8 * norm.ppf(0.9))
        kept = there.moved(question, Axis(VENDORS_ANSWER, "min", ()), median_min)
        assert_share(question.kept(values(there, replace(question, situation=kept), 8)), question.required)
        assert f"{claim} {agreed_min:.3g} min" in there.notes(1, "en")[-1]


# ---- people at some hours only


def test_technicians_who_work_by_day_do_so_on_every_day_of_all_events(tmp_path: Path) -> None:
    """A server that does not start is back at night as well, if not before the morning."""
    hours = ("on_shift: site.crew.people,", "on_shift: site.crew.people, hours: [8 h, 18 h],")
    there = study(site=changed(tmp_path, hours))
    question = ask(there, "P2-30.a", STORM)
    back = values(there, question, 4)
    assert np.isfinite(back).all()
    run, _ = there.events.runs(setting(question), 5, 3)
    known_h = run.path.known_s[run.asked] / 3600 % 24
    night = (known_h < 8) | (known_h >= 18)
    assert 0.4 < night.mean() < 0.75
    restarted = run.clock("server_crashed", until="finished", remedy="restart")
    until_h = (8 - known_h[night]) % 24
    assert (restarted[night] >= until_h * 3600).all()
    assert np.median(restarted[~night]) < 1800


def test_as_many_people_as_there_are_is_no_change_also_where_they_have_hours(tmp_path: Path) -> None:
    hours = ("on_shift: site.crew.people,", "on_shift: site.crew.people, hours: [8 h, 18 h],")
    there = study(opened("P2-01", "people"), changed(tmp_path, hours))
    question = ask(there, "P2-30.a", STORM)
    same = replace(question, situation=replace(setting(question), people=2))
    more = replace(question, situation=replace(setting(question), people=9))
    assert np.array_equal(values(there, same, 2), values(there, question, 2))
    assert values(there, more, 2).mean() < values(there, same, 2).mean()
    night_min = values(there, more, 2) > 120  # nine by day are nobody at night
    assert night_min.mean() > 0.3


# ---- common random numbers


def test_a_higher_rate_of_faults_has_all_of_a_lower_one_and_their_repairs() -> None:
    there = study()
    question = ask(there, "P2-04.a", YEAR)
    few, many = (there.events.at(setting(question).with_fact("faults.mean_gap", gap)).run(5, 0) for gap in (2.0, 0.5))
    assert len(many.event) > 2 * len(few.event)
    names = [one.name for one in many.inputs.faults]
    for kind, one in enumerate(few.inputs.faults):
        again = names.index(one.name)
        first = many.path.occurred_s[many.path.kind == again][: (few.path.kind == kind).sum()]
        assert np.array_equal(few.path.occurred_s[few.path.kind == kind], first)
    (axis,) = there.axes(question)
    settings = [there.moved(question, axis, gap) for gap in axis.values]
    kept = [question.kept(np.asarray(there.replicate(one, 3, 0)["stock_outs"])) for one in settings]
    for one, other in pairwise(kept):
        assert other.mean() <= one.mean()
        assert (other & ~one).mean() < 0.02  # more faults bring fewer spares, but for those that come sooner


def test_how_many_faults_come_follows_their_rate() -> None:
    there = study()
    question = ask(there, "P2-04.a", YEAR)
    for gap in (5.0, 0.2):
        centre = there.events.at(setting(question).with_fact("faults.mean_gap", gap))
        runs = [centre.run(7, k) for k in range(8)]
        dead = [
            np.bincount(run.event[run.path.kind == kind], minlength=BLOCK)
            for run in runs
            for kind, one in enumerate(run.inputs.faults)
            if one.name == "server_dead"
        ]
        mean = 4 / 50 * 0.61 * 365 / 7 / gap
        counts = np.concatenate(dead)
        assert counts.mean() == pytest.approx(mean, abs=4 * math.sqrt(mean / len(counts)))
        assert counts.var() == pytest.approx(mean, rel=0.25)


# ---- files


def test_what_only_a_round_finds_is_never_found_without_it(tmp_path: Path) -> None:
    patrol = "    patrol: protection"
    there = study(site=changed(tmp_path, (f"    noticed: by_chance\n{patrol}", f"    noticed: never\n{patrol}")))
    without, with_rounds = ask(there, "P2-07.b"), ask(there, "P2-07.a")
    assert np.isinf(values(there, without, 1)).all()
    found = values(there, with_rounds, 6)
    assert_share(with_rounds.kept(found), 0.9)
    assert_share(found <= 2, 0.99)


ARCHIVE = (
    "  archive: {label: {zh: 各项数据归档, en: archive of all data}, every: site.backup.archive, "
    "succeeds: site.backup.succeeds}\n"
)
RESTART = "kind: restart, crew: technicians, time: restart, works: site.restart.works}\n      - {name: maintainer"
MAINTAINER = "      - {name: maintainer, kind: vendor, response: vendor_responds, time: software}\n  server_attacked"
LACKING = {  # the changes to the file, the words of the refusal, and the line that it names
    "another round": (
        [("patrol: logs", "patrol: offices"),
         ("  logs: {label: {zh: 设备和日志巡查, en: round of devices and logs}, every: 1 d}\n", "")],
        "class 'trouble_in_logs' has patrol 'offices', whose interval is not the plan's; accepted is 'logs'",
        "    patrol: offices\n    priority: data"),
    "no round": (
        [("    patrol: logs\n", ""),
         ("  logs: {label: {zh: 设备和日志巡查, en: round of devices and logs}, every: 1 d}\n", "")],
        "class 'trouble_in_logs' has patrol None, whose interval is not the plan's", "  trouble_in_logs:"),
    "other copies": (
        [("    backup: archive\n", "    backup: servers\n"), (ARCHIVE, "")],
        "class 'records_lost' has backup 'servers', whose interval is not the plan's; accepted is 'archive'",
        "    backup: servers\n    ladders:\n    - remedies:\n      - {name: restore, kind: restore, crew: technicians, "
        "time: restore}\n  trouble_in_logs"),
    "nothing but the restart": (
        [(MAINTAINER, "  server_attacked"),
         ("time: restart, works: site.restart.works}\n  server_attacked", "time: restart}\n  server_attacked")],
        "class 'server_crashed' has nothing but 'restart', with whose absence it is compared; accepted is one more",
        "    ladders:\n    - remedies:\n      - {name: restart, kind: restart, crew: technicians, time: restart}\n"),
    "a cause never found": (
        [("limit: 10 min, time: network", "limit: 10 min, time: never")],
        "'find' never ends, and is compared with no limit on it; accepted is a time", "      - {name: find"),
    "more people than are listed": (
        [("on_shift: site.crew.people", "on_shift: 3 persons"),
         (RESTART, RESTART.replace("time:", "persons: 3 persons, time:"))],
        "remedy 'restart' of 'server_crashed' needs 3 persons, and without those on call there are 2; accepted are 2",
        "      - {name: restart, kind: restart, crew: technicians, persons"),
}  # fmt: skip


@pytest.mark.parametrize("name", LACKING)
def test_a_file_that_leaves_nothing_to_judge_or_compare_is_refused(tmp_path: Path, name: str) -> None:
    changes, words, where = LACKING[name]
    with pytest.raises(PlanError) as refused:
        study(site=changed(tmp_path, *changes))
    assert words in str(refused.value)
    text = (tmp_path / "faults.yaml").read_text(encoding="utf-8")
    assert f"faults.yaml:{text[: text.index(where)].count(chr(10)) + 1}:" in str(refused.value)
