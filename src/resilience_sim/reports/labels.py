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
    "counted_rows": ("{rows} 项中：{answers}", "Of {rows} rows: {answers}"),
    "counted_answer": ("{count} 项{answer}", "{answer} {count}"),
    "first_fails": ("最先不成立：{claim}，自 {load} 起", "first to fail: {claim}, from {load}"),
    "first_fail": ("最先不成立：{count} 项检验，自 {load} 起", "first to fail: {count} claims, from {load}"),
    "none_fails": ("试值内均未不成立", "none is known to fail"),
    "event": ("单次事件：{scenario}，编号 {number}，种子 {seed}", "one event: {scenario}, no. {number}, seed {seed}"),
    "outcome": (
        "服务水平 {service_level:.0f}%，接通率 {answer_rate:.0f}%，来电 {calls:.0f} 个",
        "{service_level:.0f} % answered in time, {answer_rate:.0f} % answered, {calls:.0f} calls",
    ),
    "queue_after": (
        "排队最多 {waiting} 个，在方案启动后 {time}，加派人员此时在席 {there} 人（最多时 {most} 人）",
        "At most {waiting} callers wait, {time} after the response starts; people added: {there} on seats by then, "
        "at most {most}",
    ),
    "queue_before": (
        "排队最多 {waiting} 个，在方案启动前 {time}，加派人员最多时 {most} 人",
        "At most {waiting} callers wait, {time} before the response starts; people added: at most {most}",
    ),
    "queue_never": (
        "排队最多 {waiting} 个，始终无人加派",
        "At most {waiting} callers wait, and nobody is sent to the seats",
    ),
    "hours": ("事件开始（{clock}）后的小时数", "hours since the event began at {clock}"),
    "lines_axis": ("停电线路（条）", "lines out"),
    "people_axis": ("人数", "persons"),
    "lines_out": ("故障停电", "unplanned"),
    "lines_counted": ("含计划停电", "with planned outages"),
    "general": ("一般方案启动（{lines} 条起）", "general response starts (from {lines} lines)"),
    "major": ("重大方案启动（{lines} 条起）", "major response starts (from {lines} lines)"),
    "roster": ("排班坐席", "agents of the roster"),
    "agents": ("在席坐席（含加派）", "agents on seats, with those called in"),
    "waiting": ("排队来电（每分钟最大值）", "callers waiting (most in each minute)"),
    "matrix_found": (
        "{clauses} 个条款中，{failing} 个在某一情景下不成立，{holding} 个处处成立",
        "Of {clauses} clauses {failing} fail in some scenario, {holding} hold wherever they are asked",
    ),
    "matrix_worst": (
        "差得最远的是 {claim}（{scenario}）：{events} 个事件中 {kept:g} 个达标，要求 {required:.0f}%",
        "furthest off is {claim} ({scenario}): kept in {kept:g} of {events} events, required in {required:.0f} %",
    ),
    "matrix_failing": ("{clauses} 个条款中 {failing} 个不成立", "{failing} of {clauses} clauses fail"),
    "matrix_number": (
        "数字：达标占比减去要求占比（百分点），取该格中最差者",
        "number: share kept less share required (points), of the worst in the cell",
    ),
    "matrix_line": ("横线：其区间，从 −100 到 +50，竖线为 0", "line: its interval from −100 to +50, tick at 0"),
    "matrix_strip": (
        "左侧色条：该格中每项检验和理解各一段",
        "strip at the left: a part for each claim and reading in the cell",
    ),
    "shed_misses": (
        "满 {hours:g} 小时关停服务器，电话用新电池也只能运行 {most:.1f} 小时，达不到 {whole:g} 小时",
        "with servers shut down at {hours:g} h telephones miss {whole:g} h even on a new battery ({most:.1f} h)",
    ),
    "shed_reaches": (
        "满 {hours:g} 小时关停，电池使用 {age:.1f} 年以内可达 {whole:g} 小时",
        "shut down at {hours:g} h, they reach {whole:g} h until the battery is {age:.1f} years old",
    ),
    "shed_by_now": (
        "电池现为 {age:g} 年，要达到 {whole:g} 小时，服务器最晚须在停电 {latest:.1f} 小时时关停",
        "at the battery's {age:g} years {whole:g} h need them shut down by {latest:.1f} h",
    ),
    "shed_never_now": (
        "电池现为 {age:g} 年，即使立即关停也达不到 {whole:g} 小时",
        "at the battery's {age:g} years {whole:g} h are missed even if they are shut down at once",
    ),
    "limits_alone": (
        "单个故障时，{limits} 项时限中 {kept} 项达到要求的占比",
        "Alone, {kept} of {limits} limits are kept as often as required",
    ),
    "limits_storm_burst": ("灾害下同时故障时 {kept} 项", "in a storm {kept}"),
    "repair_counted": ("每项模拟 {events} 个故障，种子 {seed}", "{events} faults of each, seed {seed}"),
    "repair_boxed": ("右侧：时限内的占比，达到要求者加框", "at the right: share within the limit, boxed where enough"),
    "kept_alone": ("单个", "alone"),
    "kept_storm_burst": ("灾害", "storm"),
    "repair_axis": ("用时", "time taken"),
    "half": ("一半的故障", "half of them"),
    "nine_tenths": ("九成的故障", "nine tenths"),
    "limit": ("时限", "the plan's limit"),
    "s": ("秒", "s"),
    "min": ("分钟", "min"),
    "h": ("小时", "h"),
    "d": ("天", "d"),
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
