"""Roads as engines read them: edges with seconds, folded chains, tables of travel."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Edges(NamedTuple):
    """A graph that is driven; of parallel roads only the fastest is here."""

    indptr: np.ndarray  # [node + 1]
    head: np.ndarray  # [edge]
    seconds: np.ndarray  # [mode, edge]


class Chains(NamedTuple):
    """Where every node lies among the junctions. Seconds are inf where there is no way."""

    junctions: Edges  # between junctions, by their numbers
    node: np.ndarray  # [junction] node
    exit: np.ndarray  # [ENDS, node] junction that is reached, or NO_JUNCTION
    exit_s: np.ndarray  # [mode, ENDS, node]
    entry: np.ndarray  # [ENDS, node] junction from which the node is reached, or NO_JUNCTION
    entry_s: np.ndarray  # [mode, ENDS, node]
    chain: np.ndarray  # [node] chain, -1 for a junction
    along_s: np.ndarray  # [mode, node] from the chain's first junction onwards
    back_s: np.ndarray  # [mode, node] to the chain's first junction; inf if it is one-way


class Travel(NamedTuple):
    """Everything about the roads. `mode`: one set of speeds. Seconds; inf where there is no way.

    The way from a node to an end is the least of exit + table + entry over the exits of the node
    and the entries of the end, or the stretch along the chain on which both lie.
    """

    graph: Edges  # all roads, on which a vehicle's position is found; empty for a plain matrix
    chains: Chains
    far: np.ndarray  # [mode, row, junction] to the entries of the map's places
    far_row: np.ndarray  # [junction] row in `far`, -1 if none
    near: np.ndarray  # [mode, row, junction] to the entries of the layout's stations
    near_row: np.ndarray  # [junction] row in `near`, -1 if none
    xy: np.ndarray  # [node, 2] where nodes lie, for the rule `nearest_place`; nan if not known
