"""Ctrl-C while the rooms of a command are opened: nothing has begun, so it ends without a word."""

from __future__ import annotations

import signal
from typing import Any

_usual: list[Any] = []


def silent() -> None:
    """Let Ctrl-C end the process at once, until `told`."""
    try:
        _usual.append(signal.signal(signal.SIGINT, signal.SIG_DFL))
    except ValueError:  # opened in another thread than the main one, which hears of no signal
        _usual.append(None)


def told() -> None:
    """Let whoever is interrupted hear of it again, as before."""
    usual = _usual.pop()
    if usual is not None:
        signal.signal(signal.SIGINT, usual)


silent()
