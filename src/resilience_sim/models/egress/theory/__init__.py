"""Closed forms of the egress machine: what a planner may ask without drawing a number, and what no plan can beat.

Seconds, metres, persons, and persons per second (flows of doors are inputs here as they are in the machine). Every time
is *first at once* unless it says *service first* (see ``doors``).

===============  =============================================================================================
``doors``        who passes a door when; the law of the last passage where people come at random
``chains``       doors and stair feet in series
``speeds``       speed and flow by density, stairs, the simplified method of the IMO, paces by age
``exits``        people who start together and several exits: whom to divert, the best split, exits as a game
``quickest``     a time that no plan can beat, for a building with its people
``assignment``   the best exit for each whole group, and the nearest
``codes``        the arithmetic of Chinese building codes
``smoke``        walking in smoke, its dose, and the race against it (how it fills a room: ``hazards.smoke``)
``searching``    how surely a search finds who is left
``premovement``  laws of the time before people start to walk
===============  =============================================================================================
"""

from __future__ import annotations

from resilience_sim.models.egress.theory.assignment import (
    Assignment,
    assigned_s,
    best_groups,
    nearest_exits,
    search_assignment,
)
from resilience_sim.models.egress.theory.chains import Passed, Stage, stair_s, through
from resilience_sim.models.egress.theory.codes import (
    FILE_M,
    doors_needed_in_time,
    file_flow,
    files_needed,
    minutes_through_doors,
    persons_by_area,
    persons_per_door,
    width_for_time_m,
    width_per_hundred_m,
)
from resilience_sim.models.egress.theory.doors import (
    LastOfMany,
    last_of_many,
    last_passage_s,
    least_mean_s,
    longest_queue,
    order_statistic_means_s,
    passages_s,
    service_first_s,
)
from resilience_sim.models.egress.theory.exits import (
    Exit,
    Split,
    continuous_s,
    diverts,
    equilibria,
    least_s,
    one_after_another,
    persons_before_diverting,
    split_s,
    static_costs_s,
)
from resilience_sim.models.egress.theory.premovement import IMO_DAY, IMO_NIGHT, IMO_NIGHT_FROM_S, lognormal_between
from resilience_sim.models.egress.theory.quickest import Floor, free_arrivals_s, least_through_s, quickest_flow
from resilience_sim.models.egress.theory.searching import coverage, found_by, mean_search_s, searched_once_s
from resilience_sim.models.egress.theory.smoke import (
    dose_rate,
    seconds_to_dose,
    smoke_factor,
    visibility_factor,
    visibility_m,
    wins_race,
)
from resilience_sim.models.egress.theory.speeds import (
    IMO_SPEEDS,
    RIMEA_SPEEDS,
    Paces,
    crowd_speed,
    free_speed,
    greatest_flow,
    imo_initial,
    imo_speed_after,
    incline_m,
    specific_flow,
    stair_k,
)

__all__ = [
    "assigned_s",
    "Assignment",
    "best_groups",
    "continuous_s",
    "coverage",
    "crowd_speed",
    "diverts",
    "doors_needed_in_time",
    "dose_rate",
    "equilibria",
    "Exit",
    "file_flow",
    "FILE_M",
    "files_needed",
    "Floor",
    "found_by",
    "free_arrivals_s",
    "free_speed",
    "greatest_flow",
    "IMO_DAY",
    "imo_initial",
    "IMO_NIGHT",
    "IMO_NIGHT_FROM_S",
    "imo_speed_after",
    "IMO_SPEEDS",
    "incline_m",
    "last_of_many",
    "last_passage_s",
    "LastOfMany",
    "least_mean_s",
    "least_s",
    "least_through_s",
    "lognormal_between",
    "longest_queue",
    "mean_search_s",
    "minutes_through_doors",
    "nearest_exits",
    "one_after_another",
    "order_statistic_means_s",
    "Paces",
    "passages_s",
    "Passed",
    "persons_before_diverting",
    "persons_by_area",
    "persons_per_door",
    "quickest_flow",
    "RIMEA_SPEEDS",
    "search_assignment",
    "searched_once_s",
    "seconds_to_dose",
    "service_first_s",
    "smoke_factor",
    "specific_flow",
    "Split",
    "split_s",
    "Stage",
    "stair_k",
    "stair_s",
    "static_costs_s",
    "through",
    "visibility_factor",
    "visibility_m",
    "width_for_time_m",
    "width_per_hundred_m",
    "wins_race",
]
