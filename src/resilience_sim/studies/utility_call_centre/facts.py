"""What the study of the utility call centre needs of a site: which facts, in which units, between which bounds."""

from __future__ import annotations

from collections.abc import Mapping

from resilience_sim.errors import FactError
from resilience_sim.plans.site import Site
from resilience_sim.studies.needs import (
    PART,
    SHARE,
    SIGMA,
    Accepts,
    Rule,
    above,
    as_many,
    ends_with_all,
    from_on,
    in_order,
)
from resilience_sim.units import DAY, MINUTE

__all__ = ["UTILITY_FACTS", "UTILITY_RULES"]

UTILITY_FACTS: Mapping[str, Accepts] = {
    "standard.service_level": PART,
    "standard.threshold": from_on(0.0, "s"),
    "calls.usual_busy": above(0.0, "calls/5min"),
    "calls.profile": from_on(0.0, "calls", listed=True),
    "calls.day_factor_cv": above(0.0, "1", 5.0),
    "calls.handling_mean": above(0.0, "s"),
    "calls.handling_sigma": SIGMA,
    "outage_calls.customers_per_line": above(0.0, "customers"),
    "outage_calls.customers_counts": above(0.0, "customers", listed=True),
    "outage_calls.share_who_call": SHARE,
    "outage_calls.delay_median": above(0.0, "s"),
    "outage_calls.delay_sigma": SIGMA,
    "outage_calls.handling_mean": above(0.0, "s"),
    "outage_calls.late_share": SHARE,
    "outage_calls.call_again_share": SHARE,
    "patience.mean": above(0.0, "s"),
    "redial.share": SHARE,
    "redial.delay_median": above(0.0, "s"),
    "redial.most": from_on(0.0, "tries"),
    "roster.shift_starts": Accepts("s", high=DAY, open_high=True, listed=True),
    "roster.agents": from_on(0.0, "agents", listed=True, optional=True),
    "call_up.decision": from_on(0.0, "s"),
    "call_up.arrival_median": above(0.0, "s"),
    "call_up.arrival_sigma": SIGMA,
    "call_up.released_after": from_on(0.0, "s", optional=True),
    "call_up.overtime": from_on(0.0, "s", optional=True),
    "call_up.advance": from_on(0.0, "s", optional=True),
    "lines.per_day": above(0.0, "1/s"),
    "lines.clustering": from_on(1.0, "1", 100.0),
    "lines.within_hours": above(15 * MINUTE, "s", listed=True),
    "lines.back_normal_day": above(0.0, "share", 1.0, listed=True),
    "lines.back_storm_day": above(0.0, "share", 1.0, listed=True),
    "lines.planned_share_of_time": Accepts("share", high=1.0, open_high=True),
    "storm.calls_in_day": above(0.0, "calls"),
    "storm.rise_on_day_before": from_on(0.0, "share"),
    "storm.busiest_five_minutes": above(0.0, "calls/5min"),
    "storm.hours": above(0.0, "s"),
    "storm.line_duration": above(0.0, "s"),
    "event.longest": above(0.0, "s"),
}


def _hours_of_the_day(site: Site) -> None:
    """Calls are given for each clock hour, and in some of them somebody calls."""
    calls = site.bases("calls.profile")
    if len(calls) != 24 or max(calls) == 0:
        raise FactError(
            "calls.profile", f"has {len(calls)} values; accepted are 24, one for each clock hour, not all 0"
        )


def _shifts(site: Site) -> None:
    """Shifts start one after the other; where the roster is given, each has its agents."""
    in_order(site, "roster.shift_starts")
    if "roster.agents" in site.facts:
        as_many(site, "roster.agents", "roster.shift_starts", least=1)


def _outages(site: Site) -> None:
    ends_with_all(site, "lines.within_hours", "lines.back_normal_day", "lines.back_storm_day")


UTILITY_RULES: tuple[Rule, ...] = (_hours_of_the_day, _shifts, _outages)
