"""The hall's business system fails: the partner's response and estimate in closed form, and what may be set."""

from __future__ import annotations

import math
import pickle
import re
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from resilience_sim.errors import FactError, PlanError
from resilience_sim.experiments.recommend import recommend
from resilience_sim.models.repair import draw, measures
from resilience_sim.models.repair.kernel import simulate
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.randomness import LogNormal, Streams
from resilience_sim.studies import bind
from resilience_sim.studies.faults import repair_inputs, repairs
from resilience_sim.studies.parts import part
from resilience_sim.studies.question import Question
from resilience_sim.studies.service_hall.faults import Fault, SystemFaults, system_up
from resilience_sim.units import DAY
from resilience_sim.verdicts.selection import Found

FOLDER = library()["service-hall"]
PLAN, _ = read_plan(FOLDER)
SITE, _ = read_site(FOLDER)
BLOCKS = 20
EVENTS = 100 * BLOCKS
BEFORE_MIN = 1.0 + SITE.base("calling.attempt") / 60  # a minute to notice, and a call


@cache
def study() -> SystemFaults:
    found = part(bind(PLAN, SITE), SystemFaults)
    assert found is not None
    return found


def question(claim: str, scenario: str) -> Question:
    return next(one for one in study().questions() if (one.claim.id, one.scenario) == (claim, scenario))


def values(situation: object, measure: str, of: SystemFaults | None = None) -> np.ndarray:
    return np.hstack([(of or study()).replicate(situation, 3, k)[measure] for k in range(BLOCKS)])  # type: ignore[arg-type]


def near(share: float, expected: float) -> bool:
    """Within four standard errors."""
    return abs(share - expected) < 4 * math.sqrt(expected * (1 - expected) / EVENTS)


# ---- closed forms


def test_the_partner_responds_by_their_law_after_noticing_and_a_call() -> None:
    responds_min = values(Fault(), "partner_responds")
    law = LogNormal.from_median(SITE.base("vendor.response.median") / 60, SITE.base("vendor.response.sigma"))
    assert responds_min.min() > BEFORE_MIN
    for limit_min in (10.0, 20.0, 60.0):
        assert near(float(np.mean(responds_min <= BEFORE_MIN + limit_min)), law.up_to(limit_min)[0])


def test_estimates_as_on_record_are_off_by_the_law_of_the_record() -> None:
    """|R - 1| <= x where R lies from 1 - x to 1 + x; R > 1 in 40 of 100, as the record has it."""
    error = values(Fault(by_record=True), "estimate_error")
    ratio = LogNormal.from_median(SITE.base("estimate.median_ratio"), SITE.base("estimate.sigma"))
    for limit in (0.2, 0.5, 1.0):
        expected = ratio.up_to(1 + limit)[0] - ratio.up_to(1 - limit)[0]
        assert near(float(np.mean(error <= 100 * limit)), expected)
    assert ratio.up_to(1.0)[0] == pytest.approx(0.60, abs=0.001)


def test_estimates_by_kind_are_off_as_repairs_differ_from_their_median() -> None:
    error = values(Fault(by_record=False), "estimate_error")
    told = repairs(SITE)
    rates = {kind: told.per_s(kind, SITE) for kind in told.classes}
    sigma = {kind: SITE.base(f"repair.{kind}.sigma") for kind in rates}
    for limit in (0.5, 1.0):
        expected = sum(
            rate / sum(rates.values())
            * (LogNormal(0.0, sigma[kind]).up_to(1 + limit)[0] - LogNormal(0.0, sigma[kind]).up_to(1 - limit)[0])
            for kind, rate in rates.items()
        )  # fmt: skip
        assert near(float(np.mean(error <= 100 * limit)), expected)


def test_slower_repairs_make_neither_estimate_worse() -> None:
    """Whoever knows the kind of fault announces a median that is as much longer; the same numbers otherwise."""
    slow = study().at_site({"repair.scale": 3.0})
    for by_record in (True, False):
        mine, its = (values(Fault(by_record), "estimate_error", one) for one in (study(), slow))
        assert its == pytest.approx(mine)


def test_the_system_is_up_but_for_the_hours_that_the_repair_machine_counts_as_down() -> None:
    horizon_s = 3650 * DAY
    up = system_up(SITE, Streams(5, 0), horizon_s=horizon_s)
    inputs = repair_inputs(SITE, horizon_s=horizon_s)
    path = simulate(inputs, draw(inputs, Streams(5, 0)))
    assert set(up.values.tolist()) == {0.0, 1.0}
    ends = np.append(up.times[1:], np.inf).clip(max=horizon_s)
    down_s = np.sum((ends - up.times.clip(0.0, horizon_s))[up.values == 0])
    assert down_s / horizon_s == pytest.approx(measures(inputs, path)["down_share"])
    assert near_count(len(path.kind), 10 * 4.0)


def near_count(found: int, expected: float) -> bool:
    """Within four standard deviations of a Poisson number."""
    return abs(found - expected) < 4 * math.sqrt(expected)


# ---- what is asked, and what may be chosen


def test_response_is_asked_once_and_the_estimate_both_ways() -> None:
    asked = [(one.claim.id, one.scenario, one.limit) for one in study().questions()]
    assert asked == [
        ("P5-10.a", "system_down", 60.0),
        ("P5-10.b", "by_record", pytest.approx(100.0)),
        ("P5-10.b", "by_kind", pytest.approx(100.0)),
    ]


def test_a_quicker_contract_answers_the_same_faults_sooner_in_proportion() -> None:
    one = replace(question("P5-10.a", "system_down"), option="partner_contract")
    (choice,) = study().choices(one)
    assert choice.current == choice.values[0] == 20.0
    quick = study().chosen(one, [10.0]).situation
    usual = values(one.situation, "partner_responds") - BEFORE_MIN
    assert values(quick, "partner_responds") - BEFORE_MIN == pytest.approx(usual / 2)
    assert study().costs(one, 0)[choice.values.index(10.0)] == 10.0


def test_the_contract_that_is_recommended_keeps_the_time_and_the_next_slower_is_on_the_line_or_fails() -> None:
    asked = (replace(question("P5-10.a", "system_down"), option="partner_contract"),)
    found = recommend(PLAN, study(), asked, seed=4, family_error=1e-3)
    assert found.result.status is Found.FOUND
    assert found.recommended is not None
    (minutes,) = found.recommended
    for median, holds in ((minutes, True), (minutes + 5, False)):
        law = LogNormal.from_median(median, SITE.base("vendor.response.sigma"))
        assert (law.up_to(60.0 - BEFORE_MIN)[0] >= 0.95) is holds


def test_every_load_makes_it_harder_and_a_larger_promise_easier() -> None:
    for asked in study().questions():
        for axis in study().axes(asked):
            easy, hard = (
                asked.kept(values(study().moved(asked, axis, axis.values[k]), asked.measure)).mean() for k in (0, -1)
            )
            assert easy > hard
        one = replace(asked, option="promise")
        (choice,) = study().choices(one)
        limits = [study().chosen(one, [value]).limit for value in choice.values]
        assert limits == sorted(limits)
        assert study().costs(one, 0).tolist() == list(choice.values)


def test_what_is_pickled_gives_the_same_faults() -> None:
    again = pickle.loads(pickle.dumps(study()))
    mine, its = (one.replicate(Fault(), 2, 1) for one in (study(), again))
    assert all(np.array_equal(mine[name], its[name]) for name in mine)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_note_tells_how_often_and_how_long_the_system_is_down(language: str) -> None:
    (note,) = study().notes(1, language)  # type: ignore[arg-type]
    found = re.search(r"一年约停 ([0-9.]+) 次" if language == "zh" else r"about ([0-9.]+) times a year", note)
    assert found is not None
    assert near_count(round(100 * float(found[1])), 100 * 4.0)


# ---- refusals


def bound(folder: Path) -> None:
    plan, document = read_plan(folder)
    site, site_document = read_site(folder)
    bind(plan, site, document=document, site_document=site_document)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("faults.yaml", "takes_down: [business_system]", "takes_down: [printers]",
         r"faults\.yaml:\d+: no class of faults takes down 'business_system'"),
        ("faults.yaml", "- name: partner", "- name: stranger",
         r"faults\.yaml:\d+: class 'software' has no remedy 'partner'"),
        ("site.yaml", "{value: 0.55, unit: \"1\", range: {min: 0.2", "{value: 0.55, unit: \"1\", range: {min: 0",
         r"site\.yaml:\d+: .*estimate\.sigma.*at the min.*accepted is above 0"),
        ("plan.yaml", "at_most: estimate_error", "at_most: \"5 min\"", r"plan\.yaml:\d+: .*a limit in min"),
    ],
)  # fmt: skip
def test_what_the_study_cannot_work_with_is_told_by_file_and_line(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    folder = tmp_path / "service-hall"
    shutil.copytree(FOLDER, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises((FactError, PlanError), match=said):
        bound(folder)


def test_a_hall_without_a_file_of_faults_is_told_so(tmp_path: Path) -> None:
    folder = tmp_path / "service-hall"
    shutil.copytree(FOLDER, folder)
    (folder / "faults.yaml").unlink()
    with pytest.raises(PlanError, match=r"does not tell what can break; accepted is a faults\.yaml"):
        bound(folder)
