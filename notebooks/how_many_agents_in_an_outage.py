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
# # How many agents in an outage
# **停电时要加派多少坐席**
#
# For the planner who puts a number into the general response of a power company's call centre: more than two 10 kV
# lines out, one more agent. Is one enough, would forty be, and does it matter how they are called?
#
# 超过两条线路停电，加派一名坐席：够吗？加派四十名呢？怎么叫人要紧吗？

# %%
# %matplotlib inline
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from resilience_sim import Answer, CheckedClaim, Runs, bind, read_plan, read_site
from resilience_sim.plans.comparison import diff
from resilience_sim.plans.files import library
from resilience_sim.plans.proposals import Proposal, export
from resilience_sim.plans.wording import revised
from resilience_sim.reports.event_figures import event_figure, typical
from resilience_sim.reports.frames import clause_frame, facts_frame, verdict_frame
from resilience_sim.studies.parts import part
from resilience_sim.studies.utility_call_centre.staffing import UtilityCallCentre

# %% tags=["parameters"]
SEED = 7
LANG = "en"  # of figures and tables; or "zh"
EVENTS = 30  # events at which every choice is tried
AGENTS = [0, 1, 5, 10, 20, 40]  # sent to the seats in the general response
OFF_SHIFT = 48  # agents who can be called, in the choices with a message
BUDGET = 3000  # most events of a verdict
ERROR = 0.05  # probability that any verdict below is wrong
TODAY = "2026-11-28"  # the day of the proposals

# %% [markdown]
# ## What the plan says · 预案原文

# %%
folder = library()["utility-call-centre"]
plan, _ = read_plan(folder)
clause_frame(plan, ["P1-08", "P1-09"])

# %% [markdown]
# ## What it rests on · 依据的事实
#
# A verdict is conditional on these. Assumed ones come with the range in which they may lie; see the notebook
# `from_your_own_call_log_to_a_site` for putting your own in their place. 结论以这些事实为前提，假设值附范围。

# %%
site, _ = read_site(folder)
study = bind(plan, site)
FACTS = ("calls.usual_busy", "outage_calls.share_who_call", "outage_calls.customers_per_line", "roster.off_shift",
         "call_up.decision", "call_up.arrival_median", "call_up.agents_follow")  # fmt: skip
facts_frame(site, FACTS)

# %% [markdown]
# ## One event · 一次事件
#
# Of the first events the one in the middle by its share of answered calls: lines go out, customers call, and one agent
# more on a seat changes little. 多一名坐席，排队几乎不变。

# %%
service, answered = [question for question in study.questions() if question.clause == "P1-09"]
utility = part(study, UtilityCallCentre)
event_figure(utility, service.situation, SEED, typical(utility, service.situation, SEED, 21), LANG)

# %% [markdown]
# ## The same events, staffed differently · 同样的事件，不同的加派
#
# Three ways: called one by one once the third line is out, as the plan says; with one message to all who are off
# shift; and with that message from the first line on. All choices meet the same events (common random numbers), so
# that a difference between them is one of the choices, not of the luck.

# %%
WAYS = {  # lines out that are not yet a reason, agents off shift, message to all
    "by telephone, from 3 lines": (2.0, 36.0, 0.0),
    "message, from 3 lines": (2.0, float(OFF_SHIFT), 1.0),
    "message, from 1 line": (0.0, float(OFF_SHIFT), 1.0),
}


def chosen(question, way, agents):
    """The question with these numbers of the plan, and these facts of the site."""
    lines, off_shift, message = WAYS[way]
    return study.chosen(replace(question, option="message"), (lines, float(agents), off_shift, message))


runs = Runs(study, SEED)
tried = {
    (way, agents): pd.DataFrame(runs.rows(chosen(answered, way, agents).situation, EVENTS))
    for way in WAYS
    for agents in AGENTS
}
before = tried["by telephone, from 3 lines", 1]
table = pd.DataFrame(
    {
        "answered (%)": {key: rows["answer_rate"].mean() for key, rows in tried.items()},
        "more than the plan (points)": {
            key: (rows["answer_rate"] - before["answer_rate"]).mean() for key, rows in tried.items()
        },
        "error": {
            key: (rows["answer_rate"] - before["answer_rate"]).std() / np.sqrt(EVENTS) for key, rows in tried.items()
        },
        "staff-hours added": {key: rows["added_hours"].mean() for key, rows in tried.items()},
    }
)
table.index.names = ["way", "agents"]
table.round(1)

# %%
kept = {way: [100 * np.mean(answered.kept(tried[way, agents]["answer_rate"])) for agents in AGENTS] for way in WAYS}
best = max(WAYS, key=lambda way: kept[way][-1])
figure, axes = plt.subplots(figsize=(8.4, 3.6), layout="constrained")
for way, colour, mark in zip(WAYS, ("#767676", "#0072B2", "#009E73"), "osD", strict=True):
    axes.plot(range(len(AGENTS)), kept[way], color=colour, marker=mark, label=way)
axes.axhline(100 * answered.required, color="black", linewidth=1)
axes.set_title(
    f"{AGENTS[-1]} agents keep the limit in {kept[next(iter(WAYS))][-1]:.0f} % of events called one by one, in "
    f"{kept[best][-1]:.0f} % by {best}",
    loc="left",
    fontsize=10,
)
axes.set_xticks(range(len(AGENTS)), AGENTS)
axes.set_xlabel("agents sent to the seats")
axes.set_ylabel(f"events with {answered.limit:g} % answered (%)")
axes.set_ylim(0, 102)
axes.grid(axis="y", color="#e4e4e4")
axes.legend(frameon=False, fontsize=8.5)

# %% [markdown]
# ## What holds · 什么成立
#
# A share of thirty events is an estimate; a verdict is a proof up to a stated error. Three choices are judged: the
# plan's, the most agents called as the plan calls them, and the most agents by message from the first line on.

# %%
judged = {}
choices = [("by telephone, from 3 lines", 1), ("by telephone, from 3 lines", AGENTS[-1]), (best, AGENTS[-1])]
for way, agents in choices:
    judged[way, agents] = [
        CheckedClaim(plan.plan, asked, runs.judge(asked, alpha=ERROR / 6, budget=BUDGET).verdict)
        for asked in (chosen(service, way, agents), chosen(answered, way, agents))
    ]
pd.concat({f"{way}, +{agents}": verdict_frame(rows, LANG) for (way, agents), rows in judged.items()})

# %% [markdown]
# ## The proposal · 建议稿
#
# If both claims hold with the last choice, its numbers are appended to a copy of the plan as proposals; the message
# is nothing that the plan has a number for, so that the evidence says it. Whether fewer agents would do is what
# `resilience-sim recommend utility-call-centre` proves, in some minutes. 两项都成立才写入建议；由人决定。

# %%
rows = judged[choices[-1]]
proposed = []
if all(row.verdict.answer is Answer.HOLDS for row in rows):
    counted = " and ".join(f"{100 * row.verdict.estimate:.1f} % of {row.verdict.replications} events" for row in rows)
    evidence = f"{best}, {OFF_SHIFT} agents off shift: P1-09.a and P1-09.b hold ({counted}, error {ERROR / 6:.0e} each)"
    source = "notebook how_many_agents_in_an_outage"
    proposed = [
        Proposal("P1-08", "lines", WAYS[best][0], source, evidence),
        Proposal("P1-09", "extra_agents", float(AGENTS[-1]), source, evidence),
    ]
target = export(folder, proposed, Path(tempfile.mkdtemp()), on=date.fromisoformat(TODAY))
print("\n".join(line for line in diff(folder, target).splitlines() if line[:1] in "+@") or "nothing to propose")

# %%
for one in proposed:
    text = revised(plan.clause(one.clause), {one.quantity: one.value})
    print(f"{one.clause}  {text['en']}\n       {text['zh']}")
