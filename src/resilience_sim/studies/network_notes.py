"""What the network operations centre's study reports beside its verdicts, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from resilience_sim.models.power.theory.sequence import best_order
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
    """The batteries and their health, runtimes by three models, the order of shutting down, how long outages last."""
    writers = (_equipment, _runtimes, _order, _outages)
    return [write(supplies, language) for write in writers]


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
    doors = Setting(ENDLESS, "doors", state, supplies.doors_blocks)
    all_on = Setting(ENDLESS, "room", state, supplies.room_blocks)
    shed = replace(all_on, shed_after_s=supplies.promised.shed_at_s)
    d, p, s = (
        " / ".join(f"{supplies.runtime_s(setting, law=law) / HOUR:.2f}" for law in supply.LAWS)
        for setting in (doors, all_on, shed)
    )
    shed_h = supplies.promised.shed_at_s / HOUR
    if language == "zh":
        return (
            f"三种电池模型下的运行时间（查表 / KiBaM / Peukert）：门禁 {d} 小时；电话 {p} 小时（不关停服务器），"
            f"{s} 小时（满 {shed_h:g} 小时关停）。结论以查表为准。"
        )
    return (
        f"Runtimes by three models of the battery (maker's table / KiBaM / Peukert): doors {d} h; telephones {p} h "
        f"with all servers on, {s} h with servers shut down at {shed_h:g} h. Verdicts rest on the table."
    )


def _order(supplies: NetworkSupplies, language: str) -> str:
    """The order of shutting servers down that uses least charge, which also may begin latest."""
    state = supply.condition(supplies.site)
    servers, phones_w = supplies.servers(state.load_factor), supplies.phones_w(state.load_factor)
    losses, new = supply.losses(supplies.site, "ups.idle_loss"), supply.curve(supplies.site)
    battery = supply.battery(supplies.site, state, blocks=supplies.room_blocks)
    scale = battery.size_factor / (battery.blocks * battery.health)
    order, _ = best_order(
        lambda watts: 1 / new.runtime_at(losses.drawn_w(watts) * scale),
        [server.power_w for server in servers],
        [server.stop.mean for server in servers],
        stays=phones_w,
    )
    listed = " → ".join(f"{k + 1} ({servers[k].power_w:.0f} W)" for k in order)
    if language == "zh":
        return f"服务器逐台关机时，按此次序最省电：{listed.replace(' (', '（').replace(')', '）')}。"
    return f"Shut down one after the other, servers take least charge in this order: {listed}."


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
