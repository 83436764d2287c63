"""Choosing one of K candidates in order, with a certificate: the chosen one holds, the next cheaper one fails.

Candidates stand from the hardest for the claim (the cheapest) to the easiest; each is judged by verdicts, never by
estimates.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from resilience_sim.errors import VerdictError
from resilience_sim.verdicts.verdict import Answer, Verdict

__all__ = ["Found", "Selection", "bisect", "bisection_share", "judge_all"]

C = TypeVar("C")


class Found(StrEnum):
    """How a search ended; that nothing within bounds holds is an answer too."""

    FOUND = "found"
    NONE_HOLDS = "none_holds"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Selection(Generic[C]):
    """What a search among ordered candidates found.

    Parameters
    ----------
    status
        found, none_holds or undecided.
    chosen
        The cheapest candidate shown to hold; ``None`` unless found.
    ties
        Others that hold at the same cost.
    holds, fails
        The certificate: the verdicts on the chosen candidate and on the next cheaper one. `fails` is ``None`` if the
        chosen one is the cheapest offered; if none holds it is the verdict on the easiest.
    bracket
        The costliest candidate shown to fail and the cheapest shown to hold, where there are such.
    path
        Every candidate judged, with its verdict, in order.
    cheaper_undecided
        Candidates cheaper than the chosen one that were judged without an answer.
    alpha_node
        Error share of each single verdict.
    """

    status: Found
    chosen: C | None
    holds: Verdict | None
    fails: Verdict | None
    bracket: tuple[C | None, C | None]
    path: tuple[tuple[C, Verdict], ...]
    alpha_node: float
    ties: tuple[C, ...] = ()
    cheaper_undecided: tuple[C, ...] = ()


def _unclear(verdict: Verdict) -> bool:
    return verdict.answer not in (Answer.HOLDS, Answer.FAILS)


def bisection_share(candidates: int, alpha: float) -> float:
    """Error share of each node of a bisection among K candidates or none of them: α / ⌈log₂(K + 1)⌉."""
    return alpha / math.ceil(math.log2(candidates + 1))


def bisect(
    candidates: Sequence[C], judge_node: Callable[[C, float], Verdict], alpha: float, *, reverse: bool = False
) -> Selection[C]:
    """Find the hardest candidate that holds, if the claim becomes easier along the row.

    A first wrong turn can only happen at a node of the correct path, and these are at most ⌈log₂(K + 1)⌉ nodes fixed
    beforehand: the union bound over them suffices, even with common random numbers. The two verdicts beside the answer
    are always among those judged, at the ends of the range too. A node on the line or undecided stops the search.

    Parameters
    ----------
    candidates
        In order, the claim becoming easier with each.
    judge_node
        Gives the verdict on one candidate at an error share.
    alpha
        Probability that the answer is wrong.
    reverse
        Whether the claim becomes harder along the row instead; the last candidate that holds is then sought.

    Raises
    ------
    VerdictError
        If there is no candidate.
    """
    if not candidates:
        raise VerdictError("no candidates; accepted is at least one")
    row = list(candidates)[::-1] if reverse else list(candidates)
    share = bisection_share(len(row), alpha)
    path: list[tuple[C, Verdict]] = []
    verdicts: dict[int, Verdict] = {}
    failing, holding = -1, len(row)

    def bracket() -> tuple[C | None, C | None]:
        return (row[failing] if failing >= 0 else None), (row[holding] if holding < len(row) else None)

    while holding - failing > 1:
        middle = (failing + holding) // 2
        verdict = verdicts[middle] = judge_node(row[middle], share)
        path.append((row[middle], verdict))
        if verdict.answer is Answer.HOLDS:
            holding = middle
        elif verdict.answer is Answer.FAILS:
            failing = middle
        else:
            holds, fails = verdicts.get(holding), verdicts.get(failing)
            return Selection(Found.UNDECIDED, None, holds, fails, bracket(), tuple(path), share)
    status = Found.FOUND if holding < len(row) else Found.NONE_HOLDS
    holds, fails = verdicts.get(holding), verdicts.get(failing)
    return Selection(status, bracket()[1], holds, fails, bracket(), tuple(path), share)


def judge_all(costs: Mapping[C, float], judge_node: Callable[[C, float], Verdict], alpha: float) -> Selection[C]:
    """Find the cheapest candidate that holds where the claim is not monotone: every one is judged, at α/K each.

    Feasibility comes before cost. Equal costs are reported together, and a cheaper candidate without an answer is named
    beside the chosen one.

    Parameters
    ----------
    costs
        Cost of each candidate.
    judge_node
        Gives the verdict on one candidate at an error share.
    alpha
        Probability that the answer is wrong.
    """
    if not costs:
        raise VerdictError("no candidates; accepted is at least one")
    share = alpha / len(costs)
    path = tuple((candidate, judge_node(candidate, share)) for candidate in sorted(costs, key=lambda c: costs[c]))
    verdicts = dict(path)
    holding = [candidate for candidate, verdict in path if verdict.answer is Answer.HOLDS]
    failing = [candidate for candidate, verdict in path if verdict.answer is Answer.FAILS]
    if not holding:
        none = len(failing) == len(path)
        status, last = (Found.NONE_HOLDS if none else Found.UNDECIDED), (failing[-1] if failing else None)
        fails, unclear = (None if last is None else verdicts[last]), tuple(c for c, v in path if _unclear(v))
        return Selection(status, None, None, fails, (last, None), path, share, cheaper_undecided=unclear)
    chosen = holding[0]
    cheaper = [candidate for candidate in failing if costs[candidate] < costs[chosen]]
    return Selection(
        Found.FOUND,
        chosen,
        verdicts[chosen],
        verdicts[cheaper[-1]] if cheaper else None,
        (cheaper[-1] if cheaper else None, chosen),
        path,
        share,
        ties=tuple(c for c in holding[1:] if costs[c] == costs[chosen]),
        cheaper_undecided=tuple(c for c, v in path if costs[c] < costs[chosen] and _unclear(v)),
    )
