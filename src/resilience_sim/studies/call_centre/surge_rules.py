"""The plan's rules of support as the floor takes them, and what they need of a plan and a site."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Site
from resilience_sim.studies.call_centre.surge_floor import ON_THE_LIST
from resilience_sim.studies.call_centre.surge_signs import EARLIER_S
from resilience_sim.studies.call_centre.surge_support import Sign, Support
from resilience_sim.studies.limits import decided, stated
from resilience_sim.studies.needs import PART, SHARE, SIGMA, Accepts, above, from_on
from resilience_sim.units import HOUR, MINUTE

__all__ = ["FLOOR_FACTS", "READINGS", "SUPPORT_QUANTITIES", "sign", "support"]

FLOOR_FACTS: Mapping[str, Accepts] = {
    "standard.service_level": PART,
    "standard.threshold": above(0.0, "s"),
    "standard.answer_rate": PART,
    "calls.usual_busy": above(0.0, "calls/5min", 1000.0),
    "calls.profile": from_on(0.0, "calls", listed=True),
    "calls.day_factor_cv": above(0.0, "1", 2.0),
    "calls.handling_mean": above(0.0, "s"),
    "calls.handling_sigma": SIGMA,
    "patience.mean": above(0.0, "s"),
    "redial.share": replace(SHARE, high=1.0),
    "redial.delay_median": above(0.0, "s"),
    "redial.most": from_on(0.0, "tries", 100.0),
    "roster.shift_starts": from_on(0.0, "s", 24 * HOUR, listed=True),
    "roster.agents": from_on(0.0, "agents", 1000.0, listed=True),
    "support.level_two": SHARE,
    "support.level_three": SHARE,
    "support.other_units": from_on(1.0, "agents", ON_THE_LIST),
    "support.reserves": from_on(1.0, "agents", 200.0),
    "support.functional": from_on(1.0, "persons", 200.0),
    "support.other_unit_handling": from_on(1.0, "1", 10.0),
    "support.functional_handling": from_on(1.0, "1", 10.0),
    "surge.abnormal_from": from_on(1.0, "1", 100.0),
    "surge.abnormal_for": from_on(MINUTE, "s", EARLIER_S),
    "surge.controlled_from": SHARE,
    "surge.controlled_over": above(0.0, "s"),
}
_OPEN = from_on(0.0, "s", optional=True)
SUPPORT_QUANTITIES: Mapping[tuple[str, str], Accepts] = {
    ("P4-31", "calls_over_usual"): from_on(1.0, "1", 100.0, optional=True),
    ("P4-31", "lasting"): from_on(MINUTE, "s", EARLIER_S, optional=True),
    ("P4-32", "extra_agents"): from_on(0.0, "agents", ON_THE_LIST, optional=True),
    ("P4-32", "in_place_within"): _OPEN,
    ("P4-33", "uncontrolled_for"): from_on(0.0, "s"),
    ("P4-33", "controlled_from"): replace(SHARE, optional=True),
    ("P4-35", "uncontrolled_for"): from_on(0.0, "s"),
    ("P4-35", "controlled_from"): replace(SHARE, optional=True),
    ("P4-36", "extra_agents"): from_on(0.0, "agents", ON_THE_LIST, optional=True),
    ("P4-36", "handling_factor"): from_on(1.0, "1", 10.0, optional=True),
    ("P4-36", "in_place_within"): _OPEN,
}
READINGS: Mapping[str, tuple[str, ...]] = {
    "P4-33": ("from_call_up", "from_in_place"), "P4-35": ("from_call_up", "from_in_place"),
}  # fmt: skip


def sign(plan: Plan, site: Site) -> Sign:
    """What counts as abnormal growth, by the plan or else the site."""
    return Sign(
        stated(plan, site, "P4-31", "calls_over_usual", "surge.abnormal_from"),
        stated(plan, site, "P4-31", "lasting", "surge.abnormal_for"),
    )


def support(plan: Plan, site: Site, levels: int, *, in_place: bool = False) -> Support:
    """Support by the plan's rules; what it leaves open is the site's.

    Parameters
    ----------
    plan, site
        The register and the site's facts.
    levels
        So many levels may be called.
    in_place
        Whether the thirty minutes count from the level before being in place, or from its call-up.
    """
    first, third = (decided(plan, clause, "extra_agents") for clause in ("P4-32", "P4-36"))
    within = [decided(plan, clause, "in_place_within") for clause in ("P4-32", "P4-34", "P4-36")]
    factor = stated(plan, site, "P4-36", "handling_factor", "support.functional_handling")
    holds_s = [stated(plan, site, clause, "uncontrolled_for") for clause in ("P4-33", "P4-35")]
    enough = [stated(plan, site, clause, "controlled_from", "surge.controlled_from") for clause in ("P4-33", "P4-35")]
    return Support(
        sign=sign(plan, site),
        levels=levels,
        uncontrolled_s=(holds_s[0], holds_s[1]),
        controlled_from=(enough[0], enough[1]),
        over_s=site.base("surge.controlled_over"),
        in_place=in_place,
        people=(None if first is None else round(first), None, None if third is None else round(third)),
        handling=(site.base("support.other_unit_handling"), 1.0, factor),
        within_s=tuple(math.inf if one is None else one for one in within),  # type: ignore[arg-type]
    )
