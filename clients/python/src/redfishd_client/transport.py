"""HTTP over httpx: one request out, one answer in, its body as a stream of raw bytes."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

import httpx

from .errors import RedfishError
from .options import Options
from .trust import Trust, reason_of

Body: TypeAlias = "bytes | AsyncIterator[bytes]"


@dataclass
class HttpResponse:
    status: int
    headers: Mapping[str, str]
    """Names in lower case; repeated headers joined by a comma."""
    stream: httpx.Response
    ends: asyncio.Event | None = None
    """Set when the client is closed, for a body that may go on for ever."""

    async def body(self) -> AsyncIterator[bytes]:
        """The bytes as they come on the wire. Raises RedfishError."""
        try:
            async for part in self.stream.aiter_raw() if self.ends is None else self._until(self.ends):
                yield part
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise failure(error) from error

    async def _until(self, ends: asyncio.Event) -> AsyncIterator[bytes]:
        source = self.stream.aiter_raw()
        over = asyncio.ensure_future(ends.wait())
        try:
            while True:
                read = asyncio.ensure_future(anext(source, None))
                await asyncio.wait({read, over}, return_when=asyncio.FIRST_COMPLETED)
                if not read.done():
                    read.cancel()
                    raise RedfishError("cancelled", "the client was closed")
                part: bytes | None = read.result()
                if part is None:
                    return
                yield part
        finally:
            over.cancel()

    async def discard(self) -> None:
        """Gives the connection up, for a body that is not read to its end."""
        await self.stream.aclose()


def failure(error: Exception, trust: Trust | None = None) -> RedfishError:
    """What an error of httpx stands for."""
    if isinstance(error, (httpx.ConnectTimeout, httpx.PoolTimeout)):
        return RedfishError("timeout", "no connection was accepted in time", sent=False)
    if isinstance(error, httpx.TimeoutException):
        return RedfishError("timeout", "no byte came in time")
    if isinstance(error, httpx.ConnectError):
        if trust is not None and trust.refused is not None:
            return trust.refused
        return _unreachable(error)
    return RedfishError("network", f"the connection broke: {error or type(error).__name__}")


_CUT = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
"""A peer that went away in the middle of a handshake: a service that restarts, not one whose TLS is wrong."""


def _unreachable(error: BaseException) -> RedfishError:
    seen: BaseException | None = error
    by_tls = False
    while seen is not None:
        by_tls = by_tls or (isinstance(seen, ssl.SSLError) and not isinstance(seen, _CUT))
        seen = seen.__cause__ or seen.__context__
    return RedfishError(
        "tls" if by_tls else "network", f"it cannot be reached: {error or type(error).__name__}", sent=False
    )


class Transport:
    """Connections to one origin."""

    def __init__(self, origin: str, options: Options) -> None:
        parts = urlsplit(origin)
        self._options = options
        self._origin = origin
        self._host, self._port = parts.hostname or "", parts.port or 443
        self._trust = Trust(f"{self._host}:{self._port}", options.tls) if parts.scheme == "https" else None
        self._checked = False
        self._checking: asyncio.Lock | None = None
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=8, keepalive_expiry=4.0)
        self._http: httpx.AsyncBaseTransport = options.transport or httpx.AsyncHTTPTransport(
            verify=self._trust.context() if self._trust else True, limits=limits, http2=False, retries=0
        )

    async def send(
        self, method: str, path: str, headers: Mapping[str, str], body: Body | None, idle: float | None
    ) -> HttpResponse:
        """``idle``: seconds without a byte of the body; 0 or None for no limit. Raises RedfishError."""
        limits = self._options.timeouts
        await self._check_authority()
        times = {"connect": limits.connect, "read": limits.first_byte or None, "write": limits.idle, "pool": None}
        request = httpx.Request(
            method,
            self._origin,
            headers=dict(headers),
            content=body,
            extensions={"timeout": times, "target": path.encode("utf-8")},
        )
        try:
            response = await self._http.handle_async_request(request)
        except (httpx.HTTPError, ssl.SSLError, OSError) as error:
            raise failure(error, self._trust) from error
        times["read"] = idle or None
        response.request = request
        names: dict[str, str] = {}
        for name, value in response.headers.multi_items():
            key = name.lower()
            names[key] = f"{names[key]}, {value}" if key in names else value
        return HttpResponse(response.status_code, names, response)

    async def _check_authority(self) -> None:
        """Before the first request: do authorities vouch for the certificate? Nothing is sent over that connection."""
        if self._trust is None or not self._trust.needs_authority or self._checked or self._options.transport:
            return
        self._checking = self._checking or asyncio.Lock()
        async with self._checking:
            if self._checked:
                return
            connect = asyncio.open_connection(
                self._host, self._port, ssl=self._trust.verifying(), server_hostname=self._host
            )
            try:
                _, writer = await asyncio.wait_for(connect, self._options.timeouts.connect)
                writer.close()
                self._trust.authorized(None)
            except ssl.SSLCertVerificationError as error:
                self._trust.authorized(reason_of(error))
            except ssl.SSLError as error:
                raise _unreachable(error) from error
            except (asyncio.TimeoutError, TimeoutError) as error:
                raise RedfishError("timeout", "no connection was accepted in time", sent=False) from error
            except OSError as error:
                raise RedfishError("network", f"it cannot be reached: {error}", sent=False) from error
            # A certificate that authorities do not vouch for is judged at each handshake; one that they vouch for may be renewed.
            self._checked = True

    async def close(self) -> None:
        """Ends every connection."""
        await self._http.aclose()
