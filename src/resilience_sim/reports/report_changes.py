"""What changes from one sentence to another, word by word in English and character by character in Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

__all__ = ["Piece", "pieces"]

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[A-Za-z]+|\s+|.")


class Piece(NamedTuple):
    """A part of a sentence that stays, goes or comes."""

    kind: Literal["same", "old", "new"]
    text: str


def pieces(old: str, new: str) -> list[Piece]:
    """Both sentences as one: what they share, and what of the old one goes before what of the new one comes.

    Numbers and words are never split, so that 20 becoming 25 is "20" and "25" and not "0" and "5".

    Examples
    --------
    >>> pieces("within 5 minutes", "within 20 minutes")
    [Piece(kind='same', text='within '), Piece(kind='old', text='5'), Piece(kind='new', text='20'), \
Piece(kind='same', text=' minutes')]
    """
    return list(_merged(_steps(_TOKEN.findall(old), _TOKEN.findall(new))))


def _steps(old: list[str], new: list[str]) -> Iterator[Piece]:
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(old[i:j]))
            continue
        if gone := "".join(old[i:j]):
            yield Piece("old", gone)
        if come := "".join(new[k:m]):
            yield Piece("new", come)


def _merged(steps: Iterator[Piece]) -> Iterator[Piece]:
    """Pieces of which no blank stands alone between two changes: they are read as one change."""
    waiting: list[Piece] = []
    for step in steps:
        if step.kind == "same" and not (waiting and step.text.isspace()):
            yield from _joined(waiting)
            waiting = []
            yield step
        else:
            waiting.append(step)
    yield from _joined(waiting)


def _joined(change: list[Piece]) -> Iterator[Piece]:
    tail = change.pop() if change and change[-1].kind == "same" else None
    old = "".join(step.text for step in change if step.kind != "new")
    new = "".join(step.text for step in change if step.kind != "old")
    if old:
        yield Piece("old", old)
    if new:
        yield Piece("new", new)
    if tail is not None:
        yield tail
