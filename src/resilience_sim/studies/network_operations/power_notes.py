"""What the network operations centre's study reports beside its verdicts, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from resilience_sim.models.power.theory.sequence import best_order, charge_for_stops
from resilience_sim.studies import supply
from resilience_sim.studies.network_operations.supply import NetworkSupplies
from resilience_sim.studies.supply_outages import ENDLESS, duration_law, scenarios, shares_over
from resilience_sim.units import HOUR, MINUTE, from_base

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
    doors, hall = supplies.doors_blocks, supplies.room_blocks
    known = {"doors.blocks", "battery.blocks"} <= set(supplies.site.facts)
    if language == "zh":
        chosen = "电池按现场资料配置" if known else "电池按新电池、25 ℃ 恰好达到预案最初的承诺配置"
        return (
            f"{chosen}：门禁 {doors} 块，机房 {hall} 块；"
            f"现已使用 {years:g} 年、室温 {room:g} ℃，健康度 {100 * health:.1f}%。"
        )
    chosen = "Batteries of the site"
    if not known:
        chosen = "Batteries as new ones at 25 °C need to reach what the plan promised first"
    return (
        f"{chosen}: {doors} blocks for the doors, {hall} for the machine room; now {years:g} years old at {room:g} °C, "
        f"state of health {100 * health:.1f} %."
    )


def _runtimes(supplies: NetworkSupplies, language: str) -> str:
    state = supply.condition(supplies.site)
    doors, all_on = (supplies.setting(ENDLESS, kind, state) for kind in ("doors", "room"))
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
    """The order of shutting servers down that uses least charge, and how much later it may begin than the site's own.

    It is exact, not sampled. It is no recommendation that an export could propose: a plan's quantity is one number
    between bounds, from the hardest to the easiest, and an order of named servers is none.
    """
    state = supply.condition(supplies.site)
    servers, phones_w = supplies.servers(state.load_factor), supplies.phones_w(state.load_factor)
    losses, new = supply.losses(supplies.site, "ups.idle_loss"), supply.curve(supplies.site)
    room = supplies.setting(ENDLESS, "room", state)
    battery = supply.battery(supplies.site, state, blocks=room.blocks)
    scale = battery.size_factor / (room.blocks * room.strings * battery.health)
    powers, takes = [server.power_w for server in servers], [server.stop.mean for server in servers]

    def drain(watts: float) -> float:
        return 1 / new.runtime_at(losses.drawn_w(watts) * scale)

    order, least = best_order(drain, powers, takes, stays=phones_w)
    more = charge_for_stops(drain, powers, takes, range(len(servers)), stays=phones_w) - least
    later = more / drain(phones_w + sum(powers)) / MINUTE
    listed = " → ".join(f"{k + 1} ({powers[k]:.0f} W)" for k in order)
    own = order == list(range(len(servers)))
    if language == "zh":
        gain = "即现场所列次序" if own else f"比现场所列次序可晚 {later:.1f} 分钟开始"
        return f"服务器逐台关机时，按此次序最省电：{listed.replace(' (', '（').replace(')', '）')}，{gain}。"
    gain = "the site's own" if own else f"it may begin {later:.1f} min later than the site's own"
    return f"Shut down one after the other, servers take least charge in this order: {listed}; {gain}."


def _outages(supplies: NetworkSupplies, language: str) -> str:
    listed = []
    for scenario in scenarios(supplies.record):
        over = shares_over(duration_law(supplies.site, scenario, supplies.record), WITHIN_H)
        shares = " / ".join(f"{100 * share:.0f}" for share in over)
        chinese, english = SCENARIOS[scenario]
        listed.append(f"{chinese} {shares}%" if language == "zh" else f"{english} {shares} %")
    if language == "zh":
        return f"停电在 4 / 6 / 12 小时内结束的比例：{'，'.join(listed)}。"
    return f"Outages over within 4 / 6 / 12 h: {', '.join(listed)}."
