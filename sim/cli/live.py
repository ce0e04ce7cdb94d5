"""`tenthirty live`: a page on which a station is dragged, while compliance follows."""

from __future__ import annotations

import webbrowser
from typing import Annotated

import typer

from sim.cli import numbers, speech
from sim.cli.options import Lang, ScenarioPath, load, working
from sim.text import Message
from sim.words.language import language

PORTS = 1, 65_535


def register(app: typer.Typer) -> None:
    """Put the command on the command line."""
    example = "Drag a station:  tenthirty live scenarios/liling"
    app.command(rich_help_panel="Ask", short_help=example)(live)


def live(
    scenario: ScenarioPath,
    port: Annotated[
        int | None,
        numbers.whole(*PORTS, help="Of the page's address; default: 10300, or the next free one."),
    ] = None,
    open_: Annotated[bool, typer.Option("--open/--no-open", help="Open it in a browser.")] = True,
    lang: Lang = "en",
) -> None:
    """A page on which stations are dragged, added and closed, while compliance follows.

    It is served on this machine alone and needs no internet. Ctrl-C ends it.
    """
    say = language(lang)
    with working(Message("Reading the map"), say):
        base = load(scenario)
        from sim.browser.live import live as served

        page = served(base, port=port, lang=say.code)
    try:
        speech.show(say("The page is at {address} (Ctrl-C ends it).", address=page.address))
        if open_:
            webbrowser.open(page.address)
        page.wait()
    except KeyboardInterrupt:
        speech.show(say("Ended. Plans that were saved are in {folder}.", folder=base.path.parent))
    finally:
        page.stop()
