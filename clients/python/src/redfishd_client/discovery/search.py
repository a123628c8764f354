"""The two searches. SSDP as Redfish uses it (DSP0266 "Discovery"; UPnP Device Architecture 2.0, 1.3)."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from .dns import A, PTR, SRV, TXT, DnsRecord, decode_answer, encode_query

SEARCH_TARGET = "urn:dmtf-org:service:redfish-rest:1"
_SSDP = ("239.255.255.250", 1900)
_MDNS = ("224.0.0.251", 5353)
_SERVICE = "_redfish._tcp.local"


@dataclass(frozen=True)
class Discovered:
    url: str
    """URL of the service root."""
    uuid: str | None
    address: str
    """Address that answered."""
    by: str
    """``ssdp`` or ``dns-sd``."""


def search_request(seconds: float) -> bytes:
    """The search that is sent. ``seconds``: within which answers are wanted, 1 to 5."""
    wanted = max(1, min(5, int(seconds)))
    text = (
        f'M-SEARCH * HTTP/1.1\r\nHOST: {_SSDP[0]}:{_SSDP[1]}\r\nMAN: "ssdp:discover"\r\nMX: {wanted}\r\nST: {SEARCH_TARGET}\r\n\r\n'
    )
    return text.encode()


def parse_answer(text: str, address: str) -> Discovered | None:
    """What an answer says; None for one that is not of a Redfish service. ``AL`` is the service root (DSP0266)."""
    first, *lines = re.split(r"\r?\n", text)
    if re.match(r"HTTP/1\.[01] 200", first) is None:
        return None
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if not headers.get("st", "").startswith("urn:dmtf-org:service:redfish-rest:"):
        return None
    url = headers.get("al", headers.get("location", "")).removeprefix("<").removesuffix(">")
    if re.match(r"https?://[^\s/]", url) is None:
        return None
    uuid = re.match(r"uuid:([0-9a-f-]{36})", headers.get("usn", ""), re.IGNORECASE)
    return Discovered(url, uuid.group(1).lower() if uuid else None, address, "ssdp")


def services_of(records: list[DnsRecord], address: str) -> list[Discovered]:
    """The services that an answer of DNS-SD names: host, port and path of the root (TXT ``path``, DSP0266)."""
    found: list[Discovered] = []
    for record in records:
        if record.type != SRV or not record.name.endswith(_SERVICE):
            continue
        texts = next((each.strings for each in records if each.type == TXT and each.name == record.name), ())
        entries = {name.lower(): value for name, _, value in (text.partition("=") for text in texts)}
        host = next((each.text for each in records if each.type == A and each.name == record.text), address)
        shown = f"[{host}]" if ":" in host else host
        scheme = "http" if entries.get("protocol") == "http" else "https"
        url = f"{scheme}://{shown}:{record.port}{entries.get('path', '/redfish/v1/')}"
        found.append(Discovered(url, entries["uuid"].lower() if "uuid" in entries else None, address, "dns-sd"))
    return found


class _Listener(asyncio.DatagramProtocol):
    def __init__(self, take: Callable[[bytes, str], None]) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        self._take(data, str(addr[0]))


async def discover(seconds: float = 3.0) -> AsyncIterator[Discovered]:
    """Yields services as they answer, for so many seconds. One that answers both ways, or twice, comes once."""
    queue: asyncio.Queue[Discovered] = asyncio.Queue()

    def by_ssdp(data: bytes, address: str) -> None:
        service = parse_answer(data.decode("latin-1"), address)
        if service is not None:
            queue.put_nowait(service)

    def by_dns(data: bytes, address: str) -> None:
        for service in services_of(decode_answer(data), address):
            queue.put_nowait(service)

    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    transports: list[asyncio.DatagramTransport] = []
    searches = [(by_ssdp, search_request(seconds), _SSDP), (by_dns, encode_query(_SERVICE, PTR), _MDNS)]
    known: set[str] = set()
    try:
        for take, query, group in searches:
            try:
                transport, _ = await loop.create_datagram_endpoint(
                    lambda take=take: _Listener(take),  # type: ignore[misc]
                    local_addr=("0.0.0.0", 0),
                    family=socket.AF_INET,
                )
                transports.append(transport)
                transport.sendto(query, group)
            except OSError:
                # A machine without a route for multicast finds nothing this way.
                continue
        while (left := ends - loop.time()) > 0:
            try:
                service = await asyncio.wait_for(queue.get(), left)
            except (asyncio.TimeoutError, TimeoutError):
                return
            key = service.uuid or service.url
            if key not in known:
                known.add(key)
                yield service
    finally:
        for transport in transports:
            transport.close()
