"""Letters that break writers, and names for files that are none: told in words, or written whole."""

from __future__ import annotations

import io
import re

import pytest
from docx import Document

from sim.cli import report
from sim.errors import OptionError
from sim.report import as_html, as_pdf, as_word, sheet_style
from sim.report.content import Callout, Content, Heading, ListOfTexts, Paragraph, TableBlock
from sim.report.excel import _cell
from sim.words.language import language
from sim.words.page import Column, Table

EN = language("en")


def content(text):
    made = Content(text, text, EN)
    table = Table((Column(text, "left"),), [[text]], below=text, above=text)
    made.add(Callout("finding", (text,)), Heading(text), Paragraph(text), ListOfTexts((text,)),
             TableBlock(table, text))  # fmt: skip
    return made


def texts(data):
    document = Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return document, [*(one.text for one in document.paragraphs), *cells]


@pytest.mark.parametrize("letters", [255, 256, 300, 5000])
def test_a_title_of_any_length_is_whole_on_the_page(letters):
    title = "长" * letters
    document, said = texts(as_word.made(content(title)))
    assert title in said
    assert len(document.core_properties.title) == min(letters, 255)
    page = as_html.made(content(title)).decode()
    assert title in page
    assert "overflow-wrap: break-word" in page, "a name longer than a line runs out of the page"


@pytest.mark.parametrize("letter", ["\x00", "\x01", "\x1b", "\x0b", "\ufffe", "\ud800"])
def test_what_no_file_may_hold_is_told_in_digits(letter):
    text = f"a{letter}b"
    _, said = texts(as_word.made(content(text)))
    assert sum(bool(re.search(r"a\\[xu][0-9a-f]+b", one)) for one in said) >= 7
    assert letter not in as_html.made(content(text)).decode()
    assert as_pdf.made(content(text), ["DejaVu Sans"]).startswith(b"%PDF")


def test_a_backslash_before_a_number_is_a_backslash_on_paper():
    typst = pytest.importorskip("typst")
    for text in (
        r"C:\u2024\runs",
        r"\\u0041",
        'say "x"',
        "a\tb\nc",
        "\x08\x0c\x7f",
        r"\u{41}",
        "乡镇",
    ):
        source = f"#metadata({as_pdf._text(text)}) <said>".encode()
        assert typst.query(source, "<said>", field="value", one=True) == _json(text)


def test_a_name_longer_than_a_line_is_broken_on_paper():
    typst = pytest.importorskip("typst")
    name = "Verylongname" * 18
    source = f"#metadata({as_pdf._text(name)}) <said>".encode()
    found = typst.query(source, "<said>", field="value", one=True)
    assert max(map(len, found.strip('"').split("\u200b"))) <= 8
    assert found.replace("\u200b", "") == f'"{name}"'
    assert (
        as_pdf._text("an ordinary sentence of short words")
        == '"an ordinary sentence of short words"'
    )
    assert f"title: {as_pdf._string(name)}" in "\n".join(
        as_pdf._lines(content(name), ["DejaVu Sans"])
    )


def _json(text):
    import json

    return json.dumps(text, ensure_ascii=False)


@pytest.mark.parametrize("out", ["", ".", "..", "/", "a/..", "there", "there/"])
def test_files_of_a_report_have_a_name(tmp_path, monkeypatch, out):
    from pathlib import Path

    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    with pytest.raises(OptionError, match="name its files without their ending"):
        report._named(Path(out))
    assert report._named(Path("there/plan.v1")) == Path("there/plan.v1")


def test_a_note_is_as_high_as_its_text_in_its_own_width():
    from openpyxl import Workbook

    sheet = Workbook().active
    text = "The share of calls that are reached within the target of their area. " * 4
    for row, width in enumerate((380, 220), 1):
        sheet_style.note(sheet.cell(row, 1), text, width)
    wide, narrow = (sheet.cell(row, 1).comment for row in (1, 2))
    assert narrow.height > 1.4 * wide.height
    lines = len(text) / (220 * 60 / 380)
    assert narrow.height >= 18 * lines


def test_nothing_is_written_for_what_is_not_known():
    import numpy as np
    import pandas as pd

    for value in (None, pd.NA, pd.NaT, float("nan"), np.float64("nan"), np.datetime64("NaT")):
        assert _cell(value) is None, value
    assert _cell(np.int64(3)) == 3
    assert _cell(True) is True
    assert _cell("NA") == "NA"
