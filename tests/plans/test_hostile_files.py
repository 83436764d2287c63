"""Files that are no plan: one message each, with file, line and what would be accepted; nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from resilience_sim.errors import PlanError
from resilience_sim.plans.files import find, library, parse_document, read_plan, read_site
from resilience_sim.plans.proposals import export

Make = Callable[[str | bytes], Path]
AGENTS = '      - {from: 2020-01-01, value: 1, status: in_force, source: "1"}   # the plan\'s own\n'
PROPOSED = '      - {from: 2021-01-01, value: 2, status: proposed, id: "0123456789ab", source: s, evidence: e}\n'
WITHDRAWN = '      - {from: 2021-01-02, value: 2, status: withdrawn, answers: "0123456789ab", by: me, source: s}\n'


def in_entry(old: str, new: str) -> tuple[str, str, int]:
    return (AGENTS, AGENTS.replace(old, new), 18)


# name: (what is replaced in the small plan, by what, line of the complaint, words of the complaint)
CASES: dict[str, tuple[str, str, int, str]] = {
    "unknown key": (
        "source: a test\n",
        "source: a test\nauthor: me\n",
        5,
        "unknown key 'author'; accepted here: clauses, ",
    ),
    "unknown key of an entry": (*in_entry("value", "worth"), "unknown key 'worth'; accepted here: answers, by, "),
    "unknown key of a label": (
        "      role: resource\n      unit: agents\n",
        "      label: {zh: 加派坐席, en: more agents, fr: renfort}\n      role: resource\n      unit: agents\n",
        13,
        "unknown key 'fr'; accepted here: en, zh",
    ),
    "label in one language": (
        "      role: resource\n      unit: agents\n",
        "      label: {zh: 加派坐席}\n      role: resource\n      unit: agents\n",
        13,
        "key 'en' is missing; accepted here: en, zh",
    ),
    "label without its languages": (
        "      role: resource\n      unit: agents\n",
        "      label: more agents\n      role: resource\n      unit: agents\n",
        13,
        "label: accepted is a mapping (key: value), found 'more agents'",
    ),
    "missing key": ('  where: "1"\n', "", 6, "key 'where' is missing; accepted here: claims, "),
    "duplicate key": (
        "  tier: A\n",
        "  tier: A\n  tier: B\n",
        8,
        "key 'tier' stands twice (first in line 7); accepted is once",
    ),
    "bare number as a limit": (
        "at_least: 80 %",
        "at_least: 80",
        33,
        "80 is a bare number; accepted: a quantity of the clause, ",
    ),
    "limit that is no quantity": (
        "at_least: 80 %",
        "at_least: agent",
        6,
        "names 'agent', which is no quantity; accepted: agents",
    ),
    "limit of unknown unit": ("at_least: 80 %", "at_least: 80 parsec", 33, "unknown unit 'parsec'; accepted: s, min"),
    "bare number in the text": (
        "{agents} more",
        "{agents} or 3 more",
        6,
        "text.en has a bare number (3); accepted are {placeholders}",
    ),
    "number without its place": ("{agents} more", "some more", 6, "text.en lacks the placeholder {agents}"),
    "two answers to one proposal": (
        AGENTS,
        AGENTS + PROPOSED + WITHDRAWN + WITHDRAWN,
        12,
        "that id waits for an answer",
    ),
    "placeholder of nothing": (
        "{agents} more",
        "{agents} {more}",
        6,
        "'more' that is no quantity of this clause; accepted: agents",
    ),
    "not a number": (*in_entry("value: 1", "value: .nan"), ".nan is not finite; accepted are finite numbers"),
    "infinite": (*in_entry("value: 1", "value: -.inf"), "-.inf is not finite; accepted are finite numbers"),
    "negative": (
        *in_entry("value: 1", "value: -1")[:2],
        12,
        "value -1 lies outside the bounds; accepted is 0 to 20 agents",
    ),
    "absurd": (*in_entry("value: 1", "value: 1e300"), "less than or equal to 1000000000000; found 1e+300"),
    "overflowing": (*in_entry("value: 1", "value: 1e999"), "less than or equal to 1000000000000; found inf"),
    "endless digits": (*in_entry("value: 1", "value: " + "9" * 5000), "has too many digits; accepted are 40"),
    "word for a number": (*in_entry("value: 1", "value: one"), "input should be a valid number; found 'one'"),
    "truth for a number": (*in_entry("value: 1", "value: true"), "input should be a valid number; found True"),
    "wrong unit": ("unit: agents", "unit: parsec", 14, "unknown unit 'parsec'; accepted: s, min"),
    "bounds upside down": (
        "{min: 0, max: 20",
        "{min: 30, max: 20",
        16,
        "max 20 is below min 30; accepted is min <= max",
    ),
    "no such day": (
        *in_entry("2020-01-01", "2020-02-30"),
        "'2020-02-30' is no date; accepted are dates such as 2026-01-31",
    ),
    "word for a date": (
        *in_entry("2020-01-01", "soon"),
        "'soon' is no day; accepted is a date such as 2026-01-31, or 'unknown'",
    ),
    "dates out of order": (
        AGENTS,
        AGENTS + AGENTS.replace("2020", "2019"),
        12,
        "follows one from 2020-01-01; accepted are dates that increase",
    ),
    "overlapping validity": (
        AGENTS,
        AGENTS + AGENTS,
        12,
        "follows one from 2020-01-01; accepted are dates that increase",
    ),
    "unknown after a date": (
        AGENTS,
        AGENTS + AGENTS.replace("2020-01-01", "unknown"),
        12,
        "only the first entry may be from 'unknown'; accepted is a date",
    ),
    "answer to nothing": (
        *in_entry("source", "by: me, answers: 0123456789ab, source")[:2],
        12,
        "answers '0123456789ab', but no earlier proposal",
    ),
    "share that is none": (
        "90 % of events",
        "often",
        33,
        "'often' is no share of events; accepted is, for example, '95 % of events'",
    ),
    "scalar for a list": ("- id: S-1\n", "  id: S-1\n", 5, "clauses: accepted is a list, found {'id': 'S-1'"),
    "scalar for a mapping": (
        'text: {zh: "加派{agents}。", en: "{agents} more come."}',
        "text: words",
        10,
        "accepted is a mapping (key: value), found 'words'",
    ),
    "bad slug": ("plan: small", "plan: Small Plan", 2, "plan: string should match pattern"),
    "control character": (
        "source: a test\n",
        'source: "a \\e[2Jtest"\n',
        4,
        "the control character U+001B is refused; accepted is plain text",
    ),
    "anchor": (
        "source: a test\n",
        "source: &s a test\n",
        4,
        "anchors and aliases (& and *) are refused; accepted: the value written out",
    ),
    "alias of nothing": ("source: a test\n", "source: *s\n", 4, "accepted: the value written out"),
    "python object": (
        "source: a test\n",
        "source: !!python/object/apply:os.system [true]\n",
        4,
        "is refused; accepted are plain values",
    ),
    "own tag": (
        "source: a test\n",
        "source: !secret a test\n",
        4,
        "the tag '!secret' is refused; accepted are plain values",
    ),
    "tagged text": ("source: a test\n", "source: !!str a test\n", 4, "is refused; accepted are plain values"),
    "list as a key": ("source: a test\n", "? [a, b]\n: c\n", 4, "a key is no plain name; accepted is a name"),
    "tabs": ("  tier: A\n", "\ttier: A\n", 7, "accepted is a plan or site in YAML 1.2"),
    "open bracket": ("source: a test\n", "source: [a test\n", 5, "accepted is a plan or site in YAML 1.2"),
    "second document": (
        "source: a test\n",
        "source: a test\n---\nplan: b\n",
        5,
        "a second document begins here; accepted is one per file",
    ),
    "bell": ("source: a test\n", "source: a \x07test\n", 4, "accepted is a plan or site in YAML 1.2"),
    "nul": (
        "source: a test\n",
        "source: a \0test\n",
        4,
        "has a NUL byte, so it is a binary file; accepted is YAML text",
    ),
    "deep nesting": (
        "source: a test\n",
        f"source: {'[' * 2_000}\n",
        4,
        "is nested too deep; accepted are at most 16 levels",
    ),
    "deep mappings": (
        "source: a test\n",
        f"source: {'{a: ' * 2_000}\n",
        4,
        "is nested too deep; accepted are at most 16 levels",
    ),
    "alias bomb": (
        "plan: small\n",
        "a: &a [x, x, x, x, x, x, x, x]\n"
        + "".join(f"b{k}: &b{k} [{', '.join(['*a' if k == 0 else f'*b{k - 1}'] * 8)}]\n" for k in range(30)),
        2,
        "anchors and aliases",
    ),
}


def refused(folder: Path, out: Path) -> str:
    """The message of the refusal; the same from reading and from exporting, and nothing has changed on the disk."""
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    with pytest.raises(PlanError) as reading:
        read_plan(folder)
    with pytest.raises(PlanError) as exporting:
        export(folder, [], out, on=date(2026, 11, 24))
    assert str(exporting.value) == str(reading.value)
    assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    assert not out.exists()
    message = str(reading.value)
    assert message.isprintable()
    assert len(message) < 1000
    return message


def test_the_small_plan_itself_is_accepted(folder_with: Make, small_text: str) -> None:
    folder = folder_with(small_text)
    assert read_plan(folder)[0].plan == read_site(folder)[0].site == "small"


@pytest.mark.parametrize("name", CASES)
def test_hostile_plan_is_refused_with_its_line_and_what_would_be_accepted(
    name: str, folder_with: Make, small_text: str, tmp_path: Path
) -> None:
    old, new, line, words = CASES[name]
    assert small_text.count(old) == 1
    folder = folder_with(small_text.replace(old, new))
    message = refused(folder, tmp_path / "out")
    assert message.startswith(f"{folder / 'plan.yaml'}:{line}: "), message
    assert words in message


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"", "", "is empty; accepted is a plan or site in YAML"),
        (b"# only a comment\n", "", "is empty; accepted is a plan or site in YAML"),
        (b"---\n...\n", "", "is empty; accepted is a plan or site in YAML"),
        (b"- plan: a\n- plan: b\n", ":1", "accepted is a mapping (key: value), found [{'plan': 'a'}"),
        (b"just words\n", ":1", "accepted is a mapping (key: value), found 'just words'"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", ":1", "byte 0x89 is not UTF-8; accepted is a text file saved as UTF-8"),
        ("plan: a\ntitle: 应急预案\n".encode("gb18030"), ":2", "not GBK/GB18030 or a binary file"),
        ("plan: a\n".encode("utf-16"), ":1", "accepted is a text file saved as UTF-8"),
        (b"#" * 5_000_000, "", "is 5,000,000 bytes long; accepted are at most 500,000"),
    ],
    ids=["empty", "comment", "null", "list", "words", "binary", "GB18030", "UTF-16", "5 MB"],
)
def test_file_that_is_no_plan_at_all_is_refused(
    content: bytes, line: str, words: str, folder_with: Make, tmp_path: Path
) -> None:
    folder = folder_with(content)
    message = refused(folder, tmp_path / "out")
    assert message.startswith(f"{folder / 'plan.yaml'}{line}: "), message
    assert words in message


def test_missing_file_and_directory_are_refused(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    assert "cannot be read" in refused(tmp_path / "own", tmp_path / "out")
    (tmp_path / "own" / "plan.yaml").mkdir()
    assert "accepted is a YAML file" in refused(tmp_path / "own", tmp_path / "out")


def test_gb18030_text_names_the_line_of_the_first_wrong_byte(
    folder_with: Make, small_text: str, tmp_path: Path
) -> None:
    assert ":3: byte " in refused(folder_with(small_text.encode("gb18030")), tmp_path / "out")


def test_byte_order_mark_and_crlf_are_accepted_and_lines_counted_alike(folder_with: Make, small_text: str) -> None:
    folder = folder_with(b"\xef\xbb\xbf" + small_text.replace("\n", "\r\n").encode())
    _, document = read_plan(folder)
    _, plain = read_plan_text(small_text)
    assert document.lines == plain
    assert document.data == parse_document(folder, small_text).data


def read_plan_text(text: str) -> tuple[object, dict[tuple[str | int, ...], int]]:
    document = parse_document(Path("plain"), text)
    return document.data, document.lines


@pytest.mark.parametrize("fact", ["value: .nan", "value: 3, worth: 3", "value: three", "values: []", "value: 1e13"])
def test_hostile_site_is_refused_with_its_line(fact: str, folder_with: Make, small_text: str) -> None:
    folder = folder_with(small_text)
    site = folder / "site.yaml"
    site.write_text(site.read_text(encoding="utf-8").replace("value: 3", fact), encoding="utf-8")
    if fact == "values: []":
        assert read_site(folder)[0].bases("calls") == ()
    else:
        with pytest.raises(PlanError, match=r"site\.yaml:4: "):
            read_site(folder)


def test_plan_is_found_by_slug_or_folder_and_else_the_slugs_are_listed(tmp_path: Path) -> None:
    assert find("call-centre") == library()["call-centre"]
    assert find(str(tmp_path)) == tmp_path
    for unknown in ("nowhere", "", str(tmp_path / "plan.yaml")):
        with pytest.raises(PlanError, match=r"accepted: call-centre, kindergarten, .* or a folder"):
            find(unknown)
