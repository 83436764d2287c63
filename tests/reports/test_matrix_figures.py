"""The verdict matrix: which cell shows what, what its title counts, and that several plans stay readable."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from pathlib import Path

import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from resilience_sim.errors import InputsError
from resilience_sim.experiments.check import CheckedClaim
from resilience_sim.plans.fields import Text
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.plans.register import Plan
from resilience_sim.reports.look import save
from resilience_sim.reports.matrix_figures import FILLS, GRAVITY, STRIPS, margin, matrix_figure, worst_of
from resilience_sim.studies import bind
from resilience_sim.studies.question import Question, Study
from resilience_sim.verdicts.verdict import Answer, ShareTest

TEST = ShareTest(0.9, alpha=0.01, margin=0.05, budget=20_000)
FAILING, BARELY, HOLDING, ON_LINE, OPEN = (
    TEST.judge(kept, of) for kept, of in ((0, 8), (80, 121), (121, 121), (1800, 2000), (19, 20))
)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan(library()["utility-call-centre"] / "plan.yaml")[0]


@pytest.fixture(scope="module")
def study(plan: Plan) -> Study:
    found = bind(plan, read_site(library()["utility-call-centre"] / "site.yaml")[0])
    assert found is not None
    return found


@pytest.fixture(scope="module")
def questions(study: Study) -> dict[tuple[str, str], list[Question]]:
    """Questions by clause and scenario."""
    found: dict[tuple[str, str], list[Question]] = {}
    for question in study.questions():
        found.setdefault((question.clause, question.scenario), []).append(question)
    return found


@pytest.fixture
def rows(questions: dict[tuple[str, str], list[Question]]) -> list[CheckedClaim]:
    """Six cells of four clauses: one of two claims that differ, and one of each answer."""
    first, second = questions["P1-09", "district"]
    cells = [
        (first, HOLDING), (second, BARELY), (questions["P1-13", "district"][0], FAILING),
        (questions["P1-13", "linyi_storm"][0], FAILING), (questions["P1-03", "by_day"][0], HOLDING),
        (questions["P1-03", "by_night"][0], HOLDING), (questions["P1-04", "by_day"][0], ON_LINE),
        (questions["P1-04", "by_night"][0], OPEN),
    ]  # fmt: skip
    return [CheckedClaim("utility-call-centre", question, verdict) for question, verdict in cells]


def axes_of(figure: Figure) -> Axes:
    (axes,) = figure.axes
    return axes


def texts(axes: Axes) -> dict[tuple[int, int], str]:
    """The number in each cell, by row and column."""
    return {(int(text.get_position()[1]), int(text.get_position()[0])): text.get_text() for text in axes.texts}


def test_each_cell_has_the_margin_of_its_worst_claim(rows: list[CheckedClaim]) -> None:
    axes = axes_of(matrix_figure(rows, "en"))
    clauses = [label.get_text() for label in axes.get_yticklabels()]
    scenarios = [label.get_text() for label in axes.get_xticklabels()]
    assert clauses == ["P1-03", "P1-04", "P1-09", "P1-13"]
    assert scenarios == ["district law", "Linyi storm", "by day", "by night"]
    assert texts(axes) == {
        (0, 2): "+10", (0, 3): "+10", (1, 2): "0", (1, 3): "+5", (2, 0): "−24", (3, 0): "−90", (3, 1): "−90",
    }  # fmt: skip


def test_the_ground_of_a_cell_is_its_answer_and_a_strip_tells_that_others_differ(rows: list[CheckedClaim]) -> None:
    axes = axes_of(matrix_figure(rows, "en"))
    grounds = {
        (int(patch.get_y()), int(patch.get_x())): patch.get_facecolor()[:3]
        for patch in axes.patches
        if patch.get_width() > 0.5
    }
    assert grounds == {
        place: to_rgb(FILLS[answer])
        for place, answer in {
            (0, 2): Answer.HOLDS, (0, 3): Answer.HOLDS, (1, 2): Answer.ON_THE_LINE, (1, 3): Answer.UNDECIDED,
            (2, 0): Answer.FAILS, (3, 0): Answer.FAILS, (3, 1): Answer.FAILS,
        }.items()
    }  # fmt: skip
    strips = [patch.get_facecolor()[:3] for patch in axes.patches if patch.get_width() < 0.5]
    assert strips == [to_rgb(STRIPS[Answer.FAILS]), to_rgb(STRIPS[Answer.HOLDS])]


def test_the_line_of_a_cell_is_the_interval_on_a_scale_from_minus_100_to_50(rows: list[CheckedClaim]) -> None:
    axes = axes_of(matrix_figure(rows[2:3], "en"))
    tick, interval, mark = axes.lines[-3:]
    zero = tick.get_xdata()[0]
    per_share = (mark.get_xdata()[0] - zero) / margin(rows[2])
    assert per_share > 0
    low, high = interval.get_xdata()
    assert (low - zero) / per_share == pytest.approx(FAILING.low - FAILING.threshold)
    assert (high - zero) / per_share == pytest.approx(FAILING.high - FAILING.threshold)
    assert 0 < zero - per_share < zero + 0.5 * per_share < 1


def test_answers_are_told_apart_in_grey() -> None:
    grey = sorted(sum(weight * part for weight, part in zip((0.299, 0.587, 0.114), to_rgb(fill), strict=True))
                  for fill in FILLS.values())  # fmt: skip
    assert min(b - a for a, b in itertools.pairwise(grey)) > 0.04
    assert grey[1] - grey[0] > 0.1  # what fails stands out


def test_the_title_counts_clauses_and_names_the_furthest_off(rows: list[CheckedClaim]) -> None:
    title = matrix_figure(rows, "en").get_suptitle().replace("\n", " ")
    assert title.startswith(
        "Of 4 clauses 2 fail in some scenario, 1 hold wherever they are asked; furthest off is P1-13.a (district law): "
        "kept in 0 of 8 events, required in 90 %"
    )
    holding = matrix_figure(rows[4:6], "en").get_suptitle()
    assert "0 fail" in holding
    assert "furthest" not in holding


def test_the_worst_is_what_fails_furthest_below(rows: list[CheckedClaim]) -> None:
    assert worst_of(rows) is rows[2]
    assert worst_of(rows[:2]) is rows[1]
    assert worst_of([rows[0], rows[6], rows[7]]) is rows[7]
    assert set(GRAVITY) == set(Answer)


def test_a_cell_without_an_event_has_no_number(rows: list[CheckedClaim]) -> None:
    empty = replace(rows[0], verdict=TEST.judge(0, 0))
    assert math.isnan(margin(empty))
    assert list(axes_of(matrix_figure([empty], "en")).texts) == []


def test_each_plan_has_a_panel_and_its_own_count(rows: list[CheckedClaim], plan: Plan) -> None:
    other = [replace(row, plan="other") for row in rows[4:6]]
    figure = matrix_figure([*rows, *other], "zh", titles={plan.plan: plan.title})
    assert len(figure.axes) == 2
    heads = [text.get_text() for text in figure.texts]
    assert f"{plan.title.zh}\n4 个条款中 2 个不成立" in heads
    assert "other\n1 个条款中 0 个不成立" in heads


def test_five_plans_are_about_square_and_their_panels_apart(questions: dict[tuple[str, str], list[Question]]) -> None:
    rows = [
        CheckedClaim(f"plan {k}", asked[0], HOLDING)
        for k in range(5)
        for (clause, _), asked in questions.items()
        if k % 2 or clause < "P1-08"
    ]
    figure = matrix_figure(rows, "en")
    width, height = figure.get_size_inches()
    assert 0.5 < width / height < 2
    boxes = [axes.get_position() for axes in figure.axes]
    assert len(boxes) == 5
    for k, one in enumerate(boxes):
        assert 0 < one.x0 < one.x1 <= 1
        assert 0 < one.y0 < one.y1 < 1
        for other in boxes[:k]:
            assert one.x1 < other.x0 or other.x1 < one.x0 or one.y1 < other.y0 or other.y1 < one.y0


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(InputsError, match="at least one checked claim"):
        matrix_figure([], "en")


def test_a_plans_title_stays_inert_and_in_its_panel(rows: list[CheckedClaim], tmp_path: Path) -> None:
    hostile = Text(zh="$\\frac{" * 60, en="$\\frac{" * 60)
    figure = matrix_figure([*rows, *(replace(row, plan="other") for row in rows)], "en",
                           titles={"utility-call-centre": hostile})  # fmt: skip
    save(figure, tmp_path / "figure.svg")
    (title,) = [text for text in figure.texts if text.get_text().startswith("$\\frac{")]
    assert "…\n" in title.get_text()
    canvas = FigureCanvasAgg(figure)
    width = title.get_window_extent(canvas.get_renderer()).width / figure.dpi
    assert 3 < width < 5.5
    boxes = sorted(axes.get_position().x0 for axes in figure.axes)
    assert len(set(boxes)) == 1 or boxes[1] - boxes[0] > width / figure.get_size_inches()[0]
