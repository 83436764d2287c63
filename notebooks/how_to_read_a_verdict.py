# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # How to read a verdict
# **结论怎么读**
#
# For everybody who gets a table of *holds*, *fails*, *on the line* and *undecided* and has to act on it: what each
# word promises, what the interval says, and why one verdict takes ten events and another ten thousand.
#
# “成立”“不成立”“处于临界”“未定”各保证什么？区间说明什么？为何有的只要十次、有的要上万次？

# %%
# %matplotlib inline
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from resilience_sim import Answer, Runs, ShareTest, bind, check, read_plan, read_site, recommend
from resilience_sim.experiments.breaking import breaking_point
from resilience_sim.experiments.check import account
from resilience_sim.experiments.recommend import groups
from resilience_sim.plans.comparison import diff
from resilience_sim.plans.files import library
from resilience_sim.plans.proposals import export
from resilience_sim.plans.wording import revised
from resilience_sim.reports.figures import breaking_figure, verdict_figure
from resilience_sim.reports.frames import clause_frame, facts_frame, verdict_frame
from resilience_sim.reports.matrix_figures import matrix_figure
from resilience_sim.reports.proposing import proposals
from resilience_sim.reports.words import scenario_name

# %% tags=["parameters"]
SEED = 7
LANG = "en"  # of figures and tables; or "zh"
CLAUSES = ["P2-09", "P2-29", "P2-38"]  # who comes to the site, a server back, an access switch mended
FAMILY_ERROR = 0.01  # probability that any verdict, breaking point or certificate below is wrong
LOADED = "storm_burst"  # scenario in which a load grows until a claim breaks
MOST_EVENTS = 8000  # of the figure in which evidence grows
TODAY = "2026-11-28"  # the day of the proposals

# %% [markdown]
# ## What the plan says · 预案原文
#
# A clause becomes a *claim*: a measure, a limit, and the share of events in which the limit must be kept. Where the
# words can be read in several ways, each reading is judged on its own. 条款化为可检验的数：指标、限值、须达标的占比。

# %%
folder = library()["network-operations"]
plan, _ = read_plan(folder)
clause_frame(plan, CLAUSES)

# %% [markdown]
# ## What it rests on · 依据的事实
#
# A verdict holds *given these facts*. Published or computed ones can be looked up; assumed ones have a range, and
# `resilience-sim check` tells in what share of the plausible sites the verdict is the same.

# %%
site, _ = read_site(folder)
study = bind(plan, site)
facts_frame(site, ["crew.on_call", "storm.faults", "spares.swap.median", "diagnosis.median", "call_up.arrival_median"])

# %% [markdown]
# ## The verdicts · 结论
#
# | word | 词 | what it promises |
# |---|---|---|
# | holds | 成立 | the true share of events that keep the limit is above the required one |
# | fails | 不成立 | it is below |
# | on the line | 处于临界 | it is within the claim's margin of the required one: either word would be hair-splitting |
# | undecided | 未定 | no answer within the budget of events: nothing is said, not even "nearly" |
#
# The probability that any of them is wrong is at most `FAMILY_ERROR`, shared out among all claims.

# %%
asked = [question for question in study.questions() if question.clause in CLAUSES]
runs = Runs(study, SEED)
rows = check(plan, study, runs, family_error=FAMILY_ERROR, breaking=False, questions=asked)
verdict_frame(rows, LANG)

# %%
verdict_figure(rows, LANG)

# %% [markdown]
# **Kept** is the share of the events simulated so far. A run stops as soon as its verdict is sure, so that a claim
# far from its line has few events and a wide interval: *0 % (0 – 90 %)* of 8 events says "surely below 95 %", not "0
# %".
#
# ## How evidence grows · 证据如何积累
#
# The interval is right at every moment at once, so that one may look as often as one likes and stop when it no longer
# contains the required share. Counts of the same events, looked at again and again:

# %%
figure, axes = plt.subplots(figsize=(8.4, 3.8), layout="constrained")
sure = sorted((row for row in rows if row.verdict.decided), key=lambda row: row.verdict.replications)
stops = []
for row, colour, mark in zip((sure[0], sure[-2], sure[-1]), ("#0072B2", "#D55E00", "#009E73"), "osD", strict=True):
    question = row.question
    test = ShareTest(question.required, alpha=row.verdict.alpha, margin=row.verdict.margin, budget=MOST_EVENTS)
    outcomes = runs.outcomes(question, question.situation, MOST_EVENTS)
    looks = np.unique(np.geomspace(8, MOST_EVENTS, 40).astype(int))
    verdicts = [test.judge(int(outcomes[:look].sum()), int(look)) for look in looks]
    low, high = ([100 * getattr(verdict, end) for verdict in verdicts] for end in ("low", "high"))
    axes.fill_between(looks, low, high, color=colour, alpha=0.25)
    first = next((k for k, verdict in enumerate(verdicts) if verdict.decided), len(looks) - 1)
    name = f"{question.claim.id}, {scenario_name(question.scenario, 'en')}: {verdicts[first].answer.value}"
    axes.plot(looks, [100 * verdict.estimate for verdict in verdicts], color=colour, label=name)
    axes.plot(looks[first], 100 * verdicts[first].estimate, color=colour, marker=mark, markersize=8)
    stops.append(looks[first])
axes.axhline(100 * question.required, color="black", linewidth=1)
axes.set_title(
    f"Sure after {min(stops)} events far from the line, after {max(stops)} near to it", loc="left", fontsize=10
)
axes.set_xscale("log")
axes.set_xlabel("events")
axes.set_ylabel("kept the limit (%)")
axes.legend(frameon=False, fontsize=8.5)
axes.grid(color="#e4e4e4")

# %% [markdown]
# Behind it stands an *e-value*: how many times one's stake would have grown by betting against the opposite. A
# verdict is given at 2/α, α being the claim's share of the error. 证据值达到 2/α 即可下结论，α 为该项分得的误差。

# %%
pd.DataFrame(
    {
        "answer": [row.verdict.answer.value for row in rows],
        "events": [row.verdict.replications for row in rows],
        "evidence that it holds": [f"{row.verdict.evidence_holds:.2g}" for row in rows],
        "evidence that it fails": [f"{row.verdict.evidence_fails:.2g}" for row in rows],
        "needed": [f"{2 / row.verdict.alpha:.2g}" for row in rows],
    },
    index=[f"{row.question.claim.id} {row.question.scenario}" for row in rows],
)

# %% [markdown]
# ## Margins at a glance · 一览
#
# One cell for each clause and scenario. `resilience-sim check --out` draws it of whole plans.

# %%
matrix_figure(rows, LANG, titles={plan.plan: plan.title})

# %% [markdown]
# ## How much more would it stand · 还能承受多少
#
# One load is varied over the same events: up to where the claim holds, and from where on it fails. In between there
# is no answer within the budget.

# %%
judged = next(row for row in rows if row.verdict.answer is Answer.FAILS and row.question.scenario == LOADED)
load = study.axes(judged.question)[0]
alpha = account(FAMILY_ERROR, plan, judged.question.claim.id).breaking_points
point = breaking_point(judged.question, load, runs, alpha=alpha)
today = {load.name: site.fact(load.name).value} if load.name in site.facts else None
breaking_figure([replace(judged, breaking_points=(point,))], LANG, today=today)

# %% [markdown]
# ## The proposal · 建议稿
#
# A claim that fails is a reason to change what is done or to promise less. The last claim, with its certificate: the
# proposed number holds on fresh draws, and the next shorter one fails.

# %%
failing = [row.question for row in rows if row.verdict.answer is Answer.FAILS and row.question.clause == CLAUSES[-1]]
found = [
    recommend(plan, study, group, seed=SEED, family_error=FAMILY_ERROR)
    for group in groups(study, failing)
    if group[0].option == "promise"
]
proposed = proposals(found)
target = export(folder, proposed, Path(tempfile.mkdtemp()), on=date.fromisoformat(TODAY))
print("\n".join(line for line in diff(folder, target).splitlines() if line[:1] in "+@") or "nothing to propose")

# %%
for one in proposed:
    text = revised(plan.clause(one.clause), {one.quantity: one.value})
    print(f"{one.clause}  {text['en']}\n       {text['zh']}")
