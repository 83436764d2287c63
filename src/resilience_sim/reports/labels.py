"""The words that only figures need, in Chinese and English; those they share with tables are in ``words``."""

from __future__ import annotations

from resilience_sim.reports.fonts import Script

__all__ = ["WORDS", "say"]

WORDS = {  # key: Chinese, English
    "lines": ("条", "lines"),
    "year": ("年", "years"),
    "degC": ("℃", "°C"),
    "1": ("倍", "times"),
    "customers": ("户", "customers"),
    "kept": ("达标事件占比（%）", "share of events that keep the limit (%)"),
    "required": ("要求占比（灰带：临界范围）", "required share (grey: its margin)"),
    "interval": (
        "标记：已模拟事件的达标占比；横线：无论何时停止都有效的区间",
        "mark: share of the events simulated; bar: interval valid whenever one stops",
    ),
    "holds_to": ("至此仍成立", "holds up to here"),
    "fails_from": ("自此不成立", "fails from here on"),
    "between": ("其间未定", "undecided in between"),
    "today": ("现场取值", "value at the site"),
    "events": ("达标 / 全部", "kept / all"),
    "event": ("单次事件：{scenario}，编号 {number}", "One event: {scenario}, no. {number}"),
    "outcome": (
        "服务水平 {service_level:.0f}%，接通率 {answer_rate:.0f}%，来电 {calls:.0f} 个",
        "{service_level:.0f} % answered in time, {answer_rate:.0f} % answered, {calls:.0f} calls",
    ),
    "hours": ("事件开始（{clock}）后的小时数", "hours since the event began at {clock}"),
    "lines_axis": ("停电线路（条）", "lines out"),
    "agents_axis": ("在席坐席（人）", "agents on seats"),
    "waiting_axis": ("排队来电（个）", "calls waiting"),
    "lines_out": ("故障停电", "unplanned"),
    "lines_counted": ("含计划停电", "with planned outages"),
    "general": ("一般方案启动（{lines} 条起）", "general response starts (from {lines} lines)"),
    "major": ("重大方案启动（{lines} 条起）", "major response starts (from {lines} lines)"),
    "roster": ("排班人数", "roster"),
    "agents": ("加派后在席", "with the people called in"),
    "waiting": ("每分钟内的最大值", "most in each minute"),
    "phones_by_age": ("电话靠 UPS 能运行多久", "How long the telephones run on UPS"),
    "age_axis": ("电池使用年限（年）", "age of the battery (years)"),
    "hours_axis": ("市电中断后（小时）", "hours since the mains failed"),
    "all_on": ("不关停服务器", "all servers stay on"),
    "shed_at": ("满 {hours:g} 小时关停服务器（现行）", "servers shut down at {hours:g} h (the plan)"),
    "shed_sooner": ("满 {hours:g} 小时关停服务器（建议）", "servers shut down at {hours:g} h (recommended)"),
    "promised": ("承诺 {hours:g} 小时", "promise: {hours:g} h"),
    "latest_shed": ("为达到 {hours:g} 小时最晚的关停时间", "latest shed that still reaches {hours:g} h"),
    "now_aged": ("现在", "now"),
    "certain": (
        "按厂家数据计算；各项动作取平均用时，无人忘记，电池组完好",
        "by the maker's table; everything takes its mean time, nobody forgets, no string is dead",
    ),
}


def say(writing: Script, key: str) -> str:
    """The words for a key; one that is not known is shown by its own name."""
    plain = key.replace("_", " ")
    return WORDS.get(key, (plain, plain))[0 if writing.language == "zh" else 1]
