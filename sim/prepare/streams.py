"""The random streams of a replication: stretches of one counter-based generator (see `draws`)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np


class CallGroup(NamedTuple):
    """Calls that are drawn together; layer 0 is the usual number, each more is as many again."""

    area: int
    layer: int = 0


class Streams:
    """The random streams of one replication, used by one thread."""

    def __init__(self, seed: int, replication: int):
        self._generator = _own_generator()
        self._bits = self._generator.bit_generator
        self._counter = [0, 0, 0, replication]
        self._beginning = {
            "bit_generator": "Philox",
            "state": {"counter": self._counter, "key": _key(seed)},
            "buffer": [0, 0, 0, 0],  # used up: the next four numbers are made from the counter
            "buffer_pos": 4,
            "has_uint32": 0,
            "uinteger": 0,
        }

    def of(self, stream: int, group: CallGroup) -> np.random.Generator:
        """A stream from its beginning, until the next one is asked for."""
        self._counter[1:3] = 2 * group.layer + group.area, int(stream)
        self._bits.state = self._beginning
        return self._generator

    def quantiles(
        self, stream: int, groups: Sequence[CallGroup], counts: Sequence[int]
    ) -> np.ndarray:
        """[call] quantiles between 0 and 1, one group after the other."""
        drawn = np.empty(sum(counts))
        first = 0
        for group, count in zip(groups, counts, strict=True):
            self.of(stream, group).random(out=drawn[first : first + count])
            first += count
        return drawn


_of_thread = threading.local()


def _own_generator() -> np.random.Generator:
    """This thread's generator: to start one takes as long as to draw a thousand numbers."""
    if not hasattr(_of_thread, "generator"):
        _of_thread.generator = np.random.Generator(np.random.Philox(0))
    generator: np.random.Generator = _of_thread.generator
    return generator


@lru_cache(maxsize=64)
def _key(seed: int) -> tuple[int, ...]:
    """The key of a seed's streams, such that near seeds have nothing in common."""
    return tuple(np.random.SeedSequence(seed).generate_state(2, np.uint64).tolist())
