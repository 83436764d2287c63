"""The words of comparisons, in Chinese and English."""

from __future__ import annotations

import math

from resilience_sim.experiments.compare_results import Comparison, Cost, Row
from resilience_sim.plans.fields import Text
from resilience_sim.plans.scenario_grids import Change, Variant
from resilience_sim.plans.wording import amount
from resilience_sim.reports.vocabulary import EVERY
from resilience_sim.reports.words import Language, cost_name, load_name, measure_name, reading_name, scenario_name
from resilience_sim.reports.words import say as common

__all__ = [
    "cost_text", "fact_name", "figure", "limit_name", "names_of", "quantity_name", "row_name", "say", "setting_name",
    "variant_name",
]  # fmt: skip

_WORDS = {
    "base": ("现行", "as it is now"),
    "base_changed": ("基准", "base"),
    "scenario": ("方案", "scenario"),
    "mean": ("均值\n95% 区间", "mean\n95 % interval"),
    "percentiles": ("分位\n5/50/95%", "percentiles\n5/50/95"),
    "kept": ("达标\n结论", "kept,\nverdict"),
    "more_kept": ("比基准多\n百分点", "against\nbase, points"),
    "difference": ("均值比基准多", "mean, against base"),
    "cost": ("代价", "cost"),
    "verdict": ("结论", "verdict"),
    "rationale": ("理由", "why"),
    "hours": ("{cost:.1f} 工时", "{cost:.1f} staff-hours"),
    "nothing_set": ("不计代价", "counts none"),
    "open": ("计划未定，无从计", "open in the plan"),
    "many": ("组合过多", "too many choices"),
    "not_asked": ("不适用", "not asked"),
    "matrix": ("各方案的结论", "Verdicts by scenario"),
    "holds": ("成立", "holds"),
    "best": (
        "达标最多：{name}（若有方案比它好 {zone}及以上而未选中，概率不超过 {error}）",
        "kept oftenest: {name} (that another is better by {zone} or more has probability {error} at most)",
    ),
    "leading": (
        "达标最多：尚不能断定；{name} 领先，另有 {rivals} 个方案可能好 {zone}及以上（误差 {error}）",
        "kept oftenest: not settled; {name} leads, {rivals} others may be better by {zone} or more (error {error})",
    ),
    "cheapest": ("成立者中代价最小：{name}（{cost}）{sure}", "cheapest that holds: {name} ({cost}){sure}"),
    "sure": (
        "；若相差不到 {zone}不计，选对的概率不低于 {probability}（按正态近似）",
        "; right with probability {probability} or more, differences below {zone} aside, costs taken for normal",
    ),
    "unsure": ("；与次省者尚不能区分", "; not told apart from the next"),
    "undecided_cheaper": ("；更省的 {count} 个方案未定", "; {count} cheaper without an answer"),
    "unknown_cost": ("；另有 {count} 个方案成立，代价不明", "; {count} more hold at an unknown cost"),
    "none_holds": ("没有方案被证明成立", "no scenario is shown to hold"),
    "all_hold": ("所有检验都成立：{names}", "every claim holds in: {names}"),
    "closing": (
        "种子 {seed}，每项 {events} 个事件，各方案用同一批事件；以站点事实为前提，{variants} 个方案 × {rows} 项检验中"
        "任一结论有误的概率不超过 {error:g}；均值、分位数和差值为估计值，区间各为 95%。",
        "Seed {seed}, {events} events each, the same for every scenario; given the facts of the site, the probability "
        "that any verdict in {variants} scenarios x {rows} claims is wrong is at most {error:g}; means, percentiles "
        "and differences are estimates, each interval covers with 95 %.",
    ),
    "several": ("{first} 等 {count} 个", "{first} and {count} more"),
    # figures
    "kept_axis": ("达标事件占比（%）", "events that keep it (%)"),
    "required": ("要求 {share:.0f}%", "required: {share:.0f} %"),
    "limit": ("要求 {limit}", "required: {limit}"),
    "band": ("5%–95% 的事件", "5 to 95 % of events"),
    "median": ("中位数", "median"),
    "mean_line": ("均值及 95% 区间", "mean and its 95 % interval"),
    "break_up": ("{axis}：{fails} 不成立，{holds} 起成立", "{axis}: fails at {fails}, holds from {holds}"),
    "break_down": ("{axis}：至 {holds} 成立，{fails} 起不成立", "{axis}: holds up to {holds}, fails from {fails}"),
    "all_fail": ("{axis}试值内均不成立", "Fails at every value tried of {axis}"),
    "all_hold_curve": ("{axis}试值内均成立", "Holds at every value tried of {axis}"),
    "no_break": (
        "{axis}：成立 {holding} 处，不成立 {failing} 处，其余未定",
        "{axis}: holds at {holding} values, fails at {failing}, else no answer",
    ),
    "map_found": (
        "{count} 种组合中 {holding} 种成立、{failing} 种不成立；粗线：达标占比越过 {share:.0f}% 之处",
        "Of {count} combinations {holding} hold, {failing} fail; heavy line: share kept crosses {share:.0f} %",
    ),
    "frontier_found": (
        "{count} 个方案中有 {kept} 个，没有别的方案比它既省又好；达标最多的为 {share:.1f}%，代价 {cost}",
        "Of {count} scenarios {kept} are unbeaten in cost and service; most kept is {share:.1f} %, at {cost}",
    ),
    "on_frontier": ("没有既更省又更好的方案", "none is both cheaper and better"),
    "off_frontier": ("有既更省又不差的方案", "another is as good and cheaper"),
    "cost_axis": ("每次事件的代价（{unit}）", "cost of one event ({unit})"),
    "staff_hours": ("工时", "staff-hours"),
    "hours_head": ("工时", "staff-\nhours"),
    "tornado_found": (
        "影响最大的假设是{fact}：从 {low} 到 {high}，达标占比从 {from_:.0f}% 变为 {to:.0f}%",
        "{fact} matters most: from {low} to {high} the share kept goes from {from_:.0f} % to {to:.0f} %",
    ),
    "tornado_none": ("没有一项假设改变达标占比", "No assumption changes the share kept"),
    "tornado_axis": ("达标事件占比的变化（百分点）", "change of the share kept (points)"),
    "at_low": ("取范围下限", "at the low end of its range"),
    "at_high": ("取范围上限", "at the high end of its range"),
    "tornado_note": (
        "每端 {events} 个事件，与基准相同；细线：95% 区间",
        "{events} events at either end, those of the base; thin line: 95 % interval",
    ),
    "matrix_found": (
        "{count} 个方案 × {rows} 项检验：成立 {holding}，不成立 {failing}",
        "{count} scenarios x {rows} claims: {holding} hold, {failing} fail",
    ),
    "matrix_note": ("数字：达标事件占比（%）", "number: share of events kept (%)"),
}  # fmt: skip


def say(key: str, language: Language) -> str:
    """A word of comparisons."""
    return _WORDS[key][language == "en"]


def _in(text: Text, language: Language) -> str:
    return str(getattr(text, language))


def fact_name(name: str, language: Language) -> str:
    """A fact's name for people: as a load, or its own in words."""
    return load_name(name, language) if name in EVERY.loads else name.replace("_", " ").replace(".", " · ")


def quantity_name(key: str, label: Text | None, language: Language) -> str:
    """What a scenario sets, for people."""
    if key.startswith("site."):
        return fact_name(key.removeprefix("site."), language)
    clause, _, name = key.partition(".")
    told = EVERY.loads[key][language == "en"] if key in EVERY.loads else name.replace("_", " ")
    return f"{clause} {told if label is None else _in(label, language)}"


def setting_name(change: Change, language: Language) -> str:
    """One number of a scenario: its name and value."""
    told = amount(change.value, change.unit, language).replace(" ", "\u00a0")
    return f"{quantity_name(change.key, change.label, language)} {told}"


def variant_name(variant: Variant, language: Language) -> str:
    """A scenario's name for people; of a grid, by its values."""
    if variant.of == "base":
        return say("base_changed" if variant.changes else "base", language)
    if variant.axes:
        keys = [axis.key for axis in variant.axes]
        ranged = [setting_name(change, language) for change in variant.changes if change.key in keys]
        return ("，" if language == "zh" else ", ").join(ranged)
    return _own_name(variant, language)


def _own_name(variant: Variant, language: Language) -> str:
    return variant.of.replace("_", " ") if variant.name is None else _in(variant.name, language)


def row_name(row: Row, language: Language) -> str:
    """Claim, reading and hazard, for people."""
    parts = (row.claim, reading_name(row.interpretation, language), scenario_name(row.hazard, language))
    return " / ".join(part for part in parts if part)


def limit_name(row: Row, language: Language) -> str:
    """What is measured, and its limit."""
    question = row.base.question
    sign = "≥" if question.relation == "at_least" else "≤"
    percent = "%" if language == "zh" else " %"
    limit = f"{question.limit:g}{percent}" if question.unit == "%" else amount(question.limit, question.unit, language)
    return f"{measure_name(question.measure, language)} {sign} {limit}"


def cost_text(cost: Cost, language: Language) -> str:
    """What a scenario costs in one event, or why that is not known."""
    if cost.why:
        return say(cost.why, language)
    if cost.unit == "staff_hours":
        return say("hours", language).format(cost=cost.mean)
    words = cost_name(cost.unit, language) if cost.unit in EVERY.costs else "{cost:g}"
    return words.format(cost=cost.mean) if "{cost" in words else "–"


def figure(value: float) -> str:
    """A number in three digits; ∞ where it has no end, – where there is none."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def names_of(comparison: Comparison, language: Language) -> list[str]:
    """The names of all scenarios; those of a grid with its own where another would be called the same."""
    plain = [variant_name(variant, language) for variant in comparison.variants]
    colon = common("colon", language)
    return [
        f"{_own_name(variant, language)}{colon}{name}" if variant.axes and plain.count(name) > 1 else name
        for variant, name in zip(comparison.variants, plain, strict=True)
    ]
