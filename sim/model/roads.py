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

    junctions: Edges  # between junctions, by their numbers; then ways to ends of places' own
    node: np.ndarray  # [junction] node
    exit: np.ndarray  # [ENDS, node] junction that is reached, or NO_JUNCTION
    exit_s: np.ndarray  # [mode, ENDS, node]
    entry: np.ndarray  # [ENDS, node] end by which the node is reached, or NO_JUNCTION
    entry_s: np.ndarray  # [mode, ENDS, node]
    chain: np.ndarray  # [node] chain, -1 for a junction
    rank: np.ndarray  # [node] its place among the nodes of its chain, from 1; 0 for a junction
    along_s: np.ndarray  # [mode, node] from the chain's first junction onwards
    back_s: np.ndarray  # [mode, node] to the chain's first junction; inf if it is one-way


class OwnNodes(NamedTuple):
    """Nodes of places that lie on a road between two nodes of the graph.

    They are numbered after the nodes of the graph. A drive may begin or end there; nobody drives
    through, so that a new place changes no other drive. Seconds; inf against a one-way road.
    """

    road: np.ndarray  # [own node] number of the road
    tail: np.ndarray  # [own node] node of the graph from which the road comes
    head: np.ndarray  # [own node] node of the graph to which it leads
    from_tail_s: np.ndarray  # [mode, own node]
    to_head_s: np.ndarray
    from_head_s: np.ndarray
    to_tail_s: np.ndarray


class Joins(NamedTuple):
    """Where places join the roads: at a node of the graph, or at a node of their own."""

    node: np.ndarray  # [place] node of the graph; NONE = the next of `own`
    own: OwnNodes
    driven_to: np.ndarray | None = None  # [mode, place] bool: in which modes; None: in every one


class Travel(NamedTuple):
    """Everything about the roads. `mode`: one set of speeds. Seconds; inf where there is no way.

    The way from a node to a place is the least of exit + table + entry over the exits of the node
    and the entries of the place, or the stretch along the chain on which both lie. An entry is an
    end of the tables: a junction, or what a place has of its own, which is itself and costs nothing
    more. Ends are numbered: the junctions, those of the map's places, those of the stations.

    A table has a row for each end in each mode in which it is driven to, and no other. Its numbers
    are ticks if they are integers, else seconds.
    """

    graph: Edges  # all roads, on which a vehicle's position is found; empty for a plain matrix
    own: OwnNodes  # of the map's places, then of the layout's stations
    map_own: int  # so many of them are the map's
    chains: Chains  # [node] those of the graph, then `own`
    far: np.ndarray  # [row, junction] to the entries of the map's places
    far_row: np.ndarray  # [mode, end] row in `far`, -1 if none
    near: np.ndarray  # [row, junction] to the entries of the layout's stations
    near_row: np.ndarray  # [mode, end] row in `near`, -1 if none
    xy: (
        np.ndarray
    )  # [node, 2] where those of the graph lie, for the rule `nearest_place`; nan if not known
