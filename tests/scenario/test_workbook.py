"""A planner's workbook below a scenario: its sheets as settings, its mistakes by cell."""

from __future__ import annotations

import re
import warnings

import openpyxl
import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from sim.errors import PlannerWarning, ScenarioError
from sim.report import new_folder
from sim.scenario.workbook import WorkbookText
from sim.words.language import language

LILING = "name: Of a workbook\nmap: liling\nworkbook: workbook.xlsx\n"
SAYS = [language("en"), language("zh")]


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    folder = tmp_path_factory.mktemp("new") / "place"
    new_folder.start(folder, language("en"), SAYS)
    return folder / "workbook.xlsx"


@pytest.fixture
def filled(blank, tmp_path):
    """What writes rows below the examples of a new workbook, beside a scenario on Liling's map."""
    (tmp_path / "maps").symlink_to(ROOT / "maps")
    folder = tmp_path / "scenarios"
    folder.mkdir()

    def fill(scenario=LILING, change=lambda book: None, **sheets):
        book = openpyxl.load_workbook(blank)
        for sheet in book.worksheets:
            for row in sheets.get(sheet.title.split()[0], []):
                sheet.append(list(row))
        for row in book["settings 设置"].iter_rows(min_row=2):
            if row[0].value in sheets.get("values", {}):
                row[1].value = sheets["values"][row[0].value]
        change(book)
        book.save(folder / "workbook.xlsx")
        (folder / "today.yaml").write_text(scenario, "utf-8")
        return folder / "today.yaml"

    return fill


def refused(path):
    with pytest.raises(ScenarioError) as error:
        sim.load(path)
    return str(error.value)


STATIONS = [
    ["湘东医院", "急救站", 2, None, None, None, None],
    ["湘东医院", "急救站", 1, "08-20", None, None, None],
    ["东站", "分站", 1, "20-08", 113.52, 27.68, "现有"],
    ["以后的站", "分站", 0, None, 113.5, 27.7, "规划"],
]


def test_stations_of_several_rows_have_all_their_ambulances(filled):
    plan = sim.load(filled(stations=STATIONS))
    assert [station.name.zh for station in plan.stations] == ["湘东医院", "东站"]
    assert [station.kind for station in plan.stations] == ["station", "substation"]
    duties = [(one.station, str(one.duty)) for one in plan.fleet]
    assert duties == [(0, "00-24"), (0, "00-24"), (0, "08-20"), (1, "20-08")]
    assert plan.map.lonlat(plan.stations[1].x, plan.stations[1].y) == pytest.approx((113.52, 27.68))


def test_settings_have_their_units_and_the_file_goes_before_the_workbook(filled):
    values = {"targets.urban": "１２", "targets.rural": "0.5 h", "targets.share": 85,
              "demand.rate.urban": 20, "durations.turnout": 90, "study.replications": 7}  # fmt: skip
    path = filled(LILING + "targets: {rural: 25 min}\n", stations=STATIONS, values=values)
    said = sim.load(path).settings
    assert (said.targets.urban, said.targets.rural, said.targets.share) == (720, 1500, 0.85)
    assert said.durations.turnout.value == 90
    assert said.study.replications == 7
    assert str(path.with_name("workbook.xlsx")) in {str(f) for f in sim.load(path).files}


def test_points_of_a_chinese_grid_are_moved(filled):
    from sim.files import coordinates

    lon, lat = coordinates.gcj02_of_wgs84(113.52, 27.68)
    rows = [["东站", "分站", 1, None, float(lon), float(lat), None]]
    plan = sim.load(filled(stations=rows, values={"coordinates": "GCJ-02"}))
    assert plan.map.lonlat(plan.stations[0].x, plan.stations[0].y) == pytest.approx((113.52, 27.68))


def test_calls_a_year_become_a_rate_and_shares_of_it(filled):
    rows = [["来龙门街道", 1000, 113.5, 27.65, None, None, 30],
            ["枫林镇", 3000, 113.3, 27.7, None, None, 30]]  # fmt: skip
    rate = sim.load(filled(stations=STATIONS, townships=rows)).settings.demand.rate
    assert rate.urban == rate.rural
    assert rate.urban.per_second * 86400 * 365.25 * 1000 == pytest.approx(15, rel=1e-3)
    assert rate.townships == pytest.approx({"来龙门街道": 2.0, "枫林镇": 2 / 3})


CALLS = [["来龙门街道", 1000, 113.5, 27.65, None, None, 30],
         ["枫林镇", 3000, 113.3, 27.7, None, None, 30]]  # fmt: skip
LOST = [
    ([("B5", 0)], "B5", "nobody lives in 枫林镇, and its 30 calls a year come of people"),
    ([("B4", 0), ("B5", 0)], "B4", "nobody lives in 来龙门街道"),
    ([("B5", None)], "B5", "write a number; found nothing"),
    ([("B5", -1)], "B5", "write a number from 0 up"),
    ([("A5", None)], "A5", "write a name"),
    ([("A5", "镇" * 81)], "A5", "write a text of at most 80 letters"),
    ([("A5", "来龙门街道")], "A5", "来龙门街道 stands here again, after row 4"),
    ([("G4", 0), ("G5", 0)], "G4", "every township has 0 calls a year"),
    ([("G5", "①")], "G5", "write a number; found ①"),
]


@pytest.mark.parametrize(("cells", "cell", "told"), LOST, ids=[f"{n}" for n in range(len(LOST))])
def test_calls_that_no_township_could_have_are_refused(filled, cells, cell, told):
    def change(book):
        for one, value in cells:
            book["townships 乡镇"][one] = value

    text = refused(filled(stations=STATIONS, townships=CALLS, change=change))
    assert f"sheet townships 乡镇, cell {cell}" in text
    assert told in text


def test_a_township_without_people_and_calls_loses_nothing(filled):
    rows = [*CALLS, ["王仙镇", 0, 113.4, 27.7, None, None, 0]]
    rate = sim.load(filled(stations=STATIONS, townships=rows)).settings.demand.rate
    assert set(rate.townships) == {"来龙门街道", "枫林镇"}


def warned(path):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sim.load(path)
    return [str(one.message) for one in caught]


def test_calls_that_are_assumed_of_a_blank_are_told_by_cell(filled):
    rows = [*CALLS, ["王仙镇", 2000, 113.4, 27.7, None, None, None],
            ["白兔潭镇", 0, 113.4, 27.6, None, None, None]]  # fmt: skip
    told = warned(filled(stations=STATIONS, townships=rows))
    (said,) = [one for one in told if "are assumed" in one]
    assert "王仙镇 (G6); 30 are assumed there" in said
    assert "白兔潭镇" not in said


def test_calls_that_become_others_by_the_people_of_a_map_are_told(filled):
    path = filled(stations=STATIONS, townships=CALLS)
    ground = sim.load(path).map
    people = {
        spot.name.zh: ground.cells.people[ground.cells.township == row].sum()
        for row, spot in enumerate(ground.townships)
    }
    told = "and so other calls a year: 来龙门街道 "
    found = round(people["来龙门街道"] * 30 / 1000)
    (said,) = [one for one in warned(path) if told in one]
    assert f"{told}{found:,}, not 30" in said
    rows = [[name, people[name], *rest] for name, _, *rest in CALLS]
    assert not any(told in one for one in warned(filled(stations=STATIONS, townships=rows)))
    path = filled(LILING + "demand: {rate: {urban: 20 per 1000 people per year}}\n",
                  stations=STATIONS, townships=CALLS)  # fmt: skip
    assert not any(told in one for one in warned(path))


def test_a_recorded_call_of_the_workbook_is_replayed(filled):
    rows = [["2025-01-08 14:05:30", "枫林镇", None, None, "red", None],
            ["2025-01-09 15:05:30", "枫林镇", None, None, "green", None]]  # fmt: skip
    study = LILING + "study: {warm_up: 0 min}\n"
    plan = sim.load(filled(study, stations=STATIONS, calls=rows, values={"demand.replay": "calls"}))
    assert len(plan.recorded.calls.received_at) == 2
    rows[1][0] = "gestern"
    with pytest.raises(sim.RecordsError, match="sheet calls 呼叫, "):
        sim.load(filled(study, stations=STATIONS, calls=rows, values={"demand.replay": "呼叫"}))


WRONG = [
    (["东站", "分站", "zwei", None, 113.52, 27.68, None], "C5"),
    (["东站", "分站", 1.5, None, 113.52, 27.68, None], "C5"),
    (["东站", "分站", None, None, 113.52, 27.68, None], "C5"),
    (["东站", "分站", -1, None, 113.52, 27.68, None], "C5"),
    (["东站", "分站", 1, "8 bis 20", 113.52, 27.68, None], "D5"),
    (["东站", "分站", 1, None, "113°31'", 27.68, None], "E5"),
    (["东站", "分站", 1, None, 27.68, 113.52, None], "E5"),
    (["东站", "分站", 1, None, 113.52, None, None], "F5"),
    (["东站", "流动站", 1, None, 113.52, 27.68, None], "B5"),
    ([None, "分站", 1, None, 113.52, 27.68, None], "A5"),
    (["无处可寻站", "分站", 1, None, None, None, None], "A5"),
    (["东站", "分站", True, None, 113.52, 27.68, None], "C5"),
]


@pytest.mark.parametrize(("row", "cell"), WRONG, ids=[f"{n}-{w[1]}" for n, w in enumerate(WRONG)])
def test_a_mistake_is_told_by_its_cell(filled, row, cell):
    text = refused(filled(stations=[row, *STATIONS[:1]]))
    assert f"sheet stations 站点, cell {cell}" in text


NEAR = ["东站", "分站", 1, None, 113.52, 27.68, "现有"]
TWICE = [
    (["东站", "分站", 1, "08-20", 113.62, 27.68, "现有"], "E6", "at 113.52, 27.68 in row 5"),
    (["东站", "分站", 1, "08-20", 113.52, 27.70, "现有"], "E6", "at 113.52, 27.68 in row 5"),
    (["东站", "急救站", 1, "08-20", 113.52, 27.68, "现有"], "B6", "急救站 here and 分站 in row 5"),
    (
        ["东站", "分站", 0, "08-20", 113.52, 27.68, "规划"],
        "G6",
        "planned here and existing in row 5",
    ),
    (["北站", "分站", 2, None, 113.5, 27.7, "规划"], "C6", "is planned, and has no ambulance yet"),
    (["西站", "分站", 1, None, 27.68, 113.52, None], "E6", "exchanged here"),
]


@pytest.mark.parametrize(("row", "cell", "told"), TWICE, ids=[f"{n}" for n in range(len(TWICE))])
def test_rows_of_one_station_that_say_two_things_are_refused(filled, row, cell, told):
    text = refused(filled(stations=[NEAR, row]))
    assert f"sheet stations 站点, cell {cell}" in text
    assert told in text
    assert "layout[" not in text


def test_a_station_has_the_point_and_kind_that_any_of_its_rows_says(filled):
    plan = sim.load(filled(stations=[["东站", None, 1, None, None, None, None],
                                     ["东站", "分站", 1, "08-20", 113.52, 27.68, None]]))  # fmt: skip
    assert [(one.kind, len(plan.fleet)) for one in plan.stations] == [("substation", 2)]
    assert plan.map.lonlat(plan.stations[0].x, plan.stations[0].y) == pytest.approx((113.52, 27.68))


def test_two_stations_at_one_point_are_asked_about(filled):
    with pytest.warns(
        PlannerWarning, match="cell E6: 西站 stands at the same point as 东站 of row 5"
    ):
        sim.load(filled(stations=[NEAR, ["西站", "分站", 1, None, 113.52, 27.68, None]]))


@pytest.mark.parametrize("name", ["targets.share", "demand.transported"])
def test_a_share_of_one_before_a_sign_of_percent_is_refused(filled, name):
    text = refused(filled(stations=STATIONS, values={name: 0.9}))
    assert "sheet settings 设置, cell B" in text
    assert "found 0.9 %: write 90 if 90 of a hundred are meant" in text


def test_a_target_that_nobody_meant_is_asked_about(filled):
    def seconds(book):
        book["settings 设置"]["C3"] = "s"

    with pytest.warns(PlannerWarning, match="targets.urban is 12 s, less than a minute"):
        sim.load(filled(stations=STATIONS, values={"targets.urban": 12}, change=seconds))
    with pytest.warns(PlannerWarning, match="targets.share is 0.9 %"):
        sim.load(filled(LILING + "targets: {share: 0.9 %}\n", stations=STATIONS))


ODD = [
    (
        "targets.urban",
        720,
        "min",
        "B3: targets.urban is 720 min, longer than anywhere: are seconds",
    ),
    ("durations.turnout", 600, "min", "durations.turnout is 600 min, longer than anywhere"),
    ("durations.turnout", 2, "s", "durations.turnout is 2 s on average, sooner than anybody is"),
    ("durations.handover", 20, "s", "durations.handover is 20 s on average"),
    ("durations.call_taking", 0, "s", ""),
]


@pytest.mark.parametrize(("name", "value", "unit", "told"), ODD, ids=[f"{n}" for n in range(5)])
def test_a_duration_in_another_unit_is_asked_about_by_its_cell(filled, name, value, unit, told):
    def units(book):
        for row in book["settings 设置"].iter_rows(min_row=2):
            if row[0].value == name:
                row[2].value = unit

    path = filled(stations=STATIONS, values={name: value}, change=units)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sim.load(path)
    said = [str(one.message) for one in caught if " meant?" in str(one.message)]
    assert len(said) == bool(told)
    assert told in "".join(said)
    assert all(one.startswith("sheet settings 设置, cell B") for one in said)


@pytest.mark.parametrize(
    ("hours", "told"),
    [("08:30-20:30", "no minutes; found"), ("08-25", "from 0 to 24; found"),
     ("08-08", "08-08 begin and end at the same hour")],
)  # fmt: skip
def test_what_is_wrong_with_hours_is_said(filled, hours, told):
    text = refused(filled(stations=[["东站", "分站", 1, hours, 113.52, 27.68, "现有"]]))
    assert "sheet stations 站点, cell D5: " in text
    assert told in text


def test_a_number_below_its_bound_is_told_with_its_unit(filled):
    text = refused(filled(stations=STATIONS, values={"targets.urban": -5}))
    assert "cell B3, targets.urban: write at least 1 s; found -5 min" in text


NO_NUMBERS = ["①", "³", "⒈", "Ⅳ", "½", "৪", "〇", "五", "1½", "²3", "9" * 5000]


@pytest.mark.parametrize("found", NO_NUMBERS, ids=[f"{n}" for n in range(len(NO_NUMBERS))])
def test_digits_that_are_no_decimal_number_are_refused_by_cell_with_all_else(filled, found):
    values = {"study.replications": found, "targets.urban": found, "study.seed": found,
              "durations.turnout": found}  # fmt: skip
    rows = [["东站", "分站", found, found, found, 27.68, None]]
    townships = [["枫林镇", 3000, 113.3, 27.7, None, None, found]]
    text = refused(filled(stations=rows, townships=townships, values=values))
    book = openpyxl.load_workbook(filled().with_name("workbook.xlsx"))["settings 设置"]
    known = {row[0].value: row[1].coordinate for row in book.iter_rows()}
    cells = [f"settings 设置, cell {known[name]}," for name in values if name in known]
    assert len(cells) >= 3
    for cell in (*cells, "stations 站点, cell C5", "stations 站点, cell D5",
                 "stations 站点, cell E5", "townships 乡镇, cell G4"):  # fmt: skip
        assert text.count(f"sheet {cell}") == 1, text
    assert "not expected" not in text


def test_no_module_takes_for_digits_what_int_cannot_read():
    only_quoted_the_more = {"written_fit.py"}
    for path in (ROOT / "sim").rglob("*.py"):
        if path.name not in only_quoted_the_more:
            text = path.read_text("utf-8")
            assert not re.search(r"\.(isdigit|isnumeric)\(", text), path


def test_all_mistakes_of_all_sheets_are_told_at_once(filled):
    rows = [row for row, _ in WRONG[:1]] + [["西站", "分站", 1, "x", 113.4, 27.6, None]]
    values = {"targets.urban": "soon", "coordinates": "mars", "study.seed": -1}
    text = refused(filled(stations=rows, values=values))
    for cell in ("stations 站点, cell C5", "stations 站点, cell D6", "settings 设置, cell B2",
                 "settings 设置, cell B3", "settings 设置, cell B16"):  # fmt: skip
        assert f"sheet {cell}" in text, text


def test_a_setting_that_there_is_not_is_told_with_the_one_meant(filled):
    def change(book):
        book["settings 设置"].append(["targets.urbn", 12, "min"])

    text = refused(filled(stations=STATIONS, change=change))
    assert "sheet settings 设置, cell A17" in text
    assert 'did you mean "urban"' in text or "did you mean urban" in text


def test_a_setting_in_two_rows_is_refused(filled):
    def change(book):
        book["settings 设置"].append(["study.seed", 3, None])
        book["settings 设置"].append(["study.seed", 4, None])

    assert "the setting study.seed stands here again" in refused(
        filled(stations=STATIONS, change=change)
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [(lambda book: book.remove(book["stations 站点"]), "no sheet is called stations or 站点"),
     (lambda book: setattr(book["stations 站点"], "title", "statons"), "is statons meant? Rename it"),
     (lambda book: setattr(book["stations 站点"], "sheet_state", "hidden"), "is hidden"),
     (lambda book: book["stations 站点"].delete_cols(3), "no column is called ambulances or 救护车"),
     (lambda book: book["stations 站点"].cell(6, 1, "#REF!"), "sheet stations 站点, cell A6"),
     (lambda book: book["stations 站点"].cell(5, 3, "=1+1"), "cell C5: its formula has no value yet")],
    ids=["no sheet", "misspelt", "hidden", "no column", "error cell", "formula"],
)  # fmt: skip
def test_a_workbook_that_lost_something_is_told_so(filled, change, told):
    assert told in refused(filled(stations=STATIONS, change=change))


def test_a_workbook_that_is_not_filled_in_is_told_what_to_do(filled):
    assert "no station is written yet: write each in a row below the examples" in refused(filled())


@pytest.mark.parametrize("name", ["nowhere.xlsx", "today.yaml", "workbook.csv"])
def test_a_workbook_that_is_none_is_refused(filled, name):
    path = filled(LILING.replace("workbook.xlsx", name), stations=STATIONS)
    assert name in refused(path)


NAMES = st.text("东西南北中站一二三ABC ", min_size=1, max_size=8).map(str.strip).filter(bool)
ROWS = st.lists(
    st.tuples(NAMES, st.sampled_from(["急救站", "分站", "station", "substation"]),
              st.integers(0, 20), st.sampled_from([None, "08-20", "20-08", "0-24"]),
              st.floats(113.2, 113.7).map(lambda x: round(x, 6)),
              st.floats(27.4, 27.9).map(lambda x: round(x, 6))),
    min_size=1, max_size=6, unique_by=lambda row: row[0],
)  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS, texts=st.booleans())
def test_what_is_written_into_a_new_workbook_is_the_layout_that_is_read(
    blank, tmp_path, rows, texts
):
    book = openpyxl.load_workbook(blank)
    for row in rows:
        cells = [*row[:4], *((str(x) for x in row[4:]) if texts else row[4:])]
        book["stations 站点"].append(cells)
    book.save(tmp_path / "w.xlsx")
    read = WorkbookText(tmp_path / "w.xlsx")
    assert not read.problems
    kinds = {"急救站": "station", "分站": "substation"}
    assert read.content["layout"] == [
        {"station": name, "kind": kinds.get(kind, kind), "ambulances": count, "at": [lon, lat]}
        | ({"hours": hours} if hours in ("08-20", "20-08") else {})
        for name, kind, count, hours, lon, lat in rows
    ]


@pytest.mark.parametrize("name", ["合计", "总计", "Total:"])
def test_a_row_that_sums_up_the_others_is_named_as_one(filled, name):
    text = refused(filled(stations=[*STATIONS, [name, None, 4, None, None, None, None]]))
    assert "sheet stations 站点, cell A9, name / 名称: it looks like a total" in text
    assert len(text.splitlines()) == 2


def test_a_name_that_is_too_long_is_told_at_its_own_cell(filled):
    rows = [["名" * 81, 1000, 113.5, 27.65, None, None, 30]]
    text = refused(filled(stations=STATIONS, townships=rows))
    assert "sheet townships 乡镇, cell A4" in text
    assert "cell G4" not in text


@pytest.mark.parametrize(
    ("when", "told"),
    [("?", "the row demand.replay.unusable with the value leave out"),
     ("45665.5", "the row demand.replay.time_format with the value excel")],
)  # fmt: skip
def test_a_remedy_of_recorded_calls_is_a_row_of_the_settings(filled, when, told):
    rows = [[when, "枫林镇", None, None, "red", None]] * 30
    with pytest.raises(sim.RecordsError) as error:
        sim.load(filled(stations=STATIONS, calls=rows, values={"demand.replay": "calls"}))
    assert told in str(error.value)
    assert "`replay" not in str(error.value)


def test_the_row_that_a_remedy_names_is_read(filled):
    rows = [["?", "枫林镇", None, None, "red", None]]
    rows += [[f"2025-01-0{day} 14:05:30", "枫林镇", None, None, "red", None] for day in (7, 8, 9)]

    def more(book):
        book["settings 设置"].append(["demand.replay.unusable", "leave out"])

    study = LILING + "study: {warm_up: 0 min}\n"
    values = {"demand.replay": "calls"}
    plan = sim.load(filled(study, stations=STATIONS, calls=rows, values=values, change=more))
    assert len(plan.recorded.calls.received_at) == 3
