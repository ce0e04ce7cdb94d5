"""A table is read back as it was written, however it was written, or it is refused."""

from __future__ import annotations

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import MapImportError
from sim.files import tables

WORDS = {
    "utf-8": ["East", "Ñuñoa", "醴陵站", "a b", "中心站", "x;y", "p, q", 'say "no"', "é"],
    "utf-16": ["East", "醴陵站", "x|y", "分站"],
    "gb18030": ["East", "醴陵站", "中心站", "x;y", "攸县分站", "东城，西城"],
    "big5": ["East", "臺北站", "高雄分局", "p, q"],
    "cp1252": ["East", "Ñuñoa", "Córdoba", "p, q", "Logroño"],
}
SEPARATORS = [",", ";", "\t", "|", "，"]


def number_style(comma: bool, group: str):
    def write(value: float) -> str:
        text = f"{value:,.2f}".replace(",", "\0")
        return (text.replace(".", ",") if comma else text).replace("\0", group)

    return write


@given(
    encoding=st.sampled_from(sorted(WORDS)),
    separator=st.sampled_from(SEPARATORS),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    comma=st.booleans(),
    group=st.sampled_from(["", " ", "."]),
    end=st.sampled_from(["\n", "\r\n"]),
    data=st.data(),
)
@settings(max_examples=300, deadline=None)
def test_any_table_is_read_back_or_refused(
    tmp_path_factory, encoding, separator, quoting, comma, group, end, data
):
    word = st.sampled_from(WORDS[encoding])
    value = st.integers(0, 10**7).map(lambda n: n / 100)
    rows = data.draw(st.lists(st.tuples(word, value, value), min_size=1, max_size=6))
    write = number_style(comma, group if comma or group != "." else "")
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=quoting, lineterminator=end)
    writer.writerow(["name", "people", "lon"])
    writer.writerows([name, write(one), write(other)] for name, one, other in rows)
    path = tmp_path_factory.mktemp("t") / "t.csv"
    try:
        path.write_bytes(text.getvalue().encode(encoding))
    except UnicodeEncodeError:  # the full-width comma in the West
        return
    try:
        frame = tables.read_table(path)
        people = tables.numbers(path, frame, "people").tolist()
        lon = tables.numbers(path, frame, "lon").tolist()
    except MapImportError:
        return
    assert list(zip(frame["name"], people, lon, strict=True)) == rows
