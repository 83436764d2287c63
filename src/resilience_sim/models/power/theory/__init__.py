"""Closed forms of the power machine: what a planner may ask without drawing a number.

Times are in seconds, power in watts, energy in watt-hours and temperatures in °C unless a function says that any unit
will do. A battery is the :class:`~resilience_sim.models.power.inputs.Battery` of the machine.

================  ===========================================================================================
``tables``        a maker's table, refused where it cannot be; the cut-off that goes with a rate of discharge
``temperature``   size and capacity by temperature, life by temperature
``health``        capacity left by age, by standing about, by a discharge test
``shedding``      runtime with loads shed, and the latest instant to shed them
================  ===========================================================================================
"""

from __future__ import annotations

from resilience_sim.models.power.theory.health import (
    END_OF_LIFE,
    MeasuredHealth,
    age_at_health,
    charge_after_storage,
    health_at_age,
    health_from_test,
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
from resilience_sim.models.power.theory.temperature import capacity_factor, fahrenheit, life_at, size_factor

__all__ = [
    "age_at_health",
    "capacity_factor",
    "charge_after_storage",
    "CutOff",
    "cutoff_at_rate",
    "END_OF_LIFE",
    "fahrenheit",
    "Fault",
    "first_fault",
    "health_at_age",
    "health_from_test",
    "latest_shed",
    "life_at",
    "MakerTable",
    "mean_volts",
    "MeasuredHealth",
    "Node",
    "outlasting",
    "person_sheds",
    "PersonSheds",
    "shed_at_charge",
    "shed_at_runtime",
    "size_factor",
    "total_runtime",
]
