"""Logs of call trees: what the cascade machine was told is found again in its log, by hand, bad files refused."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from resilience_sim.errors import DataError
from resilience_sim.experiments.call_tree_files import Called, read_call_tree
from resilience_sim.experiments.call_tree_fit import CallTreeFit, Counted, fit_call_tree
from resilience_sim.experiments.fit import FittedFact, as_yaml
from resilience_sim.experiments.fit_calltree import fit_calltree_site
from resilience_sim.models.cascade import (
    Calling,
    CascadeInputs,
    Notices,
    Person,
    Phone,
    Through,
    day_and_night,
    draw,
)
from resilience_sim.models.cascade.path import CALLS, MISSES, REACHES
from resilience_sim.models.cascade.reference import simulate
from resilience_sim.plans.files import library, read_site
from resilience_sim.randomness import Deterministic, LogNormal, Streams
from resilience_sim.units import DAY, HOUR

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "event,person,at,kind,device,answered,took_s,replied_at,comes,arrives_at,ended_at"
DAY_SHARE, NIGHT_SHARE, COMES = 0.55, 0.35, 0.75
RING_S, TALK_S, BETWEEN_S = 25.0, 70.0, 240.0
TRAVEL = LogNormal.from_median(23 * 60.0, 0.7)
REPLY = LogNormal.from_median(6 * 60.0, 0.9)
WATCHED_S = 30 * 60.0


def written(folder: Path, *rows: str) -> Path:
    path = folder / "calls.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return path


# ---- what the machine was told


def phoned(event: int, hour: int) -> list[str]:
    """The log of an event in which a duty officer calls twelve people up to three times each."""
    team = tuple(f"agent {k}" for k in range(12))
    phone = (Phone("mobile", day_and_night(DAY_SHARE, NIGHT_SHARE)),)
    inputs = CascadeInputs(
        (Person("officer", calls=team), *(Person(name, phone, comes=COMES, travel=TRAVEL) for name in team)),
        (Notices("officer"),),
        Calling(
            ring=Deterministic(RING_S), talk=LogNormal.from_mean(TALK_S, 0.5), attempts=3, between_s=BETWEEN_S,
            order="one by one",
        ),
        hour=hour,
    )  # fmt: skip
    path = simulate(inputs, draw(inputs, Streams(11, event)), trace=True)
    assert path.trace_s is not None
    assert path.trace_kind is not None
    assert path.trace_whom is not None
    zero = event * DAY + hour * HOUR
    rows, begun = [], math.nan
    for at, kind, whom in zip(path.trace_s.tolist(), path.trace_kind, path.trace_whom, strict=True):
        if kind == CALLS:
            begun = at
        elif kind in (REACHES, MISSES):
            answered, name = kind == REACHES, inputs.people[whom].name
            here = float(path.arrives_s[whom])
            tail = f"{'yes' if here < math.inf else 'no'},{zero + here if here < math.inf else ''}" if answered else ","
            rows.append(
                f"{event},{name},{zero + begun!r},call,mobile,{'yes' if answered else 'no'},{at - begun!r},,{tail},"
            )
    return rows


def messaged(event: int) -> list[str]:
    """The log of an event in which a message goes to fifteen people, watched for half an hour."""
    team = tuple(f"reader {k}" for k in range(15))
    inputs = CascadeInputs(
        (Person("officer", messages=team), *(Person(name, reads=1.0, reads_after=REPLY) for name in team)),
        (Notices("officer"),),
        hour=12,
    )
    path = simulate(inputs, draw(inputs, Streams(12, event)))
    zero = event * DAY + 12 * HOUR
    rows = []
    for person, told, through in zip(inputs.people[1:], path.told_s[1:].tolist(), path.through[1:], strict=True):
        assert through == Through.MESSAGE
        replied = f"{zero + told!r}" if told <= WATCHED_S else ""
        rows.append(f"m{event},{person.name},{zero},message,,,,{replied},,,{zero + WATCHED_S}")
    return rows


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FittedFact]:
    folder = tmp_path_factory.mktemp("machine")
    rows = [row for event in range(120) for row in phoned(event, 13 if event % 2 else 1)]
    rows += [row for event in range(120) for row in messaged(event)]
    facts = dict(fit_calltree_site(written(folder, *rows)).facts)
    only_calls = fit_calltree_site(written(folder, *(row for row in rows if not row.startswith("m")))).facts
    return facts | {name: only_calls[name] for name in ("call_up.reached",)}


@pytest.mark.parametrize(
    ("name", "truth", "n"),
    [
        ("calling.answered_day", DAY_SHARE, 720),
        ("calling.answered_night", NIGHT_SHARE, 720),
        ("calling.answered_again", None, None),  # half of the failures are of the night: see below
        ("calling.message_read", REPLY.up_to(300)[0], 1800),
        ("call_up.reached", 1 - (0.45**3 + 0.65**3) / 2, 1440),
        ("call_up.can_come", COMES, None),
        ("calling.talk", TALK_S / 60, None),
        ("calling.reply_median", 6.0, None),
        ("calling.reply_sigma", 0.9, None),
        ("call_up.arrival_median", 23.0, None),
        ("call_up.arrival_sigma", 0.7, None),
    ],
)
def test_what_the_machine_was_told_is_found_again(
    found: dict[str, FittedFact], name: str, truth: float | None, n: int | None
) -> None:
    if truth is None:  # of those missed once, by day 0.45 and by night 0.65 of them, who answers the second time
        truth = (0.45 * DAY_SHARE + 0.65 * NIGHT_SHARE) / (0.45 + 0.65)
    fact = found[name]
    assert isinstance(fact.value, float)
    assert fact.between is not None
    low, high = fact.between
    assert low < fact.value < high
    assert high - low < 0.25 * truth  # narrow enough to tell
    # Twice the interval is four standard errors: a wrong formula is seen, chance is not.
    assert fact.value - 2 * (fact.value - low) < truth < fact.value + 2 * (high - fact.value)
    assert n is None or fact.n == n


def test_constant_times_of_the_machine_are_found_exactly(found: dict[str, FittedFact]) -> None:
    assert found["calling.ring"].value == pytest.approx(RING_S / 60)
    # One by one, the next attempt comes as soon as it is due.
    assert found["calling.between_attempts"].value == pytest.approx(BETWEEN_S / 60)


def test_an_attempt_takes_as_long_as_rings_and_talks_together(found: dict[str, FittedFact]) -> None:
    ring, talk, attempt = (found[f"calling.{name}"] for name in ("ring", "talk", "attempt"))
    assert attempt.n == ring.n + talk.n
    assert attempt.value == pytest.approx((ring.value * ring.n + talk.value * talk.n) / attempt.n)


# ---- published figures


def test_the_published_call_up_is_29_of_49_reached_of_whom_23_come(tmp_path: Path) -> None:
    rows = [
        f"e,p{k},2010-01-05 20:00,call,,{'yes' if k < 29 else 'no'},,,{('yes' if k < 23 else 'no') if k < 29 else ''},,"
        for k in range(49)
    ]
    facts = fit_calltree_site(written(tmp_path, *rows)).facts
    reached, come = facts["call_up.reached"], facts["call_up.can_come"]
    assert (reached.value, reached.n) == (29 / 49, 49)  # facts.md 5: 0.59
    assert reached.between == pytest.approx((0.4421, 0.7300), abs=5e-5)
    assert (come.value, come.n) == (23 / 29, 29)  # 0.79
    assert come.between == pytest.approx((0.6028, 0.9201), abs=5e-5)


def test_facts_are_named_and_measured_as_in_the_shipped_sites(found: dict[str, FittedFact]) -> None:
    shipped = read_site(library()["network-operations"])[0].facts
    names = {"answered_day", "answered_night", "attempt", "between_attempts", "message_read"}
    wanted = {f"calling.{name}" for name in names} | {
        f"call_up.{name}" for name in ("reached", "can_come", "arrival_median", "arrival_sigma")
    }
    assert wanted <= set(found)
    assert {name: found[name].unit for name in wanted} == {name: shipped[name].unit for name in wanted}


# ---- by hand

EVENT = (
    "e1,a,2024-03-01 10:00:00,call,mobile,no,30,,,,",
    "e1,a,2024-03-01 10:00:30,call,office,no,30,,,,",
    "e1,b,2024-03-01 10:01:00,call,mobile,yes,60,,no,,",
    "e1,a,2024-03-01 10:06:00,call,mobile,no,30,,,,",
    "e1,a,2024-03-01 10:06:30,call,office,yes,90,,yes,2024-03-01 10:38:00,",
    "e1,a,2024-03-01 11:00:00,call,mobile,no,30,,,,",
    "e1,c,2024-03-01 10:00:00,消息,,,,2024-03-01 10:05:00,yes,2024-03-01 10:15:00,",
    "e1,d,2024-03-01 10:00:00,message,,,,2024-03-01 10:05:01,yes,,",
    "e1,e,2024-03-01 10:00:00,message,,,,,,,",
    "e2,a,2024-03-02 06:59:59,call,mobile,yes,45,,yes,2024-03-02 07:20:44,",
    "e2,b,2024-03-02 07:00:00,call,mobile,no,20,,,,",
)


def fit(folder: Path, *rows: str) -> CallTreeFit:
    return fit_call_tree(read_call_tree(written(folder, *rows)))


def counts(*pairs: Counted) -> list[tuple[int, int]]:
    return [(one.had, one.n) for one in pairs]


def test_first_calls_attempts_and_devices_are_counted_by_hand(tmp_path: Path) -> None:
    one = fit(tmp_path, *EVENT)
    assert (one.events, one.people, one.again_people) == (2, 7, 2)
    assert counts(one.by_day, one.by_night) == [(1, 3), (1, 1)]  # 06:59:59 is night, 07:00 is day
    assert counts(*one.attempts) == [(2, 4), (1, 1)]
    assert counts(one.second) == [(1, 1)]
    assert counts(*one.devices.values()) == [(2, 5), (1, 2)]  # the call after the answered one is no attempt
    assert one.ring.seconds.tolist() == [30, 30, 30, 20]
    assert one.talk.seconds.tolist() == [90, 60, 45]
    assert one.attempt.seconds.tolist() == [60, 120, 60, 45, 20]
    assert one.between.seconds.tolist() == [300]


def test_replies_reached_and_arrivals_are_counted_by_hand(tmp_path: Path) -> None:
    one = fit(tmp_path, *EVENT)
    assert counts(one.read, one.replied) == [(1, 3), (2, 3)]  # at 5 min, the bound included
    assert counts(one.reached, one.come) == [(5, 7), (4, 5)]
    assert one.reply is not None
    assert (one.reply.n, one.reply.going_on) == (2, 1)
    assert one.arrival is not None
    assert (one.arrival.n, one.arrival.going_on) == (3, 1)  # d said yes, and had not come when the event ended
    people: dict[tuple[str, str], Called] = {
        (who.event, who.person): who for who in read_call_tree(written(tmp_path, *EVENT)).called
    }
    a = people["e1", "a"]
    assert (a.arrives_s - a.told_s) / 60 == 30  # told at 10:08, as the call ended
    assert a.ends_s == people["e1", "e"].ends_s  # 11:00:30, the end of the last call


def test_those_who_may_still_reply_make_the_law_longer(tmp_path: Path) -> None:
    replies = [f"e,p{k},0,message,,,,{60 * (k + 1)},,,1800" for k in range(10)]
    silent = [f"e,q{k},0,message,,,,,,,1800" for k in range(10)]
    short, long = fit(tmp_path, *replies).reply, fit(tmp_path, *replies, *silent).reply
    assert short is not None
    assert long is not None
    assert long.median > 3 * short.median
    assert (long.n, long.going_on) == (10, 10)


def test_a_short_watch_tells_nothing_of_five_minutes(tmp_path: Path) -> None:
    rows = [f"e,p{k},0,message,,,,{30 * (k + 1)},,,240" for k in range(8)]
    one = fit(tmp_path, *rows)
    assert counts(one.read, one.replied) == [(0, 0), (8, 8)]
    assert "calling.message_read" not in fit_calltree_site(written(tmp_path, *rows)).facts


def test_without_the_column_comes_whoever_arrived_came(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("event,called,called_at,answered,arrives_at\ne,a,0,是,900\ne,b,60,是,\ne,c,120,否,\n")
    one = fit_call_tree(read_call_tree(path))
    assert counts(one.reached, one.come) == [(2, 3), (1, 2)]
    path.write_text("event,called,called_at,answered\ne,a,0,1\ne,b,60,0\n")
    assert counts(fit_call_tree(read_call_tree(path)).come) == [(0, 0)]


def test_fitted_facts_read_back_as_a_site(tmp_path: Path) -> None:
    fitted = fit_calltree_site(written(tmp_path, *EVENT))
    path = tmp_path / "site.yaml"
    path.write_text("site: a-site\ntitle: {zh: 一处, en: A site}\n" + as_yaml(fitted), encoding="utf-8")
    site = read_site(path)[0]
    assert set(site.facts) == set(fitted.facts)
    assert site.base("calling.between_attempts") == 300
    told = site.fact("calling.answered_day")
    assert told.range is not None
    assert (told.range.min, told.range.max) == pytest.approx(fitted.facts["calling.answered_day"].between, rel=1e-5)
    assert told.source.startswith("fitted to calls.csv (blake2b ")


def test_what_is_to_be_read_with_the_figures_is_said(tmp_path: Path) -> None:
    notes = [en for _, en in fit_calltree_site(written(tmp_path, *EVENT)).notes]
    assert notes[0] == "2 events, 7 people called or messaged"
    assert any(note.startswith("persons who are in several events: 2") for note in notes)
    assert any("1 of 3 messages had no reply" in note for note in notes)


# ---- hostile files

A = "e1,a,2024-03-01 10:00,call,mobile,no,30,,,,"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((), "calls.csv:1: has a header and nothing below"),
        ((A, "e1,b,2024-03-01 10:00,call,mobile,,30,,,,"), "calls.csv:3: is a call of which answered is empty"),
        ((A, "e1,b,2024-03-01 10:00,message,,yes,,,,,"), "calls.csv:3: is a message and has answered"),
        ((A.replace(",30,,", ",30,2024-03-01 10:05,"),), "calls.csv:2: is a call and has replied_at"),
        ((A.replace(",no,", ",maybe,"),), "calls.csv:2: answered is 'maybe'; accepted is one of yes, true, 1"),
        ((A.replace(",call,", ",fax,"),), "calls.csv:2: kind is 'fax'; accepted is one of call"),
        ((A.replace("2024-03-01 10:00", "10 o'clock"),), 'calls.csv:2: at is "10 o\'clock"'),
        ((A.replace("2024-03-01 10:00", ""),), "calls.csv:2: at is ''"),
        ((A.replace("2024-03-01 10:00", "2024-03-01T10:00+08:00"),), "calls.csv:2: at is '2024-03-01T10:00+08:00'"),
        ((A.replace("e1,a", "e1,"),), "calls.csv:2: person is ''"),
        ((A.replace("e1,a", ",a"),), "calls.csv:2: event is ''"),
        ((A.replace(",30,", ",-30,"),), "calls.csv:2: took_s is '-30'; accepted is a finite number, 0 or more"),
        ((A.replace(",30,", ",86400,"),), "calls.csv:2: took_s is '86400'"),
        ((A.replace(",30,", ",nan,"),), "calls.csv:2: took_s is 'nan'"),
        ((A, A), "calls.csv:3: tells of this call again"),
        ((A + "0",), "calls.csv:2: ended_at is before at"),
        ((A + "2024-03-01 10:00:20",), "calls.csv:2: goes on after ended_at of its event"),
        ((A + "2024-03-21 10:00",), "calls.csv:2: ends more than a week after its first call"),
        ((A, "e1,b,2025-03-01 10:00,call,mobile,no,30,,,,"), "calls.csv:3: is more than a week after the first call"),
        (
            (A + "2024-03-01 11:00", "e1,b,2024-03-01 10:00,call,mobile,no,30,,,,2024-03-01 12:00"),
            "calls.csv:3: ended_at differs from an earlier line of the same event",
        ),
        (("e1,a,2024-03-01 10:00,call,,yes,30,,no,2024-03-01 10:30,",), "calls.csv:2: comes is no and arrives_at is"),
        (("e1,a,2024-03-01 10:00,call,,yes,30,,yes,2024-03-01 09:30,",), "calls.csv:2: arrives_at is before at"),
        (("e1,a,2024-03-01 10:00,message,,,,2024-03-01 09:59,,,",), "calls.csv:2: replied_at is before at"),
        (
            (
                "e1,a,2024-03-01 10:00,call,,no,30,,yes,,",
                "e1,a,2024-03-01 10:05,call,,yes,30,,no,,",
            ),
            "calls.csv:3: comes differs from an earlier line of the same event and person",
        ),
        ((A + ",7",), "calls.csv:2: 12 fields; accepted are 11"),
    ],
)
def test_bad_logs_are_refused_with_their_line(tmp_path: Path, rows: tuple[str, ...], said: str) -> None:
    with pytest.raises(DataError) as refused:
        fit_calltree_site(written(tmp_path, *rows))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_columns_that_are_missing_are_named(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("event,who,when\ne,a,0\n")
    with pytest.raises(DataError, match=r"calls\.csv:1: columns missing: person \(or called\), at \(or called_at\)"):
        fit_calltree_site(path)
