"""Options at the prompt, spoiled in every way: refused in words, or read as a reader reads them."""

from __future__ import annotations

import random
import re
import unicodedata
import warnings
from decimal import Decimal

import mutated_scenarios as mutated
import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim import units
from sim.cli import main
from sim.cli.changes import changed, changes_of
from sim.cli.settings import SettingTexts, altered
from sim.errors import PlannerError
from sim.scenario.changes import Staff
from sim.scenario.differences import leaves

ANY = settings(deadline=None, suppress_health_check=list(HealthCheck))
WIDE = str.maketrans("0123456789+-.", "０１２３４５６７８９＋－．")


@pytest.fixture
def command(monkeypatch, capsys):
    """A command in this process: its exit status and what it says on stderr."""

    def _command(*arguments):
        monkeypatch.chdir(ROOT)
        monkeypatch.setattr("sys.argv", ["tenthirty", *arguments])
        monkeypatch.setattr("warnings.showwarning", warnings.showwarning)
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, capsys.readouterr().err

    return _command


def tried(base, option, text):
    """The layout with an option; the error of one that is refused."""
    try:
        if option in ("--add", "--move", "--close", "--ambulances"):
            texts = {name: [] for name in ("add", "move", "close", "ambulances")}
            texts[option.removeprefix("--")] = [text]
            return changed(base, changes_of(**texts))
        texts = {name: [] for name in SettingTexts._fields} | {option.removeprefix("--"): [text]}
        return altered(base, SettingTexts(**texts))
    except PlannerError as error:
        assert error.problems
        return error


def check(base, option, text):
    found = tried(base, option, text)
    if isinstance(found, PlannerError):
        return
    assert 0 < len(found.fleet) <= 10_000
    for path, value in leaves(found.settings):
        if isinstance(value, float):
            assert abs(value) < 1e12, path
    if option == "--ambulances":  # what is written again, plainly, is the same
        (staff,) = changes_of([], [], [], [text])
        plainly = f"{staff.station}={staff.to if staff.by is None else format(staff.by, '+d')}"
        assert changes_of([], [], [], [plainly]) == [staff]


@given(st.integers(0, 2**32), st.sampled_from(sorted(mutated.OPTIONS)))
@ANY
def test_any_option_is_refused_in_words_or_done(liling, seed, option):
    check(liling, *mutated.mutated_option(random.Random(seed), option))


@pytest.mark.thorough
@pytest.mark.parametrize("option", mutated.OPTIONS)
def test_thousands_of_options_are_refused_in_words_or_done(liling, option):
    for seed in range(2_000):
        check(liling, *mutated.mutated_option(random.Random(seed), option))


@given(st.integers(-600, 600), st.sampled_from(["", "+", "＋", "-", "−", "－", "–"]), st.booleans(),
       st.sampled_from(["=", "＝", " = ", "→", "->"]))  # fmt: skip
@ANY
def test_a_sign_means_more_or_fewer_and_none_so_many_in_all(number, sign, wide, equals):
    digits = str(abs(number)).translate(WIDE) if wide else str(abs(number))
    try:
        (staff,) = changes_of([], [], [], [f"A{equals}{sign}{digits}"])
    except PlannerError as error:
        assert abs(number) > 500
        assert "write at most 500" in str(error) or "write at least -500" in str(error)
        return
    if not sign:
        assert (staff.by, staff.to) == (None, abs(number))
    else:
        assert (staff.by, staff.to) == (abs(number) * (1 if sign in "+＋" else -1), None)


@given(st.text(alphabet="+-−－＋０１２12３٣²x_. ,eE=", max_size=6))
@ANY
def test_only_a_sign_and_digits_are_a_number_of_ambulances(text):
    plain = re.sub(r"^([+-])\s+", r"\1", unicodedata.normalize("NFKC", text.replace("²", "x"))
                   .replace("−", "-").replace("٣", "x").strip())  # fmt: skip
    meant = re.fullmatch(r"[+-]?([0-9]+|[1-9][0-9]{0,2}(,[0-9]{3})+)", plain)
    try:
        (staff,) = changes_of([], [], [], [f"A={text}"])
    except PlannerError:
        assert not meant or abs(int(plain.replace(",", ""))) > 500
        return
    assert meant, text
    assert isinstance(staff, Staff)
    assert (staff.to if staff.by is None else staff.by) == int(plain.replace(",", ""))
    assert (staff.by is None) == (plain[0] not in "+-")


@given(st.decimals(0, 2000, places=3), st.sampled_from(["s", "min", "h", "秒", "分钟", "小时"]),
       st.booleans(), st.sampled_from(["", " ", "　"]))  # fmt: skip
@ANY
def test_a_quantity_is_the_number_in_its_unit_or_out_of_bounds(number, unit, wide, blank):
    written = str(number).translate(WIDE) if wide else str(number)
    size = {"s": 1, "秒": 1, "min": 60, "分钟": 60, "h": 3600, "小时": 3600}[unit]
    seconds = units.seconds.within("1 s", "1 day")
    try:
        assert seconds(f"{written}{blank}{unit}") == pytest.approx(float(number * size))
    except ValueError as error:
        assert number * size < 1 or number * size > 86_400, error


@given(st.text(max_size=12))
@ANY
def test_a_number_is_what_ascii_or_full_width_digits_say(text):
    for read, kind in ((units.number, Decimal), (units.whole, int)):
        try:
            found = read(text)
        except ValueError as error:
            assert "write a" in str(error)
            continue
        plain = unicodedata.normalize("NFKC", text).translate(str.maketrans("−–—‐‑﹣", "------"))
        assert float(found) == float(kind(plain.replace(",", "").strip()))
        assert re.fullmatch(r"[0-9+\-., eE]+", plain)


@pytest.mark.parametrize("bad", ["nan", "inf", "1_0", "٣", "x5", "--1", "+-1", "1e5e5", "", "²"])
def test_what_python_alone_takes_for_a_number_is_none(bad):
    for read in (units.number, units.whole):
        with pytest.raises(ValueError, match="write a"):
            read(bad)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("run --replications 1e11", "--replications: write a whole number; found 1e11"),
        ("run --replications 100000000000", "--replications: write at most 100000; found 1000000"),
        ("run --most 4", "--most: write at least 5; found 4"),
        ("run --days nan", "--days: write a number; found nan"),
        ("run --days 1e308", "--days: write at most 3660; found 1e308"),
        ("run --workers 1000000000", "--workers: write at most 1024; found 1000000000"),
        ("run --seed " + "9" * 400, "--seed: write a whole number; found 9999"),
        ("run --seed 1_0", "--seed: write a whole number; found 1_0"),
        ("run --seed 9999999999999999999", "--seed: write at most 9223372036854775807"),
        ("curve --steps 1000000000", "--steps: write at most 30; found 1000000000"),
        ("stress --samples 1000000000", "--samples: write at most 10000; found 1000000000"),
        ("rank --candidates 999999999999", "places can be drawn on this map; found 999999999999"),
        ("site --capacity inf", "--capacity: write a number; found inf"),
        ("site --new ٣", "--new: write a whole number; found ٣"),
        ("coverage --before 1e308years", "--before: write at most 7 days; found 1e308years"),
        ("run --target urban=1e308years", "write at most 1 day; found 1e308years"),
        ("run --demand x1e308", "write x0.01 to x100; found x1e+308"),
        ("run --speed primary=1e-300km/h", "write at least 1 km/h; found 1e-300km/h"),
        ("compare --ambulances 湘东医院=x5", "write A=+1, A=-1 or A=3; found 湘东医院=x5"),
        ("compare --add nan,nan", 'no place "nan,nan"'),
    ],
)
def test_a_command_ends_with_the_bound_that_it_is_beyond(command, asked, said):
    verb, *options = asked.split()
    status, text = command(verb, "scenarios/liling", *options)
    assert status == 2
    assert said in text


def test_full_width_digits_of_an_option_are_digits(command):
    status, text = command("run", "scenarios/liling", "--seed", "１２", "--replications", "０")
    assert status == 2
    assert "--replications: write at least 1; found ０" in text
