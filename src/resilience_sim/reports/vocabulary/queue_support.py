"""The words of the call centre's surges, of its application's failures, and of seats and staff that are lost."""

from __future__ import annotations

from resilience_sim.reports.vocabulary.entries import Vocabulary

__all__ = ["WORDS"]

WORDS = Vocabulary(
    measures={
        "answer_rate_gain": ("接通率提高（百分点）", "points more answered"),
        "late_answer_rate": ("最后半小时接通率", "answered in the last half hour"),
        "false_call_ups": ("平日误启动", "false call-ups on a day"),
        "surge_seen": ("异常增长发现用时", "surge seen after"),
        "called_back": ("按时回访比例", "called back in time"),
        "agent_back": ("业务员恢复接话", "agent works again"),
        "assessed": ("接通率评估完毕", "answer rate estimated"),
    },
    scenarios={
        "ordinary_day": ("平日", "ordinary day"),
        "recorded_surge": ("记录中的异常增长", "recorded surge"),
        "crisis_surge": ("持续数小时的危机", "crisis of some hours"),
        "application_down": ("应用程序登录不上", "application down"),
        "application_slow": ("查询缓慢", "queries slow"),
        "one_seat": ("单个座席故障", "one seat fails"),
        "theft": ("盗窃后保持现场", "scene of a theft kept"),
        "accident": ("人员下线", "people off the line"),
        "floor_cleared": ("下线并清场消毒", "off the line, floor cleared"),
    },
    loads={
        "surge.times": ("来电为平时倍数", "calls, times usual"),
        "calls.handling_mean": ("通话时长", "handling time"),
        "redial.share": ("重拨比例", "share who redial"),
        "failure.try_again": ("故障期间重拨比例", "share who try again"),
        "support.lead": ("到位用时倍数", "lead times"),
        "accident.agents_off": ("下线人数", "people off the line"),
        "theft.seats": ("现场停用座席", "seats in the scene"),
        "manual.begins": ("故障后多久转手工", "by hand after"),
        "manual.back_per_hour": ("每小时回访", "calls back an hour"),
    },
    readings={
        "from_call_up": ("自上一级发出联络", "from the call-up"),
        "from_in_place": ("自上一级到位", "from being in place"),
    },
    options={
        "sign_threshold": ("异常倍数", "times usual"),
        "sign": ("异常的倍数与持续时间", "times usual, and for how long"),
        "other_units_called": ("一级支持人数", "people of level one"),
        "hold": ("未受控时间", "time out of control"),
        "hold_and_people": ("未受控时间与一级支持人数", "time out of control, and people of level one"),
        "functional_called": ("三级支持人数", "people of level three"),
        "slow_from": ("多慢算故障", "what is slow"),
        "recording_from": ("转手工的时点", "when work by hand begins"),
        "calls_back": ("回访时限与每小时回访数", "deadline of calls back, and calls an hour"),
        "staff_moved_from": ("人员调配时点", "when people are moved"),
        "spare_seats": ("备用座席数", "spare seats"),
        "scene": ("停用座席与时间", "seats and time of the scene"),
        "clearing": ("清场停用座席", "seats closed"),
        "act_below": ("须调配的接通率", "answer rate that calls for people"),
    },
    costs={
        "queue_staff_hours": ("每次事件 {cost:.1f} 工时", "{cost:.1f} staff-hours per event"),
        "queue_sign_threshold": ("门槛提高 {cost:.1f} 倍", "{cost:.1f} times more is overlooked"),
        "queue_false_call_ups": ("平日每年误启动 {cost:.1f} 次", "{cost:.1f} false call-ups a year"),
        "queue_slow_from": ("比上限少 {cost:.0f} 秒", "{cost:.0f} s below the bound"),
        "queue_recording_from": ("提前 {cost:.0f} 分钟", "{cost:.0f} min sooner"),
        "queue_calls_back": ("回访期间每小时 {cost:.1f} 工时", "{cost:.1f} staff-hours in each hour of calling back"),
        "queue_spare_seats": ("备用 {cost:.0f} 个", "{cost:.0f} spare"),
        "queue_scene": ("比上限少停 {cost:.0f} 座席小时", "{cost:.0f} seat-hours below the bound"),
        "queue_clearing": ("比上限少停 {cost:.0f} 个", "{cost:.0f} seats below the bound"),
    },
    none={
        "false_call_ups": ("平日不误启动", "no false call-up"),
    },
)
