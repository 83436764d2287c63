"""The utility's line crews (P1-01): each area repairs its own lines, and the last line has to be back in time.

One event is a number of 10 kV lines that go out: as many at once as start the general response (``trigger_lines``), or
those of the Linyi storm day as they trip. Each lies in one of ``lines.areas``, all alike. An area has
``lines.crews_per_area`` crews while the plan names no number; a line waits for one, the crew drives there and repairs
it. Read as *own_area* nobody helps another area, as the plan has it; as *lent* all crews work for all areas, to compare
with.

Many events make one run of the repair machine: they lie so far apart that all lines are back before the next begins.
In which area a line lies, how long a crew drives there and how long it works belong to the event and the line: they
stay the same for more crews, for crews of all areas, and if more lines go out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.models.repair import Crew, Faults, Instants, Ladder, Remedy, RepairInputs, draw, seconds
from resilience_sim.models.repair.kernel import simulate
from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Exponential, LogNormal, Streams
from resilience_sim.studies.limits import asked, decided, offered, readings, stated
from resilience_sim.studies.needs import SIGMA, Needs, above, from_on
from resilience_sim.studies.question import OF_THE_SITE, Axis, Choice, Effort, Question, Situation
from resilience_sim.studies.utility_call_centre.event import call_law
from resilience_sim.studies.utility_call_centre.line_events import LineEvents
from resilience_sim.timelines import constant
from resilience_sim.units import DAY, HOUR, MINUTE, to_base

__all__ = ["BLOCK", "NEEDS", "Struck", "UtilityLines"]

Floats = npt.NDArray[np.float64]

STUDY = {"line_crews": {"line_back": "h", "crew_wait": "min"}}
NEEDS = Needs(
    facts={
        "lines.areas": from_on(1.0, "1", 100.0),
        "lines.crews_per_area": from_on(1.0, "crews", 100.0),
        "lines.crew_arrives": above(0.0, "s"),
        "lines.repair_mean": above(0.0, "s"),
        "lines.repair_sigma": SIGMA,
        "lines.crew_wait": above(0.0, "s"),
        "lines.back_within": above(0.0, "s"),
    },
    quantities={
        ("P1-01", "crews_per_area"): from_on(1.0, "crews", optional=True),
        ("P1-08", "lines"): from_on(0.0, "lines"),
    },
    measures=STUDY,
    interpretations={"P1-01": ("own_area", "lent")},
)
BLOCK = 100  # events in one run
APART_S = 100 * DAY  # from one event to the next
AT_ONCE = (1, 2, 3, 4, 6, 8, 10, 15, 20, 30, 40, 60)
REPAIR_H = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0)
BACK_H = (4.0, 6.0, 8.0, 10.0, 12.0, 16.0, 20.0, 24.0, 30.0, 36.0, 48.0, 72.0)
CREW = "crews"


@dataclass(frozen=True)
class Struck:
    """A situation.

    Parameters
    ----------
    storm
        Whether the lines are those of the storm day.
    lines
        Else how many go out at once.
    crews
        Of each area.
    lent
        Whether crews work for all areas.
    repair_mean_s
        Of the time that a crew takes on a line; 0: that of the site.
    """

    storm: bool
    lines: int
    crews: int
    lent: bool
    repair_mean_s: float = 0.0


class UtilityLines:
    """The line crews' part of the plan's study; see the module's docstring.

    Parameters
    ----------
    plan, site
        The register and the site's facts.
    record
        Not used: repair times of a record hold the waits that are asked about.
    """

    def __init__(self, plan: Plan, site: Site, record: object = None) -> None:
        del record
        self.plan = plan
        self.site = site
        self._storm = lru_cache(maxsize=1)(self._storm_starts)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled by what it is made of."""
        return UtilityLines, (self.plan, self.site)

    def at_site(self, values: Mapping[str, float]) -> UtilityLines:
        """The same study with other values of some facts."""
        return UtilityLines(self.plan, self.site.with_values(values))

    @property
    def effort(self) -> Effort:
        """Some thousands of events: a block of them takes some milliseconds."""
        return Effort(per_site=BLOCK, per_load=5 * BLOCK, per_certificate=60 * BLOCK, block=BLOCK)

    # ---- what is asked

    def questions(self) -> Sequence[Question]:
        """One question per claim and scenario."""
        return [
            asked(
                self.plan,
                self.site,
                clause,
                claim,
                scenario=scenario,
                situation=self._struck(scenario, lent=readings(clause, claim).get("P1-01") == "lent"),
                unit=STUDY[claim.study][claim.measure],
            )
            for clause, claim in self.plan.claims(STUDY)
            for scenario in ("trigger_lines", "linyi_storm")
        ]

    def _struck(self, scenario: str, *, lent: bool) -> Struck:
        trigger = self.plan.clause("P1-08").quantities["lines"]
        lines = int(trigger.reached_from(stated(self.plan, self.site, "P1-08", "lines")))
        crews = decided(self.plan, "P1-01", "crews_per_area")
        if crews is None:
            crews = self.site.base("lines.crews_per_area")
        return Struck(scenario == "linyi_storm", lines, max(1, round(crews)), lent)

    # ---- one block of events

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, Floats]:
        """Hours until the slowest line is back, and minutes of the longest wait for a crew, by event."""
        struck = _struck(situation)
        streams = Streams(seed, replication)
        starts = self._storm() if struck.storm else np.zeros(struck.lines)
        areas = max(1, round(self.site.base("lines.areas")))
        size = (len(starts), BLOCK)  # line by line, so that one more moves no other
        u = streams.generator("lines/area").random(size).T
        area = np.zeros_like(u, dtype=np.int64) if struck.lent else (u * areas).astype(np.int64)
        instants = starts + APART_S * np.arange(1, BLOCK + 1)[:, None]
        back, wait = np.zeros((2, BLOCK))
        inputs = self._inputs(struck, area, instants, areas)
        (remedy,) = inputs.faults[0].remedies  # all alike but for the crew
        drive_s, repair_s = (
            law.draw(streams.generator(f"lines/{name}"), len(starts) * BLOCK).reshape(size).T
            for name, law in (("drive", remedy.response), ("repair", remedy.time))
        )
        # The machine numbers faults area by area, there event by event, and in an event line by line.
        place = np.argsort(area.ravel(), kind="stable")
        draws = replace(draw(inputs, streams), response_s=drive_s.ravel()[place], time_s=repair_s.ravel()[place])
        path = simulate(inputs, draws)
        for faults in inputs.faults:
            assert isinstance(faults.arrivals, Instants)
            event = (np.array(faults.arrivals.times_s) // APART_S).astype(np.int64) - 1
            np.maximum.at(back, event, seconds(inputs, path, faults.name) / HOUR)
            waited = seconds(inputs, path, faults.name, until="sent", remedy="repair")
            np.maximum.at(wait, event, waited / MINUTE)
        return {"line_back": back, "crew_wait": wait}

    def _inputs(self, struck: Struck, area: npt.NDArray[np.int64], instants: Floats, areas: int) -> RepairInputs:
        mean_s = struck.repair_mean_s or self.site.base("lines.repair_mean")
        repair = LogNormal.from_mean(mean_s, self.site.base("lines.repair_sigma"))
        drive = Exponential(self.site.base("lines.crew_arrives"))
        faults, crews = [], []
        for k in range(1 if struck.lent else areas):
            crews.append(Crew(f"{CREW} {k}", constant(float(struck.crews * (areas if struck.lent else 1)))))
            remedy = Remedy("repair", repair, crew=crews[-1].name, response=drive)
            times = instants[area == k]  # in their order
            if times.size:
                faults.append(Faults(f"area {k}", (Ladder((remedy,)),), arrivals=Instants(tuple(times.tolist()))))
        used = {fault.name.removeprefix("area ") for fault in faults}
        return RepairInputs(
            tuple(faults),
            (BLOCK + 2) * APART_S,
            tuple(crew for crew in crews if crew.name.removeprefix(f"{CREW} ") in used),
        )

    def _storm_starts(self) -> Floats:
        """When each line of the storm day goes out, seconds from the first."""
        law = call_law(self.site, self.site.base("outage_calls.share_who_call"))
        lines = LineEvents(self.site, law).draw("linyi_storm", 1, None, 0, Streams(0, 0))
        starts = np.sort(lines.outages.start_s)
        since_first: Floats = starts - starts[0]
        return since_first

    # ---- loads that may grow, and what may be chosen

    def axes(self, question: Question) -> Sequence[Axis]:
        """Lines at once, where they are not the storm's, and the time that a repair takes."""
        if question.interpretation == "lent":
            return ()
        repair = Axis("lines.repair_mean", "h", REPAIR_H)
        at_once = Axis("lines_at_once", "lines", tuple(float(n) for n in AT_ONCE))
        return (repair,) if _struck(question.situation).storm else (at_once, repair)

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value."""
        if axis.name == "lines_at_once":
            return replace(_struck(question.situation), lines=int(value))
        return replace(_struck(question.situation), repair_mean_s=to_base(value, axis.unit))

    def options(self, question: Question) -> Sequence[str]:
        """How many crews an area has, so that no line waits; within what time lines can be promised to be back."""
        return ("crews",) if question.measure == "crew_wait" else ("promise",)

    def choices(self, question: Question) -> Sequence[Choice]:
        """Crews of each area, from the fewest on; the time to promise, from the shortest on."""
        if question.option == "promise":
            current = self.site.fact("lines.back_within").value
            return (Choice(OF_THE_SITE, "lines.back_within", "h", BACK_H, current),)
        return (offered(self.plan, "P1-01", "crews_per_area", descending=False),)

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with so many crews in each area, or with that time promised."""
        if question.option == "promise":
            return replace(question, limit=values[0])
        return replace(question, situation=replace(_struck(question.situation), crews=int(values[0])))

    def costs(self, question: Question, seed: int) -> Floats:
        """Crews in each area, or hours promised; nothing is simulated."""
        del seed
        return np.array(self.choices(question)[0].values)

    def cost_unit(self, question: Question) -> str:
        """Crews, or the time promised."""
        return "notified_promise" if question.option == "promise" else "line_crews"

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """Nothing beside its verdicts."""
        del seed, language
        return ()


def _struck(situation: Situation) -> Struck:
    assert isinstance(situation, Struck)
    return situation
