"""When a request is repeated, and when not. Pure: the caller sleeps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from email.utils import parsedate_to_datetime


@dataclass(frozen=True)
class RetryPolicy:
    tries: int = 5
    """Tries of one request, the first included."""
    budget: float = 60.0
    """Seconds within which the last try starts."""
    base: float = 0.5
    """Seconds before the second try, doubled each time, with jitter."""


@dataclass(frozen=True)
class FailedTry:
    """One try that did not bring what was asked for."""

    method: str
    conditional: bool
    """The request has If-Match, which makes a repeated PATCH or PUT harmless."""
    tries: int
    """How many tries there were, this one included."""
    elapsed: float
    """Seconds since the first try."""
    sent: bool = True
    """False when the connection failed before a byte was sent."""
    status: int | None = None
    """Of the answer; None when there was none."""
    retry_after: int | None = None


_TEMPORARY = {408, 429, 502, 503, 504}
_REPEATABLE = {"GET", "HEAD", "DELETE"}


def _harmless(failed: FailedTry) -> bool:
    """Whether the service cannot have done the work, or does no harm by doing it twice."""
    if failed.method in _REPEATABLE or not failed.sent:
        return True
    if failed.method == "POST":
        return failed.status in (429, 503) and failed.retry_after is not None
    return failed.conditional or failed.status == 429


def retry_delay(failed: FailedTry, policy: RetryPolicy, random: float) -> float | None:
    """Seconds to wait before the next try; None when there is none. ``random`` is from 0 up to 1."""
    if failed.status is not None and failed.status not in _TEMPORARY:
        return None
    if failed.tries >= policy.tries or not _harmless(failed):
        return None
    backoff: float = policy.base * 2 ** (failed.tries - 1) * (0.5 + random / 2)
    delay = backoff if failed.retry_after is None else float(failed.retry_after)
    return None if failed.elapsed + delay > policy.budget else delay


def retry_after_seconds(header: str | None, now: float) -> int | None:
    """Seconds of a Retry-After header: a number or an HTTP date; None when it is neither."""
    if header is None:
        return None
    if header.strip().isdigit():
        return int(header)
    try:
        return max(0, math.ceil(parsedate_to_datetime(header).timestamp() - now))
    except (TypeError, ValueError):
        return None
