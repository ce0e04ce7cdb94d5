"""From an empty folder to a report in Chinese: five commands, as a new user types them."""

from __future__ import annotations

import re
import sys

import openpyxl
import pytest
from conftest import ROOT
from docx import Document

from sim.geography import bundle
from sim.geography.making.planner_files import example_files

pytest.importorskip("osmium")


def workbook(path, heads, rows):
    book = openpyxl.Workbook()
    for row in (heads, *rows):
        book.active.append(row)
    book.save(path)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """What a planner has: an extract of OpenStreetMap, townships and stations in Excel."""
    folder = tmp_path_factory.mktemp("desk")
    ground = bundle.read(ROOT / "maps" / "liling" / "liling.gpkg")
    files = example_files(ground, folder / "from")
    files["roads"].rename(folder / "roads.osm")
    townships = ground.layers["townships"]
    workbook(
        folder / "towns.xlsx",
        ["乡镇", "常住人口", "经度", "纬度", "城区/农村"],
        [
            [
                one.name_zh,
                one.people,
                one.seat_lon,
                one.seat_lat,
                "城区" if one.area == "urban" else "农村",
            ]
            for one in townships.itertuples()
        ],
    )
    sites = ground.layers["sites"].to_crs(4326)
    ambulances = {"湘东医院": 3, "市中医院": 3}
    workbook(
        folder / "stations.xlsx",
        ["名称", "经度", "纬度", "救护车数"],
        [
            [name, at.x, at.y, ambulances.get(name, 1)]
            for name, at in zip(sites["name_zh"], sites.geometry, strict=True)
        ],
    )
    return folder


def test_five_commands_lead_from_an_empty_folder_to_a_report_in_chinese(desk, monkeypatch, capfd):
    from sim import cli

    def typed(*words):
        monkeypatch.setattr(sys, "argv", ["tenthirty", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = capfd.readouterr()
        assert not ended.value.code, told.err
        return told.out

    monkeypatch.chdir(desk)
    few = ("--draft", "--days", "7", "--no-figures", "--lang", "zh")
    made = typed("map", "import", "--place", "mycounty", "--roads", "roads.osm",
                 "--zones", "towns.xlsx", "--sites", "stations.xlsx", "--lang", "zh")  # fmt: skip
    assert "tenthirty" in made, "the next command is named"
    typed("run", "scenarios/mycounty", *few)
    told = typed("compare", "scenarios/mycounty", "--add", "枫林镇", *few)
    folder = re.search(r"runs/\S*mycounty-add-[^/\s]*", told)[0]
    typed("rank", "scenarios/mycounty", "--candidates", "3", *few)
    typed("report", folder, "runs/mycounty-rank", "--lang", "zh", "--to", "html,docx")
    page = (desk / folder / "report-zh.html").read_text("utf-8")
    assert "枫林镇" in page
    assert "草稿" in page, "that it is a draft"
    document = Document(desk / folder / "report-zh.docx")
    said = [one.text for one in document.paragraphs]
    (sentence,) = re.findall(r"可表述为：[“\"「]?(.+?)[”\"」]?\n", told.replace("\n  ", ""))[:1]
    assert any(sentence[:12] in one for one in said), (sentence, said[:6])
