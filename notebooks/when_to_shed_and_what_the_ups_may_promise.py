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
# # When to shed, and what the UPS may promise
# **何时关停服务器，UPS 能承诺多久**
#
# For whoever signs the network operations centre's plan: telephones shall run four hours on UPS, and two hours more
# if the servers are shut down when the four are over. Can the battery do that, and if not, which number has to
# change?
#
# 电话先保四小时，满四小时关停服务器后再保两小时：电池做得到吗？做不到，该改哪个数字？

# %%
# %matplotlib inline
import tempfile
from datetime import date
from pathlib import Path

from resilience_sim import Runs, bind, check, read_plan, read_site, recommend
from resilience_sim.experiments.recommend import groups
from resilience_sim.plans.comparison import diff
from resilience_sim.plans.files import library
from resilience_sim.plans.proposals import export
from resilience_sim.plans.wording import revised
from resilience_sim.reports.frames import clause_frame, facts_frame, verdict_frame
from resilience_sim.reports.power_figures import recommended_shed_h, telephones_figure
from resilience_sim.reports.proposing import proposals
from resilience_sim.studies.network_operations.power import NetworkOperations
from resilience_sim.studies.parts import part

# %% tags=["parameters"]
SEED = 7
LANG = "en"  # of figures and tables; or "zh"
BATTERY_AGE_YEARS = 3.0
FAMILY_ERROR = 0.01  # probability that any verdict or certificate below is wrong
TODAY = "2026-11-28"  # the day of the proposals

# %% [markdown]
# ## What the plan says · 预案原文

# %%
CLAUSES = ("P2-20", "P2-21", "P2-22", "P2-23")
folder = library()["network-operations"]
plan, _ = read_plan(folder)
clause_frame(plan, CLAUSES)

# %% [markdown]
# ## What it rests on · 依据的事实
#
# The plan names no battery. What stands here instead is assumed or taken from a maker's table: replace it with your
# own (`resilience-sim fit batteries` reads discharge tests).
#
# 预案没有写明电池；以下为假设或厂家数据，请换成本单位的实测值。

# %%
site, _ = read_site(folder)
site = site.with_values({"battery.age": BATTERY_AGE_YEARS})
study = bind(plan, site)
facts_frame(site, ["battery.age", "battery.life", "battery.ageing_power", "battery.room", "battery.string_fails"])

# %% [markdown]
# ## Does it hold? · 成立吗
#
# In an outage that does not end, what is left to chance is a dead battery string, a failed transfer, and the person
# who is late or forgets. Each claim is simulated until its verdict is sure.

# %%
asked = [question for question in study.questions() if question.clause in CLAUSES and question.scenario == "endless"]
rows = check(plan, study, Runs(study, SEED), family_error=FAMILY_ERROR, breaking=False, questions=asked)
verdict_frame(rows, LANG)

# %% [markdown]
# Four hours hold; six do not. The next cell looks for what would: the latest moment to shed, and the longest promise,
# each with a certificate (on fresh draws it holds, and the next easier choice fails).

# %%
repairs = [
    recommend(plan, study, group, seed=SEED, family_error=FAMILY_ERROR)
    for group in groups(study, asked)
    if group[0].clause in ("P2-22", "P2-23") and group[0].option in ("shedding", "promise")
]
for found in repairs:
    numbers = ", ".join(
        f"{choice.quantity} = {value:g} {choice.unit}"
        for choice, value in zip(found.choices, found.recommended or (), strict=False)
    )
    print(f"{found.group}: {numbers or found.result.status.value}")

# %% [markdown]
# ## Why · 原因
#
# At four hours too little charge is left for two more, however new the battery.
# 满四小时才关停，剩余电量已不够再撑两小时。

# %%
telephones_figure(part(study, NetworkOperations), LANG, recommended_h=recommended_shed_h(repairs))

# %% [markdown]
# ## The proposal · 建议稿
#
# The numbers are appended to a copy of the plan as proposals with their evidence; a person decides
# (`resilience-sim plan approve`). A shorter promise is proposed only where nothing else keeps the promise made.

# %%
proposed = proposals(repairs)
target = export(folder, proposed, Path(tempfile.mkdtemp()), on=date.fromisoformat(TODAY))
print("\n".join(line for line in diff(folder, target).splitlines() if line[:1] in "+@"))

# %%
for clause in dict.fromkeys(one.clause for one in proposed):
    text = revised(plan.clause(clause), {one.quantity: one.value for one in proposed if one.clause == clause})
    print(f"{clause}  {text['en']}\n       {text['zh']}")
