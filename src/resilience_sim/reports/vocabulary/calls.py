"""Calls after line outages."""

from __future__ import annotations

from resilience_sim.reports.vocabulary.entries import Vocabulary

__all__ = ["WORDS"]

WORDS = Vocabulary(
    measures={
        "service_level": ("服务水平（时限内接通）", "answered in time"),
        "answer_rate": ("接通率", "answered"),
    },
    scenarios={
        "district": ("区域停电规律", "district law"),
        "linyi_storm": ("临沂暴雨日", "Linyi storm"),
        "replay": ("记录重放", "replay"),
    },
    loads={
        "outage_calls.share_who_call": ("来电比例", "share who call"),
        "outage_calls.customers_per_line": ("每条线路户数", "customers per line"),
        "lines_at_once": ("同时停电线路", "lines at once"),
        "call_up.group_message": ("同时群发通知班外坐席", "message to all agents off shift as well"),
    },
    readings={
        "replaces": ("取代一般方案", "replaces"),
        "adds": ("在一般方案上追加", "adds"),
        "planned_counted": ("计入计划停电", "planned counted"),
        "planned_not_counted": ("不计计划停电", "planned not counted"),
    },
    costs={
        "staff_hours_added": ("每次事件增加 {cost:.0f} 工时", "{cost:.0f} staff-hours more per event"),
    },
)
