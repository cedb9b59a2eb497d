"""The real server, `practice serve`, in a process of its own: started, killed without warning, started again."""
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from config import ROOT

PATIENCE = 240.0  # seconds until a server must answer, on a machine that is busy with other things


class House:
    """One server at a time; `port` is where the present one listens, `said` the file of all they say."""

    def __init__(self, environ: Mapping[str, str], said: Path):
        self.environ, self.said = dict(environ) | {"PYTHONUNBUFFERED": "1"}, said
        self.process, self.port = None, 0

    def open(self) -> None:
        """Start a server and wait until it listens. Raises RuntimeError when it does not."""
        begin = self.said.stat().st_size if self.said.exists() else 0
        with self.said.open("ab") as file:
            self.process = subprocess.Popen([sys.executable, "-m", "practice", "serve", "--port", "0"], cwd=ROOT,
                                            env=self.environ, stdout=file, stderr=subprocess.STDOUT)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            found = re.search(rb"http://localhost:(\d+)/", self.said.read_bytes()[begin:])
            if found:
                self.port = int(found[1])
                return
            time.sleep(0.02)
        raise RuntimeError(f"the server does not start: {self.said.read_bytes()[begin:][-2000:]!r}")

    def kill(self) -> None:
        """kill -9: no warning, nothing is tidied up."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait()

    def memory(self) -> int:
        """Bytes the server holds in memory; 0 where the system does not say."""
        status = Path(f"/proc/{self.process.pid}/status")
        found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text()) if status.exists() else None
        return int(found[1]) * 1024 if found else 0
