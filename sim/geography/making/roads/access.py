"""Whether an ambulance may drive there: words on access of a road, and barriers in its way."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from sim.geography.making.roads.wording import pieces, values, word

# The most particular key decides: motor_vehicle=yes opens a road with access=no.
KEYS: Final = ("emergency", "motorcar", "motor_vehicle", "vehicle", "access")
EMERGENCY: Final = KEYS[0]
TAGS: Final = frozenset(f"{key}{way}" for key in KEYS for way in ("", ":forward", ":backward"))
OPEN: Final = frozenset(
    {"yes", "true", "designated", "official", "permissive", "destination", "delivery", "customers",
     "customer", "residents", "resident", "visitors", "permit", "emergency", "ambulance", "public",
     "allowed", "discouraged", "unknown", "toll", "motor_vehicle", "motorcar", "允许", "通行",
     "可通行", "公共", "是"}
)  # fmt: skip
# Groups that an ambulance does not belong to, too: a road for buses alone is closed to others.
CLOSED: Final = frozenset(
    {"no", "false", "private", "agricultural", "forestry", "agriculture", "forest", "military",
     "restricted", "prohibited", "closed", "never", "bus", "psv", "hgv", "goods", "taxi", "tram",
     "bicycle", "foot", "pedestrian", "horse", "moped", "motorcycle", "snowmobile", "use_sidepath",
     "dismount", "禁止", "禁行", "禁止通行", "私人", "私有", "否"}
)  # fmt: skip


class Access(NamedTuple):
    """Whether the road is open along its line and against it, and the words that nobody knows."""

    forward: bool
    backward: bool
    strange: tuple[str, ...] = ()


def access(tags: Mapping[str, str]) -> Access:
    """By the most particular key that says something; a road of which none does is open."""
    if not TAGS & tags.keys():
        return Access(True, True)
    strange: list[str] = []
    forward, backward = (
        _decided(tags, way, strange) is not False for way in (":forward", ":backward")
    )
    return Access(forward, backward, tuple(dict.fromkeys(strange)))


def _decided(tags: Mapping[str, str], way: str, strange: list[str]) -> bool | None:
    for key in KEYS:
        for name in (f"{key}{way}", key):
            text = tags.get(name)
            if text is None:
                continue
            verdict = allowed(text)
            if verdict is not None:
                return verdict
            if key != EMERGENCY:  # which also says where a hydrant stands
                strange.append(text)
    return None


@lru_cache(maxsize=4096)
def allowed(text: str) -> bool | None:
    """What a word, or a list of words, says; None if it says nothing that is known.

    Of several words each opens the road to some: one that lets an ambulance in is enough. Where
    pieces of a road were joined, each must be open.
    """
    verdicts = [_piece(piece) for piece in pieces(text)]
    if False in verdicts:
        return False
    return True if True in verdicts else None


def _piece(text: str) -> bool | None:
    said = set(values(text.replace("/", ";")))
    if said & OPEN:
        return True
    return False if said and said <= CLOSED else None


# ── barriers ─────────────────────────────────────────────────────────────────────────────────

BLOCKING: Final = frozenset(
    {"bollard", "bollards", "block", "blocks", "concrete_block", "concrete", "jersey_barrier",
     "log", "logs", "tree", "fallen_tree", "debris", "rubble", "rock", "rocks", "boulder",
     "boulders", "stone", "stones", "chain", "rope", "fence", "wall", "hedge", "ditch", "trench",
     "guard_rail", "cable_barrier", "retaining_wall", "city_wall", "barrier_board", "handrail",
     "planter", "plant", "flowerpot", "flower_pot", "tank_trap", "tyres", "spikes", "sump_buster",
     "bus_trap", "cycle_barrier", "motorcycle_barrier", "kissing_gate", "stile", "horse_stile",
     "turnstile", "full-height_turnstile", "full-height_gate_for_pedestrians", "wicket_gate",
     "horse_jump", "avalanche_protection", "delineators", "bar", "pole", "post", "earth_bank",
     "embankment", "berm", "mound", "step", "steps", "路障", "隔离墩", "石墩"}
)  # fmt: skip
PASSABLE: Final = frozenset(
    {"no", "none", "gate", "lift_gate", "swing_gate", "sliding_gate", "bump_gate", "gates",
     "hampshire_gate", "sliding_beam", "entrance", "cattle_grid", "border_control", "toll_booth",
     "sally_port", "height_restrictor", "width_restrictor", "kerb", "checkpoint", "coupure",
     "arch", "armadillo", "rumble_strip", "speed_bump", "ticket", "security_control", "door",
     "customs", "ford", "cable_gate", "tollgate", "spike_strip_exit", "weighbridge", "boom"}
)  # fmt: skip
BLOCKED, STRANGE = "barrier", "strange barrier"


def barrier(tags: Mapping[str, str]) -> str:
    """BLOCKED if an ambulance cannot pass the node, STRANGE if nobody knows the word, or nothing.

    What the node says of access comes first: a bollard with emergency=yes lets an ambulance by.
    """
    kinds = set(values(tags.get("barrier", "")))
    if not kinds or kinds <= {"no", "none"}:
        return ""
    verdict = _decided(tags, "", [])
    if verdict is not None:
        return "" if verdict else BLOCKED
    if word(tags.get("locked", "no")) in ("yes", "true", "1", "locked"):
        return BLOCKED
    if word(tags.get("bollard", "")) == "rising":  # crews lower it
        return ""
    if kinds & BLOCKING:
        return BLOCKED
    return "" if kinds <= PASSABLE else STRANGE
