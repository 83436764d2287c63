"""Figures say what the results say, are legible, and are the same bytes every time."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pylopdf_fonts_zh_cn
import pytest
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from resilience_sim.errors import DataError, ExportError, InputsError
from resilience_sim.experiments.breaking import BreakingPoint
from resilience_sim.experiments.check import CheckedClaim
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.reports import fonts
from resilience_sim.reports.event_figures import event_figure, typical
from resilience_sim.reports.figures import MARKS, breaking_figure, verdict_figure
from resilience_sim.reports.labels import WORDS
from resilience_sim.reports.look import save
from resilience_sim.reports.matrix_figures import matrix_figure
from resilience_sim.reports.power_figures import telephones_figure
from resilience_sim.reports.repair_figures import repair_times, repairs_figure
from resilience_sim.reports.words import measure_name
from resilience_sim.studies import bind
from resilience_sim.studies.network_operations.faults import NetworkFaults
from resilience_sim.studies.network_operations.power import NetworkOperations
from resilience_sim.studies.parts import part
from resilience_sim.studies.utility_call_centre.line_events import AFTER_S
from resilience_sim.studies.utility_call_centre.staffing import UtilityCallCentre
from resilience_sim.units import DAY, HOUR, to_base
from resilience_sim.verdicts.verdict import Answer, ShareTest

SEED = 7
LANGUAGES = ("zh", "en")
COUNTS = ((0, 8), (121, 121), (1800, 2000), (19, 20), (0, 0), (1, 8))  # kept and all events of the rows below


@pytest.fixture(scope="module")
def study() -> UtilityCallCentre:
    folder = library()["utility-call-centre"]
    return UtilityCallCentre(read_plan(folder / "plan.yaml")[0], read_site(folder / "site.yaml")[0])


@pytest.fixture(scope="module")
def rows(study: UtilityCallCentre) -> list[CheckedClaim]:
    """One row per question, with all four answers, and every kind of bracket."""
    test = ShareTest(0.9, alpha=0.01, margin=0.05, budget=20_000)
    brackets = itertools.product((None, 1.0, 20.0), (None, 25.0))
    found = []
    for question, (kept, events), bracket in zip(
        study.questions(), itertools.cycle(COUNTS), itertools.cycle(brackets), strict=False
    ):
        points = (
            BreakingPoint("outage_calls.share_who_call", "%", *bracket),
            BreakingPoint("outage_calls.customers_per_line", "customers", 100.0, 150.0),
            BreakingPoint("lines_at_once", "lines", None, 1.0),
        )
        found.append(CheckedClaim("utility-call-centre", question, test.judge(kept, events), points))
    return found


@pytest.fixture(scope="module")
def network() -> NetworkFaults:
    folder = library()["network-operations"]
    bound = bind(read_plan(folder / "plan.yaml")[0], read_site(folder / "site.yaml")[0])
    found = part(bound, NetworkFaults)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def several(network: NetworkFaults, rows: list[CheckedClaim]) -> list[CheckedClaim]:
    """The rows of two plans, with all four answers."""
    verdicts = itertools.cycle(row.verdict for row in rows)
    asked = network.questions()[:30]
    return rows + [CheckedClaim("network-operations", question, next(verdicts)) for question in asked]


Drawer = Callable[[str], Figure]
DRAWN = (
    "verdicts", "one verdict", "breaking points", "general event", "counted event", "storm", "matrix", "two plans",
    "one cell", "repairs", "telephones",
)  # fmt: skip


@pytest.fixture(params=DRAWN)
def drawer(
    request: pytest.FixtureRequest,
    study: UtilityCallCentre,
    network: NetworkFaults,
    rows: list[CheckedClaim],
    several: list[CheckedClaim],
) -> Drawer:
    """Each figure, as a function of the language."""
    by_name = {
        (row.question.claim.id, row.question.scenario): row.question.situation
        for row in rows
    }  # fmt: skip
    drawers: dict[str, Drawer] = {
        "verdicts": lambda lang: verdict_figure(rows, lang),
        "one verdict": lambda lang: verdict_figure(rows[-1:], lang),
        "breaking points": lambda lang: breaking_figure(rows[:6], lang, today={"outage_calls.share_who_call": 10.0}),
        "general event": lambda lang: event_figure(study, by_name["P1-09.a", "district"], SEED, 1, lang),
        "counted event": lambda lang: event_figure(study, by_name["P1-13.e", "district"], SEED, 2, lang),
        "storm": lambda lang: event_figure(study, by_name["P1-13.a", "linyi_storm"], SEED, 0, lang),
        "matrix": lambda lang: matrix_figure(rows, lang, titles={study.plan.plan: study.plan.title}),
        "two plans": lambda lang: matrix_figure(several, lang, titles={study.plan.plan: study.plan.title}),
        "one cell": lambda lang: matrix_figure(rows[:1], lang),
        "repairs": lambda lang: repairs_figure(repair_times(network, SEED, 128), lang, seed=SEED),
        "telephones": lambda lang: telephones_figure(telephones(), lang, recommended_h=2.5),
    }
    return drawers[request.param]


def telephones() -> NetworkOperations:
    folder = library()["network-operations"]
    return NetworkOperations(read_plan(folder / "plan.yaml")[0], read_site(folder / "site.yaml")[0])


def drawn_texts(figure: Figure, monkeypatch: pytest.MonkeyPatch) -> dict[Text, Bbox]:
    """Every text that is drawn, with the room it takes in pixels."""
    seen: dict[Text, Bbox] = {}
    draw = Text.draw

    def noted(text: Text, renderer: object) -> None:
        if text.get_visible() and text.get_text().strip():
            seen[text] = text.get_window_extent(renderer)  # type: ignore[arg-type]
        draw(text, renderer)  # type: ignore[arg-type]

    monkeypatch.setattr(Text, "draw", noted)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    seen.clear()
    canvas.draw()
    return seen


@pytest.mark.parametrize("lang", LANGUAGES)
def test_texts_do_not_overlap_and_none_is_cut_off(drawer: Drawer, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    figure = drawer(lang)
    texts = drawn_texts(figure, monkeypatch)
    assert len(texts) > 8
    room = figure.bbox.padded(1)
    for text, box in texts.items():
        assert room.x0 <= box.x0 < box.x1 <= room.x1, text.get_text()
        assert room.y0 <= box.y0 < box.y1 <= room.y1, text.get_text()
    for (one, here), (other, there) in itertools.combinations(texts.items(), 2):
        shared = Bbox.intersection(here, there)
        assert shared is None or min(shared.width, shared.height) < 2, (one.get_text(), other.get_text())


def test_chinese_figures_are_in_chinese(drawer: Drawer, monkeypatch: pytest.MonkeyPatch) -> None:
    # A character without a glyph would be a warning, and warnings are errors here.
    words = "".join(text.get_text() for text in drawn_texts(drawer("zh"), monkeypatch))
    assert any("\u4e00" <= character <= "\u9fff" for character in words)
    assert not any(english in words for english in ("share", "lines", "calls", "since"))


def test_a_missing_glyph_would_be_an_error() -> None:
    figure = Figure()
    figure.text(0.5, 0.5, "电", fontfamily="DejaVu Sans")
    with pytest.raises(UserWarning, match="Glyph"):
        FigureCanvasAgg(figure).draw()


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_same_figure_is_the_same_file(drawer: Drawer, kind: str, tmp_path: Path) -> None:
    save(drawer("zh"), tmp_path / f"one.{kind}")
    with mpl.rc_context({"font.size": 20, "axes.grid": False, "lines.linewidth": 9}):  # the user's own settings
        save(drawer("zh"), tmp_path / f"other.{kind}")
    one, other = ((tmp_path / f"{name}.{kind}").read_bytes() for name in ("one", "other"))
    assert one == other
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"one.{kind}", f"other.{kind}"]
    assert b"<dc:date>" not in one


def test_a_figure_that_cannot_be_written_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"accepted is \.svg or \.png"):
        save(Figure(), tmp_path / "figure.pdf")
    with pytest.raises(ExportError, match="cannot be written"):
        save(Figure(), tmp_path / "no folder" / "figure.svg")
    (tmp_path / "taken.svg").mkdir()
    with pytest.raises(ExportError, match="cannot be written"):
        save(Figure(), tmp_path / "taken.svg")
    assert [path.name for path in tmp_path.iterdir()] == ["taken.svg"]


def test_a_dollar_sign_in_words_begins_no_formula_and_powers_of_ten_are_still_written(tmp_path: Path) -> None:
    figure = Figure()
    axes = figure.add_subplot(title=r"costs $5, or $\frac{", xscale="log", xlim=(1, 1e4))
    axes.set_yticks([0.5], [r"$\nothing{"])
    save(figure, tmp_path / "figure.svg")
    assert (tmp_path / "figure.svg").exists()
    assert not axes.title.get_parse_math()
    assert {label.get_parse_math() for label in axes.get_xticklabels()} == {True}
    assert any("10^{2}" in label.get_text() for label in axes.get_xticklabels())


def test_verdicts_are_told_apart_by_colour_and_by_shape() -> None:
    assert set(MARKS) == set(Answer)
    for told in zip(*MARKS.values(), strict=True):
        assert len(set(told)) == len(Answer)


def test_the_verdict_figure_shows_each_share_interval_and_requirement(rows: list[CheckedClaim]) -> None:
    assert {row.verdict.answer for row in rows} == set(Answer)
    (axes,) = verdict_figure(rows, "en").axes
    shares = {
        int(y): (x, line.get_color(), line.get_marker())
        for line in axes.lines
        if line.get_marker() != "None"
        for x, y in line.get_xydata()
    }
    intervals = {
        int(line.get_ydata()[0]): tuple(line.get_xdata()) for line in axes.lines if line.get_marker() == "None"
    }
    required = {round(y0): x for lines in axes.collections for (x, y0), _ in lines.get_segments()}
    for y, row in enumerate(rows):
        verdict = row.verdict
        assert intervals[y] == (100 * verdict.low, 100 * verdict.high)
        assert required[y] == 100 * verdict.threshold
        if verdict.replications:
            assert shares[y] == (100 * verdict.estimate, *MARKS[verdict.answer])
        else:
            assert y not in shares
        label = axes.get_yticklabels()[y].get_text()
        sign = "≥" if row.question.relation == "at_least" else "≤"
        assert label.startswith(f"{row.question.claim.id} · {measure_name(row.question.measure, 'en')} {sign} ")


def test_the_title_of_the_verdicts_counts_them(rows: list[CheckedClaim]) -> None:
    title = verdict_figure(rows, "en").get_suptitle()
    counts = {answer: sum(row.verdict.answer is answer for row in rows) for answer in Answer}
    assert title.startswith(
        f"Of {len(rows)} rows: fails {counts[Answer.FAILS]}, on the line {counts[Answer.ON_THE_LINE]}, "
        f"undecided {counts[Answer.UNDECIDED]}, holds {counts[Answer.HOLDS]}\n"
    )
    (alone,) = [row for row in rows[:8] if row.verdict.answer is Answer.HOLDS][:1]
    assert verdict_figure([alone], "zh").get_suptitle().startswith("1 项中：1 项成立\n")


def test_each_panel_of_the_breaking_figure_names_the_claim_that_fails_first(rows: list[CheckedClaim]) -> None:
    def title(*points: tuple[float | None, float | None], falling: bool = False) -> str:
        drawn = [
            replace(row, breaking_points=(BreakingPoint("lines_at_once", "lines", *ends, falling=falling),))
            for row, ends in zip(rows, points, strict=False)
        ]
        (axes,) = breaking_figure(drawn, "en").axes
        return axes.get_title(loc="left")

    one, other = (row.question.claim.id for row in (rows[0], rows[4]))
    assert one != other
    assert title((1.0, 4.0), (2.0, None)) == f"first to fail: {one}, from 4"
    assert title((1.0, 4.0), (1.0, 3.0), (1.0, 3.0)).startswith("first to fail: ")
    assert title((15.0, 14.0), (12.0, 10.0), falling=True) == f"first to fail: {one}, from 14"
    assert title((1.0, None)) == "none is known to fail"


def test_the_breaking_figure_shows_both_ends_of_each_bracket(rows: list[CheckedClaim]) -> None:
    figure = breaking_figure(rows, "en")
    assert [axes.get_xlabel() for axes in figure.axes] == [
        "share who call (%)",
        "customers per line (customers)",
        "lines at once (lines)",
    ]
    for column, axes in enumerate(figure.axes):
        for marker, end in (("o", "holds_at"), ("X", "fails_at")):
            expected = [
                (load, y)
                for y, row in enumerate(rows)
                if (load := getattr(row.breaking_points[column], end)) is not None
            ]
            assert marked(axes, marker) == expected


def test_a_load_that_grows_as_its_number_falls_is_drawn_towards_the_right(rows: list[CheckedClaim]) -> None:
    colder = BreakingPoint("battery.room_cold", "degC", holds_at=15.0, fails_at=14.0, falling=True)
    wide = BreakingPoint("outage_calls.share_who_call", "%", holds_at=0.5, fails_at=8.0)
    figure = breaking_figure([replace(rows[0], breaking_points=(colder, wide))], "en")
    cold, shares = figure.axes
    left, right = cold.get_xlim()
    assert left > 15.0 > 14.0 > right
    assert cold.get_xscale() == "linear"
    low, high = shares.get_xlim()
    assert low < 0.5 < 8.0 < high
    assert shares.get_xscale() == "log"
    figure.draw_without_rendering()
    numbers = [label.get_text() for label in shares.get_xticklabels()]
    assert {"0.5", "1", "10"} <= set(numbers)


def marked(axes: Axes, marker: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for line in axes.lines if line.get_marker() == marker for x, y in line.get_xydata()]


def test_nothing_to_draw_is_refused(rows: list[CheckedClaim]) -> None:
    with pytest.raises(InputsError, match="at least one checked claim"):
        verdict_figure([], "en")
    with pytest.raises(InputsError, match="at least one"):
        breaking_figure([replace(row, breaking_points=()) for row in rows], "en")
    with pytest.raises(InputsError, match="'zh' or 'en'"):
        verdict_figure(rows, "fr")


def test_the_event_figure_shows_the_event_that_is_measured(study: UtilityCallCentre) -> None:
    situation = next(question for question in study.questions() if question.clause == "P1-09").situation
    # An event in whose hours before no response is still in force from an earlier rise.
    replication = next(k for k in range(50) if study.trace(situation, SEED, k).general[0][0] == 0.0)
    trace = study.trace(situation, SEED, replication)
    row = study.replicate(situation, SEED, replication)
    # The response is paid for until it releases people, also after the time that the figure shows.
    added_h = (trace.agents - trace.roster).integral(-7 * DAY, AFTER_S) / HOUR
    assert math.isclose(added_h, row["added_hours"])
    level = situation.rules.general_lines
    assert trace.lines.at(-1e-6) < level <= trace.lines.at(0.0)

    figure = event_figure(study, situation, SEED, replication, "en")
    assert f"{row['answer_rate']:.0f} % answered, {row['calls']} calls" in figure.get_suptitle()
    people, lines = figure.axes
    starts = [start / HOUR for start, _ in trace.general if trace.start_s <= start <= trace.end_s]
    assert starts[0] == 0.0
    for axes in figure.axes:
        assert axes.get_ylabel()
        assert [line.get_xdata()[0] for line in axes.lines if len(set(line.get_xdata())) == 1] == starts
    at_s = np.linspace(trace.start_s, trace.end_s, 997)[:-1]
    assert np.array_equal(stepped(lines, "unplanned", at_s), trace.lines.at(at_s))
    assert np.array_equal(stepped(people, "agents on seats, with those called in", at_s), trace.agents.at(at_s))
    assert np.array_equal(stepped(people, "agents of the roster", at_s), trace.roster.at(at_s))
    inside = trace.waiting.times[(trace.waiting.times > trace.start_s) & (trace.waiting.times < trace.end_s)]
    most = stepped(people, "callers waiting (most in each minute)", inside)
    assert (most >= trace.waiting.at(inside)).all()
    assert most.max() == trace.waiting.at(inside).max()


def test_the_title_of_an_event_tells_its_longest_queue_and_who_is_there_by_then(study: UtilityCallCentre) -> None:
    situations = {(question.clause, question.scenario): question.situation for question in study.questions()}
    told = 0
    for situation, number in (
        (situations["P1-13", "linyi_storm"], 0),
        *((situations["P1-09", "district"], number) for number in range(4)),
    ):
        trace = study.trace(situation, SEED, number)
        title = event_figure(study, situation, SEED, number, "en").get_suptitle().replace("\n", " ")
        at_s = trace.waiting.times[(trace.waiting.times >= trace.start_s) & (trace.waiting.times < trace.end_s)]
        longest = trace.waiting.at(at_s)
        assert title.startswith(f"At most {longest.max():g} callers wait, ")
        if "after the response starts" in title:
            peak_s = at_s[np.argmax(longest)]
            there = float((trace.agents - trace.roster).at(np.array([peak_s]))[0])
            assert f"people added: {there:g} on seats by then, at most " in title
            told += 1
        assert f"no. {number}, seed {SEED}" in title
    assert told


def test_the_typical_event_is_the_one_in_the_middle(study: UtilityCallCentre) -> None:
    situation = next(question for question in study.questions() if question.clause == "P1-09").situation
    number = typical(study, situation, SEED, 12)
    alone = [
        k for k in range(12) if not any(start < -HOUR < end for start, end in study.trace(situation, SEED, k).general)
    ]
    assert 2 < len(alone) < 12
    rates = {k: study.replicate(situation, SEED, k)["answer_rate"] for k in alone}
    assert rates[number] == sorted(rates.values())[(len(alone) - 1) // 2]
    assert typical(study, situation, SEED, 1) == 0


def stepped(axes: Axes, label: str, at_s: np.ndarray) -> np.ndarray:
    """The drawn step function at some instants."""
    (line,) = (line for line in axes.lines if line.get_label() == label)
    assert line.get_drawstyle() == "steps-post"
    hours, values = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
    return values[np.searchsorted(hours, at_s / HOUR, side="right") - 1]


# ---- fonts


@pytest.fixture
def no_font_known(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """As on a machine without any Chinese font."""

    def absent(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.delenv(fonts.VARIABLE, raising=False)
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    monkeypatch.setattr(fonts.importlib, "import_module", absent)
    fonts._found.cache_clear()
    yield monkeypatch
    fonts._found.cache_clear()


@pytest.mark.usefixtures("no_font_known")
def test_without_a_chinese_font_labels_are_english_and_one_warning_says_so(rows: list[CheckedClaim]) -> None:
    with pytest.warns(UserWarning, match="labels are in English") as warned:
        writing = fonts.script("zh")
    assert writing.language == "en"
    assert [warning.filename for warning in warned] == [__file__]
    # A second warning would be an error here.
    assert verdict_figure(rows, "zh").axes[0].get_xlabel() == WORDS["kept"][1]


def test_a_font_of_the_system_comes_before_the_package(no_font_known: pytest.MonkeyPatch) -> None:
    entries = [font_manager.FontEntry(fname=name, name=name) for name in ("Arial", *reversed(fonts.FAMILIES))]
    no_font_known.setattr(font_manager.fontManager, "ttflist", entries)
    assert fonts.chinese_family() == fonts.FAMILIES[0]


def test_the_font_that_is_named_comes_first_and_must_have_chinese(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(fonts.VARIABLE, str(pylopdf_fonts_zh_cn.serif_path()))
    assert fonts.chinese_family() == "Noto Serif SC"
    monkeypatch.setenv(fonts.VARIABLE, str(Path(mpl.get_data_path()) / "fonts/ttf/DejaVuSans.ttf"))
    with pytest.raises(DataError, match="accepted is a font with Chinese"):
        fonts.chinese_family()
    (tmp_path / "no font.ttf").write_text("no font")
    for name in ("no font.ttf", "not there.ttf"):
        monkeypatch.setenv(fonts.VARIABLE, str(tmp_path / name))
        with pytest.raises(DataError, match=r"accepted is a \.ttf, \.otf or \.ttc file"):
            fonts.chinese_family()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_telephones_figure_draws_what_the_machine_says(lang: str) -> None:
    study = telephones()
    (axes,) = telephones_figure(study, lang, recommended_h=2.5).axes
    never, by_plan, sooner, latest = (line.get_ydata() for line in axes.lines[:4])
    at_age = np.array(axes.lines[0].get_xdata()) == 3.0
    setting = study.setting("shedding", "endless", {})
    for hours, drawn in ((4.0, by_plan), (2.5, sooner)):
        run_s = study.supplies.runtime_s(replace(setting, shed_after_s=hours * HOUR))
        assert np.array(drawn)[at_age] == pytest.approx(run_s / HOUR)
    assert (np.array(by_plan) >= np.array(never)).all()
    # Where shedding at 2.5 h still reaches the six hours, the latest moment is later than that; where not, sooner.
    known = ~np.isnan(latest)
    reached = np.array(sooner)[known] >= 6
    assert reached.any()
    assert not reached.all()
    assert ((np.array(latest)[known] >= 2.5 - 1 / 60) == reached).all()


@pytest.mark.parametrize("shed_h", [2.5, 7.0])
def test_the_title_of_the_telephones_figure_is_what_the_machine_says(shed_h: float) -> None:
    study = telephones()
    figure = telephones_figure(study, "en", recommended_h=shed_h)
    title = figure.get_suptitle().replace("\n", " ")
    plain = study.setting("shedding", "endless", {})

    def runs_h(age_years: float, after_h: float) -> float:
        state = replace(plain.state, age_s=age_years * to_base(1, "year"))
        return study.supplies.runtime_s(replace(plain, state=state, shed_after_s=after_h * HOUR)) / HOUR

    assert runs_h(0, 4.0) < 6
    assert f"With servers shut down at 4 h telephones miss 6 h even on a new battery ({runs_h(0, 4.0):.1f} h)" in title
    if shed_h == 2.5:
        (age,) = (float(found) for found in re.findall(r"they reach 6 h until the battery is (\S+) years old", title))
        assert runs_h(age, shed_h) >= 6 > runs_h(age + 0.1, shed_h)
    else:
        assert title.count("miss 6 h even on a new battery") == 2


def test_without_a_recommendation_the_title_says_by_when_servers_must_be_shut_down() -> None:
    study = telephones()
    title = telephones_figure(study, "en").get_suptitle().replace("\n", " ")
    (latest_h,) = (float(found) for found in re.findall(r"3 years 6 h need them shut down by (\S+) h", title))
    setting = study.setting("shedding", "endless", {})
    reached = [
        study.supplies.runtime_s(replace(setting, shed_after_s=(latest_h + off) * HOUR)) >= 6 * HOUR
        for off in (-0.06, 0.06)
    ]
    assert reached == [True, False]
