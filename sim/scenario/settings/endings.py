"""How calls end otherwise than at a hospital: withdrawn, nobody there, treated at the scene."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Discriminator, Tag

from sim.scenario.distributions import AnyDistribution, Constant
from sim.scenario.values import Setting, Share, default

NOBODY_THERE: Final = Constant(distribution="constant", value="10 min")  # assumed


class Cancelled(Setting):
    """Calls that are withdrawn, if no ambulance has come by then."""

    share: Share = default("100 %")
    """The share of calls whose callers have no patience without end.

    Source: all of them."""
    after: AnyDistribution
    """How long after the receipt of such a call nobody is needed any more: who waits is withdrawn,
    and an ambulance on its way is free. Once one has arrived, nothing changes."""


class OtherEnding(Setting):
    """A share of calls that end at the scene."""

    share: Share
    """The share of all calls."""
    on_scene: AnyDistribution | None = None
    """How long the ambulance is there; without it `durations.on_scene`, or, where nobody is found,
    10 min, which is assumed."""


def _is_settings(value: object) -> str:
    return "settings" if isinstance(value, dict | OtherEnding) else "share"


# Which of both was meant is seen before it is read, so that a mistake is told of that one alone.
ShareOrEnding = Annotated[
    Annotated[Share, Tag("share")] | Annotated[OtherEnding, Tag("settings")],
    Discriminator(_is_settings),
]


def ending_of(written: float | OtherEnding | None) -> OtherEnding | None:
    """A share alone as settings; None of nothing."""
    if written is None or isinstance(written, OtherEnding):
        return written
    return OtherEnding(share=f"{100 * written!r} %")
