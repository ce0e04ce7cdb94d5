"""A real browser for pages: found once, cut off from the internet, and listened to.

Needs Playwright's Python package and a Chromium of the system's; `TENTHIRTY_BROWSER` names another.
Nothing is downloaded. Tests that use it are marked `browser`, and skipped with a reason without one.
"""

from __future__ import annotations

import os
import shutil
import time
from contextlib import contextmanager
from importlib.util import find_spec
from typing import NamedTuple

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip
A_WHILE_MS = 60_000


class Heard(NamedTuple):
    """What a page said while it was open."""

    errors: list[str]  # in the console, or thrown
    outside: list[str]  # addresses that it asked for and was not allowed


def executable():
    """The path of a browser, or None."""
    named = os.environ.get("TENTHIRTY_BROWSER")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


def why_none():
    """Why no page can be opened in a browser; "" if one can."""
    if find_spec("playwright") is None:
        return "needs the package playwright"
    return "" if executable() else f"needs a browser: one of {', '.join(NAMES)}"


needs_browser = pytest.mark.skipif(bool(why_none()), reason=why_none() or "there is one")


@contextmanager
def started():
    """A browser without the internet."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        yield chromium
        chromium.close()


def wait(page, condition):
    """Wait until an expression is true. What Playwright has for it, a page that evaluates no text
    refuses. What an expression asks of a document that has only begun to load is not there yet:
    an error counts as not true so far, and is told if it lasts."""
    from playwright.sync_api import Error

    end = time.monotonic() + A_WHILE_MS / 1000
    while True:
        try:
            found = page.evaluate(condition)
        except Error as not_yet:
            found, why = False, str(not_yet)
        else:
            why = ""
        if found:
            return
        assert time.monotonic() < end, f"{condition}\n{why}"
        page.wait_for_timeout(20)


@contextmanager
def opened(chromium, address, allowed=("file://", "data:", "blob:"), **context):
    """A page at an address, and what it says; any address that is not `allowed` is refused.

    `context`: of Playwright, like `viewport` or `reduced_motion`.
    """
    held = chromium.new_context(**context)
    held.set_default_timeout(A_WHILE_MS)
    page, heard = held.new_page(), Heard([], [])

    def route(asked):
        if asked.request.url.startswith(allowed):
            asked.continue_()
        else:
            heard.outside.append(asked.request.url)
            asked.abort()

    held.route("**/*", route)
    page.on("pageerror", lambda error: heard.errors.append(str(error)))
    page.on(
        "console",
        lambda said: heard.errors.append(said.text) if said.type in ("error", "warning") else None,
    )
    page.goto(address)
    yield page, heard
    held.close()
