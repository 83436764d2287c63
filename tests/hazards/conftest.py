"""The reference records, read once in a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resilience_sim.hazards.calls import CallLog, Window, read_calls
from resilience_sim.hazards.outages import OutageRecord, read_record
from resilience_sim.hazards.watch import Watch, read_watch

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def call_log(shared: Path) -> CallLog:
    return read_calls(shared / "data/calls/calls_1999-02-01_to_14.csv")


@pytest.fixture(scope="session")
def failure() -> Window:
    """The failure window of data-fits 1.3."""
    return Window("1999-02-03", 46020, 48840)


@pytest.fixture(scope="session")
def watch(shared: Path) -> Watch:
    return read_watch(shared / "data/outages/pge_observation_gaps.json")


@pytest.fixture(scope="session")
def santa_cruz(shared: Path, watch: Watch) -> OutageRecord:
    return read_record(shared / "data/outages/pge_santa_cruz_to_2021-06.csv.gz", watch=watch)


@pytest.fixture(scope="session")
def service_area(shared: Path, watch: Watch) -> OutageRecord:
    return read_record(shared / "data/outages/pge_ge200_to_2021-06.csv.gz", watch=watch)
