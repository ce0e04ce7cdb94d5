"""The commands that help decide, as a planner uses them: printed, written, refused, stopped."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
from conftest import ROOT
from processes import LILING
from towns import matrix_files

from sim.cli.options import Options
from sim.geography.making import import_map

QUICK = ("--replications", "5", "--days", "3", "--no-figures", "--workers", "1")
TINY = (
    "scenarios/tiny.yaml",
    "--replications",
    "5",
    "--days",
    "3",
    "--no-figures",
    "--workers",
    "1",
)
# command and its own arguments, its file, what the sentence for the minutes begins with
COMMANDS = {
    "rank": (
        ("rank", LILING, "--candidates", "6"),
        "ranking",
        "Of 6 candidate sites, ",
    ),
    "site": (("site", LILING, "--candidates", "6", "--best", "3"), "sites", "By MCLP "),
    "search": (
        ("search", LILING, "--candidates", "3"),
        "search",
        "9 stations, 15 ambulances instead of today's ",
    ),
    "curve": (("curve", LILING, "--candidates", "3", "--steps", "1"), "curve", "The next station "),
    "worth": (("worth", LILING), "worth", "The greatest loss would be: "),
}


@pytest.fixture
def tiny(tmp_path):
    """A city of three places, where roads are a matrix and other speeds cost nothing."""
    import_map(matrix_files(tmp_path))
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "tiny.yaml").write_text(
        "name: tiny\nmap: tiny\nlayout:\n  - {station: Base A, ambulances: 2}\n"
        "demand: {transported: 0 %, rate: {urban: 12 per day, rural: 12 per day}}\n", "utf-8",
    )  # fmt: skip
    return tmp_path


def files(folder):
    return {path.name for path in folder.iterdir()}


def result_of(facts, cwd):
    return cwd / facts["results"]


# ── each command ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_prints_its_table_and_keeps_it(tenthirty, tmp_path, command):
    arguments, name, begins = COMMANDS[command]
    done = tenthirty(*arguments, *QUICK, cwd=tmp_path)
    folder = tmp_path / "runs" / f"liling-{command}"
    assert files(folder) == {"table.txt", f"{name}.csv", "run.json"}
    table = (folder / "table.txt").read_text("utf-8")
    assert done.stdout == table + f" Results: runs/liling-{command}/\n"
    assert "nan" not in table
    assert f'Say: "{begins}' in table
    raw = (folder / f"{name}.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = pd.read_csv(folder / f"{name}.csv")
    facts = json.loads((folder / "run.json").read_text("utf-8"))
    assert len(facts["rows"]) == len(rows) > 0
    assert facts["command"] == ["tenthirty", *map(str, arguments), *QUICK]
    assert (facts["replications"], facts["days"], facts["seed"]) == (5, 3, 2025)
    assert facts["draft"] is False
    assert all(len(digest) == 64 for digest in facts["inputs"].values())
    assert facts["sentence"].startswith(begins)
    assert files(tmp_path) == {"runs"}
    assert files(tmp_path / "runs") == {folder.name}


def test_stress_prints_its_table_and_keeps_it(tenthirty, tiny):
    done = tenthirty("stress", *TINY, "--add", "113.50,27.60", "--samples", "3", cwd=tiny)
    folder = tiny / "runs" / "tiny-stress"
    assert files(folder) == {"table.txt", "stress.csv", "joint.csv", "run.json"}
    assert "Number of calls ±20 %" in done.stdout
    assert len(pd.read_csv(folder / "joint.csv")) == 3
    facts = json.loads((folder / "run.json").read_text("utf-8"))
    assert facts["joint_samples"] == 3


def test_why_prints_its_table_and_keeps_it(tenthirty, tmp_path):
    done = tenthirty("why", LILING, *QUICK, cwd=tmp_path)
    assert {"table.txt", "why.csv", "run.json"} <= files(tmp_path / "runs" / "liling-why")
    assert "nearest" in done.stdout


def test_json_is_one_object_and_nothing_else(tenthirty, tmp_path):
    for command in ("rank", "worth"):
        arguments, name, _ = COMMANDS[command]
        done = tenthirty(*arguments, *QUICK, "--json", cwd=tmp_path)
        facts = json.loads(done.stdout)
        rows = pd.DataFrame(facts["rows"])
        written = pd.read_csv(result_of(facts, tmp_path) / f"{name}.csv")
        assert list(rows.columns) == list(written.columns)
        assert facts["base"] == "Liling today"
        assert facts["synthetic"] is True


def test_json_of_a_stress_says_who_is_ahead(tenthirty, tiny):
    plan = ("--ambulances", "Base A=+1", "--samples", "2", "--range", "speed=0 %")
    facts = json.loads(tenthirty("stress", *TINY, *plan, "--json", cwd=tiny).stdout)
    assert "speed" not in {row["assumption"] for row in facts["rows"]}
    assert sum(facts["ahead"].values()) == pytest.approx(1)


def test_what_is_supposed_at_the_prompt_is_tried(tenthirty, tiny):
    snow = "snow={travel: {bands: [{hours: 06-22, speed: 50 %}]}}"
    plan = ("--ambulances", "Base A=+1", "--samples", "0", "--suppose", snow)
    facts = json.loads(tenthirty("stress", *TINY, *plan, "--json", cwd=tiny).stdout)
    assert "snow" in {row["if"] for row in facts["rows"] if row["assumption"] == "supposed"}
    for text, said in (
        ("snow", "--suppose: write NAME={settings}"),
        ("snow={", "--suppose: snow: this is not YAML"),
        ("snow={travel: 3}", "suppose: snow: travel: write settings"),
    ):
        bad = tenthirty("stress", *TINY, "--suppose", text, *plan[:2], cwd=tiny, check=False)
        assert bad.returncode == 2
        assert said in bad.stderr


def test_figures_are_drawn_unless_they_are_not_wanted(tenthirty, tmp_path):
    tenthirty("rank", LILING, "--candidates", "3", *QUICK[:4], cwd=tmp_path)
    assert (tmp_path / "runs/liling-rank/ranking.png").stat().st_size > 20_000


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (
            "rank",
            ["下一站设在哪里？醴陵现状", "6 个候选点", "可表述为", "个百分点"],
        ),
        ("worth", ["缺了会怎样？醴陵现状", "撤销第六分站（1 辆）", "损失最大"]),
    ],
)
def test_answers_in_chinese(tenthirty, tmp_path, command, said):
    done = tenthirty(*COMMANDS[command][0], *QUICK, "--lang", "zh", cwd=tmp_path)
    for part in (*said, "合成地图", f"结果：runs/liling-{command}/"):
        assert part in done.stdout


def test_a_draft_says_so(tenthirty, tmp_path):
    done = tenthirty(
        "rank", LILING, "--candidates", "3", "--draft", "--days", "3", "--no-figures", cwd=tmp_path
    )
    assert "Draft: 5 replications" in done.stdout
    assert json.loads((tmp_path / "runs/liling-rank/run.json").read_text("utf-8"))["draft"] is True


def test_candidates_of_a_file_are_named_in_the_answer(tenthirty, tmp_path):
    (tmp_path / "sites.csv").write_bytes(
        "名称,经度,纬度\n西边,113.42,27.79\n东边,113.62,27.68\n".encode("gb18030")
    )
    done = tenthirty("rank", LILING, "--candidates", "sites.csv", *QUICK, cwd=tmp_path)
    assert "西边" in done.stdout
    assert "2 candidate sites" in done.stdout


def test_what_matters_and_the_zone_are_taken_from_the_options(tenthirty, tmp_path):
    common = ("rank", LILING, "--candidates", "3", "--days", "3", "--no-figures", "--json")
    done = tenthirty(
        *common, "--most", "20", "--matters", "60 points", "--matters", "9 min", cwd=tmp_path
    )
    assert json.loads(done.stdout)["replications"] == 10, "one look is enough"
    done = tenthirty(*COMMANDS["rank"][0], *QUICK, "--zone", "40 points", cwd=tmp_path)
    assert "leads all others by 40 points" in " ".join(done.stdout.split())


# ── folders ──────────────────────────────────────────────────────────────────────────────────


def test_the_same_command_uses_its_folder_again_and_another_does_not(tenthirty, tmp_path):
    arguments = ("rank", LILING, "--candidates", "3", *QUICK)
    tenthirty(*arguments, cwd=tmp_path)
    (tmp_path / "runs/liling-rank/notes.txt").write_text("mine")
    tenthirty(*arguments, cwd=tmp_path)
    assert files(tmp_path / "runs") == {"liling-rank"}
    assert (tmp_path / "runs/liling-rank/notes.txt").read_text() == "mine"
    done = tenthirty(*arguments, "--seed", "3", cwd=tmp_path)
    assert "Results: runs/liling-rank-2/" in done.stdout
    first, second = (
        (tmp_path / "runs" / name / "ranking.csv").read_bytes()
        for name in ("liling-rank", "liling-rank-2")
    )
    assert first != second


def test_a_folder_of_something_else_is_left_alone(tenthirty, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.docx").write_text("years of work")
    done = tenthirty("worth", LILING, *QUICK, "--out", "mine", cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "holds no earlier result" in done.stderr
    assert done.stdout == ""
    assert files(tmp_path / "mine") == {"thesis.docx"}


# ── what is refused ──────────────────────────────────────────────────────────────────────────

RANK, SITE, STRESS = ("rank", LILING), ("site", LILING), ("stress", LILING)
REFUSED = [
    ((*RANK, "--by", "p90"), ["by: write one of within, urban10, rural30, worst5, mean; found p90"]),
    ((*RANK, "--candidates", "nowhere.csv"),
     ["nowhere.csv cannot be read as candidate sites", "write seats, a file of places"]),
    ((*RANK, "--candidates", "0"), ["candidates: from 1 to"]),
    ((*RANK, "--zone", "1"), ['--zone: write a number and a unit, like "1 point"; found 1']),
    ((*RANK, "--zone", "0 points"), ["zone: must be more than nothing"]),
    ((*RANK, "--zone", "1 point", "--by", "mean"), ['--zone: unknown unit "point"']),
    ((*RANK, "--ambulances", "0"), ["--ambulances"]),
    ((*RANK, "--matters", "2"), ['--matters: write what matters like "1 point" or "0.5 min"; found 2']),
    ((*RANK, "--matters", "0 points", "--matters", "x"), ["found 0 points", "found x"]),
    ((*RANK, "--replications", "5", "--most", "9"), ["most: it bounds a number chosen by precision"]),
    ((*RANK, "--draft", "--replications", "9"), ["draft: it means 5 replications: name it alone"]),
    ((*RANK, "--most", "3"), ["--most"]),
    ((*RANK, "--lang", "fr"), ["--lang: write one of en, zh; found fr"]),
    ((*RANK, "--engine", "fast"), ["engine: write compiled or reference; found fast"]),
    (("rank", "nowhere.yaml"), ["no such file or folder"]),
    ((*SITE, "--model", "magic"), ["model: write one of mclp, p-median"]),
    ((*SITE, "--budget", "1,000,000 CNY per year"), ["budget: the scenario gives no costs"]),
    ((*SITE, "--budget", "a lot"), ["--budget: write an amount, a currency and a period"]),
    ((*SITE, "--model", "mexclp", "--busy", "0.3"), ['--busy: write a number and a unit, like "90 %"']),
    ((*SITE, "--model", "mexclp", "--busy", "100 %"), ["site --model mexclp cannot be run"]),
    ((*SITE, "--new", "0"), ["--new"]),
    (("search", LILING, "--stations", "-1"), ["--stations"]),
    (("search", LILING, "--by", "busy"), ["by: write one of"]),
    (("curve", LILING, "--steps", "0"), ["--steps"]),
    (STRESS, ["say what is to be stressed"]),
    ((*STRESS, "--add", "枫林乡"), ["--add 枫林乡: no place", "did you mean 枫林镇?"]),
    ((*STRESS, "--close", "Nobody"), ["--close Nobody: no station"]),
    ((*STRESS, "--add", "枫林镇", "--range", "demand"), ["--range: write it like demand="]),
    ((*STRESS, "--add", "枫林镇", "--range", "demand=lots", "--range", "speed=20"),
     ['demand: write it like demand="30 %"; found lots', 'speed: write it like speed="30 %"; found 20']),
    ((*STRESS, "--add", "枫林镇", "--range", "luck=10 %", "--range", "speed=95 %"),
     ['no assumption "luck"', "speed: write 0 % to 90 %"]),
    ((*STRESS, "--add", "枫林镇", "--samples", "-1"), ["--samples"]),
    ((*STRESS, str(ROOT / "scenarios" / "coquimbo")), ["on one map only"]),
    (("worth", LILING, "--by", "luck"), ["by: write one of"]),
    (("why", LILING, "--close", "Nobody"), ["--close Nobody: no station"]),
    (("worth", LILING, "--days", "0"), ["--days"]),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "said"), REFUSED, ids=lambda v: " ".join(map(str, v))[-40:])
def test_what_a_planner_can_mend_ends_with_one_message_and_writes_nothing(
    tenthirty, tmp_path, arguments, said
):
    done = tenthirty(*arguments, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    plain = " ".join(done.stderr.replace("│", " ").split())
    for part in said:
        assert part in plain
    for odd in ("--matters: --matters", "range: range", "--range cannot", "compare cannot be run"):
        assert odd not in plain
    assert not list(tmp_path.iterdir())


def test_all_that_is_wrong_with_a_file_of_candidates_is_told_line_by_line(tenthirty, tmp_path):
    (tmp_path / "sites.csv").write_text("name,lon,lat\na,2,1\nb,113.42,27.79\nc,1,1\n", "utf-8")
    done = tenthirty("rank", LILING, "--candidates", "sites.csv", *QUICK, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "line 2, a: [2, 1] lies outside the map" in done.stderr
    assert "line 4, c: [1, 1] lies outside the map" in done.stderr
    assert files(tmp_path) == {"sites.csv"}


# ── stopped ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(sys.platform == "win32", reason="interrupts are sent otherwise there")
def test_stopped_in_the_middle_it_says_what_is_finished_and_shows_no_result(tmp_path):
    command = [sys.executable, "-m", "sim.cli", "rank", LILING, "--most", "5000", "--matters",
               "0.001 points", "--workers", "1", "--no-figures"]  # fmt: skip
    running = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    for _ in range(600):
        if (tmp_path / "runs").exists():
            break
        time.sleep(0.1)
    time.sleep(1.5)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert b"Stopped. Nothing was written." in err or b"the same command goes on from there" in err
    assert b"Traceback" not in err
    assert out == b""
    assert not (tmp_path / "runs" / "liling-rank").exists()


# ── options ──────────────────────────────────────────────────────────────────────────────────


def test_every_command_that_simulates_has_the_common_options(capsys, monkeypatch):
    from sim import cli

    for command in ("rank", "site", "search", "curve", "stress", "worth", "why", "run", "compare"):
        monkeypatch.setattr(sys, "argv", ["tenthirty", command, "--help"])
        monkeypatch.setenv("COLUMNS", "200")
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code == 0
        said = capsys.readouterr().out
        for name in Options._fields:
            option = {"as_json": "json", "figures": "no-figures"}.get(name, name)
            assert f"--{option}" in said, (command, name)


def test_what_a_study_takes_of_the_options():
    taken = Options(replications=7, seed=3, lang="zh").study()
    assert taken["replications"] == 7
    assert taken["seed"] == 3
    assert set(taken) == {
        "replications", "most", "draft", "seed", "workers", "scheduler", "engine", "reuse"
    }  # fmt: skip


# ── by class and hours ───────────────────────────────────────────────────────────────────────


@pytest.fixture
def with_classes(tiny):
    """The same city with two classes and a day shift."""
    path = tiny / "scenarios" / "tiny.yaml"
    path.write_text(
        path.read_text("utf-8")
        + "crews: {classes: [{name: advanced, name_zh: 监护型}, {name: basic, name_zh: 普通型}], "
        "rosters: {day: 08-20}}\n", "utf-8",
    )  # fmt: skip
    return tiny


@pytest.mark.parametrize(
    ("command", "english", "chinese"),
    [
        (("rank", "--crew", "basic,08-20"), "1 ambulance (basic, 08–20) more at the one station",
         "增加 1 辆救护车（普通型、08–20）"),
        (("search", "--ambulances", "1", "--crew", "basic,08-20", "--no-moves"),
         "Base A +1 (basic, 08–20)", "Base A +1（普通型、08–20）"),
        (("search", "--shorten", "1", "--no-moves"), "Base A: advanced, 24 h → 08–20",
         "Base A：监护型、全天 → 08–20"),
        (("curve", "--candidates", "2", "--steps", "1"), "Kinds of crew tried: advanced, 24 h; "
         "advanced, 08–20; basic, 24 h; basic, 08–20.", "所试车组：监护型、全天"),
        (("worth",), "Base A −1 (advanced, 24 h) of 2 ambulances", "Base A 2 辆减 1 辆（监护型、全天）"),
    ],
    ids=lambda one: one[0] if isinstance(one, tuple) else "",
)  # fmt: skip
def test_crews_are_tried_by_class_and_hours(tenthirty, with_classes, command, english, chinese):
    verb, *own = command
    for lang, said in (("en", english), ("zh", chinese)):
        done = tenthirty(verb, *TINY, *own, "--lang", lang, cwd=with_classes)
        assert said in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("crew", "said"),
    [("basci,08-20", 'no class "basci"'), ("basic,night", 'no roster "night"'),
     (",", "write CLASS,HOURS like basic,08-20"), ("basic,8", "clock hours")],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["rank", "search", "curve"])
def test_a_crew_that_cannot_be_is_told_before_anything_runs(
    tenthirty, with_classes, verb, crew, said
):
    done = tenthirty(verb, *TINY, "--crew", crew, cwd=with_classes, check=False)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.startswith("--crew: ")
    assert not (with_classes / "runs").exists()


def test_a_crew_of_no_class_is_none_of_the_first_class_in_silence(tenthirty, with_classes):
    done = tenthirty("rank", *TINY, "--crew", "08-20", cwd=with_classes, check=False)
    assert done.returncode == 2
    assert "--crew: 08-20: write the class, too: advanced, basic" in done.stderr


def test_crews_that_no_step_adds_are_told(tenthirty, with_classes):
    none = ("--stations", "0", "--crew", "basic,08-20")
    done = tenthirty("search", *TINY, *none, cwd=with_classes, check=False)
    assert done.returncode == 2
    assert "no crew is added" in done.stderr
