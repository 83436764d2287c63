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
# # Which repair limits hold
# **哪些抢修时限守得住**
#
# For the head of the network operations centre, who promises answers in five or ten minutes, a server back in half an
# hour, an access switch mended in twenty minutes: which of these hold when one thing breaks, which still do in a
# storm that breaks several at once, and what could be promised instead?
#
# 单个故障时守得住的时限，灾害下几处同时故障时还守得住吗？守不住，可以改承诺多久？

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
from resilience_sim.reports.proposing import proposals
from resilience_sim.reports.repair_figures import repair_times, repairs_figure
from resilience_sim.studies.network_operations.faults import NetworkFaults
from resilience_sim.studies.parts import part

# %% tags=["parameters"]
SEED = 7
LANG = "en"  # of figures and tables; or "zh"
CLAUSES = ["P2-29", "P2-35", "P2-38"]  # a server, the core switch, an access switch
FAULTS_AT_ONCE = 5.0  # that a storm breaks, on average
FAMILY_ERROR = 0.05  # probability that any verdict or certificate below is wrong
TODAY = "2026-11-28"  # the day of the proposals

# %% [markdown]
# ## What the plan says · 预案原文

# %%
folder = library()["network-operations"]
plan, _ = read_plan(folder)
clause_frame(plan, CLAUSES)

# %% [markdown]
# ## What it rests on · 依据的事实
#
# Repair times are laws fitted to twelve thousand repairs of a research laboratory; crew, spares and vendors are
# assumptions. A log of your own replaces them (`resilience-sim fit repairs`).
# 修复时间来自外国记录，人员、备件、厂商为假设。

# %%
site, _ = read_site(folder)
site = site.with_values({"storm.faults": FAULTS_AT_ONCE})
study = bind(plan, site)
facts_frame(site, ["crew.on_call", "storm.faults", "vendor.response.median", "spares.swap.median", "diagnosis.median"])

# %% [markdown]
# ## How long it takes · 实际用时
#
# Each limit against the times of a thousand faults: alone at a random hour, and among those of a storm.

# %%
repairs_figure(repair_times(part(study, NetworkFaults), SEED), LANG, seed=SEED)

# %% [markdown]
# ## Do the limits hold? · 守得住吗
#
# Required is the share of faults in which the limit is kept. A verdict near the line needs thousands of faults, one
# far from it a handful.

# %%
asked = [question for question in study.questions() if question.clause in CLAUSES]
rows = check(plan, study, Runs(study, SEED), family_error=FAMILY_ERROR, breaking=False, questions=asked)
verdict_frame(rows, LANG)

# %% [markdown]
# ## What would hold · 怎样才守得住
#
# For each limit that fails: the shortest promise that holds, where the plan's own bounds allow one.

# %%
failing = [row.question for row in rows if row.verdict.answer.value == "fails"]
found = [
    recommend(plan, study, group, seed=SEED, family_error=FAMILY_ERROR)
    for group in groups(study, failing)
    if group[0].option in ("promise", "time_needed")
]
for one in found:
    now = ", ".join(f"{choice.current:g} {choice.unit}" for choice in one.choices if choice.current is not None)
    then = ", ".join(f"{value:g}" for value in one.recommended or ())
    print(f"{one.group}: {now} → {then or one.result.status.value}")

# %% [markdown]
# ## The proposal · 建议稿
#
# A promise that the plan may make is proposed; a time beyond the plan's bounds (`time_needed`) is only told. Of
# several readings and scenarios the easiest number is proposed, with which the others hold as well.
#
# 范围内的承诺写入建议，超出范围的只告知；同一数字有几种理解时，取各情形都守得住的值。

# %%
proposed = proposals(found)
target = export(folder, proposed, Path(tempfile.mkdtemp()), on=date.fromisoformat(TODAY))
print("\n".join(line for line in diff(folder, target).splitlines() if line[:1] in "+@"))

# %%
for one in proposed:
    text = revised(plan.clause(one.clause), {one.quantity: one.value})
    print(f"{one.clause}  {text['en']}\n       {text['zh']}")
