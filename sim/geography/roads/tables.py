"""Tables of travel seconds: computed, and kept on disk by the hash of what they were made from."""

from __future__ import annotations

import hashlib
from weakref import WeakValueDictionary

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from sim.files.cache import add_array, keep_array, kept_array, kept_at
from sim.model.roads import Edges
from sim.policies.clock import TICKS

FLOAT32_EXACT_S = 16_384.0  # below this a multiple of 1/1024 s is exact in float32


def table(graph: Edges, ends: np.ndarray) -> np.ndarray:
    """Seconds to each of the nodes `ends` from every node: [mode, end, node].

    Float32 where that is exact, which it is on the time grid up to 16,384 s; else float64.
    """
    nodes, modes = len(graph.indptr) - 1, len(graph.seconds)
    ticks = graph.seconds * TICKS
    exact = np.array_equal(ticks, np.floor(ticks))
    tables = np.zeros((modes, len(ends), nodes), np.float32 if exact else np.float64)
    for mode in range(modes):
        # From every node to an end is from the end to every node on the reversed graph.
        forward = csr_matrix((graph.seconds[mode], graph.head, graph.indptr), (nodes, nodes))
        reverse = csr_matrix(forward.T)
        for first in range(0, len(ends), 128):
            block = dijkstra(reverse, indices=ends[first : first + 128])
            if tables.dtype == np.float32 and block.max(initial=0.0) >= FLOAT32_EXACT_S:
                tables = tables.astype(np.float64)
            tables[mode, first : first + 128] = block
    return tables


def cached_table(graph: Edges, ends: np.ndarray, keep: bool = True) -> np.ndarray:
    """`table`, made once per content on this machine and mapped into memory after that.

    Whoever asks while another still holds it gets the very same array. Without `keep` none is
    written: for roads that are tried once.
    """
    if not keep:
        return table(graph, ends)
    key = _fingerprint(graph, ends)
    found = _IN_USE.get(key)
    if found is None:
        found = _IN_USE[key] = _kept_table(f"{key}.npy", graph, ends)
    return found


_IN_USE: WeakValueDictionary[str, np.ndarray] = WeakValueDictionary()


def _kept_table(name: str, graph: Edges, ends: np.ndarray) -> np.ndarray:
    folder = kept_at()
    if folder is None:
        return table(graph, ends)
    found = kept_array(folder / name)
    if found is None:  # absent, or damaged
        made = table(graph, ends)
        keep_array(folder / name, made.dtype, made.shape, [made])
        found = kept_array(folder / name)  # mapped, so that workers share it
    return made if found is None else found


def _fingerprint(graph: Edges, ends: np.ndarray) -> str:
    digest = hashlib.sha256(b"table 1")
    for array in (*graph, ends):
        add_array(digest, array)
    return digest.hexdigest()[:32]


def seconds_from(graph: Edges, mode: int, starts: np.ndarray) -> np.ndarray:
    """Seconds from each of the nodes `starts` to every node: [start, node]."""
    nodes = len(graph.indptr) - 1
    forward = csr_matrix((graph.seconds[mode], graph.head, graph.indptr), (nodes, nodes))
    return np.atleast_2d(dijkstra(forward, indices=starts))
