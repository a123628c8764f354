"""Takes secrets out of what is logged, recorded or shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "********"

_HEADERS = {"authorization", "x-auth-token", "cookie", "set-cookie", "proxy-authorization"}
_NAME = re.compile(
    r"(password|passwd|passphrase|token|secret|(?<!public)key|keystring|community(string)?|credentials?)$", re.IGNORECASE
)
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers with the values of secret ones hidden."""
    return {name: HIDDEN if name.lower() in _HEADERS else value for name, value in headers.items()}


def redact(value: Any, name: str = "") -> Any:
    """A copy of a JSON value with the strings of secret properties, and private keys anywhere, hidden."""
    if isinstance(value, str):
        return HIDDEN if (value and _NAME.search(name)) or _PRIVATE_KEY.search(value) else value
    if isinstance(value, list):
        return [redact(item, name) for item in value]
    if isinstance(value, dict):
        return {key: redact(item, key) for key, item in value.items()}
    return value
