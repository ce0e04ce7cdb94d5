"""The JSON Schema of a kind of file, made from its settings, as editors read it."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from sim.scenario.values import describe


def schema_of(model: type[BaseModel]) -> str:
    """The schema as the text of a file, each field with its meaning."""
    describe()
    rules = _on_one_line(model.model_json_schema(by_alias=True))
    return json.dumps(rules, ensure_ascii=False, indent=1) + "\n"


def _on_one_line(rules: Any) -> Any:
    """The schema with its descriptions as they are read, not as the code breaks their lines."""
    if isinstance(rules, list):
        return [_on_one_line(rule) for rule in rules]
    if not isinstance(rules, dict):
        return rules
    return {
        key: " ".join(value.split())
        if key == "description" and isinstance(value, str)
        else _on_one_line(value)
        for key, value in rules.items()
    }
