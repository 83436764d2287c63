"""What is read off a path of the cascade machine: paths written by hand, and laws that hold on any path."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from functools import lru_cache

import numpy as np
import pytest

from resilience_sim.errors import InputsError
from resilience_sim.models.cascade import (
    DEFINITIONS,
    Calling,
    CascadeInputs,
    Draws,
    Ended,
    Notices,
    Path,
    Person,
    Phone,
    Through,
    calls_in_progress,
    day_and_night,
    draw,
    duty_table,
    entities,
    know,
    measures,
    on_site,
    on_site_in_order,
    timelines,
    told_in_order,
)
from resilience_sim.models.cascade.path import CALLS, LEARNS, MISSES, REACHES
from resilience_sim.models.contract import engine
from resilience_sim.randomness import Exponential, Streams

INF = math.inf
NOTHING, NOTICING, CALL, MESSAGE = Through
OPEN, TOLD, DELEGATED, PASSED_OVER, GIVEN_UP = Ended
PHONES = (Phone("mobile", 0.5), Phone("home", 0.5))
PEOPLE = (
    Person("ann", PHONES, calls=("ben", "cai", "dan"), messages=("eve",)),
    Person("ben", PHONES, calls=("eve",)),
    Person("cai", PHONES, delegate="ben"),
    Person("dan", PHONES, calls=("fay",)),
    Person("eve", PHONES, reads=0.5),
    Person("fay", PHONES),
)
TREE = CascadeInputs(PEOPLE, (Notices("ann"),))

# ann tells ben at 70, misses cai and reaches ben in her place, and misses dan; eve reads the message at 90, before ben
# calls her. Calls: ann -> ben 10-70; -> cai 70-100, 100-130; -> ben 130-190; -> dan 190-220, 220-250; ben -> eve 80-95.
TALE = Path(
    told_s=np.array([0.0, 70.0, INF, INF, 90.0, INF]),
    told_by=np.array([-1, 0, -1, -1, 0, -1]),
    through=np.array([NOTICING, CALL, NOTHING, NOTHING, MESSAGE, NOTHING], dtype=np.int8),
    phone=np.array([-1, 1, -1, -1, -1, -1]),
    calls_to=np.array([0, 2, 2, 2, 1, 0]),
    calls_by=np.array([6, 1, 0, 0, 0, 0]),
    begins_s=np.array([10.0, 80.0, INF, INF, INF, INF]),
    ends_s=np.array([250.0, 95.0, INF, INF, INF, INF]),
    arrives_s=np.array([INF, 1000.0, INF, INF, 400.0, INF]),
    duty_owner=np.array([0, 0, 0, 1, 3]),
    duty_calls=np.array([1, 3, 2, 1, 0]),
    duty_reached=np.array([1, 1, -1, 4, -1]),
    duty_ended_s=np.array([70.0, 190.0, 250.0, 95.0, INF]),
    duty_ended=np.array([TOLD, DELEGATED, GIVEN_UP, TOLD, OPEN], dtype=np.int8),
    trace_s=np.array([0.0, 10, 70, 70, 70, 80, 90, 95, 100, 100, 130, 130, 190, 190, 220, 220, 250]),
    trace_kind=np.array(
        [LEARNS, CALLS, REACHES, LEARNS, CALLS, CALLS, LEARNS, REACHES, MISSES, CALLS, MISSES, CALLS, REACHES, CALLS,
         MISSES, CALLS, MISSES], dtype=np.int8,
    ),
    trace_who=np.array([0, 0, 0, 1, 0, 1, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    trace_whom=np.array([-1, 1, 1, 0, 2, 4, 0, 4, 2, 2, 2, 1, 1, 3, 3, 3, 3]),
)  # fmt: skip

EVERYBODY = {
    "people": 6, "told": 3, "not_told": 3, "told_in_time": 2, "told_share": 0.5, "told_in_time_share": 1 / 3,
    "kth_told_s": 70.0, "all_told_s": INF, "mean_told_s": 160 / 3, "by_noticing": 1, "by_call": 1, "by_message": 1,
    "on_site": 2, "on_site_in_time": 0, "on_site_share": 1 / 3, "on_site_in_time_share": 0.0, "kth_on_site_s": 1000.0,
    "last_on_site_s": 1000.0, "calls": 7, "calls_missed": 4, "callers_done_s": 250.0, "duties": 5, "duties_told": 2,
    "duties_delegated": 1, "duties_passed_over": 0, "duties_given_up": 1, "duties_open": 1,
}  # fmt: skip
OF_THE_TREE = ("calls", "calls_missed", "callers_done_s", *(name for name in DEFINITIONS if name.startswith("dut")))


# -- by hand -----------------------------------------------------------------------------------------------------------


def test_every_measure_of_a_tale():
    row = measures(TREE, TALE, within_s=80.0, k=2)
    assert row == EVERYBODY
    assert list(row) == list(DEFINITIONS)


def test_measures_of_some_of_them():
    row = measures(TREE, TALE, within_s=400.0, k=2, who=("eve", "ben"))
    assert {name: row[name] for name in OF_THE_TREE} == {name: EVERYBODY[name] for name in OF_THE_TREE}
    assert {name: value for name, value in row.items() if name not in OF_THE_TREE} == {
        "people": 2, "told": 2, "not_told": 0, "told_in_time": 2, "told_share": 1.0, "told_in_time_share": 1.0,
        "kth_told_s": 90.0, "all_told_s": 90.0, "mean_told_s": 80.0, "by_noticing": 0, "by_call": 1, "by_message": 1,
        "on_site": 2, "on_site_in_time": 1, "on_site_share": 1.0, "on_site_in_time_share": 0.5, "kth_on_site_s": 1000.0,
        "last_on_site_s": 1000.0,
    }  # fmt: skip


def test_a_time_limit_is_kept_by_who_learns_at_that_instant():
    assert measures(TREE, TALE, within_s=70.0)["told_in_time"] == 2
    assert measures(TREE, TALE, within_s=np.nextafter(70.0, 0))["told_in_time"] == 1


@pytest.mark.parametrize(("k", "told", "come"), [(1, 0.0, 400.0), (3, 90.0, INF), (4, INF, INF), (7, INF, INF)])
def test_the_kth(k, told, come):
    row = measures(TREE, TALE, k=k)
    assert (row["kth_told_s"], row["kth_on_site_s"]) == (told, come)


def test_nobody():
    nobody = CascadeInputs((), ())
    path = engine("reference", of="cascade").simulate(nobody, draw(nobody, Streams(1, 0)))
    row = measures(nobody, path, within_s=0.0)
    shares = {name for name, (unit, _) in DEFINITIONS.items() if unit == "1"} | {"mean_told_s"}
    infinite = {"kth_told_s", "kth_on_site_s"}
    assert all(math.isnan(row[name]) for name in shares)
    assert all(row[name] == INF for name in infinite)
    assert all(value == 0 for name, value in row.items() if name not in shares | infinite)


def test_in_order():
    assert told_in_order(TREE, TALE).tolist() == [0.0, 70.0, 90.0, INF, INF, INF]
    assert on_site_in_order(TREE, TALE, who=("ben", "cai", "eve")).tolist() == [400.0, 1000.0, INF]


def test_entities():
    table = entities(TREE, TALE).set_index("person")
    assert table.loc["ben"].tolist() == [70.0, "call", "ann", "home", 2, 1, 80.0, 95.0, 1000.0]
    assert table.loc["eve"].tolist() == [90.0, "message", "ann", "", 1, 0, INF, INF, 400.0]
    assert table.loc["fay", ["through", "told_by", "phone"]].tolist() == ["nothing", "", ""]


def test_duty_table():
    table = duty_table(TREE, TALE)
    assert table.iloc[1].tolist() == ["ann", "cai", "ann", 3, "ben", 190.0, "delegated"]
    assert table["ended"].tolist() == ["told", "delegated", "given up", "told", "open"]
    assert table.iloc[4].tolist() == ["dan", "fay", "dan", 0, "", INF, "open"]
    assert duty_table(CascadeInputs((Person("ann"),), ()), dataclasses.replace(
        TALE, **{name: getattr(TALE, name)[:0] for name in vars(TALE) if name.startswith("duty_")},
    )).empty  # fmt: skip


def test_who_knows_and_who_is_on_site_over_time():
    assert know(TREE, TALE).at([-5.0, 0.0, 69.0, 70.0, 90.0, 1e9]).tolist() == [0, 1, 1, 2, 3, 3]
    assert know(TREE, TALE, who=("cai",)).at([0.0, 1e9]).tolist() == [0, 0]
    assert on_site(TREE, TALE).at([399.0, 400.0, 1000.0]).tolist() == [0, 1, 2]
    assert on_site(TREE, TALE, who=("ben",)).at([400.0, 1000.0]).tolist() == [0, 1]


def test_calls_in_progress():
    assert calls_in_progress(TALE).at([0, 10, 75, 80, 94.9, 95, 249, 250]).tolist() == [0, 1, 1, 2, 2, 1, 1, 0]
    assert calls_in_progress(TALE).integral(0.0, 1e4) == 240.0 + 15.0
    assert list(timelines(TREE, TALE)) == ["know", "on_site", "calls"]
    untraced = dataclasses.replace(TALE, trace_s=None, trace_kind=None, trace_who=None, trace_whom=None)
    with pytest.raises(InputsError, match="no trace; accepted is a path made with trace=True"):
        timelines(TREE, untraced)


def test_refused():
    with pytest.raises(InputsError, match="who is 'bob'; accepted is these, each once: ann, ben"):
        measures(TREE, TALE, who=("bob",))
    with pytest.raises(InputsError, match="who is 'ann'"):
        know(TREE, TALE, who=("ann", "ann"))
    with pytest.raises(InputsError, match="measures: k is 0; accepted is a whole number, 1 or more"):
        measures(TREE, TALE, k=0)


# -- on any path -------------------------------------------------------------------------------------------------------


def a_team(calling: Calling) -> CascadeInputs:
    """A head, two leaders with a deputy each, and six of their people, by night; some are on two lists."""
    numbers = (Phone("mobile", day_and_night(0.5, 0.3)), Phone("home", day_and_night(0.1, 0.4)))
    more = {"phones": numbers, "begins": Exponential(30.0), "reads": 0.3, "reads_after": Exponential(300.0),
            "acknowledges": 0.5, "comes": 0.8, "leaving": Exponential(300.0), "travel": Exponential(900.0)}  # fmt: skip
    staff = [f"staff {k}" for k in range(6)]
    people = (
        Person("head", calls=("leader 0", "leader 1"), messages=tuple(staff), **more),
        Person("leader 0", calls=tuple(staff[:4]), delegate="deputy 0", **more),
        Person("leader 1", calls=tuple(staff[2:]), delegate="deputy 1", messages=("leader 0", *staff), **more),
        Person("deputy 0", **more),
        Person("deputy 1", calls=("deputy 0",), delegate="deputy 0", **more),
        *(Person(name, **{**more, "delegate": staff[k + 1] if k % 3 == 0 else None}) for k, name in enumerate(staff)),
    )
    return CascadeInputs(people, (Notices("head"), Notices("staff 5", Exponential(2000.0))), calling, hour=6.5)


@lru_cache
def events(order: str, common_list: bool) -> tuple[CascadeInputs, list[tuple[Draws, Path]]]:
    """200 nights of it."""
    inputs = a_team(Calling(Exponential(20.0), Exponential(60.0), order, 2, 120.0, common_list))
    draws = [draw(inputs, Streams(1, replication)) for replication in range(200)]
    return inputs, [(one, engine("reference", of="cascade").simulate(inputs, one, trace=True)) for one in draws]


@pytest.fixture(params=[("one by one", True), ("one by one", False), ("rounds", True), ("rounds", False)], ids=str)
def team(request):
    return events(*request.param)


def test_everybody_every_call_and_every_duty_is_counted_once(team):
    inputs, nights = team
    for _, path in nights:
        row = measures(inputs, path)
        assert row["people"] == row["told"] + row["not_told"] == len(inputs.people)
        assert row["told"] == row["by_noticing"] + row["by_call"] + row["by_message"]
        assert row["duties"] == len(inputs.duties) == sum(row[f"duties_{ended.name.lower()}"] for ended in Ended)
        assert row["calls"] == path.calls_to.sum() == path.duty_calls.sum() == np.sum(path.trace_kind == CALLS)
        assert row["calls_missed"] == np.sum(path.trace_kind == MISSES)
        assert row["calls"] - row["calls_missed"] == np.sum(path.trace_kind == REACHES)


def test_every_kind_of_end_is_met(team):
    """The laws of this section are about something."""
    inputs, nights = team
    rows = [measures(inputs, path) for _, path in nights]
    for measure in ("not_told", "by_call", "by_message", "on_site", "calls_missed", *OF_THE_TREE[-5:]):
        assert sum(row[measure] for row in rows) > 0, measure
    assert any((path.duty_owner != [owner for owner, _ in inputs.duties]).any() for _, path in nights)


def test_nobody_learns_of_it_from_somebody_who_does_not_know(team):
    _, nights = team
    for _, path in nights:
        told = np.flatnonzero(path.told_by >= 0)
        assert (path.told_s[path.told_by[told]] <= path.told_s[told]).all()
        assert (path.begins_s >= path.told_s).all()
        assert ((path.duty_ended == OPEN) == np.isinf(path.told_s[path.duty_owner])).all()


def test_timelines_say_what_the_measures_say(team):
    inputs, nights = team
    for draws, path in nights:
        row = measures(inputs, path, within_s=600.0)
        signals = timelines(inputs, path)
        assert signals["know"].at([600.0, 1e9]).tolist() == [row["told_in_time"], row["told"]]
        assert signals["on_site"].at([600.0, 1e9]).tolist() == [row["on_site_in_time"], row["on_site"]]
        assert signals["calls"].at(1e9) == 0
        assert signals["calls"].integral(0.0, 1e9) == pytest.approx(sum(call_lengths_s(draws, path)), rel=1e-9)


def call_lengths_s(draws: Draws, path: Path) -> list[float]:
    """Seconds of every call, as drawn; checks that it took so long, and that its caller made no other meanwhile."""
    rung, under_way, lengths = Counter(), {}, []
    columns = (path.trace_s, path.trace_kind, path.trace_who, path.trace_whom)
    for instant, kind, who, whom in zip(*(column.tolist() for column in columns), strict=True):
        if kind == CALLS:
            assert who not in under_way
            under_way[who] = (instant, whom, rung[whom])
            rung[whom] += 1
        elif kind in (REACHES, MISSES):
            began_s, called, k = under_way.pop(who)
            lengths.append(float((draws.talk_s if kind == REACHES else draws.ring_s)[called, k]))
            assert (whom, instant) == (called, began_s + lengths[-1])
    assert not under_way
    return lengths
