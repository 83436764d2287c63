"""Named random streams, and the laws drawn from them.

A stream is keyed by the seed, its name and the replication, never by position: adding a stream moves no other, and the
same name in the same replication always gives the same numbers. All variates are finished here, by methods of NumPy's
``Generator`` or arithmetic that rounds the same everywhere, so that engines receive numbers and draw none.

The bits come from PCG64DXSM rather than a counter-based generator: nothing here jumps, and an exponential variate takes
two thirds of the time. Its state is a BLAKE2 hash of the stream's key, which keeps streams apart as NumPy's own
``SeedSequence`` does and begins a stream in a fifth of the time; with hundreds of streams of a few numbers each, which
is what some machines ask for, that is felt.
"""

from __future__ import annotations

import hashlib
import math
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from numpy.random import PCG64DXSM, Generator
from numpy.random.bit_generator import ISeedSequence

from resilience_sim.errors import InputsError

__all__ = [
    "Deterministic", "Empirical", "Erlang", "Exponential", "Gamma", "Law", "LogNormal", "Never", "Streams",
    "Triangular", "Truncated", "Uniform", "Weibull", "derived_seed", "fresh_seed",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

LITTLE = sys.byteorder == "little"  # this machine's


@lru_cache(maxsize=4096)
def _key(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def fresh_seed() -> int:
    """A seed from the operating system, small enough to be typed again."""
    return int(np.random.SeedSequence().generate_state(1, np.uint32)[0])


def derived_seed(seed: int, purpose: str) -> int:
    """A seed for draws independent of those of `seed` itself, the same for the same purpose."""
    return _key(f"{seed}/{purpose}")


@lru_cache(maxsize=64, typed=True)
def _begun(seed: int, replication: int) -> hashlib.blake2b:
    """The hash of what the keys of a replication's streams begin with: copied and carried on, never carried on itself.

    A PCG64DXSM begins with 32 bytes.
    """
    return hashlib.blake2b(f"{seed}/{replication}/".encode(), digest_size=32)  # no number contains a slash


class _Hashed(ISeedSequence):
    """The state of a bit generator: the hash of a key, whose bytes are words with the lowest byte first."""

    def __init__(self, digest: bytes) -> None:
        self._digest = digest

    def generate_state(self, n_words: int, dtype: npt.DTypeLike = np.uint32) -> npt.NDArray[np.uint32 | np.uint64]:
        words: npt.NDArray[np.uint32 | np.uint64] = np.frombuffer(self._digest, dtype, n_words)
        return words if LITTLE else words.byteswap()


@dataclass
class Streams:
    """The random streams of one replication.

    Parameters
    ----------
    seed
        Root of all streams, a non-negative integer.
    replication
        Index of the replication, from 0.

    Examples
    --------
    >>> Streams(1, 0).generator("queue/calls/patience").integers(100) == \
    ...     Streams(1, 0).generator("queue/calls/patience").integers(100)
    np.True_
    """

    seed: int
    replication: int
    _given: set[str] = field(default_factory=set, repr=False)

    def generator(self, name: str) -> Generator:
        """The generator of the stream `name`.

        Raises
        ------
        InputsError
            If the stream was already handed out in this replication: two users of one stream would share numbers.
        """
        if name in self._given:
            raise InputsError(
                f"stream {name!r} was asked for twice in replication {self.replication}; names are unique"
            )
        self._given.add(name)
        key = _begun(self.seed, self.replication).copy()
        key.update(name.encode())
        return Generator(PCG64DXSM(_Hashed(key.digest())))  # type: ignore[arg-type]  # NumPy's stubs know its own only


def _positive(law: object, **values: float) -> None:
    for name, value in values.items():
        if not (math.isfinite(value) and value > 0):
            raise InputsError(f"{type(law).__name__}: {name} is {value}; accepted is a finite number above 0")


class Law:
    """A probability law on the non-negative reals; frozen, so that it can be part of an input's identity."""

    infinite: ClassVar[bool] = False

    def draw(self, generator: Generator, size: int) -> Floats:
        """`size` independent variates, shape (size,)."""
        raise TypeError(f"{type(self).__name__} is no law to draw from; use one of its subclasses")

    @property
    def mean(self) -> float:
        """Expected value."""
        raise TypeError(f"{type(self).__name__} is no law with a mean; use one of its subclasses")

    def up_to(self, x: float) -> tuple[float, float]:
        """P(X <= `x`), and the part of the mean that lies there, E[X; X <= `x`]."""
        if x < 0:
            return 0.0, 0.0
        return (1.0, self.mean) if x == math.inf else self._up_to(x)

    def _up_to(self, x: float) -> tuple[float, float]:
        """The same for a finite `x`, 0 or more."""
        raise TypeError(f"{type(self).__name__} is no law whose shares are known; accepted is one of randomness.py")


def _normal_below(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def _gamma_below(shape: float, x: float) -> float:
    """Regularised lower incomplete gamma function."""
    from scipy.special import gammainc  # not for variates: its last bit may change from one version to the next

    return float(gammainc(shape, x))


@dataclass(frozen=True)
class Deterministic(Law):
    """Always the same value."""

    value: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.value) and self.value >= 0):
            raise InputsError(f"Deterministic: value is {self.value}; accepted is a finite number, 0 or more")

    def draw(self, generator: Generator, size: int) -> Floats:
        return np.full(size, self.value)

    @property
    def mean(self) -> float:
        return self.value

    def _up_to(self, x: float) -> tuple[float, float]:
        return (1.0, self.value) if self.value <= x else (0.0, 0.0)


@dataclass(frozen=True)
class Never(Law):
    """Infinite: the patience of someone who never hangs up."""

    infinite: ClassVar[bool] = True

    def draw(self, generator: Generator, size: int) -> Floats:
        return np.full(size, np.inf)

    @property
    def mean(self) -> float:
        return math.inf

    def _up_to(self, x: float) -> tuple[float, float]:
        return 0.0, 0.0


@dataclass(frozen=True)
class Exponential(Law):
    """Exponential law with mean `scale`."""

    scale: float

    def __post_init__(self) -> None:
        _positive(self, scale=self.scale)

    def draw(self, generator: Generator, size: int) -> Floats:
        return generator.standard_exponential(size) * self.scale

    @property
    def mean(self) -> float:
        return self.scale

    def _up_to(self, x: float) -> tuple[float, float]:
        share = -math.expm1(-x / self.scale)
        return share, self.scale * share - x * math.exp(-x / self.scale)


@dataclass(frozen=True)
class LogNormal(Law):
    """exp of a normal variate with mean `mu` and standard deviation `sigma`; the median is exp(`mu`)."""

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        _positive(self, sigma=self.sigma)
        if not math.isfinite(self.mu):
            raise InputsError(f"LogNormal: mu is {self.mu}; accepted is a finite number")

    @classmethod
    def from_median(cls, median: float, sigma: float) -> LogNormal:
        """The law with this median: mu = ln(median)."""
        if not (math.isfinite(median) and median > 0):
            raise InputsError(f"LogNormal: median is {median}; accepted is a finite number above 0")
        return cls(math.log(median), sigma)

    @classmethod
    def from_mean(cls, mean: float, sigma: float) -> LogNormal:
        """The law with this mean: mu = ln(mean) - sigma²/2."""
        if not (math.isfinite(mean) and mean > 0):
            raise InputsError(f"LogNormal: mean is {mean}; accepted is a finite number above 0")
        return cls(math.log(mean) - sigma * sigma / 2, sigma)

    def draw(self, generator: Generator, size: int) -> Floats:
        return generator.lognormal(self.mu, self.sigma, size)

    @property
    def mean(self) -> float:
        return math.exp(self.mu + self.sigma * self.sigma / 2)

    def _up_to(self, x: float) -> tuple[float, float]:
        if x == 0:
            return 0.0, 0.0
        z = (math.log(x) - self.mu) / self.sigma
        return _normal_below(z), self.mean * _normal_below(z - self.sigma)


@dataclass(frozen=True)
class Erlang(Law):
    """Sum of `stages` exponential variates, with mean `scale` in all."""

    stages: int
    scale: float

    def __post_init__(self) -> None:
        _positive(self, stages=self.stages, scale=self.scale)

    def draw(self, generator: Generator, size: int) -> Floats:
        return generator.gamma(self.stages, self.scale / self.stages, size)

    @property
    def mean(self) -> float:
        return self.scale

    def _up_to(self, x: float) -> tuple[float, float]:
        return Gamma(self.stages, self.scale / self.stages).up_to(x)


@dataclass(frozen=True)
class Gamma(Law):
    """Gamma law with mean `shape` · `scale` and variance `shape` · `scale`²; a whole `shape` is an Erlang law."""

    shape: float
    scale: float

    def __post_init__(self) -> None:
        _positive(self, shape=self.shape, scale=self.scale)

    def draw(self, generator: Generator, size: int) -> Floats:
        return generator.gamma(self.shape, self.scale, size)

    @property
    def mean(self) -> float:
        return self.shape * self.scale

    def _up_to(self, x: float) -> tuple[float, float]:
        stretched = x / self.scale
        return _gamma_below(self.shape, stretched), self.mean * _gamma_below(self.shape + 1, stretched)


@dataclass(frozen=True)
class Weibull(Law):
    """P(X > x) = exp(-(x / `scale`)^`shape`)."""

    shape: float
    scale: float

    def __post_init__(self) -> None:
        _positive(self, shape=self.shape, scale=self.scale)

    def draw(self, generator: Generator, size: int) -> Floats:
        return generator.weibull(self.shape, size) * self.scale

    @property
    def mean(self) -> float:
        return self.scale * math.gamma(1 + 1 / self.shape)

    def _up_to(self, x: float) -> tuple[float, float]:
        powered = (x / self.scale) ** self.shape
        return -math.expm1(-powered), self.mean * _gamma_below(1 + 1 / self.shape, powered)


@dataclass(frozen=True)
class Uniform(Law):
    """Uniform between `low` (included) and `high`."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and 0 <= self.low <= self.high):
            raise InputsError(f"Uniform: ({self.low}, {self.high}); accepted are finite 0 <= low <= high")

    def draw(self, generator: Generator, size: int) -> Floats:
        return generator.uniform(self.low, self.high, size)

    @property
    def mean(self) -> float:
        return (self.low + self.high) / 2

    def _up_to(self, x: float) -> tuple[float, float]:
        if x >= self.high:
            return 1.0, self.mean
        if x <= self.low:
            return 0.0, 0.0
        share = (x - self.low) / (self.high - self.low)
        return share, share * (self.low + x) / 2


@dataclass(frozen=True)
class Triangular(Law):
    """Density that rises in a line from 0 at `low` to its peak at `mode` and falls in a line to 0 at `high`."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        if not (0 <= self.low <= self.mode <= self.high < math.inf and self.low < self.high):
            raise InputsError(
                f"Triangular: ({self.low}, {self.mode}, {self.high}); accepted are finite 0 <= low <= mode <= high, "
                "low below high"
            )

    def draw(self, generator: Generator, size: int) -> Floats:
        return generator.triangular(self.low, self.mode, self.high, size)

    @property
    def mean(self) -> float:
        return (self.low + self.mode + self.high) / 3

    def _up_to(self, x: float) -> tuple[float, float]:
        if x <= self.low:
            return 0.0, 0.0
        if x >= self.high:
            return 1.0, self.mean
        if x <= self.mode:
            share = (x - self.low) ** 2 / ((self.high - self.low) * (self.mode - self.low))
            return share, share * (self.low + 2 * (x - self.low) / 3)
        above = (self.high - x) ** 2 / ((self.high - self.low) * (self.high - self.mode))
        return 1 - above, self.mean - above * (self.high - 2 * (self.high - x) / 3)


@dataclass(frozen=True)
class Empirical(Law):
    """One of the recorded values, each as likely as the others."""

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.values or not all(math.isfinite(v) and v >= 0 for v in self.values):
            raise InputsError("Empirical: needs at least one value, all finite and 0 or more")

    def draw(self, generator: Generator, size: int) -> Floats:
        return np.asarray(self.values)[generator.integers(len(self.values), size=size)]

    @property
    def mean(self) -> float:
        return math.fsum(self.values) / len(self.values)

    def _up_to(self, x: float) -> tuple[float, float]:
        below = [v for v in self.values if v <= x]
        return len(below) / len(self.values), math.fsum(below) / len(self.values)


@dataclass(frozen=True)
class Truncated(Law):
    """A law given that the variate lies from `low` to `high`, both included.

    Variates outside are drawn again from the same stream, one for one, so that the k-th is the k-th of the law's own
    variates that lies inside, however many are asked for.

    Parameters
    ----------
    law
        The law without bounds; any of this module's but `Never`.
    low, high
        Bounds; `high` may be infinite.

    Raises
    ------
    InputsError
        If less than a thousandth of the law lies inside: there is nothing there to draw, or it takes too long.
    """

    law: Law
    low: float = 0.0
    high: float = math.inf

    def __post_init__(self) -> None:
        if not (0 <= self.low <= self.high and self.low < math.inf):
            raise InputsError(f"Truncated: ({self.low}, {self.high}); accepted are 0 <= low <= high, low finite")
        if self.law.infinite:
            raise InputsError(f"Truncated: law is {self.law}; accepted is a law of finite values")
        if not self.share >= 1e-3:
            raise InputsError(
                f"Truncated: {self.share:.3g} of {self.law} lies from {self.low} to {self.high}; accepted is a range "
                "that holds 0.001 of the law or more"
            )

    @property
    def share(self) -> float:
        """Share of the law without bounds that lies inside."""
        return self.law.up_to(self.high)[0] - self._below()[0]

    def _below(self) -> tuple[float, float]:
        return self.law.up_to(math.nextafter(self.low, -math.inf))  # what lies at `low` is inside

    def draw(self, generator: Generator, size: int) -> Floats:
        drawn = self.law.draw(generator, size)
        while outside := size - int(np.count_nonzero(inside := self._inside(drawn))):
            drawn = np.concatenate((drawn[inside], self.law.draw(generator, outside)))
        return drawn

    def _inside(self, drawn: Floats) -> npt.NDArray[np.bool_]:
        below = drawn <= self.high
        return below if self.low == 0 else below & (drawn >= self.low)  # no law of this module is negative

    @property
    def mean(self) -> float:
        return (self.law.up_to(self.high)[1] - self._below()[1]) / self.share

    def _up_to(self, x: float) -> tuple[float, float]:
        if x < self.low:
            return 0.0, 0.0
        (share, part), (share_below, part_below) = self.law.up_to(min(x, self.high)), self._below()
        return (share - share_below) / self.share, (part - part_below) / self.share
