"""What strikes: lines tripping and the calls they bring, from a fitted law or a replayed record.

::

    tables ── watch ── outages ── durations ─┐            lines out: read, count, merge, how long
       │                  │                  ├─ outage_fit   the law of a district's record
       │                  └── outage_law ────┘            draw line outages
       │                         └── events               episodes with so many lines out
       │                  outage_calls ── surge           calls that outages bring; a storm day known by its calls
       └── calls, counts ── call_fit                      logs of calls: handling, patience, redial, day factor

    failure_day, call_surge                               an application down, calls that grow abnormally
    fault_times, lognormal_fit, proportions               logs of repairs and of call-outs: rates, times, shares
    smoke                                                 a fire that grows: how long a way out can be used

Underneath stand ``survival`` (times not seen to their end) and ``quantiles`` (a law given by its quantiles). What
strikes is handed on as :class:`~resilience_sim.hazards.outages.LineOutages`, a timeline, or instants of calls.
"""
