"""What a subject's vocabulary holds: names in Chinese and English, by the name that the program uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

__all__ = ["Pair", "Vocabulary", "together"]

Pair = tuple[str, str]
"""Chinese, English."""


@dataclass(frozen=True)
class Vocabulary:
    """The words of a subject, each pair by its name.

    Parameters
    ----------
    measures, scenarios, loads, readings
        Of questions: what is measured, in which situation, what may grow, how the plan's words are read. Loads are also
        the facts that a recommendation may set.
    options, costs
        Of recommendations: what is set, and what it costs (with ``{cost}`` and its format).
    free
        The cost in whose words one is told that is 0, such as "nothing".
    none
        What it means that a measure is 0 at most, where no number says it better.
    """

    measures: Mapping[str, Pair] = field(default_factory=dict)
    scenarios: Mapping[str, Pair] = field(default_factory=dict)
    loads: Mapping[str, Pair] = field(default_factory=dict)
    readings: Mapping[str, Pair] = field(default_factory=dict)
    options: Mapping[str, Pair] = field(default_factory=dict)
    costs: Mapping[str, Pair] = field(default_factory=dict)
    free: Mapping[str, str] = field(default_factory=dict)
    none: Mapping[str, Pair] = field(default_factory=dict)


def together(subjects: Mapping[str, Vocabulary]) -> Vocabulary:
    """The vocabularies of all subjects as one.

    Parameters
    ----------
    subjects
        By name.

    Raises
    ------
    ValueError
        If two subjects call the same thing by different words.
    """
    merged: dict[str, dict[str, Any]] = {kind.name: {} for kind in fields(Vocabulary)}
    for subject, words in subjects.items():
        for kind, known in merged.items():
            for name, pair in getattr(words, kind).items():
                if known.setdefault(name, pair) != pair:
                    raise ValueError(
                        f"vocabulary of {subject}: {kind} {name!r} is {pair}, elsewhere {known[name]}; "
                        "accepted are the same words"
                    )
    return Vocabulary(**merged)
