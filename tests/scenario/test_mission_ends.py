"""How a mission ended, by what is written of it: a word of transport may stand in its opposite."""

from __future__ import annotations

import numpy as np
import pytest
from missions import MONDAY, mission, read

from sim.scenario.records import mission_ends

WRITTEN = {
    "conveyed": (
        "送院", "送医", "已送院", "转运", "送达", "送院治疗", "现场处置后转运", "转运至市医院", "到院死亡",
        "送院途中死亡", "无名氏送院", "不明原因昏迷送院", "未成年人送医", "是否送院:是", "Transported",
        "Code 3 Transport", "Patient Treated, Transported by this EMS Unit", "Transport Non-Emergent",
        "Non-Emergency Transport", "Transported, no lights", "treated and transported",
        "Patient Refused Evaluation/Care (With Transport)", "Taken to hospital",
    ),
    "not conveyed": (
        "未转运", "拒绝送医", "不送院", "拒绝转运", "放弃送院", "无需送医", "未送", "拒送", "没有送医",
        "不予转运", "未能送医", "不愿意转运", "不同意送院", "病人拒绝去医院", "家属拒绝送医院", "拒绝入院",
        "现场死亡", "送院:否", "转运失败", "自行就医", "拒绝治疗", "患者未接受转运", "已处理未转运",
        "Not transported", "Non-Transport", "not conveyed", "Nontransport", "non-conveyed",
        "Patient refused transport", "No Transport", "untransported", "Transport refused",
        "Patient Refused Evaluation/Care (Without Transport)", "Treated, not transported",
        "Patient Evaluated, No Treatment/Transport Required", "Transported by Private Vehicle",
        "Patient Dead at Scene-No Resuscitation Attempted (Without Transport)", "Transport: No",
        "Patient Treated, Transported by Law Enforcement", "declined transport", "Deceased",
    ),
    "cancelled": ("取消", "退车", "CANCELED", "Canceled (Prior to Arrival At Scene)", "取消送院"),
    "nobody found": ("空跑", "空车", "未见病人", "Gone on Arrival", "No patient found", "空跑未送"),
    "treated": ("现场救治", "现场处置", "Treated at scene", "Treat and release"),
    "": ("有效", "something else", "Transferred to another unit", "Assist, Public", "", "  "),
}  # fmt: skip


@pytest.mark.parametrize("ending", WRITTEN)
def test_a_negation_that_belongs_to_transport_turns_it_round(ending):
    found = {text: mission_ends.of(text) for text in WRITTEN[ending]}
    assert found == dict.fromkeys(WRITTEN[ending], ending)


@pytest.mark.parametrize(
    "negation", ["未", "不", "没有", "拒绝", "放弃", "无需", "不愿", "未予", "不同意"]
)
@pytest.mark.parametrize("transport", ["送院", "送医", "转运", "送医院", "运送"])
def test_any_negation_with_any_word_of_transport(negation, transport):
    assert mission_ends.of(negation + transport) == "not conveyed"
    assert mission_ends.of(f"患者{negation}{transport}") == "not conveyed"
    assert mission_ends.of(transport) == "conveyed"


def test_what_is_its_own_name_is_itself():
    assert [mission_ends.of(name) for name in mission_ends.BY_WEIGHT] == [*mission_ends.BY_WEIGHT]


def test_a_column_of_yes_and_no_may_say_it_in_words(tmp_path, liling):
    words = ["yes", "否", "已送医", "未送医", "Not transported", "perhaps", ""]
    rows = [mission(MONDAY + n * np.timedelta64(1, "D"), conveyed=w) for n, w in enumerate(words)]
    found = read(tmp_path, liling.map, rows)
    np.testing.assert_equal(found.units["conveyed"].tolist(), [1, 0, 1, 0, 0, np.nan, np.nan])
    assert [one.lines for one in found.dropped] == [(7,)]
