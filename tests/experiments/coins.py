"""A study with known answers: every event is a coin, so verdicts, breaking points and certificates can be checked.

An event is kept with probability 1 − load·e^(−agents/4), whatever else; its uniform number belongs to the event, so all
situations meet the same coins.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.plans.claims import Claim
from resilience_sim.plans.files import library, read_site
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Streams
from resilience_sim.studies.question import Axis, Choice, Effort, Question, Situation


@dataclass(frozen=True)
class Coin:
    load: float
    agents: float
    hours: float = 0.0

    @property
    def kept(self) -> float:
        return 1 - self.load * math.exp(-(self.agents + self.hours / 2) / 4)


def coin(situation: Situation) -> Coin:
    assert isinstance(situation, Coin)
    return situation


@dataclass(frozen=True)
class Coins:
    load: float = 0.6
    agents: float = 1.0

    @property
    def site(self) -> Site:
        return read_site(library()["utility-call-centre"])[0]

    def questions(self) -> Sequence[Question]:
        claim = Claim.model_validate({
            "id": "C1-01.a", "study": "coins", "measure": "heads", "at_least": "50 %", "in": "80 % of events",
            "reading": "per_event", "margin": "2 %", "budget": 20_000, "basis": "assumed", "source": "a coin",
        })  # fmt: skip
        return [Question("C1-01", claim, "", "toss", Coin(self.load, self.agents), "heads", "%", 50.0, 0.8)]

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, float]:
        uniform = Streams(seed, replication).generator("coin").random()
        return {"heads": 100.0 if uniform < coin(situation).kept else 0.0}

    def axes(self, question: Question) -> Sequence[Axis]:
        return (Axis("load", "share", tuple(k / 20 for k in range(1, 20))),)

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        return replace(coin(question.situation), load=value)

    @property
    def effort(self) -> Effort:
        return Effort(per_site=12, per_load=310, per_certificate=6000)

    def options(self, question: Question) -> Sequence[str]:
        return ("",)

    def cost_unit(self, question: Question) -> str:
        return "staff_hours_added"

    def choices(self, question: Question) -> Sequence[Choice]:
        return (
            Choice("C1-01", "agents", "agents", tuple(float(k) for k in range(0, 24, 3)), self.agents),
            Choice("C1-01", "hours", "h", (0.0, 6.0), None),
        )

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        return replace(question, situation=replace(coin(question.situation), agents=values[0], hours=values[1]))

    def costs(self, question: Question, seed: int) -> npt.NDArray[np.float64]:
        agents, hours = (np.array(choice.values) for choice in self.choices(question))
        return agents[:, None] + 0.7 * hours[None, :]

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        return ()

    def at_site(self, values: Mapping[str, float]) -> Coins:
        return Coins(self.load if values["patience.mean"] > 300 else 0.01, self.agents)
