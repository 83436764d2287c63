"""The kindergarten's evacuations: from a setting to an event of the machine, and to what clauses ask about.

Scenarios: in a ``drill`` the alarm is time zero and nothing burns; in ``main_lost`` nobody can pass the main door all
the while; in ``kitchen_fire`` the kitchen burns with its door open and nobody puts it out, so that smoke fills the
corridor and the hall before the main door as well; in ``child_missing`` and ``missing_in_fire`` one child has surely
stayed behind, in a drill and in that fire; its smoke does not slow those who search.

A class leaves with its adults, at the pace of its slowest, after a time that depends on its children's age. Staff leave
one by one, by the nearest exit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.hazards.smoke import GrowingFire
from resilience_sim.models.egress import Building, Closing, Divert, Draws, EgressInputs, Fixed, Group, Nearest, Route
from resilience_sim.models.egress.counting import Brigade, HeadCount, Search
from resilience_sim.models.egress.kernel import simulate
from resilience_sim.models.egress.path import PASSES
from resilience_sim.models.egress.theory.assignment import nearest_exits
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Deterministic, Law, Streams, Uniform
from resilience_sim.studies.buildings import StartingPlace, egress_building, starting_places
from resilience_sim.studies.evacuation import (
    ALARM,
    Event,
    Happened,
    Walkers,
    about,
    alarm_chain,
    around,
    assigned,
    between,
    bodies,
    drawn,
    evacuees,
    growing_fire,
    happened,
    measured,
    rerouted,
)  # fmt: skip
from resilience_sim.studies.kindergarten.fire_duties import Duties, drawn_s, persons_short
from resilience_sim.studies.kindergarten.fire_facts import AGES, BACK, MAIN, age_of, classes
from resilience_sim.units import MINUTE

__all__ = ["FIRES", "FIRE_ALONE", "SCENARIOS", "Loads", "Premises", "Setting"]

Floats = npt.NDArray[np.float64]
Way = Literal["by_queue", "by_queue_late", "by_class", "main_only"]

SCENARIOS = ("drill", "main_lost", "kitchen_fire", "child_missing", "missing_in_fire")
FIRES = ("kitchen_fire", "missing_in_fire")
AFTER = ("head_count", "searching", "duties")  # the studies that ask what follows outside
FIRE_ALONE = ("fire_engine", "fire_fighting")  # those for which nobody has to walk
ADULTS_MPS = 0.30  # how far the pace of adults goes to each side of its mean (FDS+Evac, table 1)
ROUNDS = 3  # full sweeps of a room: who is in it is then still unfound in one of a hundred cases
DESIGNED = 8  # evacuations by which classes are chosen for the back door; a wrong choice costs time, never truth
DESIGN_SEED = 0
KEPT = 2048  # events that are kept, some thirty kilobytes each


@dataclass(frozen=True)
class Loads:
    """By how much times and numbers differ from the site's: children per class, pace, time before moving, fire."""

    children: float = 1.0
    pace: float = 1.0
    pre_movement: float = 1.0
    growth: float = 1.0
    counting: float = 1.0


@dataclass(frozen=True)
class Setting:
    """A situation: one scenario, with what the plan and the site decide.

    Parameters
    ----------
    scenario
        One of :data:`SCENARIOS`.
    study
        What is asked about it, one of the study's.
    way
        ``by_queue``: by the main door, unless `waiting` or more wait there when a class sets off or when the first of
        it steps out of its room: it is then sent to the back door. Later nobody is turned, since those who are under
        way would have to walk back; ``by_queue_late``: they are turned as well, in whatever corridor or stair they come
        to (to compare with); ``by_class``: `to_back` classes by the back door, the others by the main one;
        ``main_only``.
    waiting
        Persons.
    to_back
        How many classes, in the order of :attr:`Premises.order`; None: each class by its nearest exit.
    class_gap_s
        Seconds from one class to the next when they set off one after the other; 0: as they are ready.
    sets_off
        Classes in that order; those not named come after, in the order of the building's file.
    adults
        At least so many in each class; those whom the building has besides are there anyway.
    helpers
        Members of the evacuation group who join the youngest classes, one each.
    told_and_alarm_s
        Seconds from discovery to the alarm, if the plan has decided them; None: the site's.
    searchers
        Persons who can be sent to search.
    gain
        Part of what can be gained by guiding the fire engine in that is gained.
    steps_first
        What is done before a fire is fought, names of facts ``rescue.…``.
    told
        Whether who fights the fire has to be told first; else who finds it does.
    duties
        Who does what; None: not asked.
    loads
        See :class:`Loads`.
    facts
        Other values of facts, in their own units.
    """

    scenario: str
    study: str
    way: Way = "by_queue"
    waiting: float = math.inf
    to_back: int | None = None
    class_gap_s: float = 0.0
    sets_off: tuple[str, ...] = ()
    adults: int = 0
    helpers: int = 0
    told_and_alarm_s: float | None = None
    searchers: int = 0
    gain: float = 0.0
    steps_first: tuple[str, ...] = ()
    told: bool = True
    duties: Duties | None = None
    loads: Loads = Loads()
    facts: tuple[tuple[str, float], ...] = ()

    def with_fact(self, name: str, value: float) -> Setting:
        """The same with another value of a fact, in its own unit."""
        return replace(self, facts=(*(pair for pair in self.facts if pair[0] != name), (name, value)))


@dataclass(frozen=True)
class _House:
    """The building at one site, and what of it the fire fills."""

    site: Site
    building: Building
    places: tuple[StartingPlace, ...]
    open_m2: float


class Premises:
    """The building and its people at one site.

    Parameters
    ----------
    site
        Its facts.
    order
        The order in which classes are sent to the back door, or the premises whose it is; None: found for this site.
    """

    def __init__(self, site: Site, order: tuple[str, ...] | Premises | None = None) -> None:
        self.site = site
        self._order = order
        self._houses: dict[tuple[tuple[str, float], ...], _House] = {}
        self._events: dict[Setting, Event] = {}
        self._walks: dict[Setting, EgressInputs] = {}
        assert site.building is not None
        self.classes = classes(site.building)

    # ---- events

    def house(self, facts: tuple[tuple[str, float], ...] = ()) -> _House:
        """The building with other values of some facts."""
        if facts not in self._houses:
            site = self.site.with_values(dict(facts)) if facts else self.site
            building = egress_building(site)
            self._houses[facts] = _House(site, building, starting_places(site), self._open_m2(site, building))
        return self._houses[facts]

    @staticmethod
    def _open_m2(site: Site, building: Building) -> float:
        """The room of the fire, the corridors of the main door's storey, and the hall before that door."""
        layout = site.building
        assert layout is not None
        hall = building.spaces[building.leads_from[next(iter(_exits(building, MAIN)))]].name
        level = layout.spaces[hall].level
        open_to = [
            space
            for space in building.spaces
            if space.name == hall or (space.kind == "corridor" and layout.spaces[space.name].level == level)
        ]
        return site.base("fire.room_area") + math.fsum(space.area_m2 for space in open_to)

    def event(self, setting: Setting) -> Event:
        """The event of a setting."""
        plain = _walked(setting)
        if plain not in self._events:
            self._events[plain] = self._event(plain)
        return self._events[plain]

    def _event(self, setting: Setting) -> Event:
        house, fire = self.house(setting.facts), setting.scenario in FIRES
        site = house.site
        alarm: tuple[Law, ...] = ()
        if fire:
            alarm = _alarm(setting, site)
        missing = 1 if setting.scenario in ("child_missing", "missing_in_fire") else 0
        walk = replace(setting, study="fire" if setting.study == "fire" else "", searchers=0, gain=0.0)
        if walk not in self._walks:  # one object for all that walk alike, which is told from others at a glance
            self._walks[walk] = EgressInputs(
                house.building,
                () if setting.study == "fire" else tuple(self._group(setting, house, place) for place in house.places),
                alarm=alarm,
                closings=(Closing(MAIN, Deterministic(0.0)),) if setting.scenario == "main_lost" else (),
            )
        smoke = growing_fire(site, area_m2=house.open_m2, growth_factor=setting.loads.growth) if fire else None
        if not setting.study:
            return Event(self._walks[walk], smoke, missing=missing)
        return Event(
            self._walks[walk],
            smoke,
            self._head_count(setting, site),
            self._search(setting, house) if missing or fire else None,
            _brigade(setting, site) if fire else None,
            missing,
        )

    def _group(self, setting: Setting, house: _House, place: StartingPlace) -> Group:
        site, loads = house.site, setting.loads
        adult = Walkers(between(site.base("walking.adults"), ADULTS_MPS))
        if place.name not in self.classes:
            each = about(site.base("pre_movement.staff"))
            return evacuees(place, {"staff": adult}, delay=Deterministic(0.0), together=False, each=each)
        age = age_of(place.name)
        assert age is not None
        leads = replace(adult, leads=max(1, round(site.base("egress.led_by_each"))))
        kinds = {"children": _children(site, age, loads.pace), "adults": leads, "helpers": leads}
        counts = dict(place.people)
        counts["children"] = max(1, round(counts["children"] * loads.children))
        counts["adults"] = max(counts["adults"], setting.adults)
        full = replace(place, people=tuple(counts.items()))
        helped = sorted(self.classes, key=lambda name: AGES.index(str(age_of(name))))[: setting.helpers]
        in_turn = [*setting.sets_off, *(name for name in self.classes if name not in setting.sets_off)]
        later_s = setting.class_gap_s * in_turn.index(place.name)
        low, high = site.bases("pre_movement.range")
        mean, by = _before_moving(site, age), loads.pre_movement
        return evacuees(
            full,
            kinds,
            delay=around(mean * by + later_s, low * by + later_s, high * by + later_s),
            route=self._way(setting, house, place.name, place.room),
            more={"helpers": 1} if place.name in helped else None,
        )

    def _way(self, setting: Setting, house: _House, name: str, room: str) -> Route:
        if setting.way == "main_only":
            return Fixed(MAIN)
        if setting.way in ("by_queue", "by_queue_late"):  # so many or more wait: more than one fewer
            where = _directed(house.building, room, late=setting.way == "by_queue_late")
            return Divert(MAIN, BACK, above_persons=max(0.0, setting.waiting - 1), where=where)
        if setting.to_back is None:
            return Nearest()
        return Fixed(BACK if name in self.order[: setting.to_back] else MAIN)

    def _head_count(self, setting: Setting, site: Site) -> HeadCount:
        per_child = site.base("counting.per_child") * setting.loads.counting
        return HeadCount(
            walk_m=((MAIN, site.base("headcount.walk_main_door")), (BACK, site.base("headcount.walk_back_door"))),
            pace=between(site.base("walking.level") * setting.loads.pace, site.base("walking.level_sd")),
            per_head=about(per_child),
            wrong=site.base("counting.wrong"),
            report=about(site.base("headcount.report")),
        )

    def _search(self, setting: Setting, house: _House) -> Search:
        site = house.site
        adults, children = site.base("walking.adults"), site.base("walking.level")
        stairs = [s.crowd.k_mps for s in house.building.spaces if s.kind == "stair" and s.crowd is not None]
        slower = min([1.0, *(k / site.base("crowd.speed") for k in stairs)]) if "crowd.speed" in site.facts else 1.0
        return Search(
            rescuers=setting.searchers,
            per_team=max(1, round(site.base("search.team"))),
            speed_mps=site.base("search.speed"),
            sweep_m=site.base("search.sweep_width"),
            walk_mps=adults,
            stairs_mps=adults * slower,
            led_mps=children,
            led_stairs_mps=min(children, *_stairs(site, "middle")),
            law="inverse cube",
            rounds=ROUNDS,
        )

    # ---- which classes go to the back door

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The classes in the order in which they are sent to the back door.

        First those of the best whole-class assignment that a search finds, on average over some drills of their own.
        Of fewer classes those are sent without whom the time grows least, of more those with whom it does.
        """
        if self._order is not None:
            return self._order.order if isinstance(self._order, Premises) else self._order
        found = assigned(
            self._designing,
            self.classes,
            (MAIN, BACK),
            seed=DESIGN_SEED,
            events=DESIGNED,
            starts=(self._nearest,),
            most=1,
        )
        rest = [name for name, k in zip(self.classes, found.exits, strict=True) if k == 0]
        sent = [name for name, k in zip(self.classes, found.exits, strict=True) if k == 1]
        last: list[str] = []
        while sent:
            last.append(min(sent, key=lambda name: self._mean_s([other for other in sent if other != name])))
            sent.remove(last[-1])
        order = last[::-1]
        while rest:
            order.append(min(rest, key=lambda name: self._mean_s([*order, name])))
            rest.remove(order[-1])
        return tuple(order)

    @cached_property
    def mean_out_s(self) -> tuple[float, ...]:
        """Mean seconds until all are out in a drill, with 0, 1, … all classes of :attr:`order` at the back door."""
        return tuple(self._mean_s(self.order[:k]) for k in range(len(self.classes) + 1))

    @cached_property
    def _designing(self) -> Event:
        return self.event(Setting("drill", "", way="main_only"))

    @property
    def _nearest(self) -> tuple[int, ...]:
        """The place of each class's nearest exit, 0 for the main door and 1 for the back door."""
        inputs = self._designing.egress
        names = [group.name for group in inputs.groups]
        first, (main, back) = (
            2 * len(inputs.building.doors),
            (_exits(inputs.building, name)[0] for name in (MAIN, BACK)),
        )
        metres = inputs.routes.metres[first:, [inputs.targets.index(main), inputs.targets.index(back)]]
        return nearest_exits(metres[[names.index(name) for name in self.classes]])

    def _mean_s(self, to_back: Sequence[str]) -> float:
        """Mean seconds until all are out if these classes use the back door."""
        sent = Event(rerouted(self._designing.egress, {name: Fixed(BACK) for name in to_back}))
        return math.fsum(happened(sent, DESIGN_SEED, k).last_out_s for k in range(DESIGNED)) / DESIGNED

    @cached_property
    def adults(self) -> tuple[int, ...]:
        """In each of :attr:`classes`, by the building."""
        there = {place.name: dict(place.people) for place in self.house().places}
        return tuple(there[name]["adults"] for name in self.classes)

    # ---- what clauses ask about

    def happened(self, setting: Setting, seed: int, replication: int) -> Happened:
        """One event of a setting; the last ones are kept, since several clauses ask about what follows the same."""
        return _same(self.event(setting), seed, replication)

    def replicate(self, setting: Setting, seed: int, replication: int) -> Mapping[str, float]:
        """The measures of one event that the setting's study asks about."""
        if setting.study == "in_one_go":  # nobody has to walk to tell
            event = self.event(setting)
            return {"classes_twice": classes_twice(event, drawn(event, seed, replication), seed, replication)}
        one = self.happened(setting, seed, replication)
        row, site = measured(one), self.house(setting.facts).site
        match setting.study:
            case "in_order":
                return {**row, "crowding": crowding(one)}
            case "back_door":
                alone = replace(setting, way="main_only")
                return {**row, "saved": self.happened(alone, seed, replication).last_out_s - one.last_out_s}
            case "in_hindsight":
                return {**row, "behind_best": self._behind_best(setting, one, seed, replication)}
            case "searching":
                goes_s = drawn_s(site, "search.start", seed, replication)
                return {**row, "searching": row["searching"] + goes_s}
            case "fire_engine":
                ready_s = one.brigade_s + drawn_s(site, "engine.set_up", seed, replication)
                return {**row, "water": ready_s / MINUTE}
            case "fire_fighting":
                return {**row, "fire_size": self._fire_size(setting, one, seed, replication)}
            case "duties":
                assert setting.duties is not None
                return {**row, "persons_short": float(persons_short(setting.duties, one, site, seed, replication))}
        return row

    def _behind_best(self, setting: Setting, one: Happened, seed: int, replication: int) -> float:
        """Per cent later than with the number of classes at the back door that was best this time."""
        every = (
            self.happened(replace(setting, way="by_class", to_back=k), seed, replication).last_out_s
            for k in range(len(self.classes) + 1)
        )
        best_s = min(every)
        return 100 * (one.last_out_s / best_s - 1) if best_s < math.inf else 0.0

    def _fire_size(self, setting: Setting, one: Happened, seed: int, replication: int) -> float:
        """Heat release in kW when powder first meets the fire: alpha t² of the fire that would fill the corridor."""
        smoke = one.event.smoke
        assert isinstance(smoke, GrowingFire)
        assert isinstance(smoke.growth, Law)
        # The stream of the smoke's own draw, so that it is the same fire.
        alpha = float(smoke.growth.draw(Streams(seed, replication).generator("smoke/aset/alpha"), 1)[0])
        site = self.house(setting.facts).site
        at_s = one.found_s + (one.steps_s[1] if setting.told else 0.0)
        for step in setting.steps_first:
            at_s += drawn_s(site, f"rescue.{step}", seed, replication)
        return alpha * at_s**2


class _ByIdentity:
    """An event, told from others by being another object: premises keep one for all settings that share it."""

    def __init__(self, event: Event) -> None:
        self.event = event

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and other.event is self.event

    def __hash__(self) -> int:
        return id(self.event)


def _same(event: Event, seed: int, replication: int) -> Happened:
    return _kept(_ByIdentity(event), seed, replication)


@lru_cache(maxsize=KEPT)
def _kept(event: _ByIdentity, seed: int, replication: int) -> Happened:
    return happened(event.event, seed, replication)


# ---- laws


def _children(site: Site, age: str, pace: float) -> Walkers:
    low, high = _stairs(site, age)
    return Walkers(
        bodies(site.base("walking.level") * pace, site.base("walking.level_sd") * pace),
        Uniform(low * pace, high * pace),
        helped=site.base("children.helped"),
        left_behind=site.base("egress.left_behind") or 1e-12,  # above 0, so that one may be missing
    )


def _stairs(site: Site, age: str) -> tuple[float, float]:
    """Least and greatest speed down the stairs; that of the middle age lies between the others'."""
    young, old = site.bases("walking.stairs_juniors"), site.bases("walking.stairs_seniors")
    middle = tuple((a + b) / 2 for a, b in zip(young, old, strict=True))
    low, high = {"junior": young, "middle": middle, "senior": old}[age]
    return low, high


def _before_moving(site: Site, age: str) -> float:
    young, old = site.base("pre_movement.juniors"), site.base("pre_movement.seniors")
    return {"junior": young, "middle": (young + old) / 2, "senior": old}[age]


def _alarm(setting: Setting, site: Site) -> tuple[Law, ...]:
    """Found, told, alarm. A time decided from discovery to alarm is shared out as the site's own is.

    So those who fight the fire are told by the same clock whether it is decided or not, and to decide what the site has
    anyway changes nothing.
    """
    found, *others = alarm_chain(site)
    if setting.told_and_alarm_s is None:
        return (found, *others)
    parts = [site.base(step) for step in ALARM[1:]]
    whole = math.fsum(parts)
    shares = [part / whole for part in parts] if whole > 0 else [1.0, 0.0]
    return (found, *(about(setting.told_and_alarm_s * share) for share in shares))


def _brigade(setting: Setting, site: Site) -> Brigade:
    """Call and dispatch, turnout, drive; less what is gained by guiding it."""
    return Brigade(
        call=about(site.base("fire.call")),
        turnout=about(site.base("engine.dispatch") + site.base("engine.turnout_day")),
        travel=about(site.base("engine.drive")),
        gained=Deterministic(site.base("engine.gained_by_guiding") * setting.gain),
        guided=setting.gain > 0,
    )


def _walked(setting: Setting) -> Setting:
    """What of a setting an event depends on: settings that differ in nothing else share their walks."""
    way = setting
    if setting.way not in ("by_queue", "by_queue_late"):
        way = replace(way, waiting=math.inf)
    if setting.way != "by_class":
        way = replace(way, to_back=None)
    if setting.study in FIRE_ALONE:
        plain = replace(Setting(setting.scenario, "fire"), told_and_alarm_s=setting.told_and_alarm_s)
        return replace(plain, gain=setting.gain, loads=setting.loads, facts=setting.facts)
    after = "after" if setting.study in AFTER else ""
    return replace(way, study=after, steps_first=(), told=True, duties=None)


def _directed(building: Building, room: str, *, late: bool) -> tuple[str, ...]:
    """Spaces in which a class that starts in `room` is told to use the other door.

    Its room, and what its doors open to: the first of it stand there with both ways before them. `late`: in all spaces
    but the one before the main door.
    """
    names = [space.name for space in building.spaces]
    if late:
        before_it = names[building.leads_from[_exits(building, MAIN)[0]]]
        return tuple(space.name for space in building.spaces if space.name != before_it and not space.outside)
    beyond = {end for door in building.doors if room in door.between for end in door.between if end != room}
    return (room, *(name for name in names if name in beyond))


def _exits(building: Building, name: str) -> list[int]:
    return [side for side in building.exits if building.doors[side // 2].name == name]


# ---- measures of one event


def classes_twice(event: Event, draws: Draws, seed: int, replication: int) -> float:
    """Classes of which more children have to be led than its adults can take along at once."""
    streams, twice, first = Streams(seed, replication), 0, 0
    for group in event.egress.groups:
        led = leads = 0
        for people in group.people:
            stays = draws.left_behind[first : first + people.count]
            first += people.count
            if people.helped > 0:  # the stream of the machine's own draw
                u = streams.generator(f"egress/{group.name}/{people.name}/helped").random(people.count)
                led += int(np.sum((u < people.helped) & ~stays))
            leads += people.leads * people.count
        twice += led > leads
    return float(twice)


def crowding(one: Happened) -> float:
    """The most persons per m2 in a corridor, a hall before an exit, or on a stair, at any time.

    Where a whole class fits on a stair at once it is no less than that class alone makes of it, whatever the order.
    """
    inputs = one.event.egress
    building = inputs.building
    path = simulate(inputs, one.draws, trace=True)
    assert path.trace_kind is not None
    assert path.trace_side is not None
    sides = path.trace_side[path.trace_kind == PASSES]
    into, out_of = np.array(building.leads_into)[sides], np.array(building.leads_from)[sides]
    at_first = {group.room for group in inputs.groups}
    most = 0.0
    for k, space in enumerate(building.spaces):
        if space.outside or space.name in at_first:
            continue
        inside = np.cumsum((into == k).astype(int) - (out_of == k))
        most = max(most, float(inside.max(initial=0)) / space.area_m2)
    return most
