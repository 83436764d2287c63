"""A report with every kind of content, made without a simulation, in which whoever wrote the plan means harm.

Plans are text from others: each text here tries to run in a browser, to fetch something, or to be a formula.
"""

from __future__ import annotations

from datetime import date

from matplotlib.figure import Figure

from resilience_sim.experiments.breaking import BreakingPoint
from resilience_sim.experiments.check import CheckedClaim
from resilience_sim.experiments.recommend import Recommendation
from resilience_sim.experiments.sites import Stand
from resilience_sim.plans.fields import Text
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.plans.quantities import Entry, Status
from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Site
from resilience_sim.reports.report_content import PlanResults, Results
from resilience_sim.studies.question import Choice, Question
from resilience_sim.verdicts.cheapest import Cheapest
from resilience_sim.verdicts.selection import Found
from resilience_sim.verdicts.verdict import ShareTest

SCRIPT = "<script>alert(document.domain)</script>"
HANDLER = '"><img src=x onerror=alert(document.domain)>'
LINK = "javascript:alert(document.domain)"
STYLE = "</style><style>@import url(//evil.test/a.css);</style>"
FETCH = '<iframe src="//evil.test"></iframe><a href="javascript:alert(document.domain)">x</a>'
TEMPLATE = "{{ cycler.__init__ }}{% include 'x' %}"
LINES = "a\tb\n]]>&amp;<!-- "
FORMULAS = ('=HYPERLINK("//evil.test","x")', "@SUM(A:A)", "+cmd|' /C calc'!A", "-cmd", "\t=A", " =A", "＝A", "#N/A")
HOSTILE = (SCRIPT, HANDLER, LINK, STYLE, FETCH, LINES, *FORMULAS)

TEST = ShareTest(0.9, alpha=0.01, margin=0.05, budget=20_000)
COUNTS = ((0, 8), (121, 121), (1800, 2000), (19, 20), (0, 0))  # fails, holds, on the line, undecided, not begun


def both(text: str) -> Text:
    return Text(zh=f"{text}预案", en=text)


def hostile_plan() -> Plan:
    """The utility's plan in other people's words, with a proposal that waits in it."""
    plan, _ = read_plan(library()["utility-call-centre"])
    clauses = []
    for number, clause in enumerate(plan.clauses):
        words = HOSTILE[number % len(HOSTILE)]
        text = Text(zh=f"{words}{clause.text.zh}", en=f"{words}{clause.text.en}")
        clauses.append(clause.model_copy(update={"text": text, "where": words}))
    quantity = clauses[1].quantities["specialists"]
    entry = Entry.model_validate(
        {"from": date(2026, 1, 31), "value": 3, "status": Status.PROPOSED, "source": SCRIPT, "id": "0" * 12,
         "evidence": HANDLER}
    )  # fmt: skip
    waiting = quantity.model_copy(update={"history": (*quantity.history, entry)})
    clauses[1] = clauses[1].model_copy(update={"quantities": {"specialists": waiting}})
    clauses[-1] = clauses[-1].model_copy(update={"claims": ()})
    questions = [
        question.model_copy(update={"zh": words, "en": words})
        for question, words in zip(plan.questions, HOSTILE, strict=False)
    ]
    update = {"title": both(HANDLER), "source": FETCH, "clauses": tuple(clauses), "questions": tuple(questions)}
    return plan.model_copy(update=update)


def hostile_site() -> Site:
    site, _ = read_site(library()["utility-call-centre"])
    facts = {
        name: fact.model_copy(update={"source": HOSTILE[number % len(HOSTILE)]})
        for number, (name, fact) in enumerate(site.facts.items())
    }
    return site.model_copy(update={"title": both(STYLE), "facts": facts})


def rows(plan: Plan) -> list[CheckedClaim]:
    """A row for the first claim of each clause, with all answers in turn."""
    found = []
    for number, clause in enumerate(clause for clause in plan.clauses if clause.claims):
        claim = clause.claims[0]
        asked = Question(
            clause.id, claim, claim.interpretation or "", SCRIPT if number == 1 else "district", None, claim.measure,
            "min", 5.0, 0.9,
        )  # fmt: skip
        points = (BreakingPoint("outage_calls.share_who_call", "%", 1.0, 4.0), BreakingPoint(HANDLER, "lines", None, 1))
        stands = Stand(0.75, 0.35, 0.97, 8)
        verdict = TEST.judge(*COUNTS[number % len(COUNTS)])
        found.append(CheckedClaim(plan.plan, asked, verdict, points[: number % 3], stands if number % 2 else None))
    return found


def recommendations(plan: Plan, judged: list[CheckedClaim]) -> list[Recommendation]:
    """One that is found with its certificate, one in which nothing holds, one without an answer."""
    at = next(number for number, row in enumerate(judged) if row.question.clause == "P1-09")
    question = judged[at].question
    choices = (
        Choice("P1-09", "extra_agents", "agents", (1.0, 5.0, 40.0), 1.0, both(FORMULAS[0])),
        Choice("site", "roster.off_shift", "agents", (12.0, 48.0), 12.0),
    )
    holds, fails = TEST.judge(500, 500), TEST.judge(20, 60)
    found = Cheapest(Found.FOUND, (2, 1), 1966.0, (), (((2, 1), holds),), (((1, 1), fails),), ((2, 0),), 1)
    none = Cheapest(Found.NONE_HOLDS, None, None, (), (), (((2, 1), fails),), (), 1)
    unsure = Cheapest(Found.UNDECIDED, None, None, (), (), (), ((2, 1),), 3)
    return [
        Recommendation(plan.plan, (question,), choices, result, 2e-7, "staff_hours_added")
        for result in (found, none, unsure)
    ]


def hostile_results() -> Results:
    """Two plans: one with everything, one of which nothing was asked."""
    plan, site = hostile_plan(), hostile_site()
    judged = rows(plan)
    drawn = Figure(figsize=(3, 2))
    drawn.add_subplot(title=SCRIPT, xlabel=HANDLER, ylabel="--><script>").plot([0, 1], [0, 1], label=FETCH)
    everything = PlanResults(
        plan,
        site,
        judged,
        recommendations(plan, judged),
        (SCRIPT, *FORMULAS),
        {"hostile.svg": drawn, "more.svg": drawn},
    )
    quiet, _ = read_plan(library()["kindergarten"])
    nothing = PlanResults(quiet, read_site(library()["kindergarten"])[0])
    return Results(
        [everything, nothing],
        7,
        1e-3,
        {"resilience-sim": "0.1.0", SCRIPT: "1"},
        {"utility-call-centre/plan.yaml": "ab"},
    )
