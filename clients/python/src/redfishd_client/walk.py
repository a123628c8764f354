"""Reads everything that a service links to, breadth first, with constant work in flight."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .answer import object_of
from .core import Core
from .errors import RedfishError
from .service import Request
from .values import JsonObject


@dataclass(frozen=True)
class Walked:
    uri: str
    resource: JsonObject | None
    error: RedfishError | None
    """Why it could not be read."""


def links_of(value: Any) -> Iterator[str]:
    """Each ``@odata.id`` in a value, and the pages of its collections, in order."""
    if isinstance(value, list):
        for item in value:
            yield from links_of(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if not isinstance(item, str):
                yield from links_of(item)
            elif name in ("@odata.id", "@Redfish.ActionInfo") or name.endswith("@odata.nextLink"):
                yield item


def not_logs(uri: str) -> bool:
    """Whether a link leads to anything but an entry of a log."""
    return re.search(r"/LogServices/[^/]+/Entries/.", uri) is None


async def _read_one(core: Core, uri: str) -> Walked:
    """One resource; a link to another origin, or to what is no resource, is not followed."""
    try:
        return Walked(uri, object_of(await core.service.ask(Request("GET", uri))), None)
    except RedfishError as error:
        if error.kind in ("cancelled", "auth"):
            raise
        return Walked(uri, None, error)


def _plain(uri: str) -> str:
    """The same URI with and without a trailing slash is one resource."""
    return uri.removesuffix("/") if len(uri) > 1 else uri


async def walk(
    core: Core, start: str = "/redfish/v1/", follow: Callable[[str], bool] = not_logs, ahead: int = 4
) -> AsyncIterator[Walked]:
    """``ahead``: requests at a time; the client's limit counts too."""
    queue = deque([start])
    known = {_plain(start)}
    pending: deque[asyncio.Task[Walked]] = deque()
    try:
        while queue or pending:
            while queue and len(pending) < ahead:
                pending.append(asyncio.ensure_future(_read_one(core, queue.popleft())))
            walked = await pending.popleft()
            for link in links_of(walked.resource):
                uri = link.split("#", 1)[0]
                if not uri.startswith("/") or uri.startswith("//") or _plain(uri) in known or not follow(uri):
                    continue
                known.add(_plain(uri))
                queue.append(uri)
            yield walked
    finally:
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
