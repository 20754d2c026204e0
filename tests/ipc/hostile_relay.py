"""What listens at a socket and is no relay?"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def answering(path: Path, answer: bytes) -> Iterator[None]:
    """Something that says this to the first who connects, and then nothing more."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen()
        over = threading.Event()

        def answer_one() -> None:
            with suppress(OSError):
                sock, _ = listener.accept()
                with sock:
                    sock.sendall(answer)
                    over.wait(10)

        thread = threading.Thread(target=answer_one)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
