"""Texts by language: looked up whole, filled in afterwards, the same from .po and from .mo."""

import gettext
import pickle
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from conftest import ROOT

from sim.errors import OptionError, Problem, ScenarioError, did_you_mean
from sim.text import Message, Name, message_of
from sim.words import language as room
from sim.words.language import Language, available, language, read_po, usual

PO = """msgid ""
msgstr ""
"Plural-Forms: nplurals=2; plural=n > 1;\\n"

#: sim/somewhere.py
msgid "no station {name}"
msgstr "pas de "
"poste {name}"

msgid "{n} call"
msgid_plural "{n} calls"
msgstr[0] "{n} appel"
msgstr[1] "{n} appels"

msgid "not yet"
msgstr ""

#, fuzzy
msgid "a guess"
msgstr "une supposition"
"""


@pytest.fixture
def french(tmp_path, monkeypatch):
    """A folder of catalogues to which one file was added."""
    for path in room.HERE.glob("*.po"):
        shutil.copy(path, tmp_path)
    (tmp_path / "fr.po").write_text(PO, "utf-8")
    monkeypatch.setattr(room, "HERE", tmp_path)
    room._language.cache_clear()
    yield tmp_path
    room._language.cache_clear()


def test_english_is_its_own_id_with_its_values_filled_in():
    say = language("en")
    assert say("no station {name}", name="A") == "no station A"
    assert say("braces {} stay without values") == "braces {} stay without values"
    assert say.count(1, "{n} call", "{n} calls") == "1 call"
    assert say.count(2.5, "{n} call", "{n} calls") == "2.5 calls"


def test_one_file_is_a_third_language(french):
    assert available() == ("en", "fr", "zh")
    say = language("fr")
    assert say("no station {name}", name="A") == "pas de poste A"
    assert say.count(0, "{n} call", "{n} calls") == "0 appels", "French counts with two forms"
    assert say.count(1, "{n} call", "{n} calls") == "1 appel"
    assert say("not yet") == "not yet", "an empty translation is none"
    assert say("a guess") == "a guess", "nor is a fuzzy one"
    assert say("never heard of") == "never heard of"


def test_a_message_reads_as_english_and_is_said_in_any_language(french):
    message = Message("no station {name}", name="A")
    assert message == "no station A"
    assert isinstance(message, str)
    assert language("fr")(message) == "pas de poste A"
    again = pickle.loads(pickle.dumps(message))
    assert again == message
    assert language("fr")(again) == "pas de poste A", "an error of another process, too"


def test_values_that_are_names_or_messages_are_said_in_the_same_language():
    say, name = language("zh"), Name("枫林镇", "Fenglin")
    assert say("closing {station}", station=name) == "撤销枫林镇"
    assert language("en")("closing {station}", station=name) == "closing Fenglin"
    hint = did_you_mean("枫林乡", ["枫林镇"])
    message = Message('no station "{name}"{hint}', name="枫林乡", hint=hint)
    assert message.endswith("; did you mean 枫林镇?")
    assert say(message).endswith("；是否指“枫林镇”？")


def test_an_error_is_told_in_english_by_itself_and_in_the_language_asked_for():
    problem = Problem(Message("write one of {known}; found {found}", known="a, b", found="c"),
                      "targets", 7)  # fmt: skip
    error = ScenarioError("file.yaml", [problem])
    assert str(error) == ("file.yaml cannot be run:\n  line 7, targets: write one of a, b; found c")
    assert error.told(language("zh")) == (
        "file.yaml：无法运行\n  第 7 行, targets：请填写 a, b 之一；现为 c"
    )


def test_the_message_of_an_error_keeps_its_translation():
    message = Message("no station {name}", name="A")
    assert message_of(ValueError(message)) is message
    assert message_of(ValueError("plain")) == "plain"
    assert message_of(KeyError()) == ""


def test_lists_are_joined_as_the_language_joins_them():
    en, zh = language("en"), language("zh")
    assert en.listed(["A"]) == "A"
    assert en.listed(["A", "B", "C"]) == "A, B and C"
    assert en.listed(["A", "B", "C", "D", "E"], most=2) == "A, B and 3 more"
    assert en.listed(["A", "B", "C"], most=2) == "A, B and C", "one more is as short as its name"
    assert en.listed([]) == ""
    assert zh.listed(["甲", "乙", "丙"]) == "甲、乙、丙"
    assert zh.listed(["甲", "乙", "丙", "丁"], most=2) == "甲、乙等 4 个"
    assert zh.joined(["甲", "乙"]) == "甲；乙"


@pytest.mark.parametrize(
    ("value", "sign", "text"),
    [(75.24, False, "75.2"), (-0.44, True, "−0.4"), (3.66, True, "+3.7"), (-0.04, True, "0.0"),
     (float("nan"), True, "–"), (float("inf"), False, "∞")],
)  # fmt: skip
def test_numbers_have_a_minus_and_nothing_has_no_sign(value, sign, text):
    assert language("en").number(value, sign=sign) == text


def test_a_name_in_a_headline_leaves_room_for_the_rest():
    say = language("en")
    assert say.shortened("Fenglin") == "Fenglin"
    assert say.shortened("x" * 50, 10) == "xxxxxxxxxx…"
    assert say.shortened("镇" * 50, 10) == "镇镇镇镇镇…"


def test_the_pseudo_language_marks_every_text():
    say = language("qps")
    assert say("no station {name}", name="A").startswith("⟦no station A")
    assert say.count(2, "{n} call", "{n} calls").startswith("⟦2 calls")


def test_an_unknown_language_is_refused_by_name():
    with pytest.raises(OptionError, match="write one of en, zh; found klingon"):
        language("klingon")


@pytest.mark.parametrize(
    ("environment", "code"),
    [({"TENTHIRTY_LANG": "zh", "LANG": "en_GB.UTF-8"}, "zh"), ({"LANG": "zh_CN.UTF-8"}, "zh"),
     ({"LC_ALL": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"), ({"LANG": "C.UTF-8"}, "en"),
     ({"LANG": "pt_BR.UTF-8"}, "en"), ({}, "en")],
)  # fmt: skip
def test_without_being_told_the_environment_is_asked(environment, code, monkeypatch):
    for name in ("TENTHIRTY_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("locale.getlocale", lambda: (None, None))
    assert usual() == code


def test_a_compiled_catalogue_says_the_same_as_its_source(tmp_path):
    for path in room.HERE.glob("zh.po"):
        shutil.copy(path, tmp_path)
    hook = runpy.run_path(str(ROOT / ".ci" / "catalogues.py"))
    for made in hook["compiled"](tmp_path):
        with made.open("rb") as file:
            compiled = Language("zh", gettext.GNUTranslations(file))
        source = Language("zh", room._catalogue("zh"))
        for text in read_po(made.with_suffix(".po")):
            if text:
                assert compiled._texts.gettext(text) == source._texts.gettext(text) or (
                    compiled._texts.ngettext(text, text, 2) == source._texts.ngettext(text, text, 2)
                )


def test_entries_of_a_source_need_no_empty_line_between_them(tmp_path):
    whole, close = tmp_path / "whole.po", tmp_path / "close.po"
    whole.write_text(PO, "utf-8")
    close.write_text(PO.replace("\n\n", "\n"), "utf-8")
    assert read_po(close) == read_po(whole)
    assert "no station {name}" in read_po(close)


def test_a_source_newer_than_what_was_compiled_is_read_itself(french):
    hook = runpy.run_path(str(ROOT / ".ci" / "catalogues.py"))
    hook["compiled"](french)
    assert isinstance(room._catalogue("fr"), gettext.GNUTranslations)
    newer = french / "fr.po"
    newer.write_text(PO.replace("pas de ", "aucun "), "utf-8")
    stamp = (french / "fr.mo").stat().st_mtime + 10
    import os

    os.utime(newer, (stamp, stamp))
    assert Language("fr", room._catalogue("fr"))("no station {name}", name="A") == "aucun poste A"


@pytest.mark.slow
def test_a_wheel_carries_the_compiled_catalogue(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = ZipFile(wheel).namelist()
    assert "sim/words/zh.mo" in names
    assert "sim/py.typed" in names
    assert not [name for name in names if name.endswith(".po")]
    assert not list((Path(ROOT) / "sim" / "words").glob("*.mo")), "and leaves none behind"


@pytest.mark.parametrize(
    ("written", "code"),
    [("zh-CN", "zh"), ("zh_CN.UTF-8", "zh"), ("ZH", "zh"), ("中文", "zh"), ("Chinese", "zh"),
     ("zh-Hans-CN", "zh"), ("ｚｈ", "zh"), ("Chinese (Simplified)_China", "zh"),
     ("English", "en"), ("EN", "en"), ("en-GB", "en"), ("en_US.UTF-8", "en"), ("英文", "en")],
)  # fmt: skip
def test_a_language_is_known_as_people_write_it(written, code, monkeypatch):
    assert language(written).code == code
    assert language(written) is language(code)
    monkeypatch.setenv("TENTHIRTY_LANG", written)
    assert usual() == code


def test_a_wrong_language_of_the_environment_is_named_as_that(monkeypatch):
    monkeypatch.setenv("TENTHIRTY_LANG", "klingon")
    with pytest.raises(OptionError, match="^TENTHIRTY_LANG: write one of en, zh; found klingon"):
        usual()
    with pytest.raises(OptionError, match="^--lang: write one of en, zh; found klingon"):
        language("klingon")
