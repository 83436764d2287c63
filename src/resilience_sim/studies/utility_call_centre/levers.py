"""What a recommendation may set of the utility's responses, and what that costs.

* Without a name: trigger, extra agents and early hand-over of a response, agents being called up as the call tree says.
* ``message``: trigger and extra agents, where whoever calls the agents also sends all of them one message, and how many
  agents off shift there are to read it; the hand-over is as in force.
* ``leaders``: specialists, of whom one has to lead the duty room.

Costs are staff-hours in one event; who may be called, and is not, works for nobody.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Site
from resilience_sim.studies.question import OF_THE_SITE, Choice, Question
from resilience_sim.studies.utility_call_centre.event import AGENTS, CALL_UP, Event, UtilityEvents
from resilience_sim.studies.utility_call_centre.response import Shifts
from resilience_sim.units import to_base

__all__ = ["RESPONSES", "UtilityLevers"]

Floats = npt.NDArray[np.float64]

RESPONSES = ("general_response", "major_response")  # whose loads may grow, and whose numbers may be set
DOUBLING = (0, 1, 2, 3, 5, 10, 20, 40)  # extra agents offered: neighbours differ enough to be told apart
OFF_SHIFT = "roster.off_shift"
OFF_SHIFT_STEPS = 3  # numbers of agents off shift offered: the site's own up to the end of its range
EVENTS = 60  # by which the staff-hours of a choice are estimated


class UtilityLevers:
    """The options of one plan at one site; see the module's docstring.

    Parameters
    ----------
    plan, site
        The register and the site's facts.
    events
        The site's events, by which costs are estimated.
    """

    def __init__(self, plan: Plan, site: Site, events: UtilityEvents) -> None:
        self.plan = plan
        self.site = site
        self.events = events

    def options(self, question: Question) -> Sequence[str]:
        """Those of a response, or of leading; none where rules are compared, or triggers judged."""
        if question.claim.study == "leading":
            return ("leaders",)
        return ("", "message") if question.claim.study in RESPONSES else ()

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantities that the question's option sets, each from the hardest value to the easiest."""
        if question.option == "leaders":
            return [self._choice("P1-02", "specialists", hardest_first=False)]
        general = question.clause == "P1-09"
        trigger, response, shifts = ("P1-08", "P1-09", "P1-11") if general else ("P1-12", "P1-13", "P1-14")
        both = [
            self._choice(trigger, "lines", hardest_first=True),
            self._choice(response, "extra_agents", hardest_first=False),
        ]
        if question.option == "message":
            sent = Choice(OF_THE_SITE, "call_up.group_message", "items", (1.0,), 0.0)
            return [*both, self._off_shift(), sent]
        return [*both, self._choice(shifts, "advance", hardest_first=False)]

    def _choice(self, clause: str, name: str, *, hardest_first: bool) -> Choice:
        quantity = self.plan.clause(clause).quantities[name]
        values = quantity.bounds.candidates()
        current = quantity.in_force()
        if name == "extra_agents":
            values = tuple(value for value in values if value in DOUBLING)
        if hardest_first:  # a later trigger is harder; nothing later than the plan's own is offered
            values = tuple(sorted((v for v in values if current is None or v <= current), reverse=True))
        return Choice(clause, name, quantity.unit, values, current, quantity.label)

    def _off_shift(self) -> Choice:
        """Agents off shift: as many as the call tree has, up to the most that the site's range allows."""
        known = float(len(self.events.trees.people(CALL_UP, AGENTS)))
        fact = self.site.facts.get(OFF_SHIFT)
        most = known if fact is None or fact.range is None else max(known, fact.range.max)
        values = sorted({float(round(n)) for n in np.linspace(known, most, OFF_SHIFT_STEPS).tolist()})
        return Choice(OF_THE_SITE, OFF_SHIFT, "agents", tuple(values), known)

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with the quantities of its option set, each in its own unit."""
        event = question.situation
        assert isinstance(event, Event)
        rules = event.rules
        if question.option == "leaders":
            return replace(question, situation=replace(event, rules=replace(rules, leaders=int(values[0]))))
        lines, agents, third, *_ = values
        if question.option == "message":
            rules = replace(rules, message=True, off_shift=int(third))
        elif question.clause == "P1-09":
            rules = replace(rules, general_shifts=self._earlier(rules.general_shifts, "P1-11", third))
        else:
            rules = replace(rules, major_shifts=self._earlier(rules.major_shifts, "P1-14", third))
        if question.clause == "P1-09":
            trigger = self.plan.clause("P1-08").quantities["lines"]
            rules = replace(rules, general_lines=trigger.reached_from(lines), general_agents=int(agents))
        else:
            trigger = self.plan.clause("P1-12").quantities["lines"]
            rules = replace(rules, major_lines=trigger.reached_from(lines), major_agents=int(agents))
        return replace(question, situation=replace(event, rules=rules))

    def _earlier(self, shifts: Shifts, clause: str, advance: float) -> Shifts:
        """The next shift comes so much earlier, in the unit of the clause's quantity."""
        return replace(shifts, advance_s=to_base(advance, self.plan.clause(clause).quantities["advance"].unit))

    def cost_unit(self, question: Question) -> str:
        """Staff-hours, or specialists."""
        return "specialists" if question.option == "leaders" else "staff_hours_added"

    def costs(self, question: Question, seed: int) -> Floats:
        """Staff-hours that the rules add in one event, for every choice; mean over the same events.

        Agents called up and shifts that come early add up: an early hand-over costs the same whoever is called, so that
        it is tried with one number of agents for each trigger.
        """
        choices = self.choices(question)
        if question.option == "leaders":
            return np.array(choices[0].values) - choices[0].values[0]
        shape = tuple(len(choice.values) for choice in choices)

        def cost(index: Sequence[int]) -> float:
            values = [choice.values[k] for choice, k in zip(choices, index, strict=True)]
            return self._hours(self.chosen(question, values), seed)

        if question.option == "message":
            return np.array([cost(index) for index in np.ndindex(shape)]).reshape(shape)
        triggers, agents, advances = shape
        called = np.array([[cost((t, n, 0)) for n in range(agents)] for t in range(triggers)])
        early = np.array([[cost((t, 0, a)) for a in range(advances)] for t in range(triggers)])
        costs: Floats = called[:, :, None] + (early - early[:, :1])[:, None, :]
        return costs

    def _hours(self, question: Question, seed: int) -> float:
        event = question.situation
        assert isinstance(event, Event)
        return math.fsum(self.events.added_hours(event, seed, index) for index in range(EVENTS)) / EVENTS
