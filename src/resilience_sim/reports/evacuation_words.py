"""The words of figures of evacuations, and the names of what they show, in Chinese and English."""

from __future__ import annotations

import math
from collections.abc import Sequence

from resilience_sim.models.egress import Building
from resilience_sim.plans.fields import Text
from resilience_sim.plans.site import Site
from resilience_sim.reports.fonts import Script

__all__ = ["door_name", "duration", "group_name", "joined", "say", "side_name", "space_name"]

WORDS = {  # key: Chinese, English
    "median": ("中位", "median of the runs"),
    "band": ("5–95% 的模拟", "5–95 % of the runs"),
    "worst": ("最差一次（第 {number} 次）", "the worst run (no. {number})"),
    "inside_axis": ("仍在楼内（人）", "persons still inside"),
    "floor_inside_axis": ("仍在起火楼层（人）", "persons still on the floor of the fire"),
    "floor_all_out": ("全部离开起火楼层", "all are off the floor"),
    "runs_axis": ("占全部模拟（%）", "share of the runs (%)"),
    "clock": ("报警后的时间（分:秒）", "time since the alarm (min:s)"),
    "all_out": ("全部撤出", "all are out"),
    "way_lost": ("烟气已封住通道", "smoke bars the way"),
    "promised": ("承诺 {time}", "promise: {time}"),
    "waiting_axis": ("排队（人）", "persons waiting"),
    "passage": ("{here} → {there}", "{here} → {there}"),
    "most": ("最长：中位 {median}，最多 {most}", "longest: median {median}, at most {most}"),
    "crowding": ("最高密度（人/平方米），取各次模拟的中位", "highest density (persons/m2), median of the runs"),
    "started": ("开始走（中位）", "starts (median)"),
    "last_of": ("最后一人出楼", "last one out"),
    # ---- findings
    "out_by": (
        "{persons} 人在报警后 {median}全部撤出（中位），每 20 次有 1 次超过 {late}",
        "{persons} people: the last is out {median} after the alarm in the median run, later than {late} in one of 20",
    ),
    "floor_out_by": (
        "{persons} 人在报警后 {median}全部离开起火楼层（中位），每 20 次有 1 次超过 {late}",
        "{persons} people: the last is off the floor {median} after the alarm in the median run, "
        "later than {late} in one of 20",
    ),
    "stuck": ("{runs} 次中有 {count} 次有人始终出不来", "somebody never gets out in {count} of {runs} runs"),
    "lost_first": ("{runs} 次中有 {count} 次烟气先封住通道", "smoke bars the way first in {count} of {runs} runs"),
    "kept": ("{runs} 次中有 {count} 次在承诺的 {time}之内", "within the promised {time} in {count} of {runs} runs"),
    "counted": ("共模拟 {runs} 次，种子 {seed}", "{runs} runs, seed {seed}"),
    "left": (
        "其中 {count} 次有人未被发现、留在楼内，未计入",
        "in {count} of them somebody stays behind unnoticed, who is not counted here",
    ),
    "queue_first": (
        "排队最长处：{door}，中位 {median} 人，最多 {most} 人",
        "Most wait at {door}: {median} in the median run, {most} at most",
    ),
    "queue_next": ("{door} {median} 人，最多 {most} 人", "at {door} {median}, {most} at most"),
    "no_queue": ("各门前均无人排队", "Nobody waits at any door"),
    "fewer": ("另有 {count} 处排队更短，未画出", "{count} more sides of doors, with shorter queues, are left out"),
    "alike": ("相同两处之间的门自左起编号", "doors of the same two spaces are numbered from the left"),
    "crowded": (
        "最挤的是{space}：每平方米 {density} 人（中位），至多能挤 {most} 人",
        "Most crowded is the {space}: {density} persons/m2 in the median run; it is full at {most}",
    ),
    "last_group": (
        "最后撤出的是{group}：报警后 {median}（中位），每 20 次有 1 次超过 {late}",
        "Last out: {group}, {median} after the alarm in the median run, later than {late} in one of 20",
    ),
    # ---- the replay
    "replayed": (
        "{runs} 次模拟中最差的一次（第 {number} 次，种子 {seed}）：报警后 {last}最后一人才出楼",
        "The worst of {runs} runs (no. {number}, seed {seed}): the last is out {last} after the alarm",
    ),
    "floor_replayed": (
        "{runs} 次模拟中最差的一次（第 {number} 次，种子 {seed}）：报警后 {last}最后一人才离开起火楼层",
        "The worst of {runs} runs (no. {number}, seed {seed}): the last is off the floor {last} after the alarm",
    ),
    "replayed_stuck": (
        "{runs} 次模拟中最差的一次（第 {number} 次，种子 {seed}）：{stuck} 人始终出不来",
        "The worst of {runs} runs (no. {number}, seed {seed}): {stuck} never get out",
    ),
    "lost_before_alarm": (
        "报警前 {lost}烟气已封住通道，{late} 人在楼内",
        "smoke barred the way {lost} before the alarm, with {late} inside",
    ),
    "lost_at": (
        "{lost}时烟气封住通道，还有 {late} 人在楼内",
        "smoke bars the way at {lost}, with {late} still inside",
    ),
    "floor_lost_before_alarm": (
        "报警前 {lost}烟气已封住通道，{late} 人在起火楼层",
        "smoke barred the way {lost} before the alarm, with {late} on the floor",
    ),
    "floor_lost_at": (
        "{lost}时烟气封住通道，还有 {late} 人在起火楼层",
        "smoke bars the way at {lost}, with {late} still on the floor",
    ),
    "floor_lost_later": ("{lost}时烟气才封住通道", "smoke bars the way only at {lost}"),
    "lost_later": ("{lost}时烟气才封住通道", "smoke bars the way only at {lost}"),
    "replay_note": (
        "数字：所在人数；（括号内）门前排队，{fewest} 人起；箭头后为已由该出口撤出",
        "numbers: in a space; (in brackets) waiting at a door, {fewest} or more; after an arrow, out by it",
    ),
    "frame": ("{clock}，仍在楼内 {count} 人", "{clock}, {count} inside"),
    "frame_lost": ("{clock}，通道已封，仍在楼内 {count} 人", "{clock}, way lost, {count} inside"),
    "dot_still": ("尚未动身", "not started"),
    "dot_walks": ("在走", "walking"),
    "dot_waits": ("在门前等候", "waiting at a door"),
    "door": ("门", "door"),
    "exit": ("出口", "way out"),
    "never": ("出不来", "never"),
    "semicolon": ("；", "; "),
    "joins": ("{one}与{other}之间的门", "door between {one} and {other}"),
}  # fmt: skip

GROUPS = {  # that studies form: Chinese, English
    "led": ("被引导者和引导员", "those led, and who leads"),
    "telling": ("通知客户的员工", "staff who tell others"),
    "fighting": ("救火的员工", "staff at the fire"),
}


def say(writing: Script, key: str) -> str:
    """The words for a key."""
    chinese, english = WORDS[key]
    return chinese if writing.language == "zh" else english


def joined(parts: Sequence[str], writing: Script, inches: float = math.inf) -> str:
    """Sentences side by side, in as many lines as the width takes."""
    semicolon = say(writing, "semicolon")
    lines: list[str] = []
    for part in parts:
        if lines and _inches(lines[-1] + semicolon + part) <= inches:
            lines[-1] += semicolon + part
        else:
            lines.append(part)
    return f"{semicolon.rstrip()}\n".join(lines)


def _inches(text: str) -> float:
    """About how wide a title is."""
    return math.fsum(0.135 if ord(character) > 0x2E80 else 0.079 for character in text)


def duration(seconds: float, writing: Script) -> str:
    """A time for people, to the second; inf: never."""
    if math.isinf(seconds):
        return say(writing, "never")
    minutes, rest = divmod(round(seconds), 60)
    units = ("分" if rest else "分钟", "秒") if writing.language == "zh" else ("min", "s")
    parts = [f"{count} {unit}" for count, unit in zip((minutes, rest), units, strict=True) if count]
    return " ".join(parts) or f"0 {units[1]}"


def space_name(site: Site, name: str, writing: Script) -> str:
    """A space as the site's building calls it; by its own name where that does not know it."""
    spaces = {} if site.building is None else site.building.spaces
    return _label(spaces[name].label, writing) if name in spaces else _plain(name)


def door_name(site: Site, name: str, writing: Script) -> str:
    """A door by its label, else by the spaces that it joins; by its own name where the building does not know it."""
    doors = {} if site.building is None else site.building.doors
    if name not in doors:
        return _plain(name)
    if (label := doors[name].label) is not None:
        return _label(label, writing)
    one, other = (space_name(site, space, writing) for space in doors[name].between)
    return say(writing, "joins").format(one=one, other=other)


def side_name(site: Site, building: Building, side: int, writing: Script) -> str:
    """An exit by its name, another door by the spaces from and into which people pass it; those alike are numbered."""
    door = building.doors[side // 2]
    if side in building.exits:
        return door_name(site, door.name, writing)
    here, there = (building.spaces[found[side]].name for found in (building.leads_from, building.leads_into))
    words = say(writing, "passage").format(here=space_name(site, here, writing), there=space_name(site, there, writing))
    alike = [other for other in building.doors if set(other.between) == set(door.between)]
    alike.sort(key=lambda other: (other.level, other.at))
    return words if len(alike) == 1 else f"{words} ({alike.index(door) + 1})"


def group_name(site: Site, name: str, writing: Script) -> str:
    """A group by its label, else by its room; those that are not of the building by what they do."""
    groups = {} if site.building is None else site.building.groups
    if name not in groups:
        chinese, english = GROUPS.get(name, (_plain(name), _plain(name)))
        return chinese if writing.language == "zh" else english
    label = groups[name].label
    return space_name(site, groups[name].room, writing) if label is None else _label(label, writing)


def _label(text: Text, writing: Script) -> str:
    return text.zh if writing.language == "zh" else text.en


def _plain(name: str) -> str:
    return name.replace("_", " ")
