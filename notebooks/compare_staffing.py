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
# # How many extra agents are worth calling in?
#
# For the planner who has to put a number into the general response of the utility call centre's plan: with 3, 10 or
# 30 extra agents instead of the plan's own number, how many more calls are answered in an event, and what does it
# cost?
#
# All choices meet the **same events**: the same lines go out at the same time, the same customers call with the same
# patience (common random numbers). The difference between two choices is then a difference of the choices, not of the
# luck.

# %%
# %matplotlib inline
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy import stats

from resilience_sim.experiments.runs import Runs
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.studies.utility_call_centre.staffing import UtilityCallCentre

# %% tags=["parameters"]
SEED = 7
EVENTS = 60
PLANNED = 1  # extra agents that the others are compared with: the plan's number
OTHERS = (3, 10, 30)
ERROR = 0.05  # probability that any of the intervals misses its true difference

# %%
folder = library()["utility-call-centre"]
plan, _ = read_plan(folder / "plan.yaml")
site, _ = read_site(folder / "site.yaml")
study = UtilityCallCentre(plan, site)
runs = Runs(study, SEED)
assert plan.clause("P1-09").quantities["extra_agents"].in_force() == PLANNED

# %% [markdown]
# ## The same events, staffed differently

# %%
question = next(
    question for question in study.questions() if question.clause == "P1-09" and question.measure == "answer_rate"
)


def events_with(agents: int) -> pd.DataFrame:
    """One row per event of the general response with so many extra agents."""
    event = question.situation
    situation = replace(event, rules=replace(event.rules, general_agents=agents))
    return pd.DataFrame(runs.rows(situation, EVENTS))


by_choice = {agents: events_with(agents) for agents in (PLANNED, *OTHERS)}
means = pd.DataFrame({f"+{agents}": rows.mean() for agents, rows in by_choice.items()}).T
means["events that keep the limit (%)"] = [
    100 * np.mean([question.kept(value) for value in rows["answer_rate"]]) for rows in by_choice.values()
]
means.rename(
    columns={
        "service_level": "service level (%)",
        "answer_rate": "answer rate (%)",
        "calls": "calls per event",
        "added_hours": "staff-hours added per event",
    }
).round(1)

# %% [markdown]
# There are fewer calls where more are answered: who gets through does not dial again.
#
# ## The differences
#
# Each event gives one difference to the plan's number; the interval is Student's for paired data, widened so that all
# of them are right together (Bonferroni). The last column says how many times as many events would be needed for the
# same precision if each choice were simulated with events of its own.

# %%
quantile = stats.t.ppf(1 - ERROR / (2 * len(OTHERS)), EVENTS - 1)
before = by_choice[PLANNED]["answer_rate"]
records = []
for agents in OTHERS:
    after = by_choice[agents]["answer_rate"]
    difference = after - before
    half = quantile * difference.std() / np.sqrt(EVENTS)
    added_hours = by_choice[agents]["added_hours"].mean() - by_choice[PLANNED]["added_hours"].mean()
    records.append(
        {
            "choice": f"+{agents}",
            "difference (points)": difference.mean(),
            "from": difference.mean() - half,
            "to": difference.mean() + half,
            "more staff-hours": added_hours,
            "points per 10 h": 10 * difference.mean() / added_hours,
            "events saved (times)": (after.var() + before.var()) / difference.var(),
        }
    )
differences = pd.DataFrame(records).set_index("choice")
differences.round(2)

# %%
figure, axes = plt.subplots(figsize=(7, 2.6), layout="constrained")
middle = differences["difference (points)"]
axes.errorbar(
    middle,
    differences.index,
    xerr=[middle - differences["from"], differences["to"] - middle],
    fmt="o",
    color="#0072B2",
    capsize=4,
)
axes.axvline(0, color="black", linewidth=1)
axes.set_xlabel(f"answer rate against +{PLANNED} agent (percentage points, same {EVENTS} events)")
axes.set_ylabel("extra agents")
axes.set_ylim(len(OTHERS) - 0.5, -0.5)
axes.grid(axis="x", color="#e4e4e4")

# %% [markdown]
# ## Reading the result
#
# An interval right of zero: this choice answers more calls than the plan's number, beyond chance. Whether it is
# *enough* is another question, which a verdict on the claim answers: see `does_the_plan_hold`. Points per ten hours
# fall as the number grows when the extra agents sit idle, or arrive after the rush is over.
