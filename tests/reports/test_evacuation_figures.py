"""Figures of evacuations: what is drawn is what the paths say, in two languages, on the shipped buildings."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from resilience_sim.errors import InputsError
from resilience_sim.hazards.smoke import GivenAset
from resilience_sim.models.egress import (
    Building,
    Closing,
    Divert,
    Door,
    EgressInputs,
    Fixed,
    Group,
    Into,
    Nearest,
    People,
    Space,
    draw,
    occupancy,
    queues,
)
from resilience_sim.models.egress.kernel import simulate
from resilience_sim.models.egress.path import JOINS, LEAVES, PASSES
from resilience_sim.plans.files import library, read_site
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Deterministic, LogNormal, Streams, Uniform
from resilience_sim.reports import evacuation_figures
from resilience_sim.reports.evacuation_figures import (
    DOORS,
    crowding_figure,
    groups_figure,
    queues_figure,
    remaining_figure,
)
from resilience_sim.reports.evacuation_replay import DOTS, FEWEST, frames_of, replay_figure
from resilience_sim.reports.evacuation_runs import Run, across, last_out, runs_of, worst
from resilience_sim.reports.evacuation_words import WORDS, duration
from resilience_sim.reports.fonts import script
from resilience_sim.reports.look import save
from resilience_sim.reports.whereabouts import box_of, whereabouts
from resilience_sim.studies.buildings import egress_building, starting_places
from resilience_sim.studies.evacuation import Event, happened

SEED, COUNT = 5, 23
LANGUAGES = ("zh", "en")
HOUSED = ("kindergarten", "call-centre", "service-hall")
PROMISE_S = 150.0


@dataclass(frozen=True)
class Case:
    """An evacuation of a shipped building, with its runs."""

    site: Site
    event: Event
    runs: tuple[Run, ...]

    @property
    def inputs(self) -> EgressInputs:
        return self.event.egress


def case_of(slug: str) -> Case:
    """Everybody leaves but a few unnoticed ones; classes together, others one by one; smoke comes at some time."""
    site = read_site(library()[slug])[0]
    classes = slug == "kindergarten"
    groups = tuple(
        Group(
            place.name,
            place.room,
            tuple(
                People(name, count, Uniform(0.6, 1.5), Uniform(0.4, 0.9), left_behind=0.005)
                for name, count in place.people
            ),
            LogNormal.from_mean(30.0, 0.6),
            Divert("main", "back", above_persons=3) if classes and k % 2 else Nearest(),
            place.at,
            together=classes,
            each=Uniform(0.0, 40.0),
        )
        for k, place in enumerate(starting_places(site))
    )
    alarm = (LogNormal.from_mean(60.0, 0.5), Uniform(10.0, 20.0))
    inputs = EgressInputs(egress_building(site), groups, alarm)
    event = Event(inputs, GivenAset(Uniform(100.0, 500.0)))
    return Case(site, event, runs_of(event, SEED, COUNT))


@pytest.fixture(scope="module", params=HOUSED)
def case(request: pytest.FixtureRequest) -> Case:
    return case_of(request.param)


Drawer = Callable[[str], Figure]
NAMES = ("remaining", "promised", "groups", "queues", "crowding", "replay")


def drawers(case: Case) -> dict[str, Drawer]:
    """Each figure, as a function of the language."""
    site, runs = case.site, case.runs
    return {
        "remaining": lambda lang: remaining_figure(runs, lang, seed=SEED),
        "promised": lambda lang: remaining_figure(runs, lang, seed=SEED, promise_s=PROMISE_S),
        "groups": lambda lang: groups_figure(site, runs, lang, seed=SEED),
        "queues": lambda lang: queues_figure(site, runs, lang, seed=SEED),
        "crowding": lambda lang: crowding_figure(site, runs, lang, seed=SEED),
        "replay": lambda lang: replay_figure(site, worst(runs), lang, runs=len(runs), seed=SEED),
    }


# ---- what all have in common


def texts(figure: Figure, monkeypatch: pytest.MonkeyPatch) -> dict[Text, Bbox]:
    """Every text that is drawn, with the room it takes in pixels."""
    seen: dict[Text, Bbox] = {}
    draw_text = Text.draw

    def noted(text: Text, renderer: object) -> None:
        if text.get_visible() and text.get_text().strip():
            seen[text] = text.get_window_extent(renderer)  # type: ignore[arg-type]
        draw_text(text, renderer)  # type: ignore[arg-type]

    monkeypatch.setattr(Text, "draw", noted)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    seen.clear()
    canvas.draw()
    return seen


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_texts_are_in_their_language_none_is_cut_off_and_words_do_not_overlap(
    case: Case, name: str, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = drawers(case)[name](lang)
    room = figure.bbox.padded(1)
    found = texts(figure, monkeypatch)
    assert len(found) > 8
    # A character without a glyph would be a warning, and warnings are errors here.
    words = [text.get_text() for text in found]
    assert any("\u4e00" <= character <= "\u9fff" for one in words for character in one) == (lang == "zh")
    assert lang == "en" or not [one for one in words if re.search("[a-z]{2}", one)]
    for text, box in found.items():
        assert room.x0 <= box.x0 < box.x1 <= room.x1, text.get_text()
        assert room.y0 <= box.y0 < box.y1 <= room.y1, text.get_text()
    if name == "replay":  # numbers in a frame stand among the dots that they count
        found = {text: box for text, box in found.items() if not re.fullmatch(r"\W*\d+\W*", text.get_text())}
    for (one, here), (other, there) in itertools.combinations(found.items(), 2):
        shared = Bbox.intersection(here, there)
        assert shared is None or min(shared.width, shared.height) < 2, (one.get_text(), other.get_text())


def test_every_word_is_there_in_both_languages_with_the_same_blanks() -> None:
    for chinese, english in WORDS.values():
        blanks = [set(re.findall(r"{(\w+)}", words)) for words in (chinese, english)]
        assert blanks[1] <= blanks[0]


@pytest.mark.parametrize("case", ["call-centre"], indirect=True)
@pytest.mark.parametrize("name", NAMES)
def test_the_same_figure_is_the_same_file(case: Case, name: str, tmp_path: Path) -> None:
    save(drawers(case)[name]("zh"), tmp_path / "one.svg")
    with mpl.rc_context({"font.size": 20, "axes.grid": False, "lines.linewidth": 9}):  # the user's own settings
        save(drawers(case)[name]("zh"), tmp_path / "other.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()


def test_nothing_to_draw_is_refused(case: Case) -> None:
    site, inputs, runs = case.site, case.inputs, case.runs
    for figure in (groups_figure, queues_figure, crowding_figure):
        with pytest.raises(InputsError, match="accepted is at least one"):
            figure(site, (), "en", seed=SEED)
        with pytest.raises(InputsError, match="'zh' or 'en'"):
            figure(site, runs, "fr", seed=SEED)
    with pytest.raises(InputsError, match="accepted is at least one"):
        remaining_figure((), "en", seed=SEED)
    bare = read_site(library()["network-operations"])[0]
    with pytest.raises(InputsError, match="has no building"):
        replay_figure(bare, runs[0], "en", runs=1, seed=SEED)
    with pytest.raises(InputsError, match="no instant"):
        replay_figure(site, runs[0], "en", runs=1, seed=SEED, at_s=())
    untraced = replace(runs[0], path=simulate(inputs, happened(case.event, SEED, 0).draws))
    with pytest.raises(InputsError, match="trace=True"):
        replay_figure(site, untraced, "en", runs=1, seed=SEED)


# ---- runs


def test_runs_are_those_that_a_study_has_with_this_seed(case: Case) -> None:
    for number in (0, 7, COUNT - 1):
        one, run = happened(case.event, SEED, number), case.runs[number]
        assert run.number == number
        assert np.array_equal(run.path.out_s, one.path.out_s)
        assert (run.alarm_s, run.lost_s) == (one.draws.alarm_s, one.aset_s)
        assert run.path.trace_s is not None
        assert last_out(run) == one.last_out_s - one.draws.alarm_s


def test_the_worst_run_has_least_time_left_and_one_that_never_ends_is_worse(case: Case) -> None:
    runs = case.runs
    spare_s = [run.lost_s - run.alarm_s - last_out(run) for run in runs]
    assert worst(runs) is runs[int(np.argmin(spare_s))]
    unharmed = [replace(run, lost_s=math.inf) for run in runs]
    assert worst(unharmed) is unharmed[int(np.argmax([last_out(run) for run in runs]))]
    # Whoever is out last is stuck in this one.
    never = runs[3].path.out_s.copy()
    never[np.argmax(np.where(np.isfinite(never), never, -1.0))] = np.inf
    stuck = replace(runs[3], path=replace(runs[3].path, out_s=never))
    assert last_out(stuck) == math.inf
    assert worst([*runs[:3], stuck, *runs[4:]]) is stuck


def test_the_band_is_of_values_that_some_run_has() -> None:
    values = np.arange(1.0, 21.0)  # 1 … 20
    assert across(values[::-1]).tolist() == [1.0, 10.0, 19.0]  # the least that 5, 50, 95 % do not exceed
    assert across(np.append(values, np.inf)).tolist() == [2.0, 11.0, 20.0]
    assert across(np.array([3.0, math.inf])).tolist() == [3.0, 3.0, math.inf]
    assert across(np.array([7])).tolist() == [7.0, 7.0, 7.0]


# ---- who is still inside


def evacuees_inside(run: Run, at_s: np.ndarray) -> np.ndarray:
    """Evacuees of a run who are not out at instants since the alarm, counted one by one."""
    ends = run.path.out_s[run.path.start_s < np.inf] - run.alarm_s
    return np.array([np.count_nonzero(ends > instant) for instant in at_s])


def stepped(axes: Axes, label: str) -> tuple[np.ndarray, np.ndarray]:
    """The instants and values of a drawn line."""
    (line,) = (line for line in axes.lines if str(line.get_label()).startswith(label))
    return np.asarray(line.get_xdata()), np.asarray(line.get_ydata())


def filled(axes: Axes, at_s: np.ndarray) -> np.ndarray:
    """The lower and the upper edge of a drawn band just after instants, shape (2, instants)."""
    (band,) = (patch for patch in axes.collections if isinstance(patch, PolyCollection))
    corners = band.get_paths()[0].vertices
    edges = []
    for instant in at_s:
        near = np.abs(corners[:, 0] - instant) < 1e-9
        edges.append((corners[near, 1].min(), corners[near, 1].max()))
    return np.array(edges).T


def test_persons_inside_are_the_median_and_the_band_of_the_runs(case: Case) -> None:
    upper, lower = remaining_figure(case.runs, "en", seed=SEED).axes
    at_s, drawn = stepped(upper, "median")
    counts = np.sort([evacuees_inside(run, at_s) for run in case.runs], axis=0)
    assert at_s[0] == 0.0
    assert at_s[-1] > max(last_out(run) for run in case.runs)
    assert np.array_equal(drawn, counts[11])  # the 12th of 23
    # Where the band neither rises nor falls at an instant, its edges there are the 2nd and the 22nd of 23.
    flat = np.flatnonzero((np.diff(counts[[1, 21]], axis=1, prepend=-1) == 0).all(axis=0))
    assert len(flat) > 50
    assert np.array_equal(filled(upper, at_s[flat]), counts[[1, 21]][:, flat])
    bad = worst(case.runs)
    _, shown = stepped(upper, f"the worst run (no. {bad.number})")
    assert np.array_equal(shown, evacuees_inside(bad, at_s))

    last_s = np.array([last_out(run) for run in case.runs])
    lost_s = np.array([run.lost_s - run.alarm_s for run in case.runs])
    for label, when_s in (("all are out", last_s), ("smoke bars the way", lost_s)):
        at_s, share = stepped(lower, label)
        assert np.allclose(share, [100 * np.mean(when_s <= instant) for instant in at_s])


def test_the_title_says_what_was_found(case: Case) -> None:
    inputs, runs = case.inputs, case.runs
    last_s = np.sort([last_out(run) for run in runs])
    title = remaining_figure(runs, "en", seed=SEED, promise_s=PROMISE_S).get_suptitle().replace("\n", " ")
    writing = script("en")
    assert f"{inputs.persons} people: the last is out {duration(last_s[11], writing)} after" in title
    assert f"later than {duration(last_s[21], writing)} in one of 20" in title
    kept = sum(last <= PROMISE_S for last in last_s)
    assert f"within the promised 2 min 30 s in {kept} of 23 runs" in title
    first = sum(run.lost_s - run.alarm_s < last_out(run) for run in runs)
    assert f"smoke bars the way first in {first} of 23 runs" in title
    assert f"{COUNT} runs, seed {SEED}" in title
    behind = sum(bool(np.isinf(run.path.start_s).any()) for run in runs)
    assert (f"in {behind} of them somebody stays behind" in title) == (behind > 0)
    drill = [replace(run, lost_s=math.inf) for run in runs]
    assert "smoke" not in remaining_figure(drill, "en", seed=SEED).get_suptitle()


def hall(persons: int = 3, **more: object) -> EgressInputs:
    """Three people 10 m from a door that one a second can pass: out after 10, 11 and 12 s."""
    building = Building(
        (Space("hall", area_m2=100.0, crowd=None), Space("yard", "outside")),
        (Door("main", ("hall", "yard"), 1.0, (10.0, 0.0), specific_flow=1.0, boundary_m=0.0),),
    )
    people = People("all", persons, Deterministic(1.0))
    return EgressInputs(building, (Group("all", "hall", (people,), at=(0.0, 0.0)),), **more)  # type: ignore[arg-type]


def runs_in(inputs: EgressInputs, count: int = 1) -> list[Run]:
    found = []
    for number in range(count):
        draws = draw(inputs, Streams(SEED, number))
        found.append(Run(number, inputs, simulate(inputs, draws, trace=True), draws.alarm_s))
    return found


def test_a_case_that_one_can_work_out_by_hand(case: Case) -> None:
    inputs = hall(alarm=(Deterministic(30.0),))
    (run,) = runs_in(inputs)
    assert last_out(run) == 12.0
    figure = remaining_figure([run], "en", seed=SEED)
    assert figure.get_suptitle().startswith("3 people: the last is out 12 s after the alarm in the median run")
    at_s, drawn = stepped(figure.axes[0], "median")
    assert [int(drawn[at_s <= instant][-1]) for instant in (9.9, 10.1, 11.1, 12.1)] == [3, 2, 1, 0]
    title = queues_figure(case.site, [run], "en", seed=SEED).get_suptitle()
    assert title.startswith("Most wait at main")
    assert ": 2 in the median run, 2 at most" in title


def test_people_who_never_get_out_are_said_to_be_stuck() -> None:
    closed = hall(closings=(Closing("main", Deterministic(11.5)),))
    (run,) = runs_in(closed)
    free = runs_in(hall())[0]
    assert last_out(run) == math.inf
    for runs, told in (([run], "somebody never gets out in 1 of 1 runs"), ([free, free, run], "in 1 of 3 runs")):
        title = remaining_figure(runs, "en", seed=SEED).get_suptitle().replace("\n", " ")
        assert told in title
        assert ("the last is out 12 s" in title) == (len(runs) == 3)
    assert frames_of(run)[-1] == 11.0  # the last thing that happens: the second passes


def test_a_group_may_be_in_some_of_the_runs_only() -> None:
    case = case_of("service-hall")
    with_all, others = case.inputs, replace(case.inputs, groups=case.inputs.groups[1:])
    runs = [*runs_in(with_all), *runs_in(others, 2)]
    (axes,) = groups_figure(case.site, runs, "en", seed=SEED).axes
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert sorted(labels) == ["counter staff", "customers", "hall staff", "office staff"]
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    (dot,) = (line for line in dots if line.get_ydata()[0] == labels.index("customers"))
    customers = slice(0, with_all.groups[0].size)
    assert dot.get_xdata()[0] == runs[0].path.out_s[customers].max() - runs[0].alarm_s
    upper = remaining_figure(runs, "en", seed=SEED).axes[0]
    _, drawn = stepped(upper, "median")
    assert drawn[0] == others.persons  # the middle one of three


def test_times_are_said_to_the_second() -> None:
    said = {0.4: "0 s", 59.6: "1 min", 61.0: "1 min 1 s", 3600.0: "60 min", math.inf: "never"}
    assert {seconds: duration(seconds, script("en")) for seconds in said} == said
    assert [duration(seconds, script("zh")) for seconds in (45, 180, 200)] == ["45 秒", "3 分钟", "3 分 20 秒"]


# ---- who is out when


def test_each_group_has_its_start_its_last_and_its_exits(case: Case) -> None:
    (axes,) = groups_figure(case.site, case.runs, "en", seed=SEED).axes
    group = np.repeat(np.arange(len(case.inputs.groups)), [one.size for one in case.inputs.groups])
    expected = []
    for k in range(len(case.inputs.groups)):
        starts, lasts, through = [], [], Counter()
        for run in case.runs:
            mine = (group == k) & (run.path.start_s < np.inf)
            if mine.any():
                starts.append(run.path.start_s[mine].min() - run.alarm_s)
                lasts.append(run.path.out_s[mine].max() - run.alarm_s)
                through.update(run.path.target[mine].tolist())
        starts.sort()
        lasts.sort()
        middle = math.ceil(len(lasts) / 2) - 1
        expected.append((lasts[middle], starts[middle], set(through)))
    expected.sort(key=lambda row: row[0])
    marks = {float(line.get_ydata()[0]): line for line in axes.lines if line.get_marker() in ("o", "s")}
    begins = {float(line.get_ydata()[0]): line for line in axes.lines if line.get_marker() == "|"}
    assert len(marks) == len(begins) == len(expected)
    exits = [axes.texts[y].get_text() for y in range(len(expected))]
    for y, (last_s, start_s, through) in enumerate(expected):
        assert float(marks[y].get_xdata()[0]) == last_s
        assert float(begins[y].get_xdata()[0]) == start_s
        assert exits[y].count("%") == (0 if len(through) == 1 else len(through))


# ---- queues


def waiting(run: Run, side: int, at_s: np.ndarray) -> np.ndarray:
    """Persons who wait at a side at instants since the alarm, counted from the trace."""
    path = run.path
    assert path.trace_s is not None
    mine = path.trace_side == side
    when_s, kinds = path.trace_s[mine], path.trace_kind[mine]  # type: ignore[index]
    steps = np.where(kinds == JOINS, 1, np.where((kinds == LEAVES) | (kinds == PASSES), -1, 0))
    return np.array([steps[when_s <= instant + run.alarm_s].sum() for instant in at_s])


def most_of(longest: np.ndarray) -> str:
    return f"longest: median {np.sort(longest)[11]}, at most {longest.max()}"


def expected(case: Case, side: int, at_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The median of a queue, and that of the worst run."""
    middle = np.sort([waiting(run, side, at_s) for run in case.runs], axis=0)[11]
    return middle, waiting(worst(case.runs), side, at_s)


def test_queues_are_those_of_the_trace_exits_first(case: Case) -> None:
    inputs, runs = case.inputs, case.runs
    figure = queues_figure(case.site, runs, "en", seed=SEED)
    panels = [axes for axes in figure.axes if axes.lines]
    building = inputs.building
    longest = np.array([run.path.longest_queue for run in runs])
    sides = [side for side in range(2 * len(building.doors)) if longest[:, side].any()]
    assert len(panels) == min(DOORS, len(sides))
    assert ("are left out" in figure.get_suptitle()) == (len(sides) > DOORS)
    seen = set()
    for axes in panels:
        blue, dashed = axes.lines
        at_s = np.asarray(blue.get_xdata())[::10]
        (most,) = (text.get_text() for text in axes.texts)
        drawn = [np.asarray(line.get_ydata())[::10] for line in (blue, dashed)]
        # Which side it is: the one whose queue this is. Several doors of rooms alike may have the same.
        mine = [side for side in sides if side not in seen and most == most_of(longest[:, side])]
        (side, *_) = [side for side in mine if all(map(np.array_equal, drawn, expected(case, side, at_s)))]
        seen.add(side)
    used = [side for side in building.exits if longest[:, side].any()]
    assert set(used) <= seen
    kept = min(np.sort(longest[:, side])[11] for side in seen - set(used)) if seen - set(used) else 0
    assert all(np.sort(longest[:, side])[11] <= kept for side in set(sides) - seen)
    names = [axes.get_title(loc="left") for axes in panels]
    assert len(set(names)) == len(names)


# ---- crowding


def most_in(run: Run, space: int) -> int:
    """The most persons in a space after any instant, counted from the trace."""
    building, path = run.inputs.building, run.path
    now = most = sum(group.size for group in run.inputs.groups if group.room == building.spaces[space].name)
    passages = [row for row in range(len(path.trace_s)) if path.trace_kind[row] == PASSES]  # type: ignore[arg-type,index]
    for _, rows in itertools.groupby(passages, key=lambda row: path.trace_s[row]):  # type: ignore[index]
        for row in rows:
            side = path.trace_side[row]  # type: ignore[index]
            now += (building.leads_into[side] == space) - (building.leads_from[side] == space)
        most = max(most, now)
    return most


def test_spaces_are_coloured_by_the_median_of_their_highest_densities(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, float] = {}

    def noted(site: Site, lang: str, *, values: dict[str, float], shown: str) -> Figure:
        given.update(values)
        return original(site, lang, values=values, shown=shown)

    original = evacuation_figures.building_figure
    monkeypatch.setattr(evacuation_figures, "building_figure", noted)
    title = crowding_figure(case.site, case.runs, "en", seed=SEED).get_suptitle()
    building = case.inputs.building
    peaks = {
        space.name: sorted(most_in(run, k) / space.area_m2 for run in case.runs)
        for k, space in enumerate(building.spaces)
        if not space.outside
    }
    assert given == {name: values[11] for name, values in peaks.items()}
    fullest = max(given, key=lambda name: given[name])
    assert case.site.building is not None
    label = case.site.building.spaces[fullest].label.en
    assert title.startswith(f"Most crowded is the {label}: {given[fullest]:.1f} persons/m2 in the median run")


# ---- the replay


def test_everybody_is_where_the_machine_says(case: Case) -> None:
    site, inputs = case.site, case.inputs
    layout = site.building
    assert layout is not None
    building = inputs.building
    for run in case.runs[:4]:
        persons, lines = occupancy(inputs, run.path), queues(inputs, run.path)
        end_s = last_out(run) + run.alarm_s
        for at_s in [0.0, *np.random.default_rng(1).uniform(run.alarm_s, end_s, 12), end_s]:
            found = whereabouts(site, inputs, run.path, at_s)
            assert [one.person for one in found] == sorted({one.person for one in found})
            counted = Counter(one.space for one in found)
            for space in building.spaces:
                assert counted[space.name] == (0 if space.outside else persons[space.name].at(at_s))
            queued = Counter(one.side for one in found if one.state == "waits")
            for side in range(2 * len(building.doors)):
                key = (building.doors[side // 2].name, building.spaces[building.leads_from[side]].name)
                assert queued[side] == lines[key].at(at_s)
            for one in found:
                box = box_of(site, layout, one.space)
                assert box.x <= one.at[0] <= box.x + box.width
                assert box.y <= one.at[1] <= box.y + box.depth
                assert one.level in {layout.level_of(door) for door in layout.doors_of(one.space)}
                started = run.path.start_s[one.person] <= at_s
                assert (one.state == "still") == (not started)


def test_people_walk_from_where_they_were_to_their_door_and_wait_in_order() -> None:
    case = case_of("service-hall")
    group = Group("all", "hall", (People("all", 3, Deterministic(1.0)),), route=Fixed("main"), at=(9.0, 5.0))
    inputs = EgressInputs(case.inputs.building, (group,))
    (run,) = runs_in(inputs)
    arrives_s = float(run.path.trace_s[run.path.trace_kind == JOINS][0])  # type: ignore[index]
    instants = (0.0, 0.5 * arrives_s, 0.999 * arrives_s)
    ways = [[one.at for one in whereabouts(case.site, inputs, run.path, at_s)] for at_s in instants]
    main = case.inputs.building.doors[0]
    assert main.name == "main"
    for begin, middle, end in zip(*ways, strict=True):
        assert math.dist(middle, begin) == pytest.approx(math.dist(begin, end) / 2, rel=0.01)
        assert math.dist(end, main.at) < 1.0  # side by side
    held = replace(inputs, closings=(Closing("main", Deterministic(0.0)), Closing("staff", Deterministic(0.0))))
    (stuck,) = runs_in(replace(held, groups=(replace(group, waits=True),)))
    line = whereabouts(case.site, held, stuck.path, 100.0)
    assert [one.state for one in line] == ["waits"] * 3
    far = [math.dist(one.at, main.at) for one in line]
    assert far == sorted(far)
    assert len({one.at for one in line}) == 3


def test_rescuers_are_drawn_once_they_are_inside() -> None:
    case = case_of("service-hall")
    crew = Group("crew", "forecourt", (People("men", 2, Deterministic(1.0)),), route=Into("vault"), hears_alarm=False)
    inputs = replace(case.inputs, groups=(*case.inputs.groups, crew))
    (run,) = runs_in(inputs)
    crew_of = {inputs.persons - 2, inputs.persons - 1}
    assert not crew_of & {one.person for one in whereabouts(case.site, inputs, run.path, -1.0)}
    there = whereabouts(case.site, inputs, run.path, float(run.path.out_s[-2:].max()) + 1)
    assert {one.space for one in there if one.person in crew_of} == {"vault"}
    figure = replay_figure(case.site, run, "en", runs=1, seed=SEED)
    assert len(figure.axes) == 6


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_frames_show_who_is_inside_who_waits_and_who_is_out(case: Case, lang: str) -> None:
    inputs, bad = case.inputs, worst(case.runs)
    figure = replay_figure(case.site, bad, lang, runs=COUNT, seed=SEED)
    frames = frames_of(bad)
    building = inputs.building
    assert len(frames) == len(figure.axes) == 6
    for axes, instant in zip(figure.axes, frames, strict=True):
        at_s = instant + bad.alarm_s
        found = whereabouts(case.site, inputs, bad.path, at_s)
        dots = {str(line.get_label()): len(line.get_xdata()) for line in axes.lines if line.get_label() in DOTS}
        assert dots == {state: sum(one.state == state for one in found) for state in DOTS}
        title = axes.get_title(loc="left")
        minutes, seconds = divmod(round(instant), 60)
        assert title.startswith(f"{minutes}:{seconds:02d}")
        assert str(len(found)) in title
        assert (("通道已封" if lang == "zh" else "way lost") in title) == (at_s >= bad.lost_s)
        written = Counter(text.get_text() for text in axes.texts)
        queued = Counter(one.side for one in found if one.state == "waits")
        shown = Counter(f"({count})" for count in queued.values() if count >= FEWEST)
        assert {text: count for text, count in written.items() if text.startswith("(")} == dict(shown)
        assert sum(int(text) * count for text, count in written.items() if text.isdigit()) == len(found)
        out = int(np.count_nonzero(bad.path.out_s <= at_s))
        assert sum(int(text[2:]) * count for text, count in written.items() if text[0] in "→←↑↓") == out
    assert f"{bad.number}" in figure.get_suptitle()
    assert len(building.exits) == 2


def test_the_instant_at_which_the_way_is_lost_is_one_of_the_frames(case: Case) -> None:
    run = case.runs[0]
    end_s = last_out(run)
    for lost_s in (0.31 * end_s, 0.7 * end_s):
        frames = frames_of(replace(run, lost_s=run.alarm_s + lost_s))
        assert any(math.isclose(instant, lost_s) for instant in frames)
        assert list(frames) == sorted(frames)
        assert len(frames) == 6
    for lost_s in (-10.0, 2 * end_s, math.inf):
        even = frames_of(replace(run, lost_s=run.alarm_s + lost_s))
        assert np.allclose(even, np.linspace(0.0, 0.95 * end_s, 6), atol=0.06)
