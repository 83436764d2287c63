"""Answering: evidence, verdicts, families of claims, and selection. Pure functions of data.

A verdict holds whatever the schedule of looks and whenever the runs stop, because its evidence is an e-process: under
the hypothesis that it refutes, the evidence exceeds x at any time with probability 1/x at most (Ville 1939).

==============  =====================================================================================
``evidence``    e-values of a share; its interval
``verdict``     answers, readings, :class:`~verdict.Verdict`, and the test of a share
``betting``     the test of a bounded mean or ratio, by bets
``asymptotic``  the test of an unbounded mean, right in the limit only and labelled so
``looks``       judging while replications arrive
``planning``    how many replications it takes
``family``      sharing the error among plans, claims and uses; many e-values together
``selection``   the first of a row of candidates that holds, with its certificate
``cheapest``    the cheapest choice of several quantities together, with its certificate
``ranking``     the best of k systems
``invalid``     rules in common use that are wrong: negative controls of the tests
==============  =====================================================================================
"""
