"""The figures that only some studies have: whose they are, and that they show what is judged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from resilience_sim.cli.options import Lang
from resilience_sim.cli.session import bound_plans, draw_own
from resilience_sim.reports import own_figures
from resilience_sim.reports.evacuation_figures import remaining_figure
from resilience_sim.reports.evacuation_replay import replay_figure
from resilience_sim.reports.evacuation_runs import last_out, last_safe, worst
from resilience_sim.reports.evacuation_words import duration
from resilience_sim.reports.fonts import script
from resilience_sim.studies.parts import part
from resilience_sim.studies.question import Question, Study
from resilience_sim.studies.service_hall.fire import ServiceHall

SEED = 11
EVACUATION = [
    "evacuation_crowding.svg", "evacuation_groups.svg", "evacuation_inside.svg", "evacuation_queues.svg",
    "evacuation_worst_run.svg",
]  # fmt: skip
FILES = {
    "kindergarten": EVACUATION,
    "service-hall": EVACUATION,
    "call-centre": EVACUATION,
    "network-operations": ["repair_times.svg", "telephones_by_age.svg"],
    "utility-call-centre": ["general_response.svg"],
}


def study_of(slug: str) -> Study:
    (bound,) = bound_plans([slug], None)
    assert bound.study is not None
    return bound.study


def asked(study: Study) -> Question:
    question = own_figures.evacuation_asked(study)
    assert question is not None
    return question


@pytest.mark.parametrize("slug", FILES)
def test_each_study_has_its_own_figures_and_no_others(
    slug: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_figures, "RUNS", 6)
    monkeypatch.setattr(own_figures, "EVENTS", 3)
    monkeypatch.setattr(own_figures, "repairs_figure", lambda *_, **__: Figure())  # it has its own test
    monkeypatch.setattr(own_figures, "telephones_figure", lambda *_, **__: Figure())  # it has its own test
    draw_own(study_of(slug), tmp_path / slug, SEED, Lang.ZH)
    folder = tmp_path / slug
    assert (sorted(path.name for path in folder.iterdir()) if folder.exists() else []) == FILES[slug]


def test_what_is_drawn_of_the_kindergarten_is_the_fire_that_is_judged() -> None:
    study = study_of("kindergarten")
    question = asked(study)
    assert (question.claim.id, question.scenario) == ("P3-10.a", "kitchen_fire")
    runs = own_figures.evacuation_runs(study, question, SEED, 12)
    margins = [study.replicate(question.situation, SEED, number)["margin"] for number in range(12)]
    assert [run.lost_s - run.alarm_s - last_out(run) for run in runs] == pytest.approx(margins, abs=1e-9)
    assert worst(runs).number == int(np.argmin(margins))
    other = own_figures.evacuation_runs(study, question, SEED + 1, 12)
    assert [last_out(run) for run in other] != [last_out(run) for run in runs]


def test_what_is_drawn_of_the_hall_is_the_fire_that_is_judged() -> None:
    study = study_of("service-hall")
    hall = part(study, ServiceHall)
    assert hall is not None
    question = asked(study)
    assert (question.measure, question.scenario) == ("customers_margin", "fire")
    for run in own_figures.evacuation_runs(study, question, SEED, 12):
        one = hall.hall.at().burn(question.situation, SEED, run.number)  # type: ignore[arg-type]
        assert np.array_equal(run.path.out_s, one.path.out_s)
        assert (run.alarm_s, run.lost_s) == (one.draws.alarm_s, one.aset_s)
        judged = study.replicate(question.situation, SEED, run.number)["customers_margin"]
        assert judged == pytest.approx(run.lost_s - float(run.path.out_s[one.customers].max()))
        # Staff leave last, so that the picture is over no sooner than what is judged.
        assert last_out(run) >= run.lost_s - run.alarm_s - judged - 1e-9


def test_what_is_drawn_of_the_call_centre_is_the_floor_that_is_judged() -> None:
    study = study_of("call-centre")
    question = asked(study)
    assert (question.measure, question.scenario) == ("floor_margin", "fire")
    runs = own_figures.evacuation_runs(study, question, SEED, 12)
    rows = [study.replicate(question.situation, SEED, number) for number in range(12)]
    margins = [float(row["floor_margin"]) for row in rows]
    assert [run.lost_s - run.alarm_s - last_safe(run) for run in runs] == pytest.approx(margins, abs=1e-9)
    assert worst(runs).number == int(np.argmin(margins))
    assert all(last_safe(run) < last_out(run) for run in runs)
    cleared = sorted(float(row["floor_cleared"]) for row in rows)
    title = remaining_figure(runs, "en", seed=SEED).get_suptitle().replace("\n", " ")
    assert f"the last is off the floor {duration(cleared[5], script('en'))} after the alarm" in title
    late = sum(margin < 0 for margin in margins)
    assert f"smoke bars the way first in {late} of 12 runs" in title
    bad = worst(runs)
    caught = int(np.count_nonzero(bad.safe_s > bad.lost_s))
    strip = replay_figure(study.site, bad, "en", runs=12, seed=SEED)
    assert f"with {caught} {'still ' if bad.lost_s >= bad.alarm_s else ''}on the floor" in strip.get_suptitle()


def test_a_study_that_evacuates_nobody_has_no_question_about_it() -> None:
    assert own_figures.evacuation_asked(study_of("network-operations")) is None
