"""What the study of the network operations centre's faults needs of a site and a plan.

Most of its facts are named in the site's file of faults, and checked with it; those here the study itself reads or
moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from resilience_sim.errors import PlanError
from resilience_sim.plans.document import Document
from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Site
from resilience_sim.studies.needs import SIGMA, Accepts, Needs, above, from_on
from resilience_sim.studies.network_operations.faults_measures import MEASURES
from resilience_sim.units import DAY, to_base

__all__ = ["NEEDS", "ORDERS", "STUDIES", "FaultNeeds"]


def _of(*measures: str) -> Mapping[str, str]:
    return {measure: MEASURES[measure] for measure in measures}


_FOUND = _of("found_after", "found_unpatrolled", "found_first")
STUDIES: Mapping[str, Mapping[str, str]] = {
    "any_fault": _of("technicians_wait"),
    "any_spare": _of("spares_lacking", "stock_outs", "copies_good"),
    "door_failed": _of("doors_back", "doors_up"),
    "exchange_confused": _of("data_missing", "configuration_saves"),
    "exchange_broken": _of("judged", "exchange_answered", "exchange_mended", "exchange_mended_since_call"),
    "server_dead": _of("server_back", "spares_lacking"),
    "server_crashed": _of("restarted", "restart_saves", "software_back"),
    "server_attacked": _of("attack_cut"),
    "data_lost": _of("data_missing", "data_attended", "data_attended_unordered", "graver_sooner"),
    "records_lost": _of("data_missing"),
    "trouble_in_logs": _FOUND,
    "protection_stale": _FOUND,
    "office_hazard": _FOUND,
    "core_switch_broken": _of("core_repaired", "core_replaced"),
    "core_switch_crashed": _of("support_answered", "core_restored"),
    "access_switch_broken": _of("decision_saves", "access_mended", "access_replaced"),
    "access_switch_hung": _of("access_running"),
    "client_offline": _of("client_connected"),
    "portal_down": _of("portal_answered", "portal_back"),
    "hosted_down": _of("hosted_answered", "hosted_back"),
    "names_down": _of("names_answered", "names_back"),
}

Quantity = tuple[str, str]
ORDERS: tuple[tuple[Quantity, Quantity], ...] = (  # the first may not be more than the second
    (("P2-30", "restart_time"), ("P2-31", "fix_within")),
    (("P2-35", "swap_within"), ("P2-34", "repair_within")),
    (("P2-36", "respond_within"), ("P2-36", "fix_within")),
    (("P2-37", "decide_after"), ("P2-38", "fix_within")),
    (("P2-41", "respond_within"), ("P2-42", "fix_within")),
    (("P2-43", "respond_within"), ("P2-44", "fix_within")),
    (("P2-45", "respond_within"), ("P2-46", "fix_within")),
    (("P2-06", "backup_every"), ("P2-33", "data_loss")),
)


@dataclass(frozen=True)
class FaultNeeds(Needs):
    """What a study of faults needs, and which of a plan's limits may not contradict each other.

    Parameters
    ----------
    orders
        Pairs of quantities; the first may not be more than the second, where the plan states both.
    """

    orders: tuple[tuple[Quantity, Quantity], ...] = ()

    def check_plan(self, plan: Plan, site: Site, document: Document | None = None) -> None:
        """As :meth:`Needs.check_plan`; and refuse limits of which one can never be kept beside another.

        Raises
        ------
        PlanError
            With file and line, if the document is given.
        """
        super().check_plan(plan, site, document)
        index = {clause.id: number for number, clause in enumerate(plan.clauses)}
        for sooner, later in self.orders:
            (first, first_unit), (last, last_unit) = (self._in_force(plan, one) for one in (sooner, later))
            if first is None or last is None or to_base(first, first_unit) <= to_base(last, last_unit):
                continue
            (clause, name), (other, other_name) = sooner, later
            why = (
                f"{clause}: quantity {name!r} is {first:g} {first_unit}, more than the {last:g} {last_unit} of "
                f"{other_name!r} in {other}, which then cannot be kept; accepted is {last:g} {last_unit} at most"
            )
            at = ("clauses", index[clause], "quantities", name)
            raise PlanError(why, place=None if document is None else document.place(at))

    def _in_force(self, plan: Plan, quantity: Quantity) -> tuple[float | None, str]:
        clause, name = quantity
        entry = plan.clause(clause).quantities[name]
        return entry.in_force(), entry.unit


PERSONS = from_on(1.0, "persons", 1000.0)
SECONDS = above(0.0, "s")
OPEN = from_on(0.0, "s", optional=True)
SPARES = from_on(0.0, "spares", optional=True)
NEEDS = FaultNeeds(
    facts={
        "attack.trace_median": SECONDS,
        "backup.copies": from_on(0.0, "copies", 10.0),
        "backup.servers": SECONDS,
        "backup.succeeds": Accepts("share", high=1.0, open_low=True),
        "crew.on_call": from_on(0.0, "persons", 1000.0),
        "crew.people": PERSONS,
        "diagnosis.median": SECONDS,
        "faults.mean_gap": SECONDS,
        "patrol.missed": Accepts("share", high=1.0, open_high=True),
        "repair.scale": above(0.0, "1", 1000.0),
        "restart.median": SECONDS,
        "spares.lead": above(0.0, "s", 365 * DAY),
        "spares.swap.median": SECONDS,
        "standard.crew_wait": from_on(0.0, "s"),
        "standard.data_lost": from_on(0.0, "s"),
        "standard.hidden_danger": from_on(0.0, "s"),
        "standard.unseen_trouble": from_on(0.0, "s"),
        "storm.faults": from_on(1.0, "faults", 1e6),
        "vendor.in_time": Accepts("share", high=1.0),
        "vendor.response.median": SECONDS,
        "vendor.response.sigma": SIGMA,
    },
    quantities={
        ("P2-01", "people"): from_on(1.0, "persons", optional=True),
        ("P2-02", "spares_per_kind"): SPARES,
        ("P2-02", "software_copies"): from_on(0.0, "copies", 10.0, optional=True),
        ("P2-03", "backup_every"): OPEN,
        ("P2-04", "stock"): SPARES,
        ("P2-04", "reorder_time"): OPEN,
        ("P2-05", "patrol_every"): OPEN,
        ("P2-06", "backup_every"): OPEN,
        ("P2-07", "check_every"): OPEN,
        ("P2-13", "patrol_every"): OPEN,
        ("P2-28", "standby_servers"): from_on(0.0, "servers", optional=True),
        ("P2-28", "spares"): SPARES,
        ("P2-35", "spares"): SPARES,
        ("P2-37", "decide_after"): OPEN,
        **{quantity: OPEN for pair in ORDERS for quantity in pair},
    },
    measures=STUDIES,
    interpretations={
        "P2-01": ("listed_only", "more_join"),
        "P2-05": ("patrolled", "unpatrolled"),
        "P2-07": ("patrolled", "unpatrolled"),
        "P2-10": ("gravest_first", "all_alike"),
        "P2-13": ("patrolled", "unpatrolled"),
        "P2-18": ("all_day", "back_within"),
        "P2-26": ("from_response", "from_call"),
        "P2-38": ("in_all", "after_decision"),
    },
    orders=ORDERS,
)
