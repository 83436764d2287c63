"""From a file of faults to the repair machine: what is written is what the machine gets."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from resilience_sim.errors import PlanError
from resilience_sim.models.repair import (
    Backup,
    Crew,
    Instants,
    Ladder,
    Outcome,
    Patrol,
    Rate,
    Remedy,
    Stock,
    draw,
    kernel,
    measures,
    seconds,
    timelines,
)
from resilience_sim.plans.files import library, read_site
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Deterministic, Exponential, LogNormal, Never, Streams
from resilience_sim.studies.faults import burst_shares, check_faults, fault_class, law, repair_inputs, repairs
from resilience_sim.timelines import constant
from resilience_sim.units import DAY, HOUR, MINUTE

YEAR = 365 * DAY
SITE = """\
site: small
title: {zh: 小, en: Small}
facts:
  people: {value: 2, unit: persons, range: {min: 1, max: 4}, grade: assumed, source: "a test"}
  fails: {value: 0.5, unit: 1/year, grade: published, source: "a test"}
  scale: {value: 1, unit: "1", range: {min: 0.5, max: 3}, grade: assumed, source: "a test"}
"""
FAULTS = """\
faults: small
title: {zh: 小, en: Small}
measures: {grade: assumed, source: "a test"}
times:
  mending: {median: 80 min, sigma: 1.1 1, scale: site.scale}
crews:
  specialist: {label: {zh: 专员, en: specialist}, on_shift: site.people, on_call: 1 persons, comes: 30 min, preempts: true}
  porter: {label: {zh: 门卫, en: porter}, on_shift: 1 persons, hours: [8 h, 18 h]}
stocks:
  seats: {label: {zh: 备用座席, en: spare seats}, base: 2 spares, lead: {mean: 7 d}}
  parts: {label: {zh: 备件, en: parts}, base: 1 spares, lead: never}
patrols:
  daily: {label: {zh: 巡查, en: round}, every: 1 d}
backups:
  data: {label: {zh: 备份, en: copies}, every: 12 h, succeeds: 0.95 share}
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
    struck: 0.5 1
    noticed: never
    patrol: daily
    priority: data
    backup: data
    ladders:
    - remedies:
      - {name: find, kind: diagnosis, crew: porter, time: 10 min}
      - {name: try, kind: repair, crew: specialist, persons: 2 persons, time: never, limit: 10 min, spare: parts}
      - {name: restore, kind: restore, crew: specialist, time: 15 min}
"""  # noqa: E501 - one thing, one line


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    (tmp_path / "faults.yaml").write_text(FAULTS, encoding="utf-8")
    return read_site(tmp_path)[0]


def test_a_class_becomes_what_the_machine_takes(site: Site) -> None:
    inputs = repair_inputs(site, horizon_s=YEAR)
    seat, data = inputs.faults
    assert seat.ladders == (
        Ladder(
            (
                Remedy("restart", Deterministic(300.0), works=0.5, crew="specialist"),
                Remedy("swap", LogNormal.from_median(600.0, 0.5), works=0.97, crew="specialist", spare="seats"),
                Remedy("mend", LogNormal.from_median(4800.0, 1.1), crew="specialist", spare="seats", waits=True),
            )
        ),
        Ladder((Remedy("vendor", LogNormal.from_mean(7200.0, 1.0), response=Exponential(1200.0)),), 3600.0, True),
    )
    assert (seat.noticed, seat.priority, seat.takes_down) == (Deterministic(30.0), 2, ("seats",))
    assert seat.arrivals == Rate(40 * 0.5 / YEAR)
    assert [remedy.works for remedy in data.remedies] == [0.0, 1.0, 1.0]
    assert [remedy.restores for remedy in data.remedies] == [False, False, True]
    tried = data.remedies[1]
    assert (tried.persons, tried.time, tried.limit_s) == (2, Never(), 600.0)
    assert (data.noticed, data.patrol, data.backup) == (Never(), Patrol("daily", DAY), Backup("data", DAY / 2, 0.95))
    assert data.priority == 1
    assert isinstance(data.arrivals, Rate)
    assert data.arrivals.per_s == pytest.approx(4 / 50 / (7 * DAY))


def test_people_and_spares_are_those_of_the_file(site: Site) -> None:
    inputs = repair_inputs(site.with_values({"people": 3.4, "scale": 2.0}), horizon_s=YEAR)
    specialist, porter = inputs.crews
    assert specialist == Crew("specialist", constant(3.0), 1, Deterministic(1800.0), True)
    assert inputs.stocks == (Stock("seats", 2, Exponential(7 * DAY)), Stock("parts", 1, Never()))
    assert inputs.faults[0].remedies[2].time == LogNormal.from_median(9600.0, 1.1)
    at = np.array([7.9, 8.0, 17.9, 18.0, 24 * 100 + 12.0, 24 * 364 + 20.0]) * HOUR
    assert porter.on_shift.at(at).tolist() == [0, 1, 1, 0, 1, 0]


def test_hours_over_midnight_and_all_day(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    (tmp_path / "faults.yaml").write_text(FAULTS.replace("[8 h, 18 h]", "[22 h, 6 h]"), encoding="utf-8")
    night = repair_inputs(read_site(tmp_path)[0], horizon_s=DAY).crews[1].on_shift
    assert night.at(np.array([0.0, 5.9, 6.0, 21.9, 22.0]) * HOUR).tolist() == [1, 1, 0, 0, 1]
    (tmp_path / "faults.yaml").write_text(FAULTS.replace("[8 h, 18 h]", "[0 h, 24 h]"), encoding="utf-8")
    assert repair_inputs(read_site(tmp_path)[0], horizon_s=DAY).crews[1].on_shift == constant(1.0)


def test_a_burst_strikes_as_many_on_average_as_the_file_says(site: Site) -> None:
    shares = burst_shares(site)
    assert 40 * shares["seat"] + 4 * shares["data"] == pytest.approx(3)
    assert shares["seat"] == 2 * shares["data"]
    assert burst_shares(site, size=1e6) == {"seat": 1.0, "data": 1.0}
    inputs = repair_inputs(site, horizon_s=YEAR)
    assert inputs.bursts == Rate(2 / YEAR)
    assert [(one.struck, one.struck_share) for one in inputs.faults] == [(40, shares["seat"]), (4, shares["data"])]


def test_faults_at_given_instants_leave_all_others_out(site: Site) -> None:
    inputs = repair_inputs(site, horizon_s=DAY, arrivals={"data": Instants((0.0, HOUR))})
    assert [one.name for one in inputs.faults] == ["data"]
    assert (inputs.bursts, inputs.faults[0].struck) == (None, 0)
    path = kernel.simulate(inputs, draw(inputs, Streams(3, 0)))
    assert seconds(inputs, path, "data", since="occurred", until="known").tolist() == sorted(
        (path.known_s - path.occurred_s).tolist(), reverse=True
    )
    assert fault_class(site, "data", arrivals=Instants((0.0, HOUR))) == inputs.faults[0]


def test_a_time_is_the_law_that_is_written(site: Site) -> None:
    told = repairs(site)
    assert law(told.times["mending"], site) == LogNormal.from_median(80 * MINUTE, 1.1)
    assert law(told.stocks["parts"].lead, site) == Never()
    assert law(told.classes["seat"].ladders[0].remedies[2].time, site) == law(told.times["mending"], site)


def test_a_site_without_a_file_of_faults_says_so(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    bare, _ = read_site(tmp_path)
    with pytest.raises(PlanError, match=r"site 'small' does not tell what can break; accepted is a faults\.yaml"):
        check_faults(bare)


def test_the_shipped_file_can_be_put_to_the_machine_over_all_its_ranges() -> None:
    shipped, _ = read_site(library()["network-operations"])
    check_faults(shipped)
    inputs = repair_inputs(shipped, horizon_s=YEAR)
    assert [one.name for one in inputs.faults] == list(repairs(shipped).classes)
    path = kernel.simulate(inputs, draw(inputs, Streams(1, 0)))
    row = measures(inputs, path)
    expected = sum(repairs(shipped).per_s(name, shipped) for name in repairs(shipped).classes) * YEAR
    assert math.isclose(row["faults"], expected, rel_tol=0.3)
    assert (path.outcome == Outcome.FIXED).all()  # every class has somebody who mends it in the end
    assert {"doors", "telephones", "servers", "network", "portal", "hosted", "names"} == set(timelines(inputs, path))
