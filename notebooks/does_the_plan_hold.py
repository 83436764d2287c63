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
# # Does the plan hold?
#
# For the analyst who has to say whether the numbers of an emergency plan stand up: the call centre of a power
# utility, whose plan sends a few more agents to the seats when several 10 kV lines are out.
#
# 1. Judge each claim of the plan on simulated events, and stop as soon as the answer is beyond doubt.
# 2. Look at one event to see why.
# 3. Ask how much load the claim would stand.
#
# The seed names all chance in this notebook: the same seed gives the same numbers.

# %%
# %matplotlib inline
from dataclasses import replace

import pandas as pd

from resilience_sim.experiments.breaking import breaking_point
from resilience_sim.experiments.check import account, check
from resilience_sim.experiments.runs import Runs
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.reports.figures import breaking_figure, event_figure, verdict_figure
from resilience_sim.studies.utility_call_centre.staffing import UtilityCallCentre

# %% tags=["parameters"]
SEED = 7
FAMILY_ERROR = 0.05  # probability that any answer in this notebook is wrong
LANG = "en"  # or "zh", for the figures
EVENT = 0  # number of the event to look at

# %% [markdown]
# ## What the plan says
#
# The register keeps each clause with its numbers. Facts that the plan does not state, such as call volumes and the
# roster, come from the site file, each with its source and a range; every answer below is conditional on them.

# %%
folder = library()["utility-call-centre"]
plan, _ = read_plan(folder / "plan.yaml")
site, _ = read_site(folder / "site.yaml")
study = UtilityCallCentre(plan, site)
runs = Runs(study, SEED)

stated = [
    (clause.id, name, quantity.in_force(), quantity.unit)
    for clause in plan.clauses
    for name, quantity in clause.quantities.items()
    if clause.claims and quantity.in_force() is not None
]
pd.DataFrame(stated, columns=["clause", "quantity", "value", "unit"]).set_index("clause")

# %% [markdown]
# ## Does each claim hold?
#
# Where the plan's words allow several readings, each is a claim of its own; here, the reading in which the major
# response replaces the general one and planned outages do not count.
#
# Events are simulated in growing batches, and the evidence may be weighed after each of them without losing the
# guarantee on wrong answers. That is why a claim far from its limit needs very few events, and its interval stays
# wide: the answer is certain although the share is not known precisely.

# %%
READING = ("", "replaces + planned_not_counted")
questions = [question for question in study.questions() if question.interpretation in READING]
rows = check(plan, study, runs, family_error=FAMILY_ERROR, breaking=False, questions=questions)

table = [
    {
        "claim": row.question.claim.id,
        "measure": f"{row.question.measure} at least {row.question.limit:g} {row.question.unit}",
        "scenario": row.question.scenario,
        "verdict": row.verdict.answer.value,
        "kept": row.verdict.successes,
        "events": row.verdict.replications,
        "required share": row.verdict.threshold,
    }
    for row in rows
]
pd.DataFrame(table).set_index("claim")

# %%
verdict_figure(rows, LANG)

# %% [markdown]
# ## Why? One event
#
# The calls come with the outage, the extra agents come after a decision and a journey. The area between the lines of
# the middle panel is what the plan adds; the lower panel is what the customers feel.

# %%
general = next(question for question in questions if question.clause == "P1-09" and question.measure == "answer_rate")
event_figure(study, general.situation, SEED, EVENT, LANG)

# %% [markdown]
# ## How much load would the claim stand?
#
# One load is varied, here the share of customers without power who call, with the same events at every value. The
# bracket has two ends: the largest load at which the claim holds and the smallest at which it fails. In between no
# answer was reached within the budget.

# %%
axes = study.axes(general)
load = next(axis for axis in axes if axis.name == "outage_calls.share_who_call")
alpha = account(FAMILY_ERROR, plan, general.claim.id).breaking_points / len(axes)
point = breaking_point(general, load, runs, alpha=alpha)

judged = next(row for row in rows if row.question is general)
breaking_figure([replace(judged, breaking_points=(point,))], LANG, today={load.name: site.fact(load.name).value})

# %% [markdown]
# ## What to take away
#
# A claim that fails is a reason to change a number of the plan or to promise less; `compare_staffing` looks at how
# many more agents would help. Where the dashed line stands right of the bracket, the site's own assumption lies
# beyond what the plan withstands: check the assumption first, since the answer rests on it.
