"""A Dask cluster: found, asked whether it has workers, and silent when it is lost."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from sim.errors import WorkersError
from sim.text import Message

if TYPE_CHECKING:
    from distributed import Client

ANSWERS_WITHIN_S = 10
LOGGERS = ("distributed.client", "distributed.core", "tornado.application")


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """A client of the Dask scheduler at this address; WorkersError if it has no workers."""
    try:
        from distributed import Client
        from distributed.comm import resolve_address
    except ImportError:
        raise _lost(
            Message(
                'a scheduler needs the package distributed: pip install "{package}"',
                package="tenthirty[cluster]",
            )
        ) from None
    client = None
    with suppress(OSError, ValueError):
        resolve_address(address)  # a client half made for one that is none would linger
        client = Client(address, timeout=ANSWERS_WITHIN_S, set_as_default=False)
    if client is None:
        raise _lost(
            Message(
                "no Dask scheduler answers at {address}: check the address (like {example}), and "
                "that `dask scheduler` runs there",
                address=address,
                example="tcp://10.0.0.5:8786",
            )
        )
    with _quiet(), client:
        try:
            client.wait_for_workers(1, timeout=ANSWERS_WITHIN_S)
        except TimeoutError:
            raise _lost(
                Message(
                    "the scheduler at {address} has no workers: start some with `dask worker`",
                    address=address,
                )
            ) from None
        yield client


def is_its(error: Exception) -> bool:
    """Whether an error comes from Dask itself."""
    return type(error).__module__.startswith("distributed")


def _lost(text: Message) -> WorkersError:
    return WorkersError(Message("the study"), text)


@contextmanager
def _quiet() -> Iterator[None]:
    """What Dask logs of a cluster that is lost would stand around our one message."""
    loggers = [logging.getLogger(name) for name in LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
