"""What happens in a service hall: a fire with customers inside, gas at the counters, and a year of drills.

*A fire* burns in the hall, and smoke fills the hall alone. In ``fire`` somebody has to find it, whoever decides has to
be told, and the alarm given; in ``fire_detected`` detectors give the alarm; in neither is it put out. In
``fire_fought`` staff fight it, and some fires are put out, if that is done before smoke bars the way. Staff are
divided, one duty each (:class:`Duties`): one goes out to meet the fire engine, some fight, some guard vault and
counters, some take cash and books to safety, and the rest are free for customers, as many at least as the plan sets
aside for them. Half of the free, one at least, lead those who cannot leave alone (in rounds, if they are too few); the
others go from customer to customer and tell them to leave. A customer starts when told, or of their own accord if that
is sooner. Nobody free: nobody is told, and whoever needs help stays.

Customers and those who guide them leave by the main door, in the machine. Staff behind the counters leave by their own
door when their task is done, guards when no customer is left; they are few, and do not wait for each other there. The
site's time to move the valuables is that of as many as the site has on them; more people share it, fewer take longer.

*Gas* at the counters: those who work there notice it, lock the cash away (or do not) and leave by the staff's door.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resilience_sim.hazards.smoke import GrowingFire
from resilience_sim.models.egress import Draws, EgressInputs, Fixed, Group, Path, People, draw
from resilience_sim.models.egress.kernel import simulate
from resilience_sim.models.egress.routes import find_routes
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Deterministic, Law, Streams
from resilience_sim.studies.buildings import egress_building, starting_places
from resilience_sim.studies.drilling import drill_times, noticed
from resilience_sim.studies.evacuation import ALARM, about, alarm_chain, between, evacuees, growing_fire, walkers

__all__ = [
    "FIRES", "MAIN", "SCENARIOS", "STAFF_DOOR", "STAFF_GROUPS", "Burnt", "Duties", "Hall", "Loads", "Setting",
    "hall_of", "told_s",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

FIRES = ("fire", "fire_detected", "fire_fought")
SCENARIOS = (*FIRES, "gas", "drill_year")
MAIN, STAFF_DOOR = "main", "staff"
CUSTOMERS = "customers"
STAFF_GROUPS = ("hall_staff", "counter_staff", "office_staff")
ADULTS_MPS = ELDERLY_MPS = 0.30  # how far paces go to each side of their mean (FDS+Evac, table 1)
HELPED_MPS = 0.24  # the same for those who are led, by IMO's two groups of the impaired
ENGINE_GUIDES = 1
STEPS: Mapping[bool, tuple[str, ...]] = {True: ("fire.detected",), False: ALARM}  # with detectors, and without
FEW = 4  # halls that are remembered for the next part that is bound to the same site
KEPT = 6000  # walks that are kept, some ten kilobytes each: a fire that grows faster meets the same people
OF_THE_WALK = ("building.main_door",)  # facts that change nobody's times before they walk


@dataclass(frozen=True)
class Loads:
    """By how much times and paces differ from the site's: customers' time before moving, everybody's pace, the fire."""

    pre_movement: float = 1.0
    pace: float = 1.0
    growth: float = 1.0


@dataclass(frozen=True)
class Setting:
    """A situation: one scenario, with what the plan and the site decide.

    Parameters
    ----------
    scenario
        One of :data:`SCENARIOS`.
    guards, on_valuables, fighting
        Staff who guard, who take valuables to safety, and who fight the fire; no more than there are, see
        :class:`Duties`.
    people_first
        Whether valuables are taken only when customers are out, by staff who guide them until then.
    fight_for_s
        How long a fire is fought.
    alarm_after_fight
        Whether people are told to leave only when the fight has failed.
    lock_for_s
        How long the cash is being locked away in a gas attack at most; 0: it is left.
    keepers
        Staff set aside for customers, who have no other duty: so many at least are free for them.
    free
        Just so many are free for customers, whoever else is idle; None: whoever has no other duty.
    alarm_s
        Mean time from the ignition to the alarm; None: as the site has it.
    every_s
        Time between drills.
    loads
        See :class:`Loads`.
    facts
        Other values of facts, in their own units.
    """

    scenario: str
    guards: int = 0
    on_valuables: int = 0
    fighting: int = 0
    people_first: bool = True
    fight_for_s: float = 0.0
    alarm_after_fight: bool = False
    lock_for_s: float = math.inf
    keepers: int = 0
    free: int | None = None
    alarm_s: float | None = None
    every_s: float = math.inf
    loads: Loads = Loads()
    facts: tuple[tuple[str, float], ...] = ()

    def with_fact(self, name: str, value: float) -> Setting:
        """The same with another value of a fact, in its own unit."""
        return replace(self, facts=(*(pair for pair in self.facts if pair[0] != name), (name, value)))


@dataclass(frozen=True)
class Duties:
    """Who does what in a fire, one duty each: in sum no more than the staff less the one who meets the engine.

    Parameters
    ----------
    fighting, guards
        Staff who fight, and who guard.
    on_valuables
        Staff who take valuables to safety: with people first some of the free, else others.
    free
        Staff who are free for customers.
    """

    fighting: int
    guards: int
    on_valuables: int
    free: int


class _Way(NamedTuple):
    """What the way out hangs on, besides the hall: how the alarm is given, who is free, who fights and for how long."""

    detected: bool
    free: int
    fighting: int
    fight_for_s: float
    alarm_after_fight: bool
    alarm_s: float | None
    pre_movement: float
    pace: float


class _Ready(NamedTuple):
    """Who starts when, as in :class:`Burnt`, and what is drawn of staff behind the counters and of the fight."""

    draws: Draws
    customers: npt.NDArray[np.bool_]
    led: int
    leading: int
    telling: int
    helpless: bool
    found_s: float
    put_out_after_s: float
    behind_mps: float  # from the counters to the staff's door
    ready_after_s: float  # from the alarm until valuables can be taken
    moving_s: float  # of the valuables, by as many as the site has on them


class _Left(NamedTuple):
    """What happens on the way."""

    inputs: EgressInputs
    path: Path
    ready: _Ready
    customers_out_s: float
    fighters_out_s: float
    behind_s: float


@dataclass(frozen=True, eq=False)
class Burnt:
    """One fire, with all that was drawn and done; instants are seconds from the ignition.

    Parameters
    ----------
    inputs, draws, path
        The walk of customers and of those with them.
    customers
        Who of them is a customer, shape (persons,).
    led
        How many customers had to be led.
    helpless
        Whether there was nobody to lead them.
    aset_s
        When smoke bars the way; inf if it does not.
    staff_out_s
        When the last member of staff behind the counters is out; 0 if there is nobody.
    valuables_s
        When the valuables are safe; 0 if nobody takes them.
    fighters_out_s
        When the last of those who fought is out; 0 if nobody fights.
    """

    inputs: EgressInputs
    draws: Draws
    path: Path
    customers: npt.NDArray[np.bool_]
    led: int
    helpless: bool
    aset_s: float
    staff_out_s: float
    valuables_s: float
    fighters_out_s: float = 0.0

    @property
    def customers_out_s(self) -> float:
        """When the last customer is out; inf if one never is."""
        return math.inf if self.helpless else float(self.path.out_s[self.customers].max(initial=0.0))

    @property
    def last_staff_s(self) -> float:
        """When the last member of staff is out."""
        return max(self.staff_out_s, float(self.path.out_s[~self.customers].max(initial=0.0)))


class Hall:
    """The hall and its people at one site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._at: dict[tuple[tuple[str, float], ...], _Hall] = {}

    def at(self, facts: tuple[tuple[str, float], ...] = ()) -> _Hall:
        """The hall with other values of some facts."""
        if facts not in self._at:
            before = tuple(pair for pair in facts if pair[0] not in OF_THE_WALK)
            site = self.site.with_values(dict(facts)) if facts else self.site
            self._at[facts] = _Hall(site, None if before == facts else self.at(before))
        return self._at[facts]

    def replicate(self, setting: Setting, seed: int, replication: int) -> dict[str, float]:
        """The measures of one event of a setting."""
        hall = self.at(setting.facts)
        if setting.scenario == "drill_year":
            return {"growth_noticed": 100.0 * hall.drill_year(setting, Streams(seed, replication))}
        if setting.scenario == "gas":
            return {"gas_margin": hall.gas_margin_s(setting, Streams(seed, replication))}
        one = hall.burn(setting, seed, replication)
        late_s, staff_s = one.customers_out_s, one.last_staff_s
        return {
            "customers_evacuated": late_s - one.draws.alarm_s,
            "customers_margin": one.aset_s - late_s if late_s < math.inf else -math.inf,
            "staff_margin": one.aset_s - staff_s if staff_s < math.inf else -math.inf,
            "valuables_saved": 100.0 * (one.valuables_s <= one.aset_s),
            "fighters_margin": one.aset_s - one.fighters_out_s,
        }


class _Hall:
    """The hall with all facts settled.

    Parameters
    ----------
    site
        Its facts.
    before
        The hall with the same people, whose times before they walk are those here; None: it is this one.
    """

    def __init__(self, site: Site, before: _Hall | None = None) -> None:
        self.site = site
        self.before = before or self
        self.building = egress_building(site)
        self.places = {place.name: place for place in starting_places(site)}
        self.customers = self.places[CUSTOMERS].size
        self.staff = sum(self.places[name].size for name in STAFF_GROUPS)
        self._walks: dict[tuple[int, int, int, int, float, float], EgressInputs] = {}
        self._fires: dict[float, GrowingFire] = {}

    @cached_property
    def back_way_m(self) -> float:
        """Metres from the counters to the staff's door."""
        place = self.places["counter_staff"]
        start = (self.building.space_index[place.room], place.at)
        routes = find_routes(self.building, (start,), self.building.exits)
        names = [self.building.doors[side // 2].name for side in self.building.exits]
        return float(routes.metres[2 * len(self.building.doors), names.index(STAFF_DOOR)])

    @property
    def at_hand(self) -> int:
        """Members of staff who may be given a duty: all but the one who meets the engine."""
        return max(0, self.staff - ENGINE_GUIDES)

    def duties(self, setting: Setting) -> Duties:
        """Who does what: those set aside for customers first, then fighters, guards and those on valuables."""
        kept = min(self.at_hand, setting.keepers if setting.free is None else setting.free)
        left = self.at_hand - kept
        fighting = min(left, setting.fighting if setting.scenario == "fire_fought" else 0)
        guards = min(left - fighting, setting.guards)
        left -= fighting + guards
        if setting.people_first:
            free = kept if setting.free is not None else kept + left
            return Duties(fighting, guards, min(free, setting.on_valuables), free)
        on_valuables = min(left, setting.on_valuables)
        free = kept if setting.free is not None else kept + left - on_valuables
        return Duties(fighting, guards, on_valuables, free)

    def free_staff(self, setting: Setting) -> int:
        """Members of staff who are free for customers."""
        return self.duties(setting).free

    # ---- a fire

    def burn(self, setting: Setting, seed: int, replication: int) -> Burnt:
        """One fire."""
        duties = self.duties(setting)
        fights = duties.fighting > 0 or setting.alarm_after_fight
        way = _Way(
            setting.scenario == "fire_detected",
            duties.free,
            duties.fighting,
            setting.fight_for_s if fights else 0.0,
            setting.alarm_after_fight,
            setting.alarm_s,
            setting.loads.pre_movement,
            setting.loads.pace,
        )
        left = _left(self, way, seed, replication)
        ready = left.ready
        aset_s = self._smoke(setting.loads.growth).draw_aset_s(Streams(seed, replication))
        if duties.fighting and ready.found_s + ready.put_out_after_s < aset_s:
            aset_s = math.inf
        taken_s = ready.draws.alarm_s + ready.ready_after_s
        moving_s = ready.moving_s * (max(1, round(self.site.base("egress.on_valuables"))) / max(1, duties.on_valuables))
        if setting.people_first:
            taken_s = max(taken_s, left.customers_out_s)
        valuables_s = taken_s + moving_s if duties.on_valuables else 0.0
        leaves_s = max(valuables_s, left.customers_out_s if duties.guards else 0.0)
        return Burnt(
            left.inputs,
            ready.draws,
            left.path,
            ready.customers,
            ready.led,
            ready.helpless,
            aset_s,
            leaves_s + left.behind_s if leaves_s else 0.0,
            valuables_s,
            left.fighters_out_s,
        )

    def leave(self, way: _Way, seed: int, replication: int) -> _Left:
        """What of one fire does not hang on how fast it grows, nor on who guards and takes valuables to safety."""
        ready = _ready(self.before, way, seed, replication)
        inputs = self._walk(ready.led if ready.leading else 0, ready.leading, ready.telling, way)
        path = simulate(inputs, ready.draws)
        return _Left(
            inputs,
            path,
            ready,
            math.inf if ready.helpless else float(path.out_s[ready.customers].max(initial=0.0)),
            float(path.out_s[_rows(inputs)["fighting"]].max()) if way.fighting else 0.0,
            self.back_way_m / ready.behind_mps,
        )

    def ready(self, way: _Way, seed: int, replication: int) -> _Ready:
        """Who starts when, and all else that is drawn of a fire but for its smoke."""
        streams, site = Streams(seed, replication), self.site
        needs = site.base("customers.need_help_to_leave")
        led = int(np.sum(streams.generator("service_hall/in_need").random(self.customers) < needs))
        leading = max(1, way.free // 2) if way.free and led else 0
        telling = way.free - leading
        inputs = self._walk(led if leading else 0, leading, telling, way)
        found_s, alarm_s = self._alarm(way, streams)
        drawn = draw(inputs, streams)
        start_s = drawn.start_s + alarm_s
        customers = np.zeros(inputs.persons, dtype=np.bool_)
        rows = _rows(inputs)
        alone = rows[CUSTOMERS]
        customers[alone] = True
        if leading:
            customers[rows["led"].start : rows["led"].start + led] = True
        if telling:
            tell_s = site.base("egress.tell_each")
            told, done = told_s(start_s[rows["telling"]], alone.stop - alone.start, tell_s)
            start_s[alone] = np.minimum(start_s[alone], told)
            start_s[rows["telling"]] = done
        if way.fighting:
            start_s[rows["fighting"]] = found_s + way.fight_for_s
        return _Ready(
            replace(drawn, start_s=start_s, alarm_s=alarm_s),
            customers,
            led,
            leading,
            telling,
            led > 0 and not leading,
            found_s,
            self._put_out_after_s(way, streams) if way.fighting else math.inf,
            _one(self._adults(way.pace), "behind", streams),
            _one(self._laws["valuables"], "valuables", streams),
            _one(self._laws["move_cash"], "move_cash", streams),
        )

    @cached_property
    def _laws(self) -> Mapping[str, Law]:
        """Laws of the times that staff need, by the names of their streams."""
        facts = {"valuables": "pre_movement.staff", "move_cash": "egress.move_cash", "fight": "egress.fight_fire"}
        return {name: about(self.site.base(fact)) for name, fact in facts.items()}

    def _smoke(self, growth: float) -> GrowingFire:
        if growth not in self._fires:
            self._fires[growth] = growing_fire(self.site, growth_factor=growth)
        return self._fires[growth]

    def _alarm(self, way: _Way, streams: Streams) -> tuple[float, float]:
        """When the fire is found, and when the alarm is heard."""
        steps, laws = self._alarms[way.detected]
        by = 1.0 if way.alarm_s is None else way.alarm_s / math.fsum(self.site.base(step) for step in steps)
        seconds = [by * _one(law, name, streams) for name, law in zip(steps, laws, strict=True)]
        waits_s = way.fight_for_s if way.alarm_after_fight else 0.0
        return seconds[0], math.fsum(seconds) + waits_s

    @cached_property
    def _alarms(self) -> Mapping[bool, tuple[tuple[str, ...], tuple[Law, ...]]]:
        """Steps before the alarm and their laws, with detectors and without."""
        return {found: (steps, alarm_chain(self.site, steps)) for found, steps in STEPS.items()}

    def alarm_s(self, scenario: str) -> float:
        """Mean time from the ignition to the alarm."""
        return math.fsum(self.site.base(step) for step in STEPS[scenario == "fire_detected"])

    def _walk(self, led: int, leading: int, telling: int, way: _Way) -> EgressInputs:
        """Customers and those with them, as the machine takes them; times count from the alarm."""
        key = (led, leading, telling, way.fighting, way.pre_movement, way.pace)
        if key not in self._walks:
            site, place = self.site, self.places[CUSTOMERS]
            adult = between(site.base("walking.adults") * way.pace, ADULTS_MPS * way.pace)
            slow = between(site.base("walking.elderly") * way.pace, ELDERLY_MPS * way.pace)
            alone = self.customers - led
            old = min(alone, max(0, round(site.base("customers.in_care") * self.customers) - led))
            own = about(site.base("pre_movement.customers") * way.pre_movement)
            ready = about(site.base("pre_movement.staff"))
            out = Fixed(MAIN)

            def group(name: str, *people: People, delay: Law, together: bool = False) -> Group:
                first, each = (delay, Deterministic(0.0)) if together else (Deterministic(0.0), delay)
                return Group(
                    name, place.room, people, delay=first, route=out, at=place.at, together=together, each=each
                )

            groups = [group(CUSTOMERS, People("old", old, slow), People("others", alone - old, adult), delay=own)]
            if leading:
                helped = between(site.base("walking.helped") * way.pace, HELPED_MPS * way.pace)
                leads = max(1, round(site.base("egress.led_by_each")))
                kinds = (People("led", led, helped, helped=1.0), People("staff", leading, adult, leads=leads))
                groups.append(group("led", *kinds, delay=ready, together=True))
            for name, count in (("telling", telling), ("fighting", way.fighting)):
                if count:
                    groups.append(group(name, People("staff", count, adult), delay=ready))
            self._walks[key] = EgressInputs(self.building, tuple(groups))
        return self._walks[key]

    def _put_out_after_s(self, way: _Way, streams: Streams) -> float:
        """Seconds of fighting after which the fire is out; inf if they give it up first, or never could."""
        luck = float(streams.generator("service_hall/put_out").random())
        takes_s = _one(self._laws["fight"], "fight", streams)
        return takes_s if luck < self.site.base("fire.put_out") and takes_s <= way.fight_for_s else math.inf

    def _adults(self, pace: float) -> Law:
        return between(self.site.base("walking.adults") * pace, ADULTS_MPS * pace)

    # ---- gas, and drills

    def gas_margin_s(self, setting: Setting, streams: Streams) -> float:
        """Seconds from the last of the counters' staff being out until gas overcomes whoever is there."""
        site, count = self.site, self.places["counter_staff"].size
        noticed_s = about(site.base("gas.noticed")).draw(streams.generator("service_hall/gas/noticed"), count)
        locking_s = about(site.base("egress.lock_up")).draw(streams.generator("service_hall/gas/lock"), count)
        pace = self._adults(setting.loads.pace).draw(streams.generator("service_hall/gas/pace"), count)
        out_s = noticed_s + np.minimum(locking_s, setting.lock_for_s) + self.back_way_m / pace
        return _one(about(site.base("gas.tenable")), "gas/tenable", streams) - float(out_s.max(initial=0.0))

    def drill_year(self, setting: Setting, streams: Streams) -> bool:
        """Whether the drills of a time in which people become slower show it; see :mod:`.drilling`."""
        site = self.site
        within_s, past = site.base("drills.within"), round(site.base("drills.past"))
        parts = drill_times(within_s, setting.every_s)
        # Drawn for the most that are ever asked for, so that more drills meet the same ones otherwise.
        deviations = streams.generator("service_hall/drills").standard_normal(past + len(parts))
        logs = site.base("drills.spread") * deviations
        return noticed(logs[:past], logs[past:] + math.log1p(site.base("drills.growth")) * parts, parts)

    # ---- a drill

    def drilled(self) -> EgressInputs:
        """Everybody leaves by the nearest exit, customers of their own accord; time zero is the alarm."""
        adult = walkers(self.site, "walking.adults", ADULTS_MPS)
        kinds = {CUSTOMERS: adult, "staff": adult}
        groups = []
        for name, place in self.places.items():
            each = about(self.site.base(f"pre_movement.{CUSTOMERS if name == CUSTOMERS else 'staff'}"))
            groups.append(evacuees(place, kinds, delay=Deterministic(0.0), together=False, each=each))
        return EgressInputs(self.building, tuple(groups))


@lru_cache(maxsize=KEPT)
def _ready(hall: _Hall, way: _Way, seed: int, replication: int) -> _Ready:
    return hall.ready(way, seed, replication)


@lru_cache(maxsize=KEPT)
def _left(hall: _Hall, way: _Way, seed: int, replication: int) -> _Left:
    return hall.leave(way, seed, replication)


def hall_of(site: Site) -> Hall:
    """The hall at a site; one for all parts of a study that are bound to it, which ask about the same fires."""
    hall = next((one for one in tuple(_HALLS) if one.site is site), None) or Hall(site)
    if hall not in _HALLS:
        _HALLS.append(hall)
    return hall


_HALLS: deque[Hall] = deque(maxlen=FEW)


def told_s(ready_s: Floats, count: int, tell_s: float) -> tuple[Floats, Floats]:
    """When each of so many customers is told, one after the other by whoever is free first.

    Parameters
    ----------
    ready_s
        When each of those who tell begins, shape (k,).
    count
        Customers.
    tell_s
        Seconds for each customer.

    Returns
    -------
    tuple
        When each is told, shape (count,), and when each of those who tell is done, shape (k,).
    """
    begin_s = np.cumsum(np.column_stack((ready_s, np.full((len(ready_s), count), tell_s))), axis=1)
    # Customer by customer whoever is free first begins, of several the first of them.
    places = np.argsort(begin_s[:, :-1], axis=None, kind="stable")[:count]
    teller, nth = np.divmod(places, count) if count else (places, places)
    told = begin_s[teller, nth + 1]
    done = begin_s[np.arange(len(ready_s)), np.bincount(teller, minlength=len(ready_s))]
    return told, done


def _one(law: Law, name: str, streams: Streams) -> float:
    return float(law.draw(streams.generator(f"service_hall/{name}"), 1)[0])


def _rows(inputs: EgressInputs) -> Mapping[str, slice]:
    """The persons of each group."""
    rows, first = {}, 0
    for group in inputs.groups:
        rows[group.name] = slice(first, first + group.size)
        first += group.size
    return rows
