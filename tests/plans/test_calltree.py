"""Call trees as data: the shipped ones load, convert and agree with their plans; hostile ones are one line each."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from resilience_sim.errors import PlanError
from resilience_sim.models.cascade import CascadeInputs
from resilience_sim.plans.amounts import amounts
from resilience_sim.plans.calltree import CallTree
from resilience_sim.plans.calltree_checks import check_due
from resilience_sim.plans.files import library, parse_document, read_plan, read_site, validated
from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Site
from resilience_sim.studies.call_trees import CallTrees, check_call_tree

SITE = """\
site: small
title: {zh: 小, en: Small}
facts:
  answered: {value: 50, unit: "%", range: {min: 40, max: 60}, grade: assumed, source: "a test"}
  never: {value: 0.5, unit: share, range: {min: 0, max: 1}, grade: assumed, source: "a test"}
  above: {value: 0.9, unit: share, range: {min: 0.5, max: 1.5}, grade: assumed, source: "a test"}
  attempt: {value: 1, unit: min, range: {min: 0.5, max: 2}, grade: assumed, source: "a test"}
  staff: {value: 3, unit: persons, range: {min: 2, max: 6}, grade: assumed, source: "a test"}
  nobody: {value: 3, unit: persons, range: {min: 0, max: 6}, grade: assumed, source: "a test"}
  backwards: {value: 1, unit: min, range: {min: -1, max: 6}, grade: assumed, source: "a test"}
  watts: {value: 3, unit: W, grade: published, source: "a test"}
  dawn: {value: 7, unit: h, range: {min: 6.5, max: 8}, grade: assumed, source: "a test"}
  several: {values: [1, 2], unit: min, grade: published, source: "a test"}
"""

TREE = """\
calltree: small
title: {zh: 小树, en: Small tree}
basis: {grade: assumed, source: "a test"}
calling:
  ring: site.attempt
  talk: 1 min
  order: rounds
  attempts: 2 tries
  between: 5 min
  common_list: false
  day: [7 h, 22 h]
phones:
  mobile: {label: {zh: 手机, en: mobile}, day: site.answered, night: 40 %}
  desk: {label: {zh: 办公电话, en: desk}, day: 30 %, night: 0 %}
  silent: {label: {zh: 空号, en: dead line}, day: 0 %, night: 0 %}
defaults:
  phones: [mobile]
  reads: 100 %
  reads_after: {by: 5 min, share: 50 %}
  comes: 80 %
  travel: {median: 20 min, sigma: 0.7 1}
roles:
  finder: {label: {zh: 发现者, en: finder}}
  head: {label: {zh: 主任, en: head}, phones: [desk, mobile], begins: 3 min}
  deputy: {label: {zh: 副主任, en: deputy}, begins: {mean: 2 min}}
  staff: {label: {zh: 员工, en: staff}, count: site.staff, leaving: {median: 10 min}}
  mute: {label: {zh: 无号, en: mute}, phones: []}
  deaf: {label: {zh: 不接, en: deaf}, phones: [silent]}
chains:
  fire:
    label: {zh: 火灾, en: fire}
    notices: {finder: 0 min}
    calls:
      finder: [head]
      head: [staff]
    delegates: {head: deputy}
    due: {head: 5 min, staff: 30 min}
  flood:
    label: {zh: 水灾, en: flood}
    notices: {head: {mean: 10 min}}
    messages: {head: [deputy, mute, deaf]}
"""
PLAN = """\
plan: small
title: {zh: 小, en: Small}
source: a test
clauses:
- id: T-01
  tier: A
  where: first
  model: cascade
  text: {zh: "{within} {later} {open} {people}", en: "{within} {later} {open} {people}"}
  quantities:
    within: {role: deadline, unit: min, boundary: at_most, bounds: {min: 1, max: 60, step: 1}, history: [{from: unknown, value: 30, status: in_force, source: x}]}
    later: {role: deadline, unit: min, boundary: at_most, bounds: {min: 1, max: 60, step: 1}, history: [{from: unknown, value: 10, status: in_force, source: x}]}
    open: {role: deadline, unit: min, boundary: at_most, bounds: {min: 1, max: 60, step: 1}, history: [{from: unknown, status: open, source: x}]}
    people: {role: resource, unit: persons, boundary: exactly, bounds: {min: 1, max: 60, step: 1}, history: [{from: unknown, value: 3, status: in_force, source: x}]}
"""  # noqa: E501 - one thing, one line


def folder_with(tmp_path: Path, tree: str = TREE, site: str = SITE) -> Path:
    (tmp_path / "site.yaml").write_text(site, encoding="utf-8")
    (tmp_path / "calltree.yaml").write_text(tree, encoding="utf-8")
    return tmp_path


def tree_of(site: Site) -> CallTree:
    assert site.calltree is not None
    return site.calltree


# ---- what is shipped


@pytest.fixture(scope="module", params=sorted(library()))
def shipped(request: pytest.FixtureRequest) -> Site:
    return read_site(library()[request.param])[0]


def test_a_shipped_tree_can_be_put_to_the_machine_over_all_its_ranges(shipped: Site) -> None:
    tree, trees = tree_of(shipped), CallTrees(shipped)
    assert tree.calltree == shipped.site
    check_call_tree(shipped)
    for chain in tree.chains:
        inputs = trees.inputs(chain)
        assert isinstance(inputs, CascadeInputs)
        assert [person.name for person in inputs.people] == list(trees.people(chain))
        assert any(person.has_duties for person in inputs.people)


def test_a_shipped_tree_agrees_with_its_plans_deadlines(shipped: Site) -> None:
    plan, _ = read_plan(library()[shipped.site])
    check_due(tree_of(shipped), plan, shipped)


def test_numbers_of_a_shipped_tree_are_facts_or_said_to_be_assumed(shipped: Site) -> None:
    tree = tree_of(shipped)
    for at, amount in amounts(tree):
        if amount.fact is not None:
            assert amount.fact in shipped.facts, at
        else:  # never a share of people who answer, unless of a line that is always manned or of nobody
            assert at[0] != "phones" or amount.written in (0.0, 0.9, 1.0), at


# ---- what a file comes to


def test_a_tree_comes_to_what_it_says(tmp_path: Path) -> None:
    site, _ = read_site(folder_with(tmp_path))
    trees = CallTrees(site)
    inputs = trees.inputs("fire", hour=21.75)
    people = {person.name: person for person in inputs.people}
    assert list(people) == ["finder", "head", "deputy", "staff 1", "staff 2", "staff 3"]
    assert people["head"].calls == ("staff 1", "staff 2", "staff 3")
    assert people["head"].delegate == "deputy"
    assert [phone.name for phone in people["head"].phones] == ["desk", "mobile"]
    assert people["head"].begins.mean == 180.0
    assert people["deputy"].begins.mean == 120.0
    assert people["staff 2"].leaving.mean == pytest.approx(600 / 0.6931471805599453)
    assert people["staff 2"].travel.up_to(1200.0)[0] == pytest.approx(0.5)
    assert people["staff 2"].reads_after.up_to(300.0)[0] == pytest.approx(0.5)
    assert (people["staff 2"].comes, people["staff 2"].calls) == (0.8, ())
    mobile = people["deputy"].phones[0]
    assert (mobile.answered[6], mobile.answered[7], mobile.answered[21], mobile.answered[22]) == (0.4, 0.5, 0.5, 0.4)
    assert (inputs.calling.attempts, inputs.calling.between_s, inputs.calling.order) == (2, 300.0, "rounds")
    assert (inputs.calling.ring.mean, inputs.calling.talk.mean, inputs.hour) == (60.0, 60.0, 21.75)
    flood = trees.inputs("flood")
    assert flood.notices[0].after.mean == 600.0
    assert {person.name: person.messages for person in flood.people}["head"] == ("deputy", "mute", "deaf")


def test_a_tree_varies_with_the_facts_it_names(tmp_path: Path) -> None:
    site, _ = read_site(folder_with(tmp_path))
    other = site.with_values({"answered": 60.0, "attempt": 2.0, "staff": 4.4})
    inputs = CallTrees(other).inputs("fire")
    assert [person.name for person in inputs.people][3:] == ["staff 1", "staff 2", "staff 3", "staff 4"]
    assert inputs.people[2].phones[0].answered[12] == 0.6
    assert inputs.calling.ring.mean == 120.0


def test_a_site_without_a_tree_says_so(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    site, _ = read_site(tmp_path)
    assert site.calltree is None
    for turn in (CallTrees, check_call_tree):
        with pytest.raises(PlanError, match=r"site 'small' has no call tree; accepted is a calltree\.yaml beside its"):
            turn(site)


def test_a_chain_that_there_is_not_is_refused_by_name(tmp_path: Path) -> None:
    site, _ = read_site(folder_with(tmp_path))
    with pytest.raises(PlanError, match=r"there is no chain 'storm'; accepted: fire, flood"):
        CallTrees(site).inputs("storm")


def test_a_sites_tree_goes_along_to_workers_and_plausible_sites(tmp_path: Path) -> None:
    site, _ = read_site(folder_with(tmp_path))
    again = pickle.loads(pickle.dumps(site.with_values({"attempt": 1.5})))
    assert CallTrees(again).inputs("fire").calling.ring.mean == 90.0
    assert str(again.calltree.place("chains", "fire", "calls")).endswith(f"calltree.yaml:{line_of(TREE, 'calls:')}")


# ---- hostile files


def line_of(text: str, part: str) -> int:
    return next(number for number, row in enumerate(text.splitlines(), 1) if part in row)


HEAD, FIRE = "  head: {label", "    calls:\n"
# name: (what is replaced, by what, what the line of the complaint holds, words of the complaint)
CASES: dict[str, tuple[str, str, str, str]] = {
    "unknown key": ("order: rounds", "order: rounds\n  speed: 3", "  speed:", "unknown key 'speed'; accepted here: at"),
    "unknown key of a role": ("begins: 3 min", "begin: 3 min", HEAD, "unknown key 'begin'; accepted here: acknowl"),
    "missing key": ("  between: 5 min\n", "", "calling:", "key 'between' is missing; accepted here: attempts, between"),
    "no roles": ("roles:\n", "persons:\n", "persons:", "unknown key 'persons'; accepted here: basis, calling, calltr"),
    "name given twice": ("  deputy: {", "  head: {", "en: deputy}", "key 'head' stands twice (first in line"),
    "no plain name": ("  deputy: {label", "  Mr Li: {label", "  Mr Li", "string should match pattern"),
    "one language": ("{zh: 主任, en: head}", "{zh: 主任}", HEAD, "key 'en' is missing; accepted here: en, zh"),
    "no such order": ("order: rounds", "order: at random", "order:", "should be 'one by one' or 'rounds'"),
    "no such phone": ("phones: [desk, mobile]", "phones: [desk, pager]", HEAD,
                      "roles.head.phones: there is no kind of phone 'pager'; accepted: mobile, desk, silent"),
    "phone twice": ("phones: [desk, mobile]", "phones: [desk, desk]", HEAD, "'desk' stands twice; accepted is each"),
    "no such default phone": ("  phones: [mobile]\n", "  phones: [telex]\n", "phones: [telex]",
                              "defaults.phones: there is no kind of phone 'telex'"),
    "no list": ("finder: [head]", "finder: head", "finder: head", "'head' is no list; accepted is one of names"),
    "unknown role called": ("finder: [head]", "finder: [boss]", "finder: [boss]",
                            "there is no role 'boss'; accepted: finder, head, deputy, staff, mute, deaf"),
    "unknown caller": ("head: [staff]", "chief: [staff]", "chief:", "chains.fire.calls: there is no role 'chief'"),
    "unknown notice": ("notices: {finder: 0 min}", "notices: {watchman: 0 min}", "watchman",
                       "chains.fire.notices: there is no role 'watchman'"),
    "unknown delegate": ("{head: deputy}", "{head: vice}", "vice", "there is no role 'vice'; accepted: finder, head"),
    "unknown in due": ("due: {head: 5 min", "due: {boss: 5 min", "boss", "chains.fire.due: there is no role 'boss'"),
    "called twice": ("finder: [head]", "finder: [head, head]", "[head, head]", "'head' stands twice; accepted is each"),
    "calls themselves": ("finder: [head]", "finder: [finder]", "[finder]", "'finder' stands on the list of 'finder'"),
    "own delegate": ("{head: deputy}", "{head: head}", "{head: head}", "'head' stands on the list of 'head'"),
    "circle of calls": ("head: [staff]", "head: [staff]\n      staff: [head]", "staff: [head]",
                        "calls run in a circle, head -> staff -> head; accepted is a tree that ends"),
    "circle by a delegate": ("head: [staff]", "head: [staff]\n      deputy: [head]", "deputy: [head]",
                             "calls run in a circle, head -> deputy -> head"),
    "no phone": ("head: [staff]", "head: [mute]", "head: [mute]",
                 "'head' calls 'mute', and 'mute' has no phone; accepted are roles with phones"),
    "delegate without phone": ("{head: deputy}", "{head: mute}", "finder: [head]",
                               "'finder' calls 'head', and 'mute' has no phone"),
    "never answered": ("head: [staff]", "head: [staff, deaf]", "head: [staff, d",
                       "no phone of theirs or of those in their place is ever answered; accepted is a share above 0"),
    "nobody tells": ("finder: [head]", "finder: [staff]", "head: [staff]",
                     "nobody tells 'head', who has others to tell; accepted is one who notices, or is on the list"),
    "nobody tells who has to know": ("due: {head", "due: {deaf: 1 min, head", "deaf: 1 min",
                                     "nobody tells 'deaf', who has to know"),
    "stands in for nobody": ("{head: deputy}", "{head: deputy, mute: finder}", "{head: deputy, mute",
                             "nobody calls 'mute', so that nobody can stand in"),
    "role in no chain": ("[deputy, mute, deaf]", "[deputy, mute]", "  deaf:", "role 'deaf' has no part in any chain"),
    "message never read": ("  reads: 100 %\n", "", "[deputy, mute, deaf]",
                           "'head' only sends 'deputy' a message, which they never read"),
    "bare number": ("talk: 1 min", "talk: 60", "talk:", "60 is a bare number; accepted is a number with its unit"),
    "negative time": ("between: 5 min", "between: -5 min", "between:", "'-5 min' is -5 min; accepted is 0 min or more"),
    "negative time of a role": ("begins: 3 min", "begins: -3 min", HEAD, "'-3 min' is -3 min; accepted is 0 min or mo"),
    "no time": ("between: 5 min", "between: 5 W", "between:", "'5 W' is in W; accepted are s, min, h, d"),
    "share above all": ("night: 40 %", "night: 140 %", "  mobile:", "'140 %' is 140 %; accepted is 0 % or more, at mo"),
    "negative share": ("comes: 80 %", "comes: -1 %", "comes:", "'-1 %' is -1 %; accepted is 0 % or more, at most"),
    "share of readers is all": ("share: 50 %}", "share: 100 %}", "reads_after", "'100 %' is 100 %; accepted is"),
    "no tries": ("attempts: 2 tries", "attempts: 0 tries", "attempts:", "'0 tries' is 0 tries; accepted is 1 tries or"),
    "too many tries": ("attempts: 2 tries", "attempts: 99 tries", "attempts:", "accepted is 1 tries or more, at most"),
    "sigma of nothing": ("sigma: 0.7 1", "sigma: 0 1", "travel:", "'0 1' is 0 1; accepted is above 0 1, at most 5 1"),
    "two laws": ("{mean: 2 min}", "{mean: 2 min, median: 1 min}", "  deputy:", "mean, median makes no law of times"),
    "half a law": ("{by: 5 min, share: 50 %}", "{by: 5 min}", "reads_after", "by makes no law of times; accepted is a"),
    "empty law": ("{mean: 2 min}", "{}", "  deputy:", "nothing makes no law of times; accepted is a time such as"),
    "no pair of hours": ("day: [7 h, 22 h]", "day: 7 h", "day: 7 h", "is no pair; accepted is a list of two"),
    "day ends before it begins": ("[7 h, 22 h]", "[22 h, 7 h]", "day: [22", "the day is from 22 to 7 h; accepted are"),
    "no whole hour": ("[7 h, 22 h]", "[7.5 h, 22 h]", "day: [7.5", "the day is from 7.5 to 22 h; accepted are whole"),
    "no whole hour at an end": ("[7 h, 22 h]", "[site.dawn, 22 h]", "day: [site", "6.5 to 22 h (at the min of all"),
    "hour beyond the day": ("[7 h, 22 h]", "[7 h, 25 h]", "day: [7 h, 25", "'25 h' is 25 h; accepted is 0 h or mo"),
    "missing fact": ("ring: site.attempt", "ring: site.length", "ring:", "names the fact 'length', which site 'sma"),
    "fact of another kind": ("ring: site.attempt", "ring: site.watts", "ring:", "fact 'watts' is in W; accepted are s"),
    "fact that is a list": ("ring: site.attempt", "ring: site.several", "ring:", "fact 'several' is a list of values"),
    "no fact's name": ("ring: site.attempt", "ring: site.", "ring:", "'site.' cannot stand here; accepted is a number"),
    "lower level later": ("due: {head: 5 min, staff: 30 min}", "due: {head: 45 min, staff: 30 min}", "due: {head: 45",
                          "'staff' has to know within 30 min, but 'head', who tells them, within 45 min; accepted is"),
    "deadline that is a mapping": ("head: 5 min,", "head: {a: 5 min},", "due: {head: {a", "is no time; accepted is '5"),
    "anchor": ("  reads: 100 %", "  reads: &all 100 %", "reads: &all", "anchors and aliases (& and *) are refused"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_tree_is_one_line_with_its_remedy(tmp_path: Path, name: str) -> None:
    old, new, where, words = CASES[name]
    assert TREE.count(old) >= 1
    broken = TREE.replace(old, new, 1)
    with pytest.raises(PlanError) as caught:
        read_site(folder_with(tmp_path, broken))
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{tmp_path / 'calltree.yaml'}:{line_of(broken, where)}: "), message
    assert words in message


FACTS = {
    "share above all at an end": (
        "night: 40 %",
        "night: site.above",
        "  above:",
        "(at the max of its range) is 1.5 sh",
    ),
    "nobody at an end": (
        "count: site.staff",
        "count: site.nobody",
        "  nobody:",
        "(at the min of its range) is 0 perso",
    ),
    "negative at an end": (
        "begins: 3 min",
        "begins: site.backwards",
        "  backwards:",
        "(at the min of its range) is -1",
    ),
}


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_that_no_tree_can_take_is_told_with_its_own_line(tmp_path: Path, name: str) -> None:
    old, new, where, words = FACTS[name]
    with pytest.raises(PlanError) as caught:
        read_site(folder_with(tmp_path, TREE.replace(old, new, 1)))
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'site.yaml'}:{line_of(SITE, where)}: "), message
    assert words in message


def test_who_is_never_answered_at_the_end_of_a_range_is_refused(tmp_path: Path) -> None:
    broken = TREE.replace("day: 0 %, night: 0 %}", "day: site.never, night: 0 %}").replace("[staff]", "[deaf, staff]")
    with pytest.raises(PlanError, match=r"ever answered \(at the min of all ranges\); accepted is a share above 0"):
        read_site(folder_with(tmp_path, broken))


def due(text: str) -> tuple[CallTree, Plan, Site]:
    site = validated(parse_document(Path("site.yaml"), SITE), Site)
    document = parse_document(Path("calltree.yaml"), TREE.replace("{head: 5 min, staff: 30 min}", text))
    plan = validated(parse_document(Path("plan.yaml"), PLAN), Plan)
    return validated(document, CallTree).from_file(document), plan, site


@pytest.mark.parametrize("text", ["{head: T-01.later, staff: T-01.within}", "{staff: T-01.open, head: T-01.within}"])
def test_deadlines_of_the_plan_that_agree_are_accepted(text: str) -> None:
    check_due(*due(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{head: T-09.within}", "the plan has no clause T-09; accepted is one of its clauses"),
        ("{head: T-01.sooner}", r"T-01 has no 'sooner'; accepted: T-01\.within, T-01\.later, T-01\.open, T-01\.people"),
        ("{head: T-01.people}", r"T-01\.people is in persons; accepted is a time"),
        ("{head: T-01.within, staff: T-01.later}", "'staff' has to know within 10 min, but 'head', who tells them, wi"),
        ("{head: 1 h, staff: T-01.within}", "'staff' has to know within 30 min, but 'head', who tells them, within 60"),
    ],
)
def test_a_deadline_that_contradicts_the_plan_is_refused(text: str, words: str) -> None:
    line = line_of(TREE, "    due:")
    with pytest.raises(PlanError, match=rf"calltree\.yaml:{line}: .*{words}"):
        check_due(*due(text))
