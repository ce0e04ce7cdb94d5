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
                "a scheduler needs the package distributed: pip install {package}",
                package="distributed",
            )
        ) from None
    _check_certificates(address)
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


def _check_certificates(address: str) -> None:
    """WorkersError if this side has no certificates where they are needed, or the other has none.

    Dask reads its settings from its own files and from variables of the environment.
    """
    from distributed import Security

    encrypted = address.lower().startswith("tls://")
    try:
        security = Security()
        context = security.get_connection_args("client").get("ssl_context")
    except (OSError, ValueError, TypeError) as error:  # a file that is missing, or none of a key
        raise _lost(
            Message("the certificates for Dask cannot be read: {reason}", reason=str(error))
        ) from None
    if encrypted and context is None:
        raise _lost(
            Message(
                "{address} needs certificates: name their files in {authority}, {certificate} and "
                "{key}",
                address=address,
                authority="DASK_DISTRIBUTED__COMM__TLS__CA_FILE",
                certificate="DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT",
                key="DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY",
            )
        )
    if security.require_encryption and not encrypted:
        raise _lost(
            Message(
                "your Dask settings ask for encryption, and {address} has none: use an address "
                "like {example}",
                address=address,
                example="tls://10.0.0.5:8786",
            )
        )


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
