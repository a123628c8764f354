"""Requests to one service: authentication, repetition, redirects, limits, recording. No resource is known here."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from .answer import Answer, read_answer
from .errors import RedfishError, located
from .findings import Findings
from .limiter import Limiter
from .options import Options
from .origin import origin_of, target_of
from .record import redacted_exchange
from .retry import FailedTry, retry_after_seconds, retry_delay
from .session import Authenticator
from .transport import HttpResponse, Transport

T = TypeVar("T")

_MOST_REDIRECTS = 5
_REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(frozen=True)
class Request:
    method: str
    uri: str
    json: Any = None
    """Sent as JSON; None: no body."""
    body: Callable[[], AsyncIterator[bytes]] | None = None
    """Sent as it is, each time from its beginning: a stream cannot be sent twice, so that it is a function."""
    headers: Mapping[str, str] = field(default_factory=dict)
    anonymous: bool = False
    """Without authentication."""
    idle: float | None = None
    """Seconds without a byte of the answer, in place of the client's; 0 for no limit."""


@dataclass
class _Try(Generic[T]):
    """One try: an answer with its result, or an error."""

    response: HttpResponse | None = None
    result: T | None = None
    error: RedfishError | None = None


class Service:
    def __init__(self, url: str, options: Options) -> None:
        self.origin = origin_of(url)
        """``https://host:port``."""
        self.findings = Findings(options.strict)
        self.limiter = Limiter(options.concurrency)
        self._options = options
        self._transport = Transport(self.origin, options)
        self._closing = asyncio.Event()
        self._running: set[asyncio.Task[Any]] = set()
        # A service that has never answered is given up sooner than one that restarts.
        self._answered = False
        self.authenticator = Authenticator(self._ask_plain, self.location, self.findings, options)

    async def _ask_plain(self, method: str, uri: str, body: Any, headers: Mapping[str, str]) -> Answer:
        return await self.ask(Request(method, uri, json=body, headers=headers, anonymous=True))

    async def ask(self, request: Request) -> Answer:
        """Sends a request and reads its answer, whatever the status is. Raises RedfishError without an answer."""

        async def finish(response: HttpResponse, uri: str) -> Answer:
            return await read_answer(request.method, uri, response, self.findings)

        return await self._persist(request, finish)

    async def open(self, request: Request) -> HttpResponse:
        """Sends a request and hands out the answer while its body still comes. The caller reads or discards it."""

        async def finish(response: HttpResponse, uri: str) -> HttpResponse:
            response.ends = self._closing
            return response

        return await self._persist(request, finish)

    async def close(self) -> None:
        """Ends every request and connection."""
        self._closing.set()
        for task in [*self._running]:
            task.cancel()
        await self._transport.close()

    @property
    def retry_base(self) -> float:
        """Seconds before a second try."""
        return self._options.retry.base

    @property
    def is_closed(self) -> bool:
        return self._closing.is_set()

    def path(self, uri: str) -> str:
        """The path of a URI. Raises RedfishError ``protocol`` when it names another origin: credentials stay here."""
        target = target_of(self.origin, uri)
        if target.foreign:
            raise RedfishError(
                "protocol", f"{uri} is not on {self.origin}: connect to that service by itself", sent=False
            )
        return target.path

    def location(self, header: str, base: str) -> str:
        """The path of a Location header, whose host some services get wrong."""
        target = target_of(self.origin, header, base)
        if target.foreign:
            self.findings.report("location-foreign-host", base, header)
        return target.path

    async def sleep(self, seconds: float) -> None:
        """Waits; ends early with RedfishError ``cancelled`` when the client is closed."""
        try:
            await asyncio.wait_for(self._closing.wait(), seconds)
        except (asyncio.TimeoutError, TimeoutError):
            return
        raise RedfishError("cancelled", "the client was closed")

    async def _persist(self, request: Request, finish: Callable[[HttpResponse, str], Awaitable[T]]) -> T:
        """Tries until there is an answer to hand out."""
        started = time.monotonic()
        uri = self.path(request.uri)
        renewed = False
        redirected = 0
        tries = 0
        while True:
            tries += 1
            credentials = {} if request.anonymous else await self.authenticator.headers()
            outcome = await self._once(request, uri, credentials, finish)
            response = outcome.response
            if response is not None:
                if response.status == 401 and not renewed and await self.authenticator.renew(credentials):
                    renewed = True
                    await response.discard()
                    continue
                location = response.headers.get("location")
                if response.status in _REDIRECTS and location is not None:
                    redirected += 1
                    await response.discard()
                    uri = self._redirect(request.method, uri, response.status, location, redirected)
                    continue
            failed = FailedTry(
                method=request.method,
                conditional="If-Match" in request.headers,
                tries=tries,
                elapsed=time.monotonic() - started,
            )
            if response is not None:
                wanted = retry_after_seconds(response.headers.get("retry-after"), time.time())
                failed = replace(failed, status=response.status, retry_after=wanted)
            elif outcome.error is not None:
                failed = replace(failed, sent=outcome.error.sent)
            policy = self._options.retry
            if not self._answered:
                policy = replace(policy, tries=min(2, policy.tries))
            delay = retry_delay(failed, policy, random.random())
            final = outcome.error is not None and outcome.error.kind not in ("network", "timeout")
            if delay is None or final:
                if outcome.error is not None:
                    raise located(outcome.error, request.method, uri)
                return outcome.result  # type: ignore[return-value]
            if response is not None:
                await response.discard()
            await self.sleep(delay)

    def _redirect(self, method: str, uri: str, status: int, location: str, count: int) -> str:
        """Follows within the origin only. Raises RedfishError ``protocol``."""
        target = target_of(self.origin, location, uri)
        if target.foreign:
            raise RedfishError(
                "protocol",
                f"redirected to {location}, another origin: connect to that one instead",
                method=method,
                uri=uri,
                status=status,
            )
        keeps_method = status in (307, 308) or method in ("GET", "HEAD")
        if not keeps_method or count > _MOST_REDIRECTS:
            what = (
                f"more than {_MOST_REDIRECTS} redirects"
                if keeps_method
                else f"redirected to {location}, which would change the method"
            )
            raise RedfishError("protocol", what, method=method, uri=uri, status=status)
        return target.path

    async def _once(
        self,
        request: Request,
        uri: str,
        credentials: Mapping[str, str],
        finish: Callable[[HttpResponse, str], Awaitable[T]],
    ) -> _Try[T]:
        """One try."""
        encoded = None if request.json is None else json.dumps(request.json, ensure_ascii=False).encode()
        headers = self._headers(request, encoded, credentials)
        idle = self._options.timeouts.idle if request.idle is None else request.idle
        await self.limiter.acquire()
        started = time.monotonic()

        async def exchange() -> tuple[HttpResponse, T]:
            content = encoded if encoded is not None else request.body() if request.body else None
            response = await self._transport.send(request.method, uri, headers, content, idle)
            self._answered = True
            return response, await finish(response, uri)

        # A task of its own, which `close` ends without ending the caller.
        work = asyncio.ensure_future(exchange())
        self._running.add(work)
        try:
            if self.is_closed:
                work.cancel()
            response, result = await work
            self._note(request, uri, headers, response, result, time.monotonic() - started)
            if response.status in (503, 504):
                self.limiter.strained()
            else:
                self.limiter.answered()
            return _Try(response, result)
        except RedfishError as error:
            return self._failed(request, uri, error)
        except asyncio.CancelledError:
            if self.is_closed and work.cancelled():
                return self._failed(request, uri, RedfishError("cancelled", "the client was closed"))
            raise
        finally:
            self._running.discard(work)
            self.limiter.release()

    def _failed(self, request: Request, uri: str, error: RedfishError) -> _Try[Any]:
        if error.sent and error.kind in ("network", "timeout"):
            self.limiter.strained()
        if self._options.log is not None:
            self._options.log(f"{request.method} {uri} → {error.kind}")
        return _Try(error=error)

    def _headers(self, request: Request, body: bytes | None, credentials: Mapping[str, str]) -> dict[str, str]:
        made = {
            "Host": urlsplit(self.origin).netloc,
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "OData-Version": "4.0",
            "User-Agent": "redfishd-client",
        }
        if body is not None:
            made |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
        return {**made, **self._options.headers, **request.headers, **credentials}

    def _note(
        self, request: Request, uri: str, headers: dict[str, str], response: HttpResponse, result: Any, took: float
    ) -> None:
        milliseconds = round(took * 1000)
        if self._options.log is not None:
            self._options.log(f"{request.method} {uri} → {response.status} in {milliseconds} ms")
        if self._options.record is None:
            return
        asked: dict[str, Any] = {"headers": headers}
        if request.json is not None:
            asked["body"] = request.json
        answered: dict[str, Any] = {"headers": dict(response.headers)}
        if isinstance(result, Answer) and result.text:
            answered["body"] = result.text if result.body is None else result.body
        self._options.record(
            redacted_exchange(
                {
                    "time": datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                    "method": request.method,
                    "uri": uri,
                    "request": asked,
                    "status": response.status,
                    "response": answered,
                    "milliseconds": milliseconds,
                }
            )
        )
