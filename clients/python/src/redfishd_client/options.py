"""What a client may be told when it connects."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

import httpx

from .record import Recorder
from .retry import RetryPolicy
from .trust import TlsOptions

Password: TypeAlias = "str | Callable[[], str | Awaitable[str]]"


@dataclass(frozen=True)
class Credentials:
    """Who logs in. A password may be fetched when it is needed, from a vault for example."""

    user: str
    password: Password = field(repr=False)


@dataclass(frozen=True)
class SessionState:
    """A session of the service. Its token is a secret."""

    token: str = field(repr=False)
    uri: str | None = None
    """Where it is deleted; None when the service did not say."""


class SessionStore(Protocol):
    """Keeps the session between runs of a program."""

    def load(self) -> SessionState | None: ...

    def save(self, session: SessionState | None) -> None:
        """None removes what is kept."""


@dataclass(frozen=True)
class Timeouts:
    """Seconds. Nothing limits the whole of an answer or an upload."""

    connect: float = 5.0
    """For connection and TLS handshake."""
    first_byte: float = 30.0
    """Until the first byte of an answer."""
    idle: float = 30.0
    """Without a byte within an answer or an upload."""


Authentication: TypeAlias = Literal["auto", "session", "basic"]


@dataclass(frozen=True)
class Options:
    credentials: Credentials | None = None
    """Left out: only what needs no login can be read."""
    authentication: Authentication = "auto"
    """``auto``: a session, or Basic where there are none; ``session``, ``basic``: only that."""
    session: SessionStore | None = None
    tls: TlsOptions = TlsOptions()
    timeouts: Timeouts = Timeouts()
    retry: RetryPolicy = RetryPolicy()
    concurrency: int = 4
    """Requests in flight at most."""
    strict: bool = False
    """Each tolerated deviation becomes an error."""
    record: Recorder | None = None
    """Receives every exchange, without secrets."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Sent with each request, in addition."""
    log: Callable[[str], None] | None = None
    """Called for each exchange with what may be logged: no header, no body."""
    transport: httpx.AsyncBaseTransport | None = None
    """A transport of the caller's own in place of HTTP connections, for tests for example."""
