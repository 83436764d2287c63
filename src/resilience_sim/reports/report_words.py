"""The words that only the report needs, in Chinese and English; those it shares with tables are in ``words``."""

from __future__ import annotations

from resilience_sim.reports.words import Language

__all__ = ["WORDS", "figure_name", "say"]

WORDS = {  # key: Chinese, English
    # ---- headings
    "title": ("应急预案承压检验报告", "Emergency plans under load"),
    "contents": ("目录", "Contents"),
    "summary": ("摘要", "Summary"),
    "how_to_read": ("怎样读本报告", "How to read this report"),
    "verdicts": ("结论", "Verdicts"),
    "recommendations": ("建议", "Recommendations"),
    "certificates": ("证明", "Certificates"),
    "breaking_points": ("承受极限", "Breaking points"),
    "clauses": ("条款原文与修订", "Clauses as they read, and as they would read"),
    "clauses_sheet": ("条款", "Clauses"),
    "notes": ("说明", "Notes"),
    "figures": ("图", "Figures"),
    "questions": ("请预案编制单位答复的问题", "Questions to the plan's owner"),
    "questions_sheet": ("问题", "Questions"),
    "facts": ("检验所依据的站点事实", "Facts of the site that the verdicts rest on"),
    "facts_sheet": ("站点事实", "Facts"),
    "run": ("本次计算", "This run"),
    "run_sheet": ("本次计算", "Run"),
    "unjudged": ("尚未检验的条款", "Clauses not judged"),
    # ---- columns
    "plan": ("预案", "plan"),
    "clause": ("条款", "clause"),
    "claim": ("检验项", "claim"),
    "must_hold": ("要求", "what must hold"),
    "measure": ("指标", "measure"),
    "relation": ("关系", "relation"),
    "limit": ("限值", "limit"),
    "unit": ("单位", "unit"),
    "scenario": ("情景", "scenario"),
    "reading": ("对条文的理解", "reading of the words"),
    "share_required": ("要求达标率", "share required"),
    "kept": ("事件达标率（区间）", "share kept (interval)"),
    "estimate": ("达标率", "share kept"),
    "low": ("区间下限", "interval from"),
    "high": ("区间上限", "interval to"),
    "verdict": ("结论", "verdict"),
    "events": ("事件数", "events"),
    "stands": ("结论不变的站点比例", "of plausible sites"),
    "stands_low": ("结论不变的站点比例下限", "of plausible sites, from"),
    "stands_high": ("结论不变的站点比例上限", "of plausible sites, to"),
    "sites": ("抽样站点数", "sites"),
    "load": ("负荷", "load"),
    "holds_at": ("成立边界", "holds up to"),
    "fails_at": ("不成立边界", "fails from"),
    "in_words": ("表述", "in words"),
    "group": ("条款 / 理解 / 情景 / 办法", "clause / reading / scenario / option"),
    "result": ("结果", "result"),
    "quantity": ("数值", "quantity"),
    "in_force": ("现行", "in force"),
    "recommended": ("建议", "recommended"),
    "change": ("现行 → 建议", "in force → recommended"),
    "cost": ("代价", "cost"),
    "cost_number": ("代价（数值）", "cost, number"),
    "certificate": ("证明", "certificate"),
    "error": ("证明有误的概率", "error of the certificate"),
    "choice": ("取值", "choice"),
    "answer": ("结论", "answer"),
    "where": ("出处", "where"),
    "text": ("条文", "text"),
    "old_text": ("现行条文", "text in force"),
    "new_text": ("修订条文", "text as proposed"),
    "origin": ("修订依据", "proposed by"),
    "fact": ("事实", "fact"),
    "value": ("取值", "value"),
    "range": ("范围", "range"),
    "range_min": ("范围下限", "range from"),
    "range_max": ("范围上限", "range to"),
    "grade": ("等级", "grade"),
    "foreign": ("借用外地数据", "borrowed"),
    "source": ("来源", "source"),
    "number": ("编号", "no."),
    "question": ("问题", "question"),
    "note": ("说明", "note"),
    "reason": ("原因", "reason"),
    "item": ("项目", "item"),
    # ---- summary
    "clauses_all": ("条款数", "clauses"),
    "clauses_judged": ("已检验", "judged"),
    "clauses_hold": ("全部成立", "everything holds"),
    "clauses_fail": ("有不成立项", "something fails"),
    "clauses_line": ("有临界项", "something on the line"),
    "clauses_undecided": ("有未定项", "something undecided"),
    "clauses_unjudged": ("未检验", "not judged"),
    "answers_all": ("行数", "rows"),
    "answers_hold": ("成立", "hold"),
    "answers_fail": ("不成立", "fail"),
    "answers_line": ("处于临界", "on the line"),
    "answers_undecided": ("未定", "undecided"),
    "clauses_group": ("条款", "clauses"),
    "answers_group": ("检验结果（检验项 × 情景 × 理解）", "rows of results (claim × scenario × reading)"),
    "all_plans": ("合计", "all plans"),
    "headline": (
        "条款共 {clauses} 条，已检验 {judged} 条：全部成立 {holds} 条，至少在一种情景或理解下不成立 {fails} 条，"
        "其余处于临界 {line} 条、未定 {undecided} 条；未检验 {unjudged} 条。",
        "Of {clauses} clauses {judged} were judged: everything holds in {holds}; something fails, in at least one "
        "scenario or reading, in {fails}; otherwise something is on the line in {line} and undecided in {undecided}. "
        "Not judged: {unjudged}.",
    ),
    "headline_found": (
        "共对 {groups} 组检验寻求可行取值：{found} 组找到成立的取值，{none} 组在范围内均不成立，"
        "{undecided} 组未能判定。",
        "Recommendations were sought for {groups} groups of claims: numbers that hold were found for {found}, nothing "
        "within bounds holds in {none}, {undecided} have no answer.",
    ),
    "clause_counted": (
        "条款按其全部检验行归类：有一行不成立即计入“有不成立项”；否则有一行未定即计入“有未定项”；"
        "再其次，有一行处于临界即计入“有临界项”。",
        "A clause counts by all its rows: as failing if one row fails, else as undecided if one is, else as on the "
        "line if one is.",
    ),
    "no_claim": ("预案文件尚未为该条款登记检验", "the plan file registers no claim for it yet"),
    "not_asked": ("已登记检验项，但本次各情景均未涉及", "its claims were put to no scenario of this run"),
    "awaits": ("；有待答复：问题 {numbers}", "; waits for an answer to question {numbers}"),
    # ---- recommendations
    "not_sought": ("本次未寻求建议（--no-recommend）。", "No recommendation was sought in this run (--no-recommend)."),
    "no_claims": ("预案尚未登记检验项，未寻求建议。", "No claim is registered, so nothing was sought."),
    "none_to_seek": ("没有可由预案或站点设定的数值。", "There is no number that the plan or the site could set."),
    "recommended_intro": (
        "每组给出经证明成立的取值中代价最低者。证明以新抽取的事件作出：列出该取值，以及代价更低的取值中最易成立者，"
        "后者或不成立，或为未定（仍有可能成立）。",
        "For each group the cheapest numbers that are shown to hold. The certificate, on fresh events, names them and "
        "the easiest of all cheaper choices, which fail or, where marked undecided, might hold.",
    ),
    "proof": (
        "{values}：{events} 个事件中达标 {share}",
        "{values}: kept in {share} of {events} events",
    ),
    "certificate_error": ("有误概率 ≤ {bound}", "error ≤ {bound}"),
    "nothing_cheaper": ("没有代价更低的取值", "nothing cheaper is offered"),
    "breaks_in_force": ("按现行数值的承受极限", "breaking points as the plan stands"),
    # ---- clauses
    "this_run": ("本次建议", "this run"),
    "waiting": ("自 {day} 起待批", "waiting since {day}"),
    "unchanged": ("不变", "unchanged"),
    "clauses_intro": (
        "删除线为现行文字，下划线为修订文字；修订须由有权人员批准后生效，本报告不改动预案。",
        "Struck out: the words in force; underlined: the words proposed. A person with authority puts them in force; "
        "this report changes no plan.",
    ),
    # ---- facts
    "published": ("已公布", "published"),
    "computed": ("推算", "computed"),
    "assumed": ("假设", "assumed"),
    "is_foreign": ("借用外地数据", "borrowed"),
    "written_out": ("{file} 中直接给出的数值", "numbers written out in {file}"),
    "facts_intro": (
        "预案未写明的数，逐项列出单位、来源、等级和可能范围。等级：已公布；推算，即由已公布数据算出；假设。"
        "“借用外地数据”指以其他地方的数据代替尚缺的本地数据。",
        "What the plan does not state, each with unit, source, grade (published, computed from what is published, "
        "assumed) and the range in which it may lie. Borrowed: data from elsewhere stand in for missing ones.",
    ),
    # ---- run
    "seed": ("随机种子", "seed"),
    "family_error": ("允许误差概率", "family error"),
    "error_stated": (
        "以站点事实为前提，本报告中任一结论、承受极限或证明有误的概率合计不超过 {error:g}；"
        "结论不变的站点比例和说明中的数字为估计值。",
        "Given the facts of the site, the probability that any verdict, breaking point or certificate in this report "
        "is wrong is at most {error:g}; shares of sites and what the notes say are estimates.",
    ),
    "options": ("选项", "options"),
    "version": ("版本：{name}", "version of {name}"),
    "hash": ("输入文件 {name} 的 BLAKE2b 摘要", "BLAKE2b hash of {name}"),
    "same_again": (
        "输入文件、种子、版本、选项及字体相同时，得到逐字节相同的报告。",
        "The same input files, seed and versions give the same report, byte for byte, with the same options and fonts.",
    ),
    # ---- how to read
    "explain_kept": (
        "模拟事件中达到限值者所占比例。一旦结论可靠即停止模拟，事件少时偏差较大；括号内的区间无论何时停止都有效。"
        "小图中粗线为区间，圆点为达标率，竖线为要求达标率。",
        "The share of simulated events in which the limit was kept. A run stops as soon as its verdict is sure, so few "
        "events tell little; the interval is valid whenever one stops. In the small picture the bar is the interval, "
        "the dot the share, the upright line the share required.",
    ),
    "explain_holds": ("达标率确定不低于要求达标率。", "The share kept is surely at least the share required."),
    "explain_fails": ("达标率确定低于要求达标率。", "The share kept is surely below the share required."),
    "explain_on_the_line": (
        "达标率与要求达标率之差确定小于登记的临界范围：差距过小，不再区分。",
        "The share kept surely lies within the registered margin of the share required: too near to tell apart.",
    ),
    "explain_undecided": (
        "模拟事件数已达上限仍无法判定，不得视为成立。",
        "All events that were allowed leave it open; it does not count as holding.",
    ),
    "explain_stands": (
        "在假设事实的范围内另取若干可能的站点，其中结论不变者的比例（估计值）。",
        "Of plausible sites, drawn from the ranges of the assumed facts, the share in which the verdict is the same "
        "(an estimate).",
    ),
    "explain_breaking": (
        "负荷增至多大时仍成立，超过多大即不成立。",
        "How far a load may grow while the claim holds, and from where on it fails.",
    ),
    # ---- figures
    "figure_matrix": ("各条款、各情景的结论与余量", "Verdict and margin of each clause in each scenario"),
    "figure_frontier": (
        "代价与达标率：试过的取值与建议",
        "Cost against the share kept: choices tried and recommended",
    ),
    "figure_breaking": ("承受极限：{loads}", "Breaking points: {loads}"),
    "telephones_by_age": (
        "电话靠 UPS 的运行时间随电池使用年限的变化",
        "Runtime of the telephones on UPS by the battery's age",
    ),
    "evacuation_inside": ("留在建筑内的人数随时间的变化", "People still inside over time"),
    "evacuation_groups": ("各组撤离用时", "When each group is out"),
    "evacuation_queues": ("各出口排队人数", "Queues at the doors"),
    "evacuation_crowding": ("建筑各处最拥挤时的密度", "The building by its densest crowd"),
    "evacuation_worst_run": ("最差一次的过程", "The worst run, step by step"),
    "general_response": ("一般方案的一次典型事件", "A typical event of the general response"),
    "repair_times": ("各类故障的修复用时与限值", "Times to repair against their limits"),
    "rows": ("（第 {first}–{last} 行，共 {all} 行）", " (rows {first} to {last} of {all})"),
}


def say(key: str, language: Language) -> str:
    """The words for a key."""
    return WORDS[key][language == "en"]


def figure_name(file: str, language: Language) -> str:
    """What a study's own figure shows, by the name of its file; one without words is called by that name."""
    stem = file.rsplit(".", 1)[0]
    plain = stem.replace("_", " ")
    return WORDS.get(stem, (plain, plain))[language == "en"]
