"""Alarms and evacuations that are kept for the next claim that asks about them are those that would be run again."""

from __future__ import annotations

import numpy as np

from resilience_sim.plans.files import library, read_site
from resilience_sim.randomness import Streams
from resilience_sim.studies.call_trees import UNCHANGED, CallTrees, Changes
from resilience_sim.studies.kindergarten.fire_events import Premises, Setting

SITE, _ = read_site(library()["kindergarten"])


def told(trees: CallTrees, seed: int, changes: Changes = UNCHANGED, hour: float = 10.0) -> np.ndarray:
    chain = next(iter(trees.tree.chains))
    block = trees.run_block(chain, Streams(seed, 3), hours=np.full(20, hour), changes=changes)
    return np.stack([alarm.path.told_s for alarm in block])


def test_a_kept_block_of_alarms_is_the_one_that_would_be_run_again() -> None:
    trees, fewer = CallTrees(SITE), Changes(attempts=1)
    before = told(trees, 1)
    others = [told(trees, 2), told(trees, 1, fewer), told(trees, 1, hour=3.0)]
    np.testing.assert_array_equal(told(trees, 1), before)
    np.testing.assert_array_equal(told(CallTrees(SITE), 1), before)
    for kept, again in zip(others, (told(trees, 2), told(trees, 1, fewer), told(trees, 1, hour=3.0)), strict=True):
        np.testing.assert_array_equal(kept, again)
        assert not np.array_equal(kept, before)


def test_a_list_of_alarms_may_be_changed_by_whoever_asked_for_it() -> None:
    trees = CallTrees(SITE)
    chain = next(iter(trees.tree.chains))
    block = trees.run_block(chain, Streams(1, 0), hours=np.zeros(5))
    block.clear()
    assert len(trees.run_block(chain, Streams(1, 0), hours=np.zeros(5))) == 5


def test_a_kept_evacuation_is_shared_by_settings_that_walk_alike_and_by_no_other() -> None:
    premises = Premises(SITE)
    setting = Setting("child_missing", "searching", searchers=2)
    one = premises.happened(setting, 1, 0)
    assert premises.happened(Setting("child_missing", "head_count", searchers=2), 1, 0) is one
    assert premises.happened(setting, 1, 1) is not one
    assert premises.happened(setting, 2, 0) is not one
    fewer = premises.happened(Setting("child_missing", "searching", searchers=0), 1, 0)
    assert fewer is not one
    elsewhere = Premises(SITE).happened(setting, 1, 0)
    assert elsewhere is not one
    assert elsewhere.last_out_s == one.last_out_s
