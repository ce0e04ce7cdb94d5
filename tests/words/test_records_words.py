"""What is odd about recorded calls is said wherever their numbers are: pages, pictures, sentences."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pytest
from drawings import texts
from worlds import scenario_with

from sim.answers import comparison, coverage
from sim.scenario.file import load

MIDNIGHT = "".join(
    f"2025-03-0{d} {h:02d}:{5 * h % 60 + 1:02d}:00,113.49,27.65,\n"
    for d in (3, 4)
    for h in range(9)
) + "".join(f"2025-03-0{d} 00:00:00,113.49,27.65,\n" for d in (3, 4) for _ in range(6))
SAID = {
    "en": ("Records: 12 of 30 calls at exactly 00:00.", "12 of 30 recorded calls were received"),
    "zh": ("记录：30 次呼叫中有 12 次恰在 00:00。", "00:00"),
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    base = load(scenario_with(tmp_path_factory.mktemp("midnight"), MIDNIGHT))
    quick = {"replications": 2, "workers": 1}
    compared = comparison.compare(base, base.add("枫林镇"), **quick)
    return [comparison.run(base, **quick), compared, compared.why(), coverage.coverage(base)]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_figure_says_what_is_odd_about_its_records(answers, lang):
    brief, _ = SAID[lang]
    for answer in answers:
        for name, figure in answer.figures(lang=lang).items():
            assert brief in " ".join(texts(figure)), name
            plt.close(figure)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_sentence_read_aloud_says_it_too(answers, lang):
    brief, whole = SAID[lang]
    for answer in answers:
        assert all(brief in sentence for sentence in answer.sentences(lang))
        assert answer.sentences(lang)
        assert whole in answer.table(lang)
