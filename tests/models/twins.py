"""What the conformance tests of all machines share."""

from __future__ import annotations

import dataclasses
import inspect

import numpy as np

from resilience_sim.randomness import Deterministic, Empirical, Exponential, Law, LogNormal, Uniform


def one_of(random: np.random.Generator, *choices):
    return choices[random.integers(len(choices))]


def some_law(random: np.random.Generator, mean: float, lattice: float | None) -> Law:
    """A law with about this mean; on a lattice, one of its multiples up to twice the mean."""
    if lattice is not None:
        return Empirical(tuple(lattice * float(k) for k in range(int(2 * mean / lattice) + 1)))
    return one_of(
        random, Exponential(mean), Uniform(0.0, 2 * mean), Deterministic(mean), LogNormal.from_mean(mean, 0.8)
    )


def without_trace(path):
    names = [field.name for field in dataclasses.fields(path) if field.name.startswith("trace_")]
    return dataclasses.replace(path, **dict.fromkeys(names))


def assert_same_draws(one, other) -> None:
    for field in dataclasses.fields(one):
        assert np.array_equal(getattr(one, field.name), getattr(other, field.name)), field.name


def uncompile(monkeypatch, *modules) -> None:
    """Let these modules call their functions as they are written."""
    for module in modules:
        for name, function in inspect.getmembers(module, lambda member: hasattr(member, "py_func")):
            monkeypatch.setattr(module, name, function.py_func)
