"""What a page may send: everything else is refused in a sentence, whatever it is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.browser.protocol import FIELDS, RefusedError, read

GOOD = [
    {"do": "hello", "tab": "a"},
    {"do": "drag", "station": "市妇幼", "at": [113.5, 27.7]},
    {"do": "drop", "station": "市妇幼", "at": [113, 27]},
    {"do": "add", "at": [113.5, 27.7]},
    {"do": "add", "place": "枫林镇", "ambulances": 2},
    {"do": "close", "station": "a"},
    {"do": "reopen", "station": "a"},
    {"do": "ambulances", "station": "a", "number": 0},
    {"do": "hours", "station": "a", "hours": "08-20"},
    {"do": "undo"},
    {"do": "redo"},
    {"do": "reset"},
    {"do": "keep", "name": "B"},
    {"do": "rename", "plan": "B", "name": "C"},
    {"do": "forget", "plan": "B"},
    {"do": "show", "plan": "B", "against": None},
    {"do": "save", "name": "b"},
    {"do": "load", "file": "b.yaml"},
    {"do": "why"},
]


def test_every_request_is_tried_here():
    assert {one["do"] for one in GOOD} == set(FIELDS)


@pytest.mark.parametrize("message", GOOD, ids=lambda one: one["do"])
def test_a_message_is_read_as_it_was_sent(message):
    asked = read(json.dumps({"n": 3} | message))
    assert (asked.n, asked.do) == (3, message["do"])
    for field, value in message.items():
        if field != "do":
            given_ = asked.given[field]
            assert (list(given_) if isinstance(given_, tuple) else given_) == value


@pytest.mark.parametrize(
    "change",
    [
        {"at": [113.5]}, {"at": [113.5, "27"]}, {"at": [1e9, 27]}, {"at": None}, {"at": [True, 1]},
        {"at": {"lon": 1}}, {"station": 7}, {"station": "x" * 201}, {"station": None},
        {"n": -1}, {"n": "1"}, {"n": 1.5}, {"n": True}, {"n": 2**60}, {"do": "sink"}, {"do": 3},
        {"more": 1},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_wrong_with_it_is_named(change):
    message = {"n": 1, "do": "drag", "station": "市妇幼", "at": [113.5, 27.7]} | change
    with pytest.raises(RefusedError, match="not understood") as refused:
        read(json.dumps(message))
    n = message["n"]
    assert refused.value.n == (1 if n == 1 and n is not True else 0)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", '"drag"', "{", "[" * 100_000, '{"n":1,"do":"drag","station":"a","at":[NaN,1]}',
     '{"n":1,"do":"add","at":[1,2],"place":"a"}', '{"n":1,"do":"add"}', '{"n":1,"do":"show","plan":"a","against":7}',
     '{"n":1,"do":"why","township":-1}', '{"n":1,"do":"save","name":"a","replace":1}',
     '{"n":1,"do":"ambulances","station":"a","number":1e30}',
     '{"n":1,"do":"drag","station":"a","at":[1' + "0" * 400 + ",2]}"],
    ids=lambda text: text[:40],
)  # fmt: skip
def test_what_is_no_message_is_refused(text):
    with pytest.raises(RefusedError):
        read(text)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = sorted({"n", "do", *(field for fields in FIELDS.values() for field in fields)})


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.sampled_from(NAMES), VALUES | st.sampled_from(sorted(FIELDS)), max_size=5)
)
def test_nothing_but_a_refusal_comes_of_nonsense(message):
    try:
        asked = read(json.dumps(message))
    except RefusedError:
        return
    assert asked.do in FIELDS
    assert set(asked.given) == set(FIELDS[asked.do])
