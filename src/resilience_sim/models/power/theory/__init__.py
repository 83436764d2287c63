"""Closed forms of the power machine: what a planner may ask without drawing a number.

Times are in seconds, power in watts, energy in watt-hours and temperatures in °C unless a module says that any unit
will do. A battery is the :class:`~resilience_sim.models.power.batteries.Battery` of the machine.

================  ============================================================================================
``tables``        a maker's table, refused where it cannot be; the cut-off that goes with a rate of discharge
``accuracy``      how far laws are from the figures: leave one out, power laws
``temperature``   size and capacity by temperature, life by temperature
``health``        capacity left by age, by standing about, by a discharge test
``ageing``        the law of age of one battery from several tests of it
``packs``         how long a battery of many blocks lasts, how many it needs, when they must be replaced
``losses``        what a UPS takes for itself, and what a monitoring driver makes of it
``kibam``         the kinetic model: steps, limits, runtimes, and its parameters from figures (import it by its name)
``shedding``      runtime with loads shed, and the latest instant to shed them
``sequence``      loads stopped one after the other, and their best order
``recharge``      a second outage before the battery is full again
``generators``    whether a generator comes in time and keeps running
================  ============================================================================================
"""

from __future__ import annotations

from resilience_sim.models.power.theory import kibam
from resilience_sim.models.power.theory.accuracy import Misfit, PowerLaw, leave_one_out, misfit, power_law
from resilience_sim.models.power.theory.ageing import AgeLaw, fit_age_law
from resilience_sim.models.power.theory.generators import (
    Sets,
    Storage,
    equivalent_mean_run,
    generator_survival,
    in_time,
    never_dropped,
    running_after,
    sets_survival,
)
from resilience_sim.models.power.theory.health import (
    END_OF_LIFE,
    MeasuredHealth,
    age_at_health,
    charge_after_storage,
    health_at_age,
    health_from_test,
)
from resilience_sim.models.power.theory.losses import DriverRuntime, IdleLoss, efficiency, fit_idle_loss
from resilience_sim.models.power.theory.packs import (
    Size,
    StringRuntime,
    blocks_needed,
    health_needed,
    replacement_age,
    runtime,
    string_runtimes,
)
from resilience_sim.models.power.theory.recharge import (
    TwoOutages,
    charge_after_mains,
    runtimes_in_a_row,
    two_outages,
)
from resilience_sim.models.power.theory.sequence import (
    Stops,
    best_order,
    by_power_over_time,
    charge_for_stops,
    stops_in_sequence,
)
from resilience_sim.models.power.theory.shedding import (
    PersonSheds,
    latest_shed,
    outlasting,
    person_sheds,
    shed_at_charge,
    shed_at_runtime,
    total_runtime,
)
from resilience_sim.models.power.theory.tables import (
    CutOff,
    Fault,
    MakerTable,
    Node,
    cutoff_at_rate,
    first_fault,
    mean_volts,
)
from resilience_sim.models.power.theory.temperature import capacity_factor, life_at, size_factor, slow_capacity

__all__ = [
    "age_at_health",
    "AgeLaw",
    "best_order",
    "blocks_needed",
    "by_power_over_time",
    "capacity_factor",
    "charge_after_mains",
    "charge_after_storage",
    "charge_for_stops",
    "CutOff",
    "cutoff_at_rate",
    "DriverRuntime",
    "efficiency",
    "END_OF_LIFE",
    "equivalent_mean_run",
    "Fault",
    "first_fault",
    "fit_age_law",
    "fit_idle_loss",
    "generator_survival",
    "health_at_age",
    "health_from_test",
    "health_needed",
    "IdleLoss",
    "in_time",
    "kibam",
    "latest_shed",
    "leave_one_out",
    "life_at",
    "MakerTable",
    "mean_volts",
    "MeasuredHealth",
    "Misfit",
    "misfit",
    "never_dropped",
    "Node",
    "outlasting",
    "person_sheds",
    "PersonSheds",
    "power_law",
    "PowerLaw",
    "replacement_age",
    "running_after",
    "runtime",
    "runtimes_in_a_row",
    "Sets",
    "sets_survival",
    "shed_at_charge",
    "shed_at_runtime",
    "Size",
    "size_factor",
    "slow_capacity",
    "Stops",
    "stops_in_sequence",
    "Storage",
    "string_runtimes",
    "StringRuntime",
    "total_runtime",
    "two_outages",
    "TwoOutages",
]
