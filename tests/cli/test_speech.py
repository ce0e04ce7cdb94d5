"""The command line in the reader's language: `--lang` anywhere, help pages, mistyped commands."""

import subprocess
import sys

import pytest
from conftest import ROOT

from sim.cli import speech
from sim.errors import OptionError

LILING = ROOT / "scenarios" / "liling"


def tenthirty(*arguments, **environment):
    import os

    command = [sys.executable, "-m", "sim.cli", *map(str, arguments)]
    clean = {k: v for k, v in os.environ.items() if k not in ("LANG", "LC_ALL", "TENTHIRTY_LANG")}
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True,
                          env=clean | environment, check=False)  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "rest"),
    [(["--lang", "zh", "run", "x"], "zh", ["run", "x"]), (["run", "x", "--lang=en"], "en", ["run", "x"]),
     (["run", "x"], None, ["run", "x"]), (["run", "--", "--lang"], None, ["run", "--", "--lang"])],
)  # fmt: skip
def test_the_language_may_stand_anywhere(arguments, code, rest):
    assert speech.taken_out(arguments) == (code, rest)


def test_a_language_must_be_named():
    with pytest.raises(OptionError, match="--lang: it needs a value"):
        speech.taken_out(["run", "--lang"])


MISTAKES = [
    (("rank", LILING, "--repl", "3"), "no option --repl; did you mean --replications?",
     "没有选项 --repl；是否指“--replications”？"),
    (("rnak", LILING), "no command rnak; did you mean rank?", "没有命令 rnak；是否指“rank”？"),
    (("run",), "SCENARIO is missing", "缺少 SCENARIO"),
    (("run", LILING, "--seed", "x"), "--seed: write a whole number; found x", "请填写整数；现为 x"),
    (("run", LILING, "--days", "x"), "--days: write a number; found x", "请填写数字；现为 x"),
    (("run", LILING, "--seed", "-1"), "--seed: write at least 0; found -1", "请填写不小于 0 的数；现为 -1"),
    (("rank", LILING, "--ambulances", "99"), "write at most 50; found 99", "请填写不大于 50 的数；现为 99"),
    (("run", LILING, "--seed"), "--seed needs a value", "--seed 后面缺少取值"),
    (("run", LILING, "more"), "too much is written: more", "多写了：more"),
    (("run", "nowhere"), "nowhere cannot be run:", "nowhere：无法运行"),
    (("run", LILING, "--lang", "fr"), "--lang: write one of en, zh; found fr", None),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "english", "chinese"), MISTAKES, ids=lambda v: str(v)[-30:])
def test_what_was_mistyped_is_said_in_the_readers_language(arguments, english, chinese):
    done = tenthirty(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert english in done.stderr
    assert "Traceback" not in done.stderr
    if chinese is not None:
        done = tenthirty(*arguments, TENTHIRTY_LANG="zh")
        assert done.returncode == 2
        assert chinese in done.stderr


@pytest.mark.parametrize("command", ["", "run", "rank", "stress", "map import", "explain"])
def test_help_is_chinese_for_who_reads_chinese(command):
    page = tenthirty("--lang", "zh", *command.split(), "--help").stdout
    assert "显示本页。" in page
    assert "选项" in page
    for english in ("Show this", "Options", "default:", "required", "Commands"):
        assert english not in page
    assert "…" not in page.replace("roads.osm.pbf …", ""), "no text is cut"


def test_the_language_of_the_machine_is_asked_last():
    assert "选项" in tenthirty("--help", LANG="zh_CN.UTF-8").stdout
    assert "Options" in tenthirty("--help", LANG="zh_CN.UTF-8", TENTHIRTY_LANG="en").stdout
    assert "Options" in tenthirty("--help", LANG="de_DE.UTF-8").stdout


WARNING = """
import logging, sys, warnings
from sim.cli import main, prepare
from sim.errors import PlannerWarning

def noisy(*arguments, **options):
    warnings.warn("Glyph 9 missing from font(s) DejaVu Sans.")
    logging.getLogger("pyogrio").warning("driver says so")
    warnings.warn(PlannerWarning("Mend \\x1b[2J this."))

sys.modules["sim.scenario.file"] = type(sys)("file")
sys.modules["sim.scenario.file"].schema = lambda: noisy() or "{}"
sys.argv = ["tenthirty", "check", "--schema", *sys.argv[1:]]
main()
"""


def test_what_a_library_warns_of_does_not_reach_a_planner():
    told = {
        how: subprocess.run(
            [sys.executable, "-c", WARNING, *how], capture_output=True, text=True, cwd=ROOT,
            check=False,
        ).stderr
        for how in ((), ("--debug",))
    }  # fmt: skip
    assert told[()] == "Mend \\x1b[2J this.\n"
    for said in ("Glyph 9", "driver says so", "UserWarning"):
        assert said in told["--debug",]


def test_a_warning_for_a_planner_is_shown_where_all_others_are_ignored(monkeypatch):
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    done = subprocess.run(
        [sys.executable, "-c", WARNING], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.stderr == "Mend \\x1b[2J this.\n"


def test_nothing_that_is_printed_commands_a_terminal(capsys):
    speech.show("one \x1b[2J\ttwo\nthree \u202e")
    assert capsys.readouterr().out == "one \\x1b[2J two\nthree \\u202e\n"
