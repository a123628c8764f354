"""Starts the misbehaving server and speaks its interface."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

GENERATOR = Path(__file__).resolve().parents[2] / "generator"


def vectors() -> list[dict[str, Any]]:
    """Every vector, in order."""
    files = sorted((GENERATOR / "vectors").glob("*.json"))
    return [vector for file in files for vector in json.loads(file.read_text(encoding="utf-8"))["vectors"]]


class Misbehaving:
    def __init__(self) -> None:
        main = GENERATOR / "dist/misbehave/main.js"
        self._process = subprocess.Popen(["node", str(main)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self._control: str = json.loads(self._process.stdout.readline())["control"]

    def _send(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._control + path, data=data, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def begin(self, vector: Any) -> dict[str, Any]:
        made: dict[str, Any] = self._send("POST", "/runs", vector)
        return made

    def change(self, id: str, change: Any) -> None:
        self._send("POST", f"/runs/{id}/change", {"change": change})

    def judge(self, id: str, outcomes: list[Any], findings: list[str]) -> list[str]:
        failures: list[str] = self._send("POST", f"/runs/{id}/judge", {"outcomes": outcomes, "findings": findings})["failures"]
        return failures

    def requests(self, id: str) -> Any:
        return self._send("GET", f"/runs/{id}")

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
