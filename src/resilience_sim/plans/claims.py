"""A clause read as a probability statement about a measure."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from resilience_sim import units
from resilience_sim.plans.fields import ClauseId, Frozen, Name, Words

__all__ = ["Claim", "share_of_events"]

_NAMED = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_SHARE_OF = re.compile(r"\s*([0-9.]+)\s*%\s+of\s+([a-z][a-z ]*)\s*")


def share_of_events(text: str) -> tuple[float, str]:
    """Read ``"95 % of outages"`` as (0.95, "outages").

    Raises
    ------
    ValueError
        If the text has another form or the share is not strictly between 0 and 100 %.
    """
    match = _SHARE_OF.fullmatch(text)
    share = float(match[1]) / 100 if match and match[1].count(".") <= 1 and match[1] != "." else math.nan
    if match is None or not 0 < share < 1:
        raise ValueError(f"{text!r} is no share of events; accepted is, for example, '95 % of events'")
    return share, match[2].strip()


def _limit(value: Any) -> Any:
    if isinstance(value, int | float):
        raise ValueError(f"{value!r} is a bare number; accepted: a quantity of the clause, site.<fact>, or '4 h'")
    if isinstance(value, str) and not _NAMED.fullmatch(value):
        units.parse(value)
    return value


Limit = Annotated[str, BeforeValidator(_limit)]


class Claim(Frozen):
    """A clause read as a probability statement about a measure."""

    id: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]*-\d+[a-z]?\.[a-z0-9]+$")]
    study: Name
    measure: Name
    at_least: Limit | None = None
    at_most: Limit | None = None
    in_: str | None = Field(None, alias="in")
    reading: Literal["share_long_run", "per_period", "per_event", "per_run", "quantile", "mean", "always"]
    interpretation: Name | None = None
    readings: dict[ClauseId, Name] = Field(default_factory=dict)
    margin: str
    budget: Annotated[int, Field(ge=100, le=10_000_000)] = 20_000
    basis: Literal["stated", "assumed"]
    source: Words

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("a claim needs exactly one of at_least and at_most")
        margin = units.parse(self.margin, dimension="share").base
        if not 0 < margin < 0.5:
            raise ValueError(f"margin {self.margin!r} is absurd; accepted is a share between 0 and 50 %")
        if (self.reading in ("per_event", "per_period", "per_run", "quantile")) != (self.in_ is not None):
            raise ValueError("'in' (a share of events) belongs to readings per_event, per_period, per_run and quantile")
        if self.in_ is not None:
            share_of_events(self.in_)
        return self

    @property
    def relation(self) -> Literal["at_least", "at_most"]:
        """Which side of the limit is promised."""
        return "at_least" if self.at_least is not None else "at_most"

    @property
    def limit(self) -> str:
        """What bounds the measure: a quantity of the clause, ``site.<fact>``, or a number with its unit."""
        limit = self.at_least if self.at_least is not None else self.at_most
        assert limit is not None
        return limit
