"""The log as the last resort: looked at again and again for entries that were not there before."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from ..collection import members
from ..core import Core
from ..errors import RedfishError
from ..values import id_of
from .records import EventRecord


async def find_log(core: Core, root: Mapping[str, Any]) -> str:
    """The entries of the first log of a manager, else of a system. Raises RedfishError ``usage`` when there is none."""
    for collection in ("Managers", "Systems"):
        async for owner in members(core, id_of(root.get(collection))):
            async for log in members(core, id_of(owner.get("LogServices"))):
                entries = id_of(log.get("Entries"))
                if entries is not None:
                    return entries
    raise RedfishError("usage", f"{core.service.origin} has no event stream and no log: there is nothing to follow")


async def log_records(
    core: Core, root: Mapping[str, Any], entries: str | None = None, interval: float = 10.0
) -> AsyncIterator[EventRecord]:
    """Yields entries that are new since the first look. Memory: the ids of the entries that the log has now."""
    at = entries or await find_log(core, root)
    known: set[str] | None = None
    while not core.service.is_closed:
        present: set[str] = set()
        fresh: list[EventRecord] = []
        async for entry in members(core, at):
            key = f"{id_of(entry) or ''} {entry.get('Created', '')}"
            present.add(key)
            if known is not None and key not in known:
                fresh.append(entry)
        known = present
        # Logs begin with their newest or with their oldest entry: events go out in the order in which they happened.
        for entry in sorted(fresh, key=lambda each: str(each.get("Created", ""))):
            yield entry
        try:
            await core.service.sleep(interval)
        except RedfishError:
            return
