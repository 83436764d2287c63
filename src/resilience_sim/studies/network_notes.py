"""What the network operations centre's study reports beside its verdicts, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from resilience_sim.studies import supply
from resilience_sim.studies.network_supply import NetworkSupplies, Setting
from resilience_sim.studies.supply import ENDLESS
from resilience_sim.units import HOUR, from_base

__all__ = ["notes"]

WITHIN_H = (4.0, 6.0, 12.0)
SCENARIOS = {
    "normal_day": ("平日", "normal days"),
    "storm_day": ("灾害日", "storm days"),
    "pledge": ("供电承诺", "the utility's pledge"),
    "replay": ("停电记录", "the record"),
}


def notes(supplies: NetworkSupplies, language: Literal["zh", "en"]) -> Sequence[str]:
    """The batteries and their health, runtimes by three models of the battery, and how long outages last."""
    return (_equipment(supplies, language), _runtimes(supplies, language), _outages(supplies, language))


def _equipment(supplies: NetworkSupplies, language: str) -> str:
    state = supply.condition(supplies.site)
    health = supply.battery(supplies.site, state, blocks=1).health
    years, room = from_base(state.age_s, "year"), state.room_degc
    if language == "zh":
        return (
            f"电池按新电池、25 ℃ 恰好达到承诺配置：门禁 {supplies.doors_blocks} 块，机房 {supplies.room_blocks} 块；"
            f"现已使用 {years:g} 年、室温 {room:g} ℃，健康度 {100 * health:.1f}%。"
        )
    return (
        f"Batteries as a new one at 25 °C needs to reach the promises: {supplies.doors_blocks} blocks for the doors, "
        f"{supplies.room_blocks} for the machine room; now {years:g} years old at {room:g} °C, "
        f"state of health {100 * health:.1f} %."
    )


def _runtimes(supplies: NetworkSupplies, language: str) -> str:
    state = supply.condition(supplies.site)
    plain = Setting(ENDLESS, "room", state, supplies.room_blocks)
    doors = Setting(ENDLESS, "doors", state, supplies.doors_blocks)
    d1, d2, d3 = (supplies.runtime_s(doors, law=law) / HOUR for law in supply.LAWS)
    p1, p2, p3 = (supplies.runtime_s(plain, law=law) / HOUR for law in supply.LAWS)
    if language == "zh":
        return (
            f"三种电池模型下的运行时间（查表 / KiBaM / Peukert）：门禁 {d1:.2f} / {d2:.2f} / {d3:.2f} 小时，"
            f"电话（不关停服务器）{p1:.2f} / {p2:.2f} / {p3:.2f} 小时；结论以查表为准。"
        )
    return (
        f"Runtimes by three models of the battery (maker's table / KiBaM / Peukert): doors {d1:.2f} / {d2:.2f} / "
        f"{d3:.2f} h, telephones with all servers on {p1:.2f} / {p2:.2f} / {p3:.2f} h; verdicts rest on the table."
    )


def _outages(supplies: NetworkSupplies, language: str) -> str:
    listed = []
    for scenario in supply.scenarios(supplies.record):
        over = supply.shares_over(supply.duration_law(supplies.site, scenario, supplies.record), WITHIN_H)
        shares = " / ".join(f"{100 * share:.0f}" for share in over)
        chinese, english = SCENARIOS[scenario]
        listed.append(f"{chinese} {shares}%" if language == "zh" else f"{english} {shares} %")
    if language == "zh":
        return f"停电在 4 / 6 / 12 小时内结束的比例：{'，'.join(listed)}。"
    return f"Outages over within 4 / 6 / 12 h: {', '.join(listed)}."
