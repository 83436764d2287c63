"""A check on coins that takes a second or two, to be interrupted: what it prints, it prints at its end."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from coins import Coins, coin

from resilience_sim.experiments.archive import Archive
from resilience_sim.experiments.check import check
from resilience_sim.experiments.runs import Runs
from resilience_sim.experiments.workers import Workers
from resilience_sim.plans.files import library, read_plan
from resilience_sim.studies.question import Question, Situation


@dataclass(frozen=True)
class SlowCoins(Coins):
    def questions(self) -> Sequence[Question]:
        (only,) = super().questions()
        hours = [replace(coin(only.situation), hours=float(k)) for k in range(4)]
        return [replace(only, scenario=f"{one.hours:g} h", situation=one) for one in hours]

    def at_site(self, values: Mapping[str, float]) -> SlowCoins:
        there = super().at_site(values)
        return SlowCoins(there.load, there.agents)

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, float]:
        time.sleep(0.0005)
        return super().replicate(situation, seed, replication)


def main(folder: str) -> None:
    study = SlowCoins(0.5)
    plan, _ = read_plan(library()["utility-call-centre"])
    clause = plan.clause("P1-01")
    claims = (study.questions()[0].claim,)
    plan = plan.model_copy(update={"plan": "coins", "clauses": (clause.model_copy(update={"claims": claims}),)})
    print("begun", flush=True)
    runs = Runs(study, 5, workers=Workers.processes(2), archive=Archive(Path(folder)))
    print(check(plan, study, runs, family_error=1e-3, sites=3))
