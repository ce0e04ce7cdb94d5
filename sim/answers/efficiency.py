"""How many times as many replications a comparison would have taken without what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.measures import estimates

if TYPE_CHECKING:
    from sim.answers.comparison import Comparison


def gain_from_sharing(comparison: Comparison, layout: int = 1) -> float:
    """Without the same calls in all layouts; nan if not known."""
    return estimates.gain_from_sharing(comparison.beside, comparison.pooled[layout])


def gain_from_asking(comparison: Comparison) -> float:
    """Without answers about other places: for what the first proposal differs by, or for the base
    if it is alone; nan if not known."""
    if not comparison.proposals:
        return estimates.gain_from_asking(comparison.pooled[0])
    return estimates.gain_from_asking(comparison.pooled[1], comparison.beside)
