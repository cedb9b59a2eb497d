"""A client of the kill test, a process of its own: writes, and keeps its own book of what it was told is written.

    python -m tests.house.kill_client notes|checkouts <port file> <book> <form> <writing> <appointment id> …

`form` is the address of a page with a form, `writing` the one that is written to, {} for the appointment.

A line goes to the book, and to the disk, after each answer that says "written" and before the next request: JSON with
`what` written|lost, `appointment` and, for notes, `turn`. "lost" is a request that was open when the server died; it
is sent again to the next server, whose port stands in the port file.
"""

import json
import os
import sys
from pathlib import Path

from practice.ops.soak.people import NOT_ASKED
from practice.ops.soak.surviving import Surviving
from tests.personas import PASSWORD

SAVES_A_NOTE = 4
PERSON = {"notes": "theo@example.com", "checkouts": "rae@example.com"}


class Client:
    """Sends until it is stopped; survives servers."""

    def __init__(self, port_file: Path, book: Path):
        self.book = book.open("a")
        self.pages = Surviving(lambda: int(port_file.read_text()))

    def write_down(self, **line) -> None:
        self.book.write(json.dumps(line) + "\n")
        self.book.flush()
        os.fsync(self.book.fileno())

    def send(self, address: str, fields: dict, **line) -> tuple[int, bytes]:
        """Until a server answers."""
        return self.pages.ask(address, fields, lambda: self.write_down(what="lost", **line))


def save_notes(client: Client, writing: str, appointments: list[int]) -> None:
    """Autosaves: a few of each note, each with the version the one before gave."""
    for number in appointments:
        version = 0
        for turn in range(1, SAVES_A_NOTE + 1):
            while True:
                fields = NOT_ASKED | {"subjective": f"turn {turn}", "version": version}
                code, body = client.send(writing.format(number), fields, appointment=number, turn=turn)
                if code not in (200, 409):  # 409: the lost request was written after all
                    raise SystemExit(f"saving answers {code}: {body[-3000:]!r}")
                version = json.loads(body)["version"]
                if code == 200:
                    break
            client.write_down(what="written", appointment=number, turn=turn)


def check_out(client: Client, writing: str, appointments: list[int]) -> None:
    for number in appointments:
        code, body = client.send(writing.format(number), {"due": "7800", "amount": "78", "method": "card",
                                                          "request_key": f"kill{number}"}, appointment=number)
        if code != 302:
            raise SystemExit(f"the checkout answers {code}: {body[-3000:]!r}")
        client.write_down(what="written", appointment=number)


def main(kind: str, port_file: str, book: str, form: str, writing: str, *appointments: str) -> None:
    client, numbers = Client(Path(port_file), Path(book)), [int(number) for number in appointments]
    client.pages.browser.sign_in(PERSON[kind], PASSWORD)
    client.pages.browser.read_token(form)
    (save_notes if kind == "notes" else check_out)(client, writing, numbers)


if __name__ == "__main__":
    main(*sys.argv[1:])
