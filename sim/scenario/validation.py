"""What pydantic found, in a planner's words and at the place where the file says it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from sim.errors import did_you_mean
from sim.files.yaml_lines import Loc


def dotted(loc: Loc) -> str:
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def in_words(error: ValidationError, raw: Any, model: Any) -> Iterable[tuple[Loc, str]]:
    """Pydantic's findings in a planner's words, with their place as the file has it."""
    seen = set()
    for found in error.errors():
        loc = _as_written(found["loc"], raw)
        kind, ctx = found["type"], found.get("ctx", {})
        value = found.get("input")
        if kind == "extra_forbidden":
            known = _known_keys(found["loc"], model)
            message = f"no such setting{did_you_mean(str(found['loc'][-1]), known)}"
        elif kind == "missing":
            message = "this setting is missing"
        elif kind in ("union_tag_invalid", "union_tag_not_found"):
            laws = str(ctx.get("expected_tags", "")).replace("'", "").split(", ")
            laws = [law for law in laws if law] or DISTRIBUTION_NAMES
            law = value.get("distribution") if isinstance(value, dict) else None
            loc = (*loc, "distribution")
            message = f"write one of {', '.join(laws)}; found {law}"
            if law is not None:
                message += did_you_mean(str(law), laws) if len(laws) <= 12 else ""
        elif kind == "value_error":
            message = str(ctx["error"])
        else:
            said = f"{found['msg'][0].lower()}{found['msg'][1:]}"
            said = next((text for stem, text in WANTED if kind.startswith(stem)), said)
            message = f"{said}; found {_short(value)}"
        if (loc, message) not in seen:
            seen.add((loc, message))
            yield loc, message


DISTRIBUTION_NAMES = ["constant", "empirical", "exponential", "gamma", "lognormal", "uniform",
                      "weibull"]  # fmt: skip


# What pydantic calls its findings, as a planner would say it.
WANTED = (
    ("tuple", "write a list"),
    ("list", "write a list"),
    ("dict", "write settings, like `key: value`"),
    ("model", "write settings, like `key: value`"),
    ("string", "write a text"),
    ("int", "write a whole number"),
    ("float", "write a number"),
    ("bool", "write true or false"),
    ("datetime", "write a date and time like 2025-01-06 00:00"),
)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _as_written(loc: Loc, raw: Any) -> tuple[str | int, ...]:
    """Pydantic's path less what is not in the file: names of union members."""
    written: list[str | int] = []
    node = raw
    for number, part in enumerate(loc):
        is_item = isinstance(node, list) and isinstance(part, int) and part < len(node)
        if is_item or (isinstance(node, dict) and part in node):
            node = node[part]
        elif number < len(loc) - 1 or not isinstance(node, dict) or not str(part).isidentifier():
            continue  # the name of a union's member
        written.append(part)
    return tuple(written)


def _known_keys(loc: Loc, model: Any) -> list[str]:
    """The settings that could have been meant where an unknown one was found."""
    node = model.model_json_schema(by_alias=True)
    definitions = node.get("$defs", {})

    def opened(schema: dict[str, Any]) -> list[dict[str, Any]]:
        if "$ref" in schema:
            return opened(definitions[schema["$ref"].rsplit("/", 1)[-1]])
        options = schema.get("anyOf", []) + schema.get("oneOf", []) + schema.get("allOf", [])
        return [schema, *(inner for option in options for inner in opened(option))]

    here = opened(node)
    for part in loc[:-1]:
        inner = [s["properties"][part] for s in here if part in s.get("properties", {})]
        inner += [s["items"] for s in here if isinstance(part, int) and "items" in s]
        if inner:
            here = [o for schema in inner for o in opened(schema)]
        else:  # the name of a distribution, which is how pydantic tells members of a union apart
            tagged = [s for s in here if _tag(s) == part]
            here = tagged or here
    return sorted({key for schema in here for key in schema.get("properties", {})})


def _tag(schema: dict[str, Any]) -> Any:
    return schema.get("properties", {}).get("distribution", {}).get("const")
