"""A scenario shows itself in a notebook: stations, crews, hospitals, targets, calls a day."""

from __future__ import annotations

from sim.words.language import language
from sim.words.scenario import page


def test_a_scenario_is_a_table_in_a_notebook(tiny):
    plan = tiny.add("New", at=[113.5, 27.6], hours="08-20").scaled(demand=2)
    text = plan.page().text()
    for said in ("2 stations, 3 ambulances (1 part-time)", "Base A", "round the clock", "08–20",
                 "10 min", "12 min", "24.0", "demand 2 times as high", "+ sub-station New"):  # fmt: skip
        assert said in text
    html = plan._repr_html_()
    assert html.count("<table ") == 2
    assert "<td" in html
    assert "24.0" in page(plan, language("zh")).text()


def test_closed_stations_are_left_out(liling):
    text = liling.close("市妇幼").page("zh").text()
    assert not any(line.startswith(" 市妇幼") for line in text.splitlines())
    assert "醴陵" in text
