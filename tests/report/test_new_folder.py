"""A folder to start from: written whole or not at all, filled in by hand, run."""

from __future__ import annotations

import openpyxl
import pytest

from sim.errors import OptionError, OutputError
from sim.files import planner_sheets, tables
from sim.files.escapes import quoted
from sim.geography.making import headcount, located, places
from sim.geography.making.urban import worded
from sim.report import blank_sheets, new_folder
from sim.scenario.records import columns
from sim.scenario.settings.replay import ReplayColumns
from sim.scenario.validation import Problems
from sim.words.language import language

EN, ZH = language("en"), language("zh")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("new") / "mycounty"
    new_folder.start(made, EN, [EN, ZH])
    return made


@pytest.fixture(scope="module")
def book(folder):
    return openpyxl.load_workbook(folder / "workbook.xlsx")


def test_every_sheet_has_a_header_that_stays_and_explains_itself_in_both_languages(book):
    assert [planner_sheets.role_of(name) for name in book.sheetnames] == list(planner_sheets.NAMES)
    for sheet in book.worksheets[:-1]:
        assert sheet.freeze_panes == "B2"
        for cell in sheet[1]:
            english, chinese = cell.value.split("\n")
            assert english.isascii() or "²" in english or "°" in english
            assert not chinese.isascii()
            assert any("\u4e00" <= letter <= "\u9fff" for letter in cell.comment.text)
            assert any(letter.isascii() and letter.isalpha() for letter in cell.comment.text)
            assert cell.font.bold
    for role in (blank_sheets.STATIONS, blank_sheets.TOWNSHIPS):
        sheet = book[planner_sheets.title(role.role)]
        kinds = {rule.type for rule in sheet.data_validations.dataValidation}
        assert kinds >= {"list", "decimal"}


def test_all_that_a_drop_down_offers_is_understood():
    choices = {c.english: c.choices for blank in blank_sheets.BLANKS for c in blank.columns}
    assert {places.KINDS[one] for one in choices["kind"]} == {"station", "substation"}
    assert {places.STATES[one] for one in choices["status"]} == {"existing", "planned"}


@pytest.mark.parametrize("blank", blank_sheets.BLANKS, ids=lambda one: one.role)
def test_every_header_is_found_by_those_who_read_it(tmp_path, blank):
    path = tmp_path / "w.xlsx"
    one = openpyxl.Workbook()
    one.active.append([column.header for column in blank.columns])
    one.active.append([1] * len(blank.columns))
    one.save(path)
    frame = tables.read_table(path)
    heads = list(frame.columns)
    if blank.role == planner_sheets.CALLS:
        found = columns.find(frame, ReplayColumns(), Problems())
        assert set(found.columns) == {
            "received_at", "township", "lon", "lat", "priority", "hospital"
        }  # fmt: skip
        return
    wanted = {"name": places.NAME, "longitude (°)": located.LON, "latitude (°)": located.LAT}
    wanted |= {
        planner_sheets.STATIONS: {
            "kind": places.KIND, "ambulances (vehicles)": places.AMBULANCES,
            "status": places.STATUS,
        },
        planner_sheets.TOWNSHIPS: {"people (persons)": headcount.USUAL},
        planner_sheets.HOSPITALS: {"level": places.LEVEL},
    }[blank.role]  # fmt: skip
    for english, usual in wanted.items():
        assert tables.column(frame, usual).split(" / ")[0] == english, english
    if blank.role == planner_sheets.TOWNSHIPS:
        said = frame.assign(**{heads[4]: "城区"})
        assert worded(said) == heads[4]


def test_a_folder_that_is_not_empty_is_refused_and_left_as_it_was(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine", "utf-8")
    (tmp_path / "file").write_text("x", "utf-8")
    for make in (
        lambda f: new_folder.start(f, EN, [EN]),
        lambda f: new_folder.example(f, "liling"),
    ):
        with pytest.raises(OutputError, match="the folder is not empty"):
            make(tmp_path / "mine")
        with pytest.raises(OutputError, match="no folder"):
            make(tmp_path / "file")
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["file", "mine", "notes.txt"]


def test_what_fails_half_way_leaves_nothing(tmp_path, monkeypatch):
    def full(*arguments, **more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(new_folder.shutil, "copyfile", full)
    with pytest.raises(OutputError):
        new_folder.example(tmp_path / "demo", "liling")
    (tmp_path / "empty").mkdir()
    with pytest.raises(OutputError):
        new_folder.example(tmp_path / "empty", "liling")
    assert [path.name for path in tmp_path.rglob("*")] == ["empty"]


def test_an_empty_folder_is_filled_and_so_is_a_name_with_a_blank(tmp_path):
    (tmp_path / "益 阳").mkdir()
    path = new_folder.start(tmp_path / "益 阳", ZH, [EN, ZH])
    assert 'map: "益_阳"' in path.read_text("utf-8")
    assert "益 阳/workbook.xlsx' --roads" in new_folder.commands(tmp_path / "益 阳")[0]


def test_an_example_has_its_sources_and_licences_beside_it(tmp_path):
    scenarios = new_folder.example(tmp_path / "demo", "liling")
    assert (scenarios / "today.yaml").is_file()
    names = {path.relative_to(tmp_path / "demo").as_posix() for path in tmp_path.rglob("*")}
    assert {"LICENSE", "maps/liling/README.md", "maps/liling/liling.gpkg"} <= names
    assert not [name for name in names if "__pycache__" in name]
    with pytest.raises(OptionError, match='no example "lilin"; did you mean liling?'):
        new_folder.example(tmp_path / "other", "lilin")
    assert not (tmp_path / "other").exists()


def test_the_wheel_packs_the_examples_that_there_are():
    import runpy

    from conftest import ROOT

    packed = runpy.run_path(str(ROOT / ".ci" / "catalogues.py"))
    assert packed["EXAMPLES"] == new_folder.EXAMPLES
    assert packed["BESIDE"] == new_folder.BESIDE


def test_a_planner_gets_from_new_to_a_table(tenthirty, tmp_path):
    done = tenthirty("new", "mycounty", cwd=tmp_path)
    assert "tenthirty map synthesise --workbook mycounty/workbook.xlsx" in done.stdout
    early = tenthirty("check", "mycounty", cwd=tmp_path, check=False)
    assert early.returncode == 2
    assert "there is no map mycounty yet" in early.stderr
    assert "no station is written yet" in early.stderr
    assert "Traceback" not in early.stderr
    unfilled = tenthirty(
        "map", "synthesise", "--workbook", "mycounty/workbook.xlsx", cwd=tmp_path, check=False
    )
    assert unfilled.returncode == 2
    assert "sheet townships 乡镇: there is no row yet but the examples" in unfilled.stderr
    path = tmp_path / "mycounty" / "workbook.xlsx"
    filled = openpyxl.load_workbook(path)
    for sheet, row in (
        ("stations 站点", ["东站", "急救站", 2, None, 113.49, 27.65, None]),
        ("stations 站点", ["东站", "急救站", 1, "08-20", 113.49, 27.65, None]),
        ("townships 乡镇", ["来西街道", 52300, 113.49, 27.65, "城区", 31.5, None]),
        ("townships 乡镇", ["北山镇", 28100, 113.52, 27.80, "农村", 118.2, None]),
        ("hospitals 医院", ["中心医院", "三级", 113.49, 27.648]),
    ):
        filled[sheet].append(row)
    filled.save(path)
    made = tenthirty("map", "synthesise", "--workbook", "mycounty/workbook.xlsx", "--no-draw",
                     cwd=tmp_path)  # fmt: skip
    assert "3 ambulances at 1 site" in made.stdout
    assert "Next: tenthirty run mycounty" in made.stdout
    ran = tenthirty("run", "mycounty", "--replications", 2, "--engine", "reference", "--no-figures",
                    "--workers", 1, cwd=tmp_path)  # fmt: skip
    assert "1 station, 3 ambulances (1 part-time)" in ran.stdout


def test_a_map_is_imported_from_a_workbook_that_is_named_once_or_thrice(folder, tmp_path):
    from towns import TOWN, osm

    from sim.errors import MapImportError
    from sim.geography import bundle
    from sim.geography.making import ImportOptions, import_map

    home = tmp_path / "mytown"
    home.mkdir()
    book = openpyxl.load_workbook(folder / "workbook.xlsx")
    for sheet, row in (
        ("stations 站点", ["东站", "急救站", 2, None, 113.51, 27.66, None]),
        ("stations 站点", ["西站", "分站", 0, None, 113.50, 27.65, "规划"]),
        ("townships 乡镇", ["来西街道", "９，０００", 113.505, 27.655, "城区", None, None]),
        ("townships 乡镇", ["北山镇", 2000, 113.525, 27.675, "农村", None, None]),
    ):
        book[sheet].append(row)
    book.save(home / "workbook.xlsx")
    roads = osm(tmp_path / "roads.osm", TOWN)
    once = ImportOptions.of(workbook=home / "workbook.xlsx", roads=roads, cell="250 m")
    assert once.bundle == home / "maps" / "mytown" / "mytown.gpkg"
    assert once.places.hospitals is None  # the sheet is empty
    import_map(once)
    made = bundle.read(once.bundle)
    assert [site.name.zh for site in made.sites] == ["东站", "西站"]
    assert made.cells.people.sum() == 11_000
    thrice = ImportOptions.of(
        place="other", maps=tmp_path / "maps", roads=roads, zones=home / "workbook.xlsx",
        sites=home / "workbook.xlsx", cell="250 m",
    )  # fmt: skip
    import_map(thrice)
    assert bundle.read(thrice.bundle).cells.people.tolist() == made.cells.people.tolist()
    book["townships 乡镇"].cell(4, 2, "viele")
    book["stations 站点"].cell(5, 5, "#N/A")
    book.save(home / "workbook.xlsx")
    with pytest.raises(MapImportError, match="cell E5: its formula failed"):
        ImportOptions.of(workbook=home / "workbook.xlsx", roads=roads)
    book["stations 站点"].cell(5, 5, 113.51)
    book.save(home / "workbook.xlsx")
    with pytest.raises(MapImportError, match="sheet townships 乡镇, cell B4.*found viele"):
        import_map(ImportOptions.of(workbook=home / "workbook.xlsx", roads=roads))


def test_what_fails_leaves_no_folder_above_it_and_no_file_in_it(tmp_path, monkeypatch):
    from pathlib import Path

    usual, renamed = Path.rename, []

    def full(path, to):
        renamed.append(to)
        if len(renamed) == 2:
            raise OSError(28, "No space left on device")
        return usual(path, to)

    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OutputError):
        new_folder.start(tmp_path / "empty", EN, [EN])
    assert [path.name for path in tmp_path.rglob("*")] == ["empty"]
    monkeypatch.setattr(new_folder.blank_workbook, "write", lambda *arguments: full(1, 2))
    renamed[:] = [1]
    with pytest.raises(OutputError):
        new_folder.start(tmp_path / "a" / "b" / "c", EN, [EN])
    assert [path.name for path in tmp_path.rglob("*")] == ["empty"]


@pytest.mark.parametrize("name", ["a&b", "it's", "a b", "$HOME", "醴陵", "a;b", "~", "a(b)", "x"])
def test_a_folder_is_printed_as_it_can_be_typed(tmp_path, name):
    import shlex
    import subprocess

    *_, run = new_folder.commands(tmp_path / name)
    assert shlex.split(run) == ["tenthirty", "run", str(tmp_path / name)]
    (tmp_path / name).mkdir()
    typed = run.replace("tenthirty run", "ls -d")
    done = subprocess.run(["sh", "-c", typed], capture_output=True, text=True, check=True)
    assert done.stdout.strip("\n") == str(tmp_path / name)
    assert (quoted("醴陵/today.yaml"), quoted(r"C:\a b", True)) == ("醴陵/today.yaml", r'"C:\a b"')
