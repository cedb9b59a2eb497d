"""A browser whose server may die at any moment: it goes on with the next one, as a person does who clicks again."""
import http.client
import time
from collections.abc import Callable

from practice.ops.bench.browser import Browser

DEAD = (OSError, http.client.HTTPException)
PAUSE = 0.01  # seconds, while nobody is there


class Surviving:
    """Sends to the server whose port `port()` gives, and what was open when it died again to the next one."""

    def __init__(self, port: Callable[[], int]):
        self.port = port
        self.browser = Browser(port())

    def ask(self, address: str, fields: dict | None = None,
            on_loss: Callable[[], None] = lambda: None) -> tuple[int, bytes]:
        """The answer to a GET, or with `fields` to a POST; `on_loss` is told each time that one stayed away."""
        while True:
            self.close()
            try:
                self.browser.connection.connect()
            except OSError:  # nobody is there: the next one has another port
                self._next_server()
                continue
            try:
                return self.browser.get(address) if fields is None else self.browser.post(address, fields)
            except DEAD:
                on_loss()
                self._next_server()

    def close(self) -> None:
        self.browser.close()

    def _next_server(self) -> None:
        time.sleep(PAUSE)
        cookies, token = self.browser.cookies, self.browser.token
        self.close()
        self.browser = Browser(self.port())
        self.browser.cookies, self.browser.token = cookies, token
