"""Fixtures for the whole suite."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with the reference data and known answers, which stay beside the checkout and are never copied into it."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("RESILIENCE_SIM_SHARED", beside))
    if not folder.is_dir():
        pytest.skip("the reference data and known answers are not beside this checkout")
    return folder
