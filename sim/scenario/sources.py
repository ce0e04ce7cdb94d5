"""Where the settings of a scenario are from, as its files say behind them: `# source: …`.

urban: 14.12 per 1000 people per year  # source: fitted from records.csv, n = 4,164
"""

from __future__ import annotations

from typing import Any

from sim.files.yaml_lines import YamlText
from sim.scenario import bases
from sim.scenario.differences import leaves
from sim.scenario.scenario import Scenario


def of(base: Scenario) -> dict[str, str]:
    """The source behind every setting that has one, by the setting's path.

    The nearest file that says a setting says its source. What was altered since the files were
    read has none, nor has what is not written in YAML.
    """
    asked = dict(leaves(base.settings))
    read = dict(leaves((base.unaltered or base).settings))
    texts = bases.with_bases(base.path)
    found = {}
    for path in (path for path, value in asked.items() if path in read and read[path] == value):
        for text in texts:
            loc = _loc(text.content, path)
            if loc is not None:
                source = text.source(loc) if isinstance(text, YamlText) else None
                if source is not None:
                    found[path] = source
                break
    return found


def _loc(content: Any, path: str) -> tuple[str, ...] | None:
    """Where a content says the setting of a path; names of settings may have dots."""
    if not path:
        return ()
    for key in content if isinstance(content, dict) else ():
        if path == key or path.startswith(f"{key}."):
            within = _loc(content[key], path[len(key) + 1 :])
            if within is not None:
                return (key, *within)
    return None
