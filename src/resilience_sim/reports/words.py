"""The words of tables and messages, in Chinese and English."""

from __future__ import annotations

from typing import Literal

__all__ = ["Language", "load_name", "measure_name", "reading_name", "say", "scenario_name"]

Language = Literal["zh", "en"]

_WORDS = {
    "clause": ("条款", "clause"),
    "claim": ("检验", "claim"),
    "scenario": ("情景", "scenario"),
    "interpretation": ("理解", "reading of the words"),
    "required": ("要求", "required"),
    "kept": ("达标事件占比", "events that kept it"),
    "verdict": ("结论", "verdict"),
    "events": ("事件数", "events"),
    "stands": ("站点占比", "of plausible sites"),
    "breaking": ("极限", "breaking points"),
    "holds": ("成立", "holds"),
    "fails": ("不成立", "fails"),
    "on_the_line": ("处于临界", "on the line"),
    "undecided": ("未定", "undecided"),
    "at_least": ("不低于", "at least"),
    "at_most": ("不高于", "at most"),
    "holds_up_to": ("{holds}以内成立，{fails}起不成立", "holds up to {holds}, fails from {fails}"),
    "fails_from": ("{fails}起不成立", "fails from {fails}"),
    "holds_everywhere": ("直至 {holds}均成立", "holds up to {holds}, the largest tried"),
    "of_sites": ("{sites} 个中占 {share}", "{share} of {sites}"),
    "open": ("未能判定", "no answer"),
    "quantity": ("数值", "quantity"),
    "current": ("现行", "in force"),
    "recommended": ("建议", "recommended"),
    "cost": ("代价", "cost"),
    "option_switching": ("切断时间", "time to switch off"),
    "option_start_delay": ("发电机接上负载的时间", "time to generator on load"),
    "option_check": ("检查时间", "time to watch"),
    "cost_switching": ("比最长时限提前 {cost:g} 分钟", "{cost:g} min before the longest"),
    "cost_start_delay": ("比最长时限提前 {cost:g} 秒", "{cost:g} s before the longest"),
    "cost_check": ("专员看守 {cost:g} 分钟", "the specialist watches for {cost:g} min"),
    "option_promise": ("承诺时间", "hours to promise"),
    "option_shedding": ("关停时间", "time to shed"),
    "option_battery": ("电池大小", "battery size"),
    "option_replacement": ("更换年限", "replacement age"),
    "option_reserve": ("关机预留", "reserve for shutting down"),
    "cost_promise": ("最长可承诺", "the longest that holds"),
    "cost_enough": ("最短够用", "the shortest that is enough"),
    "cost_battery": ("增加 {cost:.0f} 块电池", "{cost:.0f} blocks more"),
    "cost_replacement": ("每年更换 {cost:.2f} 次", "{cost:.2f} replacements a year"),
    "cost_shedding": ("服务器少运行 {cost:g} 小时", "servers stop {cost:g} h earlier"),
    "cost_reserve": ("电量剩 {cost:g} 分钟时关服务器", "servers stop with {cost:g} min left"),
    "cost_staff_hours_added": ("每次事件增加 {cost:.0f} 工时", "{cost:.0f} staff-hours more per event"),
    "found": ("找到", "found"),
    "none_holds": ("范围内均不成立", "nothing within bounds holds"),
    "unclaimed": ("尚未检验的条款", "clauses without a claim yet"),
    "certificate": ("证明", "certificate"),
    "group": ("条款 / 情景", "clause / scenario"),
    "status": ("结果", "result"),
}

_MEASURES = {
    "service_level": ("服务水平（时限内接通）", "answered in time"),
    "answer_rate": ("接通率", "answered"),
    "doors_runtime": ("门禁运行时间", "doors run"),
    "doors_carried": ("门禁切换到 UPS", "doors taken over"),
    "doors_passable": ("撤离时门可通行", "doors passable"),
    "phones_runtime": ("电话运行时间", "telephones run"),
    "phones_carried": ("电话切换到 UPS", "telephones taken over"),
    "phones_extra": ("电话再运行", "telephones run on"),
    "servers_clean": ("正常关机的服务器", "servers shut down cleanly"),
    "servers_crashed": ("突然断电的服务器", "servers crashed"),
    "service_carried": ("业务切换到 UPS", "service taken over by UPS"),
    "service_runtime": ("业务运行时间", "service runs"),
    "service_kept": ("业务不中断", "service without a break"),
    "taken_over": ("发电机接上负载", "generator takes the load"),
    "generator_starts": ("发电机启动", "generator starts"),
    "generator_runs": ("发电机运行时间", "generator runs"),
    "runtime_after_check": ("检查后可再支撑", "runtime after the check"),
    "outage": ("停电时长", "outage"),
    "outage_beyond": ("超出前一时限的停电", "outage beyond the first hours"),
}

_SCENARIOS = {
    "district": ("区域停电规律", "district law"),
    "linyi_storm": ("临沂暴雨日", "Linyi storm"),
    "replay": ("记录重放", "replay"),
    "endless": ("市电不恢复", "no mains return"),
    "normal_day": ("平日停电", "normal days"),
    "storm_day": ("灾害日停电", "storm days"),
    "pledge": ("供电承诺", "utility's pledge"),
    "fire": ("火灾", "fire"),
}

_LOADS = {
    "outage_calls.share_who_call": ("来电比例", "share who call"),
    "outage_calls.customers_per_line": ("每条线路户数", "customers per line"),
    "lines_at_once": ("同时停电线路", "lines at once"),
    "battery.age": ("电池年限", "battery's age"),
    "battery.room_warm": ("机房升温", "warmer room"),
    "battery.room_cold": ("机房降温", "colder room"),
    "ups.load_factor": ("负载倍数", "load"),
    "battery.blocks": ("电池块数", "battery's size"),
    "battery.replaced_after": ("电池更换年限", "battery replaced after"),
    "shed.forgotten": ("忘记切断的比例", "share forgotten"),
    "hours_needed": ("需要撑到的时间", "hours needed"),
}


_READINGS = {
    "replaces": ("取代一般方案", "replaces"),
    "adds": ("在一般方案上追加", "adds"),
    "planned_counted": ("计入计划停电", "planned counted"),
    "planned_not_counted": ("不计计划停电", "planned not counted"),
    "reached": ("设备能否达到", "reached"),
    "enough": ("是否够用", "enough"),
    "about": ("“左右”少一成", "about"),
    "in_order": ("依次采用", "in order"),
    "clean_only": ("只做安全关机", "clean only"),
    "cut_after": ("撤完再断电", "cut after"),
    "cut_before": ("不等撤完即断电", "cut before"),
    "at_the_limit": ("到点才关停", "at the limit"),
    "any_time_before": ("立即关停", "any time before"),
    "cooling_off": ("关空调", "cooling off"),
    "cooling_on": ("不关空调", "cooling on"),
    "appliances_off": ("关电器", "appliances off"),
    "appliances_on": ("不关电器", "appliances on"),
}


def say(key: str, language: Language) -> str:
    """A word of the interface."""
    return _WORDS[key][language == "en"]


def measure_name(measure: str, language: Language) -> str:
    """A measure's name for people; its own name where there is none."""
    return _MEASURES.get(measure, (measure, measure))[language == "en"]


def scenario_name(scenario: str, language: Language) -> str:
    """A scenario's name for people."""
    return _SCENARIOS.get(scenario, (scenario, scenario))[language == "en"]


def reading_name(interpretation: str, language: Language) -> str:
    """How a row reads the plan's words, for people; readings joined by " + "."""
    plain = ((reading, reading.replace("_", " ")) for reading in interpretation.split(" + "))
    return " + ".join(_READINGS.get(reading, (words, words))[language == "en"] for reading, words in plain)


def load_name(load: str, language: Language) -> str:
    """A load's name for people."""
    return _LOADS.get(load, (load, load))[language == "en"]
