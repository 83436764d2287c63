"""Buildings as data: the shipped ones load, convert and keep to the code; hostile ones are one line with its remedy."""

from __future__ import annotations

import itertools
import math
import pickle
from pathlib import Path

import pytest

from resilience_sim.errors import PlanError
from resilience_sim.models.egress import Building, Crowd, EgressInputs, Fixed, Group, People, flow_pps
from resilience_sim.plans.amounts import amounts
from resilience_sim.plans.building import Layout
from resilience_sim.plans.files import library, read_site
from resilience_sim.plans.site import Grade, Site
from resilience_sim.randomness import Deterministic
from resilience_sim.studies.buildings import check_building, egress_building, starting_places

HOUSED = ("kindergarten", "call-centre", "service-hall")

SITE = """\
site: small
title: {zh: 小, en: Small}
facts:
  stretch: {value: 1, unit: "1", range: {min: 0.5, max: 2}, grade: assumed, source: "a test"}
  fixed: {value: 1, unit: "1", grade: published, source: "a test"}
  door: {value: 0.9, unit: m, range: {min: 0.8, max: 1.2}, grade: assumed, source: "a test"}
  narrow: {value: 0.9, unit: m, range: {min: 0.3, max: 1.2}, grade: assumed, source: "a test"}
  shut: {value: 0.9, unit: m, range: {min: 0, max: 1.2}, grade: assumed, source: "a test"}
  hours: {value: 1, unit: h, grade: published, source: "a test"}
  several: {values: [1, 2], unit: m, grade: published, source: "a test"}
  crowding: {value: 0.5, unit: 1/m2, range: {min: 0.1, max: 1}, grade: assumed, source: "a test"}
  storey: {value: 3, unit: m, range: {min: 2.7, max: 4}, grade: assumed, source: "a test"}
  children: {value: 20, unit: children, range: {min: 10, max: 60}, grade: assumed, source: "a test"}
"""

BUILDING = """\
building: small
title: {zh: 小楼, en: Small building}
measures: {grade: assumed, stretch: site.stretch, source: "a test"}
defaults:
  door_flow: 1.3 1/(m s)
  stair_flow: 1.01 1/(m s)
  boundary: 0.15 m
  opposed: 75 %
  crowd_speed: 1.4 m/s
  crowd_slope: 0.266 m2
  free_below: 0.54 1/m2
  least_speed: 0.1 m/s
  most_crowded: 2.75 1/m2
levels:
  ground: {label: {zh: 一层, en: ground floor}, rise: 0 m}
  upper: {label: {zh: 二层, en: upper floor}, rise: site.storey}
spaces:
  hall: {label: {zh: 厅, en: hall}, kind: room, level: ground, corner: [0 m, 0 m], size: [8 m, 5 m]}
  loft: {label: {zh: 阁, en: loft}, kind: room, level: upper, corner: [0 m, 0 m], size: [8 m, 5 m]}
  stair: {label: {zh: 梯, en: stair}, kind: stair, corner: [8 m, 0 m], size: [3 m, 5 m], width: 1.2 m, riser: 0.18 m, tread: 0.28 m, landing: 2 m}
  yard: {label: {zh: 院, en: yard}, kind: outside, level: ground, corner: [0 m, -5 m], size: [8 m, 5 m]}
doors:
  main: {label: {zh: 门, en: door}, between: [hall, yard], at: [4 m, 0 m], width: site.door}
  foot: {between: [stair, hall], at: [8 m, 1 m], width: 1.2 m}
  head: {between: [stair, loft], at: [8 m, 3 m], width: 1.2 m, flow: 1.1 1/(m s), boundary: 0.1 m, opposed: 1 share}
groups:
  class: {room: loft, at: [2 m, 2 m], people: {children: site.children, adults: 3 adults}}
  guests: {room: hall, people: {customers: site.crowding}}
"""  # noqa: E501 - one thing, one line


def folder_with(tmp_path: Path, building: str = BUILDING, site: str = SITE) -> Path:
    (tmp_path / "site.yaml").write_text(site, encoding="utf-8")
    (tmp_path / "building.yaml").write_text(building, encoding="utf-8")
    return tmp_path


def layout_of(site: Site) -> Layout:
    assert site.building is not None
    return site.building


# ---- what is shipped


@pytest.fixture(scope="module", params=HOUSED)
def shipped(request: pytest.FixtureRequest) -> Site:
    return read_site(library()[request.param])[0]


def test_only_plans_that_evacuate_have_a_building() -> None:
    for slug, folder in library().items():
        building = read_site(folder)[0].building
        assert (building is not None) == (slug in HOUSED)
        assert building is None or building.building == slug


def test_a_shipped_building_can_be_put_to_the_machine_over_all_its_ranges(shipped: Site) -> None:
    check_building(shipped)
    layout, building = layout_of(shipped), egress_building(shipped)
    assert [space.name for space in building.spaces] == list(layout.spaces)
    assert [door.name for door in building.doors] == list(layout.doors)
    assert len(building.exits) == 2
    places = starting_places(shipped)
    assert [place.name for place in places] == list(layout.groups)
    assert all(place.size > 0 for place in places)


def test_everybody_has_a_way_to_either_way_out(shipped: Site) -> None:
    building = egress_building(shipped)
    for side in building.exits:
        groups = tuple(
            Group(
                place.name,
                place.room,
                tuple(People(kind, count, Deterministic(1.0)) for kind, count in place.people),
                route=Fixed(building.doors[side // 2].name),
                at=place.at,
            )
            for place in starting_places(shipped)
        )
        inputs = EgressInputs(building, groups)
        assert inputs.persons == sum(place.size for place in starting_places(shipped))
        starts = inputs.routes.metres[2 * len(building.doors) :, inputs.targets.index(side)]
        assert ((starts > 1) & (starts < 120)).all()


def test_every_number_has_a_source_and_a_grade(shipped: Site) -> None:
    layout = layout_of(shipped)
    assert layout.measures.grade is Grade.ASSUMED
    assert layout.measures.stretch is not None
    written = {at[-2] if isinstance(at[-1], int) else at[-1] for at, amount in amounts(layout) if amount.fact is None}
    # What is drawn, and the openings; widths of doors, heights, steps and people are facts of the site.
    assert written <= {"corner", "size", "at", "rise", "landing", "width", "boundary"}
    for name, door in layout.doors.items():
        assert door.width.fact is not None or name == "lobby"
        if door.width.fact is not None:
            assert shipped.fact(door.width.fact).range is not None


def test_rooms_of_a_storey_do_not_overlap(shipped: Site) -> None:
    layout = layout_of(shipped)
    for level in layout.levels:
        boxes = {
            name: (layout.point(space.corner, shipped), layout.point(space.size, shipped))
            for name, space in layout.spaces.items()
            if space.level == level
        }
        for (one, (a, size_a)), (other, (b, size_b)) in itertools.combinations(boxes.items(), 2):
            shared = [min(a[k] + size_a[k], b[k] + size_b[k]) - max(a[k], b[k]) for k in (0, 1)]
            assert min(shared) < 1e-9, (one, other)


def test_the_codes_least_widths_are_kept(shipped: Site) -> None:
    layout = layout_of(shipped)
    least_door_m, least_way_m = shipped.bases("code.door")[0], shipped.base("code.corridor_and_stair")
    for door in layout.doors.values():
        assert door.width.base(shipped) >= least_door_m
    for name, space in layout.spaces.items():
        if space.width is not None:
            assert space.width.base(shipped) >= least_way_m
        if space.kind == "corridor":
            assert min(layout.point(space.size, shipped)) >= least_way_m, name


def test_the_kindergarten_is_what_the_facts_say() -> None:
    site = read_site(library()["kindergarten"])[0]
    layout, places = layout_of(site), {place.name: place for place in starting_places(site)}
    classes = {name: dict(place.people) for name, place in places.items() if "children" in dict(place.people)}
    assert len(classes) == site.base("children.classes") == 9
    assert sum(people["children"] for people in classes.values()) == 270 <= site.base("children.most")
    assert sorted(people["children"] for people in classes.values()) == [25] * 3 + [30] * 3 + [35] * 3
    assert {people["adults"] for people in classes.values()} == {3}
    assert {layout.spaces[places[name].room].level for name in classes if name.startswith("junior")} == {"ground"}
    assert len(layout.levels) == site.base("building.storeys")
    assert {layout.doors[name].width.base(site) for name in ("main", "back")} == {1.2, 0.9}
    assert {layout.area_m2(places[name].room, site) for name in classes} == {120.0}
    # The code's width for all who are upstairs, and its longest way from a class's door to a stair or a way out.
    upstairs = sum(place.size for place in places.values() if layout.spaces[place.room].level == "upper")
    stairs = [space for space in layout.spaces.values() if space.kind == "stair"]
    width = sum(stair.width.base(site) for stair in stairs if stair.width is not None)
    assert len(stairs) == 2
    assert width >= upstairs / 100 * site.base("code.width_per_hundred")
    corridor = layout.spaces["ground_corridor"]
    assert layout.point(corridor.size, site)[1] >= max(site.bases("code.corridor_by_rooms"))
    for name in classes:
        assert way_to_safety(site, name) <= max(site.bases("code.room_to_exit"))


def way_to_safety(site: Site, room: str) -> float:
    """Metres from the farther door of a room to the nearest stair or way out."""
    layout = layout_of(site)
    building = egress_building(site)
    at = {door.name: door.at for door in building.doors}
    ways = []
    for door in layout.doors_of(room):
        (corridor,) = set(layout.doors[door].between) - {room}
        goals = [math.dist(at[door], at[one]) for one in layout.doors_of(corridor) if leads_on(layout, one)]
        if corridor == "ground_corridor":
            goals.append(math.dist(at[door], at["lobby"]) + math.dist(at["lobby"], at["main"]))
        ways.append(min(goals))
    return max(ways)


def leads_on(layout: Layout, door: str) -> bool:
    return any(layout.spaces[space].kind in ("stair", "outside") for space in layout.doors[door].between)


# ---- what a file comes to


def test_a_building_comes_to_what_it_says(tmp_path: Path) -> None:
    site, _ = read_site(folder_with(tmp_path))
    building = egress_building(site)
    assert isinstance(building, Building)
    hall, _, stair, yard = building.spaces
    assert (hall.kind, hall.area_m2, hall.most, hall.length_m) == ("room", 40.0, 110.0, None)
    assert hall.crowd == Crowd(1.4, 0.266, 0.54, 0.1)
    assert yard.outside
    # 180 x 280 mm: the speed law of the known answers, 1.076766 m/s; 3 m high, 5.547772 m along the incline.
    assert stair.length_m == pytest.approx(5.547772 + 2, abs=1e-6)
    assert stair.crowd is not None
    assert stair.crowd.k_mps == pytest.approx(1.076766, abs=1e-6)
    assert stair.enters_pps == flow_pps(1.2, 1.01, 0.15) == pytest.approx(0.909)
    assert stair.area_m2 == pytest.approx(stair.length_m * 1.2)
    main, foot, head = building.doors
    assert (main.width_m, main.at, main.level) == (0.9, (4.0, 0.0), 0.0)
    assert (main.specific_flow, main.boundary_m, main.opposed) == (1.3, 0.15, 0.75)
    assert (head.level, head.specific_flow, head.boundary_m, head.opposed) == (3.0, 1.1, 0.1, 1.0)
    assert foot.between == ("stair", "hall")
    group, guests = starting_places(site)
    assert (group.room, group.at, group.people) == ("loft", (2.0, 2.0), (("children", 20), ("adults", 3)))
    assert (guests.at, guests.people, guests.size) == (None, (("customers", 20),), 20)


def test_a_building_varies_with_the_facts_it_names(tmp_path: Path) -> None:
    site, _ = read_site(folder_with(tmp_path))
    other = site.with_values({"stretch": 2.0, "door": 1.1, "storey": 4.0, "crowding": 0.26, "children": 12.6})
    building = egress_building(other)
    hall, _, stair, _ = building.spaces
    assert (hall.area_m2, hall.most) == (160.0, 440.0)
    assert stair.length_m == pytest.approx(4 * math.sqrt(1 + (28 / 18) ** 2) + 2 * 2)
    main, _, head = building.doors
    assert (main.width_m, main.at, head.level) == (1.1, (8.0, 0.0), 4.0)
    group, guests = starting_places(other)
    assert (group.at, dict(group.people)["children"]) == ((4.0, 4.0), 13)
    assert guests.size == round(0.26 * 160)


def test_what_is_stated_of_a_space_comes_before_what_is_drawn(tmp_path: Path) -> None:
    hall = BUILDING.replace(
        "level: ground, corner: [0 m, 0 m], size: [8 m, 5 m]}",
        "level: ground, corner: [0 m, 0 m], size: [8 m, 5 m], area: 30 m2, length: 6 m, holds: 150 persons, "
        "flow: 60.0 1/min}",
    )
    site, _ = read_site(folder_with(tmp_path, hall))
    space = egress_building(site.with_values({"stretch": 2.0})).spaces[0]
    assert (space.area_m2, space.length_m, space.most, space.enters_pps) == (120.0, 12.0, 150.0, 1.0)


def test_a_site_without_a_building_says_so(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    site, _ = read_site(tmp_path)
    assert site.building is None
    for turn in (check_building, egress_building, starting_places):
        with pytest.raises(PlanError, match=r"site 'small' has no building; accepted is a building\.yaml beside its"):
            turn(site)


def test_a_sites_building_goes_along_to_workers_and_plausible_sites(tmp_path: Path) -> None:
    site, _ = read_site(folder_with(tmp_path))
    again = pickle.loads(pickle.dumps(site.with_values({"door": 1.0})))
    assert egress_building(again).doors[0].width_m == 1.0
    assert str(again.building.place("doors", "main")).endswith("building.yaml:23")


# ---- hostile files


def line_of(text: str, part: str) -> int:
    (line,) = (number for number, row in enumerate(text.splitlines(), 1) if part in row)
    return line


HALL = "  hall: {label"
HEAD = next(row for row in BUILDING.splitlines(keepends=True) if row.startswith("  head:"))
# name: (what is replaced, by what, what the line of the complaint holds, words of the complaint)
CASES: dict[str, tuple[str, str, str, str]] = {
    "unknown key": ("at: [4 m, 0 m]", "at: [4 m, 0 m], wide: 1 m", "  main:", "unknown key 'wide'; accepted here: at,"),
    "unknown key of a space": ("kind: room, level: g", "kind: room, colour: red, level: g", HALL, "unknown key 'colou"),
    "missing key": ("  opposed: 75 %\n", "", "defaults:", "key 'opposed' is missing; accepted here: boundary, crowd_"),
    "no such space": ("[hall, yard]", "[hal, yard]", "  main:", "doors.main.between.0: there is no space 'hal'; accep"),
    "no such level": ("level: ground, corner: [0 m, 0 m]", "level: first, corner: [0 m, 0 m]", HALL,
                      "spaces.hall.level: there is no level 'first'; accepted: ground, upper"),
    "no such room": ("{room: loft", "{room: attic", "  class:", "groups.class.room: there is no space 'attic'; accept"),
    "name given twice": ("  loft: {", "  hall: {", "label: {zh: 阁", "key 'hall' stands twice (first in line 18); acc"),
    "no such kind": ("kind: room, level: g", "kind: cave, level: g", HALL, "should be 'room', 'corridor', 'stair' or"),
    "no plain name": ("  hall: {", "  Great Hall: {", "  Great Hall", "string should match pattern"),
    "one language": ("{zh: 厅, en: hall}", "{zh: 厅}", HALL, "key 'en' is missing; accepted here: en, zh"),
    "zero width": ("at: [8 m, 1 m], width: 1.2 m", "at: [8 m, 1 m], width: 0 m", "  foot:",
                   "doors.foot.width: '0 m' is 0 m; accepted is above 0 m, at most 100 m"),
    "negative width": ("at: [8 m, 1 m], width: 1.2 m", "at: [8 m, 1 m], width: -1.2 m", "  foot:",
                       "doors.foot.width: '-1.2 m' is -1.2 m; accepted is above 0 m"),
    "negative size": ("[8 m, 5 m]}\n  loft", "[8 m, -5 m]}\n  loft", HALL, "'-5 m' is -5 m; accepted is above 0 m"),
    "bare number": ("at: [8 m, 1 m], width: 1.2 m", "at: [8 m, 1 m], width: 1.2", "  foot:",
                    "1.2 is a bare number; accepted is a number with its unit, such as '1.2 m' or a fact of the site"),
    "wrong dimension": ("at: [8 m, 1 m], width: 1.2 m", "at: [8 m, 1 m], width: 1.2 h", "  foot:",
                        "'1.2 h' is in h; accepted are m, km"),
    "unknown unit": ("at: [8 m, 1 m], width: 1.2 m", "at: [8 m, 1 m], width: 1.2 ells", "  foot:",
                     "unknown unit 'ells'; accepted: s, min"),
    "no number": ("at: [8 m, 1 m], width: 1.2 m", "at: [8 m, 1 m], width: wide", "  foot:",
                  "'wide' is not a number with a unit; accepted is, for example"),
    "a list for a number": ("at: [8 m, 1 m], width: 1.2 m", "at: [8 m, 1 m], width: [1 m]", "  foot:",
                            "['1 m'] is no number; accepted is a number with its unit"),
    "endless": ("size: [8 m, 5 m]}\n  loft", "size: [8 m, 1e999 m]}\n  loft", HALL, "'1e999 m' is not finite"),
    "absurd": ("size: [8 m, 5 m]}\n  loft", "size: [8 m, 1e30 m]}\n  loft", HALL, "is 1e+30 m; accepted is above 0 m,"),
    "one coordinate": ("at: [4 m, 0 m]", "at: [4 m]", "  main:", "['4 m'] is no pair; accepted is a list of two, such"),
    "scalar for a pair": ("at: [4 m, 0 m]", "at: 4 m", "  main:", "doors.main.at: '4 m' is no pair; accepted is a lis"),
    "fact where it is drawn": ("at: [4 m, 0 m]", "at: [site.door, 0 m]", "  main:",
                               "'site.door' cannot stand here; accepted is a number with its unit, such as '8.4 m'"),
    "no name of a fact": ("width: site.door", "width: site.Door!", "  main:", "'site.Door!' cannot stand here; accept"),
    "no such fact": ("width: site.door", "width: site.gate", "  main:",
                     "doors.main.width: names the fact 'gate', which site 'small' lacks; accepted is one of its "
                     "facts, or a number with its unit, such as '1.2 m'"),
    "fact of another dimension": ("width: site.door", "width: site.hours", "  main:",
                                  "doors.main.width: fact 'hours' is in h; accepted are m, km"),
    "fact with several values": ("width: site.door", "width: site.several", "  main:",
                                 "fact 'several' is a list of values; accepted is a fact with a single one"),
    "assumed without a range": ("stretch: site.stretch, ", "", "measures:",
                                "assumed measures need a stretch; accepted is a fact of the site with a range"),
    "assumed with a fixed stretch": ("stretch: site.stretch", "stretch: site.fixed", "measures:",
                                     "fact 'fixed' has no range, and the measures are assumed; accepted is one with a"),
    "stretch written out": ("stretch: site.stretch", "stretch: 1 1", "measures:",
                            "'1 1' cannot stand here; accepted is a fact of the site (site.<fact>)"),
    "measures without a source": (', source: "a test"}\ndefaults', "}\ndefaults", "measures:", "key 'source' is missi"),
    "door into itself": ("[stair, hall]", "[hall, hall]", "  foot:",
                         "door 'foot' leads from 'hall' into itself; accepted are two different spaces"),
    "door through a floor": ("[hall, yard]", "[hall, loft]", "  main:",
                             "door 'main' joins level 'ground' to 'upper'; accepted is a stair between them"),
    "door elsewhere": ("at: [4 m, 0 m]", "at: [40 m, 0 m]", "  main:",
                       "door 'main' is at x = 40 m, outside 'hall'; accepted is 0 to 8 m"),
    "stair with one door": (HEAD, "", "  stair:", "stair 'stair' has doors at these levels: ground; accepted are two"),
    "stair on one level": ("[stair, loft], at: [8 m, 3 m]", "[stair, hall], at: [8 m, 3 m]", "  stair:",
                           "stair 'stair' has doors at these levels: ground, ground; accepted are two doors at two le"),
    "stair with a level": ("kind: stair, ", "kind: stair, level: ground, ", "  stair:", "a stair has no level, area o"),
    "stair without steps": (", riser: 0.18 m, tread: 0.28 m", "", "  stair:",
                            "a stair needs width, riser and tread; accepted is one with riser, tread"),
    "steps in a room": ("size: [8 m, 5 m]}\n  loft", "size: [8 m, 5 m], tread: 0.3 m}\n  loft", HALL,
                        "a room has no tread; accepted is that of a stair (kind: stair)"),
    "stair without a flow": ("  stair_flow: 1.01 1/(m s)\n", "", "defaults:",
                             "stair_flow is missing, and 'stair' is a stair; accepted is a flow, such as"),
    "levels at one height": ("rise: site.storey", "rise: 0 m", "  stair:", "stair 'stair' joins two levels at 0 m; ac"),
    "room without a level": ("kind: room, level: ground, ", "kind: room, ", HALL, "a room needs its level; accepted i"),
    "nothing outside": ("kind: outside, level", "kind: room, level", "spaces:",
                        "no space is outside; accepted is one at least (kind: outside)"),
    "no door to a room": ("  yard:", "  attic: {label: {zh: 顶, en: attic}, kind: room, level: upper, "
                          "corner: [0 m, 5 m], size: [3 m, 3 m]}\n  yard:", "  attic:",
                          "room 'attic' is cut off: no door leads from it to the outside, not even through other spac"),
    "no door to a place outside": ("  yard:", "  park: {label: {zh: 园, en: park}, kind: outside, level: ground, "
                                   "corner: [0 m, 5 m], size: [3 m, 3 m]}\n  yard:", "  park:",
                                   "no door leads to 'park' outside; accepted is one at least"),
    "group on a stair": ("{room: loft, at: [2 m, 2 m]", "{room: stair", "  class:",
                         "group 'class' starts in 'stair', which is of kind stair; accepted is a room or a corridor"),
    "group outside": ("{room: loft, at: [2 m, 2 m]", "{room: yard", "  class:", "of kind outside; accepted is a room"),
    "group in the wall": ("at: [2 m, 2 m]", "at: [2 m, 20 m]", "  class:", "group 'class' is at y = 20 m, outside 'lo"),
    "more people than a room holds": ("adults: 3 adults", "adults: 300 adults", "  class:",
                                      "group 'class' makes 320 persons in 'loft'; accepted are 110 at most in its 40"),
    "fuller than it holds": ("people: {customers: site.crowding}", "people: {customers: 3.0 1/m2}", "  guests:",
                             "group 'guests' makes 120 persons in 'hall'; accepted are 110 at most"),
    "too many in a smaller building": ("adults: 3 adults", "adults: 30 adults", "  class:",
                                       "makes 40 persons in 'loft' (at the min of all ranges); accepted are 28 at mos"),
    "negative people": ("adults: 3 adults", "adults: -3 adults", "  class:", "'-3 adults' is -3 adults; accepted is 0"),
    "people of no kind": ("{customers: site.crowding}", "{}", "  guests:", "dictionary should have at least 1 item"),
    "no groups": (BUILDING[BUILDING.index("groups:"):], "", "building: small", "key 'groups' is missing"),
    "empty share": ("opposed: 75 %", "opposed: 0 %", "  opposed:", "'0 %' is 0 %; accepted is above 0 %, at most 100"),
    "an alias": ("width: site.door", "width: *w", "  main:", "anchors and aliases (& and *) are refused"),
    "two documents": ("levels:\n", "---\nlevels:\n", "---", "a second document begins here; accepted is one per file"),
}  # fmt: skip


def refusal(folder: Path) -> str:
    with pytest.raises(PlanError) as refused:
        read_site(folder)
    message = str(refused.value)
    assert message.isprintable()
    assert len(message) < 1000
    return message


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_building_is_refused_with_its_line_and_what_would_be_accepted(name: str, tmp_path: Path) -> None:
    old, new, at, words = CASES[name]
    assert BUILDING.count(old) == 1
    text = BUILDING.replace(old, new)
    message = refusal(folder_with(tmp_path, text))
    assert message.startswith(f"{tmp_path / 'building.yaml'}:{line_of(text, at)}: "), message
    assert words in message


@pytest.mark.parametrize("content", [b"", b"just words\n", b"\x89PNG\r\n\x1a\n\x00\x00", b"[" * 3000, b"#" * 600_000])
def test_a_file_that_is_no_building_at_all_is_refused(content: bytes, tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    (folder / "building.yaml").write_bytes(content)
    message = refusal(folder)
    assert message.startswith(str(folder / "building.yaml"))
    assert "accepted" in message


def test_a_folder_in_the_place_of_a_building_is_refused(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    (tmp_path / "building.yaml").mkdir()
    assert "accepted is a YAML file" in refusal(tmp_path)


def test_a_fact_that_is_no_width_is_refused_in_the_sites_file(tmp_path: Path) -> None:
    message = refusal(folder_with(tmp_path, BUILDING.replace("site.door", "site.shut")))
    line = line_of(SITE, "  shut:")
    assert message == (
        f"{tmp_path / 'site.yaml'}:{line}: fact 'shut' (at the min of its range) is 0 m; accepted is above 0 m, "
        "at most 100 m, as doors.main.width"
    )


@pytest.mark.parametrize(
    ("old", "new", "at", "words"),
    [
        ("at: [8 m, 1 m], width: 1.2 m", "at: [8 m, 1 m], width: 0.3 m", "  foot:",
         "Door 'foot': a width (m) is 0.3; accepted is more than its two boundary layers of 0.15 m"),
        ("width: site.door", "width: site.narrow", "  main:",
         "at the min of all ranges, Door 'main': a width (m) is 0.3; accepted is more than"),
        ("size: [3 m, 5 m], width: 1.2 m", "size: [3 m, 5 m], width: 0.2 m", "  stair:",
         "'stair': a width (m) is 0.2; accepted is more than its two boundary layers"),
    ],
)  # fmt: skip
def test_what_the_machine_refuses_is_told_with_the_line_of_the_thing(
    old: str, new: str, at: str, words: str, tmp_path: Path
) -> None:
    assert BUILDING.count(old) == 1
    text = BUILDING.replace(old, new)
    site, _ = read_site(folder_with(tmp_path, text))
    with pytest.raises(PlanError) as refused:
        check_building(site)
    message = str(refused.value)
    assert message.startswith(f"{tmp_path / 'building.yaml'}:{line_of(text, at)}: "), message
    assert words in message
