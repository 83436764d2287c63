"""Answering: evidence, verdicts, families of claims, and selection. Pure functions of data.

A verdict holds whatever the schedule of looks and whenever the runs stop, because its evidence is an e-process: under
the hypothesis that it refutes, the evidence exceeds x at any time with probability 1/x at most (Ville 1939).
"""
