"""Recordings: one line of JSON per exchange, secrets hidden. The mock server serves them back."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any, TypeAlias

from .errors import RedfishError
from .redact import redact, redact_headers

Exchange: TypeAlias = dict[str, Any]
"""``time``, ``method``, ``uri``, ``request`` and ``response`` (``headers``, ``body``), ``status``, ``milliseconds``."""
Recorder: TypeAlias = Callable[[Exchange], None]


def redacted_exchange(exchange: Exchange) -> Exchange:
    """The exchange without secrets."""

    def clean(half: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {"headers": redact_headers(half["headers"])}
        if "body" in half:
            made["body"] = redact(half["body"])
        return made

    return {**exchange, "request": clean(exchange["request"]), "response": clean(exchange["response"])}


def file_recorder(path: str | os.PathLike[str]) -> Recorder:
    """Writes each exchange to a JSON Lines file of mode 0600, which is begun anew."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))

    def record(exchange: Exchange) -> None:
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(exchange, ensure_ascii=False) + "\n")

    return record


def parse_recording(text: str) -> list[Exchange]:
    """The exchanges of a recording's text. Raises RedfishError ``usage`` that names the line which is no JSON."""
    found: list[Exchange] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                found.append(json.loads(line))
            except ValueError as error:
                raise RedfishError("usage", f"line {number} of the recording is no JSON") from error
    return found
