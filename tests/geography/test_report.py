"""What an import says of itself: printed, in a README, in either language."""

from __future__ import annotations

import pytest

from sim.geography.making.report import LINKS, PEOPLE, ROADS, Report, count, some
from sim.text import Message
from sim.words.language import language


@pytest.fixture
def report():
    made = Report()
    made.note(ROADS, Message("{lines} read", lines=count(1, LINKS)))
    made.note(PEOPLE, Message("it holds no people: every value is zero"))
    made.note(ROADS, Message("{road}: {km:,.1f} km, {links}", road="primary", km=1234.5,
                             links=count(12345, LINKS)), detail=True)  # fmt: skip
    return made


def test_notes_stand_under_their_heading_in_the_order_in_which_they_were_made(report):
    assert str(report).splitlines() == [
        "Roads", "  1 link read", "    primary: 1,234.5 km, 12,345 links",
        "People", "  it holds no people: every value is zero",
    ]  # fmt: skip


def test_warnings_come_last(report):
    report.warn(Message("nobody lives within the boundary"))
    assert str(report).splitlines()[-2:] == ["To look at", "  ! nobody lives within the boundary"]
    assert report.markdown().endswith("### To look at\n\n- nobody lives within the boundary")


def test_a_readme_has_a_list_under_each_heading(report):
    assert report.markdown() == (
        "### Roads\n\n- 1 link read\n  - primary: 1,234.5 km, 12,345 links\n\n"
        "### People\n\n- it holds no people: every value is zero"
    )


def test_the_same_in_chinese(report):
    said = report.told(language("zh"))
    assert said.splitlines()[0] == "道路"
    assert "primary：1,234.5 公里，12,345 条路段" in said
    assert "links" not in said


def test_nothing_to_say_is_nothing():
    assert str(Report()) == Report().markdown() == ""


@pytest.mark.parametrize(("n", "said"), [(0, "0 links"), (1, "1 link"), (2, "2 links"), (1e6, "1,000,000 links")])  # fmt: skip
def test_one_link_many_links(n, said):
    assert count(n, LINKS) == said


def test_of_many_names_a_few_are_said():
    assert some(["a", "b"]) == "a, b"
    assert some(list(range(10)), 8) == "0, 1, 2, 3, 4, 5, 6, 7 and 2 more"
    assert language("zh")(some(list(range(10)), 2)) == "0, 1等 10 个"
    assert some([]) == ""
