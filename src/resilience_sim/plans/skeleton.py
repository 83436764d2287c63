"""The beginning of a plan of the user's own: a small register that validates, with comments that say what to write.

It holds one clause, two quantities (one stated, one open), a question and two facts, and no claim, since a claim is put
to a study.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from resilience_sim.errors import ExportError, Place

__all__ = ["write_skeleton"]

_PLAN = """\
# 预案登记：一条一项，数字不写在句子里，而写在 quantities 下，与来源、日期放在一起；只追加，不改写。
# Register of a plan, one item per clause. Numbers stand under `quantities` with source and date, never in the sentence;
# entries are appended, never changed.
plan: my-plan                          # 小写字母、数字、连字符 / lower-case letters, digits, hyphens
title: {zh: 我的应急预案, en: My emergency plan}
source: "title, issue and date of the document"
clauses:
- id: M-01
  tier: A                              # A: the number decides an outcome; B: secondary
  where: "section 1"                   # 出处 / where the document says it
  model: cascade                       # queue | power | egress | repair | cascade
  text:
    zh: "发现故障后，值班人员在{report_within}内上报主管。"
    en: "Staff on duty report a fault to the supervisor within {report_within}."
  quantities:
    report_within:
      role: deadline                   # trigger | resource | deadline | promise | interval | order
      unit: min
      boundary: at_most                # more_than | at_least | less_than | at_most | exactly
      bounds: {min: 1, max: 60, step: 1}         # 可选范围 / what may be chosen
      history:
      - {from: unknown, value: 5, status: in_force, source: "section 1"}
    reached:
      label: {zh: 及时上报比例, en: share reported in time}   # 可省略 / optional: its name for people
      role: promise
      unit: "%"
      boundary: at_least
      bounds: {min: 50, max: 100, step: 5}
      history:
      - {from: unknown, status: open, source: "section 1 does not say how many reports must arrive in time"}
  questions: [1]
questions:                             # 给预案负责人的问题 / to the plan's owner
- no: 1
  clauses: [M-01]
  zh: "时间从故障发生算起，还是从发现算起？"
  en: "Does the time run from the fault or from its discovery?"
"""

_SITE = """\
# 预案未写明的事实，各有单位、来源和等级；assumed 必须给出范围。
# Facts that the plan does not state, each with unit, source and grade; an assumed one needs a range.
site: my-plan
title: {zh: 我的单位, en: My site}
facts:
  call.answer_share:                   # 一次呼叫有人接听的比例 / share of calls that are answered
    {value: 80, unit: "%", range: {min: 50, max: 95}, grade: assumed, source: "no record kept"}
  call.duration:                       # 一次通话的时间 / how long one call takes
    {value: 60, unit: s, range: {min: 30, max: 180}, grade: assumed, source: "no record kept"}
"""


def write_skeleton(directory: Path) -> None:
    """Write ``plan.yaml`` and ``site.yaml`` to a folder, which is made if need be.

    Raises
    ------
    ExportError
        If one of them stands there already, or they cannot be written; then none is left behind.
    """
    files = {directory / "plan.yaml": _PLAN, directory / "site.yaml": _SITE}
    with ExitStack() as undo:
        try:
            directory.mkdir(parents=True, exist_ok=True)
            for path, text in files.items():
                with path.open("x", encoding="utf-8", newline="\n") as file:
                    undo.callback(path.unlink)
                    file.write(text)
        except FileExistsError as error:
            place = Place(error.filename or directory)
            raise ExportError("stands there already; accepted is a folder without a plan", place=place) from None
        except OSError as error:
            raise ExportError(f"cannot be written ({error.strerror})", place=Place(directory)) from None
        undo.pop_all()
