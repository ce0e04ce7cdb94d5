"""Ctrl-C while a command is opened."""

from __future__ import annotations

import signal

import pytest

from sim.cli import interrupts


@pytest.mark.parametrize("before", [signal.default_int_handler, signal.SIG_IGN, signal.SIG_DFL])
def test_what_ctrl_c_did_before_it_does_after_the_command_is_opened(before):
    usual = signal.signal(signal.SIGINT, before)
    try:
        interrupts.silent()
        within = signal.getsignal(signal.SIGINT)
        interrupts.told()
        assert signal.getsignal(signal.SIGINT) == before
    finally:
        signal.signal(signal.SIGINT, usual)
    assert within == (signal.SIG_IGN if before == signal.SIG_IGN else signal.SIG_DFL)
