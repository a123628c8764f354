"""Deviations from Redfish that the library tolerates: counted, listed, and errors in strict mode."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .errors import RedfishError

FINDING_KINDS: dict[str, str] = {
    "content-type": "JSON arrived under another Content-Type: read as JSON",
    "json-bom": "the body begins with a byte order mark: skipped",
    "error-not-json": "an error was answered without JSON: status and text are reported",
    "session-without-location": "login was answered without Location: the session URI is taken from the body, if there",
    "session-unavailable": "sessions are missing or give no token: Basic authentication is used",
    "location-foreign-host": "Location names another host: its path is used on the host that was asked",
    "location-missing": "the answer lacks Location: the resource is looked for in the body",
    "members-null": "Members is null or absent: read as empty",
    "members-count": "Members@odata.count differs from the number of members",
    "member-without-id": "a member lacks @odata.id: passed on as it is",
    "member-not-found": "a member leads nowhere: left out",
    "member-unreadable": "a member cannot be read: left out",
    "next-link-loop": "nextLink leads to a page that was read before: reading ends",
    "expand-refused": "$expand is refused although it is advertised: members are read singly",
    "expand-partial": "an expanded member lacks required properties: read again singly",
    "select-refused": "$select is refused although it is advertised: whole resources are read",
    "filter-refused": "$filter is refused although it is advertised: filtered here",
    "etag-form": "If-Match with the current ETag was refused: another form of it is sent",
    "write-ignored": "a written property has not the value that was sent",
    "type-mismatch": "a value has another type than its schema says: converted, or None",
    "date-form": "a date is not written as DSP0266 wants it: converted, or None",
    "monitor-missing": "a task was accepted without a monitor",
    "monitor-vanished": "the task monitor vanished: the task itself is read",
    "event-without-id": "an event lacks EventId: told apart by its content",
    "stream-reset": "the event stream ended: resumed",
}
"""Each tolerated deviation, and what the library does about it. The names are the same in every language."""

_MOST = 1000


@dataclass(frozen=True)
class Finding:
    kind: str
    uri: str
    """Where it was first seen."""
    detail: str
    count: int


class Findings:
    """Findings of one client, counted by kind and URI; at most 1,000 are kept apart."""

    def __init__(self, strict: bool) -> None:
        self._strict = strict
        self._found: dict[tuple[str, str], Finding] = {}

    def report(self, kind: str, uri: str, detail: str = "") -> None:
        """Counts a deviation. Raises RedfishError ``protocol`` in strict mode."""
        if self._strict:
            shown = f" ({detail})" if detail else ""
            raise RedfishError("protocol", f"{uri}: {FINDING_KINDS[kind]}{shown} [strict: {kind}]", uri=uri)
        known = self._found.get((kind, uri))
        if known is not None:
            self._found[(kind, uri)] = replace(known, count=known.count + 1)
        elif len(self._found) < _MOST:
            self._found[(kind, uri)] = Finding(kind, uri, detail, 1)

    def list(self) -> list[Finding]:
        """In the order of first sight."""
        return [*self._found.values()]
