"""A clause's sentence with its numbers in place: "within 5 minutes", 「在 5 分钟内」.

The register keeps sentences without numbers; here a number gets its unit's word, in Chinese with the measure word that
the thing takes. In Chinese one rule sets spaces: one between a character and a number, none after punctuation or at the
start. A number that was decided for a quantity which the plan's words leave open has no place in the sentence; it
follows before the full stop, in brackets and after the quantity's name: "The shift finishes later (overtime: at most
120 minutes)."
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from resilience_sim.errors import PlanError
from resilience_sim.plans.quantities import Boundary, Quantity, Role
from resilience_sim.plans.register import PLACEHOLDER, Clause

__all__ = ["Language", "amount", "number", "quantity_name", "render", "revised"]

Language = Literal["zh", "en"]

# unit: (Chinese, one in English, several in English); "" where the number stands alone
_UNITS = {
    "s": ("秒", "second", "seconds"),
    "min": ("分钟", "minute", "minutes"),
    "h": ("小时", "hour", "hours"),
    "d": ("天", "day", "days"),
    "week": ("周", "week", "weeks"),
    "year": ("年", "year", "years"),
    "m": ("米", "metre", "metres"),
    "km": ("千米", "kilometre", "kilometres"),
    "m2": ("平方米", "square metre", "square metres"),
    "m/s": ("米/秒", "m/s", "m/s"),
    "share": ("", "", ""),
    "1": ("", "", ""),
    "1/s": ("次/秒", "per second", "per second"),
    "1/min": ("次/分钟", "per minute", "per minute"),
    "1/h": ("次/小时", "per hour", "per hour"),
    "1/d": ("次/天", "per day", "per day"),
    "1/year": ("次/年", "per year", "per year"),
    "1/m2": ("人/平方米", "per square metre", "per square metre"),
    "1/(m s)": ("人/(米·秒)", "per metre and second", "per metre and second"),
    "degC": ("℃", "°C", "°C"),
    "calls/5min": ("通/5 分钟", "call in 5 minutes", "calls in 5 minutes"),
    "adults": ("名成人", "adult", "adults"),
    "agents": ("名坐席", "agent", "agents"),
    "ambulances": ("辆救护车", "ambulance", "ambulances"),
    "blocks": ("块电池", "block", "blocks"),
    "calls": ("通", "call", "calls"),
    "channels": ("条通道", "channel", "channels"),
    "children": ("名幼儿", "child", "children"),
    "classes": ("个班", "class", "classes"),
    "copies": ("份", "copy", "copies"),
    "counters": ("个台席", "counter", "counters"),
    "crews": ("支抢修队", "crew", "crews"),
    "customers": ("名客户", "customer", "customers"),
    "devices": ("台设备", "device", "devices"),
    "doors": ("扇门", "door", "doors"),
    "events": ("次事件", "event", "events"),
    "faults": ("处故障", "fault", "faults"),
    "items": ("项", "item", "items"),
    "lines": ("条", "line", "lines"),
    "numbers": ("个号码", "number", "numbers"),
    "persons": ("人", "person", "persons"),
    "places": ("个位置", "place", "places"),
    "seats": ("个座席", "seat", "seats"),
    "servers": ("台服务器", "server", "servers"),
    "spares": ("件备件", "spare", "spares"),
    "steps": ("步", "step", "steps"),
    "storeys": ("层", "storey", "storeys"),
    "teams": ("个组", "team", "teams"),
    "tries": ("次", "try", "tries"),
    "units": ("台", "unit", "units"),
    "vehicles": ("辆", "vehicle", "vehicles"),
}  # fmt: skip

_OPEN = {"zh": "[未定]", "en": "[open]"}
_BOUNDARIES = {
    Boundary.MORE_THAN: ("超过", "more than"),
    Boundary.AT_LEAST: ("不少于", "at least"),
    Boundary.LESS_THAN: ("少于", "less than"),
    Boundary.AT_MOST: ("不超过", "at most"),
    Boundary.EXACTLY: ("", ""),
    None: ("", ""),
}
_ROLES = {
    Role.TRIGGER: "触发",
    Role.RESOURCE: "资源",
    Role.DEADLINE: "时限",
    Role.PROMISE: "承诺",
    Role.INTERVAL: "间隔",
    Role.ORDER: "要求",
}
_CHARACTER = r"[\u3400-\u9fff]"
_THIN = re.compile(rf"(?<={_CHARACTER})(?=\d)|(?<=[0-9%A-Za-z])(?={_CHARACTER})")


def number(value: float) -> str:
    """A number as one writes it: ``4`` for 4.0, ``0.5``, ``1000000``."""
    return f"{value:.0f}" if value == int(value) else f"{value:.15g}"


def amount(value: float | None, unit: str, language: Language) -> str:
    """A number with its unit's word: ``amount(1, "agents", "zh") == "1 名坐席"``; ``None`` is open."""
    if value is None:
        return _OPEN[language]
    figure = number(value)
    if unit == "%":
        return f"{figure}%" if language == "zh" else f"{figure} %"
    chinese, one, several = _UNITS.get(unit, (unit, unit, unit))
    word = chinese if language == "zh" else one if value == 1 else several
    return f"{figure} {word}".rstrip()


def quantity_name(name: str, quantity: Quantity, language: Language) -> str:
    """A quantity's name for people: its label; without one its key, in Chinese after its role."""
    if quantity.label is not None:
        return quantity.label.zh if language == "zh" else quantity.label.en
    return f"{_ROLES[quantity.role]} {name}" if language == "zh" else name.replace("_", " ")


def render(clause: Clause, language: Language, values: Mapping[str, float | None] | None = None) -> str:
    """The clause's sentence with numbers.

    Parameters
    ----------
    clause
        A clause of the register.
    language
        ``"zh"`` or ``"en"``.
    values
        Numbers that stand in for those in force, by the quantity's name and in its unit; ``None`` is open.

    Raises
    ------
    PlanError
        If a value is given for a quantity that the clause lacks.
    """
    known: dict[str, float | None] = {name: quantity.in_force() for name, quantity in clause.quantities.items()}
    for name, value in (values or {}).items():
        if name not in known:
            raise PlanError(f"clause {clause.id} has no quantity {name!r}; accepted: {', '.join(known)}")
        known[name] = value
    text = clause.text.zh if language == "zh" else clause.text.en
    placed = set(PLACEHOLDER.findall(text))
    filled = PLACEHOLDER.sub(lambda match: amount(known[match[1]], clause.quantities[match[1]].unit, language), text)
    decided = [
        _decided(name, quantity, value, language)
        for name, quantity in clause.quantities.items()
        if name not in placed and (value := known[name]) is not None
    ]
    sentence = _with_brackets(filled, decided, language)
    return _THIN.sub(" ", sentence) if language == "zh" else sentence


def revised(clause: Clause, proposals: Mapping[str, float]) -> dict[Language, str]:
    """The clause's sentence in both languages as it would read with the proposed numbers."""
    return {"zh": render(clause, "zh", proposals), "en": render(clause, "en", proposals)}


def _decided(name: str, quantity: Quantity, value: float, language: Language) -> str:
    """What was decided for a quantity that the sentence has no place for."""
    chinese, english = _BOUNDARIES[quantity.boundary]
    called, figure = quantity_name(name, quantity, language), amount(value, quantity.unit, language)
    return f"{called}：{chinese}{figure}" if language == "zh" else f"{called}: {english} {figure}".replace("  ", " ")


def _with_brackets(text: str, decided: list[str], language: Language) -> str:
    if not decided:
        return text
    body, stop = (text[:-1], text[-1]) if text[-1] in "。." else (text, "")
    if language == "zh":
        return f"{body}（{'；'.join(decided)}）{stop}"
    return f"{body} ({'; '.join(decided)}){stop}"
