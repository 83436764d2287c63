"""Words about frontiers: what more service would cost, and what less would save."""

from __future__ import annotations

from collections.abc import Sequence

from resilience_sim.experiments.frontier import Offer
from resilience_sim.experiments.recommend import Recommendation
from resilience_sim.plans.wording import amount
from resilience_sim.reports.vocabulary import EVERY
from resilience_sim.reports.words import Language, cost_name, load_name, option_name, reading_name, scenario_name
from resilience_sim.studies.question import OF_THE_SITE, Choice

__all__ = ["choice_name", "cost_text", "group_name", "price_text", "say", "values_text"]

_WORDS = {
    "frontier": (
        "代价与效果：同一组方案中，没有既更省又更好的",
        "Cost and service: of each group none is both cheaper and better",
    ),
    "chosen": ("建议", "recommended"),
    "estimated": (
        "占比为估计值，同一组各方案用同一批事件（{events} 个）模拟；括号内为单个方案的 95% 区间。",
        "Shares are estimates, those of a group on the same events ({events} of them); "
        "in brackets the 95 % interval of each alone.",
    ),
    "cost": ("代价", "cost"),
    "kept_axis": ("事件达标占比（%）", "events that keep it (%)"),
    "interval": (
        "同一格内各方案用同一批事件估计；竖线为单个方案的 95% 区间，横线为所要求的占比",
        "In a panel all choices meet the same events; bars: 95 % interval of each alone; line: the share required",
    ),
    "on": ("没有既更省又更好的方案", "none is both cheaper and better"),
    "off": ("有既更省又不差的方案", "another is as good and cheaper"),
}  # fmt: skip


def say(key: str, language: Language) -> str:
    """A word about frontiers."""
    return _WORDS[key][language == "en"]


def group_name(one: Recommendation, language: Language) -> str:
    """Clause, reading, scenario and option, for people."""
    question = one.questions[0]
    readings, scenario = reading_name(question.interpretation, language), scenario_name(question.scenario, language)
    option = option_name(question.option, language) if question.option else ""
    return " / ".join(part for part in (question.clause, readings, scenario, option) if part)


def choice_name(choice: Choice, language: Language) -> str:
    """The clause and the name of what may be set."""
    if choice.clause == OF_THE_SITE:
        return load_name(choice.quantity, language)
    name = choice.quantity if choice.label is None else getattr(choice.label, language)
    return f"{choice.clause} {name}"


def values_text(one: Recommendation, offer: Offer, language: Language) -> str:
    """The values of an offer, in the order of the choices."""
    values = zip(one.choices, one.values(offer.index), strict=True)
    return " · ".join(amount(value, choice.unit, language) for choice, value in values)


def cost_text(one: Recommendation, language: Language) -> str:
    """What the recommended choice costs, in words; empty where there is none."""
    if one.result.cost is None or one.recommended is None:
        return ""
    return price_text(one, one.result.cost, one.recommended, language)


def price_text(one: Recommendation, cost: float, values: Sequence[float], language: Language) -> str:
    """What a choice with these values costs, in words."""
    key = one.cost_unit
    if key == "endurance":
        fuel, strings = (value - (choice.current or 0) for choice, value in zip(one.choices, values, strict=True))
        return cost_name(key, language).format(fuel=fuel, strings=strings)
    if cost == 0:
        key = EVERY.free.get(key, key)
    return cost_name(key, language).format(cost=cost)
