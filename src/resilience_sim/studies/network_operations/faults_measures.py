"""What is read off faults of the network operations centre, each measure with its unit and the clock it comes from.

Clocks run from the instant at which a fault is known, since nobody can act before, unless the plan is read otherwise:
the hour for a server's software runs from the failure (P2-31). A limit on an answer is kept at the latest when the
service is back: a maintainer who was called off meanwhile has nothing left to answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from resilience_sim.models.repair import Tried
from resilience_sim.studies.network_operations.faults_events import Run
from resilience_sim.studies.network_operations.faults_setting import BLOCK
from resilience_sim.units import DAY, HOUR, MINUTE, UNITS

__all__ = ["CLOCKS", "MEASURES", "Clock", "measured"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Clock:
    """From which instant to which of a fault asked about, see :func:`resilience_sim.models.repair.seconds`.

    Parameters
    ----------
    fault
        The class.
    unit
        In which it is told.
    since, until, remedy
        The two instants, and the remedy whose they are where they are no instants of the fault itself.
    """

    fault: str
    unit: str
    since: str = "known"
    until: str = "back"
    remedy: str | None = None

    def read(self, run: Run) -> Floats:
        """The clock of each event, in its unit, shape (BLOCK,)."""
        values = run.clock(self.fault, since=self.since, until=self.until, remedy=self.remedy)
        if self.until == "began":
            values = np.minimum(values, run.clock(self.fault, since=self.since, remedy=self.remedy))
        return values / UNITS[self.unit].factor


CLOCKS: Mapping[str, Clock] = MappingProxyType(
    {
        "judged": Clock("exchange_broken", "min", until="finished", remedy="judge"),
        "doors_back": Clock("door_failed", "h"),
        "exchange_answered": Clock("exchange_broken", "min", since="asked", until="began", remedy="vendor"),
        "exchange_mended": Clock("exchange_broken", "min", since="began", until="finished", remedy="vendor"),
        "exchange_mended_since_call": Clock("exchange_broken", "min", since="asked", until="finished", remedy="vendor"),
        "server_back": Clock("server_dead", "min"),
        "restarted": Clock("server_crashed", "min", until="finished", remedy="restart"),
        "software_back": Clock("server_crashed", "h", since="occurred"),
        "attack_cut": Clock("server_attacked", "min"),
        "core_repaired": Clock("core_switch_broken", "h", until="finished", remedy="supplier"),
        "core_replaced": Clock("core_switch_broken", "min"),
        "support_answered": Clock("core_switch_crashed", "min", until="began", remedy="support"),
        "core_restored": Clock("core_switch_crashed", "min"),
        "access_mended": Clock("access_switch_broken", "min"),
        "access_replaced": Clock("access_switch_broken", "min", since="asked", remedy="swap"),
        "access_running": Clock("access_switch_hung", "min"),
        "client_connected": Clock("client_offline", "min"),
        "portal_answered": Clock("portal_down", "min", until="began", remedy="maintainer"),
        "portal_back": Clock("portal_down", "min"),
        "hosted_answered": Clock("hosted_down", "min", until="began", remedy="operator"),
        "hosted_back": Clock("hosted_down", "min"),
        "names_answered": Clock("names_down", "min", until="began", remedy="operator"),
        "names_back": Clock("names_down", "min"),
    }
)

MEASURES: Mapping[str, str] = MappingProxyType(
    {
        **{name: clock.unit for name, clock in CLOCKS.items()},
        "technicians_wait": "min",  # the longest that a task of the event waited for people
        "spares_lacking": "spares",  # times that the fault asked about found none
        "stock_outs": "spares",  # times that any fault of the event found none
        "copies_good": "%",  # 100: one copy at least can be restored from
        "data_missing": "d",  # age of the last good copy when the data were lost
        "found_after": "d",  # from the fault to its being known
        "found_unpatrolled": "d",  # the same in the same events, without the round
        "found_first": "%",  # 100: the round found it before anybody else noticed
        "doors_up": "h",  # of the day's 24 h: without those from the first door that fails to the last that is back
        "data_attended": "min",  # from lost data being known to somebody being at work on them
        "data_attended_unordered": "min",  # the same in the same events, if all faults were alike
        "graver_sooner": "min",  # how much sooner that is in the order of gravity; 0 where nobody is in the way
        "restart_saves": "min",  # how much sooner it is back than if its maintainer were called at once
        "configuration_saves": "min",  # ... than if there were no saved configuration
        "decision_saves": "min",  # ... than if no spare were put in before the cause is known
    }
)
_CLOCK_OF_GAIN = {
    "order": ("graver_sooner", "data_lost", "response"),
    "restart": ("restart_saves", "server_crashed", "back"),
    "configuration": ("configuration_saves", "exchange_confused", "back"),
    "decision": ("decision_saves", "access_switch_broken", "back"),
}
_WITH_DATA = ("data_lost", "records_lost", "exchange_confused")


def measured(run: Run, other: Run | None, *, against: str, slot_s: float, storm: bool) -> Mapping[str, Floats]:
    """All measures that a run has, each of shape (BLOCK,).

    Parameters
    ----------
    run
        The block as the plan has it.
    other
        The same events without what `against` names; ``None``: no comparison.
    against
        As in :class:`~resilience_sim.studies.network_operations.faults_setting.FaultSetting`.
    slot_s
        From the beginning of one event's slot to that of the next.
    storm
        Whether each event is a storm; else its day begins with its slot.
    """
    present = {one.name for one in run.inputs.faults}
    asked = {run.inputs.faults[kind].name for kind in np.unique(run.path.kind[run.asked[run.asked >= 0]])}
    found: dict[str, Floats] = {
        "technicians_wait": _crew_wait_s(run) / MINUTE,
        "stock_outs": _stock_outs(run),
        "doors_up": _doors_up_h(run, slot_s, storm=storm) if "door_failed" in present else np.full(BLOCK, 24.0),
    }
    if not asked:
        return found
    found["spares_lacking"] = _spares_lacking(run)
    if len(asked) > 1:  # whichever occurs: it has no clock of its own
        return found
    (fault,) = asked
    found |= {name: clock.read(run) for name, clock in CLOCKS.items() if clock.fault == fault}
    occurred_s = run.path.occurred_s[run.asked]
    known_s, noticed_s = run.path.known_s[run.asked], run.noticed_s[run.asked]
    found["found_after"], found["found_unpatrolled"] = (known_s - occurred_s) / DAY, (noticed_s - occurred_s) / DAY
    found["found_first"] = np.where(known_s < noticed_s, 100.0, 0.0)
    if fault in _WITH_DATA:
        found["data_missing"] = run.path.backup_age_s[run.asked] / DAY
    if other is None:
        return found
    gain, name, until = _CLOCK_OF_GAIN[against]
    with_it, without_it = (one.clock(name, until=until) / MINUTE for one in (run, other))
    found[gain] = without_it - with_it
    if against == "order":
        found |= {"data_attended": with_it, "data_attended_unordered": without_it}
    return found


def _crew_wait_s(run: Run) -> Floats:
    """The longest that a task of each event, with all else that it needs, waited for people to be sent first."""
    has_crew = run.of_tasks([remedy.crew is not None for remedy in run.remedies]).astype(bool)
    waited = has_crew & (run.path.spare_s < np.inf)
    until_s = np.minimum(run.path.sent_s[waited], run.path.finished_s[waited])
    return run.worst(until_s - run.path.spare_s[waited], run.event[run.fault_of_task[waited]])


def _lacks(run: Run) -> npt.NDArray[np.bool_]:
    """Tasks that came to need a spare and found none, shape (tasks,)."""
    needs = run.of_tasks([remedy.spare is not None for remedy in run.remedies]).astype(bool)
    none = (run.path.tried == Tried.NO_SPARE) | (run.path.spare_s > run.path.asked_s)
    lacks: npt.NDArray[np.bool_] = needs & (run.path.asked_s < np.inf) & none
    return lacks


def _stock_outs(run: Run) -> Floats:
    return np.bincount(run.event[run.fault_of_task[_lacks(run)]], minlength=BLOCK).astype(float)


def _spares_lacking(run: Run) -> Floats:
    of_fault = np.bincount(run.fault_of_task[_lacks(run)], minlength=len(run.path.kind))
    return of_fault[run.asked].astype(float)


def _doors_up_h(run: Run, slot_s: float, *, storm: bool) -> Floats:
    """Hours of the day that begins with the slot, or with the storm, on which all doors work."""
    kind = [one.name for one in run.inputs.faults].index("door_failed")
    mine = run.path.kind == kind
    first_s, last_s = np.full(BLOCK, np.inf), np.full(BLOCK, -np.inf)
    np.minimum.at(first_s, run.event[mine], run.path.occurred_s[mine])
    np.maximum.at(last_s, run.event[mine], run.path.back_s[mine])
    day_s = first_s if storm else np.arange(BLOCK) * slot_s
    failed = first_s < np.inf
    down_s = np.zeros(BLOCK)
    down_s[failed] = np.minimum(last_s[failed], day_s[failed] + DAY) - first_s[failed]
    return 24.0 - down_s / HOUR
