"""The page's server: on this machine alone, at an address that nobody can guess.

It answers to its own address only, keeps no cookies, and what it sends needs nothing from outside.
Whoever opens the address a second time is told that the page is open already.
"""

from __future__ import annotations

import asyncio
import contextlib
import csv
import errno
import gzip
import io
import json
import os
import re
import secrets
import socket
from collections.abc import Awaitable, Callable
from importlib import resources
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from sim.browser import ground, shown
from sim.browser.protocol import MOST_BYTES, RefusedError, read
from sim.browser.session import PageSession
from sim.errors import OptionError
from sim.files.escapes import in_cell
from sim.files.whole import reason_of
from sim.text import Message
from sim.words import dragging as words
from sim.words.language import available, language
from sim.words.live import TEXTS

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.websockets import WebSocket

    from sim.scenario.scenario import Scenario

SIGNED: Final = re.compile(r"[+\-−]?\d[\d,]*(\.\d+)?")
HOST: Final = "127.0.0.1"
NAMES: Final = (HOST, "localhost")  # by which a browser of this machine may call it
PORT: Final = 10300
FURTHER: Final = 50  # ports that are tried where others are taken
TOO_LARGE: Final = 1009  # how a socket is closed on a message that is too long
TAKEN: Final = 4000  # … and where the page is open in another tab
KINDS: Final = {
    "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8", "mjs": "text/javascript; charset=utf-8",
    "txt": "text/plain; charset=utf-8", "svg": "image/svg+xml",
}  # fmt: skip
GUARDS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self' "
        "'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self' ws:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self' http://localhost:* http://127.0.0.1:*"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class PageDesk:
    """One page of one scenario: its address, its session, and whoever has it open."""

    def __init__(self, scenario: Scenario, code: str):
        self.token = secrets.token_urlsafe(18)
        self.languages = [language(one) for one in available()]
        self.scenario, self.code = scenario, code
        self.session = PageSession(scenario, self.languages, code, self._send)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._open: WebSocket | None = None
        self._tab = ""
        self._was_too_long = False
        self._ground: bytes | None = None

    def app(self) -> Starlette:
        """The page as an ASGI application."""
        from starlette.applications import Starlette
        from starlette.routing import Route, WebSocketRoute

        at = f"/{self.token}"
        return Starlette(
            routes=[
                Route(f"{at}/", self._guarded(self._page)),
                Route(f"{at}/assets/{{path:path}}", self._guarded(self._asset)),
                Route(f"{at}/ground.json", self._guarded(self._send_ground)),
                Route(f"{at}/texts.json", self._guarded(self._texts)),
                Route(f"{at}/table.csv", self._guarded(self._table)),
                WebSocketRoute(f"{at}/ws", self._socket),
            ]
        )

    # ── what is fetched ──────────────────────────────────────────────────────────────────────

    def _guarded(
        self, answer: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """The same, only for those who call this machine by its own name."""
        from starlette.responses import PlainTextResponse

        async def guarded(request: Request) -> Response:
            if not _is_ours(f"//{request.headers.get('host', '')}"):
                return PlainTextResponse("", 403)
            response = await answer(request)
            response.headers.update(GUARDS)
            return response

        return guarded

    async def _page(self, request: Request) -> Response:
        return _resource("live.html")

    async def _asset(self, request: Request) -> Response:
        return _resource(request.path_params["path"])

    async def _send_ground(self, request: Request) -> Response:
        if self._ground is None:
            found = await asyncio.to_thread(ground.ground, self.scenario, self.languages, self.code)
            self._ground = await asyncio.to_thread(_packed, found)
        return _json(self._ground)

    async def _texts(self, request: Request) -> Response:
        said = {say.code: {key: say(text) for key, text in TEXTS.items()} for say in self.languages}
        return _json(_packed(said))

    async def _table(self, request: Request) -> Response:
        """The table that the page shows, for a spreadsheet."""
        from starlette.responses import Response

        newest, asked = self.session.newest, request.query_params.get("lang", self.code)
        codes = [say.code for say in self.languages]
        if newest is None:
            return Response(status_code=404)
        say = self.languages[codes.index(asked)] if asked in codes else self.languages[0]
        table = shown.table(newest.found, say, today=self.session.beside_today)
        heads = [column["title"] for column in table["columns"]]
        into = io.StringIO()
        csv.writer(into).writerows(
            [_as_cell(text) for text in row] for row in (heads, *table["rows"])
        )
        headers = {"Content-Disposition": 'attachment; filename="table.csv"'}
        # With a mark, by which a spreadsheet knows what letters these are.
        return Response(into.getvalue().encode("utf-8-sig"), 200, headers, "text/csv")

    # ── the socket ───────────────────────────────────────────────────────────────────────────

    async def _socket(self, socket: WebSocket) -> None:
        from starlette.websockets import WebSocketDisconnect

        origin = socket.headers.get("origin", "")
        host = socket.headers.get("host", "")
        if not (_is_ours(origin) and _is_ours(f"//{host}") and urlsplit(origin).netloc == host):
            await socket.close(1008)
            return
        await socket.accept()
        self._loop = asyncio.get_running_loop()
        try:
            while True:
                await self._take(socket, await socket.receive_text())
        except WebSocketDisconnect as end:
            self._was_too_long |= end.code == TOO_LARGE
        except (KeyError, RuntimeError):  # bytes, or it is closed already
            with contextlib.suppress(RuntimeError):
                await socket.close(1003)
        finally:
            if self._open is socket:
                self._open = None
                self.session.leave()

    async def _take(self, socket: WebSocket, text: str) -> None:
        try:
            asked = read(text)
        except RefusedError as error:
            told = shown.texts(self.languages, error.told)
            await socket.send_json({"kind": "refused", "n": error.n, "text": told})
            return
        if asked.do == "hello" and not await self._opened(socket, asked.given["tab"]):
            return
        if self._open is socket:
            self.session.ask(asked)

    async def _opened(self, socket: WebSocket, tab: str) -> bool:
        """Whether the page is this socket's now: it is nobody else's, or the same tab is back."""
        before = self._open
        if before is not None and before is not socket:
            other = before if tab == self._tab else socket
            text = shown.message(self.languages, words.OPEN_ELSEWHERE)
            with contextlib.suppress(RuntimeError):
                await other.send_json({"kind": "busy", "text": text})
                await other.close(TAKEN)
            if other is socket:
                return False
        self._open, self._tab = socket, tab
        if self._was_too_long:
            self._was_too_long = False
            most = Message(words.TOO_LONG, most=MOST_BYTES // 1024)
            text = shown.message(self.languages, most)
            await socket.send_json({"kind": "refused", "n": 0, "text": text})
        return True

    def _send(self, told: dict[str, Any]) -> None:
        """To the page, from the thread of the session; to nobody if it is gone."""
        if self._loop is not None and self._open is not None:
            text = json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
            asyncio.run_coroutine_threadsafe(self._post(text), self._loop)

    async def _post(self, text: str) -> None:
        if self._open is not None:
            with contextlib.suppress(RuntimeError):  # it closed meanwhile
                await self._open.send_text(text)


def _is_ours(address: str) -> bool:
    """Whether an address is this machine's own."""
    with contextlib.suppress(ValueError):
        return urlsplit(address).hostname in NAMES
    return False


def _resource(path: str) -> Response:
    """A file of the page, as it is in the package."""
    from starlette.responses import Response

    here = resources.files("sim.browser") / "assets"
    parts = path.split("/")
    kind = KINDS.get(path.rsplit(".", 1)[-1])
    if kind is None or any(part in ("", ".", "..") or "\\" in part for part in parts):
        return Response(status_code=404)
    found = here.joinpath(*parts)
    if not found.is_file():
        return Response(status_code=404)
    return Response(found.read_bytes(), 200, media_type=kind)


def _as_cell(text: str) -> str:
    """A text of the table as a cell: a change like +3.4 is a number, and no formula."""
    return text if SIGNED.fullmatch(text) else in_cell(text)


def _packed(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return gzip.compress(text.encode(), 5)


def _json(packed: bytes) -> Response:
    from starlette.responses import Response

    return Response(packed, 200, {"Content-Encoding": "gzip"}, "application/json")


def listening(port: int | None) -> socket.socket:
    """A socket of this machine at a port, or at the first one that is free; OptionError if not."""
    ports = range(PORT, PORT + FURTHER) if port is None else [port]
    for one in (*ports, *([0] if port is None else [])):
        found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if os.name == "posix":  # a page that has just ended holds its port for a minute else
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((HOST, one))
        except OSError as error:
            found.close()
            if port is not None and error.errno != errno.EADDRINUSE:
                text = Message(
                    "{port} cannot be used: {reason}", port=port, reason=reason_of(error)
                )
                raise OptionError("--port", text) from None
            continue
        found.listen(16)
        return found
    raise OptionError("--port", Message("{port} is taken: name another one", port=port))
