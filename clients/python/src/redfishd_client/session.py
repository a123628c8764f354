"""Authentication of one client: one session that all requests share, made anew once when it is refused, or Basic."""

from __future__ import annotations

import asyncio
import base64
import inspect
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from .answer import Answer, error_of
from .errors import RedfishError
from .findings import Findings
from .options import Credentials, Options, SessionState
from .values import id_of

Ask: TypeAlias = Callable[[str, str, Any, Mapping[str, str]], Awaitable[Answer]]
"""Sends a request without authentication, or with the given headers."""

_MOST_RENEWALS = 5
"""A service that refuses good credentials again and again is not asked for ever."""
_RENEWAL_WINDOW = 10.0


class Authenticator:
    def __init__(self, ask: Ask, locate: Callable[[str, str], str], findings: Findings, options: Options) -> None:
        """``locate``: the path of a Location header."""
        self._ask = ask
        self._locate = locate
        self._findings = findings
        self._credentials = options.credentials
        self._store = options.session
        self._mode = options.authentication
        self._session: SessionState | None = None
        self._pending: asyncio.Task[None] | None = None
        self._loaded = False
        self._refused: RedfishError | None = None
        self._renewals: list[float] = []
        self.sessions_uri = "/redfish/v1/SessionService/Sessions"
        """Where sessions are made; the service root names it."""

    async def headers(self) -> dict[str, str]:
        """Headers of an authenticated request; logs in when there is no session yet. Raises RedfishError ``auth``."""
        if self._refused is not None:
            raise self._refused
        if self._mode != "basic" and self._session is None:
            await self._once(self._open)
        if self._session is not None:
            return {"X-Auth-Token": self._session.token}
        if self._credentials is not None and self._mode == "basic":
            return await self._basic(self._credentials)
        return {}

    async def renew(self, refused: Mapping[str, str]) -> bool:
        """The service refused these headers with 401. Returns whether others can be had.

        They are of a session that another request has made meanwhile, or of a new one.
        """
        token = refused.get("X-Auth-Token")
        if token is None or self._credentials is None:
            return False
        if self._session is not None and self._session.token != token:
            return True
        now = time.monotonic()
        self._renewals = [each for each in self._renewals if now - each < _RENEWAL_WINDOW]
        if self._pending is None and len(self._renewals) >= _MOST_RENEWALS:
            return False

        async def again() -> None:
            self._renewals.append(now)
            self._session = None
            await self._login()

        await self._once(again)
        return True

    @property
    def session(self) -> SessionState | None:
        """The session in use; its token is a secret."""
        return self._session

    async def logout(self) -> None:
        """Deletes the session that this client made, unless a store keeps it. A session that is gone already is no error."""
        session, self._session = self._session, None
        if session is not None and session.uri is not None and self._store is None:
            await self._delete(session)

    async def forget(self) -> None:
        """Deletes the session also when a store keeps it, and the store's copy."""
        session = self._session or (self._store.load() if self._store else None)
        self._session = None
        if session is not None and session.uri is not None:
            await self._delete(session)
        if self._store is not None:
            self._store.save(None)

    async def _delete(self, session: SessionState) -> None:
        try:
            await self._ask("DELETE", session.uri or "", None, {"X-Auth-Token": session.token})
        except RedfishError:
            pass

    async def _once(self, work: Callable[[], Awaitable[None]]) -> None:
        """All that need a login wait for the same one."""
        if self._pending is None:

            async def run() -> None:
                try:
                    await work()
                finally:
                    self._pending = None

            self._pending = asyncio.ensure_future(run())
        # One that is cancelled must not take the login from the others.
        await asyncio.shield(self._pending)

    async def _open(self) -> None:
        if not self._loaded:
            self._loaded = True
            self._session = self._store.load() if self._store else None
        if self._session is None and self._credentials is not None:
            await self._login()

    async def _login(self) -> None:
        credentials = self._credentials
        if credentials is None:
            return
        body = {"UserName": credentials.user, "Password": await _password_of(credentials)}
        answer = await self._ask("POST", self.sessions_uri, body, {})
        token = answer.headers.get("x-auth-token")
        if answer.status < 300 and token is not None:
            location = answer.headers.get("location")
            uri = id_of(answer.body) if location is None else self._locate(location, self.sessions_uri)
            if location is None:
                self._findings.report("session-without-location", self.sessions_uri)
            self._session = SessionState(token, uri)
            if self._store is not None:
                self._store.save(self._session)
            return
        if self._mode == "auto" and (answer.status < 300 or answer.status in (404, 405, 501)):
            self._findings.report("session-unavailable", self.sessions_uri, f"status {answer.status}")
            self._mode = "basic"
            return
        if answer.status < 300:
            answer = Answer("POST", answer.uri, 501, answer.headers, None, "login gives no X-Auth-Token")
        error = error_of(answer)
        # A wrong password is not tried again: services lock accounts and addresses.
        if error.kind in ("auth", "intervention"):
            self._refused = error
        raise error

    async def _basic(self, credentials: Credentials) -> dict[str, str]:
        pair = f"{credentials.user}:{await _password_of(credentials)}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


async def _password_of(credentials: Credentials) -> str:
    if isinstance(credentials.password, str):
        return credentials.password
    given = credentials.password()
    return await given if inspect.isawaitable(given) else given
