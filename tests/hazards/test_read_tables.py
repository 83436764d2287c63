"""Hostile files: each is refused with its name, the line, and what would be accepted."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import numpy as np
import pytest

from resilience_sim.errors import DataError
from resilience_sim.hazards.calls import read_calls
from resilience_sim.hazards.counts import read_counts_by_day, read_counts_by_slot
from resilience_sim.hazards.outages import read_record, replay
from resilience_sim.hazards.tables import Column, read_header, read_table, read_text
from resilience_sim.hazards.watch import read_watch

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = {
    "day": Column("day"),
    "wait": Column("number", least=0),
    "n": Column("whole", empty=True),
    "word": Column("text", one_of=("yes", "no"), optional=True),
}
GOOD = "day,wait,n\n2021-01-26,1.5,3\n2021-01-27,0,\n"


def written(folder: Path, content: str | bytes, name: str = "log.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_good_table_keeps_values_and_lines(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "\n" + GOOD.replace("\n", "\r\n")), COLUMNS)
    assert table.wait.tolist() == [1.5, 0.0]
    assert np.array_equal(table.n, [3, np.nan], equal_nan=True)
    assert table.index.tolist() == [3, 4]
    assert "word" not in table


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("packed", [False, True])
def test_chinese_text_is_read_in_each_accepted_encoding(tmp_path: Path, encoding: str, packed: bool) -> None:
    content = "day,原因\n2021-01-26,线路故障\n".encode(encoding)
    path = written(tmp_path, gzip.compress(content) if packed else content)
    table = read_table(path, {"day": Column("day"), "原因": Column("text")})
    assert table["原因"].tolist() == ["线路故障"]
    assert read_header(path) == ["day", "原因"]


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ("", None, "is empty"),
        ("\n\n", None, "is empty"),
        ("day,wait,n\n", 1, "nothing below"),
        ("day,wait\n2021-01-26,1\n", 1, "columns missing: n"),
        ("day,wait,n,wait\n2021-01-26,1,2,3\n", 1, "'wait' stands twice"),
        (GOOD + "2021-01-28,1\n", 4, "2 fields; accepted are 3"),
        (GOOD + "2021-01-28,1,2,3\n", 4, "4 fields; accepted are 3"),
        (GOOD + "2021-01-28,soon,2\n", 4, "wait is 'soon'; accepted is a finite number, 0 or more"),
        (GOOD + "2021-01-28,,2\n", 4, "wait is ''"),
        (GOOD + "2021-01-28,nan,2\n", 4, "wait is 'nan'"),
        (GOOD + "2021-01-28,inf,2\n", 4, "wait is 'inf'"),
        (GOOD + "2021-01-28,1e999,2\n", 4, "wait is '1e999'"),
        (GOOD + "2021-01-28,1_000,2\n", 4, "wait is '1_000'"),
        (GOOD + "2021-01-28,-1,2\n2021-01-29,-2,2\n", 4, "wait is '-1'"),
        (GOOD + "2021-01-28,1,2.5\n", 4, "n is '2.5'; accepted is a whole number, or nothing"),
        (GOOD + "2021-01-28,1,1e30\n", 4, "n is '1e30'"),
        (GOOD + "2021-02-30,1,2\n", 4, "day is '2021-02-30'; accepted is a date such as"),
        (GOOD + "28/01/2021,1,2\n", 4, "day is '28/01/2021'"),
        (GOOD.replace("\n", ",word\n", 1).replace("3\n", "3,perhaps\n").replace("0,\n", "0,,no\n"), 2, "yes, no"),
        (GOOD + '2021-01-28,"1,2\n', 4, "is no comma-separated line"),
        (b"day,wait,n\n2021-01-26,\x00,1\n", 2, "is binary"),
        ("day,wait,n\n2021-01-26,1,2\n".encode("utf-16"), 1, "is binary"),
        (b"day,wait,n\n2021-01-26,1,2\n\xff\xfe\xff", 3, "neither UTF-8 nor GB18030"),
        (gzip.compress(GOOD.encode() * 100, mtime=0)[:-20], None, "cannot be read"),
        (b"\x1f\x8bnonsense", None, "cannot be read"),
    ],
)
def test_a_bad_table_is_refused_at_its_first_bad_line(
    tmp_path: Path, content: str | bytes, line: int | None, said: str
) -> None:
    with pytest.raises(DataError) as refusal:
        read_table(written(tmp_path, content), COLUMNS)
    place = "log.csv" if line is None else f"log.csv:{line}:"
    assert place in str(refusal.value)
    assert said in str(refusal.value)


def test_the_first_bad_line_is_named_whatever_its_column(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"log\.csv:3: n is"):
        read_table(written(tmp_path, "day,wait,n\n2021-01-26,1,1\n2021-01-27,1,x\n2021-01-28,x,1\n"), COLUMNS)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"absent\.csv: there is no such file"):
        read_table(tmp_path / "absent.csv", COLUMNS)
    with pytest.raises(DataError, match="directory"):
        read_table(tmp_path, COLUMNS)


def test_a_file_larger_than_the_limit_is_refused_also_packed(tmp_path: Path) -> None:
    bomb = written(tmp_path, gzip.compress(b"0" * 100_000))
    assert bomb.stat().st_size < 1000
    with pytest.raises(DataError, match="holds more than 1000 bytes"):
        read_text(bomb, most_bytes=1000)
    with pytest.raises(DataError, match="holds more than 10 bytes"):
        read_table(written(tmp_path, GOOD), COLUMNS, most_bytes=10)


def test_instants_may_be_seconds_or_local_times_but_have_no_zone(tmp_path: Path) -> None:
    text = "start,end,customers\n2021-01-26 05:00,2021-01-26T07:30:00,600\n1611637200,1611640800,700\n"
    record = read_record(written(tmp_path, text))
    assert record.rows.start_s.tolist() == [1611637200.0, 1611637200.0]
    assert replay(record).duration_s.tolist() == [9000.0, 3600.0]
    with pytest.raises(DataError, match=r"log\.csv:2: end is '2021-01-26T07:30\+08:00'; accepted is seconds"):
        read_record(written(tmp_path, "start,end,customers\n2021-01-26 05:00,2021-01-26T07:30+08:00,600\n"))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("0,10,600,\n5,4,600,\n", r"log\.csv:3: ends before it starts"),
        ("0,10,-6,\n", r"log\.csv:2: customers is '-6'; accepted is a whole number, 0 or more"),
        ("0,10,6,2\n", r"log\.csv:2: planned is '2'; accepted is a whole number, 0 or more, 1 or less"),
    ],
)
def test_an_outage_record_that_cannot_be_is_refused(tmp_path: Path, rows: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read_record(written(tmp_path, "start_s,end_s,customers,planned\n" + rows.replace(",\n", ",0\n")))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", r"watch\.json:1: is no JSON"),
        ("[]", r"watch\.json: accepted are first_snapshot"),
        ('{"first_snapshot": 0, "last_instant": 9}', "accepted are first_snapshot"),
        ('{"first_snapshot": 0, "last_instant": 9, "gaps": [[1, 3], [2, 4]]}', "the gaps are not in order"),
        ('{"first_snapshot": 0, "last_instant": 9, "gaps": [[1, 30]]}', "the gaps are not in order"),
        ('{"first_snapshot": 0, "last_instant": NaN, "gaps": []}', "the gaps are not in order"),
        ('{"first_snapshot": 0, "last_instant": 9, "gaps": [[1, 2, 3]]}', "pairs of seconds"),
        ("[" * 100_000, "is no JSON that can be read"),
        ('{"first_snapshot": ' + "9" * 5000 + "}", "is no JSON that can be read"),
        ('{"first_snapshot": 0, "last_instant": ' + "9" * 400 + ', "gaps": []}', "accepted are first_snapshot"),
    ],
    ids=lambda text: text[:40],
)
def test_a_list_of_gaps_that_cannot_be_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read_watch(written(tmp_path, text, "watch.json"))


def test_no_damage_to_a_file_raises_anything_but_a_data_error(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    good = (GOOD.replace("\n", ",word\n", 1).replace("3\n", "3,yes\n").replace("0,\n", "0,,no\n")).encode()
    refused = 0
    for _ in range(600):
        damaged = bytearray(good)
        for _ in range(generator.integers(1, 4)):
            damaged[generator.integers(len(damaged))] = generator.integers(256)
        try:
            read_table(written(tmp_path, bytes(damaged)), COLUMNS)
        except DataError as refusal:
            refused += "log.csv" in str(refusal)
    assert refused > 300


LOG = "day,arrive_s,vru_s,queue_s,service_s,outcome\n"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("1999-02-01,10,0,5,60,AGENT\n1999-02-01,10,0,-5,60,AGENT\n", r"log\.csv:3: queue_s is '-5'"),
        ("1999-02-01,90000,0,5,60,AGENT\n", r"log\.csv:2: arrive_s is '90000'.*86400 or less"),
        ("1999-02-01,10,0,5,60,LOST\n", r"log\.csv:2: outcome is 'LOST'; accepted is one of AGENT, HANG, PHANTOM"),
        ("1999-02-01,10,0,5,60,PHANTOM\n", "every row is PHANTOM"),
    ],
)
def test_a_call_log_that_cannot_be_is_refused(tmp_path: Path, rows: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read_calls(written(tmp_path, LOG + rows))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date,00:00,00:30\n1999-01-02,1,2\n1999-01-01,1,2\n", r"log\.csv:3: date does not come after"),
        ("date,00:00,00:30\n1999-01-02,1,2\n1999-01-02,1,2\n", r"log\.csv:3: date does not come after"),
        ("date,00:00,00:30,00:40\n1999-01-02,1,2,3\n", r"log\.csv:1: the header has no evenly spaced slots"),
        ("date,calls\n1999-01-02,1\n", r"log\.csv:1: the header has no evenly spaced slots"),
        ("date,00:00,00:30\n1999-01-02,1,-2\n", r"log\.csv:2: 00:30 is '-2'"),
    ],
)
def test_counts_by_day_that_cannot_be_are_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read_counts_by_day(written(tmp_path, text))


@pytest.mark.parametrize(
    ("slots", "said"),
    [
        (("03-03 07:00", "03-03 07:05", "03-03 07:05"), r"log\.csv:4: time does not come after"),
        (("03-03 07:00", "03-03 07:05", "03-04 07:05"), r"log\.csv:4: is no slot as on the first day"),
        (("03-03 07:00", "03-03 07:05", "03-04 07:00"), r"log\.csv:4: .*the last day is not whole"),
        (("03-03 07:00", "03-03 07:05", "03-03 07:15"), "not evenly spaced"),
        (("03-03 07:00",), "not evenly spaced"),
    ],
)
def test_counts_by_slot_that_cannot_be_are_refused(tmp_path: Path, slots: tuple[str, ...], said: str) -> None:
    text = "time,calls\n" + "".join(f"2003-{slot},1\n" for slot in slots)
    with pytest.raises(DataError, match=said):
        read_counts_by_slot(written(tmp_path, text))
