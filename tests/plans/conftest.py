"""A small plan of one clause, and folders that hold it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

SMALL = """\
# a comment at the top
plan: small
title: {zh: 小预案, en: Small plan}   # after the title
source: a test
clauses:
- id: S-1
  tier: A
  where: "1"
  model: queue
  text: {zh: "加派{agents}。", en: "{agents} more come."}
  quantities:
    agents:
      role: resource
      unit: agents
      boundary: exactly
      bounds: {min: 0, max: 20, step: 1}
      history:
      - {from: 2020-01-01, value: 1, status: in_force, source: "1"}   # the plan's own
      # nothing after this yet
    overtime:
      role: resource
      unit: min
      boundary: at_most
      bounds: {min: 0, max: 240, step: 30}
      history:
        - from: unknown
          status: open
          source: >-
            the plan names
            no length

  claims:
  - {id: S-1.a, study: s, measure: m, at_least: 80 %, in: 90 % of events, reading: per_event, margin: 2 %,
     basis: assumed, source: "a test"}
"""

SITE = """\
site: small
title: {zh: 小, en: Small}
facts:
  calls: {value: 3, unit: 1/h, grade: published, source: "a test"}
"""


@pytest.fixture(scope="session")
def small_text() -> str:
    """The text of the small plan."""
    return SMALL


@pytest.fixture
def folder_with(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """Make a folder with a plan.yaml of the given content, and a site.yaml."""

    def make(content: str | bytes = SMALL) -> Path:
        folder = tmp_path / "own"
        folder.mkdir()
        (folder / "plan.yaml").write_bytes(content.encode() if isinstance(content, str) else content)
        (folder / "site.yaml").write_bytes(SITE.encode())
        return folder

    return make
