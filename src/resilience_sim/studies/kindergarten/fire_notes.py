"""What the kindergarten's study reports beside its verdicts, in sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.models.egress import EgressInputs, Fixed, Quickest
from resilience_sim.models.egress.measures import door_table
from resilience_sim.studies.evacuation import Event, Happened, assigned, floor_s, happened, measured, rerouted
from resilience_sim.studies.kindergarten.fire_events import Setting
from resilience_sim.studies.kindergarten.fire_facts import BACK, MAIN

if TYPE_CHECKING:
    from resilience_sim.studies.kindergarten.fire import Kindergarten

__all__ = ["best_number", "compared_ways", "notes", "one_by_one", "turned"]

Floats = npt.NDArray[np.float64]

EVENTS = 24  # drills that a sentence averages over
COMPARED = 8  # of them with what no choice of doors can beat, which takes longest to find
SEARCHED = 8  # of them by which the best whole-class assignment is sought
WIDER_M = (0.3, 0.6)


def notes(study: Kindergarten, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
    """Ways compared with what no plan can beat, the queue, classes, doors, widths, order, stairs, towels, drills."""
    writers = (_ways, _queue, _classes, _doors, _widths, _order, _stair, _smoke, _drills)
    return [write(study, seed, language) for write in writers]


# ---- what is compared


def best_number(study: Kindergarten) -> int:
    """How many classes to send to the back door: with so many all are out soonest on average."""
    return int(np.argmin(study.premises.mean_out_s))


def compared_ways(study: Kindergarten, seed: int, events: int = COMPARED) -> dict[str, float]:
    """Mean seconds until all are out in the same drills, by the way in which people choose their door.

    Returns
    -------
    dict
        ``main_only``; ``by_queue`` (as the plan reads); ``nearest``; ``by_class`` (so many as are best); ``searched``:
        the best whole-class assignment that a search finds; ``one_by_one``: everybody by themselves at their own pace,
        to the door that is quickest by its queue; ``floor``: what no choice of doors can beat, for the classes as they
        are, and ``floor_one_by_one`` for people by themselves.
    """
    plain = _drill(study)
    best = replace(plain, way="by_class", to_back=best_number(study))
    settings = {
        "main_only": replace(plain, way="main_only"),
        "by_queue": plain,
        "nearest": replace(plain, way="by_class", to_back=None),
        "by_class": best,
    }
    made = {name: study.premises.event(setting) for name, setting in settings.items()}
    made["one_by_one"] = Event(one_by_one(made["nearest"].egress))
    means = {name: _mean(event, seed, events) for name, event in made.items()}
    means["searched"] = min(means["by_class"], _mean(_searched(study, seed, made["by_class"]), seed, events))
    for name, of in (("floor", "by_class"), ("floor_one_by_one", "one_by_one")):
        means[name] = math.fsum(floor_s(happened(made[of], seed, k)) for k in range(events)) / events
    return means


def one_by_one(inputs: EgressInputs) -> EgressInputs:
    """The same people with their groups dissolved: each at their own pace to the door that is quickest by its queue."""
    alone = (
        replace(group, together=False, people=tuple(replace(people, helped=0.0, leads=0) for people in group.people))
        for group in rerouted(inputs, Quickest()).groups
    )
    return replace(inputs, groups=tuple(alone))


def _searched(study: Kindergarten, seed: int, chosen: Event) -> Event:
    names = study.premises.classes
    routes = {group.name: group.route for group in chosen.egress.groups}
    start = tuple(int(routes[name] == Fixed(BACK)) for name in names)
    found = assigned(chosen, names, (MAIN, BACK), seed=seed, events=SEARCHED, starts=(start,), most=1)
    sent = {name: Fixed((MAIN, BACK)[k]) for name, k in zip(names, found.exits, strict=True)}
    return Event(rerouted(chosen.egress, sent))


def _drill(study: Kindergarten) -> Setting:
    return study.setting("leaving", "drill", {})


def _best(study: Kindergarten) -> Setting:
    return replace(_drill(study), way="by_class", to_back=best_number(study))


def _events(event: Event, seed: int, events: int = EVENTS) -> list[Happened]:
    return [happened(event, seed, k) for k in range(events)]


def _mean(event: Event, seed: int, events: int = EVENTS) -> float:
    return math.fsum(one.last_out_s for one in _events(event, seed, events)) / events


# ---- sentences


def _named(study: Kindergarten, name: str, language: str) -> str:
    layout = study.site.building
    assert layout is not None
    group = layout.groups[name]
    label = group.label or layout.spaces[group.room].label
    return label.zh if language == "zh" else label.en


def _ways(study: Kindergarten, seed: int, language: str) -> str:
    mean = compared_ways(study, seed)
    gap = {name: 100 * (mean[name] / mean["floor"] - 1) for name in ("nearest", "by_class", "searched")}
    alone = 100 * (mean["one_by_one"] / mean["floor_one_by_one"] - 1)
    if language == "zh":
        return (
            f"演练中全部撤出的平均时间：只走正门 {mean['main_only']:.0f} 秒；按排队改走后门 {mean['by_queue']:.0f} 秒；"
            f"各走最近的门 {mean['nearest']:.0f} 秒；事先定好班级 {mean['by_class']:.0f} 秒"
            f"（搜索到的最好整班分配 {mean['searched']:.0f} 秒）；任何走法都不能早于 {mean['floor']:.0f} 秒。"
            f"与这一下限相比：最近的门多 {gap['nearest']:.0f}%，定好班级多 {gap['by_class']:.0f}%"
            f"（最好整班分配 {gap['searched']:.0f}%）。若人人自行选最快的门，为 {mean['one_by_one']:.0f} 秒，"
            f"比相应下限 {mean['floor_one_by_one']:.0f} 秒多 {alone:.0f}%。"
        )
    return (
        f"Mean time until all are out in a drill: main door alone {mean['main_only']:.0f} s; turning to the back door "
        f"by the queue {mean['by_queue']:.0f} s; nearest door {mean['nearest']:.0f} s; classes settled beforehand "
        f"{mean['by_class']:.0f} s (best whole-class assignment found by search {mean['searched']:.0f} s); no choice "
        f"of doors can beat {mean['floor']:.0f} s. Above that floor: nearest door {gap['nearest']:.0f} %, classes "
        f"settled {gap['by_class']:.0f} % (best assignment {gap['searched']:.0f} %). If all chose the quickest door "
        f"one by one: {mean['one_by_one']:.0f} s, {alone:.0f} % above their floor of {mean['floor_one_by_one']:.0f} s."
    )


def _classes(study: Kindergarten, seed: int, language: str) -> str:
    del seed
    k, mean_s = best_number(study), study.premises.mean_out_s
    names = [_named(study, name, language) for name in study.premises.order[:k]]
    around = ((n, mean_s[n]) for n in (k - 1, k, k + 1) if 0 <= n < len(mean_s))
    if language == "zh":
        told = "，".join(f"{n} 个班 {s:.0f} 秒" for n, s in around)
        return f"走后门的班：{'、'.join(names) or '无'}，其余走正门。走后门的班数与平均撤出时间：{told}。"
    told = ", ".join(f"{n} classes {s:.0f} s" for n, s in around)
    return f"Classes for the back door: {', '.join(names) or 'none'}; the others use the main door. Mean time: {told}."


def turned(study: Kindergarten, seed: int, way: Literal["by_queue", "by_queue_late"]) -> tuple[float, float]:
    """Per cent of drills in which somebody leaves otherwise than by the main door alone, and mean seconds saved."""
    plain = _drill(study)
    alone, ruled = (_events(study.premises.event(replace(plain, way=name)), seed) for name in ("main_only", way))
    pairs = list(zip(alone, ruled, strict=True))
    differ = [not np.array_equal(one.path.out_s, other.path.out_s) for one, other in pairs]
    saved_s = math.fsum(one.last_out_s - other.last_out_s for one, other in pairs) / len(pairs)
    return 100 * sum(differ) / len(pairs), saved_s


def _queue(study: Kindergarten, seed: int, language: str) -> str:
    """What the rule of the queue does: in how many drills it turns anybody, and what turning people later would do."""
    waiting = _drill(study).waiting
    (share, saved_s), (late, saved_late_s) = (turned(study, seed, way) for way in ("by_queue", "by_queue_late"))
    saved, saved_late = round(saved_s), round(saved_late_s)
    if language == "zh":
        return (
            f"正门排到 {waiting:.0f} 人即改走后门：若只让尚未出发或刚出班门的班改走，{share:.0f}% 的演练中有班改走，"
            f"平均比只走正门省 {saved} 秒；若连已在走廊、楼梯里的班也叫回头，{late:.0f}% 的演练中有班改走，"
            f"平均省 {saved_late} 秒（负数为更晚）。"
        )
    return (
        f"Turning to the back door at {waiting:.0f} waiting: if only classes are turned that have not set off or step "
        f"out of their room, some are in {share:.0f} % of drills, which saves {saved} s on average against the main "
        f"door alone; if those already in corridors and on stairs are turned as well, some are in {late:.0f} %, which "
        f"saves {saved_late} s (negative: later)."
    )


def _stair(study: Kindergarten, seed: int, language: str) -> str:
    """How dense one class alone makes a stair, which no order of classes can lower."""
    building, layout = study.premises.house().building, study.site.building
    assert layout is not None
    ground = layout.level_of(MAIN)
    upstairs = [place for place in study.premises.house().places if layout.spaces[place.room].level != ground]
    sizes = [place.size for place in upstairs if place.name in study.premises.classes]
    areas = [space.area_m2 for space in building.spaces if space.kind == "stair"]
    if not sizes or not areas:
        return "没有班级须走楼梯。" if language == "zh" else "No class has to take a stair."
    people, area_m2 = max(sizes), min(areas)
    most_s = study.plan.clause("P3-05").quantities["class_gap"].bounds.max
    plain = study.setting("in_order", "drill", {})
    ready, apart = (
        float(np.median([study.premises.replicate(one, seed, k)["crowding"] for k in range(COMPARED)]))
        for one in (plain, replace(plain, class_gap_s=most_s))
    )
    if language == "zh":
        return (
            f"最大的班 {people} 人，全在一部楼梯上（{area_m2:.1f} 平方米）时，仅这一个班就是每平方米 "
            f"{people / area_m2:.2f} 人。最密处每平方米人数（中位数）：备好即走 {ready:.2f}，"
            f"各班相隔 {most_s:g} 秒 {apart:.2f}；拉开班与班的间隔，降不到一个班自身的密度以下。"
        )
    return (
        f"The largest class, {people} people, alone makes {people / area_m2:.2f} per square metre when all of it is on "
        f"one stair of {area_m2:.1f} square metres. Densest crowd (median): as they are ready {ready:.2f}, "
        f"{most_s:g} s from class to class {apart:.2f}; a gap between classes cannot lower what one class makes alone."
    )


def _doors(study: Kindergarten, seed: int, language: str) -> str:
    event, rows = study.premises.event(_best(study)), []
    for one in _events(event, seed):
        table = door_table(event.egress, one.path).set_index(["door", "exit"])
        rows.append({name: table.loc[(name, True)] for name in (MAIN, BACK)})

    def mean(door: str, column: str) -> float:
        return float(np.nanmean([float(row[door][column]) for row in rows]))

    columns = ("first_s", "last_s", "flow_pps", "capacity_pps", "longest_queue", "longest_wait_s")
    told = []
    for door, (zh, en) in ((MAIN, ("正门", "main door")), (BACK, ("后门", "back door"))):
        first, last, flow, capacity, queue, wait = (mean(door, column) for column in columns)
        if language == "zh":
            told.append(
                f"{zh}首人 {first:.0f} 秒、末人 {last:.0f} 秒，流量 {flow:.2f} 人/秒（最大 {capacity:.2f}），"
                f"最长排队 {queue:.0f} 人，最久等 {wait:.0f} 秒"
            )
        else:
            told.append(
                f"{en} first out {first:.0f} s, last {last:.0f} s, flow {flow:.2f}/s of {capacity:.2f}/s, longest "
                f"queue {queue:.0f}, longest wait {wait:.0f} s"
            )
    return f"按定好的班级：{'；'.join(told)}。" if language == "zh" else f"With classes settled: {'; '.join(told)}."


def _widths(study: Kindergarten, seed: int, language: str) -> str:
    best, told = _best(study), []
    for fact, zh, en in (("building.main_door", "正门", "main"), ("building.back_door", "后门", "back")):
        for more in WIDER_M:
            width = study.site.base(fact) + more
            mean_s = _mean(study.premises.event(best.with_fact(fact, width)), seed)
            told.append(
                f"{zh} {width:.1f} 米 {mean_s:.0f} 秒" if language == "zh" else f"{en} {width:.1f} m {mean_s:.0f} s"
            )
    now_s = _mean(study.premises.event(best), seed)
    if language == "zh":
        return f"门加宽后的平均撤出时间（现状 {now_s:.0f} 秒）：{'，'.join(told)}。门的通行能力是输入，不是预测。"
    return f"Mean time with wider doors (now {now_s:.0f} s): {', '.join(told)}. The flow of a door is an input."


def _order(study: Kindergarten, seed: int, language: str) -> str:
    """Orders in which classes set off one after the other; the order moves nobody's own numbers."""
    premises, best = study.premises, _best(study)
    gap_s = study.site.base("egress.class_gap") or 5.0
    nearest_first = sorted(premises.classes, key=lambda name: _metres(study, name))
    orders = {
        ("各班准备好即走", "as they are ready"): (best, premises.classes),
        ("离门近的先走", "nearest first"): (replace(best, class_gap_s=gap_s), tuple(nearest_first)),
        ("离门远的先走", "farthest first"): (replace(best, class_gap_s=gap_s), tuple(reversed(nearest_first))),
    }
    told = []
    for (zh, en), (setting, order) in orders.items():
        seconds = _mean(premises.event(replace(setting, sets_off=order)), seed)
        told.append(f"{zh} {seconds:.0f} 秒" if language == "zh" else f"{en} {seconds:.0f} s")
    if language == "zh":
        return f"出发次序（后两种每班相隔 {gap_s:g} 秒）与平均撤出时间：{'，'.join(told)}。"
    return f"Order of setting off (the last two {gap_s:g} s from class to class), mean time: {', '.join(told)}."


def _metres(study: Kindergarten, name: str) -> float:
    """How far a class is from its nearest exit."""
    inputs = study.premises.event(_drill(study)).egress
    k = next(k for k, group in enumerate(inputs.groups) if group.name == name)
    exits = len(inputs.building.exits)
    return float(inputs.routes.metres[2 * len(inputs.building.doors) + k, :exits].min())


def _smoke(study: Kindergarten, seed: int, language: str) -> str:
    setting = replace(_best(study), scenario="kitchen_fire")
    ones = _events(study.premises.event(setting), seed)
    aset, rset, alarm = (
        float(np.median(times))
        for times in zip(*((one.aset_s, one.last_out_s, one.draws.alarm_s) for one in ones), strict=True)
    )
    out = float(np.mean([measured(one)["in_time"] for one in ones]))
    towels = study.site.base("egress.wet_towels") if "egress.wet_towels" in study.site.facts else 0.0
    if language == "zh":
        return (
            f"厨房起火（中位数，自起火起算）：{alarm:.0f} 秒后发出警报，定好班级时 {rset:.0f} 秒后全部撤出，"
            f"烟气 {aset:.0f} 秒后封住走廊，其时已有 {out:.0f}% 的人撤出。"
            f"打湿毛巾使全班晚走约 {towels:g} 秒；湿毛巾能多换来多少时间没有公认数据，未作判断。"
        )
    return (
        f"Kitchen fire (medians, from the ignition): the alarm after {alarm:.0f} s, all out after {rset:.0f} s with "
        f"classes settled, smoke bars the corridor after {aset:.0f} s, when {out:.0f} % are out. Wetting towels makes "
        f"a class about {towels:g} s later; what a wet towel gains has no agreed figure, so it is not judged."
    )


def _drills(study: Kindergarten, seed: int, language: str) -> str:
    """A partial comparison: other buildings, other numbers of children."""
    ones = _events(study.premises.event(replace(_drill(study), way="by_class", to_back=None)), seed)
    low, high = np.quantile([one.last_out_s for one in ones], [0.05, 0.95])
    seen = [study.site.bases(name) for name in ("drills.abroad", "drills.china") if name in study.site.facts]
    people = ones[0].event.egress.persons
    figures = [value for values in seen for value in values]
    if language == "zh":
        told = f"；见于记载的演练 {min(figures):.0f}–{max(figures):.0f} 秒" if figures else ""
        return (
            f"各走最近的门，模拟演练 {people} 人在 {low:.0f}–{high:.0f} 秒内撤完（5%–95%）{told}。"
            "人数、园舍不同，只能部分对照，不算验证。"
        )
    told = f"; drills on record took {min(figures):.0f}-{max(figures):.0f} s" if figures else ""
    return (
        f"By the nearest door {people} people are out in {low:.0f}-{high:.0f} s in simulated drills (5-95 %){told}. "
        "Other buildings and numbers: a partial comparison, no validation."
    )
