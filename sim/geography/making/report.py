"""What an import read, kept and left out, in words: printed, and written into the README."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Report:
    """Lines of text under a few headings, in the order in which they were found out."""

    sections: dict[str, list[str]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def say(self, section: str, line: str) -> None:
        self.sections.setdefault(section, []).append(line)

    def warn(self, line: str) -> None:
        """Something a planner should look at before trusting the map."""
        self.warnings.append(line)

    def lines(self) -> list[str]:
        found = []
        for section, lines in self.sections.items():
            found += [section, *(f"  {line}" for line in lines)]
        if self.warnings:
            found += ["To look at", *(f"  ! {line}" for line in self.warnings)]
        return found

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def markdown(self) -> str:
        """The same as a part of a README."""
        parts = [
            f"### {section}\n\n" + "\n".join(_item(line) for line in lines)
            for section, lines in self.sections.items()
        ]
        if self.warnings:
            parts.append("### To look at\n\n" + "\n".join(f"- {w}" for w in self.warnings))
        return "\n\n".join(parts)


def _item(line: str) -> str:
    """An item of a list; what is indented stands below the item before it."""
    return f"  - {line.strip()}" if line.startswith("  ") else f"- {line}"


def count(number: float, what: str) -> str:
    """`1 link`, `12,345 links`."""
    return f"{number:,.0f} {what}{'' if number == 1 else 's'}"


def some(names: list[str], limit: int = 8) -> str:
    """The first few names, and how many more there are."""
    rest = len(names) - limit
    return ", ".join(names[:limit]) + (f" and {rest} more" if rest > 0 else "")
