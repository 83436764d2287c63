"""Named streams: each keeps its numbers, whatever else is asked for, and shares them with nobody."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from numpy.random import PCG64DXSM, Generator

from resilience_sim.errors import InputsError
from resilience_sim.randomness import Streams

NAMES = ("egress/hall/delay", "egress/hall/guests/level", "queue/calls/patience", "", "电话/耐心")
MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645  # with which NumPy takes up a seed, PCG64 or PCG64DXSM

PINNED = {
    "random": [0.5964104263463231, 0.5025859354628093, 0.34315970000109486],
    "exponential": [0.07406609351093577, 1.260481857380277, 0.9229064725324905],
    "integers": [899102, 507880, 688275, 939584],
}


def begun(seed: int, replication: int, name: str) -> Generator:
    """The stream from its definition: the hash of its key, as the generator's own seeding takes it up."""
    digest = hashlib.blake2b(f"{seed}/{replication}/{name}".encode(), digest_size=32).digest()
    high, low, sequence_high, sequence_low = (int.from_bytes(digest[k : k + 8], "little") for k in range(0, 32, 8))
    step = ((sequence_high << 64 | sequence_low) << 1 | 1) % 2**128
    state = ((step + (high << 64 | low)) * MULTIPLIER + step) % 2**128
    bits = PCG64DXSM(0)
    bits.state = {
        "bit_generator": "PCG64DXSM", "state": {"state": state, "inc": step}, "has_uint32": 0, "uinteger": 0,
    }  # fmt: skip
    return Generator(bits)


@pytest.mark.parametrize("seed", [0, 1, 2**64 + 1])
@pytest.mark.parametrize("replication", [0, 12])
def test_a_stream_begins_with_the_hash_of_its_key(seed, replication):
    streams = Streams(seed, replication)
    for name in NAMES:
        ours, defined = streams.generator(name), begun(seed, replication, name)
        assert np.array_equal(ours.integers(2**63, size=5), defined.integers(2**63, size=5))
        assert np.array_equal(ours.standard_normal(5), defined.standard_normal(5))


def test_the_numbers_are_those_of_all_earlier_versions():
    streams = Streams(1, 0)
    assert streams.generator("egress/hall/delay").random(3).tolist() == PINNED["random"]
    assert streams.generator("queue/calls/patience").standard_exponential(3).tolist() == PINNED["exponential"]
    assert Streams(2026, 7).generator("egress/hall/delay").integers(10**6, size=4).tolist() == PINNED["integers"]


def test_a_stream_that_was_handed_out_is_not_touched_by_later_ones():
    streams = Streams(3, 1)
    held = {name: streams.generator(name) for name in NAMES}
    first = {name: held[name].random(4) for name in NAMES}
    for k in range(100):
        streams.generator(f"other/{k}").random(7)
        Streams(3, 1).generator(NAMES[k % len(NAMES)]).random(7)
    for name in NAMES:
        alone = Streams(3, 1).generator(name)
        assert np.array_equal(alone.random(4), first[name])
        assert np.array_equal(alone.random(4), held[name].random(4))


def test_keys_that_look_alike_are_other_streams():
    """The seed, the replication and the name are told apart, and a replication of many does not run out."""
    keys = [
        (1, 0, "a"),
        (10, 0, "a"),
        (1, 10, "a"),
        (1, 1, "0/a"),
        (1, 0, "b"),
        (0, 1, "a"),
        (11, 0, "a"),
        (1, 0, "a/"),
    ]
    keys += [(5, replication, "a") for replication in range(200)]
    drawn = {Streams(seed, replication).generator(name).integers(2**63) for seed, replication, name in keys}
    assert len(drawn) == len(keys)
    assert Streams(5, 0).generator("a").integers(2**63) == Streams(5, 0).generator("a").integers(2**63)


def test_a_stream_is_handed_out_once():
    streams = Streams(1, 4)
    streams.generator("calls")
    with pytest.raises(InputsError, match="stream 'calls' was asked for twice in replication 4"):
        streams.generator("calls")
