"""What happens when the service hall calls for somebody: when help, police, fire brigade and ambulance know, and come.

Each function reads one measure off a block of independent events; times are seconds, and shapes are (events,). Calls
are the cascade machine's, along the chains of the site's call tree; what comes before a call or after it is drawn here,
from streams of its own, so that another reading, another deadline or another fact meets the same numbers.

* *Help in a surge*: whoever can come and was told first comes; callers stop at as many as are wanted.
* *A siege* is met by the head and one guard at least; 110 is called when persuading them has failed.
* *A fire that nobody puts out* has to be found; then it is fought, or 119 called at once. The engine is called,
  dispatched, turns out, drives, finds its way in (the sooner if somebody guides it), and lays its hoses.
* *An illness* is seen by somebody of the staff, who calls 120: at once, or after having helped and watched a while.
  Some help, one calls and one keeps order; as many as are too few without a counter leave one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from resilience_sim.plans.site import Site
from resilience_sim.randomness import Streams
from resilience_sim.studies.call_trees import Alarm, on_site_s, places_s, told_s
from resilience_sim.studies.evacuation import about

__all__ = [
    "MOST_STAFF", "called_119_s", "counters_closed", "first_told", "met_s", "persuaded_s", "places", "told_all",
    "watched_s", "water_s",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

MOST_STAFF = 40  # who may be in the hall and at no counter; numbers are drawn for so many
WHO_CALLS = WHO_KEEPS_ORDER = 1


# ---- read off alarms


def first_told(alarms: Sequence[Alarm], *roles: str) -> Floats:
    """When the first of some roles learned of it, inf if none did."""
    return np.array([told_s(alarm, *roles).min() for alarm in alarms])


def told_all(alarms: Sequence[Alarm], *roles: str) -> Floats:
    """When the last of some roles learned of it, inf if one never did."""
    return np.array([told_s(alarm, *roles).max() for alarm in alarms])


def places(alarms: Sequence[Alarm], wanted: int, *roles: str) -> Floats:
    """When as many as are wanted are there, inf if too few can be reached and come; nobody wanted: at once."""
    return np.array([places_s(alarm, wanted, *roles).max(initial=0.0) for alarm in alarms])


def met_s(alarms: Sequence[Alarm]) -> Floats:
    """When the head and the first guard stand before those who besiege the hall."""
    return np.array([max(on_site_s(one, "hall_head").min(), on_site_s(one, "hall_guards").min()) for one in alarms])


# ---- before and after calls


def persuaded_s(site: Site, streams: Streams, count: int, most_s: float | None = None) -> Floats:
    """How long the head persuades in vain, or until the hall cannot serve any more, or for as long as is allowed.

    Parameters
    ----------
    site
        How long it takes until persuasion has failed or service has stopped.
    streams, count
        What is drawn, for so many sieges.
    most_s
        For how long they may persuade; None: as long as they like.
    """
    lasts_s = _drawn(site, "siege.persuading", streams, count)
    return lasts_s if most_s is None else np.minimum(lasts_s, most_s)


def watched_s(site: Site, streams: Streams, count: int) -> Floats:
    """How long a customer is helped and watched before 120 is called."""
    return _drawn(site, "illness.watched", streams, count)


def called_119_s(site: Site, streams: Streams, count: int, *, fought: bool) -> Floats:
    """When 119 has the address: found, fought in vain for as long as the hall does, call.

    Parameters
    ----------
    site
        Its facts of the fire, and how long it is fought.
    streams, count
        What is drawn, for so many fires.
    fought
        Whether the call waits until the fight has failed.
    """
    waits_s = site.base("egress.fight_fire") if fought else 0.0
    return _drawn(site, "fire.found", streams, count) + waits_s + _drawn(site, "fire.call", streams, count)


def water_s(site: Site, streams: Streams, called_s: Floats, *, guided: bool) -> Floats:
    """When there is water on the fire: dispatch, turnout, drive less what guiding gains, hoses.

    Parameters
    ----------
    called_s
        When 119 has the address, shape (events,).
    guided
        Whether somebody meets the engine; what is gained is never more than the drive.
    """
    count = len(called_s)
    drive_s = _drawn(site, "engine.drive", streams, count)
    gained_s = np.minimum(site.base("engine.gained_by_guiding") if guided else 0.0, drive_s)
    before_s = _drawn(site, "engine.dispatch", streams, count) + site.base("engine.turnout_day")
    return called_s + before_s + drive_s - gained_s + _drawn(site, "engine.set_up", streams, count)


def counters_closed(site: Site, streams: Streams, count: int, helping: int) -> Floats:
    """How many counters lose their clerk: those who help, call and keep order, less who is there and at no counter.

    Parameters
    ----------
    site
        Staff in the hall and behind the counters, and the share of them who are absent.
    streams, count
        What is drawn, for so many events.
    helping
        Members of staff who help the customer.
    """
    staff = round(site.base("egress.hall_staff")) + round(site.base("egress.office_staff"))
    u = streams.generator("service_hall/absent").random((count, MOST_STAFF))[:, :staff]
    there = np.sum(u >= site.base("staff.absence"), axis=1)
    closed: Floats = np.maximum(0.0, helping + WHO_CALLS + WHO_KEEPS_ORDER - there)
    return closed


def _drawn(site: Site, fact: str, streams: Streams, count: int) -> Floats:
    return about(site.base(fact)).draw(streams.generator(f"service_hall/{fact}"), count)
