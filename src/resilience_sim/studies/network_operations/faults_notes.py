"""What the study of the network operations centre's faults reports beside its verdicts, in sentences: estimates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.studies.network_operations.faults_measures import CLOCKS
from resilience_sim.studies.network_operations.faults_setting import ALONE, STORM, FaultSetting
from resilience_sim.studies.network_operations.faults_tables import ANSWERED
from resilience_sim.studies.question import Question, Situation
from resilience_sim.units import DAY, HOUR, MINUTE, to_base

if TYPE_CHECKING:
    from resilience_sim.studies.network_operations.faults import NetworkFaults

__all__ = ["agreed", "breaking_order", "notes"]

Floats = npt.NDArray[np.float64]

SIZES = (1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0)
EVENTS = 512  # for an estimate; the verdicts and the breaking points in the tables are proved
NEAR_LINE = 16_384  # where so few cannot tell on which side a share lies
FOR_TIMES = 2048


def notes(study: NetworkFaults, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
    """Which limits fail first as more breaks at once, what would hold, the standby machine, and vendors' agreements."""
    asked = [question for question in study.questions() if question.measure in CLOCKS]
    if not asked:  # a plan of one's own that asks of no limit
        return []
    return [
        _order(study, asked, seed, language),
        _would_hold(study, asked, seed, language),
        _standby(study, seed, language),
        *([_agreements(study, asked, language)] if 0 < study.site.base("vendor.in_time") < 1 else []),
    ]


def breaking_order(
    study: NetworkFaults, asked: Sequence[Question], seed: int
) -> tuple[list[tuple[Question, float]], list[Question], list[Question]]:
    """Limits by the number of faults at once from which fewer events keep them than have to.

    Returns
    -------
    tuple
        Those that hold for a fault alone and fail among more, with the fewest at once, in the order in which they fail;
        those that hold among as many as were tried; those that fail even alone. Each once, by its claim.
    """
    alone = {question.claim.id: question for question in asked if question.scenario == ALONE}
    failing, holding, never = [], [], []
    for question in asked:
        if question.scenario != STORM or question.claim.id not in alone:
            continue
        first = alone[question.claim.id]
        if _kept(study, first, first.situation, seed) < first.required:
            never.append(question)
            continue
        setting = question.situation
        assert isinstance(setting, FaultSetting)
        among = ((size, setting.with_fact("storm.faults", size)) for size in SIZES)
        size = next((size for size, one in among if _kept(study, question, one, seed) < question.required), None)
        if size is None:
            holding.append(question)
        else:
            failing.append((question, size))
    return sorted(failing, key=lambda one: one[1]), holding, never


def _values(study: NetworkFaults, situation: Situation, measure: str, seed: int, events: int) -> Floats:
    """The measure in the first so many events; those of a fault alone and in a storm meet the same draws."""
    blocks = -(-events // study.effort_for(situation).block)
    return np.hstack([study.replicate(situation, seed, block)[measure] for block in range(blocks)])


def _kept(study: NetworkFaults, question: Question, situation: Situation, seed: int) -> float:
    """Share of events that keep the limit; of more events if it lies within three standard errors of the line."""
    required, share = question.required, math.nan
    for events in (EVENTS, NEAR_LINE):
        share = float(question.kept(_values(study, situation, question.measure, seed, events)).mean())
        if abs(share - required) > 3 * math.sqrt(required * (1 - required) / events):
            break
    return share


def _order(study: NetworkFaults, asked: Sequence[Question], seed: int, language: str) -> str:
    failing, holding, never = breaking_order(study, asked, seed)
    chinese = language == "zh"
    form = "{}（{:g} 处）" if chinese else "{} ({:g})"
    listed = [form.format(question.claim.id, size) for question, size in failing]
    held, none = (_ids(questions, chinese) for questions in (holding, never))
    if chinese:
        return (
            f"同时出现的故障增多时，单个故障下达标的时限依次失守：{'、'.join(listed) or '无'}；"
            f"{SIZES[-1]:g} 处同时故障仍达标：{held or '无'}；单个故障也不达标：{none or '无'}。（估计值）"
        )
    return (
        "As more breaks at once, limits that hold for a fault alone fail in this order (faults at once): "
        f"{', '.join(listed) or 'none'}; still holding with {SIZES[-1]:g} at once: {held or 'none'}; "
        f"failing even alone: {none or 'none'} (estimates)."
    )


def _would_hold(study: NetworkFaults, asked: Sequence[Question], seed: int, language: str) -> str:
    chinese = language == "zh"
    found: dict[str, list[str]] = {}
    for question in asked:
        if question.relation != "at_most":
            continue
        values = _values(study, question.situation, question.measure, seed, FOR_TIMES)
        needed_s = to_base(float(np.quantile(values, question.required, method="higher")), question.unit)
        found.setdefault(question.claim.id, []).append(_duration(needed_s, chinese))
    listed = [f"{claim} {' / '.join(times)}" for claim, times in found.items()]
    if chinese:
        return f"达到要求占比实际需要的时间（单个故障 / 灾害同时故障）：{'，'.join(listed)}。（估计值）"
    return f"Times that would hold at the share required (alone / in a storm): {', '.join(listed)} (estimates)."


def _standby(study: NetworkFaults, seed: int, language: str) -> str:
    """A server that does not start, with its standby machine and without, in the same events."""
    shares = []
    for scenario in (ALONE, STORM):
        setting = study.setting("server_dead", "server_back", scenario, {})
        there = (setting, setting.with_stock("standby_servers", 0))
        shares += [float((_values(study, one, "server_back", seed, FOR_TIMES) < 30).mean()) for one in there]
    a, b, c, d = (f"{100 * share:.0f}" for share in shares)
    if language == "zh":
        return (
            f"服务器无法启动，三十分钟内恢复的比例：有备用机 {a}%，没有 {b}%；灾害同时故障时 {c}% 和 {d}%。（估计值）"
        )
    return (
        f"A server that does not start is back within 30 min in {a} % of faults with a standby machine, "
        f"in {b} % without; in a storm in {c} % and {d} % (estimates)."
    )


def agreed(study: NetworkFaults, question: Question) -> float:
    """The longest time to agree on with a vendor whose answer has a limit, in the question's unit.

    Answers within t have the share Φ(ln(t / median) / σ), in the verdicts as here. Vendors who keep the time agreed in
    the share p, and the limit L in the share r, have agreed on ``L exp(σ (Φ⁻¹(p) - Φ⁻¹(r)))``.
    """
    kept, sigma = study.site.base("vendor.in_time"), study.site.base("vendor.response.sigma")
    return question.limit * _spread(sigma, kept) / _spread(sigma, question.required)


def _agreements(study: NetworkFaults, asked: Sequence[Question], language: str) -> str:
    """What would have to be agreed with vendors for their answers to be in time."""
    site, chinese = study.site, language == "zh"
    kept = site.base("vendor.in_time")
    now_s = site.base("vendor.response.median") * _spread(site.base("vendor.response.sigma"), kept)
    found = [
        f"{question.claim.id} {_duration(to_base(agreed(study, question), question.unit), chinese)}"
        for question in asked
        if question.measure in ANSWERED and question.scenario == ALONE and question.required < 1
    ]
    if chinese:
        return (
            f"若厂商对约定的响应时间守约 {100 * kept:g}%，现有响应时间相当于约定 {_duration(now_s, chinese)}；"
            f"只计厂商，响应时限要达到要求占比，约定时间不得长于：{'，'.join(found) or '无'}。（估计值）"
        )
    return (
        f"If vendors keep the time agreed with them in {100 * kept:g} % of calls, they answer now as if "
        f"{_duration(now_s, chinese)} were agreed; by vendors alone, limits on their answer hold at the share required "
        f"with agreements on no more than: {', '.join(found) or 'none'} (estimates)."
    )


def _spread(sigma: float, share: float) -> float:
    """How many times its median a log-normal law's quantile is."""
    return math.exp(sigma * NormalDist().inv_cdf(share))


def _ids(questions: Sequence[Question], chinese: bool) -> str:
    return ("、" if chinese else ", ").join(question.claim.id for question in questions)


def _duration(seconds: float, chinese: bool) -> str:
    """A time in its best unit; "never" where it does not come."""
    if seconds == np.inf:
        return "不能恢复" if chinese else "never"
    units = ((DAY, "天", "d"), (HOUR, "小时", "h"), (MINUTE, "分钟", "min"))
    unit_s, zh, en = next((one for one in units if seconds >= 2 * one[0]), units[-1])
    return f"{seconds / unit_s:.3g} {zh if chinese else en}"
