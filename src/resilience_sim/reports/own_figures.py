"""The figures that only some studies have, beside those that every plan has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from matplotlib.figure import Figure

from resilience_sim.experiments.recommend import Recommendation
from resilience_sim.models.egress.kernel import simulate
from resilience_sim.models.egress.path import PASSES
from resilience_sim.reports.evacuation_figures import (
    crowding_figure,
    groups_figure,
    queues_figure,
    remaining_figure,
)
from resilience_sim.reports.evacuation_replay import replay_figure
from resilience_sim.reports.evacuation_runs import Run, runs_of, worst
from resilience_sim.reports.event_figures import event_figure, typical
from resilience_sim.reports.fonts import script
from resilience_sim.reports.power_figures import TELEPHONES, recommended_shed_h, telephones_figure
from resilience_sim.reports.repair_figures import REPAIRS, repair_times, repairs_figure
from resilience_sim.reports.words import scenario_name
from resilience_sim.studies.call_centre.evacuation import Evacuation, fire_setting
from resilience_sim.studies.kindergarten import fire_events as kindergarten_events
from resilience_sim.studies.kindergarten.fire import Kindergarten
from resilience_sim.studies.network_operations.faults import NetworkFaults
from resilience_sim.studies.network_operations.power import NetworkOperations
from resilience_sim.studies.parts import part
from resilience_sim.studies.question import Question, Study
from resilience_sim.studies.service_hall import fire_events as service_hall_events
from resilience_sim.studies.service_hall.fire import ServiceHall
from resilience_sim.studies.utility_call_centre.event import Event
from resilience_sim.studies.utility_call_centre.staffing import UtilityCallCentre

__all__ = ["RUNS", "evacuation_asked", "evacuation_runs", "own_figures"]

RUNS = 200
EVENTS = 41  # of which the one in the middle is drawn
RESPONDED = "general_response.svg"
DRAWN = ("margin", "customers_margin", "floor_margin", "evacuated", "customers_evacuated", "floor_cleared")
"""Measures of evacuations, that first of which the evacuation is drawn."""


def own_figures(study: Study, seed: int, lang: str, found: Sequence[Recommendation] = ()) -> dict[str, Figure]:
    """Figures by the names of their files; none where the study has none of its own.

    Parameters
    ----------
    study
        Whose figures.
    seed
        What its events are drawn with.
    lang
        zh or en.
    found
        What was recommended.
    """
    figures = {}
    if supplied := part(study, NetworkOperations):
        figures[TELEPHONES] = telephones_figure(supplied, lang, recommended_h=recommended_shed_h(found))
    if faults := part(study, NetworkFaults):
        figures[REPAIRS] = repairs_figure(repair_times(faults, seed), lang, seed=seed)
    if (utility := part(study, UtilityCallCentre)) and (event := responded(utility)):
        figures[RESPONDED] = event_figure(utility, event, seed, typical(utility, event, seed, EVENTS), lang)
    question = evacuation_asked(study)
    if question is None:
        return figures
    site, runs = study.site, evacuation_runs(study, question, seed, RUNS)
    name = scenario_name(question.scenario, script(lang).language)
    about = f"{question.claim.id} · {name}"
    return figures | {
        "evacuation_inside.svg": remaining_figure(runs, lang, seed=seed, about=about),
        "evacuation_groups.svg": groups_figure(site, runs, lang, seed=seed, about=about),
        "evacuation_queues.svg": queues_figure(site, runs, lang, seed=seed, about=about),
        "evacuation_crowding.svg": crowding_figure(site, runs, lang, seed=seed, about=about),
        "evacuation_worst_run.svg": replay_figure(site, worst(runs), lang, runs=len(runs), seed=seed, about=about),
    }


def responded(study: UtilityCallCentre) -> Event | None:
    """The event of the general response, if the study asks about it."""
    found = (question.situation for question in study.questions() if question.claim.study == "general_response")
    return cast("Event | None", next(found, None))


def evacuation_asked(study: Study) -> Question | None:
    """The question of which the evacuation is drawn; None: the study asks about none."""
    asked = [question for question in study.questions() if question.measure in DRAWN]
    return min(asked, key=lambda question: DRAWN.index(question.measure), default=None)


def evacuation_runs(study: Study, question: Question, seed: int, count: int) -> tuple[Run, ...]:
    """The first events by which a question is judged with this seed, with their traces."""
    if hall := part(study, ServiceHall):
        return tuple(_burnt(hall, question, seed, number) for number in range(count))
    if floor := part(study, Evacuation):
        return tuple(_cleared(floor, question, seed, number) for number in range(count))
    classes = part(study, Kindergarten)
    assert classes is not None
    setting = cast(kindergarten_events.Setting, question.situation)
    return runs_of(classes.premises.event(setting), seed, count)


def _burnt(study: ServiceHall, question: Question, seed: int, number: int) -> Run:
    """One fire in the hall: customers, and the staff with them."""
    setting = cast(service_hall_events.Setting, question.situation)
    one = study.hall.at(setting.facts).burn(setting, seed, number)
    return Run(number, one.inputs, simulate(one.inputs, one.draws, trace=True), one.draws.alarm_s, one.aset_s)


def _cleared(study: Evacuation, question: Question, seed: int, number: int) -> Run:
    """One fire on the call centre's floor, whose people are safe past the doors of the stairs."""
    setting = fire_setting(question.situation)
    floor = study.floor.at(setting.facts)
    one = floor.burn(setting, seed, number)
    path = simulate(one.inputs, one.draws, trace=True)
    assert path.trace_s is not None
    assert path.trace_person is not None
    assert path.trace_side is not None
    past = (path.trace_kind == PASSES) & np.isin(path.trace_side, floor.stair_sides)
    off_floor_s = np.full(one.inputs.persons, np.inf)
    np.minimum.at(off_floor_s, path.trace_person[past], path.trace_s[past])
    return Run(number, one.inputs, path, one.draws.alarm_s, one.aset_s, off_floor_s)
