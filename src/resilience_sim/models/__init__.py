"""The machines: each turns parameters and drawn numbers into a sample path, and knows no plan.

Every machine has the same files: ``inputs`` (frozen parameters), ``draws`` (all randomness ends there), ``reference``
(SimPy, to be read aloud), ``kernel`` (Numba, fast), ``measures`` (both engines' paths reduced once) and ``theory``
(closed forms). The two engines must give the same sample path bit for bit; see :mod:`resilience_sim.models.contract`.
"""
