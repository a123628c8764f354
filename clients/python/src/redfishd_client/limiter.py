"""How many requests one service bears at a time: few, one after a sign of distress, slowly more again."""

from __future__ import annotations

import asyncio
from collections import deque


class Limiter:
    def __init__(self, most: int) -> None:
        """``most``: requests in flight at most; the project's default is 4, which real BMCs bear."""
        self._most = most
        self._limit = most
        self._in_flight = 0
        self._fine = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def limit(self) -> int:
        """The current limit."""
        return self._limit

    async def acquire(self) -> None:
        """Waits for a place. The caller leaves it by ``release``."""
        if self._in_flight < self._limit:
            self._in_flight += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.release()
            raise

    def release(self) -> None:
        """Passes the place to the longest waiting request."""
        self._in_flight -= 1
        self._admit()

    def strained(self) -> None:
        """The service answered 503 or 504, or cut the connection: one request at a time until it recovers."""
        self._limit = 1
        self._fine = 0

    def answered(self) -> None:
        """An answer came as it should: after four in a row one more request is let through."""
        if self._limit == self._most:
            return
        self._fine += 1
        if self._fine >= 4:
            self._fine = 0
            self._limit += 1
            self._admit()

    def _admit(self) -> None:
        while self._in_flight < self._limit and self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                self._in_flight += 1
                turn.set_result(None)
