"""Trees of resources to serve: recorded ones, DMTF's mockups, or what a test writes down."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from ..errors import RedfishError
from ..record import parse_recording
from ..values import JsonObject, id_of

Tree: TypeAlias = Mapping[str, JsonObject]
"""Bodies by URI, without a trailing slash."""


def plain(uri: str) -> str:
    return uri.rstrip("/") if len(uri) > 1 else uri


def tree_of(resources: Mapping[str, JsonObject]) -> Tree:
    """A tree of what a test writes down."""
    return {plain(uri): body for uri, body in resources.items()}


def _lines(text: str) -> Tree:
    """Lines ``{"uri", "body"}``; a line whose answer was no JSON has no body and is left out."""
    tree: dict[str, JsonObject] = {}
    for line in text.splitlines():
        entry: Any = json.loads(line) if line.strip() else {}
        if isinstance(entry.get("uri"), str) and isinstance(entry.get("body"), dict):
            tree[plain(entry["uri"])] = entry["body"]
    return tree


def _recording(text: str) -> Tree:
    """What a recording read with GET, the last answer of each resource."""
    tree: dict[str, JsonObject] = {}
    for exchange in parse_recording(text):
        body = exchange["response"].get("body")
        is_whole = exchange["method"] == "GET" and exchange["status"] == 200 and "?" not in exchange["uri"]
        if is_whole and isinstance(body, dict):
            tree[plain(exchange["uri"])] = body
    return tree


def _folder(folder: Path) -> Tree:
    """DMTF's mockup layout (DSP2043): each resource in ``index.json`` of a folder named by its URI."""
    tree: dict[str, JsonObject] = {}
    for file in sorted(folder.rglob("index.json")):
        body = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(body, dict):
            tree[plain(id_of(body) or f"/{file.parent.relative_to(folder).as_posix()}")] = body
    return tree


def read_tree(path: str | os.PathLike[str]) -> Tree:
    """Reads a folder of DMTF's mockup layout, a file of lines ``{"uri", "body"}`` or a recording, also gzipped.

    Raises RedfishError ``usage`` when there is nothing to serve.
    """
    place = Path(path)
    if not place.exists():
        raise RedfishError("usage", f"{path} does not exist: give a folder or a file of resources")
    if place.is_dir():
        tree = _folder(place)
    else:
        data = place.read_bytes()
        text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8")
        tree = _recording(text) if re.match(r'\s*\{[^\n]*"method"\s*:', text) else _lines(text)
    if not tree:
        raise RedfishError("usage", f"{path} holds no resource")
    return tree
