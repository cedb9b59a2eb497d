"""A client that times its requests: one connection kept open, signed in through the real page."""
import http.client
import re
from time import perf_counter
from urllib.parse import urlencode


def form_token(page: bytes) -> str:
    """The token for changes from a form on that page. Raises RuntimeError when there is none."""
    found = re.search(rb'name="?csrf_token"? [^>]*?value="([^"]+)"', page)
    if found is None:
        raise RuntimeError("no form on the page")
    return found[1].decode()


class Browser:
    """Asks one server on this machine; `seconds` is how long the last answer took, from asking to its last byte."""

    def __init__(self, port: int):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.token = ""
        self.seconds = 0.0

    def get(self, address: str) -> tuple[int, bytes]:
        return self._ask("GET", address, None, {})

    def post(self, address: str, fields: dict) -> tuple[int, bytes]:
        body = urlencode({"csrf_token": self.token, **fields})
        return self._ask("POST", address, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def sign_in(self, email: str, password: str) -> None:
        """Raises RuntimeError when the sign-in is refused."""
        self.read_token("/sign-in")
        code, _body = self.post("/sign-in", {"email": email, "password": password})
        if code != 302:
            raise RuntimeError(f"{email} cannot sign in: {code}")

    def read_token(self, address: str) -> None:
        """Take the token for changes from a form on that page."""
        self.token = form_token(self.get(address)[1])

    def close(self) -> None:
        self.connection.close()

    def _ask(self, method: str, address: str, body: str | None, headers: dict) -> tuple[int, bytes]:
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        begin = perf_counter()
        self.connection.request(method, address, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        self.seconds = perf_counter() - begin
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _sign, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, content
