"""What the call centre's repair clauses need of a plan and a site, and what a claim may measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from resilience_sim.studies.call_centre.faults_signs import CALLS_LOOKED_AT
from resilience_sim.studies.needs import SHARE, Needs, above, from_on
from resilience_sim.units import HOUR

__all__ = ["MEASURES", "NEEDS", "STUDIES"]

STUDIES: Mapping[str, Mapping[str, str]] = {
    "seat_repair": {"seat_response": "min", "seat_repaired": "min"},
    "application_repair": {"application_response": "min", "application_restored": "h"},
    "wiring_repair": {"wiring_reported": "min", "wiring_repaired": "h", "power_gap": "min"},
    "cooling_repair": {"cooling_called": "min", "cooling_repaired": "h"},
    "network_trouble": {"trouble_passed_on": "min"},
    "data_copies": {"records_lost": "d"},
}
MEASURES = {measure: unit for measures in STUDIES.values() for measure, unit in measures.items()}
OPEN_SECONDS, OPEN_PERSONS = from_on(0.0, "s", optional=True), from_on(1.0, "persons", 100.0, optional=True)
NEEDS = Needs(
    facts={
        "calls.usual_busy": above(0.0, "calls/5min"),
        "calls.profile": above(0.0, "calls", listed=True),
        "calling.answered_day": above(0.0, "share", 1.0),
        "calling.answered_night": above(0.0, "share", 1.0),
        "calling.attempts": from_on(1.0, "tries", 20.0),
        "leader.arranges": above(0.0, "s", HOUR),
        "specialist.people": from_on(1.0, "persons", 100.0),
        "storm.seats": from_on(1.0, "seats", 200.0),
        "vendor.asked": SHARE,
        "standard.application_back": above(0.0, "s"),
        "repair.scale": above(0.0, "1", 100.0),
        "backup.succeeds": above(0.0, "share", 1.0),
        "trouble.share_of_calls": above(0.0, "1", 100.0),
        "trouble.false_share": SHARE,
        "trouble.calls": from_on(1.0, "calls", CALLS_LOOKED_AT / 2),
        "trouble.window": above(0.0, "s"),
        "trouble.monitored": above(0.0, "s"),
        "ups.design_time": from_on(0.0, "s"),
        "generator.available": SHARE,
        "generator.start_fails": SHARE,
        "generator.mttf": above(0.0, "s"),
        "generator.on_load": from_on(0.0, "s"),
        "generator.fuel": from_on(0.0, "s"),
    },
    quantities={
        ("P4-02", "respond_within"): OPEN_SECONDS,
        ("P4-02", "repair_within"): OPEN_SECONDS,
        ("P4-02", "specialists"): OPEN_PERSONS,
        ("P4-04", "respond_within"): OPEN_SECONDS,
        ("P4-07", "unsolved_for"): above(0.0, "s"),
        ("P4-07", "share_acted_on"): replace(SHARE, optional=True),
        ("P4-16", "report_within"): OPEN_SECONDS,
        ("P4-16", "repair_within"): OPEN_SECONDS,
        ("P4-19", "calls_within"): OPEN_SECONDS,
        ("P4-19", "repair_within"): OPEN_SECONDS,
        ("P4-29", "calls"): from_on(1.0, "calls", CALLS_LOOKED_AT / 2, optional=True),
        ("P4-29", "window"): replace(above(0.0, "s"), optional=True),
        ("P4-29", "passed_on_within"): OPEN_SECONDS,
        ("P4-30", "backup_every"): above(0.0, "s"),
    },
    measures=STUDIES,
    interpretations={
        "P4-07": ("acted_on", "considered", "not_acted_on"),
        "P4-16": ("behind_the_fault", "before_the_fault"),
        "P4-29": ("from_callers", "not_from_callers"),
    },
)
