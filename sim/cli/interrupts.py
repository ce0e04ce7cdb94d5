"""Ctrl-C while the rooms of a command are opened: nothing has begun, so it ends without a word."""

from __future__ import annotations

import signal
import threading

_silent: list[bool] = []


def silent() -> None:
    """Let Ctrl-C end the process at once, until `told`; not one that was started to ignore it."""
    usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    _silent.append(usual and threading.current_thread() is threading.main_thread())
    if _silent[-1]:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def told() -> None:
    """Let whoever is interrupted hear of it again, as before."""
    if _silent.pop():
        signal.signal(signal.SIGINT, signal.default_int_handler)


silent()
