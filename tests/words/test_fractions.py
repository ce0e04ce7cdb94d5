"""Shares as fractions: never more than they are, and rounded so that they add up."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_engines_agree import QUIET

from sim.words import fractions
from sim.words.language import language

EN, ZH = language("en"), language("zh")
VALUES = {text: value for value, text in fractions.FRACTIONS} | {"almost all": 0.975, "all": 1.0}
MEANINGS = {text: ZH(text) for text in VALUES}


def said_value(share):
    said = fractions.in_words(share, EN)
    return VALUES[said] if said in VALUES else int(said.removesuffix(" %")) / 100


@pytest.mark.parametrize(
    ("share", "en", "zh"),
    [
        (1.0, "all", "全部"),
        (0.99999, "almost all", "几乎全部"),
        (0.95, "almost all", "几乎全部"),
        (0.94, "94 %", "94%"),
        (0.91, "nine in ten", "九成"),
        (0.66, "two thirds", "三分之二"),
        (0.51, "half", "一半"),
        (0.45, "45 %", "45%"),
        (0.34, "a third", "三分之一"),
        (0.0, "0 %", "0%"),
    ],
)
def test_shares_in_words(share, en, zh):
    assert (fractions.in_words(share, EN), fractions.in_words(share, ZH)) == (en, zh)


@settings(**QUIET)
@given(st.floats(0, 1))
def test_words_never_contradict_the_number(share):
    en, zh = fractions.in_words(share, EN), fractions.in_words(share, ZH)
    assert abs(said_value(share) - share) <= 0.025 + 1e-12
    assert zh == MEANINGS.get(en, en.replace(" %", "%"))
    assert (en == "all") == (share == 1)


def test_more_is_never_said_as_less():
    values = [said_value(share) for share in np.linspace(0, 1, 5001).tolist()]
    assert all(a <= b for a, b in pairwise(values))


@settings(max_examples=1000, **QUIET)
@given(st.floats(0, 1), st.floats(0, 1))
def test_two_fractions_of_one_whole_are_not_more_than_the_whole(one, other):
    if one + other <= 1:
        both = [fractions.fraction(share, EN) for share in (one, other)]
        if all(both) and "almost all" not in both:
            assert sum(VALUES[word] for word in both) <= 1 + 1e-9


@settings(**QUIET)
@given(st.lists(st.floats(0, 1000), min_size=1, max_size=8), st.integers(0, 2))
def test_rounded_numbers_add_up(values, digits):
    rounded = fractions.adding_up(np.array(values), digits)
    step = 10.0**-digits
    assert rounded.sum() == pytest.approx(round(math.fsum(values) / step) * step, abs=step * 1.001)
    assert (np.abs(rounded - values) < step * (1 + 1e-6)).all()


def test_rounded_numbers_add_up_to_a_hundred():
    assert fractions.adding_up(np.array([100 / 3] * 3), 0).tolist() == [34, 33, 33]
