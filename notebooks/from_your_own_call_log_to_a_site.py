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
# # From your own call log to a site
# **从自己的来电记录到站点参数**
#
# For the analyst whose call centre is not the one that the shipped site describes. What does the centre's own log
# say, how sure is it, and which verdicts change with it?
#
# 自带站点不是你的中心：自己的记录能说明什么、有多可靠、哪些结论会变？

# %%
# %matplotlib inline
import csv
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from resilience_sim import Answer, CheckedClaim, Runs, Streams, bind, read_plan, read_site
from resilience_sim.experiments.fit import as_yaml
from resilience_sim.experiments.fit_calls import fit_call_site
from resilience_sim.plans.comparison import diff
from resilience_sim.plans.files import library
from resilience_sim.plans.proposals import Proposal, export
from resilience_sim.plans.wording import revised
from resilience_sim.reports.frames import clause_frame, facts_frame, verdict_frame

# %% tags=["parameters"]
SEED = 7
LANG = "en"  # of the tables; or "zh"
LOG = ""  # your log: day, arrive_s, vru_s, queue_s, service_s, outcome; also caller. Empty: an invented one is written
DAYS = 30  # of the invented log
CALLS_A_DAY = 400  # of the invented log
AGENTS = [10, 20, 40]  # sent to the seats, in the choices that are judged
BUDGET = 500  # most events of a verdict
ERROR = 0.05  # probability that any verdict below is wrong
TODAY = "2026-11-28"  # the day of the proposals

# %% [markdown]
# ## The log · 来电记录
#
# One call a line: when it came, how long it waited, how long it was served, and how it ended. The invented log has a
# mean handling time of 240 s and a mean patience of 200 s, so that the fit can be held against the truth.
#
# 每行一个来电；没有指定记录时先写一份虚构的，处理时长均值 240 秒、耐心均值 200 秒，用来核对拟合。

# %%
work = Path(tempfile.mkdtemp())


def invented(path):
    """Write a log whose laws are known: most calls by day, half of them queue, and some hang up."""
    draws = Streams(SEED, 0).generator("an invented call log")
    by_hour = np.r_[np.full(7, 0.2), np.full(12, 1.0), np.full(5, 0.5)]
    with path.open("w", newline="", encoding="utf-8") as file:
        log = csv.writer(file)
        log.writerow(["day", "arrive_s", "vru_s", "queue_s", "service_s", "outcome"])
        for day in range(DAYS):
            name = (date(2026, 1, 5) + timedelta(days=day)).isoformat()
            scale = CALLS_A_DAY * np.exp(0.1 * draws.standard_normal()) / by_hour.sum()
            for hour, calls in enumerate(draws.poisson(by_hour * scale)):
                for second in np.sort(draws.random(calls)):
                    at = int(3600 * (hour + second))
                    wait = int(draws.exponential(60)) if draws.random() < 0.5 else 0
                    patience = int(draws.exponential(200)) + 1
                    served = int(draws.lognormal(np.log(240) - 0.5 * 0.8**2, 0.8)) + 1
                    kept = wait < patience
                    outcome = "AGENT" if kept else "HANG"
                    log.writerow([name, at, 5, min(wait, patience), served if kept else 0, outcome])


log = Path(LOG) if LOG else work / "calls.csv"
if not LOG:
    invented(log)
fitted = fit_call_site(log)
pd.DataFrame(
    [
        {
            "fact": name,
            "value": f"{fact.value:.4g}" if isinstance(fact.value, float) else f"{len(fact.value)} values",
            "unit": fact.unit,
            "records": fact.n,
            "counted": fact.counted,
        }
        for name, fact in fitted.facts.items()
    ]
).set_index("fact")

# %% [markdown]
# ## The site · 站点
#
# The facts go into a copy of the shipped site under the same names, graded *computed*, each with the hash of the log
# it comes from. What the log does not tell stays as it was, with its grade. 记录没有的事实保持原样。

# %%
folder = library()["utility-call-centre"]
plan, _ = read_plan(folder)
shipped, _ = read_site(folder)
(work / "site.yaml").write_text(
    'site: own-call-centre\ntitle: {zh: 自己的中心, en: "our own centre"}\n' + as_yaml(fitted), encoding="utf-8"
)
own_facts, _ = read_site(work / "site.yaml")
taken = {name: fact for name, fact in own_facts.facts.items() if name in shipped.facts}
own = shipped.model_copy(update={"facts": {**shipped.facts, **taken}})
facts_frame(own, taken)

# %%
hours = np.arange(24)
figure, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
for site, colour, dashes, name in ((shipped, "#767676", "--", "shipped site"), (own, "#0072B2", "-", "own log")):
    profile = np.array(site.fact("calls.profile").values)
    busy = 12 * site.fact("calls.usual_busy").value  # calls in the busiest hour
    axes.step(hours, busy * profile / profile.max(), where="post", color=colour, linestyle=dashes, label=name)
ratio = own.base("calls.usual_busy") / shipped.base("calls.usual_busy")
axes.set_title(f"The own log's busiest hour brings {ratio:.2f} times the shipped site's calls", loc="left", fontsize=10)
axes.set_xlabel("hour of the day")
axes.set_ylabel("calls an hour")
axes.set_ylim(bottom=0)
axes.legend(frameon=False)

# %% [markdown]
# ## The verdicts · 结论
#
# The same clause at both sites: 85 % of calls answered, with the plan's one agent, and with more of them who get a
# message from the first line on. The roster is set by the ordinary calls of each site; the calls of an outage come
# from the lines, so that at a smaller centre they meet fewer people on shift.
# 停电来电取决于线路；中心越小，当班的人越少。

# %%
clause_frame(plan, ["P1-08", "P1-09"])

# %%
judged = {}
alpha = ERROR / (2 * (len(AGENTS) + 1))
for name, site in (("shipped site", shipped), ("own log", own)):
    study = bind(plan, site)
    runs = Runs(study, SEED)
    asked = next(question for question in study.questions() if question.claim.id == "P1-09.b")
    by_message = replace(asked, option="message")  # choices: lines, agents, agents off shift, message to all
    choices = {"the plan": asked}
    choices |= {f"+{agents}": study.chosen(by_message, (0.0, float(agents), 48.0, 1.0)) for agents in AGENTS}
    for choice, one in choices.items():
        verdict = runs.judge(one, alpha=alpha, budget=BUDGET).verdict
        judged[name, choice] = CheckedClaim(plan.plan, one, verdict)
frame = verdict_frame(list(judged.values()), LANG)
frame.set_index(pd.MultiIndex.from_tuples(judged, names=["site", "agents"]))

# %% [markdown]
# ## The proposal · 建议稿
#
# Proposed is the smallest number tried that holds at the own site. Undecided means that more events are needed, not
# that it fails: raise `BUDGET`, or run `resilience-sim recommend` on a folder with this plan and site.
#
# 建议取所试的数中最小的成立者；未定不是不成立，可加大 `BUDGET` 再算。

# %%
holding = [agents for agents in AGENTS if judged["own log", f"+{agents}"].verdict.answer is Answer.HOLDS]
proposed = []
if holding:
    verdict = judged["own log", f"+{holding[0]}"].verdict
    source = "notebook from_your_own_call_log_to_a_site"
    evidence = (
        f"with a message to all off shift P1-09.b holds at a site fitted to {fitted.source}: "
        f"{100 * verdict.estimate:.1f} % of {verdict.replications} events, error {alpha:.0e}"
    )
    proposed = [
        Proposal("P1-08", "lines", 0.0, source, evidence),
        Proposal("P1-09", "extra_agents", float(holding[0]), source, evidence),
    ]
target = export(folder, proposed, work, on=date.fromisoformat(TODAY))
print("\n".join(line for line in diff(folder, target).splitlines() if line[:1] in "+@") or "nothing to propose")

# %%
for one in proposed:
    text = revised(plan.clause(one.clause), {one.quantity: one.value})
    print(f"{one.clause}  {text['en']}\n       {text['zh']}")
