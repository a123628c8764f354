"""An answer that was read to its end, and the error that it stands for."""

from __future__ import annotations

import gzip
import json
import re
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .errors import RedfishError, kind_of_status
from .etag import Resource
from .findings import Findings
from .messages import message_text, messages_of
from .retry import retry_after_seconds
from .transport import HttpResponse
from .values import JsonObject

_LARGEST = 64 * 1024 * 1024
"""Bytes of one JSON body at most: the largest registries of real BMCs have a few MiB."""

_DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "x-gzip": gzip.decompress,
    "deflate": zlib.decompress,
}


@dataclass(frozen=True)
class Answer:
    method: str
    uri: str
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: Any
    """The JSON value; None when there is no body, or it is no JSON."""
    text: str


async def _bytes_of(response: HttpResponse) -> bytes:
    parts = bytearray()
    async for part in response.body():
        parts += part
        if len(parts) > _LARGEST:
            await response.discard()
            raise RedfishError("protocol", f"the answer has more than {_LARGEST} bytes")
    decode = _DECODERS.get(response.headers.get("content-encoding", "").lower())
    if decode is None or not parts:
        return bytes(parts)
    try:
        return decode(bytes(parts))
    except (OSError, EOFError, zlib.error) as error:
        raise RedfishError("protocol", f"the body cannot be decompressed: {error}") from error


async def read_answer(method: str, uri: str, response: HttpResponse, findings: Findings) -> Answer:
    """Reads the body of a response. Raises RedfishError when it is cut off, or is not the JSON that it begins as."""
    text = (await _bytes_of(response)).decode("utf-8", errors="replace")
    if text.startswith("\ufeff"):
        findings.report("json-bom", uri)
        text = text[1:]
    kind = response.headers.get("content-type", "")
    body: Any = None
    if re.match(r"\s*[{[]", text):
        try:
            body = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise RedfishError(
                "protocol", f"the body is no valid JSON: {error}", method=method, uri=uri, status=response.status
            ) from error
        if isinstance(body, dict):
            body = Resource(body)
        if "json" not in kind.lower():
            findings.report("content-type", uri, kind or "none")
    elif response.status >= 400 and text.strip():
        findings.report("error-not-json", uri, kind)
    return Answer(method, uri, response.status, response.headers, body, text)


def error_of(answer: Answer) -> RedfishError:
    """The error that an answer of status 400 or above stands for."""
    messages = messages_of(answer.body)
    must_change = any(each.id.endswith(".PasswordChangeRequired") for each in messages)
    words = message_text(messages) or _plain_text(answer.text) or "the service gives no reason"
    return RedfishError(
        "intervention" if must_change else kind_of_status(answer.status),
        words,
        method=answer.method,
        uri=answer.uri,
        status=answer.status,
        messages=messages,
        retry_after=retry_after_seconds(answer.headers.get("retry-after"), time.time()),
    )


def _plain_text(text: str) -> str:
    """The words of an HTML page or plain text, shortened."""
    bare = re.sub(r"<(style|script)[\s\S]*?</\1>|<[^>]*>", " ", text, flags=re.IGNORECASE)
    return re.sub(r"\s+", " ", bare).strip()[:200]


def object_of(answer: Answer) -> JsonObject:
    """The JSON object of a successful answer. Raises RedfishError for an error, and ``protocol`` for anything but an object."""
    if answer.status >= 400:
        raise error_of(answer)
    if isinstance(answer.body, dict):
        return answer.body
    what = (
        "the answer is empty"
        if answer.text == ""
        else f"the answer is no JSON object: {_plain_text(answer.text)}"
    )
    raise RedfishError("protocol", what, method=answer.method, uri=answer.uri, status=answer.status)
