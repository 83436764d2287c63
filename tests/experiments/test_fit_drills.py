"""Drill records: laws within their stated errors, pace and match by the machine, drift noticed, bad files refused."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from drilled import SIGMA, START_S, as_csv, drilled, school
from scipy import stats

from resilience_sim.errors import DataError
from resilience_sim.experiments.drill_facts import Noticing
from resilience_sim.experiments.drill_files import Drill, DrillRecord, Taken, read_drills
from resilience_sim.experiments.drill_model import PACES, as_drilled, fit_pace, match_drills
from resilience_sim.experiments.drills import drill_values, fit_drift, fit_starts
from resilience_sim.experiments.fit import FittedSite, as_yaml
from resilience_sim.experiments.fit_drills import fit_drill_site
from resilience_sim.models.egress import EgressInputs, Fixed, flow_pps
from resilience_sim.plans.files import read_site
from resilience_sim.plans.site import Site
from resilience_sim.studies.drilling import chance_noticed, drill_times, longest_interval_s, noticed
from resilience_sim.units import DAY

YEAR = 365 * DAY


def some_drills(
    random: np.random.Generator,
    drills: int,
    groups: int,
    *,
    days: float,
    own: float,
    year: float = 0.0,
    every: int = 60,
) -> DrillRecord:
    """Times of starting by the card's law: median 20 s, a part of the day, one of the group, growth along time."""
    made = []
    for k in range(drills):
        level = math.log(20) + random.normal(0, days) + year * k * every / 365
        taken = [Taken(j + 2, f"g{j}", "groups", math.exp(level + random.normal(0, own))) for j in range(groups)]
        made.append(Drill(date(2020, 1, 1) + timedelta(days=every * k), tuple(taken)))
    return DrillRecord(Path("drills.csv"), tuple(made), ("groups",))


# ---- laws of starting


def test_starts_of_one_group_a_drill_are_the_textbook_log_normal() -> None:
    seconds = [12.0, 30.0, 21.0, 55.0, 18.0]
    logs = np.log(seconds)
    drills = tuple(Drill(date(2024, 1, k + 1), (Taken(2, "a", "groups", s),)) for k, s in enumerate(seconds))
    (law,) = fit_starts(DrillRecord(Path("x"), drills, ("groups",)))
    assert law.median.value == pytest.approx(math.exp(logs.mean()))
    assert law.sigma.value == pytest.approx(logs.std(ddof=1))
    assert law.mean.value == pytest.approx(math.exp(logs.mean() + logs.var(ddof=1) / 2))
    # Student's interval of a mean, and the chi-squared one of a variance; drawn pivots, so to one part in fifty.
    low, high = stats.t.interval(0.95, 4, logs.mean(), logs.std(ddof=1) / math.sqrt(5))
    assert np.log(law.median.between) == pytest.approx((low, high), abs=0.02 * (high - low))
    ends = logs.std(ddof=1) * np.sqrt(4 / stats.chi2.ppf([0.975, 0.025], 4))
    assert law.sigma.between == pytest.approx(ends, rel=0.03)


@pytest.mark.parametrize(
    ("drills", "groups", "days", "own"), [(3, 3, 0.2, 0.3), (6, 9, 0.2, 0.3), (12, 4, 0.0, 0.3), (5, 1, 0.2, 0.2)]
)
def test_known_laws_lie_in_their_intervals_as_often_as_stated(
    drills: int, groups: int, days: float, own: float
) -> None:
    runs, random = 400, np.random.default_rng(drills)
    held = np.zeros(4)
    sigma = math.hypot(days, own)
    truth = (20.0, 20.0 * math.exp(sigma**2 / 2), sigma, 0.0)
    for _ in range(runs):
        record = some_drills(random, drills, groups, days=days, own=own)
        (law,), drift = fit_starts(record), fit_drift(record)
        found = (law.median, law.mean, law.sigma, drift.per_year)
        held += [low <= true <= high for true, (low, high) in zip(truth, (one.between for one in found), strict=True)]
    # 95 %, within four standard errors of a share of 400
    assert (np.abs(held / runs - 0.95) < 4 * math.sqrt(0.95 * 0.05 / runs)).all(), held / runs


def test_days_that_all_groups_share_widen_the_interval() -> None:
    random = np.random.default_rng(8)
    (apart,), (together,) = (
        fit_starts(some_drills(random, 8, 10, days=days, own=own)) for days, own in ((0.0, 0.4), (0.4, 0.05))
    )
    width = [law.median.between[1] / law.median.between[0] for law in (apart, together)]
    assert width[1] > 1.4 * width[0]
    assert together.of_days > 0.9 > 0.5 > apart.of_days


def test_one_drill_gives_laws_without_intervals_and_no_drift() -> None:
    record = some_drills(np.random.default_rng(1), 1, 6, days=0.2, own=0.3)
    (law,) = fit_starts(record)
    assert (law.median.between, law.mean.between, law.sigma.between) == (None, None, None)
    assert fit_drift(record) is None


def test_kinds_have_laws_of_their_own() -> None:
    rows = [Taken(k, f"{kind}{k}", kind, s) for kind, s in (("juniors", 46.0), ("seniors", 20.0)) for k in range(3)]
    drills = tuple(Drill(date(2024, 1, k + 1), tuple(rows)) for k in range(2))
    juniors, seniors = fit_starts(DrillRecord(Path("x"), drills, ("juniors", "seniors")))
    assert (juniors.kind, juniors.median.value) == ("juniors", pytest.approx(46.0))
    assert (seniors.kind, seniors.mean.value) == ("seniors", pytest.approx(20.0))


# ---- drift, and how often to drill


def test_a_growth_is_found_and_a_drill_of_slow_groups_is_no_slow_drill() -> None:
    random = np.random.default_rng(3)
    drift = fit_drift(some_drills(random, 12, 6, days=0.05, own=0.1, year=math.log(1.4), every=90))
    assert drift.grows
    assert drift.per_year.between[0] < 0.4 < drift.per_year.between[1]
    every = some_drills(random, 6, 4, days=0.0, own=1e-9)
    slow = [replace(one, started_s=one.started_s * (1 + int(one.group[1]))) for one in every.drills[0].taken]
    drills = tuple(replace(drill, taken=tuple(slow[k % 2 :])) for k, drill in enumerate(every.drills))
    assert drill_values(replace(every, drills=drills)) == pytest.approx(np.zeros(6), abs=1e-7)


def test_the_law_of_noticing_is_what_happens_in_drawn_drills() -> None:
    random, runs = np.random.default_rng(2), 4000
    for growth, every_s, past in ((0.3, 45 * DAY, 4), (0.0, 30 * DAY, 6), (0.6, 180 * DAY, 8)):
        parts = drill_times(YEAR, every_s)
        told = chance_noticed(growth=growth, within_s=YEAR, every_s=every_s, spread=0.15, past=past)
        seen = np.mean([
            noticed(random.normal(0, 0.15, past), random.normal(math.log1p(growth) * parts, 0.15), parts)
            for _ in range(runs)
        ])  # fmt: skip
        assert abs(seen - told) < 4 * math.sqrt(told * (1 - told) / runs)


def test_noticing_two_drills_each_side_by_hand() -> None:
    # u = 0, 0, 1/2, 1: Suu = 1.25 - 2.25/4 = 0.6875, two degrees of freedom
    away = math.log(2) * math.sqrt(0.6875) / 0.1
    by_hand = 1 - stats.nct.cdf(stats.t.ppf(0.95, 2), 2, away)
    told = chance_noticed(growth=1.0, within_s=YEAR, every_s=YEAR / 2, spread=0.1, past=2)
    assert told == pytest.approx(by_hand, rel=1e-9)


def test_the_longest_interval_reaches_the_chance_and_one_drill_fewer_does_not() -> None:
    asked = {"growth": 0.3, "within_s": YEAR, "spread": 0.15, "past": 6}
    every_s = longest_interval_s(**asked, chance=0.8)
    drills = int(YEAR // every_s)
    assert chance_noticed(**asked, every_s=every_s) >= 0.8 > chance_noticed(**asked, every_s=YEAR / (drills - 1))
    assert longest_interval_s(**{**asked, "growth": 0.001}, chance=0.8) is None


def test_drills_that_differ_more_have_to_be_more_frequent() -> None:
    every = [longest_interval_s(growth=0.5, within_s=YEAR, spread=s, past=6) for s in (0.1, 0.15, 0.2, 0.3)]
    assert every == sorted(every, reverse=True)
    assert len(set(every)) == 4


# ---- pace and match, by the machine


def test_a_single_walk_gives_its_pace_exactly() -> None:
    """A class alone: 5 m to its door and 5.1 m on to the exit, and 13 headways of the exit behind the first."""
    inputs = school(still=True)
    way_s = (5 + math.hypot(5, 1)) / (0.8 * 0.7) + 13 / flow_pps(1.2)
    drills = tuple(Drill(date(2024, k + 1, 1), (Taken(2, "class_0", "groups", 30.0, 30.0 + way_s),)) for k in range(2))
    pace = fit_pace(DrillRecord(Path("x"), drills, ("groups",)), inputs)
    step = PACES[1] / PACES[0]  # between the points of the grid the logarithm is taken as a straight line
    assert pace.factor.value == pytest.approx(0.7, rel=(step - 1) / 8)
    assert (pace.ways, pace.telling, pace.drills) == (2, 2, 2)


def test_a_known_pace_lies_in_its_interval_as_often_as_stated() -> None:
    model, runs, held = school(), 45, 0
    for seed in range(runs):
        truth = (0.8, 1.0, 1.25)[seed % 3]
        low, high = fit_pace(drilled(school(pace=truth), 5, seed), model).factor.between
        held += low <= truth <= high
    assert held / runs >= 0.95 - 4 * math.sqrt(0.95 * 0.05 / runs)


def test_ways_that_doors_set_do_not_tell_the_pace() -> None:
    inputs = school(still=True)
    narrow = replace(inputs.building, doors=tuple(
        replace(door, width_m=0.4) if door.name in ("main", "back") else door for door in inputs.building.doors
    ))  # fmt: skip
    pace = fit_pace(drilled(replace(inputs, building=narrow), 2, 0), replace(inputs, building=narrow))
    assert pace.factor is None
    assert (pace.ways, pace.telling) == (8, 0)


def test_a_model_that_is_right_is_seldom_refused_and_a_changed_truth_is_noticed() -> None:
    model, runs = school(), 36
    refused = [not match_drills(drilled(school(), 6, seed), model, seed=seed).matches for seed in range(runs)]
    assert np.mean(refused) <= 0.05 + 4 * math.sqrt(0.05 * 0.95 / runs)
    for changed, look in ((school(pace=0.7), "ways"), (school(start_s=1.6 * START_S), "starts")):
        found = [match_drills(drilled(changed, 8, seed), model, seed=seed).refused for seed in range(4)]
        assert sum((look, "shift") in tests for tests in found) >= 3


def test_drills_that_differ_more_than_the_model_are_noticed() -> None:
    model = school(sigma=0.1)
    match = match_drills(drilled(school(sigma=1.0), 8, 1), model)
    assert ("starts", "spread") in match.refused


def test_ranks_among_simulated_drills_are_uniform() -> None:
    """The probability integral transform: z of a right model is standard normal, drill by drill."""
    model = school()
    looks = [match_drills(drilled(school(), 1, seed), model, seed=seed).looks for seed in range(150)]
    for name in ("starts", "ways", "last_out"):
        assert stats.kstest([look[name].shift for look in looks], "norm").pvalue > 1e-3
        inside = np.mean([look[name].inside for look in looks])
        assert abs(inside - 0.9) < 4 * math.sqrt(0.09 / 150)


def test_a_drill_is_simulated_with_its_doors_and_numbers() -> None:
    one = Taken(2, "class_0", "groups", 20.0, math.nan, "back", 10, 1)
    record = DrillRecord(Path("drills.csv"), (Drill(date(2024, 1, 1), (one,)),), ("groups",))
    inputs = as_drilled(school(), record.drills[0], record)
    assert inputs.groups[0].route == Fixed("back")
    assert [people.count for people in inputs.groups[0].people] == [9, 1]
    assert inputs.groups[1] == school().groups[1]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"group": "class_9"},
            r"drills\.csv:2: group is 'class_9', and the building has none such; accepted is one of ",
        ),
        ({"door": "window"}, r"drills\.csv:2: .*'window'; accepted is an exit: main, back"),
        ({"persons": 1}, r"drills\.csv:2: persons are 1, and class_0 has 2 adults besides"),
        ({"persons": 500, "adults": 2}, r"drills\.csv:2: .*persons in it at the start is 500; accepted is 165 at most"),
    ],
)
def test_a_record_that_does_not_fit_the_building_is_told_by_its_line(changed: dict[str, object], said: str) -> None:
    one = replace(Taken(2, "class_0", "groups", 20.0, 60.0), **changed)
    record = DrillRecord(Path("drills.csv"), (Drill(date(2024, 1, 1), (one,)),), ("groups",))
    with pytest.raises(DataError, match=said):
        match_drills(record, school())


# ---- facts of a site


class School:
    """A study whose classes can be drilled."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def drilled(self) -> EgressInputs:
        return school(pace=self.site.base("walking.level") / 0.85)


SITE = """\
site: a-school
title: {zh: 一处, en: A school}
facts:
  pre_movement.juniors: {value: 30, unit: s, range: {min: 3, max: 90}, grade: assumed, source: "a test"}
  walking.level: {value: 0.85, unit: m/s, range: {min: 0.5, max: 1.5}, grade: assumed, source: "a test"}
  walking.running: {value: 1.9, unit: m/s, grade: published, source: "a test; nobody runs in it"}
"""


@pytest.fixture
def study(tmp_path: Path) -> School:
    (tmp_path / "site.yaml").write_text(SITE)
    return School(read_site(tmp_path / "site.yaml")[0])


def test_facts_are_those_that_a_site_takes_and_are_read_back(tmp_path: Path, study: School) -> None:
    text = as_csv(drilled(school(pace=0.75), 6, 3))
    (tmp_path / "drills.csv").write_text(text)
    fitted = fit_drill_site(tmp_path / "drills.csv", model=study, at_site=School)
    pace = fitted.facts["walking.pace_factor"]
    assert pace.between[0] < 0.75 < pace.between[1]
    assert fitted.facts["walking.level"].value == pytest.approx(0.85 * pace.value)
    assert "walking.running" not in fitted.facts  # makes no difference to who is drilled
    assert fitted.facts["pre_movement.groups"].value == pytest.approx(START_S, rel=0.5)
    assert fitted.facts["pre_movement.groups_sigma"].value == pytest.approx(SIGMA, rel=0.6)
    assert "the way out takes longer than in the model" in fitted.notes[-1][1]
    (tmp_path / "facts.yaml").write_text("site: a-site\ntitle: {zh: 一处, en: A site}\n" + as_yaml(fitted))
    site = read_site(tmp_path / "facts.yaml")[0]
    assert site.base("walking.level") == pytest.approx(0.85 * pace.value, rel=1e-5)
    assert site.fact("drills.every").unit == "d"


def test_equal_records_and_seeds_give_equal_facts(tmp_path: Path, study: School) -> None:
    (tmp_path / "drills.csv").write_text(as_csv(drilled(school(), 4, 5)))
    one, other = (fit_drill_site(tmp_path / "drills.csv", model=study, at_site=School, seed=2) for _ in range(2))
    assert one == other


def advised(fitted: FittedSite) -> tuple[float, float]:
    """The growth in per cent, and the days between drills that would notice it, as printed."""
    (text,) = (en for _, en in fitted.notes if "drill every" in en)
    said = re.search(r"grow by (\d+)%.* drill every (\d+) days", text)
    assert said is not None
    return float(said[1]), float(said[2])


def test_what_is_to_be_noticed_moves_the_advice_and_never_the_interval_that_was_practised(tmp_path: Path) -> None:
    (tmp_path / "drills.csv").write_text(as_csv(drilled(school(sigma=0.2), 8, 5, every=75)))
    fitted = [fit_drill_site(tmp_path / "drills.csv", noticing=Noticing(growth=growth)) for growth in (0.3, 0.6)]
    assert advised(fitted[0])[1] < advised(fitted[1])[1]
    assert [one.facts["drills.every"].value for one in fitted] == [75.0, 75.0]


def test_the_site_tells_what_is_to_be_noticed_unless_it_is_chosen(tmp_path: Path) -> None:
    (tmp_path / "drills.csv").write_text(as_csv(drilled(school(sigma=0.2), 4, 5)))
    (tmp_path / "site.yaml").write_text(
        SITE + '  drills.growth: {value: 60, unit: "%", range: {min: 20, max: 90}, grade: assumed, source: a test}\n'
    )
    model = School(read_site(tmp_path / "site.yaml")[0])
    fitted = fit_drill_site(tmp_path / "drills.csv", model=model, at_site=School)
    assert advised(fitted)[0] == 60
    chosen = fit_drill_site(tmp_path / "drills.csv", noticing=Noticing(growth=0.3), model=model, at_site=School)
    assert advised(chosen)[0] == 30
    assert advised(fit_drill_site(tmp_path / "drills.csv"))[0] == 20


def test_a_list_of_the_site_is_no_kind_of_groups(tmp_path: Path) -> None:
    text = as_csv(drilled(school(), 2, 5)).replace("adults\n", "adults,kind\n").replace(",14,2\n", ",14,2,range\n")
    (tmp_path / "drills.csv").write_text(text)
    (tmp_path / "site.yaml").write_text(
        SITE + "  pre_movement.range: {values: [3, 59], unit: s, grade: published, source: a test}\n"
    )
    model = School(read_site(tmp_path / "site.yaml")[0])
    with pytest.raises(DataError, match=r"drills\.csv:2: kind is 'range', .*accepted is one of juniors$"):
        fit_drill_site(tmp_path / "drills.csv", model=model, at_site=School)


# ---- files that cannot be

ROWS = "date,group,started_s,out_s,persons,adults,kind\n2024-01-05,a,20,60,30,3,juniors\n2024-01-05,b,30,,,,seniors\n"


def test_a_record_is_read_in_order_of_time_with_what_was_not_taken(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(ROWS.replace("group", "class") + "2023-06-01,a,25,70,28,3,juniors\n")
    record = read_drills(tmp_path / "d.csv")
    assert [drill.day.year for drill in record.drills] == [2023, 2024]
    first, second = record.drills[1].taken
    assert (first.line, first.group, first.started_s, first.out_s, first.persons, first.adults) == (
        2,
        "a",
        20,
        60,
        30,
        3,
    )
    assert math.isnan(second.out_s)
    assert (second.persons, second.adults, second.door, second.kind) == (None, None, "", "seniors")
    assert record.years == (0.0, pytest.approx(218 / 365))
    assert record.kinds == ("juniors", "seniors")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2024-01-05,a", "2024-13-05,a", r"d\.csv:2: date is '2024-13-05'; accepted is a date"),
        ("a,20,60", "a,-1,60", r"d\.csv:2: started_s is '-1'; accepted is a finite number, 0 or more"),
        ("a,20,60", "a,0,60", r"d\.csv:2: started_s is 0; accepted is a number above 0"),
        ("a,20,60", "a,nan,60", r"d\.csv:2: started_s is 'nan'"),
        ("a,20,60", "a,20,4000", r"d\.csv:2: out_s is '4000'; accepted is a finite number, 0 or more, 3600 or less"),
        ("a,20,60", "a,20,20", r"d\.csv:2: out_s is not after started_s"),
        ("60,30,3", "60,3,30", r"d\.csv:2: adults are more than persons"),
        ("60,30,3", "60,,3", r"d\.csv:2: has adults and no persons"),
        ("60,30,3", "60,30.5,3", r"d\.csv:2: persons is '30\.5'; accepted is a whole number"),
        ("05,b", "05,a", r"d\.csv:3: tells of this group and date again"),
        ("05,b,", "05,,", r"d\.csv:3: group is ''; accepted is a text"),
        (",juniors", ",小班", r"d\.csv:2: kind is no word of small Latin letters"),
        ("2024-01-05,b", "2024-01-06,a", r"d\.csv:3: gives the group another kind than above"),
        ("group,", "name,", r"d\.csv:1: columns missing: group \(or class\)"),
        ("30,3,juniors", "30,3", r"d\.csv:2: 6 fields; accepted are 7"),
        ("juniors", "\x00", r"d\.csv:2: is binary"),
    ],
)
def test_what_cannot_be_is_told_by_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in ROWS
    (tmp_path / "d.csv").write_text(ROWS.replace(old, new))
    with pytest.raises(DataError, match=said):
        read_drills(tmp_path / "d.csv")


def test_a_kind_of_which_the_site_has_no_law_is_refused(tmp_path: Path, study: School) -> None:
    (tmp_path / "d.csv").write_text("date,group,started_s,kind\n2024-01-05,class_0,20,infants\n")
    with pytest.raises(DataError, match=r"d\.csv:2: kind is 'infants', .*accepted is one of juniors"):
        fit_drill_site(tmp_path / "d.csv", model=study, at_site=School)
