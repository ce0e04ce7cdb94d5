"""Every command, script and scenario that README and docs show is run as it stands there.

A block directly below a line `<!-- not run: reason -->` is left out. Commands that simulate are run with two
replications and without figures, so that they end soon.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from functools import cache
from itertools import count

import pytest
from conftest import ROOT
from ruamel.yaml import YAML

import sim
from sim.scenario.contents import ScenarioFile

WITH_ANSWERS = [
    ROOT / "README.md", *(ROOT / "docs" / f"{name}.md" for name in ("crews", "hospitals", "tutorial")),
]  # fmt: skip
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"(<!--[^\n]*-->\n)?^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
NAMED = re.compile(
    r"# (scenarios/\S+\.yaml)\n"
)  # the first line of a file that a page goes on with
COMMAND = re.compile(r"(?:\.venv/bin/)?tenthirty ((?:run|compare|rank|site|search|curve|stress|worth|"
                     r"why|day|replay|report|coverage|check|explain|map|new|--)[^`\n&|]*)")  # fmt: skip
SIMULATING = ("run", "compare", "rank", "site", "search", "curve", "stress", "worth", "why")
NEEDS = re.compile(
    r"tcp://|PLACE|SCENARIO|TERM|…|\.\.\.|\brecords\.csv|roads\.osm|-1\.2|HOST|FOLDER|reach\.gpkg"
)


def blocks(kind, *, left_out=False):
    """The blocks of a language that are run; or those that are marked as not run."""
    for page in PAGES:
        number = count(1)
        for mark, language, text in BLOCK.findall(page.read_text("utf-8")):
            if language == kind:
                index = next(number)
                if mark.startswith("<!-- not run:") == left_out:
                    yield pytest.param(text, id=f"{page.name}-{index}")


FINISHED = "runs/liling-add-fenglin"  # the run that pages make something of


def commands(of_finished=False):
    """Every tenthirty command of a page, in a block or in a sentence, once.

    `of_finished`: those that make something of the run that pages have made before.
    """
    found = {}
    for page in PAGES:
        text = page.read_text("utf-8")
        for mark, _, block in BLOCK.findall(text):
            if mark.startswith("<!-- not run:"):
                text = text.replace(block, "")
        for line in COMMAND.findall(text):
            line = line.split("  #")[0].split("#")[0].strip().rstrip(".,;:)")
            line = line.removesuffix(" --samples 0")  # what is tried takes none anyway
            shown = "scenarios/" in line or line.startswith(("explain ", "new ", "--"))
            if of_finished:
                shown = {word for word in line.split() if word.startswith("runs/")} == {FINISHED}
            if shown and not NEEDS.search(line):
                found.setdefault(line, page.name)
    return [pytest.param(line, id=f"{page}: {line}") for line, page in found.items()]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The folder in which a reader would stand: the repository's scenarios and maps."""
    folder = tmp_path_factory.mktemp("reader")
    for name in ("scenarios", "maps"):
        shutil.copytree(ROOT / name, folder / name)
    for name, text in named_files().items():
        (folder / name).write_text(text, "utf-8")
    return folder


def named_files():
    """The scenarios that a page has its readers save, by their names."""
    found = {}
    for page in PAGES:
        for _, language, text in BLOCK.findall(page.read_text("utf-8")):
            if language == "yaml" and (name := NAMED.match(text)):
                found[name[1]] = text
    return found


def shown_answers():
    """Every command that is shown with what it prints: (arguments, the text shown)."""
    text = "\n".join(page.read_text("utf-8") for page in WITH_ANSWERS)
    pair = re.compile(
        r"^```bash\n([^`]*?)^```\s*(?:\(On [^\n]*\)\s*)?^```text\n(.*?)^```", re.M | re.S
    )
    for command, answer in pair.findall(text):
        line = command.strip().split("&& ")[-1].removeprefix(".venv/bin/")
        takes_a_minute = [pytest.mark.thorough] if " stress " in line else []
        yield pytest.param(line, answer, id=line, marks=takes_a_minute)


def without_answers():
    """Commands of which no page shows what they print: of others that is held below."""
    printed = {
        param.values[0].removeprefix("tenthirty ") for param in shown_answers() if not param.marks
    }
    return [param for param in commands() if param.values[0] not in printed]


@pytest.mark.slow
@pytest.mark.parametrize("line", without_answers())
def test_a_command_that_is_shown_runs(line, place):
    arguments = shlex.split(line)
    verb = arguments[0]
    if verb in SIMULATING:
        arguments = [a for a in arguments if a != "--draft"]
        if "--replications" not in arguments:
            arguments += ["--replications", "2"]
        arguments += ["--no-figures", "--days", "2", "--workers", "1"]
        if verb == "stress":
            arguments += ["--samples", "0"]
    typed(place, *arguments)


@pytest.fixture(scope="module")
def finished(place):
    """The same folder after a comparison that many pages begin with."""
    arguments = (
        "compare",
        "scenarios/liling",
        "--add",
        "枫林镇",
        "--replications",
        "3",
        "--days",
        "2",
    )
    typed(place, *arguments, "--no-figures")
    assert (place / FINISHED).is_dir()
    return place


def typed(place, *arguments):
    done = subprocess.run([sys.executable, "-m", "sim.cli", *arguments], cwd=place, text=True,
                          capture_output=True, check=False,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("line", commands(of_finished=True))
def test_what_is_shown_of_a_finished_run_is_made(line, finished):
    typed(finished, *shlex.split(line))


@pytest.mark.slow
@pytest.mark.parametrize("text", list(blocks("python")))
def test_a_script_that_is_shown_runs(text, place, monkeypatch):
    monkeypatch.chdir(place)
    liling = sim.load("scenarios/liling").with_study(length=86_400.0, replications=2)
    names = {"sim": sim, "liling": liling, "plan": liling.add("枫林镇")}
    quick = text.replace('sim.load("scenarios/liling")', "liling")
    exec(compile(quick, "the page", "exec"), names)


@pytest.mark.parametrize("text", list(blocks("yaml")))
def test_a_scenario_that_is_shown_can_be_loaded(text, place):
    path = place / "scenarios" / "liling" / "shown.yaml"
    path.write_text(text, "utf-8")
    try:
        assert sim.load(path).fleet
    finally:
        path.unlink()


@pytest.mark.parametrize("text", list(blocks("python", left_out=True)))
def test_a_script_that_is_not_run_can_be_read(text):
    compile(text, "the page", "exec")


@pytest.mark.parametrize("text", list(blocks("yaml", left_out=True)))
def test_a_part_of_a_scenario_that_is_shown_has_settings_that_there_are(text):
    """What it names need not be here; how it is written has to be right."""
    ScenarioFile.model_validate({"name": "a part"} | YAML(typ="safe").load(text))


@pytest.mark.slow
@pytest.mark.parametrize(("line", "answer"), list(shown_answers()))
def test_a_page_shows_what_the_command_prints(line, answer, place):
    """Line by line and in this order, but for what stands at "…" and how long it took."""
    stdout, stderr = answered(line, place)
    printed = iter([untimed(line) for line in stdout.splitlines()])
    for wanted in answer.splitlines():
        if wanted.strip() != "…":
            assert untimed(wanted) in printed, f"{wanted}\n\n{stdout}{stderr}"


@cache
def answered(line, place):
    """What a command prints: asked once, though several pages show it."""
    arguments = shlex.split(line.removeprefix("tenthirty "))
    if arguments[0] in SIMULATING:
        arguments.append("--no-figures")
    done = subprocess.run([sys.executable, "-m", "sim.cli", *arguments], cwd=place, text=True,
                          capture_output=True, check=False,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})  # fmt: skip
    return done.stdout, done.stderr


def test_every_file_of_a_page_is_tried_on_it():
    tried = {name for param in commands() for name in param.values[0].split()}
    assert named_files()
    assert set(named_files()) <= tried


def untimed(line):
    return re.sub(r"\s+simulated in \d+ s$", "", line.rstrip())


def test_the_pages_have_something_to_run():
    assert len(list(shown_answers())) >= 15
    assert len(commands()) > 12
    assert len(list(blocks("yaml"))) >= 2
    assert list(blocks("python"))


PLACES = sorted((ROOT / "scenarios").glob("*/README.md"))


@pytest.mark.parametrize("page", PLACES, ids=lambda page: page.parent.name)
def test_commands_of_a_reference_system_can_be_typed(page):
    """Their options are known and the scenarios they name are there; studies carry them out."""
    from sim.cli import questions
    from sim.scenario.validation import Problems

    problems, seen = Problems(), 0
    for line in re.findall(r"`(tenthirty [^`]+)`|^(tenthirty .+)$", page.read_text("utf-8"), re.M):
        text = " ".join("".join(line).split())
        if NEEDS.search(text) or not re.match(
            f"tenthirty ({'|'.join(SIMULATING)}|coverage|day) ", text
        ):
            continue
        folder = ROOT if "scenarios/" in text else page.parent
        said_once = r" --(?:out \S+|lang \S+|workers \S+|draft|no-figures)"
        asked = questions.read(re.sub(said_once, "", text), folder, problems)
        assert not problems.found, text
        for path in asked.layouts():
            assert path.exists() or path.with_suffix(".yaml").exists(), text
        seen += 1
    assert seen >= 3
