"""Event records: extracted from streams, webhooks and logs, and deduplicated."""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any, TypeAlias

from ..findings import Findings
from ..messages import message_key

EventRecord: TypeAlias = dict[str, Any]
"""One event as the service sent it (DSP0266 "Eventing"); from a log, its LogEntry."""

_MOST_KEYS = 10_000
"""Records that are remembered at most: as many as services keep to send again, and some more."""


def records_of(payload: Any) -> list[EventRecord]:
    """The records of a payload; a payload without ``Events`` is one record, such as a metric report."""
    if not isinstance(payload, dict):
        return []
    if "Events" not in payload:
        return [payload]
    listed = payload["Events"]
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def parse_records(text: str) -> list[EventRecord]:
    """The records of the text of a stream's event; none for what is no JSON."""
    try:
        return records_of(json.loads(text))
    except (ValueError, RecursionError):
        return []


class Once:
    """Lets each event through once, whichever way and however often it comes. Memory is constant."""

    def __init__(self, findings: Findings, uri: str) -> None:
        self._findings = findings
        self._uri = uri
        self._keys: OrderedDict[str, None] = OrderedDict()

    def is_new(self, record: EventRecord) -> bool:
        """Whether the record has not come before. One that has neither id nor time cannot be told, and counts as new."""
        id = record.get("EventId")
        named = isinstance(id, str) and id != ""
        if not named:
            self._findings.report("event-without-id", self._uri)
        when = record.get("EventTimestamp", record.get("Created"))
        if not named and when is None:
            return True
        message = record.get("MessageId")
        what = message_key(message) if isinstance(message, str) else ""
        # Ids begin anew after a restart of some services, so that the time belongs to the key.
        key = f"{id} {what} {when}" if named else json.dumps(record, sort_keys=True)
        if key in self._keys:
            return False
        self._keys[key] = None
        if len(self._keys) > _MOST_KEYS:
            self._keys.popitem(last=False)
        return True
