"""The search of the book in English and Chinese: English by words, Chinese by characters.

Sphinx takes a whole run of Chinese for one word, and finds it by its first characters only if they
are three or more. Here every character is in the index, and a query is cut in the same way, so that
达标 is found wherever both characters stand on a page.
"""

import re

from sphinx.search import languages
from sphinx.search.en import SearchEnglish

HAN = "\u4e00-\u9fff"
WORD = re.compile(rf"[{HAN}]|[^\W{HAN}]+")


class SearchMixed(SearchEnglish):
    """English words, and Chinese characters one by one."""

    lang = "mixed"
    language_name = "English"  # whose stemmer the page loads by this name
    js_splitter_code = """
var splitQuery = (query) => query.match(/[\\u4e00-\\u9fff]|[^\\W\\u4e00-\\u9fff]+/g) || [];
"""

    def split(self, input: str) -> list[str]:
        """The words of a text as they are put in the index."""
        return WORD.findall(input)


def setup(app) -> dict[str, bool]:
    """Read by Sphinx."""
    languages["mixed"] = SearchMixed
    return {"parallel_read_safe": True}
