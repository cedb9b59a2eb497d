"""Work that is done beside the server, in a thread of its own: at once when it is woken, and every minute."""
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MINUTE = 60  # seconds


@contextmanager
def at_work(name: str, step: Callable[[threading.Event], None], wake: threading.Event, *,
            last_word: float) -> Iterator[None]:
    """Within the block `step(over)` is done again and again; it says itself what went wrong and raises nothing.

    At the end it is `over`, and a step in hand is given `last_word` seconds.
    """
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            wake.clear()
            step(over)
            wake.wait(MINUTE)

    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        wake.set()
        thread.join(last_word)
