"""A value of a setting as a file would have it: entries of lists, settings within settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from sim.scenario.distributions import Constant
from sim.scenario.duty import day_names
from sim.scenario.values import LonLat, Setting
from sim.words.language import Language

SHARES: Final = (
    "share", "transported", "answers", "icu", "to_clinic", "nobody_found", "treated_at_scene",
    "needing_ambulance", "speed",
)  # fmt: skip
DURATIONS: Final = (
    "penalty", "delay", "length", "after", "begun_within", "per_refusal", "help_after", "away",
    "lead", "within", "every",
    # of a distribution
    "min", "max", "value", "mean_", "median", "shift", "scale", "low", "high", "values",
)  # fmt: skip
CLOCK_TIMES: Final = ("earliest", "latest")
METRES: Final = ("radius",)


def written(value: Any, say: Language, duration: Callable[[float, Language], str]) -> str:
    """A value, with all that is within it; what nobody has written is left out."""

    def said(found: Any, name: str = "") -> str:
        if isinstance(found, bool):
            return "true" if found else "false"
        if isinstance(found, float):
            return _number(found, name)
        if isinstance(found, Constant) and found.model_fields_set <= {"distribution", "value"}:
            return duration(found.value, say)
        if isinstance(found, Setting) and not isinstance(found, LonLat):
            fields = type(found).model_fields.items()
            parts = ((field.alias or key, key, getattr(found, key)) for key, field in fields)
            return ", ".join(
                f"{alias}: {said(one, key) if key == 'days' else _braced(one, said(one, key))}"
                for alias, key, one in parts
                if not _is_empty(one) and key in found.model_fields_set
            )
        if isinstance(found, Mapping):
            return ", ".join(
                f"{key}: {_braced(one, said(one, name))}" for key, one in found.items()
            )
        if isinstance(found, datetime):
            return f"{found:%Y-%m-%d %H:%M}"
        if isinstance(found, LonLat):
            return f"[{found.lon:g}, {found.lat:g}]"
        if name == "days":
            return ", ".join(day_names(found))
        if isinstance(found, list | tuple) and "__str__" not in type(found).__dict__:
            return ", ".join(_braced(one, said(one, name)) for one in found)
        return str(found)

    def _number(found: float, name: str) -> str:
        if name in SHARES:
            return say("{number} %", number=f"{found * 100:.4g}")
        if name in DURATIONS:
            return duration(found, say)
        if name in METRES:
            return say("{n} km", n=f"{found / 1000:g}")
        if name in CLOCK_TIMES:
            return f"{int(found // 3600):02d}:{int(found % 3600 // 60):02d}"
        return f"{found:.6g}"

    return said(value)


def _braced(value: Any, text: str) -> str:
    """In braces what are settings, in brackets what is a list."""
    if isinstance(value, LonLat):
        return text
    if isinstance(value, Setting | Mapping) and ":" in text:
        return "{" + text + "}"
    if isinstance(value, list | tuple) and "__str__" not in type(value).__dict__:
        return "[" + text + "]"
    return text


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, tuple | list | dict) and not value)
