"""What a service says in words: ``@Message.ExtendedInfo`` of errors, of successful answers and of single properties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Message:
    """One message of a registry (DSP0266 "Extended information")."""

    id: str
    """As sent: ``Base.1.19.PropertyUnknown``."""
    key: str
    """Registry and key without the version: ``Base.PropertyUnknown``. Compare this one."""
    text: str
    args: tuple[str, ...]
    severity: str
    resolution: str
    related: tuple[str, ...]
    """JSON pointers into the request's body."""


def message_key(id: str) -> str:
    """``Base.1.19.PropertyUnknown`` → ``Base.PropertyUnknown``; without a registry the key alone."""
    parts = id.split(".")
    return f"{parts[0]}.{parts[-1]}" if len(parts) > 1 else parts[-1]


def _strings(value: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _message_of(entry: Any) -> list[Message]:
    if not isinstance(entry, dict):
        return []
    id = _text(entry.get("MessageId")) or _text(entry.get("code"))
    return [
        Message(
            id=id,
            key=message_key(id),
            text=_text(entry.get("Message")) or _text(entry.get("message")),
            args=_strings(entry.get("MessageArgs")),
            severity=_text(entry.get("MessageSeverity")) or _text(entry.get("Severity")),
            resolution=_text(entry.get("Resolution")),
            related=_strings(entry.get("RelatedProperties")),
        )
    ]


def _list(value: Any) -> list[Any]:
    """Some services send one object where the array belongs."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def messages_of(body: Any) -> list[Message]:
    """The messages of a body, those of its properties included. An error object without details is one message."""
    if not isinstance(body, dict):
        return []
    found: list[Message] = []
    for name, value in body.items():
        if name.endswith("@Message.ExtendedInfo"):
            for entry in _list(value):
                found += _message_of(entry)
    error = body.get("error")
    if isinstance(error, dict):
        details: list[Message] = []
        for entry in _list(error.get("@Message.ExtendedInfo")):
            details += _message_of(entry)
        found += details or _message_of(error)
    elif isinstance(error, str):
        found += _message_of({"message": error})
    return found


def message_text(messages: Sequence[Message]) -> str:
    """The messages as one line for a person: texts and resolutions."""
    lines = (
        " ".join(part for part in (each.text or each.key, "" if each.resolution == "None" else each.resolution) if part)
        for each in messages
    )
    return " ".join(line for line in lines if line)
