"""A fire on the call centre's floor: who has left when, and when smoke bars the way to the stairs.

The fire burns in a room where nobody works, with its door open, and smoke fills this room and the floor's corridors;
whoever is past the doors of the stairs is safe from it. In ``fire`` somebody has to find it, whoever decides has to be
told, and the alarm given; in ``fire_detected`` detectors give the alarm; in neither is it put out. In ``fire_fought``
two people fight it for a time and withdraw: some fires are put out, if that is done before smoke comes down to its
height in the room; else, if they close the door behind them before it does, the smoke stays there and the way is never
lost.

Agents and leaders, and later the people in the offices, start one by one. Some fetch their belongings first, if the
rule against it is not kept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from resilience_sim.models.egress import Draws, EgressInputs, Path, draw
from resilience_sim.models.egress.kernel import simulate
from resilience_sim.models.egress.measures import at_place
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Deterministic, Law, Streams
from resilience_sim.studies.buildings import egress_building, starting_places
from resilience_sim.studies.evacuation import ALARM, Walkers, about, alarm_chain, between, evacuees, growing_fire
from resilience_sim.timelines import Timeline, constant

__all__ = ["FIRES", "OFFICES", "Cleared", "FireSetting", "Floor", "Loads"]

FIRES = ("fire", "fire_detected", "fire_fought")
OFFICES = "offices"  # whose people are no agents, and take longer to start
AGENTS = "agents"
ADULTS_MPS = 0.30  # how far paces go to each side of their mean (FDS+Evac, table 1)
DOWN_MPS = 0.29  # the same downstairs, by IMO's women and men of 30 to 50 years


@dataclass(frozen=True)
class Loads:
    """By how much times, paces and the fire differ from the site's."""

    pre_movement: float = 1.0
    pace: float = 1.0
    growth: float = 1.0


@dataclass(frozen=True)
class FireSetting:
    """A situation: one scenario, with what the plan and the site decide.

    Parameters
    ----------
    scenario
        One of :data:`FIRES`.
    told_and_alarm_s
        Mean time from discovery to the alarm; None: the site's.
    fetching
        Share of people who fetch their belongings.
    fetch_s
        Mean time that this takes; or exactly so long, if `fetch_exactly`.
    fetch_exactly
        Whether the time is a limit that everybody uses up.
    fight_for_s
        How long the fire is fought.
    closes
        Whether the door is closed behind those who withdraw.
    close_s
        Time that this takes at most; None: by the site's law.
    loads
        See :class:`Loads`.
    facts
        Other values of facts, in their own units.
    """

    scenario: str
    told_and_alarm_s: float | None = None
    fetching: float = 0.0
    fetch_s: float = 0.0
    fetch_exactly: bool = False
    fight_for_s: float = 0.0
    closes: bool = False
    close_s: float | None = None
    loads: Loads = Loads()
    facts: tuple[tuple[str, float], ...] = ()

    def with_fact(self, name: str, value: float) -> FireSetting:
        """The same with another value of a fact, in its own unit."""
        return replace(self, facts=(*(pair for pair in self.facts if pair[0] != name), (name, value)))


@dataclass(frozen=True, eq=False)
class Cleared:
    """One fire, with all that was drawn and done; instants are seconds from the ignition.

    Parameters
    ----------
    inputs, draws, path
        The walk.
    cleared_s
        When the last has passed a door of the stairs; inf if somebody never does.
    aset_s
        When the way to the stairs is lost; inf if it is not.
    room_s
        When smoke is down in the room of the fire.
    withdraw_s
        When those who fought leave that room; 0 if nobody fights.
    """

    inputs: EgressInputs
    draws: Draws
    path: Path
    cleared_s: float
    aset_s: float
    room_s: float
    withdraw_s: float

    def desks(self) -> Timeline:
        """Share of the agents who are at their desks, over time from the ignition, as the queue takes it."""
        rows = [group for group in self.inputs.groups if any(people.name == AGENTS for people in group.people)]
        agents, at = sum(group.size for group in rows), at_place(self.inputs, self.path)
        total = constant(0.0)
        for group in rows:
            total = total + _weighted(at[group.name], group.size / agents)
        return total


class Floor:
    """The floor and its people at one site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._at: dict[tuple[tuple[str, float], ...], _Floor] = {}

    def at(self, facts: tuple[tuple[str, float], ...] = ()) -> _Floor:
        """The floor with other values of some facts."""
        if facts not in self._at:
            self._at[facts] = _Floor(self.site.with_values(dict(facts)) if facts else self.site)
        return self._at[facts]

    def burn(self, setting: FireSetting, seed: int, replication: int) -> Cleared:
        """One fire."""
        return self.at(setting.facts).burn(setting, seed, replication)

    def replicate(self, setting: FireSetting, seed: int, replication: int) -> dict[str, float]:
        """The measures of one fire."""
        one = self.burn(setting, seed, replication)
        late_s = one.cleared_s
        return {
            "floor_margin": one.aset_s - late_s if late_s < math.inf else -math.inf,
            "floor_cleared": late_s - one.draws.alarm_s,
            "fighters_margin": one.room_s - one.withdraw_s,
        }


class _Floor:
    """The floor with all facts settled."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.building = egress_building(site)
        self.places = starting_places(site)
        spaces, doors = self.building.spaces, self.building.doors
        rooms = {place.room for place in self.places}
        level = max(door.level for door in doors if rooms & set(door.between))
        self.stair_sides = [
            side
            for side in range(2 * len(doors))
            if spaces[self.building.leads_into[side]].kind == "stair"
            and spaces[self.building.leads_from[side]].kind != "stair"
            and doors[side // 2].level == level
        ]
        corridors = {spaces[self.building.leads_from[side]].name for side in self.stair_sides}
        self.corridor_m2 = math.fsum(space.area_m2 for space in spaces if space.name in corridors)
        self._walks: dict[Loads, EgressInputs] = {}

    def burn(self, setting: FireSetting, seed: int, replication: int) -> Cleared:
        """One fire."""
        streams, site = Streams(seed, replication), self.site
        inputs = self._walk(setting.loads)
        found_s, alarm_s = self._alarm(setting, streams)
        drawn = draw(inputs, streams)
        start_s = drawn.start_s + alarm_s
        if setting.fetching > 0:
            who = streams.generator("call_centre/fetching").random(inputs.persons) < setting.fetching
            takes = Deterministic(setting.fetch_s) if setting.fetch_exactly else about(setting.fetch_s)
            start_s = start_s + who * takes.draw(streams.generator("call_centre/fetch"), inputs.persons)
        draws = replace(drawn, start_s=start_s, alarm_s=alarm_s)
        path = simulate(inputs, draws)
        left = int(path.count[self.stair_sides].sum()) == inputs.persons
        cleared_s = float(path.last_s[self.stair_sides].max(initial=0.0)) if left else math.inf
        # The same fire, over the room alone and over the corridors as well.
        open_s, room_s = (
            growing_fire(site, area_m2=area, growth_factor=setting.loads.growth).draw_aset_s(Streams(seed, replication))
            for area in (site.base("fire.room_area") + self.corridor_m2, site.base("fire.room_area"))
        )
        withdraw_s = 0.0
        if setting.scenario == "fire_fought":
            withdraw_s = found_s + setting.fight_for_s
            closed = False
            if setting.closes:
                takes_s = _one(about(site.base("egress.close_openings")), "closing", streams)
                most_s = math.inf if setting.close_s is None else setting.close_s
                withdraw_s += min(takes_s, most_s)
                closed = takes_s <= most_s and withdraw_s < room_s
            if found_s + self._put_out_after_s(setting, streams) < room_s:
                open_s = room_s = math.inf
            elif closed:
                open_s = math.inf
        return Cleared(inputs, draws, path, cleared_s, open_s, room_s, withdraw_s)

    def _alarm(self, setting: FireSetting, streams: Streams) -> tuple[float, float]:
        """When the fire is found, and when the alarm is heard."""
        steps = ("fire.detected",) if setting.scenario == "fire_detected" else ALARM
        laws = alarm_chain(self.site, steps)
        seconds = [_one(law, name, streams) for name, law in zip(steps, laws, strict=True)]
        if setting.told_and_alarm_s is not None and len(steps) > 1:
            usual = math.fsum(self.site.base(step) for step in steps[1:])
            by = setting.told_and_alarm_s / usual if usual > 0 else 0.0
            seconds = [seconds[0], *(by * one for one in seconds[1:])]
        return seconds[0], math.fsum(seconds)

    def _walk(self, loads: Loads) -> EgressInputs:
        if loads not in self._walks:
            self._walks[loads] = self.people(loads)
        return self._walks[loads]

    def people(self, loads: Loads = Loads()) -> EgressInputs:
        """Everybody on the floor, by the nearest exit; times count from the alarm."""
        site = self.site
        level, down = site.base("walking.adults") * loads.pace, site.base("walking.adults_down") * loads.pace
        adult = Walkers(between(level, ADULTS_MPS * loads.pace), between(down, DOWN_MPS * loads.pace))
        kinds = {AGENTS: adult, "staff": adult}
        groups = []
        for place in self.places:
            mean_s = site.base("pre_movement.office" if place.name == OFFICES else "pre_movement.staff")
            each = about(mean_s * loads.pre_movement)
            groups.append(evacuees(place, kinds, delay=Deterministic(0.0), together=False, each=each))
        return EgressInputs(self.building, tuple(groups))

    def _put_out_after_s(self, setting: FireSetting, streams: Streams) -> float:
        """Seconds of fighting after which the fire is out; inf if they give it up first, or never could."""
        luck = float(streams.generator("call_centre/put_out").random())
        takes_s = _one(about(self.site.base("egress.fight_fire")), "fight", streams)
        return takes_s if luck < self.site.base("fire.put_out") and takes_s <= setting.fight_for_s else math.inf


def _weighted(signal: Timeline, weight: float) -> Timeline:
    return signal.map(lambda values: values * weight)


def _one(law: Law, name: str, streams: Streams) -> float:
    return float(law.draw(streams.generator(f"call_centre/{name}"), 1)[0])
