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
# # Which door, and from which queue on
# **走哪个门，排到多少人就改走**
#
# For the kindergarten that plans: if the main door is congested, some classes use the back door. How many waiting
# children are congestion? The plan leaves it open, and whoever stands at the door has to know.
#
# 正门“拥堵”算多少人？预案没有写，门口的老师却必须知道。

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
from resilience_sim.reports.evacuation_figures import queues_figure
from resilience_sim.reports.frames import clause_frame, facts_frame, verdict_frame
from resilience_sim.reports.own_figures import evacuation_runs

# %% tags=["parameters"]
SEED = 7
LANG = "en"  # of figures and tables; or "zh"
DRILLS = 60  # evacuations at which every rule is tried
QUEUES = [5, 10, 20, 40]  # children waiting at the main door
CLASSES = [0, 1, 2, 3, 4, 5, 6, 7, 8]  # of nine that use the back door
SHOWN = 20  # evacuations in the figure of queues
ERROR = 0.01  # probability that any verdict below is wrong
TODAY = "2026-11-28"  # the day of the proposal

# %% [markdown]
# ## What the plan says · 预案原文

# %%
folder = library()["kindergarten"]
plan, _ = read_plan(folder)
clause_frame(plan, ["P3-10", "P3-15"])

# %% [markdown]
# ## What it rests on · 依据的事实
#
# The building is a stand-in, since the plan does not describe it. The flow through a door is an input of the model,
# not a result; hold it against your own drills (`resilience-sim fit drills`).
# 建筑为替代样例；门的通行能力是输入，请用演练记录核对。

# %%
site, _ = read_site(folder)
study = bind(plan, site)
facts_frame(site, ["walking.level", "walking.stairs_juniors", "door.specific_flow", "door.open_leaf"])

# %% [markdown]
# ## How it goes without a rule · 没有规定时

# %%
fire = next(question for question in study.questions() if question.claim.id == "P3-10.a")
queues_figure(site, evacuation_runs(study, fire, SEED, SHOWN), LANG, seed=SEED, about=fire.claim.id)

# %% [markdown]
# ## From which queue on, or which classes beforehand · 看排队，还是事先定班
#
# The words can be read in two ways: classes are sent to the back door once so many wait at the main one, or it is
# settled beforehand which classes use it. Every rule meets the same drills (common random numbers): the same children
# at the same pace. Saved is the time at which the last child is out without the rule, less that with it.
#
# 各种规定面对同样的演练，差别只来自规定本身。

# %%
by_queue, by_class = (
    next(question for question in study.questions() if question.claim.id == claim) for claim in ("P3-15.a", "P3-15.b")
)
rules = {("by queue", waiting): replace(by_queue.situation, waiting=float(waiting)) for waiting in QUEUES}
rules |= {("by class", classes): replace(by_class.situation, to_back=classes) for classes in CLASSES}
saved = {
    rule: np.array([float(study.replicate(situation, SEED, number)["saved"]) for number in range(DRILLS)])
    for rule, situation in rules.items()
}
table = pd.DataFrame(
    {
        "saved, mean (s)": {rule: values.mean() for rule, values in saved.items()},
        "error (s)": {rule: values.std(ddof=1) / np.sqrt(DRILLS) for rule, values in saved.items()},
        "never later (%)": {rule: 100 * (values >= 0).mean() for rule, values in saved.items()},
    }
)
table.index.names = ["rule", "children waiting, or classes"]
table.round(1)

# %%
best = max(CLASSES, key=lambda classes: saved["by class", classes].mean())
gain = max(saved["by queue", waiting].mean() for waiting in QUEUES)
figure, panels = plt.subplots(1, 2, figsize=(8.4, 3.2), sharey=True, layout="constrained")
for axes, rule, label in zip(
    panels,
    ("by queue", "by class"),
    ("children waiting at the main door", "classes settled for the back door"),
    strict=True,
):
    part = table.loc[rule]
    axes.errorbar(
        part.index, part["saved, mean (s)"], yerr=2 * part["error (s)"], color="#0072B2", marker="o", capsize=3
    )
    axes.axhline(0, color="black", linewidth=1)
    axes.set_xlabel(label)
    axes.grid(axis="y", color="#e4e4e4")
panels[0].set_ylabel("saved (s), ± 2 errors")
panels[0].set_title(f"By queue: {gain:.0f} s saved at best", loc="left", fontsize=10)
panels[1].set_title(f"By class: {best} classes save {saved['by class', best].mean():.0f} s", loc="left", fontsize=10)

# %% [markdown]
# Whoever has to see the queue first is too late: by then the classes are under way, and turning back makes new jams.
# 等看到排队再改道已经晚了；事先定好走后门的班才有用。
#
# ## Does it hold? · 成立吗
#
# The clause is judged by its outcome: in 95 % of evacuations the rule must not make the last child later.

# %%
runs = Runs(study, SEED)
rows = [
    CheckedClaim(plan.plan, question, runs.judge(question, alpha=ERROR / 2, situation=rules[rule]).verdict)
    for question, rule in ((by_queue, ("by queue", QUEUES[0])), (by_class, ("by class", best)))
]
verdict_frame(rows, LANG)

# %% [markdown]
# ## The proposal · 建议稿
#
# Only what holds and saves time is proposed. It is appended to a copy of the plan with its evidence; a person
# decides. `resilience-sim recommend kindergarten` searches all clauses, with certificates.
# 写入副本，附证据，由人决定。

# %%
verdict = rows[1].verdict
evidence = (
    f"settled beforehand, {best} classes save {saved['by class', best].mean():.0f} s on average in {DRILLS} drills; "
    f"the claim P3-15.b {verdict.answer.value} ({100 * verdict.estimate:.1f} % of {verdict.replications} drills, "
    f"error {ERROR / 2:.0e})"
)
proposed = (
    [Proposal("P3-15", "classes_to_back_door", float(best), "notebook which_door_from_which_queue_on", evidence)]
    if verdict.answer is Answer.HOLDS and saved["by class", best].mean() > 0
    else []
)
target = export(folder, proposed, Path(tempfile.mkdtemp()), on=date.fromisoformat(TODAY))
print("\n".join(line for line in diff(folder, target).splitlines() if line[:1] in "+@"))

# %%
for one in proposed:
    text = revised(plan.clause(one.clause), {one.quantity: one.value})
    print(f"{one.clause}  {text['en']}\n       {text['zh']}")
