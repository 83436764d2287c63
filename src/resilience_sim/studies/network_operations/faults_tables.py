"""Which situations, loads and levers belong to which measure of the network operations centre's faults."""

from __future__ import annotations

from collections.abc import Mapping

from resilience_sim.studies.network_operations.faults_setting import ALONE, ANY, ANY_DAY, ANY_SPARE, STORM, YEAR
from resilience_sim.studies.question import Axis

__all__ = [
    "AGAINST", "ALL_STOCKS", "ANSWERED", "AT_ONCE", "COPIES", "FAULT_OF", "GOVERNED_FACTS", "GROWS", "MOST_COPIES",
    "MOST_ON_CALL", "MOST_PEOPLE", "PILOT_BLOCKS", "PILOT_SEED", "ROUNDS", "RUNS", "SCENARIOS", "STOCKS", "STOCK_OF",
    "TO_SAY_MIN", "UNTOUCHED", "VENDORS_ANSWER", "VENDOR_MIN", "WITHOUT_CREW", "WITH_SPARES",
]  # fmt: skip

RUNS: Mapping[str, int] = {ALONE: 4, STORM: 1, YEAR: 2, ANY_DAY: 4}  # of the machine in a block
FAULT_OF: Mapping[str, str] = {"any_fault": ANY, "any_spare": ANY_SPARE}
AGAINST: Mapping[str, str] = {
    "data_lost": "order", "server_crashed": "restart", "exchange_confused": "configuration",
    "access_switch_broken": "decision",
}  # fmt: skip
SCENARIOS: Mapping[str, tuple[str, ...]] = {
    "stock_outs": (YEAR,), "copies_good": (ALONE,), "data_missing": (ALONE,), "found_after": (ALONE,),
    "found_unpatrolled": (ALONE,), "found_first": (ALONE,), "doors_up": (ANY_DAY, STORM), "graver_sooner": (STORM,),
    "data_attended": (STORM,), "data_attended_unordered": (STORM,),
}  # fmt: skip
ROUNDS: Mapping[tuple[str, str], str] = {
    ("P2-03", "backup_every"): "archive", ("P2-05", "patrol_every"): "offices", ("P2-06", "backup_every"): "servers",
    ("P2-07", "check_every"): "protection", ("P2-13", "patrol_every"): "logs",
}  # fmt: skip
ALL_STOCKS = ("access_switches", "core_switches", "server_parts", "standby_servers")
STOCKS: Mapping[tuple[str, str], tuple[str, ...]] = {  # a number for one kind comes after that for all, and wins
    ("P2-02", "spares_per_kind"): ALL_STOCKS,
    ("P2-04", "stock"): ALL_STOCKS,
    ("P2-28", "standby_servers"): ("standby_servers",),
    ("P2-28", "spares"): ("server_parts",),
    ("P2-35", "spares"): ("core_switches",),
    ("P2-02", "software_copies"): ("software_copies",),
}
STOCK_OF: Mapping[str, str] = {  # from which the spare comes that a measure waits for
    **dict.fromkeys(("access_mended", "access_replaced", "access_running"), "access_switches"),
    "core_replaced": "core_switches", "server_back": "standby_servers",
}  # fmt: skip
WITH_SPARES = tuple(STOCK_OF)
# Facts that are limits, and stand in for a number of the plan as long as that is open.
GOVERNED_FACTS: Mapping[str, tuple[str, str]] = {"backup.servers": ("P2-06", "backup_every")}
COPIES = "software_copies"
MOST_COPIES = 10

SCALED = (
    "doors_back", "exchange_mended", "exchange_mended_since_call", "software_back", "core_repaired", "access_mended",
    "client_connected", "portal_back", "hosted_back", "names_back",
)  # fmt: skip
VENDORS_ANSWER = "vendors_answer"  # the load that is the median of their response
ANSWERED = ("exchange_answered", "support_answered", "portal_answered", "hosted_answered", "names_answered")
GROWS: Mapping[str, Axis] = {  # along what a measure's breaking point is sought, alone
    **dict.fromkeys(SCALED, Axis("repair.scale", "1", (0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0))),
    **dict.fromkeys(
        (*ANSWERED, "core_restored"),
        Axis(VENDORS_ANSWER, "min", (1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 30.0, 60.0)),
    ),
    **dict.fromkeys(
        ("core_replaced", "access_replaced", "access_running", "server_back"),
        Axis("spares.swap.median", "min", (3.0, 5.0, 7.5, 10.0, 12.5, 15.0, 20.0, 30.0)),
    ),
    "attack_cut": Axis("attack.trace_median", "min", (1.0, 2.0, 3.0, 5.0, 10.0, 15.0, 30.0, 60.0)),
    "judged": Axis("diagnosis.median", "min", (3.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0)),
    "restarted": Axis("restart.median", "min", (2.0, 4.0, 6.0, 10.0, 15.0, 20.0, 30.0)),
    "stock_outs": Axis("faults.mean_gap", "week", (5.0, 2.0, 1.0, 0.5, 0.2)),
}
AT_ONCE = Axis("storm.faults", "faults", (1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0))
WITHOUT_CREW = (
    *ANSWERED, "exchange_mended", "exchange_mended_since_call", "core_repaired", "core_restored", "hosted_back",
)  # fmt: skip
UNTOUCHED = tuple(name for name in WITHOUT_CREW if name not in ("portal_answered", "names_answered"))
TO_SAY_MIN = (  # minutes that people would promise, far enough from each other that one can be told from the next
    1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 90, 120, 150, 180, 240, 300, 360, 480, 600, 720, 960,
    1200, 1440, 1800, 2160, 2880, 4320, 5760, 7200, 10080, 14400, 20160, 28800, 43200, 86400, 129600,
)  # fmt: skip
PILOT_SEED, PILOT_BLOCKS = 1, 4  # of what is offered, never of what is said to hold
MOST_PEOPLE, MOST_ON_CALL = 12, 10
VENDOR_MIN = (60.0, 45.0, 30.0, 20.0, 15.0, 12.0, 10.0, 8.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.5, 1.0)
