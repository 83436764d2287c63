"""The utility's line crews: closed forms through the study, and what areas of their own cost."""

from __future__ import annotations

import pickle
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.studies.question import Question
from resilience_sim.studies.utility_call_centre.lines import BLOCK, Struck, UtilityLines
from resilience_sim.units import HOUR

FOLDER = library()["utility-call-centre"]


@pytest.fixture(scope="module")
def study() -> UtilityLines:
    plan, _ = read_plan(FOLDER)
    return UtilityLines(plan, read_site(FOLDER)[0])


def asked(study: UtilityLines, claim: str, scenario: str) -> Question:
    (question,) = (q for q in study.questions() if (q.claim.id, q.scenario) == (claim, scenario))
    return question


def values(study: UtilityLines, struck: Struck, measure: str, blocks: int = 30) -> np.ndarray:
    return np.concatenate([study.replicate(struck, 7, k)[measure] for k in range(blocks)])


def test_a_line_alone_is_back_after_the_way_and_the_repair(study: UtilityLines) -> None:
    alone = Struck(storm=False, lines=1, crews=1, lent=False)
    back = values(study, alone, "line_back")
    mean_h = (study.site.base("lines.crew_arrives") + study.site.base("lines.repair_mean")) / HOUR
    assert back.mean() == pytest.approx(mean_h, abs=4 * back.std() / np.sqrt(len(back)))
    assert (values(study, alone, "crew_wait") == 0).all()


def test_with_one_crew_a_second_line_waits_for_the_first(study: UtilityLines) -> None:
    """Two lines at once, all crews in one pool of one: the wait of the second is the whole time of the first."""
    single = study.at_site({"lines.areas": 1.0})
    pair = Struck(storm=False, lines=2, crews=1, lent=False)
    wait, back = (values(single, pair, measure) for measure in ("crew_wait", "line_back"))
    wait = wait / 60
    mean_h = (study.site.base("lines.crew_arrives") + study.site.base("lines.repair_mean")) / HOUR
    assert wait.mean() == pytest.approx(mean_h, abs=4 * wait.std() / np.sqrt(len(wait)))
    assert (back > wait).all()
    assert back.mean() == pytest.approx(2 * mean_h, abs=4 * back.std() / np.sqrt(len(back)))


def test_two_lines_meet_in_one_area_as_often_as_chance_has_it(study: UtilityLines) -> None:
    pair = Struck(storm=False, lines=2, crews=1, lent=False)
    waits = values(study, pair, "crew_wait", 60) > 0
    share = 1 / study.site.base("lines.areas")
    assert waits.mean() == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / len(waits)))


def test_crews_that_help_each_other_leave_fewer_waiting(study: UtilityLines) -> None:
    own, lent = (asked(study, claim, "linyi_storm").situation for claim in ("P1-01.a", "P1-01.b"))
    assert isinstance(own, Struck)
    assert isinstance(lent, Struck)
    assert values(study, lent, "crew_wait", 3).mean() < values(study, own, "crew_wait", 3).mean()


def test_one_more_line_moves_no_other(study: UtilityLines) -> None:
    for crews in (1, 2):
        rows = [
            {name: values(study, Struck(False, lines, crews, lent=False), name) for name in ("line_back", "crew_wait")}
            for lines in (1, 2, 3, 4, 6)
        ]
        for few, more in pairwise(rows):
            assert all((more[name] >= few[name]).all() for name in few)
            assert (more["line_back"] > few["line_back"]).any()


def test_lines_are_the_same_whoever_repairs_them(study: UtilityLines) -> None:
    """Where no line waits, areas of their own make no difference; with fewer crews none is back sooner."""
    own, lent = (values(study, Struck(False, 4, 10, lent=lent), "line_back") for lent in (False, True))
    assert np.array_equal(own, lent)
    few, pooled = (values(study, Struck(False, 4, 1, lent=lent), "line_back") for lent in (False, True))
    assert np.array_equal(pooled, own)  # six crews for four lines
    assert (few >= own).all()
    assert (few > own).any()


def test_more_crews_bring_lines_back_sooner(study: UtilityLines) -> None:
    question = replace(asked(study, "P1-01.a", "linyi_storm"), option="crews")
    (choice,) = study.choices(question)
    assert (choice.clause, choice.values[0], choice.values[-1]) == ("P1-01", 1.0, 10.0)
    kept = []
    for crews in choice.values:
        chosen = study.chosen(question, (crews,)).situation
        assert isinstance(chosen, Struck)
        kept.append(values(study, chosen, "line_back", 3).mean())
    assert kept[0] > kept[3] > kept[-1]
    assert study.costs(question, 1).tolist() == list(choice.values)


def test_loads_make_it_harder_and_workers_get_the_same(study: UtilityLines) -> None:
    again = pickle.loads(pickle.dumps(study))
    for question in study.questions():
        row, other = (one.replicate(question.situation, 3, 1) for one in (study, again))
        assert all(len(row[name]) == BLOCK and np.array_equal(row[name], other[name]) for name in row)
        for axis in study.axes(question):
            easy, hard = (
                question.kept(study.replicate(study.moved(question, axis, v), 7, 0)[question.measure]).mean()
                for v in (axis.values[0], axis.values[-1])
            )
            assert hard < easy
