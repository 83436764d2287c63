"""Numbers with their units, as people write them."""

from __future__ import annotations

import pytest

from resilience_sim.errors import UnitError
from resilience_sim.units import Measured, parse


@pytest.mark.parametrize(
    ("written", "value", "unit", "base"),
    [
        ("60 1/min", 60.0, "1/min", 1.0),
        ("1.3 1/(m s)", 1.3, "1/(m s)", 1.3),
        ("1/s", None, None, None),
        ("1 000 m", 1000.0, "m", 1000.0),
        ("12 1", 12.0, "1", 12.0),
        ("85%", 85.0, "%", 0.85),
        ("2 /min", None, None, None),
    ],
)
def test_a_number_ends_where_its_unit_begins(written: str, value: float | None, unit: str, base: float) -> None:
    if value is None:
        with pytest.raises(UnitError):
            parse(written)
        return
    measured = parse(written)
    assert measured == Measured(value, unit)
    assert measured.base == pytest.approx(base, rel=1e-12)
