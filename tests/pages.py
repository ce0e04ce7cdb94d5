"""What tests of pages share: whether a printed page is straight, whole and free of nan."""

from __future__ import annotations

from rich.cells import cell_len


def aligned(table, most=120):
    """Cells in columns: no line is ragged, none too long, and nothing says nan."""
    assert "nan" not in table
    assert "None" not in table
    for line in table.splitlines()[1:]:  # the title is as long as the name of the base
        assert cell_len(line) <= most, line
