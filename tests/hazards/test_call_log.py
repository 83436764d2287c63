"""The call log of one bank against data-fits 1.1–1.6, and a log of our own against the laws it was drawn from."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from resilience_sim.errors import DataError
from resilience_sim.hazards.call_fit import fit_calls
from resilience_sim.hazards.calls import (
    CallLog,
    Window,
    agents_by_hour,
    by_day,
    by_quarter_hour,
    flow,
    handling,
    patience,
    read_calls,
    redial_gaps_min,
)  # fmt: skip
from resilience_sim.randomness import Exponential, LogNormal, Weibull

if TYPE_CHECKING:
    from pathlib import Path

SUNDAY_TO_THURSDAY = (6, 0, 1, 2, 3)


def full_days(log: CallLog) -> list[str]:
    return [day for day in log.calls.day.unique() if date.fromisoformat(day).weekday() in SUNDAY_TO_THURSDAY]


def test_data_fits_1_1_handling(call_log: CallLog) -> None:
    told = handling(call_log.calls)
    assert (told.n, told.median_s, told.p90_s) == (13393, 111.0, 400.0)
    assert (told.mu, told.sigma, told.short_share) == pytest.approx((4.7433, 0.9347, 0.0703), abs=1e-3)
    assert (told.mean_s, told.deviation_s, told.p99_s) == pytest.approx((179.11, 207.54, 1023.1), abs=0.05)


@pytest.mark.parametrize(
    ("kind", "n", "mu", "sigma", "mean_s"),
    [
        ("PS", 9176, 4.841, 0.8745, 188.2), ("NW", 2677, 4.2458, 0.8841, 107.3), ("NE", 1089, 5.1964, 0.9482, 273.2),
        ("IN", 106, 5.0664, 1.0619, 272.3), ("TT", 278, 4.3133, 1.1712, 144.4), ("PE", 67, 5.1396, 1.0179, 272.2),
    ],
)  # fmt: skip
def test_data_fits_1_1_handling_by_type(
    call_log: CallLog, kind: str, n: int, mu: float, sigma: float, mean_s: float
) -> None:
    told = handling(call_log.calls[call_log.calls.type == kind])
    assert told.n == n
    assert (told.mu, told.sigma) == pytest.approx((mu, sigma), abs=1e-3)
    assert told.mean_s == pytest.approx(mean_s, abs=0.05)


def test_data_fits_1_2_flow(call_log: CallLog, failure: Window) -> None:
    assert call_log.recorded == 17456
    told = flow(call_log, exclude=[failure])
    assert told.calls == 17313
    assert told[1:] == pytest.approx((0.168, 0.515, 0.6361, 0.2033), abs=1e-3)


def test_data_fits_1_3_patience(call_log: CallLog, failure: Window) -> None:
    told = patience(call_log.without([failure]))
    assert (told.waits_s.size, told.events) == (8731, 1775)
    exponential, weibull, lognormal = told.exponential(), told.weibull(), told.lognormal()
    assert isinstance(weibull.law, Weibull)
    assert isinstance(lognormal.law, LogNormal)
    assert exponential.law.mean == pytest.approx(336.19, abs=5e-3)
    assert (weibull.law.shape, weibull.law.scale) == pytest.approx((0.9048, 381.03), rel=2e-3)
    assert weibull.law.mean == pytest.approx(399.76, rel=2e-3)
    assert (lognormal.law.mu, lognormal.law.sigma) == pytest.approx((5.7774, 1.8964), abs=2e-3)
    likelihoods = [fitted.log_likelihood for fitted in (exponential, weibull, lognormal)]
    assert likelihoods == pytest.approx([-12101.4, -12086.2, -12066.63], abs=0.05)
    survival = told.survival([10, 30, 60, 120, 180, 300, 600])
    assert survival == pytest.approx([0.9612, 0.8997, 0.8163, 0.7028, 0.6029, 0.507, 0.342], abs=1e-3)


@pytest.mark.parametrize(
    ("kind", "n", "events", "mean_s"),
    [
        ("PS", 5327, 649, 473.4), ("NW", 2476, 1014, 209.8), ("NE", 651, 63, 790.1), ("IN", 103, 22, 617.5),
        ("TT", 111, 18, 452.6), ("PE", 63, 9, 581.3),
    ],
)  # fmt: skip
def test_data_fits_1_3_patience_by_type(
    call_log: CallLog, failure: Window, kind: str, n: int, events: int, mean_s: float
) -> None:
    calls = call_log.without([failure])
    told = patience(calls[calls.type == kind])
    assert (told.waits_s.size, told.events) == (n, events)
    assert told.exponential().law.mean == pytest.approx(mean_s, abs=0.05)


def test_data_fits_1_3_forgetting_the_censoring_makes_patience_too_short(call_log: CallLog, failure: Window) -> None:
    told = patience(call_log.calls[call_log.calls.day != failure.day])
    naive = told.waits_s[told.gave_up].mean()
    assert naive == pytest.approx(60.67, abs=5e-3)
    right = patience(call_log.without([failure])).exponential().law.mean
    assert right / naive == pytest.approx(5.5, abs=0.05)


@pytest.mark.parametrize(
    ("outcome", "n", "shares"),
    [
        ("HANG", 737, (0.1343, 0.2334, 0.3066, 0.4179, 0.4939, 0.597)),
        ("AGENT", 5332, (0.0401, 0.0555, 0.0641, 0.0911, 0.1225, 0.2598)),
    ],
)
def test_data_fits_1_4_redial(call_log: CallLog, outcome: str, n: int, shares: tuple[float, ...]) -> None:
    told = redial_gaps_min(call_log)
    gaps = told.gap_min[(told.outcome == outcome) & (told.queue_s > 0)].to_numpy()
    assert gaps.size == n
    assert [(gaps <= m).mean() for m in (2, 5, 10, 30, 60, 720)] == pytest.approx(shares, abs=1e-3)


def test_data_fits_1_4_redial_of_those_who_hung_up(call_log: CallLog) -> None:
    told = redial_gaps_min(call_log)
    hung_up = told[(told.outcome == "HANG") & (told.queue_s > 0)]
    assert hung_up.gap_min[hung_up.gap_min <= 60].clip(lower=0).median() == pytest.approx(5.54, abs=5e-3)
    edges = [0, 10, 30, 60, 120, 10000]
    waited = np.digitize(hung_up.queue_s, edges, right=True)
    groups = [hung_up.gap_min.to_numpy()[waited == k] for k in range(1, 6)]
    assert [group.size for group in groups] == [126, 180, 210, 160, 61]
    shares = [(group <= 30).mean() for group in groups]
    assert shares == pytest.approx([0.1984, 0.2889, 0.5429, 0.55, 0.4754], abs=1e-3)


DAYS = """
1999-02-01 1551 1354 0.127 34.8 0.6219 0.5397
1999-02-02 1835 1598 0.1292 34.8 0.5707 0.6136
1999-02-03 1939 1319 0.3198 37.2 0.5982 0.4724
1999-02-04 1364 1248 0.085 22.6 0.7107 0.4384
1999-02-05 517 434 0.1605 25.6 0.6728 0.47
1999-02-06 209 166 0.2057 12.7 0.8012 0.2679
1999-02-07 1533 1310 0.1455 34.2 0.6649 0.4866
1999-02-08 1185 1106 0.0667 17.9 0.7731 0.33
1999-02-09 1424 1157 0.1875 44.5 0.605 0.5562
1999-02-10 1673 1335 0.202 51.2 0.5206 0.6246
1999-02-11 1722 1412 0.18 51.5 0.5078 0.6545
1999-02-12 540 400 0.2593 39.4 0.6125 0.513
1999-02-13 240 172 0.2833 24.5 0.7326 0.3292
1999-02-14 1581 1394 0.1183 18.2 0.7884 0.3928
"""


@pytest.mark.parametrize("line", DAYS.split("\n")[1:-1])
def test_data_fits_1_5_days(call_log: CallLog, line: str) -> None:
    day, *figures = line.split()
    calls, answered, hang_share, mean_wait_s, within_20s, queued = map(float, figures)
    told = by_day(call_log).loc[day]
    assert (told.calls, told.answered) == (calls, answered)
    shares = (told.hang_share, told.within_20s, told.queued)
    assert shares == pytest.approx((hang_share, within_20s, queued), abs=1e-3)
    assert told.mean_wait_s == pytest.approx(mean_wait_s, abs=0.051)


def test_data_fits_1_5_agents_by_hour(call_log: CallLog) -> None:
    told = agents_by_hour(call_log, full_days(call_log))
    expected = [4.4, 7.6, 8.3, 8.5, 8.9, 8.9, 10.1, 9.8, 10.6, 8.4, 7.0, 7.5, 7.1, 6.9, 6.3, 4.6, 3.9]
    assert told[7:] == pytest.approx(expected, abs=0.051)


def test_data_fits_1_6_failure_by_quarter_hour(call_log: CallLog, failure: Window) -> None:
    usual_days = [day for day in full_days(call_log) if day != failure.day]
    told = by_quarter_hour(call_log, failure.day, usual_days).loc[50:55]
    assert told.calls.tolist() == [28, 38, 181, 226, 52, 35]
    assert told.hung_up.tolist() == [1, 33, 181, 200, 34, 3]
    assert told.usual.to_numpy() == pytest.approx([22.78, 24.67, 21.44, 19.44, 23.56, 29.22], abs=5e-3)
    peak = told.loc[52:53]
    assert peak.calls.sum() / peak.usual.sum() == pytest.approx(9.95, abs=5e-3)
    inside = call_log.calls.drop(call_log.without([failure]).index)
    assert (len(inside), (inside.outcome == "HANG").sum()) == (486, 448)


def test_the_fit_of_the_whole_log_prefers_a_lognormal_patience(call_log: CallLog, failure: Window) -> None:
    fit = fit_calls(call_log, exclude=[failure], weekdays=SUNDAY_TO_THURSDAY)
    assert fit.best_patience is fit.lognormal
    facts = fit.facts()
    assert facts["patience_mean"][0] == pytest.approx(336.19, abs=5e-3)
    assert facts["redial_share"] == (pytest.approx(0.4179, abs=1e-3), "share")
    assert fit.days == 10
    assert sum(fit.profile_per_h) == pytest.approx(np.mean([len(call_log.calls[call_log.calls.day == day])
                                                            for day in full_days(call_log)]))  # fmt: skip


def drawn_log(folder: Path, *, with_callers: bool) -> Path:
    """A log of 20 days: patience exponential with mean 200 s against offered waits, handling log-normal."""
    generator = np.random.default_rng(7)
    rows = []
    for day in range(1, 21):
        calls = generator.poisson(1000 * generator.gamma(25, 1 / 25))
        patient, offered = generator.exponential(200, calls), generator.exponential(150, calls)
        service = LogNormal(4.7, 0.9).draw(generator, calls)
        for k in range(calls):
            hung_up = patient[k] < offered[k]
            rows.append(
                f"2021-03-{day:02d},{generator.uniform(0, 86400):.3f},5,{min(patient[k], offered[k]):.6f},"
                f"{0 if hung_up else service[k]:.6f},{'HANG' if hung_up else 'AGENT'}"
                + (f",{generator.integers(1, 9000)}" if with_callers else "")
            )
    path = folder / "drawn.csv"
    header = "day,arrive_s,vru_s,queue_s,service_s,outcome" + (",caller" if with_callers else "")
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


@pytest.mark.parametrize("with_callers", [True, False])
def test_a_drawn_log_gives_back_the_laws_it_was_drawn_from(tmp_path: Path, with_callers: bool) -> None:
    fit = fit_calls(read_calls(drawn_log(tmp_path, with_callers=with_callers)))
    assert isinstance(fit.exponential.law, Exponential)
    assert fit.exponential.law.scale == pytest.approx(200, rel=0.03)
    assert isinstance(fit.weibull.law, Weibull)
    assert fit.weibull.law.shape == pytest.approx(1.0, abs=0.03)
    assert (fit.handling.mu, fit.handling.sigma) == pytest.approx((4.7, 0.9), abs=0.05)
    assert 0.1 < fit.day_factor_cv < 0.32  # drawn with 0.2 over 20 days
    assert ("redial_share" in fit.facts()) == with_callers


def test_a_log_without_callers_has_no_redials(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="redials need a column caller"):
        redial_gaps_min(read_calls(drawn_log(tmp_path, with_callers=False)))


def test_weekdays_without_a_day_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "day.csv"
    path.write_text(
        "day,arrive_s,vru_s,queue_s,service_s,outcome\n2021-03-01,5,1,3,60,AGENT\n2021-03-01,6,1,4,0,HANG\n"
    )
    with pytest.raises(DataError, match=r"no day of the log falls on weekdays \[6\]"):
        fit_calls(read_calls(path), weekdays=(6,))
