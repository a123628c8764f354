"""A receiver of pushed events: an HTTP server, a subscription at the service, and a test event that proves the way."""

from __future__ import annotations

import asyncio
import secrets
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core import Core
from ..errors import RedfishError
from ..outcome import create, write
from ..values import id_of
from .records import EventRecord, parse_records

_LARGEST = 4 * 1024 * 1024
"""Bytes of one delivery at most."""
_PATIENCE = 30.0
"""Seconds in which a delivery must have come whole."""


@dataclass(frozen=True)
class WebhookOptions:
    host: str
    """The name or address under which the service reaches this machine."""
    port: int = 0
    """0: any free port."""
    listen: str | None = None
    """The address to listen at; None: all."""
    cert: str | None = None
    """Files of certificate and key in PEM for HTTPS, which many services demand."""
    key: str | None = None
    destination: str | None = None
    """The URL for the service, where a proxy is in between."""
    subscription: Mapping[str, Any] = field(default_factory=dict)
    """Further properties of the EventDestination."""


class WebhookReceiver:
    """Listens for deliveries at a path that cannot be guessed. Nothing is subscribed yet."""

    def __init__(self) -> None:
        self.path = f"/{secrets.token_hex(16)}"
        self._queue: asyncio.Queue[EventRecord | None] = asyncio.Queue()
        self._server: asyncio.Server | None = None

    async def listen(self, port: int = 0, host: str | None = None, cert: str | None = None, key: str | None = None) -> None:
        """Raises RedfishError ``network`` when the port cannot be had."""
        context: ssl.SSLContext | None = None
        if cert is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(cert, key)
        try:
            self._server = await asyncio.start_server(self._serve, host, port, ssl=context)
        except OSError as error:
            raise RedfishError("network", f"cannot listen for events: {error}") from error

    @property
    def port(self) -> int:
        assert self._server is not None
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def records(self) -> AsyncIterator[EventRecord]:
        """Records as they are delivered, until ``close``."""
        while (record := await self._queue.get()) is not None:
            yield record

    async def close(self) -> None:
        self._queue.put_nowait(None)
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await asyncio.wait_for(self._one(reader, writer), _PATIENCE):
                pass
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.TimeoutError, OSError, ValueError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request. Returns whether the connection goes on."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        method, path, _ = (first.split(" ") + ["", ""])[:3]
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if headers.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await _body_of(reader, headers)
        if method != "POST" or path != self.path:
            status = "404 Not Found"
        elif body is None:
            status = "413 Content Too Large"
        else:
            status = "204 No Content"
            for record in parse_records(body.decode("utf-8", errors="replace")):
                self._queue.put_nowait(record)
        length = "" if status.startswith("204") else "Content-Length: 0\r\n"
        writer.write(f"HTTP/1.1 {status}\r\n{length}\r\n".encode())
        await writer.drain()
        return body is not None and headers.get("connection", "").lower() != "close"


async def _body_of(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes | None:
    """The body of a request; None for one that is too large."""
    if headers.get("transfer-encoding", "").lower() != "chunked":
        length = int(headers.get("content-length", "0"))
        if length <= _LARGEST:
            return await reader.readexactly(length)
        # Taken and dropped: a connection that is closed with bytes left unread is reset, and the answer lost.
        while length > 0 and (part := await reader.read(65_536)):
            length -= len(part)
        return None
    body = b""
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        if len(body) + size > _LARGEST:
            return None
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readuntil(b"\r\n")
    return body


async def webhook_records(core: Core, root: Mapping[str, Any], options: WebhookOptions) -> AsyncIterator[EventRecord]:
    """Subscribes, asks for a test event, and yields what is delivered. The subscription is deleted at the end."""
    at = id_of(root.get("EventService"))
    service = {} if at is None else await core.read(at)
    subscriptions = id_of(service.get("Subscriptions"))
    if subscriptions is None:
        raise RedfishError("usage", f"{core.service.origin} takes no subscriptions")
    receiver = WebhookReceiver()
    await receiver.listen(options.port, options.listen, options.cert, options.key)
    made: str | None = None
    try:
        scheme = "http" if options.cert is None else "https"
        url = options.destination or f"{scheme}://{options.host}:{receiver.port}"
        body = {
            "Destination": url + receiver.path,
            "Protocol": "Redfish",
            "Context": "redfishd-client",
            **options.subscription,
        }
        made = id_of(await create(core, subscriptions, body))
        await _submit_test(core, service)
        async for record in receiver.records():
            yield record
    finally:
        await receiver.close()
        if made is not None and not core.service.is_closed:
            try:
                await write(core, "DELETE", made, None)
            except RedfishError:
                pass


async def _submit_test(core: Core, service: Mapping[str, Any]) -> None:
    """A service that cannot send a test event is none the worse for it."""
    actions = service.get("Actions")
    action = actions.get("#EventService.SubmitTestEvent") if isinstance(actions, dict) else None
    target = action.get("target") if isinstance(action, dict) else None
    if isinstance(target, str):
        body = {"MessageId": "ResourceEvent.1.0.TestMessage", "EventId": "redfishd-client-test"}
        try:
            await write(core, "POST", target, body)
        except RedfishError:
            pass
