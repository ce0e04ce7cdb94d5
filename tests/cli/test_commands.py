"""The command line, as a planner uses it: what is printed, what is written, how it ends."""

from __future__ import annotations

import json
import subprocess
import sys

import pandas as pd
import pytest
from conftest import ROOT
from processes import LILING, tenthirty

QUICK = ("--replications", "2", "--days", "2", "--no-figures")


def test_run_prints_the_compliance_table_and_keeps_everything(tmp_path):
    done = tenthirty("run", LILING, "--replications", 2, "--days", 2, cwd=tmp_path)
    assert "Urban calls ≤ 10 min" in done.stdout
    assert "Rural calls ≤ 30 min" in done.stdout
    assert "Synthetic map" in done.stdout
    assert "95 % CI" in done.stdout
    folder = tmp_path / "runs" / "liling"
    names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert names >= {"run.json", "table.txt", "measures.csv", "map.png", "cdf.png",
                     "logs/layout-0/calls-0000.parquet", "logs/layout-0/trips-0001.parquet"}  # fmt: skip
    facts = json.loads((folder / "run.json").read_text("utf-8"))
    assert facts["seed"] == 2025
    assert facts["replications"] == 2
    assert {"python", "numpy", "simpy"} <= set(facts["versions"])
    assert all(len(digest) == 64 for digest in facts["inputs"].values())
    assert len(facts["inputs"]) == 2
    assert (folder / "measures.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert list(tmp_path.iterdir()) == [tmp_path / "runs"]
    assert list((tmp_path / "runs").iterdir()) == [folder]


def test_json_is_one_object_of_tidy_rows(tmp_path):
    done = tenthirty("compare", LILING, "--add", "枫林镇", "--json", *QUICK, cwd=tmp_path)
    facts = json.loads(done.stdout)
    rows = pd.DataFrame(facts["measures"])
    assert {"layout", "area", "measure", "mean", "low", "high"} <= set(rows.columns)
    assert rows["layout"].nunique() == 3
    headline = rows[(rows["by"] == "all") & (rows["layout"] == "Liling today")].set_index("measure")
    assert 0 < headline.loc["urban10", "mean"] < 1
    assert headline.loc["urban10", "area"] == "urban"
    assert headline.loc["rural30", "low"] <= headline.loc["rural30", "mean"]
    assert {v["verdict"] for v in facts["verdicts"]} <= {
        "better", "worse", "undecided", "too small to matter", "too few replications"}  # fmt: skip
    assert "runs/liling-add-fenglin" in facts["results"]


def test_the_table_in_chinese(tmp_path):
    done = tenthirty("compare", LILING, "--close", "市妇幼", "--lang", "zh", *QUICK, cwd=tmp_path)
    for text in ("醴陵现状", "城区 ≤ 10 分钟达标率", "置信区间", "撤销市妇幼", "可表述为"):
        assert text in done.stdout


def test_columns_line_up_in_both_languages(tmp_path):
    from rich.cells import cell_len

    for lang in ("en", "zh"):
        done = tenthirty(
            "compare",
            LILING,
            "--add",
            "枫林镇",
            "--lang",
            lang,
            *QUICK,
            "--replications",
            "5",
            cwd=tmp_path,
        )
        rows = [
            line for line in done.stdout.splitlines() if "■" in line or "○" in line or "?" in line
        ]
        assert len({cell_len(row[: row.index("(")]) for row in rows}) == 1
        assert max(cell_len(line) for line in done.stdout.splitlines()) <= 120


def test_several_changes_and_files_at_once(tmp_path):
    done = tenthirty(
        "compare", LILING, ROOT / "scenarios/liling/north-west.yaml", "--add", "113.42,27.79",
        "--move", "泰安医院=板杉镇", "--ambulances", "湘东医院=+1", "--ambulances", "市四医院=1",
        "--close", "市妇幼", "--json", *QUICK, cwd=tmp_path,
    )  # fmt: skip
    facts = json.loads(done.stdout)
    assert [entry["ambulances"] for entry in facts["layouts"]] == [14, 16, 14 + 1 + 1 - 1 - 1]


def test_real_streets_answer_too(tmp_path):
    done = tenthirty("run", ROOT / "scenarios" / "coquimbo", *QUICK, cwd=tmp_path)
    assert "Urban calls ≤ 10 min" in done.stdout
    assert "invented" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "nowhere.yaml"), "no such file or folder"),
        (("run", LILING, "--lang", "fr"), "write one of en, zh"),
        (("compare", LILING), "say what to compare"),
        (("compare", LILING, "--add", "枫林乡", "--close", "Nobody"), "--close Nobody: no station"),
        (("compare", LILING, "--add", "27.79,113.42"), "looks swapped"),
        (("compare", LILING, "--move", "泰安医院"), "write it like A=B"),
        (("compare", LILING, "--ambulances", "湘东医院=many"), "write A=+1, A=-1 or A=3"),
        (("compare", LILING, str(ROOT / "scenarios" / "coquimbo")), "on one map only"),
        (("check", "nowhere.yaml"), "no such file or folder"),
        (("check",), "name a scenario file"),
        (("explain", "xyzzy"), "no such term"),
        (("run", LILING, "--replications", "0"), "--replications"),
        (("run", LILING, "--days", "-1"), "--days"),
        (("fly", LILING), "no command"),
    ],
)
def test_what_a_planner_can_mend_ends_with_status_2_and_writes_nothing(tmp_path, arguments, said):
    done = tenthirty(*arguments, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""
    assert not list(tmp_path.iterdir())


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.docx").write_text("years of work")
    done = tenthirty("run", LILING, "--out", "mine", *QUICK, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "holds no earlier result" in done.stderr
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["thesis.docx"]


def test_the_same_command_again_replaces_its_result_and_notes_beside_it_stay(tmp_path):
    folder = tmp_path / "runs" / "liling"
    tenthirty("run", LILING, *QUICK, cwd=tmp_path)
    (folder / "notes.txt").write_text("mine")
    tenthirty("run", LILING, *QUICK, cwd=tmp_path)
    assert (folder / "notes.txt").read_text() == "mine"
    assert len(list((folder / "logs" / "layout-0").glob("calls-*"))) == 2


def test_of_an_earlier_result_goes_what_its_list_of_files_names(tmp_path):
    folder = tmp_path / "out"
    days = ("--days", "2", "--no-figures", "--out", "out")
    tenthirty("compare", LILING, "--add", "枫林镇", "--replications", 3, *days, cwd=tmp_path)
    (folder / "forest.png").write_text("mine, though it has the name of a figure")
    tenthirty("run", LILING, "--replications", 2, *days, cwd=tmp_path)
    logs = {path.name for path in (folder / "logs").iterdir()}
    assert logs == {"layout-0"}
    assert len(list((folder / "logs" / "layout-0").glob("calls-*"))) == 2
    assert (folder / "forest.png").read_text().startswith("mine")
    listed = json.loads((folder / "run.json").read_text("utf-8"))["files"]
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert {*listed, "run.json", "forest.png"} == there


def test_another_command_leaves_an_earlier_result_alone(tmp_path):
    tenthirty("run", LILING, *QUICK, cwd=tmp_path)
    before = (tmp_path / "runs" / "liling" / "run.json").read_bytes()
    done = tenthirty("run", LILING, *QUICK, "--lang", "zh", cwd=tmp_path)
    assert "runs/liling-2/" in done.stdout
    assert (tmp_path / "runs" / "liling" / "run.json").read_bytes() == before


def test_coverage_at_the_prompt(tmp_path):
    done = tenthirty("coverage", LILING, "--before", "3 min", "--out", "r.gpkg", cwd=tmp_path)
    assert "Static coverage" in done.stdout
    assert "Synthetic map" in done.stdout
    assert (tmp_path / "r.gpkg").is_file()
    rows = json.loads(tenthirty("coverage", LILING, "--json", cwd=tmp_path).stdout)
    assert rows[0]["area"] == "all"
    assert "静态覆盖" in tenthirty("coverage", LILING, "--lang", "zh", cwd=tmp_path).stdout
    for out in ("r.txt", "nowhere/r.gpkg"):
        done = tenthirty("coverage", LILING, "--out", out, cwd=tmp_path, check=False)
        assert (done.returncode, "cannot be written" in done.stderr) == (2, True)
    near = tenthirty(
        "coverage", LILING, "--radius", "5 km", "--radius", "rural=10 km", cwd=tmp_path
    )
    assert "radius: 5 km in town, 10 km in the country" in " ".join(near.stdout.split())
    for wrong, said in (
        ("5", "--radius: write a number and a unit"),
        ("town=5 km", "--radius: write a radius like"),
    ):
        bad = tenthirty("coverage", LILING, "--radius", wrong, cwd=tmp_path, check=False)
        assert bad.returncode == 2
        assert said in bad.stderr
    bad = tenthirty("coverage", LILING, "--before", "3", cwd=tmp_path, check=False)
    assert (bad.returncode, "number and a unit" in bad.stderr) == (2, True)


@pytest.mark.parametrize("name", ["nowhere/x.png", "x.txt", "scenario.yaml"])
def test_a_map_that_cannot_be_drawn_there_is_told(tmp_path, name):
    done = tenthirty("check", LILING, "--map", name, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert not list(tmp_path.iterdir())


def test_the_version_is_told(tmp_path):
    assert tenthirty("--version", cwd=tmp_path).stdout.startswith("tenthirty 0.")


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "runs").write_text("a file in the way")
    done = tenthirty("run", LILING, *QUICK, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr


def test_check_says_what_is_in_order_and_draws_it(tmp_path):
    done = tenthirty("check", LILING, "--map", "inputs.png", cwd=tmp_path)
    assert "is in order: Liling today" in done.stdout
    assert "885,987 people" in done.stdout
    assert (tmp_path / "inputs.png").stat().st_size > 50_000


def test_a_day_is_drawn_whole_unless_hours_are_given(tmp_path):
    done = tenthirty("day", LILING, "--day", "1", "--out", "whole", cwd=tmp_path)
    assert "day 1, 00:00–24:00" in done.stdout
    assert (tmp_path / "whole" / "day.png").stat().st_size > 20_000
    done = tenthirty("day", LILING, "--day", "1", "--between", "22-06", cwd=tmp_path)
    assert "22:00–06:00" in done.stdout
    done = tenthirty("day", LILING, "--between", "20-20", cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "--between: write whole clock hours" in done.stderr


def test_check_goes_on_after_a_bad_file(tmp_path):
    (tmp_path / "bad.yaml").write_text("name: x\n")
    done = tenthirty("check", "bad.yaml", LILING, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "is in order" in done.stdout
    assert "cannot be run" in done.stderr


@pytest.mark.parametrize("term", ["达标率", "compliance", "p90", "Utilisation", "改派", "1030"])
def test_explain_knows_terms_in_both_languages(tmp_path, term):
    done = tenthirty("explain", term, cwd=tmp_path)
    assert any("一" <= c <= "鿿" for c in done.stdout)
    assert any(c.isascii() and c.isalpha() for c in done.stdout)


def test_help_fits_a_screen(tmp_path):
    done = tenthirty("--help", cwd=tmp_path)
    assert len(done.stdout.splitlines()) <= 37  # each command has one line
    for command in ("run", "compare", "check", "explain"):
        assert command in done.stdout
        assert f"tenthirty {command}" in done.stdout


def test_nothing_heavy_is_imported_before_the_bar_shows():
    code = "import sys, sim.cli; print(*(m for m in ('numpy', 'geopandas', 'pandas', 'scipy', " \
           "'matplotlib', 'pyarrow', 'simpy', 'pydantic') if m in sys.modules))"  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_debug_shows_where_an_error_arose(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "sim.cli", "run", "nowhere.yaml", "--debug"], cwd=tmp_path,
        capture_output=True, text=True,
    )  # fmt: skip
    assert "Traceback" in done.stderr
