"""How the book is made of these pages: python -m sphinx -b html -W docs docs/_build"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]  # extensions; the program

project = "tenthirty"
author = "The tenthirty authors"
copyright = author
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "chinese_search",
    "plain_docstrings",
    "repository_links",
]
exclude_patterns = ["_build"]

smartquotes = False  # what stands between quotes can be typed

html_theme = "furo"
html_title = "tenthirty"
html_search_language = "mixed"  # of `chinese_search`
html_static_path = ["_static"]
html_css_files = ["book.css"]
html_show_sphinx = False
html_copy_source = False
pygments_style = "friendly"

myst_enable_extensions = ["colon_fence"]  # ::: for directives: ``` is for what can be typed
myst_heading_anchors = 3  # docs/studies.md#the-cache-folder, as on a web page of the repository

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_use_unqualified_type_names = True
add_module_names = False
