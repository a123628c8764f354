"""The part of DNS that DNS-SD over multicast needs (RFC 1035 clause 4, RFC 6762, RFC 6763). Pure."""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass, field

A, PTR, TXT, AAAA, SRV = 1, 12, 16, 28, 33


@dataclass(frozen=True)
class DnsRecord:
    name: str
    type: int
    text: str = ""
    """PTR and SRV: a name; A and AAAA: an address."""
    port: int = 0
    """SRV."""
    strings: tuple[str, ...] = field(default=())
    """TXT: ``key=value``."""


def encode_query(name: str, type: int) -> bytes:
    """Returns a query for one name that accepts a unicast response (RFC 6762 clause 5.4)."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack(">HHHHHH", 0, 0, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", type, 0x8001)


def _read_name(message: bytes, start: int) -> tuple[str, int]:
    """A name at an offset, and where it ends. Raises ValueError for one that is cut or points in circles."""
    labels: list[str] = []
    at, end = start, -1
    for _ in range(128):
        if at >= len(message):
            break
        length = message[at]
        if length == 0:
            return ".".join(labels), at + 1 if end < 0 else end
        if length >= 0xC0:
            if at + 2 > len(message):
                break
            end = at + 2 if end < 0 else end
            at = struct.unpack_from(">H", message, at)[0] & 0x3FFF
        else:
            if at + 1 + length > len(message):
                break
            labels.append(message[at + 1 : at + 1 + length].decode("utf-8", errors="replace"))
            at += 1 + length
    raise ValueError("a DNS name is cut or points in circles")


def _strings(data: bytes) -> tuple[str, ...]:
    found: list[str] = []
    at = 0
    while at < len(data):
        found.append(data[at + 1 : at + 1 + data[at]].decode("utf-8", errors="replace"))
        at += 1 + data[at]
    return tuple(found)


def _record(message: bytes, name: str, type: int, at: int, length: int) -> DnsRecord | None:
    data = message[at : at + length]
    if type == PTR:
        return DnsRecord(name, type, text=_read_name(message, at)[0])
    if type == SRV:
        return DnsRecord(name, type, text=_read_name(message, at + 6)[0], port=struct.unpack_from(">H", message, at + 4)[0])
    if (type == A and length == 4) or (type == AAAA and length == 16):
        return DnsRecord(name, type, text=str(ipaddress.ip_address(data)))
    return DnsRecord(name, type, strings=_strings(data)) if type == TXT else None


def decode_answer(message: bytes) -> list[DnsRecord]:
    """The records of an answer; none for a message that cannot be read."""
    try:
        questions, *counts = struct.unpack_from(">HHHH", message, 4)
        at = 12
        for _ in range(questions):
            at = _read_name(message, at)[1] + 4
        records: list[DnsRecord] = []
        for _ in range(sum(counts)):
            name, end = _read_name(message, at)
            type, _, _, length = struct.unpack_from(">HHIH", message, end)
            record = _record(message, name, type, end + 10, length)
            if record is not None:
                records.append(record)
            at = end + 10 + length
        return records
    except (ValueError, struct.error):
        return []
