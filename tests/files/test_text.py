"""Text files in the encodings that people's programs write, told apart by what they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.files.text import EncodingError, decode

CHINESE = "名称,经度,纬度\n醴陵站,113.5,27.6\n浏阳分站,113.6,28.1\n"
TAIWAN = "名稱,經度,緯度\n臺北站,121.5,25.1\n高雄站,120.3,22.6\n"
SPANISH = "name,lon,lat\nÑuñoa,-70.6,-33.4\nCórdoba,-64.2,-31.4\nPeñalolén,-70.5,-33.5\n"


@pytest.mark.parametrize(
    ("text", "encoding", "title"),
    [
        (CHINESE, "utf-8", "UTF-8"),
        (CHINESE, "utf-8-sig", "UTF-8"),
        (CHINESE, "utf-16", "UTF-16"),
        (SPANISH, "utf-16-le", "UTF-16"),
        (CHINESE, "utf-16-be", "UTF-16"),
        (CHINESE, "gbk", "GB 18030"),
        (CHINESE, "gb18030", "GB 18030"),
        (TAIWAN, "big5", "Big5"),
        (SPANISH, "cp1252", "Windows-1252"),
        ("name,lon\nConceição,1\nSão João,2\n", "latin-1", "Windows-1252"),
        ("name,lon\nB区,1\n", "gbk", "GB 18030"),
        ("name,lon\n攸县,1\n", "gbk", "GB 18030"),
    ],
)
def test_a_text_is_read_in_the_encoding_in_which_it_was_written(text, encoding, title):
    found = decode(text.encode(encoding))
    assert (found.text, found.title) == (text, title)


@pytest.mark.parametrize(
    ("text", "encoding"), [("Лондон\n", "cp1251"), ("東京駅カタカナ\n", "shift_jis")]
)
def test_what_makes_no_sense_in_any_of_them_is_refused_until_it_is_named(text, encoding):
    with pytest.raises(EncodingError, match="not a text file in UTF-8"):
        decode(text.encode(encoding))
    assert decode(text.encode(encoding), encoding).text == text


def test_what_makes_sense_in_two_is_asked_for():
    data = "name\n雄偉\n".encode("big5")
    with pytest.raises(EncodingError, match="write --encoding gb18030 or --encoding big5"):
        decode(data)
    assert decode(data, "big5").text == "name\n雄偉\n"


def test_an_encoding_asked_for_is_of_what_is_not_unicode():
    assert decode(CHINESE.encode(), "gb18030").text == CHINESE
    assert decode("ab".encode("utf-16"), "gb18030").text == "ab"


def test_an_encoding_that_does_not_fit_is_told_with_the_line():
    with pytest.raises(EncodingError, match="line 2 is no text in gb18030"):
        decode(b"name\n\xff\n", "gb18030")
    with pytest.raises(EncodingError, match="no encoding is called klingon; write utf-8"):
        decode(b"name", "klingon")
    with pytest.raises(EncodingError, match="no encoding is called base64"):
        decode(b"name", "base64")


COMMON = [bytes([a, b]).decode("gb2312") for a in range(0xB0, 0xD7) for b in range(0xA1, 0xFF)]


@given(st.lists(st.text(st.sampled_from(COMMON), min_size=2, max_size=6), min_size=3))
def test_common_chinese_words_are_read_back_or_asked_for(words):
    text = "名称,经度\n" + "".join(f"{word},113.5\n" for word in words)
    assert decode(text.encode("gb18030")).text == text


LATIN = st.text(st.sampled_from("abcdefghijklmnoprstuvz"), min_size=2, max_size=6)


@given(
    st.lists(
        st.tuples(LATIN, st.sampled_from("ñáéíóúÑÉçãõäöüßøåèàùâêîôû"), LATIN),
        min_size=1,
    )
)
def test_western_words_are_read_back_whole_or_asked_about(words):
    text = "name,lon\n" + "".join(f"{''.join(word)},113.5\n" for word in words)
    try:
        found = decode(text.encode("cp1252"))
    except EncodingError:  # of a word or two both readings can be plausible
        return
    assert found.text == text
