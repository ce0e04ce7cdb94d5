"""`tenthirty calibrate`: what it writes, and what it refuses before anything is written."""

from __future__ import annotations

import csv
import json
import shutil

import pytest
from conftest import ROOT

import sim
from sim.scenario.file import load

LILING = ROOT / "scenarios" / "liling"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """A folder with a scenario, and three weeks of its records: too few to hold some back."""
    folder = tmp_path_factory.mktemp("shelf")
    for name in ("liling", "coquimbo"):
        (folder / "maps" / name).mkdir(parents=True)
        shutil.copy(ROOT / "maps" / name / f"{name}.gpkg", folder / "maps" / name)
    (folder / "scenarios" / "liling").mkdir(parents=True)
    shutil.copy(LILING / "today.yaml", folder / "scenarios" / "liling")
    sim.made_up_records(sim.load(LILING), folder / "records.csv", days=21, seed=4)
    return folder


@pytest.fixture
def place(shelf):
    """The folder, from which what a test wrote is taken away again."""
    before = {path: path.read_bytes() for path in shelf.rglob("*") if path.is_file()}
    yield shelf
    for path in [*shelf.rglob("*")]:
        if path.is_file() and path not in before:
            path.unlink()
    for path, content in before.items():
        if path.suffix != ".gpkg":
            path.write_bytes(content)


def files(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


TO = "scenarios/liling/calibrated.yaml"


def test_a_scenario_and_a_report_are_written_and_run(tenthirty, place):
    said = tenthirty("calibrate", "records.csv", "--map", "maps/liling", "--to", TO,
                     "--report", "fit.html", cwd=place)  # fmt: skip
    assert TO in said.stdout
    assert "fit.html" in said.stdout
    text = (place / TO).read_text("utf-8")
    assert "base: today" in text
    assert "# source: fitted from records.csv, n = " in text
    page = (place / "fit.html").read_text("utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "</html>" in page
    ran = tenthirty("run", TO, "--replications", "2", cwd=place)
    assert ran.stdout
    # What it wrote it may write again.
    first = (place / TO).read_text("utf-8")
    tenthirty("calibrate", "records.csv", "--to", TO, "--report", "fit.html", cwd=place)
    assert (place / TO).read_text("utf-8") == first


def test_json_and_nothing_written(tenthirty, place):
    before = files(place)
    said = tenthirty("calibrate", "records.csv", "--base", "scenarios/liling/today.yaml", "--json",
                     cwd=place)  # fmt: skip
    found = json.loads(said.stdout, parse_constant=lambda name: pytest.fail(name))
    assert found["records"]["rows"] == found["records"]["calls"] + found["records"][
        "further_units"] + sum(found["records"]["left_out"].values())  # fmt: skip
    assert files(place) == before


def test_the_layout_is_that_of_records_where_no_base_is(tenthirty, place):
    said = tenthirty("calibrate", "records.csv", "--map", "maps/liling", "--to", "mine.yaml",
                     cwd=place)  # fmt: skip
    assert "mine.yaml" in said.stdout
    found = load(place / "mine.yaml")
    today = load(LILING)
    assert {one.name.zh for one in found.stations} <= {one.name.zh for one in today.stations}
    assert len(found.stations) >= 6
    assert "\nbase:" not in (place / "mine.yaml").read_text("utf-8")


def test_in_chinese(tenthirty, place):
    said = tenthirty("calibrate", "records.csv", "--map", "maps/liling", "--to", TO, "--report",
                     "fit.html", "--lang", "zh", cwd=place)  # fmt: skip
    assert any("\u4e00" <= letter <= "\u9fff" for letter in said.stdout)
    assert 'lang="zh' in (place / "fit.html").read_text("utf-8")
    assert load(place / TO).name.zh


BASE = ("--base", "scenarios/liling/today.yaml")
REFUSED = {
    "no map": (("records.csv",), "name the map"),
    "unknown map": (("records.csv", "--map", "maps/nowhere"), "there is no map at"),
    "another map": (("records.csv", *BASE, "--map", "maps/coquimbo"), "stands on another map"),
    "over the records": (("records.csv", *BASE, "--to", "records.csv"), "ends in .yaml"),
    "over the base": (("records.csv", *BASE, "--to", "scenarios/liling/today.yaml"), "read here"),
    "folder": (("records.csv", *BASE, "--to", "here.yaml"), "it is a folder: name a file"),
    "ending": (("records.csv", *BASE, "--to", "fit.txt"), "ends in .yaml"),
    "report ending": (("records.csv", *BASE, "--report", "fit.pdf"), "ends in .html"),
    "column": (("records.csv", *BASE, "--column", "received_at"), "write A=B"),
    "unknown column": (("records.csv", *BASE, "--column", "colour=x"), "colour"),
    "column not there": (("records.csv", *BASE, "--column", "received_at=when"), "when"),
    "bound name": (("records.csv", *BASE, "--bound", "p95=1 min"), "compliance, township, p90"),
    "bound value": (("records.csv", *BASE, "--bound", "p90=soon"), "soon"),
    "bound": (("records.csv", *BASE, "--bound", "p90"), "write A=B"),
    "priority": (("records.csv", *BASE, "--priority", "=red"), "write A=B"),
    "no such file": (("nothing.csv", *BASE), "nothing.csv"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_asked_is_refused_and_nothing_is_written(tenthirty, place, case):
    arguments, said = REFUSED[case]
    (place / "here.yaml").mkdir(exist_ok=True)
    before = files(place)
    told = tenthirty("calibrate", *arguments, cwd=place, check=False)
    assert told.returncode == 2, told.stderr
    assert said in " ".join(told.stderr.split())
    assert "Traceback" not in told.stderr
    assert files(place) == before


def test_a_file_of_somebody_else_is_kept(tenthirty, place):
    (place / TO).write_text("name: Mine\n", "utf-8")
    (place / "fit.html").write_text("<p>mine, not fitted by tenthirty calibrate</p>", "utf-8")
    (place / "new.yaml.history.json").write_text('{"mine": 1}', "utf-8")
    for option, name in (("--to", TO), ("--report", "fit.html"), ("--to", "new.yaml")):
        before = files(place)
        told = tenthirty("calibrate", "records.csv", *BASE, option, name, cwd=place, check=False)
        assert told.returncode == 2
        assert "was not made by this command" in " ".join(told.stderr.split())
        assert files(place) == before


def rows(place):
    with (place / "records.csv").open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


def rewritten(place, change):
    every = rows(place)
    for row in every:
        change(row)
    with (place / "spoiled.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*every[0]])
        writer.writeheader()
        writer.writerows(every)


def swapped(row):
    row["lon"], row["lat"] = row["lat"], row["lon"]


def elsewhere(row):
    row["lon"] = str(float(row["lon"]) + 3)


def one_point(row):
    row["lon"], row["lat"] = "113.497", "27.646"


@pytest.mark.parametrize(
    ("change", "said"),
    [(swapped, "look swapped"), (elsewhere, "outside the map"), (one_point, "the same point")],
)
def test_records_of_no_use_are_refused(tenthirty, place, change, said):
    rewritten(place, change)
    before = files(place)
    told = tenthirty("calibrate", "spoiled.csv", *BASE, "--to", TO, "--report", "fit.html",
                     cwd=place, check=False)  # fmt: skip
    assert told.returncode == 2, told.stderr
    assert said in " ".join(told.stderr.split())
    assert files(place) == before


@pytest.mark.parametrize("text", ["", "received_at,lon,lat\n", "a,b\n1,2\n"])
def test_files_without_records_are_refused(tenthirty, place, text):
    (place / "spoiled.csv").write_text(text, "utf-8")
    before = files(place)
    told = tenthirty("calibrate", "spoiled.csv", *BASE, "--to", TO, cwd=place, check=False)
    assert told.returncode == 2, told.stderr
    assert files(place) == before


CHINESE = {"red": "\u4e00\u7ea7", "yellow": "\u4e8c\u7ea7", "green": "\u4e09\u7ea7"}
CREWS = ("--base", str(LILING / "crews.yaml"))


def named_otherwise(row):
    row["priority"] = CHINESE[row["priority"]]


def test_priorities_that_the_base_needs_are_asked_for(tenthirty, place):
    """Its conditions and breaks name priorities: with those of the records it cannot be run."""
    rewritten(place, named_otherwise)
    told = tenthirty("calibrate", "spoiled.csv", *CREWS, "--to", "mine.yaml", cwd=place,
                     check=False)  # fmt: skip
    assert told.returncode == 2, told.stderr
    said = " ".join(told.stderr.split())
    assert "spoiled.csv" in said
    assert "priority: the base calls priorities red, yellow, green" in said
    named = [f"--priority={other}={name}" for name, other in CHINESE.items()]
    assert named[0].replace("=", " ", 1) in said
    assert not (place / "mine.yaml").exists()
    tenthirty("calibrate", "spoiled.csv", *CREWS, "--to", "mine.yaml", *named, cwd=place)
    shares = {one.name: one.share for one in load(place / "mine.yaml").settings.demand.priorities}
    assert list(shares) == [*CHINESE]
    assert max(shares, key=shares.get) == "green"


@pytest.mark.parametrize("pair", ["--priority=red=x", "--station=A=x", "--hospital=A=x"])
def test_a_name_that_the_base_has_not_is_refused(tenthirty, place, pair):
    told = tenthirty("calibrate", "records.csv", *BASE, pair, "--json", cwd=place, check=False)
    assert told.returncode == 2, told.stderr
    assert f'{pair.rpartition("=")[0].rpartition("=")[0]}: the scenario has no "x"' in told.stderr


def test_a_scenario_that_was_edited_or_mentions_the_command_is_kept(tenthirty, place):
    """A name that another file may have, and numbers that somebody put in by hand, stay."""
    tenthirty("calibrate", "records.csv", *BASE, "--to", TO, cwd=place)
    written = (place / TO).read_bytes()
    (place / TO).write_bytes(written.replace(b"\n", b"\r\n"))  # as an editor or git may leave it
    tenthirty("calibrate", "records.csv", *BASE, "--to", TO, cwd=place)
    assert (place / TO).read_bytes() == written
    first, rest = written.split(b"\n", 1)
    mine = b"# like the one fitted by tenthirty calibrate\nname: Mine\n"
    for content, said in (
        (mine, "was not made by this command"), (written + b"x: 1\n", "changed by hand since"),
        (mine + written, "was not made by this command"),
        (first + b"\n" + rest.replace(b"rate:", b"rate: # mine", 1), "changed by hand since"),
    ):  # fmt: skip
        (place / TO).write_bytes(content)
        before = files(place)
        told = tenthirty("calibrate", "records.csv", *BASE, "--to", TO, cwd=place, check=False)
        assert told.returncode == 2
        assert said in " ".join(told.stderr.split())
        assert files(place) == before
