"""Files of scenarios: what they may say, what each change does to plan and site, and what is refused, and where."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from resilience_sim.errors import PlanError
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.plans.register import Plan
from resilience_sim.plans.scenario_grids import MOST_SCENARIOS, Variant, changed, variants
from resilience_sim.plans.scenario_values import read_setting
from resilience_sim.plans.scenarios import folder_of, read_scenarios, shipped
from resilience_sim.plans.site import Site

HEAD = """\
title: {zh: 比较, en: A comparison}
plan: utility-call-centre
claims: [P1-09.a]
hazards: [district]
scenarios:
"""
UTILITY = library()["utility-call-centre"]


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "scenarios.yaml"
    file.write_text(text, encoding="utf-8")
    return file


@cache
def register(folder: Path) -> tuple[Plan, Site]:
    return read_plan(folder)[0], read_site(folder)[0]


def expanded(file: Path) -> tuple[Plan, Site, list[Variant]]:
    read, document = read_scenarios(file)
    plan, site = register(folder_of(read, document))
    return plan, site, variants(read, plan, site, document)


def one(setting: str, key: str = "P1-09.extra_agents") -> str:
    return f"{HEAD}  - id: more\n    rationale: because\n    set:\n      {key}: {setting}\n"


@pytest.mark.parametrize(
    ("setting", "values"),
    [
        ("12 agents", (12.0,)),
        ("10..14 agents", (10.0, 11.0, 12.0, 13.0, 14.0)),
        ("10..15 agents step 2", (10.0, 12.0, 14.0)),
        ("[1 agents, 5 agents, 10 agents]", (1.0, 5.0, 10.0)),
    ],
)
def test_a_range_makes_a_scenario_of_each_value(setting, values, tmp_path):
    _, _, found = expanded(written(tmp_path, one(setting)))
    assert found[0].id == "base"
    assert found[0].changes == ()
    assert tuple(variant.value("P1-09.extra_agents") for variant in found[1:]) == values
    assert len({variant.id for variant in found}) == len(found)


def test_two_ranges_make_a_grid_and_the_base_comes_along(tmp_path):
    text = (
        f"base:\n  rationale: a smaller town\n  set:\n    site.roster.off_shift: 20 persons\n{HEAD}"
        "  - id: grid\n    rationale: {zh: 因为, en: because}\n    set:\n      P1-09.extra_agents: 1..3 agents\n"
        "      site.outage_calls.share_who_call: 0.05..0.1 share step 0.05\n"
    )
    text = text.replace("20 persons", f"20 {register(UTILITY)[1].fact('roster.off_shift').unit}")
    _, _, found = expanded(written(tmp_path, text))
    assert len(found) == 1 + 3 * 2
    assert all(variant.value("site.roster.off_shift") == 20 for variant in found)
    # written as a share, kept in the fact's own unit
    assert {variant.value("site.outage_calls.share_who_call") for variant in found[1:]} == {5.0, 10.0}
    assert [axis.key for axis in found[1].axes] == ["P1-09.extra_agents", "site.outage_calls.share_who_call"]


def test_a_change_is_in_force_and_leaves_the_plan_and_the_site_as_they_were(tmp_path):
    plan, site, found = expanded(
        written(tmp_path, one("7 agents") + "      site.outage_calls.share_who_call: 4 %\n      P1-10.overtime: 2 h\n")
    )
    there, elsewhere = changed(plan, site, found[1].changes)
    assert there.clause("P1-09").quantities["extra_agents"].in_force() == 7
    assert there.clause("P1-10").quantities["overtime"].in_force() == 120  # in the plan's minutes
    assert elsewhere.fact("outage_calls.share_who_call").value == 4
    assert elsewhere.calltree is site.calltree
    assert plan.clause("P1-09").quantities["extra_agents"].in_force() == 1
    assert site.fact("outage_calls.share_who_call").value == 10
    # a history that the plan's own rules accept
    quantity = there.clause("P1-09").quantities["extra_agents"]
    assert type(quantity).model_validate(quantity.model_dump(by_alias=True)) == quantity
    dates = [entry.from_ for entry in quantity.history if isinstance(entry.from_, date)]
    assert dates == sorted(dates)


def test_the_shipped_files_are_about_all_plans_and_each_reason_is_told_in_both_languages():
    assert set(shipped()) == set(library())
    for slug, file in shipped().items():
        read, _ = read_scenarios(file)
        assert read.plan == slug
        _, _, found = expanded(file)
        assert 2 < len(found) <= MOST_SCENARIOS
        for scenario in read.scenarios:
            assert scenario.rationale.zh != scenario.rationale.en


NO_RATIONALE = f"{HEAD}  - id: more\n    set:\n      P1-09.extra_agents: 12 agents\n"
TWICE = one("12 agents") + "  - id: more\n    rationale: again\n    set: {P1-09.extra_agents: 13 agents}\n"
BIG = one("0..40 agents") + "      P1-13.extra_agents: 0..40 agents\n"
HOSTILE = {
    "an empty file": ("", None, "is empty"),
    "a list instead of a mapping": ("- 1\n", 1, "accepted is a mapping"),
    "an unknown key": (HEAD + "  []\nfoo: 1\n", 7, "unknown key 'foo'; accepted here: base, claims"),
    "no scenarios": (HEAD + "  []\n", None, "at least 1 item"),
    "no plan": (one("12 agents").replace("plan: utility-call-centre\n", ""), None, "key 'plan' is missing"),
    "no title": (one("12 agents").split("\n", 1)[1], None, "key 'title' is missing"),
    "a plan that is not there": (one("12 agents").replace("utility-", "utilty-"), 2, "there is no plan"),
    "a plan as a number": (one("12 agents").replace("utility-call-centre", "3"), 2, "plan: input should be a valid"),
    "a missing rationale": (NO_RATIONALE, 6, "key 'rationale' is missing"),
    "an empty rationale": (one("12 agents").replace("because", "''"), 7, "at least 1 character"),
    "a rationale in one language": (one("12 agents").replace("because", "{zh: 因为}"), 7, "key 'en' is missing"),
    "a name given twice": (TWICE, 10, "scenario 'more' stands twice; accepted is every id once"),
    "the name of the base": (one("12 agents").replace("id: more", "id: base"), 6, "is what all are compared with"),
    "a name with a slash": (one("12 agents").replace("id: more", "id: ../../x"), 6, "id: string should match pattern"),
    "nothing changed": (HEAD + "  - id: same\n    rationale: none\n", 6, "changes nothing; accepted is one that has"),
    "an unknown clause": (one("12 agents", "P1-99.extra_agents"), 9, "is no quantity of plan 'utility-call-centre'"),
    "an unknown quantity": (one("12 agents", "P1-09.agents"), 9, "accepted: P1-09.extra_agents, P1-09.released_after"),
    "a clause without a quantity": (one("12 agents", "P1-09"), 9, "is no quantity; accepted: P1-09.extra_agents"),
    "an unknown fact": (one("12 %", "site.outage_calls.share"), 9, "accepted: outage_calls.customers_per_line"),
    "a fact beyond reason": (one("1000 %", "site.outage_calls.share_who_call"), 9, "at most 300 %"),
    "a list among facts": (one("3 calls", "site.calls.profile"), 9, "is a list of values, which no scenario can set"),
    "a bare number": (one("12"), 9, "12 is a bare number; accepted is '12 agents'"),
    "no value": (one(""), 9, "None is no value; accepted is"),
    "a truth value": (one("yes it is"), 9, "accepted"),
    "a mapping as a value": (one("{min: 1, max: 2}"), 9, "is no value; accepted is"),
    "an unknown unit": (one("12 agnets"), 9, "agnets"),
    "a unit of another kind": (one("12 min"), 9, "is in min; accepted are agents"),
    "a value out of bounds": (one("41 agents"), 9, "is 41 agents; accepted is 0 to 40 agents in steps of 1"),
    "a negative value": (one("-1 agents"), 9, "is -1 agents; accepted is 0 to 40 agents"),
    "a value between the steps": (one("1.5 agents"), 9, "accepted is 0 to 40 agents in steps of 1"),
    "not a number": (one("nan agents"), 9, "accepted"),
    "an infinite number": (one("1e999 agents"), 9, "accepted"),
    "a number of a thousand digits": (one("9" * 1000 + " agents"), 9, "accepted"),
    "a range backwards": (one("20..10 agents"), 9, "is empty or a single value; accepted is a lower end below"),
    "a range of one value": (one("10..10 agents"), 9, "is empty or a single value"),
    "a range without a unit": (one("10..20"), 9, "is no range with a unit; accepted is"),
    "a step of nothing": (one("10..20 agents step 0"), 9, "the step of '10..20 agents step 0' is 0; accepted is a"),
    "a step that rounds to nothing": (
        one("0..1 h step 0.000000000000001", "P1-10.overtime"),
        9,
        "has a step of 1e-15 h, which is none in min",
    ),
    "a range that is a trap": (one("1..2 agents step 0.000001"), 9, "1,000,001 values; accepted are at most 200"),
    "a range of a fact without a step": (one("1..5 %", "site.outage_calls.share_who_call"), 9, "without a step"),
    "a range half out of bounds": (one("35..45 agents"), 9, "is 41 agents; accepted is 0 to 40"),
    "a giant grid": (BIG, 8, "1,681 combinations (41 x 41), 1,682 in all; accepted are at most 200"),
    "an empty list": (one("[]"), 9, "a list of 0; accepted are 2 to 200 values"),
    "a list with a value twice": (one("[1 agents, 1 agents]"), 9, "names a value twice; accepted is every value once"),
    "a list of mixed units": (one("[1 h, 30 min]", "P1-10.overtime"), 9, "mixes units or ranges"),
    "a range in the base": (
        "base: {rationale: x, set: {P1-09.extra_agents: 1..3 agents}}\n" + one("4 agents"),
        1,
        "ranges in the base; accepted is one value",
    ),
    "a key given twice": (one("1 agents") + "      P1-09.extra_agents: 2 agents\n", 10, "stands twice"),
    "an alias": (one("&a 1 agents") + "      P1-13.extra_agents: *a\n", 9, "anchors and aliases"),
    "a tag": (one("!!python/object:os.system 1"), 9, "the tag"),
    "a bomb of brackets": (one("[" * 40 + "]" * 40), 9, "is nested too deep"),
    "a control character": (one("12 agents").replace("because", '"be\\acause"'), 7, "control character"),
    "a claim named twice": (one("1 agents").replace("[P1-09.a]", "[P1-09.a, P1-09.a]"), 3, "stands twice"),
    "a hazard named twice": (one("1 agents").replace("[district]", "[district, district]"), 4, "stands twice"),
    "a hazard with a path": (one("1 agents").replace("[district]", "[../x]"), 4, "string should match pattern"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_refused_is_told_in_one_line_with_its_place(case, tmp_path):
    text, line, told = HOSTILE[case]
    file = written(tmp_path, text)
    with pytest.raises(PlanError) as refused:
        expanded(file)
    message = str(refused.value)
    assert told in message
    assert "accepted" in message or "should" in message or "at least" in message
    assert "\n" not in message
    assert len(message) < 700
    assert message.startswith(str(file) if line is None else f"{file}:{line}:")


def test_a_setting_keeps_the_values_it_was_written_with():
    assert read_setting("0.1..0.7 share step 0.2").expanded("share", None) == (0.1, 0.3, 0.5, 0.7)
    assert read_setting("30..90 min step 30").expanded("h", None) == (0.5, 1.0, 1.5)
    assert read_setting("2 h").expanded("min", 5.0) == (120.0,)
