"""What is read off a path of the repair machine: a path worked out by hand, and laws that hold on any path."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest

from resilience_sim.errors import InputsError
from resilience_sim.models.contract import engine
from resilience_sim.models.repair import (
    DEFINITIONS,
    Backup,
    Crew,
    Faults,
    Instants,
    Ladder,
    Path,
    Rate,
    Remedy,
    RepairInputs,
    Stock,
    draw,
    entities,
    lines,
    measures,
    seconds,
    spares,
    tasks,
    timelines,
)
from resilience_sim.models.repair.inputs import Tried
from resilience_sim.randomness import Deterministic, Exponential, LogNormal, Streams
from resilience_sim.timelines import Timeline, constant

INF = math.inf
HOUR, DAY = 3600.0, 86_400.0
exactly = pytest.approx


def certain(name: str, time: float, works: float = 1.0, response: float = 0.0, **more) -> Remedy:
    return Remedy(name, Deterministic(time), works, response=Deterministic(response), **more)


# Switches: noticed after 60 s; a look of 300 s that never helps, then a swap of 600 s, else the vendor: 1200 + 1800 s.
# Servers: a restore of 3600 s from hourly copies; at 20 000 s nobody knows how to mend the door.
SWITCH = Faults(
    "switch",
    (
        Ladder((
            certain("look", 300.0, 0.0, crew="net"), certain("swap", 600.0, crew="net", spare="spare"),
            certain("vendor", 1800.0, response=1200.0),
        )),
    ),
    Deterministic(60.0), Instants((0.0, 1000.0)), takes_down=("network", "portal"),
)  # fmt: skip
SERVER = Faults(
    "server", (Ladder((certain("restore", 3600.0, crew="net", restores=True),)),), arrivals=Instants((500.0,)),
    backup=Backup("hourly", HOUR), priority=1, takes_down=("portal",),
)  # fmt: skip
DOOR = Faults("door", (Ladder((certain("try", 100.0, 0.0),)),), arrivals=Instants((20_000.0,)), takes_down=("door",))
STORY = RepairInputs(
    (SWITCH, SERVER, DOOR), 40_000.0, (Crew("net", constant(1.0)),), (Stock("spare", 1, Deterministic(50_000.0)),)
)


@pytest.fixture(scope="module")
def story() -> Path:
    """Known at 60, 1060, 500 and 20 000.

    Net: switch 0 from 60 to 960 (look, swap); the server has been known since 500, but switches come first only from
    1060 on: the server from 960 to 4560. Switch 1 from 4560 to 4860 (look), no spare, vendor at work from 6060 to 7860.
    The door is handed on at 20 100.
    """
    return engine("kernel", of="repair").simulate(STORY, draw(STORY, Streams(3, 0)), trace=True)


def test_counts_clocks_and_shares(story):
    row = measures(STORY, story, back_within_s=1000.0, response_within_s=500.0)
    assert {name: row[name] for name in ("faults", "fixed", "handed_on", "open", "back", "responded")} == {
        "faults": 4, "fixed": 3, "handed_on": 1, "open": 0, "back": 3, "responded": 4,
    }  # fmt: skip
    assert (row["response_in_time"], row["back_in_time"]) == (3, 1)
    assert (row["fixed_share"], row["handed_on_share"], row["back_share"]) == (0.75, 0.25, 0.75)
    assert (row["response_in_time_share"], row["back_in_time_share"]) == (0.75, 0.25)
    assert row["mean_known_s"] == (60 + 60 + 0 + 0) / 4
    assert row["mean_response_s"] == (60 + 3560 + 460 + 0) / 4
    assert (row["mean_back_s"], row["longest_back_s"]) == (exactly((960 + 6860 + 4060) / 3), INF)
    assert list(row) == list(DEFINITIONS)


def test_a_limit_is_met_by_what_takes_just_as_long_and_can_count_from_being_known(story):
    at = measures(STORY, story, name="switch", back_within_s=960.0)
    below = measures(STORY, story, name="switch", back_within_s=np.nextafter(960.0, 0.0))
    known = measures(STORY, story, name="switch", since="known", back_within_s=900.0)
    assert (at["back_in_time"], below["back_in_time"], known["back_in_time"]) == (1, 0, 1)
    assert known["mean_back_s"] == (900 + 6800) / 2


def test_people_spares_and_data(story):
    row = measures(STORY, story)
    assert (row["waited"], row["mean_wait_s"]) == (2, exactly((0 + 0 + 3500 + 460) / 4))
    assert row["crew_hours"] == exactly((300 + 600 + 300 + 3600) / HOUR)
    assert (row["spares_asked"], row["no_spare"], row["waited_for_spare"], row["stock_out_share"]) == (2, 1, 0, 0.5)
    age_h = float(draw(STORY, Streams(3, 0)).backup_age_s[2]) / HOUR
    assert (row["restored"], row["mean_data_lost_h"], row["longest_data_lost_h"]) == (1, age_h, age_h)
    assert 0 < age_h < 1
    of_the_door = measures(STORY, story, name="door")
    assert [name for name in DEFINITIONS if math.isnan(of_the_door[name])] == [
        "mean_back_s", "mean_wait_s", "stock_out_share", "mean_data_lost_h",
    ]  # fmt: skip


def test_down_and_open_over_time(story):
    """Down: the switches from 0 to 960 and 1000 to 7860, the server within; the door from 20 000 to the horizon."""
    row = measures(STORY, story)
    assert row["down_hours"] == exactly((960 - 0 + 7860 - 1000 + (1000 - 960) + 20_000) / HOUR)
    assert row["down_share"] == exactly(row["down_hours"] * HOUR / 40_000)
    assert row["mean_down"] == exactly((960 + 6860 + 4060 + 20_000) / 40_000)
    assert (row["mean_open"], row["most_open"]) == (exactly((900 + 6800 + 4060 + 100) / 40_000), 2)


def test_services_go_down_with_what_they_depend_on(story):
    up = timelines(STORY, story)
    assert list(up) == ["network", "portal", "door"]
    assert up["network"].at([-1, 0, 959, 960, 999, 1000, 7859, 7860]).tolist() == [1, 0, 0, 1, 1, 0, 0, 1]
    assert up["portal"].at([499, 960, 4559, 7859, 7860]).tolist() == [0, 0, 0, 0, 1]
    assert up["door"].at([19_999, 20_000, 1e9]).tolist() == [1, 0, 0]


def test_clocks_of_a_fault_and_of_its_remedies(story):
    assert seconds(STORY, story, "switch").tolist() == [960.0, 6860.0]
    assert seconds(STORY, story, "switch", since="known", until="response").tolist() == [0.0, 3500.0]
    assert seconds(STORY, story, "switch", until="began", remedy="vendor").tolist() == [INF, 5060.0]
    answered = seconds(STORY, story, "switch", since="asked", until="began", remedy="vendor")
    assert (math.isnan(answered[0]), answered[1]) == (True, 1200.0)
    assert seconds(STORY, story, "switch", since="began", until="finished", remedy="vendor")[1] == 1800.0
    assert seconds(STORY, story, "door").tolist() == [INF]


def test_tables_tell_it_with_names(story):
    table = entities(STORY, story)
    assert table["name"].tolist() == ["switch", "switch", "server", "door"]
    assert table["back_by"].tolist() == ["swap", "vendor", "restore", ""]
    assert table["outcome"].tolist() == ["fixed", "fixed", "fixed", "handed_on"]
    assert table["response_s"].tolist() == [60.0, 4560.0, 960.0, 20_000.0]
    assert (table["data_lost_s"] > 0).tolist() == [False, False, True, False]
    tried = tasks(STORY, story)
    assert list(zip(tried["fault"], tried["remedy"], tried["tried"], strict=True)) == [
        (0, "look", "failed"), (0, "swap", "worked"), (1, "look", "failed"), (1, "swap", "no_spare"),
        (1, "vendor", "worked"), (2, "restore", "worked"), (3, "try", "failed"),
    ]  # fmt: skip
    assert tried["finished_s"].tolist() == [360.0, 960.0, 4860.0, 4860.0, 7860.0, 4560.0, 20_100.0]


def test_lines_and_stocks_over_time(story):
    over = lines(STORY, story)
    assert over["line/net"].at([499, 500, 959, 960, 1060, 4559, 4560]).tolist() == [0, 1, 1, 0, 1, 1, 0]
    assert over["sent/net"].at([59, 60, 4859, 4860]).tolist() == [0, 1, 1, 0]
    assert over["come/net"] == constant(0.0)
    assert spares(STORY, story)["spare"].at([359, 360, 50_359, 50_360]).tolist() == [1, 0, 0, 1]


def test_what_is_not_there_is_refused(story):
    untraced = engine("kernel", of="repair").simulate(STORY, draw(STORY, Streams(3, 0)))
    for ask, says in (
        (lambda: measures(STORY, story, name="roof"), "no class of faults 'roof'; accepted: switch, server, door"),
        (lambda: measures(STORY, story, since="noon"), "since is 'noon'; accepted is occurred or known"),
        (lambda: seconds(STORY, story, "switch", since="noon"), "an instant is 'noon'; accepted is occurred, known"),
        (lambda: seconds(STORY, story, "switch", until="began"), "'began' is None; accepted is look, swap, vendor"),
        (lambda: lines(STORY, untraced), "made with trace=True"),
    ):
        with pytest.raises(InputsError, match=says):
            ask()


# -- laws that hold on any path ----------------------------------------------------------------------------------------

NIGHTS = Timeline(np.arange(120) * 12 * HOUR, np.tile([2.0, 0.0], 60))


def busy(replication: int) -> tuple[RepairInputs, Path]:
    """Two months in which everything happens: bursts, shifts, on call, interruptions, spares that run out, vendors."""
    swap = Remedy("swap", LogNormal.from_median(1200.0, 0.5), 0.9, "net", spare="spare", response=Exponential(600.0))
    mend = Remedy("mend", LogNormal.from_median(5000.0, 1.0), 0.7, "net", limit_s=9000.0)
    two = Remedy("rewire", Exponential(5000.0), 0.8, "net", persons=2, spare="cable", waits=True)
    vendor = Remedy("vendor", Exponential(9000.0), 0.8, response=Exponential(3000.0))
    faults = (
        Faults("core", (Ladder((swap,)), Ladder((vendor,), persists=True)), Exponential(300.0), Rate(1 / DAY), struck=3,
               takes_down=("network",)),
        Faults("node", (Ladder((mend, swap)), Ladder((vendor,), after_s=HOUR)), Exponential(900.0), Rate(4 / DAY),
               struck=5, struck_share=0.6, priority=2),
        Faults("wire", (Ladder((two, vendor)),), arrivals=Rate(1 / DAY), struck=2, priority=1),
    )  # fmt: skip
    crew = Crew("net", NIGHTS, on_call=2, comes=Exponential(1800.0), preempts=True)
    stocks = (Stock("spare", 2, Exponential(DAY)), Stock("cable", 1, Exponential(DAY)))
    inputs = RepairInputs(faults, 60 * DAY, (crew,), stocks, Rate(0.1 / DAY))
    return inputs, engine("kernel", of="repair").simulate(inputs, draw(inputs, Streams(5, replication)), trace=True)


@pytest.fixture(scope="module", params=range(5))
def any_path(request):
    return busy(request.param)


def test_the_busy_months_are_busy(any_path):
    """Else the laws below would say little."""
    inputs, path = any_path
    row = measures(inputs, path)
    assert min(row[name] for name in ("fixed", "handed_on", "waited", "called_up", "no_spare", "waited_for_spare")) > 0
    assert (path.trace_kind == 2).any()
    assert {Tried.WORKED, Tried.FAILED, Tried.GIVEN_UP, Tried.CALLED_OFF} <= set(path.tried.tolist())


def test_every_fault_is_open_fixed_or_handed_on(any_path):
    inputs, path = any_path
    row = measures(inputs, path)
    assert row["faults"] == row["fixed"] + row["handed_on"] + row["open"] == len(path.kind)
    parts = [measures(inputs, path, name=faults.name) for faults in inputs.faults]
    for name in ("faults", "fixed", "handed_on", "open", "waited", "spares_asked", "no_spare"):
        assert row[name] == sum(part[name] for part in parts)
    assert row["mean_down"] == exactly(sum(part["mean_down"] for part in parts))


def test_littles_law_for_the_line_of_a_crew(any_path):
    """L = λ W: tasks in the line, read off the trace, against the waits of the tasks, spells after interruptions too.

    What a task spends from having all else to its end is in the line or manned.
    """
    inputs, path = any_path
    over = lines(inputs, path)
    until_s = float(path.trace_s.max()) + 1
    crewed = tasks(inputs, path)
    crewed = crewed[crewed["remedy"].isin(["swap", "mend", "rewire"]) & (crewed["spare_s"] < INF)]
    waits_s = crewed["finished_s"] - crewed["spare_s"] - crewed["manned_s"]
    assert waits_s.min() > -1e-6
    in_line = over["line/net"].integral(0.0, until_s) / until_s
    rate = len(crewed) / until_s
    assert in_line == exactly(rate * waits_s.mean(), rel=1e-9)


def test_littles_law_for_open_faults(any_path):
    """The backlog over all time is the rate of faults times the mean time for which one is open."""
    inputs, path = any_path
    forever = dataclasses.replace(inputs, horizon_s=float(path.ended_s.max()))
    rate = len(path.kind) / forever.horizon_s
    assert measures(forever, path)["mean_open"] == exactly(rate * (path.ended_s - path.known_s).mean(), rel=1e-9)


def test_people_who_are_sent_are_the_hours_of_the_tasks(any_path):
    inputs, path = any_path
    over = lines(inputs, path)
    until_s = float(path.trace_s.max()) + 1
    assert over["sent/net"].integral(0.0, until_s) / HOUR == exactly(measures(inputs, path)["crew_hours"], rel=1e-9)
    assert over["line/net"].values.min() == over["sent/net"].values.min() == over["come/net"].values.min() == 0
    assert over["line/net"].values[-1] == over["sent/net"].values[-1] == over["come/net"].values[-1] == 0


def test_no_more_are_sent_than_are_there_but_for_shifts_that_have_ended(any_path):
    """Who is sent anew: never beyond those on shift and on call."""
    inputs, path = any_path
    over = lines(inputs, path)
    sent, there = over["sent/net"], inputs.crews[0].on_shift + over["come/net"]
    rises = sent.times[1:][np.diff(sent.values) > 0]
    assert (sent.at(rises) <= there.at(rises)).all()


def test_spares_are_never_fewer_than_none_and_come_back_to_their_base(any_path):
    inputs, path = any_path
    for stock in inputs.stocks:
        left = spares(inputs, path)[stock.name]
        assert left.values.min() == 0
        assert left.values[-1] >= stock.base


def test_clocks_are_in_their_order(any_path):
    inputs, path = any_path
    tried = path.tried != Tried.NOT_TRIED
    chain = [path.asked_s, path.spare_s, path.sent_s, path.began_s]
    for before, after in itertools.pairwise(chain):
        assert (before[tried] <= after[tried]).all()
    assert (path.asked_s[tried] <= path.finished_s[tried]).all()
    assert (path.occurred_s <= path.known_s).all()
    assert (path.known_s <= path.back_s).all()
    back = path.back_s < INF
    assert (path.back_s[back] <= path.ended_s[back]).all()
    assert np.array_equal(path.back_s[back], path.finished_s[path.back_by[back]])
    assert (path.tried[path.back_by[back]] == Tried.WORKED).all()
    response_s = np.concatenate([
        seconds(inputs, path, faults.name, until="response") for faults in inputs.faults
    ])  # fmt: skip
    assert (response_s >= 0).all()


def test_up_and_down_share_all_time(any_path):
    inputs, path = any_path
    up_s = timelines(inputs, path)["network"].integral(0.0, inputs.horizon_s)
    down_s = measures(inputs, path, name="core")["down_hours"] * HOUR
    assert up_s + down_s == exactly(inputs.horizon_s, rel=1e-12)
