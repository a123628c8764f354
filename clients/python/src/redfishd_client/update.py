"""Update packages: uploaded as multipart, streamed at constant memory, with progress."""

from __future__ import annotations

import asyncio
import json
import os
import re
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from .core import Core
from .errors import RedfishError
from .outcome import Outcome, outcome_of
from .service import Request
from .values import JsonObject, id_of

_CHUNK = 256 * 1024


@dataclass(frozen=True)
class UpdateSource:
    """Bytes that can be read again from their beginning."""

    name: str
    size: int
    open: Callable[[], Iterator[bytes]]


UpdateFile: TypeAlias = "str | os.PathLike[str] | UpdateSource"
OnUpload: TypeAlias = Callable[[int, int], None]


def _source_of(file: UpdateFile) -> UpdateSource:
    if isinstance(file, UpdateSource):
        return file
    path = Path(file)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise RedfishError("usage", f"{path} cannot be read: {error.strerror}") from error

    def read() -> Iterator[bytes]:
        with path.open("rb") as opened:
            while part := opened.read(_CHUNK):
                yield part

    return UpdateSource(path.name, size, read)


async def _counted(source: UpdateSource, on_progress: OnUpload | None) -> AsyncIterator[bytes]:
    sent = 0
    parts = source.open()
    while (part := await asyncio.to_thread(next, parts, b"")) != b"":
        yield part
        sent += len(part)
        if on_progress is not None:
            on_progress(sent, source.size)


def _multipart(
    source: UpdateSource, parameters: JsonObject, on_progress: OnUpload | None
) -> tuple[dict[str, str], Callable[[], AsyncIterator[bytes]]]:
    """A multipart/form-data body (DSP0266 "Multipart HTTP push update"): parameters first, then the file."""
    boundary = f"redfish-{uuid.uuid4()}"
    name = re.sub(r'[\r\n"\\]', "_", source.name)
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="UpdateParameters"\r\nContent-Type: application/json\r\n\r\n'
        f"{json.dumps(parameters)}\r\n--{boundary}\r\n"
        f'Content-Disposition: form-data; name="UpdateFile"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
    ).encode()
    tail = f"\r\n--{boundary}--\r\n".encode()
    headers = {
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        "Content-Length": str(len(head) + source.size + len(tail)),
    }

    async def body() -> AsyncIterator[bytes]:
        yield head
        async for part in _counted(source, on_progress):
            yield part
        yield tail

    return headers, body


async def update(
    core: Core,
    root: Mapping[str, Any],
    file: UpdateFile,
    targets: Sequence[str] | None = None,
    apply_time: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    on_progress: OnUpload | None = None,
) -> Outcome:
    """Sends an update package. Raises RedfishError ``usage`` when the service takes no uploads."""
    at = id_of(root.get("UpdateService"))
    # Also a session that has ended is made anew by this small request, not by the large one.
    service = {} if at is None else await core.read(at)
    source = _source_of(file)
    told: JsonObject = {}
    if targets is not None:
        told["Targets"] = [*targets]
    if apply_time is not None:
        told["@Redfish.OperationApplyTime"] = apply_time
    told.update(parameters or {})
    push, plain = service.get("MultipartHttpPushUri"), service.get("HttpPushUri")
    if isinstance(push, str):
        headers, body = _multipart(source, told, on_progress)
        return outcome_of(core, await core.service.ask(Request("POST", push, body=body, headers=headers)))
    if isinstance(plain, str):
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(source.size)}
        request = Request("POST", plain, body=lambda: _counted(source, on_progress), headers=headers)
        return outcome_of(core, await core.service.ask(request))
    raise RedfishError(
        "usage",
        f"{at or core.service.origin} takes no uploads: use the action UpdateService.SimpleUpdate with a URI",
    )
