"""A parser of event streams (HTML Living Standard, 9.2.6). Pure: text in, events out."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class StreamEvent:
    id: str
    """The last id that the stream gave, this event's own included; empty when there was none."""
    type: str
    data: str


_END = re.compile(r"\r\n|\n|\r")


class SseParser:
    def __init__(self) -> None:
        self._rest = ""
        self._started = False
        self._data: list[str] = []
        self._type = ""
        self._id = ""
        self.last_id = ""
        """What to send as Last-Event-ID. An id counts also when its event had no data."""
        self.retry: int | None = None
        """Milliseconds to wait before coming again, as the stream wants it."""

    def push(self, text: str) -> list[StreamEvent]:
        """Takes a piece of the stream, cut anywhere, and returns the events that it completes."""
        rest = self._rest + text
        if not self._started and rest:
            self._started = True
            rest = rest.removeprefix("\ufeff")
        events: list[StreamEvent] = []
        start = 0
        for match in _END.finditer(rest):
            # A carriage return at the end may be the first half of a line end.
            if match.group() == "\r" and match.end() == len(rest):
                break
            event = self._line(rest[start : match.start()])
            if event is not None:
                events.append(event)
            start = match.end()
        self._rest = rest[start:]
        return events

    def _line(self, line: str) -> StreamEvent | None:
        if line == "":
            return self._dispatch()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._type = value
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and value.isascii() and value.isdigit():
            self.retry = int(value)
        return None

    def _dispatch(self) -> StreamEvent | None:
        self.last_id = self._id
        data, type = self._data, self._type or "message"
        self._data, self._type = [], ""
        return StreamEvent(self.last_id, type, "\n".join(data)) if data else None
