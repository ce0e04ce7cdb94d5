"""`explain`: every measure and term, found in any language and told in the reader's."""

from __future__ import annotations

import pytest

from sim.errors import PlannerError
from sim.measures.measures import MEASURES
from sim.words import glossary, measures, settings, symbols
from sim.words.definitions import MEASURES as DEFINED
from sim.words.language import language
from sim.words.terms import TERMS

ZH = language("zh")


def test_every_measure_is_defined():
    assert list(DEFINED) == [measure.key for measure in MEASURES]


@pytest.mark.parametrize("definition", [*DEFINED.values(), *TERMS], ids=lambda d: str(d.name))
def test_every_definition_is_found_by_its_name_in_either_language(definition):
    for name in (definition.name, ZH(definition.name)):
        both = glossary.explain(name)
        assert definition.meaning in both
        assert ZH(definition.meaning) in both
    assert ZH(definition.meaning) not in glossary.explain(definition.name, language())
    assert definition.meaning not in glossary.explain(definition.name, ZH)


@pytest.mark.parametrize("code", ["en", "zh"])
@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.key)
def test_every_label_that_a_table_prints_is_known(measure, code, liling, coquimbo):
    say = language(code)
    for base in (liling, coquimbo):
        for worst in (5, 3, 1):
            label = measures.label(measure, say, base, worst)
            for asked in (label, label.upper(), f"{label}: basic"):
                page = glossary.explain(asked, say)
                assert DEFINED[measure.key].name in page or say(DEFINED[measure.key].name) in page
                assert say(DEFINED[measure.key].meaning) in page, asked


@pytest.mark.parametrize("key", DEFINED)
def test_every_measure_has_a_formula_whose_letters_are_explained(key):
    formula = DEFINED[key].formula
    page = glossary.explain(key, ZH)
    assert f"\n    {formula}\n" in page
    for letter in symbols.symbols_in(formula):
        assert f"\n      {letter}: {ZH(symbols.SYMBOLS[letter])}" in page
    assert formula.isprintable()
    assert all(formula.count(a) == formula.count(b) for a, b in ("()", "{}"))


def test_no_letter_is_explained_in_vain():
    used = {letter for one in DEFINED.values() for letter in symbols.symbols_in(one.formula)}
    assert used == set(symbols.SYMBOLS)


def test_a_term_has_no_formula():
    assert "Σ" not in glossary.explain("turnout", language())
    assert not any(term.formula for term in TERMS)


def test_a_label_is_known_whatever_its_target_is(liling):
    for label in ("Urban calls ≤ 12 min", "Rural calls ≤ 7.5 min", "The 3 worst-served zones"):
        assert "\n" in glossary.explain(label, language())


def test_a_part_of_a_name_finds_all_that_have_it():
    pages = glossary.explain("WITHIN", language())
    assert pages.startswith("within · All calls within target")
    assert glossary.explain("calls within", language()).count("\n\n") == 2


def test_without_a_term_all_are_listed():
    lines = glossary.explain(None).splitlines()
    assert lines[0] == "Ask for one of these:"
    assert len(lines) == 1 + len(DEFINED) + len(TERMS)
    assert glossary.explain(None, ZH).startswith("可查询以下名称：")


def test_a_term_that_nobody_knows_is_refused_with_the_nearest():
    with pytest.raises(PlannerError, match="did you mean compliance"):
        glossary.explain("complaince")


def test_a_slip_in_the_path_of_a_setting_suggests_it():
    for written, meant in (("demand.rat", "demand.rate"), ("targets.urbn", "targets.urban")):
        with pytest.raises(PlannerError, match=f"did you mean {meant}"):
            glossary.explain(written)


def test_a_word_that_is_no_name_finds_what_speaks_of_it():
    found = glossary.speaking_of("救护车", [ZH])
    assert any(page.startswith("busy · ") for page in found)
    assert all("救护车" in page for page in found)
    assert any(page.startswith("layout[].ambulances") for page in settings.speaking_of("救护车"))
    assert glossary.speaking_of("rat") == [], "only whole words, not a part of separate"
    assert glossary.speaking_of(" ") == []
