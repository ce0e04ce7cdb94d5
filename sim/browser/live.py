"""A page on which a station is dragged, and its answers follow: opened, shown, ended.

page = live(scenario)          # in a notebook: shows itself; page.address, page.stop()
"""

from __future__ import annotations

import html
import threading
from typing import TYPE_CHECKING, Any

from sim.browser.protocol import MOST_BYTES
from sim.browser.server import HOST, PageDesk, listening
from sim.errors import OptionError
from sim.study import arguments
from sim.text import Message
from sim.words.language import language

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

HEIGHT = 760  # of the page in a notebook, in pixels


class LivePage:
    """A page that is served until it is stopped; in a notebook it shows itself.

    `address`: where it is, on this machine alone.
    """

    def __init__(self, scenario: Scenario, *, port: int | None = None, lang: str = "en"):
        uvicorn = _uvicorn()
        self._desk = PageDesk(scenario, language(lang).code)
        self._socket = listening(port)
        self.port: int = self._socket.getsockname()[1]
        self.address = f"http://{HOST}:{self.port}/{self._desk.token}/"
        config = uvicorn.Config(
            self._desk.app(), log_level="critical", access_log=False, lifespan="off",
            ws_max_size=MOST_BYTES, ws_ping_interval=20, ws_ping_timeout=20, server_header=False,
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="page", daemon=True
        )
        self._desk.session.start()
        self._thread.start()

    def stop(self) -> None:
        """End the page and all its work, at once."""
        self._server.should_exit = self._server.force_exit = True
        self._desk.session.stop()
        self._thread.join(5)
        self._socket.close()

    def wait(self) -> None:
        """Until it is stopped; Ctrl-C comes through."""
        while self._thread.is_alive():
            self._thread.join(0.2)

    def __enter__(self) -> LivePage:
        return self

    def __exit__(self, *ended: Any) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<page at {self.address}>"

    def _repr_html_(self) -> str:
        address = html.escape(self.address, quote=True)
        return (
            f'<p><a href="{address}" target="_blank">{address}</a></p>'
            f'<iframe src="{address}" width="100%" height="{HEIGHT}"></iframe>'
        )


def live(scenario: Scenario, *, port: int | None = None, lang: str = "en") -> LivePage:
    """A page on which stations are dragged, added and closed, while compliance follows.

    It is served on this machine alone, at an address with a random part, until `stop()`. `port`:
    of the address; without it 10300, or the next one that is free. `lang`: of the page, en or zh,
    which it can change. Needs the extra `live`.
    """
    arguments.scenarios(scenario)
    if port is not None:
        arguments.whole("port", port, 1, 65_535)
    return LivePage(scenario, port=port, lang=lang)


def _uvicorn() -> Any:
    """What serves it; OptionError where the extra is not installed."""
    try:
        import starlette  # noqa: F401
        import uvicorn
        import websockets  # noqa: F401
    except ImportError:
        text = Message('it needs the extra "live": pip install "tenthirty[live]"')
        raise OptionError("live", text) from None
    return uvicorn
