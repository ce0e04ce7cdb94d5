"""Conditions: what patients have, and who may be sent to them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from sim.scenario.settings.endings import Cancelled, ShareOrEnding
from sim.scenario.values import Seconds, Setting, Share, ShortText, default
from sim.text import Message, Name

MOST_NEEDS = 8  # of one condition: the random streams of a call's needs are so far apart


class Tier(Setting):
    """Classes of ambulances that may be sent, too."""

    classes: tuple[ShortText, ...] = Field(min_length=1, max_length=50)
    """The classes of `crews.classes` that may be sent as well."""
    penalty: Seconds = default("0 s")
    """Seconds that are added to what is expected of them: with 0 the nearest of all is sent, with
    a long time they are sent only where those of the first tier have nobody.

    Source: assumed."""


class Need(Setting):
    """One ambulance that a condition needs, and of which class."""

    classes: tuple[ShortText, ...] = Field(min_length=1, max_length=50)
    """The classes of the first tier: an arrival of one of them is capable. A class that is in no
    tier is never sent."""
    or_: tuple[Tier, ...] = Field((), alias="or", max_length=20)
    """Further tiers, each with its penalty."""
    delay: Seconds = default("0 s")
    """How long after the call is ready it is sent for; of a first need none.

    Source: assumed."""


def _is_by_priority(value: object) -> str:
    return "by priority" if isinstance(value, dict) else "all"


ShareOfCalls = Annotated[
    Annotated[Share, Tag("all")]
    | Annotated[dict[ShortText, Share], Field(max_length=9), Tag("by priority")],
    Discriminator(_is_by_priority),
]


class Condition(Setting):
    """What a patient has: how often, whether it is taken to hospital, and whom it needs."""

    name: ShortText
    """What this condition is called, like chest pain, stroke, trauma, obstetric, newborn, other."""
    name_zh: ShortText | None = None
    """What it is called in Chinese; without it as in English."""
    share: ShareOfCalls
    """Its share of all calls, or of the calls of each priority by name, where one that is not named
    has none; the shares of all conditions sum to 100 % in each priority."""
    transported: Share | None = None
    """The share of its calls whose patient is taken to a hospital; without it
    `demand.transported`."""
    treated_by: tuple[ShortText, ...] = Field((), max_length=20)
    """The capabilities, all of them, that a hospital must have to which its patients are taken;
    without them any hospital."""
    icu: Share = default("0 %")
    """The share of those taken to a hospital who need a place in intensive care after the bay.

    Source: assumed."""
    to_clinic: Share = default("0 %")
    """The share of those taken away from the scene who are taken to a clinic of
    `hospitals.clinics`, and to no hospital.

    Source: assumed."""
    needs: tuple[Need, ...] = Field((), max_length=MOST_NEEDS)
    """The ambulances that it needs, the first one first; without it one of any class that
    transports."""
    missing: Literal["follow", "forget"] = "follow"
    """Whether an ambulance that cannot be sent with the first one is sent when one is free, or not
    at all.

    Source: assumed."""
    all_or_none: bool = Field(False, strict=True)
    """Whether nobody is sent until all that it needs can be sent at once.

    Source: assumed."""
    released: Literal["apart", "together"] = "together"
    """Whether its ambulances leave together when the scene is over, or each after a time of its
    own, which is drawn for each like `durations.on_scene`.

    Source: assumed."""
    accompanied: bool = Field(False, strict=True)
    """Whether the first of the other ambulances goes to hospital with the one that conveys.

    Source: assumed."""
    nobody_found: ShareOrEnding | None = None
    """The share of its calls to which an ambulance comes and finds nobody; without it
    `demand.nobody_found`."""
    treated_at_scene: ShareOrEnding | None = None
    """The share of its calls whose patient is treated and stays; without it
    `demand.treated_at_scene`."""
    cancelled: Cancelled | None = None
    """Which of its calls are withdrawn, and when; without it `demand.cancelled`."""

    @property
    def names(self) -> Name:
        """What it is called in both languages."""
        return Name(self.name_zh or self.name, self.name)

    @model_validator(mode="after")
    def _has_effect(self) -> Condition:
        if self.accompanied and self.released == "apart":
            raise ValueError(
                Message("who is released apart accompanies nobody: write `released: together`")
            )
        if self.all_or_none and any(need.delay for need in self.needs):
            raise ValueError(
                Message("with `all_or_none` all are sent at once: leave out `delay` of its needs")
            )
        return self


def share_of(condition: Condition, priority: str) -> float:
    """The share of a condition among the calls of a priority."""
    share: Any = condition.share
    return float(share.get(priority, 0.0) if isinstance(share, dict) else share)
