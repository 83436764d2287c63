"""Faults as data: the shipped file loads and says what it rests on; hostile ones are one line with its remedy."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from resilience_sim.errors import PlanError
from resilience_sim.plans.amounts import amounts
from resilience_sim.plans.faults import Repairs
from resilience_sim.plans.files import library, read_site
from resilience_sim.plans.site import Grade, Site

SITE = """\
site: small
title: {zh: 小, en: Small}
facts:
  people: {value: 2, unit: persons, range: {min: 1, max: 4}, grade: assumed, source: "a test"}
  fewer: {value: 2, unit: persons, range: {min: 0, max: 4}, grade: assumed, source: "a test"}
  fails: {value: 0.5, unit: 1/year, grade: published, source: "a test"}
  none: {value: 0.5, unit: 1/year, range: {min: 0, max: 1}, grade: assumed, source: "a test"}
  repair: {value: 80, unit: min, grade: published, source: "a test"}
  sigma: {value: 1.1, unit: "1", grade: published, source: "a test"}
  scale: {value: 1, unit: "1", range: {min: 0.5, max: 3}, grade: assumed, source: "a test"}
  first: {value: 30, unit: min, range: {min: 5, max: 90}, grade: assumed, source: "a test"}
  later: {value: 60, unit: min, range: {min: 60, max: 60}, grade: assumed, source: "a test"}
  sooner: {value: 60, unit: min, range: {min: 20, max: 60}, grade: assumed, source: "a test"}
  length: {value: 3, unit: m, grade: published, source: "a test"}
  several: {values: [1, 2], unit: min, grade: published, source: "a test"}
"""

FAULTS = """\
faults: small
title: {zh: 小, en: Small}
measures: {grade: assumed, source: "a test"}
times:
  mending: {median: site.repair, sigma: site.sigma, scale: site.scale}
crews:
  specialist: {label: {zh: 专员, en: specialist}, on_shift: site.people, on_call: 1 persons, comes: 30 min, hours: [8 h, 18 h]}
stocks:
  seats: {label: {zh: 备用座席, en: spare seats}, base: 2 spares, lead: {mean: 7 d}}
  parts: {label: {zh: 备件, en: parts}, base: 1 spares, lead: never}
patrols:
  daily: {label: {zh: 巡查, en: round}, every: 1 d}
backups:
  data: {label: {zh: 备份, en: copies}, every: 12 h, succeeds: 95 %}
bursts: {label: {zh: 雷击, en: lightning}, rate: 2 1/year, size: 3 faults}
classes:
  seat:
    label: {zh: 坐席故障, en: a seat fails}
    devices: 40 seats
    rate: site.fails
    noticed: 30 s
    priority: equipment
    takes_down: [seats]
    ladders:
    - remedies:
      - {name: restart, kind: restart, crew: specialist, time: 5 min, works: 50 %}
      - {name: swap, kind: swap, crew: specialist, spare: seats, time: {median: 10 min, sigma: 0.5 1}, works: 97 %}
      - {name: mend, kind: repair, crew: specialist, spare: seats, waits: true, time: mending}
    - after: 60 min
      persists: true
      remedies:
      - {name: vendor, kind: vendor, response: {mean: 20 min}, time: {mean: 2 h, sigma: 1 1}}
  data:
    label: {zh: 数据丢失, en: data lost}
    devices: 4 servers
    every: 1 week
    per: 50 devices
    share: 10 %
    struck: 0 1
    noticed: never
    patrol: daily
    priority: data
    backup: data
    ladders:
    - remedies:
      - {name: find, kind: diagnosis, crew: specialist, time: 10 min}
      - {name: try, kind: repair, crew: specialist, persons: 2 persons, time: never, limit: 10 min, spare: parts}
      - {name: restore, kind: restore, crew: specialist, time: 15 min}
"""  # noqa: E501 - one thing, one line


def folder_with(tmp_path: Path, faults: str = FAULTS, site: str = SITE) -> Path:
    (tmp_path / "site.yaml").write_text(site, encoding="utf-8")
    (tmp_path / "faults.yaml").write_text(faults, encoding="utf-8")
    return tmp_path


def told(site: Site) -> Repairs:
    assert site.repairs is not None
    return site.repairs


# ---- what is shipped


@pytest.fixture(scope="module")
def shipped() -> Site:
    return read_site(library()["network-operations"])[0]


def test_shipped_faults_are_named_as_their_plan(shipped: Site) -> None:
    for slug, folder in library().items():
        repairs = read_site(folder)[0].repairs
        assert repairs is None or repairs.faults == slug
    assert told(shipped).faults == "network-operations"
    assert set(told(shipped).crews) == {"technicians"}


def test_all_numbers_but_the_plans_own_are_facts_with_source_and_grade(shipped: Site) -> None:
    repairs = told(shipped)
    assert repairs.measures is not None
    written = {at[-2] if at[-1] == "exactly" else at[-1] for at, amount in amounts(repairs) if amount.fact is None}
    assert written == {"every", "limit", "struck"}  # daily rounds, the ten minutes of P2-37, and what no storm strikes
    names = {amount.fact for _, amount in amounts(repairs) if amount.fact is not None}
    assert all(shipped.fact(name).range is not None for name in names if shipped.fact(name).grade is Grade.ASSUMED)


def test_people_come_before_data_and_data_before_equipment(shipped: Site) -> None:
    repairs = told(shipped)
    by_priority = {
        priority: {name for name, one in repairs.classes.items() if one.priority == priority}
        for priority in ("people", "data", "equipment")
    }
    assert by_priority["people"] == {"door_failed", "office_hazard"}
    assert {"data_lost", "records_lost", "server_attacked"} <= by_priority["data"]
    assert {"portal_down", "core_switch_broken", "client_offline"} <= by_priority["equipment"]


def test_rates_of_the_classes_are_devices_times_rates(shipped: Site) -> None:
    repairs, year_s = told(shipped), 365 * 86400
    per_year = {name: repairs.per_s(name, shipped) * year_s for name in repairs.classes}
    assert per_year["access_switch_broken"] == pytest.approx(20 * 0.05 * 0.32)
    assert per_year["core_switch_crashed"] == pytest.approx(0.10 * 0.68)
    assert per_year["client_offline"] == pytest.approx(200 / 50 * 365 / 7)
    assert per_year["server_dead"] == pytest.approx(4 / 50 * 365 / 7 * 0.61)


# ---- what a file comes to


def test_a_file_comes_to_what_it_says(tmp_path: Path) -> None:
    site, _ = read_site(folder_with(tmp_path))
    repairs = told(site)
    assert repairs.per_s("seat", site) == pytest.approx(40 * 0.5 / (365 * 86400))
    assert repairs.per_s("data", site) == pytest.approx(4 / 50 / (7 * 86400) * 0.1)
    assert repairs.weight("seat", site) == 40
    assert repairs.weight("data", site) == 0
    assert [remedy.name for remedy in repairs.classes["seat"].remedies] == ["restart", "swap", "mend", "vendor"]
    mend = repairs.classes["seat"].ladders[0].remedies[2]
    assert repairs.time(mend.time) == repairs.times["mending"]
    exactly = repairs.time(repairs.classes["seat"].noticed).exactly
    assert exactly is not None
    assert exactly.base(site) == 30.0
    assert repairs.classes["data"].noticed.never


def test_a_site_without_a_file_of_faults_has_none(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    assert read_site(tmp_path)[0].repairs is None


def test_a_sites_faults_go_along_to_workers_and_plausible_sites(tmp_path: Path) -> None:
    site, _ = read_site(folder_with(tmp_path))
    again = pickle.loads(pickle.dumps(site.with_values({"fails": 1.0})))
    assert told(again).per_s("seat", again) == pytest.approx(40 / (365 * 86400))
    assert str(told(again).place("classes", "data")).endswith("faults.yaml:33")


# ---- hostile files


CALL = "      remedies:\n      - {name: call, kind: vendor, response: 5 min, time: 1 h, works: 10 %}\n"
SWAP, MEND, VENDOR, TRY = "name: swap", "name: mend", "name: vendor", "name: try"
# name: (what is replaced, by what, what the line of the complaint holds, words of the complaint)
CASES: dict[str, tuple[str, str, str, str]] = {
    # form
    "unknown key": ("priority: data", "priority: data\n    colour: red", "    colour",
        "unknown key 'colour'; accepted here: backup, de"),
    "unknown key of a remedy": ("kind: swap,", "kind: swap, tool: saw,", SWAP,
        "unknown key 'tool'; accepted here: crew, kind, la"),
    "missing key": ("    devices: 4 servers\n", "", "  data:\n",
        "key 'devices' is missing; accepted here: backup, dev"),
    "name given twice": ("  data:\n    label", "  seat:\n    label", "  seat:\n    label: {zh: 数",
        "key 'seat' stands twice (first in line 17)"),
    "one language": ("{zh: 专员, en: specialist}", "{zh: 专员}", "  specialist:",
        "key 'en' is missing; accepted here: en, zh"),
    "no such kind": ("kind: swap,", "kind: exchange,", SWAP,
        "should be 'diagnosis', 'restart', 'repair', 'swap', 'restore' or 'vend"),
    "no such priority": ("priority: data", "priority: money", "priority: money",
        "should be 'people', 'data' or 'equipment'"),
    "no classes": (FAULTS[FAULTS.index("classes:"):], "classes: {}\n", "classes:", "at least 1 item"),
    "no remedies": ("""    - remedies:
      - {name: find, kind: diagnosis, crew: specialist, time: 10 min}
      - {name: try, kind: repair, crew: specialist, persons: 2 persons, time: never, limit: 10 min, spare: parts}
      - {name: restore, kind: restore, crew: specialist, time: 15 min}
""", "    - remedies: []\n", "remedies: []", "at least 1 item"),
    "bare number": ("rate: site.fails", "rate: 0.5", "rate: 0.5",
        "0.5 is a bare number; accepted is a number with its unit, such"),
    "unknown unit": ("devices: 40 seats", "devices: 40 chairs", "40 chairs", "unknown unit 'chairs'; accepted: s, min"),
    "wrong dimension": ("every: 12 h", "every: 12 persons", "12 persons",
        "'12 persons' is in persons; accepted are s, min, h"),
    "endless": ("every: 12 h", "every: 1e999 h", "1e999 h", "'1e999 h' is not finite"),
    "a slip of the pen": ("every: 12 h", "every: 12000 week", "12000 week",
        "is 12000 week; accepted is above 0 week, at most 521"),
    # numbers that cannot be
    "negative stock": ("base: 2 spares", "base: -2 spares", "  seats: {",
        "stocks.seats.base: '-2 spares' is -2 spares; accepted is 0 spares or more"),
    "negative people": ("on_call: 1 persons", "on_call: -1 persons", "  specialist:",
        "is -1 persons; accepted is 0 persons or more"),
    "zero rate": ("rate: site.fails", "rate: 0 1/year", "rate: 0 1/year", "is 0 1/year; accepted is above 0 1/year"),
    "rate that may be zero": ("rate: site.fails", "rate: site.none", "SITE none:",
        "(at the min of its range) is 0 1/year; accepted is above 0"),
    "zero gap": ("every: 1 week", "every: 0 week", "every: 0 week", "is 0 week; accepted is above 0 week"),
    "no devices": ("devices: 4 servers", "devices: 0 servers", "devices: 0",
        "is 0 servers; accepted is 1 servers or more"),
    "round without end": ("every: 1 d}", "every: 0 d}", "  daily:", "is 0 d; accepted is above 0 d"),
    "copies that never succeed": ("succeeds: 95 %", "succeeds: 0 %", "  data: {", "is 0 %; accepted is above 0 %"),
    "more than all work": ("works: 97 %", "works: 197 %", SWAP, "is 197 %; accepted is 0 % or more, at most 100 %"),
    "negative time": ("noticed: 30 s", "noticed: -30 s", "noticed: -30 s", "'-30 s' is -30 s; accepted is 0 s or more"),
    "negative limit": ("limit: 10 min", "limit: -10 min", TRY, "is -10 min; accepted is 0 min or more"),
    "burst of nothing": ("size: 3 faults", "size: 0 faults", "bursts:", "is 0 faults; accepted is 1 faults or more"),
    "hour beyond the day": ("hours: [8 h, 18 h]", "hours: [8 h, 26 h]", "  specialist:",
        "is 26 h; accepted is 0 h or more, at most 24 h"),
    # times
    "no law": ("time: {median: 10 min, sigma: 0.5 1}", "time: {}", SWAP,
        "a time has no number; accepted is a number, never"),
    "two laws": ("{mean: 20 min}", "{mean: 20 min, median: 10 min}", VENDOR,
        "a time has mean, median; accepted is a number, never"),
    "median without sigma": ("{median: 10 min, sigma: 0.5 1}", "{median: 10 min}", SWAP,
        "a median needs its sigma; accepted"),
    "sigma of a constant": ("{median: 10 min, sigma: 0.5 1}", "{exactly: 10 min, sigma: 0.5 1}", SWAP,
        "a sigma beside exactly says nothing"),
    "scale of never": ("lead: never", "lead: {never: true, scale: site.scale}", "  parts:",
        "a scale beside never says nothing"),
    "no such time": ("waits: true, time: mending", "waits: true, time: patching", MEND,
        "there is no time 'patching'; accepted: mending"),
    "a time that is a name": ("{median: site.repair, sigma: site.sigma, scale: site.scale}", "mending", "  mending:",
        "times.mending is another's name; accepted is a time of"),
    "a time nothing takes": ("waits: true, time: mending", "waits: true, time: 5 min", "  mending:",
        "times: nothing takes 'mending'"),
    # facts
    "no such fact": ("rate: site.fails", "rate: site.breaks", "rate: site.breaks",
        "classes.seat.rate: names the fact 'breaks', which site 'small' lacks"),
    "fact of another dimension": ("rate: site.fails", "rate: site.length", "rate: site.length",
        "fact 'length' is in m; accepted are 1/s, 1/min"),
    "fact with several values": ("noticed: 30 s", "noticed: site.several", "noticed: site.several",
        "fact 'several' is a list of values; accepted is a fact with a single one"),
    "numbers that rest on nothing": ('measures: {grade: assumed, source: "a test"}\n', "", "  specialist:",
        "crews.specialist.on_call: '1 persons' rests on nothing; accepted is a fact"),
    # people, spares, rounds and copies
    "a skill nobody has": ("crew: specialist, spare: seats, time: {", "crew: welder, spare: seats, time: {", SWAP,
        "'welder' is a skill nobody has; accepted: specialist"),
    "nobody to do it": ("kind: restart, crew: specialist", "kind: restart", "name: restart",
        "a restart needs its crew; accepted is the name of one of"),
    "more people than there are": ("persons: 2 persons", "persons: 9 persons", TRY,
        "needs 9 of 'specialist', who are 3 with those on call; accepted are 3"),
    "more than there may be": (
        "on_shift: site.people, on_call: 1 persons, comes: 30 min", "on_shift: site.fewer", "name: restart",
        "needs 1 of 'specialist', who are 0 with those on call (at the min of all ranges)"),
    "on call without a time": (", comes: 30 min", "", "  specialist:",
        "on_call and comes belong together; accepted are both, or neither"),
    "who never comes": ("comes: 30 min", "comes: never", "  specialist:",
        "who never comes is not on call and is no vendor"),
    "an unknown spare": ("crew: specialist, spare: seats, time: {", "crew: specialist, spare: chairs, time: {", SWAP,
        "there is no stock 'chairs'; accepted: seats, parts"),
    "a swap of nothing": ("crew: specialist, spare: seats, time: {", "crew: specialist, time: {", SWAP,
        "a swap needs its spare; accepted is the name of one"),
    "a spare for a restart": ("kind: restart, crew: specialist", "kind: restart, crew: specialist, spare: seats",
        "name: restart",
        "a restart takes no spare; accepted is a swap"),
    "waiting for nothing": ("spare: seats, waits: true", "waits: true", MEND,
        "there is no spare to wait for; accepted is a spare, or no"),
    "waiting for what is never replaced": ("spare: seats, waits: true", "spare: parts, waits: true", MEND,
        "waits for 'parts', which is never replaced"),
    "an unknown round": ("patrol: daily", "patrol: weekly", "patrol: weekly",
        "there is no patrol 'weekly'; accepted: daily"),
    "never found": ("    patrol: daily\n", "", "noticed: never",
        "class 'data' is never noticed, and no patrol finds it; accepted"),
    "an unknown backup": ("backup: data", "backup: tapes", "backup: tapes",
        "there is no backup 'tapes'; accepted: data"),
    "nothing to restore from": ("    backup: data\n", "", "name: restore",
        "restores, and the class has no backup; accepted is the name"),
    "a crew without work": ("crews:\n", "crews:\n  idle: {label: {zh: 闲, en: idle}, on_shift: 1 persons}\n", "  idle:",
        "crews: no class uses 'idle'; accepted is one that does"),
    "a vendor of the house": ("kind: vendor, response", "kind: vendor, crew: specialist, response", VENDOR,
        "a vendor needs no crew of the site"),
    "a vendor who is there": ("response: {mean: 20 min}, ", "", VENDOR,
        "a vendor needs a response; accepted is the time from the call"),
    "a vendor with our spares": ("kind: vendor, response", "kind: vendor, spare: seats, response", VENDOR,
        "a vendor brings his own spares"),
    # ladders
    "a diagnosis that mends": ("kind: diagnosis, crew: specialist,", "kind: diagnosis, works: 10 %, crew: specialist,",
        "name: find",
        "a diagnosis mends nothing; accepted is one"),
    "a remedy given twice": ("name: swap", "name: restart", "kind: swap",
        "class 'seat' has two remedies 'restart'; accepted is each name once"),
    "what never ends": ("time: never, limit: 10 min", "time: never", TRY,
        "never ends; accepted is a time, or a limit after which it is given up"),
    "a ladder that cannot end well": (
        "specialist, time: 15 min", "specialist, time: 15 min, works: 90 %",
        "    ladders:\n    - remedies:\n      - {name: find", "class 'data': its ladders may all end without"),
    "what is never tried": ("time: 5 min, works: 50 %", "time: 5 min", "name: restart",
        "'restart' always works, so that 'swap' after it is never tried"),
    "nothing begins": (
        "    - remedies:\n      - {name: find", "    - after: 5 min\n      remedies:\n      - {name: find",
        "    ladders:\n    - after: 5 min", "class 'data': nothing begins when it is known; accepted is"),
    "a later level sooner": (
        "    - after: 60 min\n", f"    - after: site.later\n{CALL}    - after: site.first\n", "    - after: site.first",
        "begins 1800 s after the fault is known, earlier than the 3600 s of the one above it"),
    "a later level that may be sooner": (
        "    - after: 60 min\n", f"    - after: site.first\n{CALL}    - after: site.sooner\n",
        "    - after: site.sooner", "of the one above it (at the max of all ranges)"),
    # how often
    "no rate": ("    rate: site.fails\n", "", "  seat:\n    label",
        "a class needs how often it occurs; accepted is exactly one of rate and every"),
    "two rates": ("rate: site.fails", "rate: site.fails\n    every: 1 week", "  seat:\n    label",
        "a class needs how often it occurs; accepted is exactly one"),
    "per without every": ("rate: site.fails", "rate: site.fails\n    per: 50 devices", "  seat:\n    label",
        "per: belongs to every; accepted is 'every' and 'per'"),
    "bursts that strike nothing": ("devices: 40 seats", "devices: 40 seats\n    struck: 0 1", "bursts:",
        "bursts: no class is struck; accepted is one at least with str"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_file_is_refused_with_file_line_and_remedy(name: str, tmp_path: Path) -> None:
    old, new, where, words = CASES[name]
    assert FAULTS.count(old) == 1, old
    text = FAULTS.replace(old, new)
    with pytest.raises(PlanError) as refused:
        read_site(folder_with(tmp_path, text))
    message = str(refused.value)
    assert words in message
    assert any(word in message for word in ("accepted", "should", "not finite"))
    in_site = where.startswith("SITE ")
    searched = SITE if in_site else text
    line = searched[: searched.index(where.removeprefix("SITE "))].count("\n") + 1
    assert f"{'site' if in_site else 'faults'}.yaml:{line}" in message


def test_there_are_enough_hostile_files() -> None:
    assert len(CASES) >= 40


def test_a_file_that_is_no_yaml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"faults\.yaml:1.*anchors and aliases"):
        read_site(folder_with(tmp_path, "faults: &a small\n"))
