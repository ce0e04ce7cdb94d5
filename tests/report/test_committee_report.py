"""`tenthirty report`: one tree of blocks in three formats, and what is refused in a sentence."""

from __future__ import annotations

import html
import io
import json
import re
import shutil
import zipfile
from dataclasses import replace

import pytest
from conftest import ROOT
from decisions import of_worth
from docx import Document
from PIL import Image

import sim
from sim.answers.site_list import Fate, site_list
from sim.answers.stress import Stress
from sim.errors import OptionError, OutputError
from sim.files.whole import MARK
from sim.report import as_html, as_pdf, as_word, excel, whole_report
from sim.report.content import (
    Callout,
    Content,
    FigureBlock,
    Heading,
    ListOfTexts,
    Paragraph,
    TableBlock,
    with_intervals_in,
)
from sim.words import assumed, stress_des
from sim.words.language import language
from sim.words.page import Column, Table

EN = language("en")
QUICK = ("--replications", "3", "--days", "2", "--no-figures")
RUN = "runs/liling-add-fenglin"


def pixel():
    """A picture of one point."""
    with io.BytesIO() as file:
        Image.new("RGB", (1, 1)).save(file, format="png")
        return file.getvalue()


def typed(folder, *words):
    """A command as it is typed in a folder; its exit status."""
    from sim import cli

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("sys.argv", ["tenthirty", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    return ended.value.code or 0


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder in which a comparison and a ranking were made, and reports of them."""
    folder = tmp_path_factory.mktemp("report")
    shutil.copytree(ROOT / "scenarios" / "liling", folder / "scenarios" / "liling")
    (folder / "maps").symlink_to(ROOT / "maps")
    compare = ("compare", "scenarios/liling", "--add", "枫林镇", "--ambulances", "湘东医院=+1")
    assert not typed(folder, *compare, "--out", RUN, *QUICK)
    assert not typed(folder, "rank", "scenarios/liling", "--candidates", "3", *QUICK)
    assert not typed(folder, "report", RUN, "--to", "html,docx,pdf")
    assert not typed(
        folder, "report", RUN, "runs/liling-rank", "--to", "html,docx", "--lang", "zh",
        "--out", "committee",
    )  # fmt: skip
    return folder


@pytest.fixture
def own(place, tmp_path):
    """The same as a copy, to be spoilt."""
    shutil.copytree(place, tmp_path / "own", symlinks=True)
    return tmp_path / "own"


def text_of(page):
    """What an HTML page says, without its style and pictures."""
    page = re.sub(r"<style>.*?</style>|<img [^>]*>", "", page, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", "\n", page))


def words_of_document(document):
    paragraphs = [one.text for one in document.paragraphs]
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return paragraphs, cells


# ── one tree ─────────────────────────────────────────────────────────────────────────────────


def test_word_and_html_say_the_very_same(place):
    page = text_of((place / "committee.html").read_text("utf-8"))
    paragraphs, cells = words_of_document(Document(place / "committee.docx"))
    told = [one for one in (*paragraphs, *cells) if one.strip()]
    assert len(told) > 150
    flat = re.sub(r"\s+", "", page)
    numbered = re.compile(r"^[0-9]+(\.[0-9]+)? {2}")
    missing = [
        one for one in told
        if re.sub(r"\s+", "", numbered.sub("", one)) not in flat and one != "目录"
    ]  # fmt: skip
    assert missing == []


def test_the_report_says_what_the_command_said(place):
    facts = json.loads((place / RUN / MARK).read_text("utf-8"))
    page = text_of((place / RUN / "report-en.html").read_text("utf-8"))
    assert facts["sentences"]
    for sentence in facts["sentences"]:
        assert sentence in page
    table = (place / RUN / "table.txt").read_text("utf-8")
    compliance = re.search(r"All calls within target +(\S+ %) +(\S+ %) +(\S+)", table)
    for value in compliance.groups():
        assert value in page
    assert "Synthetic map" in page
    assert f"{facts['replications']} replications" in page


def test_every_chapter_that_a_committee_asks_for_is_there(place):
    page = text_of((place / "committee.html").read_text("utf-8"))
    for title in ("这项调整会带来什么", "为何未能及时到达", "站点清单", "再设一站，设在哪里最有效",
                  "指标的含义", "所作假设", "本研究不能说明什么", "STRESS-DES"):  # fmt: skip
        assert title in page, title
    items = re.findall(r"^[1-6]\.[0-9](?:\.[0-9])?$", page, re.M)
    assert len(items) >= 20, "the items of STRESS-DES"
    assert "1030" in page, "the source of the targets"
    assert "（" in page, "Chinese marks"


def test_html_needs_nothing_from_outside_and_pictures_say_what_they_show(place):
    page = (place / "committee.html").read_text("utf-8")
    assert not re.findall(r"""(?:src|href)="(?!data:|#)""", page)
    assert "url(" not in page
    pictures = re.findall(r'<img alt="([^"]*)"', page)
    assert len(pictures) >= 8
    assert all(len(alt) > 30 for alt in pictures)


def test_word_has_headings_captions_contents_and_fonts_by_script(place):
    document = Document(place / "committee.docx")
    styles = [one.style.name for one in document.paragraphs]
    assert styles.count("Heading 1") >= 6
    assert "Title" in styles
    xml = zipfile.ZipFile(place / "committee.docx").read("word/document.xml").decode()
    assert "TOC \\o" in xml
    assert "SEQ 图" in xml
    assert "SEQ 表" in xml
    marks = set(re.findall(r'w:anchor="(_Toc\d+)"', xml))
    assert marks
    assert marks == set(re.findall(r'w:bookmarkStart [^>]*w:name="(_Toc\d+)"', xml))
    assert len(re.findall(r'<wp:docPr [^>]*descr="[^"]{30,}"', xml)) == len(document.inline_shapes)
    shown = zipfile.ZipFile(place / "committee.docx").read("word/styles.xml").decode()
    assert 'w:eastAsia="Microsoft YaHei"' in shown
    assert 'w:eastAsia="zh-CN"' in shown
    section = document.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    assert all(one.width <= room for one in document.inline_shapes)
    heads = [table.rows[0]._tr.xml for table in document.tables]
    assert sum("w:tblHeader" in one for one in heads) >= 6


def test_a_pdf_is_one_with_its_letters_in_it(place):
    data = (place / RUN / "report-en.pdf").read_bytes()
    assert as_pdf.is_ours(data)
    assert b"/FontFile" in data or b"/FontDescriptor" in data or len(data) > 300_000


def test_a_report_belongs_to_its_results_and_is_made_again(place, own):
    facts = json.loads((own / RUN / MARK).read_text("utf-8"))
    assert {"report-en.html", "report-en.docx", "report-en.pdf"} <= set(facts["files"])
    assert not typed(own, "report", RUN, "--to", "html", "--title", "A title of $5 <b> & one")
    page = (own / RUN / "report-en.html").read_text("utf-8")
    assert "<h1>A title of $5 &lt;b&gt; &amp; one</h1>" in page


# ── what is refused ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere",), "there is no such folder"),
        (("scenarios",), "no results folder of tenthirty"),
        ((RUN, "--to", "odt"), "write one or several of html, docx, pdf"),
        ((RUN, "--to", "docs"), "docx"),
        ((RUN, "--to", ""), "write one or several of"),
        ((RUN, "--to", "html", "--template", "a.docx"), "add docx to --to"),
        ((RUN, "--template", "a.docx"), "cannot be read"),
        ((RUN, "--out", "no/such/place"), "there is no such folder"),
        ((RUN, "--lang", "xx"), "write one of en, zh"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_nothing_is_written(place, capfd, words, said):
    before = sorted(place.rglob("*"))
    assert typed(place, "report", *words) == 2
    told = capfd.readouterr()
    assert said in told.err
    assert "Traceback" not in told.err
    assert sorted(place.rglob("*")) == before


def test_all_folders_of_which_no_report_is_made_are_told_at_once(place, capfd):
    assert typed(place, "report", RUN, "nowhere", "scenarios", "elsewhere") == 2
    lines = capfd.readouterr().err.splitlines()
    (head,) = [line for line in lines if "cannot be put into a report" in line]
    assert "nowhere, scenarios, elsewhere" in head
    assert [line for line in lines if "nowhere: there is no such folder" in line]
    assert [line for line in lines if "elsewhere: there is no such folder" in line]
    assert [line for line in lines if "scenarios: it is no results folder of tenthirty" in line]


def test_an_ending_that_is_made_is_not_doubled_and_a_blank_title_is_none(own, capfd):
    words = ("report", RUN, "--to", "html", "--title", "  \t")
    assert not typed(own, *words, "--out", "mine.HTML")
    assert (own / "mine.html").is_file()
    assert not [*own.glob("mine.*.html")]
    heading = re.search("<h1>(.*?)</h1>", (own / "mine.html").read_text("utf-8"))
    assert "Fenglin" in heading[1]
    assert typed(own, *words, "--out", "mine.pdf") == 2
    assert "add pdf to --to" in capfd.readouterr().err


def test_other_files_are_not_written_over(own, capfd):
    for name in ("mine.html", "mine.docx"):
        (own / name).write_text("mine", "utf-8")
        assert typed(own, "report", RUN, "--to", name[-4:].strip("."), "--out", "mine") == 2
        assert "is no report" in capfd.readouterr().err
        assert (own / name).read_text("utf-8") == "mine"


@pytest.mark.parametrize("spoil", ["scenario", "seed", "command", "sentence", "version", "table"])
def test_a_run_that_would_be_another_one_now_is_refused(own, capfd, spoil):
    path = own / RUN / MARK
    said = json.loads(path.read_text("utf-8"))
    if spoil == "scenario":
        file = own / "scenarios" / "liling" / "today.yaml"
        file.write_text(file.read_text("utf-8") + "\n# changed\n", "utf-8")
    elif spoil == "sentence":
        said["sentences"] = ["A sub-station would bring 99 more calls in every hundred."]
    elif spoil == "table":  # which says the same in its sentences, and another number somewhere
        said["files"]["townships.csv"] = "0" * 64
    elif spoil == "command":
        said["command"] = ["tenthirty", "compare", "--no-such-option"]
    elif spoil == "version":
        said["versions"]["tenthirty"] = "0.0.1"
    else:
        said["command"] = [*said["command"], "--seed", "4"]
    path.write_text(json.dumps(said, ensure_ascii=False), "utf-8")
    assert typed(own, "report", RUN, "--to", "html", "--out", "new") == 2
    assert "un the command again" in (err := capfd.readouterr().err) or "run it again" in err
    assert not (own / "new.html").exists()


def template(path, without=()):
    document = Document()
    document.add_paragraph("what the template says")
    document.sections[0].header.paragraphs[0].text = "Bureau of Health"
    for name in without:
        style = document.styles[name].element
        style.getparent().remove(style)
    document.save(path)
    return path


def test_a_bureau_s_template_gives_its_styles_and_header_and_none_of_its_text(own):
    template(own / "bureau.docx")
    assert not typed(own, "report", RUN, "--to", "docx", "--template", "bureau.docx", "--out", "t")
    document = Document(own / "t.docx")
    assert document.sections[0].header.paragraphs[0].text == "Bureau of Health"
    paragraphs, _ = words_of_document(document)
    assert "what the template says" not in paragraphs
    assert [one.style.name for one in document.paragraphs].count("Heading 1") >= 4
    room = document.sections[0]
    wide = room.page_width - room.left_margin - room.right_margin
    assert all(one.width <= wide for one in document.inline_shapes)


def test_a_template_without_the_styles_names_them(own, capfd):
    template(own / "bare.docx", without=("Caption", "List Bullet"))
    (own / "text.docx").write_text("no document", "utf-8")
    assert typed(own, "report", RUN, "--template", "bare.docx", "--out", "t") == 2
    assert "Caption, List Bullet" in capfd.readouterr().err
    assert typed(own, "report", RUN, "--template", "text.docx", "--out", "t") == 2
    assert "is no Word document" in capfd.readouterr().err
    assert not list(own.glob("t.*"))


def test_without_typst_or_a_chinese_font_a_pdf_is_refused_and_html_is_not(own, capfd, monkeypatch):
    from sim.figures import fonts

    monkeypatch.setattr(fonts, "chinese", lambda: None)
    assert typed(own, "report", RUN, "--to", "pdf", "--lang", "zh", "--out", "t") == 2
    assert "字体" in capfd.readouterr().err
    monkeypatch.undo()
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    assert typed(own, "report", RUN, "--to", "pdf", "--out", "t") == 2
    assert "pip install typst" in capfd.readouterr().err
    assert not list(own.glob("t.*"))


# ── blocks that are meant to break a writer ──────────────────────────────────────────────────

HOSTILE = '<b> & "quotes" \\ #let x = 1 $y$ *bold* _it_ [a](b) @ref 100 % 乡镇，“引号” = heading'


def hostile(code):
    say = language(code)
    table = Table(
        (Column("a", "left"), Column("value"), Column("(CI)", "left", belongs=True)),
        [[HOSTILE, "1", "(0, 2)"], ["", "–", ""]],
        below=HOSTILE,
    )
    made = Content(HOSTILE, HOSTILE, say)
    made.add(
        Callout("synthetic", (HOSTILE,)), Callout("finding", (HOSTILE, HOSTILE)),
        Heading(HOSTILE), Paragraph(f"{HOSTILE}\n{HOSTILE}"), Paragraph(HOSTILE, aside=True),
        Heading(HOSTILE, 2), ListOfTexts((HOSTILE, "two")), TableBlock(table, HOSTILE),
        FigureBlock(pixel(), HOSTILE, HOSTILE, 1.0), FigureBlock(pixel(), "", "", 30.0),
    )  # fmt: skip
    return made


@pytest.mark.parametrize("code", ["en", "zh"])
def test_no_text_is_taken_for_a_mark_in_any_format(code):
    content = hostile(code)
    page = text_of(as_html.made(content).decode())
    assert page.count(HOSTILE) >= 12
    document = Document(io.BytesIO(as_word.made(content)))
    paragraphs, cells = words_of_document(document)
    assert sum(HOSTILE in one for one in paragraphs) >= 11
    assert HOSTILE in cells
    assert "1 (0, 2)" in cells
    assert as_pdf.made(content, ["DejaVu Sans"]).startswith(b"%PDF")


def test_columns_that_belong_together_stand_in_one():
    table = Table(
        (Column("", "left"), Column("x"), Column("(low,"), Column("high)", belongs=True)),
        [["row", "1", "2", "3"]],
    )
    joined = with_intervals_in(table)
    assert [column.head for column in joined.columns] == ["", "x", "(low, high)"]
    assert joined.rows == [["row", "1", "2 3"]]


# ── the site list ────────────────────────────────────────────────────────────────────────────


def test_the_site_list_has_every_site_once_with_what_becomes_of_it():
    base = sim.load(ROOT / "scenarios" / "liling")
    plan = (
        base.add("枫林镇", ambulances=1)
        .ambulances("湘东医院", by=1)
        .close("市妇幼")
        .move("泰安医院", to="板杉镇")
    )
    day = 86_400.0
    result = sim.compare(base.with_study(length=day), plan.with_study(length=day), replications=3)
    sites = {one.station.name.zh: one for one in site_list(result)}
    assert len(sites) == len(base.open_stations()) + 1
    fates = {name: one.fate for name, one in sites.items() if one.fate != Fate.KEEP}
    assert set(fates.values()) == {Fate.NEW, Fate.ENLARGE, Fate.CLOSE, Fate.MOVE}
    new = sites["枫林镇"]
    assert (new.ambulances_before, new.ambulances) == (0, 1)
    assert new.ground.people > new.ground.newly > 0
    grown = sites["湘东医院"]
    assert grown.ambulances == grown.ambulances_before + 1
    assert sites["市妇幼"].ambulances == 0
    assert sites["市妇幼"].fate == Fate.CLOSE
    assert grown.load.before > 0
    alone = site_list(sim.run(base.with_study(length=day), replications=3))
    assert {one.fate for one in alone} == {Fate.KEEP}
    assert all(one.load.before == one.load.after for one in alone)


@pytest.mark.parametrize("room", [300.0, 360.0, 480.0, 2_000.0])
def test_numbers_of_a_table_stay_whole_on_a_narrow_page(room):
    heads = ["地点", "全部（95% 置信区间）", "城区", "农村", "最差五个乡镇", "名次"]
    rows = [heads, *[["均楚镇", "+4.3 (+4.2, +4.5)", "+0.2", "+6.4", "+12.2", "1–2"]] * 3]
    wide = as_word._widths(rows, room)
    assert sum(wide) <= room + 1e-6
    for column, width in enumerate(wide):
        longest = max(len(word) for row in rows[1:] for word in row[column].split())
        assert width >= longest * as_word.LETTER + as_word.PADDING, heads[column]


def test_columns_without_any_room_share_what_there_is():
    wide = as_word._widths([["1234567890"] * 20], 300.0)
    assert sum(wide) == pytest.approx(300)
    assert min(wide) > 0


# ── several answers ──────────────────────────────────────────────────────────────────────────


def two_runs():
    """Of two bases, with other replications and seeds."""
    base = sim.load(ROOT / "scenarios" / "liling").with_study(length=86_400.0)
    first = sim.run(base, replications=3)
    slower = base.with_settings(durations={"turnout": "5 min"}).ambulances("湘东医院", by=1)
    return first, sim.run(slower.with_study(seed=7), replications=5)


def test_the_checklist_says_of_each_answer_what_holds_for_it():
    first, second = two_runs()
    versions = (("numpy 1",), ("numpy 2",))
    how = stress_des.Reported(("run a", "run b"), versions, "a machine")
    rows = {row[0]: row[2] for row in stress_des.table([first, second], how, EN).rows}
    alone = stress_des.table([first], how._replace(commands=("run a",), versions=(("x",),)), EN)
    known = {row[0]: row[2] for row in alone.rows}
    assert re.match(
        r"run a: 3 replications at most, seed \d+; .*; run b: 5 .*, seed 7;", rows["4.3"]
    )
    assert rows["5.1"] == "run a: numpy 1; run b: numpy 2"
    fleet = len(first.base.fleet)
    assert f"run a: {fleet} ambulances" in rows["2.5.3"]
    assert f"run b: {fleet + 1} ambulances" in rows["2.5.3"]
    assert rows["2.1"] == known["2.1"]
    assert known["5.1"] == "x"


def test_what_is_assumed_is_listed_of_every_base_that_assumes_something_else():
    first, second = two_runs()
    again = replace(first, provenance=replace(first.provenance, replications=4))
    how = stress_des.Reported(("a", "b", "c"), (("x",),) * 3, "a machine")
    blocks = [*whole_report._grounds([first, again, second], how, EN)]
    said = [one.text for one in blocks if isinstance(one, Paragraph) and "in force" in one.text]
    assert len(said) == 2


def of_a_proposal_with_crews():
    """A comparison whose proposal has breaks, first responders and files that its base has not."""
    base, crews = (
        sim.load(ROOT / "scenarios" / "liling" / f"{name}.yaml").with_study(length=86_400.0)
        for name in ("today", "crews")
    )
    return sim.compare(base, crews, replications=2, workers=1)


def test_what_is_assumed_and_left_out_is_said_of_proposals_as_of_the_base():
    found = of_a_proposal_with_crews()
    how = stress_des.Reported(("a",), (("x",),), "a machine")
    blocks = [*whole_report._grounds([found], how, EN)]
    base, other = (layout.name.en for layout in found.layouts)
    (limits,) = [one.texts for one in blocks if isinstance(one, ListOfTexts)]
    assert f"Of {base} alone: Crews take no breaks." in limits
    assert "Crews take no breaks." not in limits
    assert "Hospitals always have room." in limits, "it holds for both"
    (table,) = [
        one.table
        for one in blocks
        if isinstance(one, TableBlock) and one.caption == f"Assumptions and their sources: {other}"
    ]
    values = {row[0].rpartition("(")[2].rstrip(")"): row[1:] for row in table.rows}
    assert "30 min" in values["crews.breaks"][0]
    assert values["crews.breaks"][1]
    assert "durations.turnout" not in values, "as of the base"
    assert not [path for path in values if path.startswith(("study.", "targets."))]
    rows = {row[0]: row[2] for row in stress_des.table([found], how, EN).rows}
    for name in {path.name for layout in found.layouts for path in layout.files}:
        assert name in rows["3.1"]
    more = replace(found, layouts=(found.base, found.base.add("枫林镇")))
    rows = {row[0]: row[2] for row in stress_des.table([more], how, EN).rows}
    assert f"; {more.layouts[1].name.en}: 15 ambulances at 9 stations" in rows["2.5.3"]


def test_a_limit_is_of_all_answers_together():
    found = of_a_proposal_with_crews()
    alone = sim.run(found.base, replications=2)
    assert "Crews take no breaks." in assumed.limits([alone], EN)
    both = assumed.limits([alone, found], EN)
    assert [one for one in both if "breaks" in one] == [
        f"Of {found.base.name.en} alone: Crews take no breaks."
    ]
    assert len(both) == len(set(both))


def test_what_went_with_a_proposal_has_no_value():
    found = of_a_proposal_with_crews()
    base, crews = found.layouts
    table = assumed.departures(crews, base, EN)
    (gone,) = [row for row in table.rows if row[0].endswith("(crews.breaks)")]
    assert gone[1] == "–"
    assert not assumed.departures(base, base.add("枫林镇"), EN).rows


def test_a_workbook_has_the_settings_that_a_proposal_has_otherwise():
    found = of_a_proposal_with_crews()
    other = found.layouts[1].name.en
    rows = dict(excel._assumed(found, EN))
    assert "11:30" in rows[f"crews.breaks: {other}"]
    assert "crews.breaks" in rows
    assert f"durations.turnout: {other}" not in rows


def test_what_was_set_at_the_prompt_is_told_as_such_and_not_as_the_default():
    base = sim.load(ROOT / "scenarios" / "liling" / "today.yaml").with_study(length=86_400.0)
    first = sim.run(base.with_settings(targets={"urban": "12 min"}), replications=2, seed=9)
    again = replace(first, provenance=replace(first.provenance, replications=3))
    told = assumed.asked([first], EN)
    assert told["study.replications"] == "2"
    assert told["study.seed"] == "9"
    assert told["study.length"] == "24 h"
    assert told["targets.urban"] == "12 min"
    assert set(told) == {"study.replications", "study.seed", "study.length", "targets.urban"}
    assert assumed.asked([first, again], EN)["study.replications"] == "2; 3"
    how = stress_des.Reported(("a",), (("x",),), "a machine")
    tables = [one.table for one in whole_report._grounds([first], how, EN)
              if isinstance(one, TableBlock) and one.caption.startswith("Assumptions")]  # fmt: skip
    rows = {row[0].rpartition("(")[2].rstrip(")"): row[1:] for row in tables[0].rows}
    prompt = "set at the prompt or in Python, not in the scenario"
    assert rows["study.replications"] == ["2", prompt]
    assert rows["study.length"] == ["24 h", prompt]
    assert dict(excel._assumed(first, EN))["study.replications"] == "2"
    as_needed = first.provenance.chosen._replace(how="precise")
    plain = replace(first, provenance=replace(first.provenance, chosen=as_needed))
    assert "study.replications" not in assumed.asked([plain], EN)


def test_a_stress_test_rests_on_the_files_of_its_proposals():
    of = object.__new__(Stress)
    found = of_a_proposal_with_crews()
    vars(of).update(provenance=found.provenance, proposals=found.layouts[1:])
    assert {path.name for path in of.files()} >= {"today.yaml", "crews.yaml"}


def test_a_measure_is_defined_under_the_targets_of_every_answer():
    first, second = two_runs()
    later = second.provenance.base.with_settings(targets={"urban": "12 min"})
    second = replace(second, provenance=replace(second.provenance, base=later))
    named = [row[0] for row in whole_report._definitions([first, second], EN).rows]
    assert [name for name in named if name.startswith("Urban calls")] == [
        "Urban calls ≤ 10 min",
        "Urban calls ≤ 12 min",
    ]
    assert len(set(named)) == len(named)


def test_what_stations_are_worth_goes_to_answers_of_the_same_layout_alone():
    worth = of_worth()
    same = sim.run(worth.provenance.base, replications=2)
    other = sim.run(worth.provenance.base.close("市妇幼"), replications=2)
    assert whole_report._worth_of(same, [same, other, worth]) is worth
    assert whole_report._worth_of(other, [same, other, worth]) is None
    assert whole_report._worth_of(same, [same, other]) is None


def test_an_answer_at_hand_makes_its_own_report(tmp_path):
    base = sim.load(ROOT / "scenarios" / "liling").with_study(length=86_400.0)
    result = sim.run(base, replications=3)
    path = result.report(tmp_path / "plan.html", lang="zh", title="一页")
    assert result.sentence("zh") in text_of(path.read_text("utf-8"))
    assert result.report(path) == path
    with pytest.raises(OptionError, match="write one of"):
        result.report(tmp_path / "plan.odt")
    (tmp_path / "mine.html").write_text("mine", "utf-8")
    with pytest.raises(OutputError, match="no report"):
        result.report(tmp_path / "mine.html")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["mine.html", "plan.html"]


def test_a_measure_is_defined_with_the_target_of_every_run():
    first, second = two_runs()
    other = second.base.with_settings(targets={"urban": "12 min"})
    second = replace(second, provenance=replace(second.provenance, base=other))
    named = [row[0] for row in whole_report._definitions([first, second, first], EN).rows]
    assert named.count("Urban calls ≤ 10 min") == named.count("Urban calls ≤ 12 min") == 1
    assert named.count("All calls within target") == 1


def test_a_caption_stands_on_the_page_of_its_table(tmp_path):
    typst = pytest.importorskip("typst")
    rows = [["row", str(n)] for n in range(30)]
    table = TableBlock(Table((Column("of", "left"), Column("value")), rows), "what it is")
    found = []
    for lines in range(32, 37):  # so that a page ends below the heading, or below the caption
        text = [Paragraph(f"line {n}") for n in range(lines)]
        content = Content("title", "below", EN)
        content.add(Heading("one"), *text, Heading("two", 2), table)
        source = "\n".join(as_pdf._lines(content, ["DejaVu Sans"]))
        for place, mark in (("#heading(level: 2)[", "h"), ("(position: top)[", "c"), ("[#", "r")):
            at = source.index('[#"row"') if mark == "r" else source.rindex(place)
            at += 1 if mark == "r" else len(place)
            source = f'{source[:at]}#metadata("") <{mark}> {source[at:]}'
        pages = ", ".join(f"query(<{mark}>).last().location().page()" for mark in "hcr")
        (tmp_path / "a.typ").write_text(
            f"{source}\n#context [#metadata(({pages})) <pages>]", "utf-8"
        )
        found += [json.loads(typst.query(str(tmp_path / "a.typ"), "<pages>"))[0]["value"]]
    assert all(len(set(pages)) == 1 for pages in found), found
    assert len({pages[0] for pages in found}) == 2, found
