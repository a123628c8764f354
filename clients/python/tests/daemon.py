"""redfishd as a process on its twin, which tests stop and start again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from redfishd_client import Credentials, MemoryPins, Options, RedfishClient, RedfishError, RetryPolicy, TlsOptions, connect

ROOT = Path(__file__).resolve().parents[3]
USER, PASSWORD = "admin", "Quaint-Marmot-57-plinth"


def _free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        port: int = made.getsockname()[1]
        return port


class Daemon:
    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="redfishd-client-")
        self._port = _free_port()
        self.url = f"https://127.0.0.1:{self._port}"
        password = Path(self._folder.name, "password")
        password.write_text(f"{PASSWORD}\n")
        self._environment = {**os.environ, "REDFISHD_ADMIN_PASSWORD_FILE": str(password)}
        self.options = Options(
            credentials=Credentials(USER, PASSWORD), tls=TlsOptions(trust="first-use", pins=MemoryPins())
        )
        self.run()

    def run(self) -> None:
        """Starts it, and waits until it serves."""
        command = ["node", "dist/src/main.js", "serve", "--twin", "--platform", "platform/tiogapass.yaml"]
        command += ["--state", f"{self._folder.name}/state", "--listen", f"127.0.0.1:{self._port}", "--log-level", "error"]
        self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=subprocess.DEVNULL)
        self.connect(replace(self.options, retry=RetryPolicy(tries=1))).close()

    def connect(self, options: Options | None = None) -> RedfishClient:
        """A client that is logged in; waits for a daemon that still starts."""
        while True:
            try:
                return connect(self.url, options or self.options)
            except RedfishError as error:
                if not (error.kind == "network" or error.status == 503) or self._process.poll() is not None:
                    raise
                time.sleep(0.05)

    def kill(self, how: signal.Signals) -> None:
        """``SIGKILL`` for a loss of power."""
        if self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(timeout=20)

    def stop(self) -> None:
        self.kill(signal.SIGTERM)
        self._folder.cleanup()
