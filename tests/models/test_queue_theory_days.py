"""Exact chains of days whose rates and staffing change, against the known answers (E: see `queue_answers`)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from queue_answers import agree

from resilience_sim.models.queue import theory
from resilience_sim.timelines import Timeline, constant


def steps(*pairs: tuple[float, float]) -> Timeline:
    """A timeline from (instant, value) pairs."""
    return Timeline(np.array([time for time, _ in pairs], dtype=float), np.array([value for _, value in pairs]))


def test_q36_transient_of_five_agents():
    day = theory.staffed_day(constant(4.0), 1.0, constant(5.0), instants=[0.5, 1, 2, 5, 10, 20])
    agree(
        [day.means(k)[0] for k in range(6)],
        "1.57456652435 2.54430200979 3.61344886547 4.83679710925 5.53603602650 5.98500065321",
    )
    agree(
        [day.means(k)[2] for k in range(6)],
        ".00767668647451 .0779781161694 .359898217083 1.06908222654 1.62017443602 2.00748239926",
    )
    agree(
        [day.inside(k)[5:].sum() for k in range(6)],
        ".0223533050757 .114687063789 .285282887795 .457723788869 .518068527055 .544353766569",
    )
    state = theory.steady_state(4.0, 1.0, 5)
    agree([state.in_system, state.waiting, state.wait_probability], "6.21645021645 2.21645021645 .554112554113")


def test_q37_transient_overload():
    day = theory.staffed_day(constant(1.2), 1.0, constant(1.0), instants=[1, 5, 10, 20])
    agree([day.means(k)[0] for k in range(4)], ".85618302532 2.71513140191 4.37428950244 7.12020952768")


def closing_day(abandonment_rate: float) -> theory.Day:
    return theory.staffed_day(
        steps((0, 4.2), (480, 0.0)), 0.5, constant(12.0), instants=[480, 700], abandonment_rate=abandonment_rate
    )


def test_q38_empty_start_day_without_abandonment_agrees_with_contactcenters():
    day = closing_day(0.0)
    good = day.total(lambda spell: spell.answered_within(1 / 3))
    agree(good, "1815.2717371")
    agree(good / 2016, ".900432409274")
    agree(day.total(lambda spell: spell.waited) / 2016, ".100680741017")
    agree(day.total(lambda spell: spell.busy, 0, 480) / 5760, ".696934349484")
    agree(day.total(lambda spell: spell.occupied, 480), "5.49573869901")


def test_q38_empty_start_day_with_abandonment_agrees_with_contactcenters():
    day = closing_day(1.0)
    good, gone = day.total(lambda spell: spell.answered_within(1 / 3)), day.total(lambda spell: spell.abandoned)
    agree([gone, good, good / (2016 - gone)], "59.2632183722 1906.7188944 .974438111606")
    gone_late = day.total(lambda spell: spell.waiting_longer(1 / 3))  # answered later, or gone after T
    answered_late = 2016 - gone - good
    agree(good / (good + gone_late), ".968189068551")
    assert 0 < answered_late < gone_late
    agree(day.total(lambda spell: spell.waited) / 2016, ".0293964376847")
    agree(day.total(lambda spell: spell.busy, 0, 480) / 5760, ".676558344159")
    agree(day.total(lambda spell: spell.occupied, 480), "5.38640104714")


HOURLY = (100, 150, 150, 180, 200, 150, 150, 150, 120, 100, 80, 70, 60)
AGENTS = (4, 6, 8, 8, 8, 7, 8, 8, 6, 6, 4, 4, 4)


def call_centre_day(zero_patience: float, on_cut: str = "finish") -> theory.Day:
    """Times in hours."""
    return theory.staffed_day(
        steps(*enumerate(HOURLY), (13, 0)),
        36.0,
        steps(*enumerate(AGENTS)),
        instants=[*range(1, 14), 15],
        abandonment_rate=3.6,
        join=(1 - zero_patience,) if zero_patience else (),
        on_cut=on_cut,
    )


@pytest.mark.parametrize(
    ("zero_patience", "shares", "inside", "gone"),
    [
        (
            0.1,
            ".0194828172303 24.7148120402 7.62666456209 4.59437624222 .148884409880 117.819507024",
            "3.10844833047 5.72327861380 4.24053523497 3.39745586256 2.33995545676 1.69804500505",
            "1.56634806620 1.12538394421 .657492689384",
        ),
        (
            0.0,
            ".00636845279296 0 10.5716316363 6.36845279296 .165468386664 118.688695798",
            "3.37548994595 5.98261448542 4.34807817094 3.47752516579 2.43700214846 1.72532449796",
            "2.15325764631 1.65849036556 .859083347391",
        ),
    ],
)
def test_q39_call_centre_day_of_the_ssj_tutorial(zero_patience, shares, inside, gone):
    day = call_centre_day(zero_patience)
    balked, abandoned = day.total(lambda spell: spell.balked), day.total(lambda spell: spell.abandoned)
    waited = day.total(lambda spell: spell.waited)
    none_free = day.total(lambda spell: float(spell.met.sum()))
    after_closing = day.total(lambda spell: spell.occupied, 13)
    agree(
        [
            (balked + abandoned) / 1660, balked, abandoned, 3600 * waited / 1660, none_free / 1660,
            3600 * after_closing,
        ],
        shares,
    )  # fmt: skip
    agree([day.means(hour - 1)[0] for hour in (1, 5, 6, 9, 11, 13)], inside)
    agree([day.total(lambda spell: spell.abandoned, hour - 1, hour) for hour in (1, 5, 11)], gone)


@pytest.mark.parametrize(
    ("zero_patience", "printed"), [(0.1, ".0195018231760 4.60811209570"), (0.0, ".00638480440196 6.38480440196")]
)
def test_q39_handing_calls_back_is_what_a_one_number_chain_computes(zero_patience, printed):
    day = call_centre_day(zero_patience, "hand_back")
    lost = day.total(lambda spell: spell.balked + spell.abandoned) / 1660
    agree([lost, 3600 * day.total(lambda spell: spell.waited) / 1660], printed)


STAFF_DROP = {
    ("finish", 0.0): (
        "5.39673266682 4.79699884152 .599733825",
        "5.39673266682 4.79699884152 .599733825",
        "5.70617548 3.79406412 1.91211137",
        "6.55382052 3.64254634 2.91127417",
        "12.83953095 3.88271310 8.95681786",
        "6.62494495 5.10094505 1.52399990",
        "285.053116399",
    ),
    ("hand_back", 0.0): (
        "5.39673266682 4.79699884152 .599733825",
        "5.39673267 3.54963402 1.84709865",
        "6.01516784 3.58344237 2.43172547",
        "6.90081499 3.65362074 3.24719424",
        "13.12486123 3.88717032 9.23769092",
        "6.71749559 5.11907615 1.59841944",
        "300.105094959",
    ),
    ("drop", 0.0): (
        "5.39673266682 4.79699884152 .599733825",
        "4.14936784 3.54963402 .59973383",
        "4.82497087 3.44352558 1.38144529",
        "5.80424795 3.54707138 2.25717657",
        "12.28139890 3.87231400 8.40908490",
        "6.46144723 5.06718566 1.39426158",
        "259.041028296",
    ),
    ("finish", 0.25): (
        "4.79999853168 4.58919764845 .210800883",
        "4.79999853168 4.58919764845 .210800883",
        "4.79999911 3.69477688 1.10522223",
        "4.79999958 3.51448826 1.28551132",
        "4.80000000 3.50726858 1.29273141",
        "4.80000000 4.58919881 .21080119",
        "54.5890364433",
    ),
}


@pytest.mark.parametrize("case", STAFF_DROP, ids=str)
def test_q40_staff_drop_and_rise(case):
    on_cut, abandonment_rate = case
    day = theory.staffed_day(
        constant(1.2), 0.25, steps((0, 7), (60, 4), (90, 7)), instants=[60, 62, 65, 90, 120],
        abandonment_rate=abandonment_rate, on_cut=on_cut,
    )  # fmt: skip
    *states, total = STAFF_DROP[case]
    for found, printed in zip(
        (day.means(0), day.means(0, after=True), *(day.means(k) for k in range(1, 5))), states, strict=True
    ):
        agree(found, printed)
    agree(day.total(lambda spell: spell.waited), total)
    agree(day.dropped, "1.24736482222" if on_cut == "drop" else "0")


@pytest.mark.parametrize("on_cut", ["finish", "hand_back"])
def test_q40_number_inside_does_not_depend_on_the_schedule_where_patience_equals_service(on_cut):
    for agents in (constant(3.0), steps((0, 7), (10, 1), (20, 5))):
        day = theory.staffed_day(
            constant(1.2), 0.25, agents, instants=[5, 15, 40], abandonment_rate=0.25, on_cut=on_cut
        )
        expected = 4.8 * (1 - np.exp(-np.array([5, 15, 40]) / 4))
        assert [day.means(k)[0] for k in range(3)] == pytest.approx(expected, rel=1e-9)


def test_q41_closing_of_a_hall():
    day = theory.staffed_day(steps((0, 0.2), (480, 0.0)), 1 / 8, constant(2.0), instants=[480, 495, 510, 1500])
    inside, _, _ = day.means(0)
    agree([inside, day.inside(0)[0]], "4.29861616831 .112602454978")
    agree(day.total(lambda spell: spell.occupied, 480), "20.7440548533")
    agree([1 - day.inside(1)[0], 1 - day.inside(2)[0]], ".508463469152 .249701779275")
    agree(day.total(lambda spell: spell.busy, 480), "34.3889293465")
    agree(day.total(lambda spell: spell.waited) / 96, "11.1538666334")


TEST_BED = [
    (90.0, 103, ".0957831124", 103, ".0957831124", 90, ".514018247", 91, ".472004959"),
    (100.0, 113, ".107195420", 114, ".0905223792", 100, ".513298799", 101, ".473437802"),
    (110.0, 124, ".100676806", 125, ".0854561172", 110, ".512679845", 111, ".474671003"),
    (100 + 10 * math.sqrt(2), 128, ".107052875", 129, ".0913627092", 115, ".480425090", 115, ".480425090"),
    (100 - 10 * math.sqrt(2), 98, ".106168528", 99, ".0884477497", 86, ".508227155", 87, ".465254819"),
]


@pytest.mark.parametrize(("mean", *"abcdefgh"), TEST_BED)
def test_q43_staffing_test_bed_of_feldman_mandelbaum_massey_whitt(mean, a, b, c, d, e, f, g, h):
    from scipy.special import ndtri
    from scipy.stats import poisson

    for target, rule, rule_delay, fewest, delay in ((0.1, a, b, c, d), (0.5, e, f, g, h)):
        safety = float(ndtri(1 - target))
        assert theory.garnett_delay(safety, 1.0) == pytest.approx(target, rel=1e-9)
        assert theory.square_root_agents(mean, safety) == rule
        assert theory.fewest_for_delay(mean, target) == fewest
        # Exact decimals (P(Poisson(90) >= 91) = .47200495702…) part from the printed ones after six digits.
        assert poisson.sf(rule - 1, mean) == pytest.approx(float(rule_delay), rel=2e-7)
        least = theory.erlang_a(mean, 1.0, 1.0, fewest).wait_probability
        assert least == pytest.approx(poisson.sf(fewest - 1, mean), rel=1e-9)
        assert least == pytest.approx(float(delay), rel=2e-7)


def test_q43_mean_number_inside_from_empty():
    values = [
        theory.infinite_server_mean(
            when, lambda t: 100 + 20 * math.sin(t) if t >= 0 else 0.0, lambda u: math.exp(-u), when
        )
        for when in (0.5, 1, 2, 4)
    ]
    agree(values, "41.4306703930 69.9025370840 101.074267142 97.3200037556")


def test_q45_waits_by_hour_of_a_constant_schedule():
    hours = [60.0 * hour for hour in range(1, 9)]
    day = theory.staffed_day(constant(11.1 / 60), 1 / 8, constant(2.0), instants=hours)
    late = [day.total(lambda spell: spell.waiting_longer(15), end - 60, end) / 11.1 for end in hours]
    agree(
        late,
        ".0859829711508 .180275489385 .209905026563 .222534017850 .228824349953 .232242720949 .234207165121 "
        ".235380971069",
    )
    agree(np.mean(late), ".203669089005")
    agree(theory.erlang_c_wait(11.1 / 60, 1 / 8, 2).longer(15), ".237414405530")


def test_a_change_that_changes_nothing_is_none():
    split = theory.staffed_day(constant(3.0), 1.0, constant(4.0), instants=[1, 2, 3, 4])
    whole = theory.staffed_day(constant(3.0), 1.0, constant(4.0), instants=[4])
    assert split.before[-1] == pytest.approx(whole.before[-1], abs=1e-13)
