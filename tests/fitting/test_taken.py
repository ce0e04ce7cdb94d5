"""Who was conveyed: what is said decides, stamps tell it where they can, and else it stays open."""

from __future__ import annotations

import numpy as np
import pytest
from missions import MONDAY, mission, read

from sim.fitting import shares, taken

HOUR = np.timedelta64(1, "h")
STAYED = {"left_scene_at": 2_400, "at_hospital_at": None, "cleared_at": 2_400}
GAP = {"at_hospital_at": None}


def answers(folder, liling, rows, but=()):
    """Of each call, in the order in which they were received."""
    keep = [{name: text for name, text in row.items() if name not in but} for row in rows]
    return taken.of_calls(read(folder, liling.map, keep).units)


def day(conveyed=120, stayed=60, gaps=0, said=lambda row, went: {}):
    """So many calls an hour apart; of those conveyed the first `gaps` lack the hospital's stamp."""
    rows = []
    for n in range(conveyed + stayed):
        seconds = STAYED if n >= conveyed else GAP if n < gaps else {}
        late = {"cleared_at": 3_917 + 7 * (37 * n % 120)} if n < conveyed else {}
        rows.append(mission(MONDAY + n * HOUR, {**seconds, **late}, **said(n, n < conveyed)))
    return rows


def fitted(calls):
    none = np.full(len(calls), np.nan)
    calls = calls.assign(priority=none, hospital=none, units=1, condition=none)
    return shares.fit(calls, calls.assign(siren=np.nan), (), (), ())


def test_stamps_of_hospitals_say_who_was_conveyed(tmp_path, liling):
    found = fitted(answers(tmp_path, liling, day()))
    assert (found.conveyed.having, found.conveyed.n, found.remarks) == (120, 180, ())


@pytest.mark.parametrize(
    "but", [("arrived_at",), ("arrived_at", "left_scene_at"), ("at_hospital_at",), ("cleared_at",)]
)
def test_a_column_that_says_it_decides_whatever_stamps_there_are(tmp_path, liling, but):
    rows = day(said=lambda n, went: {"conveyed": "yes" if went else "no"})
    assert fitted(answers(tmp_path, liling, rows, but)).conveyed.share.mean == pytest.approx(2 / 3)


@pytest.mark.parametrize(("yes", "no"), [("送院", "未转运"), ("Transported", "Non-Transport")])
def test_how_it_ended_says_it_too(tmp_path, liling, yes, no):
    rows = day(said=lambda n, went: {"outcome": yes if went else no})
    found = fitted(answers(tmp_path, liling, rows, ("arrived_at", "at_hospital_at")))
    assert found.conveyed.share.mean == pytest.approx(2 / 3)


def test_what_is_said_comes_before_stamps(tmp_path, liling):
    calls = answers(tmp_path, liling, [mission(conveyed="no"), mission(MONDAY + HOUR, GAP,
                                                                       conveyed="yes")])  # fmt: skip
    assert calls["taken"].tolist() == [taken.NO, taken.YES]


def test_a_hospital_by_another_name_is_a_hospital(tmp_path, liling):
    rows = day(said=lambda n, went: {"hospital": "County ER" if went else ""})
    found = fitted(answers(tmp_path, liling, rows, ("at_hospital_at",)))
    assert (found.conveyed.having, found.conveyed.n) == (120, 180)


@pytest.mark.parametrize("word", ["无", "/", "未送院", "现场死亡", "不详"])
def test_a_word_for_none_is_no_hospital(tmp_path, liling, word):
    rows = day(said=lambda n, went: {"hospital": "County ER" if went else word})
    found = fitted(answers(tmp_path, liling, rows, ("at_hospital_at",)))
    assert (found.conveyed.having, found.conveyed.n) == (120, 180)


@pytest.mark.parametrize("gaps", [3, 12])
def test_a_few_stamps_that_are_missing_are_left_open_and_counted(tmp_path, liling, gaps):
    calls = answers(tmp_path, liling, day(gaps=gaps))
    assert int(calls["taken"].isna().sum()) == pytest.approx(gaps, abs=6)
    row, (remark,) = fitted(calls).conveyed, fitted(calls).remarks
    assert row.share.low < 2 / 3 < row.share.high
    assert row.n + int(calls["taken"].isna().sum()) == 180
    assert "left out" in str(remark)
    assert "180" in str(remark)


def test_many_missing_stamps_leave_no_share(tmp_path, liling):
    found = fitted(answers(tmp_path, liling, day(gaps=40)))
    assert found.conveyed is None
    assert "not identified" in str(found.remarks[0])


def test_many_missing_stamps_leave_none_either_where_nobody_left_the_scene(tmp_path, liling):
    found = fitted(answers(tmp_path, liling, day(gaps=40), ("left_scene_at",)))
    assert found.conveyed is None
    found = fitted(answers(tmp_path, liling, day(), ("left_scene_at",)))
    assert found.conveyed.having == 120


def test_without_arrivals_stamps_of_leaving_say_that_somebody_came(tmp_path, liling):
    found = fitted(answers(tmp_path, liling, day(), ("arrived_at",)))
    assert (found.conveyed.having, found.conveyed.n) == (120, 180)
    found = fitted(answers(tmp_path, liling, day(), ("arrived_at", "left_scene_at")))
    assert found.conveyed is None  # who was only cleared may have been called off on the way


@pytest.mark.parametrize("word", ["yes", "no"])
def test_the_one_answer_alone_is_no_share(tmp_path, liling, word):
    rows = day(said=lambda n, went: {"conveyed": word if went == (word == "yes") else ""})
    but = ("left_scene_at", "at_hospital_at")
    found = fitted(answers(tmp_path, liling, rows, but))
    assert found.conveyed is None
    assert "not identified" in str(found.remarks[0])


def test_blanks_beside_stamps_are_told_by_those(tmp_path, liling):
    rows = day(said=lambda n, went: {"conveyed": "yes" if went else ""})
    assert fitted(answers(tmp_path, liling, rows)).conveyed.n == 180


def test_who_never_came_conveyed_nobody_and_stayed_nowhere(tmp_path, liling):
    away = dict.fromkeys(("arrived_at", "left_scene_at", "at_hospital_at"))
    rows = [*day(), mission(MONDAY - HOUR, away), mission(MONDAY - 2 * HOUR, away, outcome="退车")]
    calls = answers(tmp_path, liling, rows)
    assert calls["taken"].tolist()[:2] == [taken.NOBODY_CAME] * 2
    assert fitted(calls).conveyed.n == 180


def test_of_several_units_one_that_conveyed_is_enough(tmp_path, liling):
    rows = [mission(MONDAY, STAYED, incident="1", conveyed="no", outcome="treated"),
            mission(MONDAY, {"arrived_at": 900}, incident="1", conveyed="yes", outcome="conveyed"),
            mission(MONDAY + HOUR, STAYED, incident="2", conveyed="no", outcome=""),
            mission(MONDAY + HOUR, STAYED, incident="2", conveyed="no", outcome="treated")]  # fmt: skip
    calls = answers(tmp_path, liling, rows)
    assert calls["taken"].tolist() == [taken.YES, taken.NO]
    assert calls["outcome"].tolist() == ["conveyed", "treated"]
    assert not [name for name in calls if name.startswith("\0")]


def test_calls_found_without_anybody_need_those_that_were_not(tmp_path, liling):
    rows = day(said=lambda n, went: {"outcome": "" if went else "空跑"})
    found = fitted(answers(tmp_path, liling, rows))
    assert (found.nobody_found.having, found.nobody_found.n) == (60, 180)
    found = fitted(answers(tmp_path, liling, rows, ("at_hospital_at",)))
    assert found.nobody_found is None
    assert any("nobody found" in str(one) for one in found.remarks)


def test_to_whom_somebody_came_did_not_cancel(tmp_path, liling):
    """Where only the exceptions are marked, arrivals tell of all others."""
    gone = {"arrived_at": None, "left_scene_at": None, "at_hospital_at": None}
    rows = [mission(MONDAY + n * HOUR, gone, outcome="取消") if n % 10 == 9 else row
            for n, row in enumerate(day())]  # fmt: skip
    found = fitted(answers(tmp_path, liling, rows))
    assert (found.cancelled.having, found.cancelled.n) == (18, 180)
