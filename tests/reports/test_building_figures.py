"""Drawings of buildings: in two languages, what is drawn is what the file says, in colours that grey keeps apart."""

from __future__ import annotations

import itertools
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from resilience_sim.errors import InputsError
from resilience_sim.plans.building import Layout
from resilience_sim.plans.files import library, read_site
from resilience_sim.plans.site import Site
from resilience_sim.reports.building_figures import building_figure
from resilience_sim.reports.look import BLUE, GREEN, save

LANGUAGES = ("zh", "en")
HOUSED = ("kindergarten", "call-centre", "service-hall")
SHOWN = {"zh": "最高密度（人/平方米）", "en": "highest density (persons/m2)"}


@pytest.fixture(params=HOUSED)
def site(request: pytest.FixtureRequest) -> Site:
    return read_site(library()[request.param])[0]


def layout_of(site: Site) -> Layout:
    assert site.building is not None
    return site.building


def densities(site: Site) -> dict[str, float]:
    """Some value for every space inside, none of them alike."""
    inside = [name for name, space in layout_of(site).spaces.items() if space.kind != "outside"]
    return {name: 0.1 + 2.6 * (5 * k % len(inside)) / len(inside) for k, name in enumerate(inside)}


def drawn(site: Site, lang: str, *, coloured: bool) -> Figure:
    return building_figure(site, lang, values=densities(site) if coloured else None, shown=SHOWN[lang])


def texts(figure: Figure, monkeypatch: pytest.MonkeyPatch) -> dict[Text, Bbox]:
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


@pytest.mark.parametrize("coloured", [False, True], ids=["plain", "coloured"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_texts_do_not_overlap_and_none_is_cut_off(
    site: Site, lang: str, coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = drawn(site, lang, coloured=coloured)
    room = figure.bbox.padded(1)
    found = texts(figure, monkeypatch)
    assert len(found) > 15
    for text, box in found.items():
        assert room.x0 <= box.x0 < box.x1 <= room.x1, text.get_text()
        assert room.y0 <= box.y0 < box.y1 <= room.y1, text.get_text()
    for (one, here), (other, there) in itertools.combinations(found.items(), 2):
        shared = Bbox.intersection(here, there)
        assert shared is None or min(shared.width, shared.height) < 2, (one.get_text(), other.get_text())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_name_stays_inside_its_space(site: Site, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    figure = drawn(site, lang, coloured=True)
    found = texts(figure, monkeypatch)
    labels = {getattr(space.label, lang) for space in layout_of(site).spaces.values() if space.kind != "outside"}
    checked = 0
    for axes in panels(figure, site):
        boxes = [patch.get_window_extent() for patch in axes.patches if isinstance(patch, Rectangle)]
        for text in axes.texts:
            if text.get_text().split("\n")[0].rstrip("↑↓ ").split("  ")[0].rstrip("↑↓ ") in labels:
                here = found[text]
                assert any(
                    box.x0 - 1 <= here.x0 and here.x1 <= box.x1 + 1 and box.y0 - 1 <= here.y0 and here.y1 <= box.y1 + 1
                    for box in boxes
                ), text.get_text()
                checked += 1
    assert checked >= len(labels)


def panels(figure: Figure, site: Site) -> list[Axes]:
    """The storeys, the highest first."""
    return figure.axes[: len(layout_of(site).levels)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_drawn_is_what_the_file_says(site: Site, lang: str) -> None:
    layout = layout_of(site)
    storeys = panels(drawn(site, lang, coloured=False), site)
    assert [axes.get_title(loc="left") for axes in storeys] == [
        getattr(level.label, lang) for level in reversed(layout.levels.values())
    ]
    for level, axes in zip(reversed(layout.levels), storeys, strict=True):
        written = "\n".join(text.get_text() for text in axes.texts)
        for name, space in layout.spaces.items():
            here = level in {layout.level_of(door) for door in layout.doors_of(name)}
            assert not here or getattr(space.label, lang) in written
        people = {group.room: 0 for group in layout.groups.values()}
        for name, group in layout.groups.items():
            people[group.room] += sum(layout.people(name, site).values())
        for room, count in people.items():
            if layout.spaces[room].level == level and count:
                assert f"{count} {'人' if lang == 'zh' else 'people'}" in written
        bars = {
            (line.get_color(), round(float(np.mean(line.get_xdata())), 6), round(float(np.mean(line.get_ydata())), 6)):
            float(np.ptp(line.get_xdata()) + np.ptp(line.get_ydata()))
            for line in axes.lines if line.get_color() in (BLUE, GREEN)
        }  # fmt: skip
        doors = {}
        for name, door in layout.doors.items():
            if layout.level_of(name) == level:
                out = any(layout.spaces[space].kind == "outside" for space in door.between)
                x, y = layout.point(door.at, site)
                doors[GREEN if out else BLUE, round(x, 6), round(y, 6)] = door.width.base(site)
                assert f"{door.width.base(site):g}" in written
                if out:
                    assert door.label is not None
                    assert f"{getattr(door.label, lang)}\n{door.width.base(site):g} m" in written
        assert bars == pytest.approx(doors)


def test_chinese_drawings_are_in_chinese(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    # A character without a glyph would be a warning, and warnings are errors here.
    words = "".join(text.get_text() for text in texts(drawn(site, "zh", coloured=True), monkeypatch))
    assert not any(english in words for english in ("stair", "door", "people", "floor", "outside"))


def test_a_larger_value_is_darker_and_its_number_legible(site: Site) -> None:
    values = densities(site)
    figure = building_figure(site, "en", values=values, shown=SHOWN["en"])
    grey: dict[float, float] = {}
    for axes in panels(figure, site):
        for patch in axes.patches:
            if isinstance(patch, Rectangle) and patch.get_fill() and patch.get_facecolor()[3] == 1:
                x, y = patch.get_xy()
                (text,) = (
                    one for one in axes.texts
                    if one.get_fontsize() >= 7 and one.get_color() in ("white", "#000000")
                    and x < one.get_position()[0] < x + patch.get_width()
                    and y < one.get_position()[1] < y + patch.get_height()
                )  # fmt: skip
                value = float(text.get_text().split()[-1])
                assert value in [float(f"{one:.2g}") for one in values.values()]
                luminance = float(np.dot([0.2126, 0.7152, 0.0722], linear(patch.get_facecolor()[:3])))
                grey[value] = luminance
                ink = float(np.dot([0.2126, 0.7152, 0.0722], linear(to_rgb(text.get_color()))))
                contrast = (max(ink, luminance) + 0.05) / (min(ink, luminance) + 0.05)
                assert contrast > 4.5, (value, contrast)  # WCAG 2.1, AA
    shown = [grey[value] for value in sorted(grey)]
    assert len(shown) == len(values)
    assert all(more < less for less, more in itertools.pairwise(shown))


def linear(rgb: tuple[float, ...]) -> np.ndarray:
    """Light of a colour as the screen gives it (sRGB)."""
    c = np.asarray(rgb)
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def test_a_space_without_a_value_stays_white() -> None:
    site = read_site(library()["service-hall"])[0]
    figure = building_figure(site, "en", values={"hall": 1.0, "office": 0.0}, shown="x")
    (axes,) = panels(figure, site)
    fills = [patch.get_facecolor() for patch in axes.patches if isinstance(patch, Rectangle) and patch.get_fill()]
    assert sum(fill == (1, 1, 1, 1) for fill in fills) == 4
    assert len({fill for fill in fills if fill[3] == 1}) == 3
    # All values alike are still drawn.
    building_figure(site, "en", values={"hall": 0.0}, shown="x").draw_without_rendering()


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_same_drawing_is_the_same_file(site: Site, kind: str, tmp_path: Path) -> None:
    save(drawn(site, "zh", coloured=True), tmp_path / f"one.{kind}")
    with mpl.rc_context({"font.size": 20, "axes.grid": True, "lines.linewidth": 9}):  # the user's own settings
        save(drawn(site, "zh", coloured=True), tmp_path / f"other.{kind}")
    one, other = ((tmp_path / f"{name}.{kind}").read_bytes() for name in ("one", "other"))
    assert one == other


def test_nothing_to_draw_is_refused(site: Site) -> None:
    with pytest.raises(InputsError, match=r"has no building to draw; accepted is one with a building\.yaml"):
        building_figure(read_site(library()["utility-call-centre"])[0], "en")
    with pytest.raises(InputsError, match="a value is given for 'moon'; accepted are spaces: "):
        building_figure(site, "en", values={"moon": 1.0})
    for wrong in (float("nan"), float("inf"), -1.0):
        with pytest.raises(InputsError, match=f"is {wrong}; accepted is a finite number, 0 or more"):
            building_figure(site, "en", values={next(iter(layout_of(site).spaces)): wrong})
    with pytest.raises(InputsError, match="'zh' or 'en'"):
        building_figure(site, "fr")
