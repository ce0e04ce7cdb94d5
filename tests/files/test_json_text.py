"""JSON of people's files: read, or refused as no JSON."""

from __future__ import annotations

import pytest

from sim.files import json_text


def test_json_is_read_as_ever():
    assert json_text.loads('{"a": [1, 2.5, "x"]}') == {"a": [1, 2.5, "x"]}
    assert json_text.loads(b"[]") == []


@pytest.mark.parametrize("text", ["[" * 200_000, "[" * 200_000 + "]" * 200_000, '{"a":' * 100_000,
                                  "", "{", b"\xff", "9" * 5_000, "[1,]"])  # fmt: skip
def test_what_is_none_is_a_value_error_however_deep(text):
    with pytest.raises(ValueError, match=r"."):
        json_text.loads(text)
