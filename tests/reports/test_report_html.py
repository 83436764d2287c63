"""The page: well-formed, needs nothing outside of it, runs nothing, and says what the results say."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import pytest
from matplotlib.figure import Figure
from reported import HOSTILE, SCRIPT, TEMPLATE, both, hostile_results

from resilience_sim.reports.html_figures import inline_svg
from resilience_sim.reports.html_report import html_report
from resilience_sim.reports.words import Language

VOID = {"meta", "br", "wbr"}
LANGUAGES: tuple[Language, ...] = ("zh", "en")


class Page(HTMLParser):
    """Every element with its attributes, the text of the page, and whether each that opens is closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.told: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute stands twice in {tag}"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.told.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        return " ".join("".join(self.told).replace("\u00a0", " ").split())


@pytest.fixture(scope="module", params=LANGUAGES)
def lang(request: pytest.FixtureRequest) -> Language:
    return request.param  # type: ignore[no-any-return]


@cache
def rendered(lang: Language) -> str:
    return html_report(hostile_results(), lang)


@pytest.fixture(scope="module")
def text(lang: Language) -> str:
    return rendered(lang)


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_every_element_is_closed_and_every_id_is_of_one(page: Page) -> None:
    assert page.open == []
    ids = Counter(attributes["id"] for _, attributes in page.elements if "id" in attributes)
    assert ids.most_common(1)[0][1] == 1
    assert len(ids) > 100


def test_every_link_leads_to_a_place_in_the_page(page: Page) -> None:
    ids = {attributes.get("id") for _, attributes in page.elements}
    links = [attributes["href"] for attributes in page.all("a")]
    assert len(links) > 50
    for link in links:
        assert link is not None
        assert link.startswith("#")
        assert link[1:] in ids
    drawn = [attributes["xlink:href"] for attributes in page.all("use")]
    assert drawn
    assert all(str(link)[1:] in ids for link in drawn)
    named = re.findall(r"url\(#([^)]+)\)", " ".join(str(value) for _, a in page.elements for value in a.values()))
    assert named
    assert set(named) <= ids
    assert {attributes["aria-labelledby"] for _, attributes in page.elements if "aria-labelledby" in attributes} <= ids


def test_nothing_runs_and_nothing_is_fetched(page: Page) -> None:
    tags = {tag for tag, _ in page.elements}
    assert tags.isdisjoint({"script", "iframe", "img", "object", "embed", "link", "base", "form", "audio", "video"})
    for tag, attributes in page.elements:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert name not in ("src", "srcset", "action", "data", "ping"), (tag, name)
            assert "javascript:" not in str(value).lower(), (tag, name)
    (policy,) = [a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert str(policy).startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")
    assert len(page.all("style")) == 1


def test_what_others_wrote_is_shown_as_they_wrote_it(page: Page) -> None:
    for words in HOSTILE:
        assert " ".join(words.split()) in page.text


def test_a_template_in_a_plan_is_no_template() -> None:
    results = hostile_results()
    one = results.plans[1]
    titled = one.plan.model_copy(update={"title": both(TEMPLATE)})
    alone = type(results)([type(one)(titled, one.site)], 7, 1e-3, {}, {})
    assert " ".join(TEMPLATE.split()) in Page(html_report(alone, "en")).text


def test_those_who_cannot_see_it_find_their_way(page: Page, lang: Language) -> None:
    assert page.all("html")[0]["lang"] == {"zh": "zh-Hans", "en": "en"}[lang]
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert len(page.all("table")) == len(page.all("caption"))
    assert all(attributes.get("scope") for attributes in page.all("th"))
    figures = [a for a in page.all("svg") if a.get("role") == "img"]
    assert len(figures) == len(page.all("figure")) > 3
    assert len(page.all("title")) == 1 + len(figures)
    assert all(a.get("role") == "img" or a.get("aria-hidden") == "true" for a in page.all("svg"))


def test_the_words_of_the_page_are_those_of_its_language(page: Page, lang: Language) -> None:
    words = {
        "zh": ("应急预案承压检验报告", "条款共 51 条", "处于临界", "范围内均不成立", "500 个事件中达标 100.0%"),
        "en": ("Of 51 clauses", "on the line", "nothing within bounds holds", "kept in 100.0 % of 500 events"),
    }
    for phrase in words[lang]:
        assert phrase in page.text
    assert ("Summary" in page.text) == (lang == "en")


def test_an_error_of_a_certificate_is_rounded_up(lang: Language) -> None:
    results = hostile_results()
    one = results.plans[0]
    found = [replace(recommended, alpha=2.49e-7) for recommended in one.found or ()]
    page = html_report(replace(results, plans=[replace(one, rows=(), figures={}, found=found)]), lang)
    assert {"zh": "有误概率 ≤ 3×10⁻⁷", "en": "error ≤ 3e-07"}[lang] in Page(page).text


def test_where_nothing_is_recommended_the_page_says_why(lang: Language) -> None:
    results = hostile_results()
    quiet = results.plans[1]
    clauses = tuple(clause.model_copy(update={"claims": ()}) for clause in quiet.plan.clauses)
    unclaimed = quiet.plan.model_copy(update={"clauses": clauses})
    told = {
        "--no-recommend": quiet,
        {"zh": "没有可由预案或站点设定的数值", "en": "no number that the plan"}[lang]: replace(quiet, found=[]),
        {"zh": "预案尚未登记检验项，未寻求建议", "en": "No claim is registered, so nothing was sought"}[lang]: replace(
            quiet, plan=unclaimed, found=[]
        ),
    }
    for words, one in told.items():
        text = Page(html_report(replace(results, plans=[one]), lang)).text
        assert [other for other in told if other in text] == [words]


def test_every_verdict_stands_in_the_page(page: Page) -> None:
    one = hostile_results().plans[0]
    claims = {row.question.claim.id for row in one.rows}
    anchors = {str(attributes.get("id")) for attributes in page.all("tr")}
    assert {f"{one.plan.plan}-{claim}" for claim in claims} <= anchors
    assert {f"{one.plan.plan}-{clause.id}" for clause in one.plan.clauses} <= anchors
    bars = [a for a in page.all("svg") if str(a.get("class")).startswith("bar ")]
    assert len(bars) == len(one.rows)


def test_struck_out_and_underlined_are_the_numbers_that_change(text: str) -> None:
    struck = re.findall(r"<del>(.*?)</del>", text)
    put_in = re.findall(r"<ins>(.*?)</ins>", text)
    assert len(struck) == len(put_in) == 2
    assert [word.split()[0] for word in struck] == ["1", "1"]
    assert [word.split()[0] for word in put_in] == ["3", "40"]


def test_the_same_results_give_the_same_page() -> None:
    assert html_report(hostile_results(), "zh") == rendered("zh")


def test_two_figures_of_a_page_share_no_name_and_style_nothing_else() -> None:
    figure = Figure(figsize=(2, 2))
    axes = figure.add_subplot(title=SCRIPT)
    axes.plot([0, 1], [0, 1], marker="o")
    one, other = (str(inline_svg(figure, prefix=prefix, title=SCRIPT)) for prefix in ("a", "b"))
    ids = [set(re.findall(r'\bid="([^"]+)"', drawn)) for drawn in (one, other)]
    assert len(ids[0]) > 10
    assert ids[0].isdisjoint(ids[1])
    assert other == one.replace('"a-', '"b-').replace("#a-", "#b-")
    assert "<style" not in one
    assert "<metadata" not in one
    assert "<!" not in one
    assert '<title id="a-title">&lt;script&gt;' in one
    assert "<script" not in one


def test_a_dollar_sign_in_a_plan_is_no_formula_of_a_figure() -> None:
    figure = Figure(figsize=(2, 2))
    figure.add_subplot(title="cost $\\frac{$ 5")
    assert "<svg" in inline_svg(figure, prefix="a", title="costs")
