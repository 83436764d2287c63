"""How a clause reads with its numbers in place."""

from __future__ import annotations

import re

import pytest

from resilience_sim import units
from resilience_sim.errors import PlanError
from resilience_sim.plans.files import library, read_plan
from resilience_sim.plans.register import Clause
from resilience_sim.plans.wording import amount, quantity_name, render, revised


def clause(zh: str, en: str, unit: str = "min", value: float | None = 5, label: dict[str, str] | None = None) -> Clause:
    entry = {"from": "unknown", "status": "open" if value is None else "in_force", "source": "1"}
    return Clause.model_validate({
        "id": "S-1", "tier": "A", "where": "1", "model": "queue", "text": {"zh": zh, "en": en},
        "quantities": {"n": {
            "label": label, "role": "deadline", "unit": unit, "boundary": "at_most",
            "bounds": {"min": 0, "max": 100, "step": 0.5},
            "history": [entry if value is None else {**entry, "value": value}],
        }},
    })  # fmt: skip


@pytest.mark.parametrize("slug", sorted(library()))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_shipped_sentences_render_without_braces_or_decimal_zeros(slug: str, language: str) -> None:
    for shipped in read_plan(library()[slug])[0].clauses:
        text = render(shipped, language)  # type: ignore[arg-type]
        assert not re.search(r"[{}]|\d\.0\b|  |\bNone\b|\bnan\b", text), text
        middle = {name: (q.bounds.min + q.bounds.max) / 2 for name, q in shipped.quantities.items()}
        both = revised(shipped, middle)
        assert not re.search(r"[{}]|\d\.0\b|  |\bNone\b|\bnan\b|\[(open|未定)\]", both["zh"] + both["en"])
        opened = render(shipped, language, dict.fromkeys(shipped.quantities))  # type: ignore[arg-type]
        assert opened.count("[") == (shipped.text.zh if language == "zh" else shipped.text.en).count("{")


def test_units_of_shipped_plans_all_have_a_word_in_both_languages() -> None:
    used = {q.unit for folder in library().values() for _, _, q in read_plan(folder)[0].quantities()}
    for unit in used - {"1", "%"}:
        assert re.search(r"[\u4e00-\u9fff]", amount(2, unit, "zh")), unit
        assert amount(2, unit, "en").split(" ", 1)[1] != unit or unit in units.COUNTED, unit


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (4, "h", "4 小时", "4 hours"),
        (1, "h", "1 小时", "1 hour"),
        (0.5, "h", "0.5 小时", "0.5 hours"),
        (1, "agents", "1 名坐席", "1 agent"),
        (2, "lines", "2 条", "2 lines"),
        (3, "persons", "3 人", "3 persons"),
        (3, "numbers", "3 个号码", "3 numbers"),
        (12, "seats", "12 个座席", "12 seats"),
        (95, "%", "95%", "95 %"),
        (0.1 + 0.2, "1", "0.3", "0.3"),
        (2, "calls", "2 通", "2 calls"),
        (1, "children", "1 名幼儿", "1 child"),
        (7, "d", "7 天", "7 days"),
        (1e6, "customers", "1000000 名客户", "1000000 customers"),
        (20, "kW", "20 kW", "20 kW"),
        (None, "h", "[未定]", "[open]"),
    ],
)
def test_an_amount_takes_its_measure_word(value: float | None, unit: str, zh: str, en: str) -> None:
    assert (amount(value, unit, "zh"), amount(value, unit, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("text", "unit", "reads"),
    [
        ("在{n}内上报", "min", "在 5 分钟内上报"),
        ("{n}内上报", "min", "5 分钟内上报"),
        ("须上报（{n}），再处理", "min", "须上报（5 分钟），再处理"),
        ("停电后，{n}内上报", "min", "停电后，5 分钟内上报"),
        ("达{n}的座席", "%", "达 5% 的座席"),
        ("10 kV 线路停电{n}", "min", "10 kV 线路停电 5 分钟"),
        ("靠 UPS 工作 {n} 以上", "min", "靠 UPS 工作 5 分钟 以上"),
    ],
)
def test_chinese_has_a_space_between_characters_and_numbers_only(text: str, unit: str, reads: str) -> None:
    assert render(clause(text, "within {n}", unit), "zh") == reads


def test_a_number_for_an_open_quantity_follows_the_sentence_in_brackets() -> None:
    unstated = clause("尽快上报。", "They report soon.", value=None)
    assert render(unstated, "zh") == "尽快上报。"
    assert revised(unstated, {"n": 10}) == {
        "zh": "尽快上报（时限 n：不超过 10 分钟）。",
        "en": "They report soon (n: at most 10 minutes).",
    }


def test_a_labelled_quantity_is_called_by_its_label_in_each_language() -> None:
    label = {"zh": "上报时间", "en": "time to report"}
    unstated = clause("尽快上报。", "They report soon.", value=None, label=label)
    assert revised(unstated, {"n": 10}) == {
        "zh": "尽快上报（上报时间：不超过 10 分钟）。",
        "en": "They report soon (time to report: at most 10 minutes).",
    }
    stated = clause("在{n}内上报。", "They report within {n}.", label=label)
    assert revised(stated, {"n": 10}) == {"zh": "在 10 分钟内上报。", "en": "They report within 10 minutes."}


def test_a_quantity_without_a_label_is_called_by_its_role_and_key() -> None:
    (quantity,) = clause("{n}", "{n}").quantities.values()
    assert quantity_name("report_within", quantity, "zh") == "时限 report_within"
    assert quantity_name("report_within", quantity, "en") == "report within"


def test_the_utility_plan_reads_as_its_planners_write() -> None:
    plan, _ = read_plan(library()["utility-call-centre"])
    assert revised(plan.clause("P1-11"), {"advance": 120}) == {
        "zh": "一般方案启动后，下一班坐席代表提前接班（提前时间：不超过 120 分钟）。",
        "en": "In the general response the next shift takes over earlier (advance: at most 120 minutes).",
    }
    assert revised(plan.clause("P1-09"), {"released_after": 135})["zh"].endswith(
        "（线路恢复后留岗时间：不少于 135 分钟）。"
    )


def test_the_labels_of_the_utility_plan_are_words_in_their_language() -> None:
    for clause_id, name, quantity in read_plan(library()["utility-call-centre"])[0].quantities():
        assert re.fullmatch(r"[\u4e00-\u9fff]+", quantity_name(name, quantity, "zh")), (clause_id, name)
        assert re.fullmatch(r"[a-z ]+", quantity_name(name, quantity, "en")), (clause_id, name)


def test_rendering_refuses_a_quantity_that_the_clause_lacks() -> None:
    with pytest.raises(PlanError, match=r"no quantity 'm'; accepted: n"):
        render(clause("{n}", "{n}"), "en", {"m": 3})
