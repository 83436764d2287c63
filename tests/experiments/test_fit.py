"""Site facts fitted to logs: as the hazards fit them, named as in a site file, and traceable to their log."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from resilience_sim.errors import DataError, ExportError
from resilience_sim.experiments.fit import (
    FittedFact,
    FittedSite,
    Target,
    as_json,
    as_yaml,
)
from resilience_sim.experiments.fit_calls import fit_call_site
from resilience_sim.experiments.fit_outages import fit_outage_site
from resilience_sim.hazards.calls import Window
from resilience_sim.plans.files import library, read_site
from resilience_sim.plans.site import Grade, Site
from resilience_sim.randomness import LogNormal
from resilience_sim.studies.utility_call_centre.line_events import district_law

if TYPE_CHECKING:
    from pathlib import Path

SUNDAY_TO_THURSDAY = (6, 0, 1, 2, 3)
HEADER = "day,arrive_s,vru_s,queue_s,service_s,outcome"


def drawn_calls(path: Path, *, days: int = 8) -> Path:
    """A log whose callers hang up after 200 s on average and are served for exp(N(4.7, 0.9)) s."""
    generator = np.random.default_rng(11)
    rows = []
    for day in range(1, days + 1):
        calls = 600
        patient, offered = generator.exponential(200, calls), generator.exponential(150, calls)
        service = LogNormal(4.7, 0.9).draw(generator, calls)
        rows += [
            f"2021-03-{day:02d},{generator.uniform(8, 20) * 3600:.3f},5,{min(patient[k], offered[k]):.6f},"
            + ("0,HANG" if patient[k] < offered[k] else f"{service[k]:.6f},AGENT")
            for k in range(calls)
        ]
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return path


def drawn_outages(path: Path, *, days: int = 200) -> Path:
    """A record of seven small outages and one line a day, out for 10 minutes to 10 hours; a storm every 25th day."""
    generator = np.random.default_rng(12)
    rows = []
    for day in range(days):
        stormy = day % 25 == 24
        for customers in [100] * 7 * (6 if stormy else 1) + [1200] * (8 if stormy else 1):
            start = (day + generator.uniform()) * 86400
            rows.append(f"{start:.0f},{start + 600 + generator.exponential(7200):.0f},{customers}")
    path.write_text("\n".join(["start,end,customers", *rows]) + "\n")
    return path


def site_of(folder: Path, fitted: FittedSite) -> Site:
    """The facts read back by the reader of site files."""
    path = folder / "site.yaml"
    path.write_text("site: a-site\ntitle: {zh: 一处, en: A site}\n" + as_yaml(fitted), encoding="utf-8")
    return read_site(path)[0]


def test_the_call_log_gives_the_facts_of_data_fits_1(shared: Path) -> None:
    path = shared / "data/calls/calls_1999-02-01_to_14.csv"
    failure = Window("1999-02-03", 46020, 48840)
    fitted = fit_call_site(path, exclude=[failure], weekdays=SUNDAY_TO_THURSDAY)
    expected = {
        "calls.handling_sigma": (0.9347, 13393),  # 1.1
        "calls.hang_share": (0.168, 17313),  # 1.2
        "patience.mean": (336.19, 8731),  # 1.3
        "patience.weibull_shape": (0.9048, 8731),
        "patience.lognormal_sigma": (1.8964, 8731),
        "redial.share": (0.4179, 737),  # 1.4
        "redial.delay_median": (5.54, 737),
    }
    for name, (value, n) in expected.items():
        assert fitted.facts[name].value == pytest.approx(value, rel=2e-3), name
        assert fitted.facts[name].n == n, name
    assert fitted.facts["calls.handling_mean"].value == pytest.approx(np.exp(4.7433 + 0.9347**2 / 2), rel=1e-3)
    assert fitted.notes[0][1] == "patience fits the log-normal law best (Akaike's criterion)"


def test_the_outage_record_gives_the_facts_of_data_fits_3(shared: Path) -> None:
    folder = shared / "data/outages"
    fitted = fit_outage_site(folder / "pge_santa_cruz_to_2021-06.csv.gz", gaps=folder / "pge_observation_gaps.json")
    assert fitted.facts["lines.clustering"].value == pytest.approx(4.29, abs=5e-3)
    assert fitted.facts["lines.per_day"].n == 349
    assert fitted.facts["outage_calls.customers_per_line"].n == 258
    assert "record 8.9 / 4.1" in fitted.notes[0][1]


def test_a_drawn_log_gives_back_its_laws(tmp_path: Path) -> None:
    facts = fit_call_site(drawn_calls(tmp_path / "calls.csv")).facts
    assert facts["patience.mean"].value == pytest.approx(200, rel=0.05)
    assert facts["calls.handling_mean"].value == pytest.approx(np.exp(4.7 + 0.81 / 2), rel=0.05)
    assert facts["calls.profile"].value == pytest.approx([0.0] * 8 + [50.0] * 12 + [0.0] * 4, abs=9)
    assert facts["calls.usual_busy"].value == pytest.approx(max(facts["calls.profile"].value) / 12)
    assert "redial.share" not in facts  # nobody is identified
    assert "redial.delay_median" not in facts


def test_fitted_facts_read_back_as_a_site(tmp_path: Path) -> None:
    log = drawn_calls(tmp_path / "calls.csv")
    fitted = fit_call_site(log)
    site = site_of(tmp_path, fitted)
    digest = hashlib.blake2b(log.read_bytes(), digest_size=16).hexdigest()
    assert set(site.facts) == set(fitted.facts)
    for name, fact in site.facts.items():
        told = fitted.facts[name]
        assert (fact.grade, fact.unit) == (Grade.COMPUTED, told.unit)
        assert (fact.values if fact.value is None else fact.value) == pytest.approx(told.value, rel=1e-5)
        assert fact.source.startswith(f"fitted to calls.csv (blake2b {digest}), n {told.n} ")


@pytest.mark.parametrize("kind", ["calls", "outages"])
def test_fitted_facts_are_named_and_measured_as_in_the_shipped_site(tmp_path: Path, kind: str) -> None:
    shipped = read_site(library()["utility-call-centre"])[0].facts
    fitted = (
        fit_call_site(drawn_calls(tmp_path / "log.csv"))
        if kind == "calls"
        else fit_outage_site(drawn_outages(tmp_path / "log.csv"))
    ).facts
    own = {name for name in fitted if name not in shipped}
    assert own <= {
        "calls.hang_share", "calls.within_20s_share", "patience.weibull_shape", "patience.weibull_scale",
        "patience.lognormal_median", "patience.lognormal_sigma", "lines.storm_share",
    }  # fmt: skip
    assert {name: fact.unit for name, fact in fitted.items() if name in shipped} == {
        name: shipped[name].unit for name in fitted if name in shipped
    }


def test_a_site_with_fitted_facts_has_a_law_of_line_outages(tmp_path: Path) -> None:
    fitted = fit_outage_site(drawn_outages(tmp_path / "log.csv"))
    shipped = read_site(library()["utility-call-centre"])[0]
    site = shipped.model_copy(update={"facts": {**shipped.facts, **site_of(tmp_path, fitted).facts}})
    law = district_law(site)
    assert law.lines_per_day == pytest.approx(1.28, rel=0.02)  # 24 days with one line, then one with eight
    assert law.duration.mean == pytest.approx(7800, rel=0.25)


@pytest.mark.parametrize("name", ['the "log".csv', "#1: {log}.csv", "九月.csv", "a\nb.csv", "tab\t.csv", "\udcff.csv"])
def test_any_file_name_makes_a_site_file_that_can_be_read(tmp_path: Path, name: str) -> None:
    fitted = fit_call_site(drawn_calls(tmp_path / name, days=2))
    source = site_of(tmp_path, fitted).fact("patience.mean").source
    printable = name.translate({ord("\n"): "?", ord("\t"): "?", 0xDCFF: "?"})
    assert source.startswith(f"fitted to {printable} (blake2b ")


def test_json_has_the_stated_schema_and_the_full_numbers(tmp_path: Path) -> None:
    fitted = fit_call_site(drawn_calls(tmp_path / "calls.csv"))
    content = json.loads(as_json(fitted))
    assert list(content) == ["schema", "kind", "source", "facts"]
    assert (content["schema"], content["kind"]) == ("resilience-sim/fit@1", "calls")
    assert content["facts"]["patience.mean"] == {"value": fitted.facts["patience.mean"].value, "unit": "s"}
    assert content["facts"]["calls.profile"] == {"values": list(fitted.facts["calls.profile"].value), "unit": "calls"}


def test_very_large_and_very_small_numbers_read_back(tmp_path: Path) -> None:
    facts = {
        "a.large": FittedFact(1.5e9, "s", 1, "line"),
        "a.small": FittedFact((0.0, 1.25e-7, 1.0), "share", 1, "line"),
    }
    site = site_of(tmp_path, FittedSite("calls", "x.csv", facts, ()))
    assert (site.fact("a.large").value, site.fact("a.small").values) == (1.5e9, (0.0, 1.25e-7, 1.0))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("2021-03-01,5,1,3,60,AGENT\n2021-03-01,6,1,4,70,AGENT", "nothing to fit: no time was seen to its end"),
        ("2021-03-01,5,1,3,0,HANG", "0 answered calls longer than 10 s; accepted are 2 or more"),
        ("2021-03-01,5,1,3,60,AGENT\n2021-03-01,5,1,3,60,AGENT\n2021-03-01,6,1,4,0,HANG", "sigma is 0"),
        ("2021-03-01,5,1,x,60,AGENT", "queue_s is 'x'"),
        ("2021-03-01,5,1,3,60,PHANTOM", "every row is PHANTOM"),
    ],
)
def test_a_log_too_small_or_wrong_is_refused_with_its_name(tmp_path: Path, rows: str, message: str) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(f"{HEADER}\n{rows}\n")
    with pytest.raises(DataError, match=message) as refused:
        fit_call_site(path)
    assert str(refused.value).startswith(str(path))


def test_a_window_on_a_day_that_is_not_in_the_log_is_refused(tmp_path: Path) -> None:
    log = drawn_calls(tmp_path / "calls.csv", days=2)
    with pytest.raises(DataError, match=r"no call on 2021-04-01, .* it has 2021-03-01 to 2021-03-02"):
        fit_call_site(log, exclude=[Window("2021-04-01", 0, 10)])


def test_an_outage_record_too_small_to_fit_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "outages.csv"
    path.write_text("start,end,customers\n2021-03-01 05:00,2021-03-01 07:00,800\n")
    with pytest.raises(DataError, match="accepted are at least 10 lines and 2 days") as refused:
        fit_outage_site(path)
    assert str(refused.value).startswith(str(path))


def test_a_file_that_stands_there_is_kept_unless_forced_and_a_log_always(tmp_path: Path) -> None:
    log, taken = tmp_path / "log.csv", tmp_path / "site.yaml"
    log.write_text("log")
    taken.write_text("old")
    with pytest.raises(ExportError, match="exists; accepted is another file, or --force"):
        Target.at(taken)
    with pytest.raises(ExportError, match="is the log itself"):
        Target.at(tmp_path / "." / "log.csv", force=True, sources=[log])
    with pytest.raises(ExportError, match="is no plain file"):
        Target.at(tmp_path, force=True)
    with pytest.raises(ExportError, match="stands in no folder"):
        Target.at(tmp_path / "nowhere" / "site.yaml")
    assert taken.read_text() == "old"
    Target.at(taken, force=True).write("new")
    Target.at(tmp_path / "other.yaml").write("text")
    assert (taken.read_text(), (tmp_path / "other.yaml").read_text(), log.read_text()) == ("new", "text", "log")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.csv", "other.yaml", "site.yaml"]


def test_a_file_that_appears_during_the_fit_is_kept(tmp_path: Path) -> None:
    target = Target.at(tmp_path / "site.yaml")
    (tmp_path / "site.yaml").write_text("theirs")
    with pytest.raises(ExportError, match="was changed by somebody else meanwhile"):
        target.write("ours")
    assert (tmp_path / "site.yaml").read_text() == "theirs"
