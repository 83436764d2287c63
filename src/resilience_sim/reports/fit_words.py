"""The words of fitted facts, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

from resilience_sim.reports.words import Language

__all__ = ["fact_words", "unit_words", "WORDS"]

WORDS = {  # fact: Chinese, English
    "calls.usual_busy": ("最忙小时的来电", "calls in the busiest hour"),
    "calls.profile": ("各小时平均来电", "mean calls by hour of the day"),
    "calls.day_factor_cv": ("日系数的变异系数", "day factor, coefficient of variation"),
    "calls.handling_mean": ("平均处理时长", "handling time, mean"),
    "calls.handling_sigma": ("处理时长对数的标准差", "handling time, standard deviation of the logarithm"),
    "calls.hang_share": ("挂断比例", "share hung up"),
    "calls.within_20s_share": ("20 秒内接通占接通比例", "answered within 20 s, of the answered"),
    "patience.mean": ("平均耐心（指数分布）", "patience, mean (exponential)"),
    "patience.weibull_shape": ("耐心形状参数（韦布尔分布）", "patience, Weibull shape"),
    "patience.weibull_scale": ("耐心尺度参数（韦布尔分布）", "patience, Weibull scale"),
    "patience.lognormal_median": ("耐心中位数（对数正态分布）", "patience, median (log-normal)"),
    "patience.lognormal_sigma": ("耐心对数的标准差", "patience, standard deviation of the logarithm"),
    "redial.share": ("挂断后 30 分钟内重拨比例", "share of hang-ups who redial within 30 min"),
    "redial.delay_median": ("重拨间隔中位数", "time to the redial, median"),
    "lines.per_day": ("每日停电线路", "line outages a day"),
    "lines.clustering": ("日停电线路数的方差与均值之比", "variance over mean of the daily number"),
    "lines.storm_share": ("成批停电所占比例", "share of lines that trip in storms"),
    "lines.within_hours": ("以下两项的时限", "hours of the two lists below"),
    "lines.back_normal_day": ("平日在时限内复电比例", "share back by then, normal days"),
    "lines.back_storm_day": ("灾害日在时限内复电比例", "share back by then, storm days"),
    "outage_calls.customers_per_line": ("每条线路用户数中位数", "customers on a line, median"),
    "outage_calls.late_share": ("晚于首次预告复电的比例", "share back later than first announced"),
    "battery.health": ("电池健康度（放电率法）", "battery's state of health (rate-adjusted)"),
    "battery.health_time_adjusted": ("同上（时间法）", "the same (time-adjusted)"),
    "battery.age": ("试验时的使用年限", "age at the test"),
    "battery.test_ages": ("各次试验的使用年限", "age at each test"),
    "battery.test_healths": ("各次试验的健康度（放电率法）", "state of health at each test (rate-adjusted)"),
    "battery.life_in_place": ("现场寿命（降至 80 %）", "life in place (down to 80 %)"),
    "battery.ageing_power": ("老化曲线的指数", "power of the law of age"),
    "battery.table.duration": ("厂家表的时长", "durations of the maker's table"),
    "battery.table.power": ("每块电池的功率", "power per block"),
    "battery.kibam.available": ("KiBaM 可用部分", "KiBaM, share available"),
    "battery.kibam.rate": ("KiBaM 流动速率", "KiBaM, rate between the wells"),
    "battery.kibam.capacity": ("KiBaM 容量", "KiBaM, capacity"),
    "battery.peukert.exponent": ("Peukert 指数", "Peukert's exponent"),
    "drills.spread": ("各次演练用时对数的标准差", "drills, standard deviation of the logarithm"),
    "drills.growth_per_year": ("用时每年增长", "growth of times per year"),
    "drills.every": ("演练间隔", "time between drills"),
    "walking.pace_factor": ("步速与模型之比", "pace against the model's"),
    "walking.level": ("平地步行速度", "walking on the level"),
    "walking.adults": ("成人步行速度", "walking, adults"),
    "walking.elderly": ("老年人步行速度", "walking, elderly"),
    "walking.stairs_juniors": ("小班下楼速度", "on stairs, juniors"),
    "repair.within": ("以下 done 各项的时限", "time limits of the lists of shares back by then"),
    "repair.ups.ninety_percent": ("UPS 故障 90 % 在此时间内修复", "UPS faults, 90 % mended by then"),
    "mains.at_site_median": ("现场停电时长中位数", "power outages at the site, median"),
    "mains.at_site_hours": ("下项的时限", "hours of the list below"),
    "mains.at_site_back": ("现场停电在时限内恢复的比例", "share of them over by then"),
    "faults.per_day": ("每日故障（全部）", "faults a day (all)"),
    "faults.clustering": ("日故障数的方差与均值之比", "variance over mean of the daily number of faults"),
    "faults.mean_gap": ("每 50 台设备两次故障平均间隔", "mean time between faults of 50 devices"),
    "calling.answered_day": ("首次呼叫接听比例（7–22 时）", "first call answered, 7 to 22 h"),
    "calling.answered_night": ("首次呼叫接听比例（夜间）", "first call answered, other hours"),
    "calling.answered_again": ("首次未接后第二次接听比例", "second attempt answered, the first failed"),
    "calling.attempt": ("一次呼叫平均用时", "one attempt, mean"),
    "calling.ring": ("未接呼叫振铃平均用时", "call not answered, mean"),
    "calling.talk": ("接通呼叫平均用时", "call answered, mean"),
    "calling.between_attempts": ("两次呼叫间隔中位数", "between attempts, median"),
    "calling.message_read": ("5 分钟内回复消息的比例", "message replied to within 5 min"),
    "calling.reply_median": ("回复消息用时中位数（对数正态分布）", "reply to a message, median (log-normal)"),
    "calling.reply_sigma": ("回复用时对数的标准差", "reply, standard deviation of the logarithm"),
    "call_up.reached": ("联系到的比例", "share reached"),
    "call_up.can_come": ("联系到者中能到场的比例", "share of those reached who come"),
    "call_up.arrival_median": (
        "得知后到场用时中位数（对数正态分布）",
        "from told to arrival, median (log-normal)",
    ),
    "call_up.arrival_sigma": ("到场用时对数的标准差", "arrival, standard deviation of the logarithm"),
    "walking.stairs_seniors": ("大班下楼速度", "on stairs, seniors"),
}
KINDS = {  # of groups, whose names records of drills give; others go by the name in the record
    "groups": ("各组", "all groups"), "juniors": ("小班", "juniors"), "seniors": ("大班", "seniors"),
    "staff": ("员工", "staff"), "customers": ("客户", "customers"), "office": ("办公人员", "office"),
}  # fmt: skip
STARTS = {  # what of a kind of groups: after the kind's name in the fact's
    "": ("开始撤离平均用时", "mean time to start"),
    "_median": ("开始撤离用时中位数", "median time to start"),
    "_sigma": ("开始撤离用时对数的标准差", "time to start, standard deviation of the logarithm"),
}
UNITS = {  # Chinese; what is missing is written alike
    "share": "占比", "year": "年", "1": "", "h": "小时", "min": "分钟", "s": "秒", "d": "天", "1/d": "次/天",
    "calls": "个来电", "calls/5min": "个来电/5 分钟", "lines": "条线路", "customers": "户", "W": "瓦", "Wh": "瓦时",
    "1/h": "1/小时", "week": "周",
}  # fmt: skip
REPAIRS = {  # of a kind of faults: after its name in the fact's
    "median": ("修复时间中位数", "repair, median"),
    "sigma": ("修复时间对数的标准差", "repair, standard deviation of the logarithm"),
    "done": ("在时限内修复的比例", "share back by then"),
    "per_day": ("每日故障", "faults a day"),
}
CAUSES = {  # others go by their name in the fact's
    "hardware": ("硬件", "hardware"), "software": ("软件", "software"), "network": ("网络", "network"),
    "human_error": ("人为失误", "human error"), "facilities": ("动力与环境设施", "facilities"),
    "undetermined": ("原因不明", "undetermined"), "ups": ("UPS", "UPS"),
}  # fmt: skip
PARTS = {
    "interconnect": ("互联接口", "interconnect"), "router_board": ("路由板", "router board"),
    "memory": ("内存", "memory"), "cpu": ("处理器", "CPU"), "power_supply": ("电源", "power supply"),
    "kernel": ("内核", "kernel"), "scheduler": ("调度软件", "scheduler"),
    "operating_system": ("操作系统", "operating system"),
}  # fmt: skip


def fact_words(name: str, language: Language) -> str:
    """What a fact is."""
    return _words(name)[0 if language == "zh" else 1]


def unit_words(unit: str, language: Language) -> str:
    """A unit; that of a bare number is none."""
    return UNITS.get(unit, unit) if language == "zh" else "" if unit == "1" else unit


def _words(name: str) -> tuple[str, str]:
    if name in WORDS:
        return WORDS[name]
    head, _, rest = name.partition(".")
    if head == "pre_movement":
        what = next((ending for ending in ("_median", "_sigma") if rest.endswith(ending)), "")
        return _of(STARTS[what], KINDS, rest.removesuffix(what))
    if head == "repair" and rest.startswith("part."):
        return _of(REPAIRS["median"], PARTS, rest.removeprefix("part."))
    kind, _, what = rest.rpartition(".")
    if head in ("repair", "faults") and what in REPAIRS:
        return _of(REPAIRS[what], CAUSES, kind)
    return name, name


def _of(what: tuple[str, str], named: Mapping[str, tuple[str, str]], kind: str) -> tuple[str, str]:
    """What it is, and of which kind."""
    zh, en = named.get(kind, (kind, kind.replace("_", " ")))
    return f"{what[0]}（{zh}）", f"{what[1]} ({en})"
