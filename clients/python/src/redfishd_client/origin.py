"""URIs of the service: opaque, kept as they are written, and never of another origin."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from .errors import RedfishError
from .values import id_of

Reference: TypeAlias = "str | Mapping[str, Any]"
"""A resource by its URI, by a link to it, or by itself as it was read."""

_ABSOLUTE = re.compile(r"([a-z][a-z0-9+.-]*)://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)


def uri_of(reference: Reference) -> str:
    """The URI of a reference. Raises RedfishError ``usage`` when an object has no ``@odata.id``."""
    uri = reference if isinstance(reference, str) else id_of(reference)
    if not uri:
        raise RedfishError(
            "usage", "the reference has no @odata.id: give a URI, a link or a resource that was read"
        )
    return uri


def origin_of(url: str) -> str:
    """The origin ``scheme://host:port`` of a service's URL, default ports written out."""
    text = url if _ABSOLUTE.fullmatch(url) else f"https://{url}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if not host or re.search(r"[\s<>\"{}|\\^`]", host):
        raise RedfishError("usage", f"{url} is no URL of a service, such as https://bmc.example")
    if parts.scheme not in ("http", "https"):
        raise RedfishError("usage", f"{url}: a Redfish service is reached over https or http, not {parts.scheme}:")
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}:{port or (443 if parts.scheme == 'https' else 80)}"


@dataclass(frozen=True)
class Target:
    """A target on the service, and whether the URI named another host."""

    path: str
    """Path and query as written; the fragment is cut off."""
    foreign: bool


def target_of(origin: str, uri: str, base: str = "/") -> Target:
    """Splits a URI that the service gave. A relative one is completed from the path that named it."""
    plain = uri.split("#", 1)[0]
    match = _ABSOLUTE.fullmatch(plain)
    if match is not None:
        scheme, authority, rest = match.groups()
        foreign = origin_of(f"{scheme}://{authority}") != origin
        return Target(rest if rest.startswith("/") else f"/{rest}", foreign)
    if plain.startswith("//"):
        return Target(plain, True)
    if plain.startswith("/"):
        return Target(plain, False)
    return Target(base[: base.rfind("/") + 1] + plain, False)


def with_query(uri: str, query: Sequence[str]) -> str:
    """Adds a query to a URI that may have one, and before its fragment."""
    if not query:
        return uri
    path, mark, fragment = uri.partition("#")
    return path + ("&" if "?" in path else "?") + "&".join(query) + mark + fragment
