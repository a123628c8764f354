"""The only error class of the library: its kind is the cause, its text says what failed, where, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from .messages import Message

ErrorKind: TypeAlias = Literal[
    "usage",
    "network",
    "timeout",
    "tls",
    "pin",
    "auth",
    "forbidden",
    "not-found",
    "conflict",
    "refused",
    "protocol",
    "task",
    "intervention",
    "cancelled",
]
"""The cause of an error; the same words in every language of the project.

- ``usage``: the call itself is wrong, nothing was sent
- ``network``: the service cannot be reached or cut the connection
- ``timeout``: no answer in time
- ``tls``, ``pin``: its certificate is not trusted, or is not the one that was trusted before
- ``auth``: credentials or session refused (401)
- ``forbidden``: logged in, but without the privilege (403)
- ``not-found``: no such resource (404, 410)
- ``conflict``: the resource was changed by another client (412)
- ``refused``: the service refuses the request for another reason (4xx, 5xx)
- ``protocol``: the answer is not Redfish, or breaks its rules
- ``task``: the task failed, was cancelled or vanished
- ``intervention``: a person has to act (password change, UserIntervention)
- ``cancelled``: the client was closed
"""


class RedfishError(Exception):
    """Every error that the library raises."""

    def __init__(
        self,
        kind: ErrorKind,
        text: str,
        *,
        method: str | None = None,
        uri: str | None = None,
        status: int | None = None,
        messages: Sequence[Message] = (),
        retry_after: int | None = None,
        sent: bool = True,
        properties: Sequence[str] = (),
        fingerprint: str | None = None,
    ) -> None:
        where = "" if method is None else f"{method} {uri or ''}{f' → {status}' if status else ''}: "
        super().__init__(where + text)
        self.kind: ErrorKind = kind
        self.text = text
        self.method = method
        self.uri = uri
        self.status = status
        self.messages = list(messages)
        """What the service said, with resolution and related properties."""
        self.retry_after = retry_after
        """Seconds after which the service wants to be asked again."""
        self.sent = sent
        """False when not a byte of the request can have reached the service."""
        self.properties = list(properties)
        """``conflict``: the properties that another client changed, as JSON pointers."""
        self.fingerprint = fingerprint
        """``tls`` and ``pin``: SHA-256 of the certificate that the service showed, in lower-case hex."""


def located(error: RedfishError, method: str, uri: str) -> RedfishError:
    """The same error with the request that met it, for one that was raised below HTTP."""
    if error.method is not None:
        return error
    made = RedfishError(
        error.kind,
        error.text,
        method=method,
        uri=uri,
        status=error.status,
        messages=error.messages,
        retry_after=error.retry_after,
        sent=error.sent,
        properties=error.properties,
        fingerprint=error.fingerprint,
    )
    made.__cause__ = error.__cause__
    return made


def kind_of_status(status: int) -> ErrorKind:
    """The HTTP status → kind table."""
    if status == 401:
        return "auth"
    if status == 403:
        return "forbidden"
    if status in (404, 410):
        return "not-found"
    return "conflict" if status == 412 else "refused"
