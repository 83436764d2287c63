"""A user's own folder with facts or numbers that no machine can take: one line with file, line and remedy, exit 2."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from resilience_sim.cli import main
from resilience_sim.plans.files import library

ASSUMED = 'grade: assumed, source: "a user\'s own"'
NETWORK, CALLS, UTILITY = "network-operations", "call-centre", "utility-call-centre"


def own_folder(tmp_path: Path, slug: str) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    for source in library()[slug].glob("*.yaml"):  # plan, site, and where there is one the building
        (folder / source.name).write_bytes(source.read_bytes())
    return folder


def restate(folder: Path, fact: str, body: str) -> int:
    """Give a fact another body (none: leave it out); the line on which it is complained about."""
    file = folder / "site.yaml"
    text = file.read_text(encoding="utf-8")
    block = re.search(rf"(?m)^  {re.escape(fact)}:.*\n(?:    .*\n)*", text)
    assert block is not None
    file.write_text(
        text[: block.start()] + (f"  {fact}:\n    {body}\n" if body else "") + text[block.end() :], encoding="utf-8"
    )
    before = text[: block.start()] if body else text[: text.index("\nfacts:") + 1]
    return before.count("\n") + 1


def state(folder: Path, fact: str, body: str) -> None:
    """Give a fact a body, whether or not it is there."""
    text = (folder / "site.yaml").read_text(encoding="utf-8")
    if re.search(rf"(?m)^  {re.escape(fact)}:", text):
        restate(folder, fact, body)
    else:
        (folder / "site.yaml").write_text(f"{text.rstrip()}\n  {fact}:\n    {body}\n", encoding="utf-8")


def replace_in_plan(folder: Path, old: str, new: str, *, count: int = -1) -> None:
    file = folder / "plan.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, count), encoding="utf-8")


def refused(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> str:
    """The complaint about a command line that must exit with 2 and write nothing."""
    out = tmp_path / "out"
    command = [*arguments, "--out", str(out)] if arguments[0] in ("check", "recommend") else arguments
    monkeypatch.setattr(sys, "argv", ["resilience-sim", *command])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    assert not out.exists()
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = (line for line in printed.err.splitlines() if not line.startswith("seed"))
    return line


def one(value: float, unit: str, low: float | None = None, high: float | None = None) -> str:
    ends = f"{{min: {value if low is None else low}, max: {value if high is None else high}}}"
    return f'{{value: {value}, unit: "{unit}", range: {ends}, {ASSUMED}}}'


def several(values: list[float], unit: str) -> str:
    return f'{{values: {values}, unit: "{unit}", {ASSUMED}}}'


WATTS = [530.0, 410, 270, 195, 159, 112, 82.1, 65.7, 45.2, 34.9, 26.0, 20.0, 16.5, 13.3, 8.79, 4.76]
DURATIONS = [3.0, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 360, 600, 1200]
SLIPPED = [530, 410, 270, 195, 159, 112, 82.1, 65.7, 452.0, 34.9, 26.0, 20.0, 16.5, 13.3, 8.79, 4.76]


@pytest.mark.parametrize(
    ("slug", "fact", "body", "words"),
    [
        (NETWORK, "ups.load", one(0, "W"), "is 0 W; accepted is 1 W or more"),
        (NETWORK, "ups.load", one(-600, "W"), "is -600 W; accepted is 1 W or more"),
        (NETWORK, "doors.load", one(-1, "W"), "is -1 W; accepted is 1 W or more"),
        (NETWORK, "ups.load", one(600, "h"), "is in h; accepted are W, kW"),
        (NETWORK, "ups.load", several([600.0], "W"), "is a list of values; the study needs a single one"),
        (NETWORK, "ups.load", one(600, "W", -300, 3000), "(at the min of its range) is -300 W; accepted is 1 W or"),
        (NETWORK, "ups.load", one(1e9, "W"), "is more than 10 000 blocks carry for as long as promised; accepted"),
        (NETWORK, "ups.load", one(600, "W", 300, 1e9), "is more than 10 000 blocks carry for as long as promised"),
        (NETWORK, "battery.table.power", several(SLIPPED, "W"), "452 W for 90 min stands beside 65.7 W for 60 min"),
        (NETWORK, "battery.table.power", several([5300, *SLIPPED[1:8], 45.2, *SLIPPED[9:]], "W"), "530 would fit"),
        (NETWORK, "battery.table.power", several([*SLIPPED[:8], 45.2, *SLIPPED[9:-1], 0.476], "W"), "4.76 would fit"),
        (CALLS, "battery.table.power", several([w / 1000 for w in WATTS], "W"), "0.0952 Wh of one block; accepted are"),
        (CALLS, "battery.table.power", several(WATTS, "kW"), "95200 Wh of one block; accepted are 0.5 to 20000 Wh"),
        (NETWORK, "battery.table.power", several(SLIPPED[:5], "W"), "has 5 values beside 16 of"),
        (NETWORK, "battery.table.duration", several(DURATIONS[::-1], "min"), "goes from 1200 to 600 min; accepted are"),
        (NETWORK, "battery.table.duration", one(3, "min"), "is a single value; the study needs a list"),
        (NETWORK, "battery.table.duration", several([0, *DURATIONS[1:]], "min"), "is 0 min; accepted is above 0 min"),
        (NETWORK, "battery.room", one(-10, "degC"), "is asked for at -10 °C; accepted is 4.44 to 48.9 °C"),
        (NETWORK, "battery.room", one(20, "degC", 0, 30), "(at the min of its range) cannot be used: a size factor"),
        (NETWORK, "battery.room", one(0, "degC"), "for which it is published"),
        (NETWORK, "battery.room", "", "is missing in site 'network-operations'; the study needs it"),
        (NETWORK, "battery.age", one(-1, "year"), "is -1 year; accepted is 0 year or more"),
        (NETWORK, "battery.age", one(40, "year"), "is 40 year; accepted is 16 year at most, twice the longest of"),
        (CALLS, "battery.age", one(1e6, "year"), "is 1e+06 year; accepted is 16 year at most"),
        (CALLS, "battery.age", one(3, "year", 0, 17), "(at the max of its range) is 17 year; accepted is 16 year"),
        (NETWORK, "battery.life_temperatures", several([20, 24, 30], "degC"), "lacks 25 degC, on which the law"),
        (NETWORK, "battery.life", several([8, 6], "year"), "has 2 values beside 3 of 'battery.life_temperatures'"),
        (NETWORK, "battery.string_fails", one(3, "share"), "is 3; accepted is 0 or more, at most 1"),
        (NETWORK, "battery.string_fails_old", one(0.01, "share"), "is a share of 0.01, below 0.03 of"),
        (NETWORK, "shed.forgotten", one(101, "%"), "is 101 %; accepted is 0 % or more, at most 100 %"),
        (NETWORK, "phones.load_share_of_ups", one(1, "share"), "is 1; accepted is above 0, below 1"),
        (NETWORK, "servers.power_shares", several([0.5, 0.4], "share"), "add up to 0.9; accepted are shares that add"),
        (NETWORK, "servers.power_shares", several([0.05] * 20, "share"), "has 20 values; accepted are 16 at most"),
        (NETWORK, "servers.shutdown_sigma", one(0, "1"), "is 0; accepted is above 0, at most 5"),
        (NETWORK, "servers.maker_reserve", "", "is missing in site 'network-operations'"),
        (NETWORK, "mains.line_hours", several([1, 2, 4, 6, 12, 24, 20, 336], "h"), "goes from 24 to 20 h; accepted"),
        (NETWORK, "mains.line_back_storm_day", several([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.9], "share"), "with 0.9"),
        (CALLS, "generator.fuel", one(0, "h"), "is 0 h; accepted is above 0 h"),
        (CALLS, "generator.start_fails", one(-0.1, "share"), "is -0.1; accepted is 0 or more"),
        (CALLS, "ups.appliances", one(0.8, "share"), "and 'ups.air_conditioning' add up to 1.1 of the load; accepted"),
        (CALLS, "ups.appliances", one(0.1, "share", 0, 0.5), "(at the max of its range) and 'ups.air_conditioning'"),
        (CALLS, "ups.design_time", "", "is missing in site 'call-centre'"),
        (CALLS, "restoration.reserve", one(-1, "min"), "is -1 min; accepted is 0 min or more"),
        (CALLS, "restoration.reserve", "", "is missing in site 'call-centre'"),
        (CALLS, "generator.attempts", one(1.5, "tries"), "is 1.5; accepted is a whole number"),
        (CALLS, "generator.attempts", one(2, "tries", 1, 3), "has a range with two ends; accepted is a whole number"),
        (CALLS, "ups.ride_through", "", "is missing beside 'ups.transfer_time'; accepted are both, or none"),
        (CALLS, "battery.kibam.rate", "", "is missing beside the others; accepted are all of battery.kibam.available"),
        (UTILITY, "patience.mean", "", "is missing in site 'utility-call-centre'; the study needs it"),
        (UTILITY, "patience.mean", one(0, "s"), "is 0 s; accepted is above 0 s"),
        (UTILITY, "calls.profile", several([1.0] * 23, "calls"), "has 23 values; accepted are 24"),
    ],
)  # fmt: skip
def test_a_fact_that_no_machine_can_take_is_refused_with_its_line(
    slug: str,
    fact: str,
    body: str,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = own_folder(tmp_path, slug)
    line = restate(folder, fact, body)
    said = refused(["check", str(folder), "--seed", "1"], monkeypatch, capsys, tmp_path)
    assert said.startswith(f"resilience-sim: {folder / 'site.yaml'}:{line}: fact {fact!r} ")
    assert words in said


RUNTIME = "      bounds: {min: 0.5, max: 24, step: 0.5}"


@pytest.mark.parametrize(
    ("slug", "old", "new", "line", "words"),
    [
        (NETWORK, "P2-21", "P2-91", "", "the plan lacks clause P2-21; its study needs P2-16, P2-17, P2-20, P2-21"),
        (NETWORK, "extra_runtime", "extra_time", "- id: P2-23", "clause P2-23 lacks the quantity 'extra_runtime'"),
        (NETWORK, "unit: h\n      label: {zh: 电话运行时间", "unit: W\n      label: {zh: 电话运行时间", "",
         "P2-21: quantity 'runtime' is in W; accepted are s, min, h"),
        (NETWORK, RUNTIME, RUNTIME.replace("0.5, max", "-1, max"), "",
         "P2-21: quantity 'runtime' may be -1 h; accepted is 0 h or more"),
        (NETWORK, "- {from: unknown, value: 4, status: in_force, source: 第四节(二)1}",
         "- {from: unknown, value: 4, status: in_force, source: 第四节(二)1}\n      "
         "- {from: 2026-01-01, status: open, source: struck out}", "",
         "quantity 'runtime' is open; accepted is a value in force"),
        (NETWORK, "cut_before", "cut_early", "- {id: P2-19.b", "reads P2-19 as 'cut_early', which its study does not"),
        (NETWORK, "study: doors_on_ups, measure: doors_taken_over", "study: doors_on_ups, measure: phones_taken_over",
         "- {id: P2-16.a", "asks study 'doors_on_ups' about 'phones_taken_over'; accepted: doors_runtime, doors"),
        (NETWORK, 'at_most: "0 servers"', 'at_most: "0 W"', "- {id: P2-11.a",
         "has a limit in W for 'servers_crashed'; accepted is one in servers"),
        (CALLS, "at_least: site.restoration.reserve", "at_least: site.ups.load", "- {id: P4-18.a",
         "has a limit in W for 'runtime_after_check'; accepted is one in min"),
        (CALLS, "appliances_off", "gadgets_off", "- {id: P4-17.a", "reads P4-17 as 'gadgets_off'"),
        (UTILITY, "P1-11", "P1-91", "", "the plan lacks clause P1-11; its study needs P1-02, P1-07"),
    ],
)  # fmt: skip
def test_a_number_or_a_claim_that_no_study_can_ask_is_refused_with_its_line(
    slug: str,
    old: str,
    new: str,
    line: str,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = own_folder(tmp_path, slug)
    replace_in_plan(folder, old, new)
    said = refused(["check", str(folder), "--seed", "1"], monkeypatch, capsys, tmp_path)
    assert words in said
    place = re.match(rf"resilience-sim: {re.escape(str(folder / 'plan.yaml'))}:?(\d*): ", said)
    assert place is not None
    if line.startswith("-"):
        text = (folder / "plan.yaml").read_text(encoding="utf-8").splitlines()
        first = next(k for k, row in enumerate(text, 1) if line in row)
        assert first <= int(place[1]) < first + 25


@pytest.mark.parametrize("verb", [["recommend"], ["plan", "validate"]])
def test_every_verb_that_binds_a_plan_refuses_its_site(
    verb: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = own_folder(tmp_path, NETWORK)
    restate(folder, "ups.load", one(0, "W"))
    said = refused(
        [*verb, str(folder), *(["--seed", "1"] if verb == ["recommend"] else [])], monkeypatch, capsys, tmp_path
    )
    assert "site.yaml" in said
    assert "fact 'ups.load' is 0 W; accepted is 1 W or more" in said


@pytest.mark.parametrize(
    ("slug", "facts", "named", "words"),
    [
        (NETWORK, {"ups.rating": one(100, "W")}, "ups.rating", "may be 100 W, and 'ups.load' by 'ups.load_factor'"),
        (NETWORK, {"doors.rating": one(100, "W")}, "doors.rating", "may be 100 W, and 'doors.load' by"),
        (CALLS, {"generator.rating": one(6, "kW")}, "generator.rating", "may be 6000 W, and 'ups.load' by"),
        (CALLS, {"battery.blocks": one(48.5, "blocks")}, "battery.blocks", "is 48.5; accepted is a whole number"),
        (CALLS, {"battery.strings": one(0, "1")}, "battery.strings", "is 0; accepted is 1 or more"),
        (
            NETWORK, {"battery.health": one(0.5, "share"), "battery.age": one(0, "year", 0, 8)}, "battery.health",
            "is 0.5 share at a battery.age of 0 year; accepted is it with the age at the test",
        ),
    ],
)  # fmt: skip
def test_facts_that_do_not_go_together_are_refused_by_the_name_of_one(
    slug: str,
    facts: dict[str, str],
    named: str,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = own_folder(tmp_path, slug)
    for fact, body in facts.items():
        state(folder, fact, body)
    said = refused(["check", str(folder), "--seed", "1"], monkeypatch, capsys, tmp_path)
    assert f"fact {named!r} " in said
    assert words in said


@pytest.mark.parametrize("slug", [NETWORK, CALLS])
def test_a_supply_that_is_rated_for_its_loads_is_asked_no_further_than_that(slug: str, tmp_path: Path) -> None:
    from resilience_sim.cli.session import bound_plans

    folder = own_folder(tmp_path, slug)
    restate(folder, "ups.load", one(600, "W"))
    restate(folder, "ups.load_factor", one(1, "1", 0.6, 1.4))
    state(folder, "ups.rating", one(900, "W"))
    (bound,) = bound_plans([str(folder)], None)
    assert bound.study is not None
    grown = {axis.values[-1] for q in bound.study.questions() for axis in bound.study.axes(q) if "load" in axis.name}
    assert grown == ({1.5, 2.0} if slug == NETWORK else {1.5})  # the doors have a supply of their own
    for question in bound.study.questions():
        for axis in bound.study.axes(question):
            bound.study.replicate(bound.study.moved(question, axis, axis.values[-1]), 1, 0)


def test_facts_that_only_together_are_too_much_are_refused_with_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table so steep that no float holds what it says of another load."""
    folder = own_folder(tmp_path, NETWORK)
    restate(folder, "battery.table.power", several([1.001, 1.0], "W"))
    restate(folder, "battery.table.duration", several([1e-9, 1e5], "min"))
    said = refused(["check", str(folder), "--seed", "1"], monkeypatch, capsys, tmp_path)
    assert said.startswith(f"resilience-sim: {folder / 'site.yaml'}: its facts cannot be put to a machine: ")


def test_the_shipped_folders_are_accepted_as_a_users_own(tmp_path: Path) -> None:
    from resilience_sim.cli.session import bound_plans

    for slug in (NETWORK, CALLS, UTILITY):
        (tmp_path / slug).mkdir()
        folder = own_folder(tmp_path / slug, slug)
        (bound,) = bound_plans([str(folder)], None)
        assert bound.study is not None
