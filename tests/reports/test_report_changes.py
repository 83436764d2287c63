"""Old and new words of a clause: nothing is lost, and numbers change whole."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience_sim.reports.report_changes import Piece, pieces

WORDS = st.lists(st.sampled_from(["5", "20", "2.5", "分钟", "内", "minutes", "within", " ", "。", ",", "-", "\n"]))
SENTENCE = st.one_of(st.text(max_size=40), WORDS.map("".join))


@given(SENTENCE, SENTENCE)
@settings(max_examples=200)
def test_both_sentences_can_be_read_from_the_pieces(old: str, new: str) -> None:
    found = pieces(old, new)
    assert "".join(piece.text for piece in found if piece.kind != "new") == old
    assert "".join(piece.text for piece in found if piece.kind != "old") == new
    assert all(piece.text for piece in found)


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("within 20 minutes", "within 25 minutes", [("old", "20"), ("new", "25")]),
        ("加派 1 名坐席", "加派 40 名坐席", [("old", "1"), ("new", "40")]),
        ("run 4 hours", "run 2.5 hours", [("old", "4"), ("new", "2.5")]),
        ("1 agent more", "40 agents more", [("old", "1 agent"), ("new", "40 agents")]),
        ("later.", "later (at most 2 h).", [("new", " (at most 2 h)")]),
    ],
)
def test_numbers_and_words_change_whole(old: str, new: str, changed: list[tuple[str, str]]) -> None:
    assert [tuple(piece) for piece in pieces(old, new) if piece.kind != "same"] == changed


def test_a_sentence_that_stays_is_one_piece() -> None:
    assert pieces("值班室备有 3 个号码。", "值班室备有 3 个号码。") == [Piece("same", "值班室备有 3 个号码。")]
