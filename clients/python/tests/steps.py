"""Runs the steps of a vector with this library: the table of ``do`` → call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from redfishd_client import (
    Credentials,
    EventsOptions,
    Exchange,
    MemoryPins,
    Options,
    Outcome,
    Progress,
    RedfishClient,
    RedfishError,
    RetryPolicy,
    Task,
    Timeouts,
    TlsOptions,
    UpdateSource,
    connect,
    connect_async,
    value_at,
)

PASSWORD = "Vexing-Tapir-12-quartz"


def options_of(settings: dict[str, Any], record: list[Exchange]) -> Options:
    """The options of a client by the settings of a vector."""
    user = settings.get("user", "admin")
    times = settings.get("timeouts") or {}
    tls = settings.get("tls") or {}
    retry = {"base": 0.01, **(settings.get("retry") or {})}
    return Options(
        credentials=None if user is None else Credentials(user, settings.get("password", PASSWORD)),
        authentication=settings.get("authentication", "auto"),
        strict=settings.get("strict", False),
        concurrency=settings.get("concurrency", 4),
        retry=RetryPolicy(**retry),
        timeouts=Timeouts(times.get("connect", 5), times.get("firstByte", 30), times.get("idle", 30)),
        tls=TlsOptions(trust=tls.get("trust", "verify"), pin=tls.get("pin"), ca=tls.get("ca"), pins=MemoryPins()),
        record=record.append,
    )


class Steps:
    """The state of one run."""

    def __init__(self, url: str, vector: dict[str, Any], change: Any, sync: bool = False) -> None:
        self._sync = sync
        self._url = url
        self._change = change
        self._exchanges: list[Exchange] = []
        self._options = options_of(vector.get("client") or {}, self._exchanges)
        self._values: dict[str, Any] = {}
        self._clients: list[Any] = []
        self._error: Exception | None = None

    @property
    def findings(self) -> list[str]:
        return [finding.kind for client in self._clients for finding in client.findings]

    async def run(self, step: dict[str, Any]) -> dict[str, Any]:
        try:
            value = await self._value(step)
            if "as" in step:
                self._values[step["as"]] = value
            return {"value": shown(value)}
        except RedfishError as error:
            self._error = error
            found = {
                "kind": error.kind,
                "message": str(error),
                "messages": [message.key for message in error.messages],
                "properties": error.properties,
            }
            if error.status is not None:
                found["status"] = error.status
            if error.retry_after is not None:
                found["retryAfter"] = error.retry_after
            if error.fingerprint is not None:
                found["fingerprint"] = error.fingerprint
            return {"error": found}

    async def close(self) -> None:
        for client in self._clients:
            await client.close()

    @property
    def _client(self) -> Any:
        if not self._clients:
            raise RedfishError("usage", "there is no client: connect failed")
        return self._clients[-1]

    def _at(self, step: dict[str, Any]) -> Any:
        return self._values[step["on"]] if "on" in step else step["uri"]

    async def _value(self, step: dict[str, Any]) -> Any:
        json = step.get("json") or {}
        match step["do"]:
            case "connect":
                client: Any = (
                    Threaded(await asyncio.to_thread(connect, self._url, self._options))
                    if self._sync
                    else await connect_async(self._url, self._options)
                )
                self._clients.append(client)
                return client.root
            case "get":
                previous = self._values.get(step["previous"]) if "previous" in step else None
                return await self._client.get(self._at(step), previous=previous)
            case "patch":
                return await self._client.patch(self._at(step), json)
            case "put":
                return await self._client.put(self._at(step), json)
            case "post":
                return await self._client.post(self._at(step), json)
            case "create":
                return await self._client.create(self._at(step), json)
            case "delete":
                return await self._client.delete(self._at(step))
            case "action":
                return await self._client.action(self._at(step), step["name"], step.get("parameters"))
            case "members":
                options = {name: step[name] for name in ("limit", "expand", "select", "filter") if name in step}
                return [member async for member in self._client.members(step["uri"], **options)]
            case "wait":
                return await self._wait(step)
            case "events":
                return await self._events(step)
            case "update":
                return await self._update(step)
            case "parallel":
                works = [self._value(inner) for inner in step["steps"]]
                return [shown(value) for value in await asyncio.gather(*works)]
            case "change":
                await asyncio.to_thread(self._change, step["change"])
                return None
            case "lenient":
                reader = self._client.lenient(self._values[step["on"]])
                return getattr(reader, step["type"])(step["path"])
            case "recording":
                return self._exchanges
            case "text":
                items = [self._client, self._options, self._error, self._exchanges and self._options.record]
                return "\n".join(f"{item} {item!r}" for item in items)
            case "close":
                return await self._client.close()
            case unknown:
                raise AssertionError(f'the vectors have a step "{unknown}", which this runner lacks')

    async def _wait(self, step: dict[str, Any]) -> Any:
        percents: list[Any] = []

        def progressed(progress: Progress) -> None:
            if progress.percent is not None and percents[-1:] != [progress.percent]:
                percents.append(progress.percent)

        options = {name: step[name] for name in ("interval", "timeout", "outage") if name in step}
        if "on" in step:
            result = await self._client.complete(held(self._values[step["on"]]), on_progress=progressed, **options)
        else:
            result = await self._client.task(step["uri"]).wait(on_progress=progressed, **options)
        return {"state": value_at(result.task, "TaskState"), "body": result.body, "percents": percents}

    async def _events(self, step: dict[str, Any]) -> list[Any]:
        found: list[Any] = []
        source = self._client.events(replace(EventsOptions(), uri=step.get("uri")))
        async for record in source:
            found.append(record)
            if len(found) >= step["count"]:
                break
        await source.aclose()  # type: ignore[attr-defined]
        return found

    async def _update(self, step: dict[str, Any]) -> Any:
        total = int(step["size"])
        sent = 0

        def parts() -> Iterator[bytes]:
            left = total
            while left > 0:
                yield bytes(min(left, 65_536))
                left -= 65_536

        def progressed(done: int, _: int) -> None:
            nonlocal sent
            sent = done

        source = UpdateSource("image.bin", total, parts)
        outcome = await self._client.update(source, parameters=step.get("parameters"), on_progress=progressed)
        return Uploaded(outcome, sent)


@dataclass(frozen=True)
class Uploaded:
    outcome: Outcome
    sent: int


def held(value: Any) -> Any:
    """The outcome in a stored value."""
    return value.outcome if isinstance(value, Uploaded) else value


def shown(value: Any) -> Any:
    """What a runner sends as the value."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, Uploaded):
        return {**shown(value.outcome), "sent": value.sent}
    if isinstance(value, Outcome):
        return {
            "status": value.status,
            "body": value.body,
            "location": value.location,
            "ignored": list(value.ignored),
        }
    return value


class Threaded:
    """The synchronous client with the methods of the asynchronous one, each call in a thread of its own."""

    def __init__(self, client: RedfishClient) -> None:
        self._sync = client

    def __repr__(self) -> str:
        return repr(self._sync)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._sync, name)
        if name in ("members", "events"):
            return lambda *given, **named: self._iterate(found(*given, **named))
        if name == "task":
            return lambda uri: ThreadedTask(found(uri))
        if not callable(found) or name == "lenient":
            return found

        async def call(*given: Any, **named: Any) -> Any:
            return await asyncio.to_thread(found, *given, **named)

        return call

    async def _iterate(self, source: Iterator[Any]) -> AsyncIterator[Any]:
        end = object()
        try:
            while (item := await asyncio.to_thread(next, source, end)) is not end:
                yield item
        finally:
            await asyncio.to_thread(source.close)  # type: ignore[attr-defined]


class ThreadedTask:
    def __init__(self, task: Task) -> None:
        self._task = task

    async def wait(self, **named: Any) -> Any:
        return await asyncio.to_thread(lambda: self._task.wait(**named))
