"""Tasks: waiting for work that the service does after its answer, through re-login, restarts and vanished monitors."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from .answer import Answer, error_of
from .errors import RedfishError
from .messages import Message, message_text, messages_of
from .retry import retry_after_seconds
from .service import Request, Service
from .values import JsonObject, id_of, number_of

_FAILED = {"exception", "cancelled", "killed"}


@dataclass(frozen=True)
class Progress:
    state: str | None
    """TaskState as last seen; None while only the monitor answers."""
    percent: float | int | None
    """0 to 100, when the service says."""
    messages: tuple[Message, ...]


@dataclass(frozen=True)
class TaskResult:
    """How a task ended well: the answer of the monitor, or the task itself."""

    status: int
    body: JsonObject | None
    """The body that the request would have had without a task, or the Task."""
    location: str | None
    """Of what the task created."""
    task: JsonObject | None


OnProgress: TypeAlias = Callable[[Progress], None]


@dataclass(frozen=True)
class _Running:
    retry_after: int | None


def is_completed(task: JsonObject, uri: str) -> bool:
    """Whether a Task has ended well; False while it goes on. Raises RedfishError ``task`` or ``intervention``."""
    given = task.get("TaskState")
    state = given if isinstance(given, str) else ""
    messages = messages_of({"@Message.ExtendedInfo": task.get("Messages")})
    words = message_text(messages) or "the task gives no reason"
    if state.lower() in _FAILED:
        raise RedfishError("task", f"{uri} ended as {state}: {words}", uri=uri, messages=messages)
    if state.lower() == "userintervention":
        raise RedfishError("intervention", f"{uri} waits for a person: {words}", uri=uri, messages=messages)
    if state.lower() != "completed":
        return False
    if task.get("TaskStatus") == "Critical":
        raise RedfishError("task", f"{uri} completed with errors: {words}", uri=uri, messages=messages)
    return True


def _is_task(body: Any) -> bool:
    return isinstance(body, dict) and (
        isinstance(body.get("TaskState"), str) or str(body.get("@odata.type")).startswith("#Task.")
    )


class TaskHandle:
    """A task that was accepted. Nothing is asked of the service until ``wait``."""

    def __init__(self, service: Service, monitor: str | None, uri: str | None, accepted: Any = None) -> None:
        """``accepted``: the body of the answer of status 202, or None for a task known by its URI."""
        self._service = service
        self.monitor = monitor
        """Where the result will be; None when the service did not say."""
        self.uri = uri
        """The Task resource, when known."""
        self._last: JsonObject | None = None
        self._monitor_gone = False
        if _is_task(accepted):
            self._last = accepted
            self.uri = self.uri or id_of(accepted)
        if monitor is None and accepted is not None:
            service.findings.report("monitor-missing", self.uri or "")

    @property
    def task(self) -> JsonObject | None:
        """The Task as last read."""
        return self._last

    async def wait(
        self,
        *,
        timeout: float | None = None,
        outage: float = 600.0,
        interval: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> TaskResult:
        """Waits for the end.

        ``timeout``: seconds for the whole. ``outage``: seconds for which the service may be unreachable, as when it restarts.
        ``interval``: seconds between two polls, by default 1 growing to 5; the service's Retry-After counts more.
        Raises RedfishError ``task`` (failed, cancelled, vanished), ``intervention``, ``timeout``, or of the service.
        """
        started = answered_at = time.monotonic()
        shown: Progress | None = None
        polls = 0
        while True:
            pause: float | None = None
            try:
                found = await self._poll()
                answered_at = time.monotonic()
                progress = self.progress()
                if self._last is not None and progress != shown:
                    shown = progress
                    if on_progress is not None:
                        on_progress(progress)
                if isinstance(found, TaskResult):
                    return found
                pause = found.retry_after
            except RedfishError as error:
                if not _is_outage(error) or time.monotonic() - answered_at > outage:
                    raise
            seconds = pause if pause is not None else interval if interval is not None else min(5.0, 1 + polls * 0.5)
            if timeout is not None and time.monotonic() - started + seconds > timeout:
                last = self.progress()
                where = (last.state or "unknown state") + ("" if last.percent is None else f", {last.percent} %")
                raise RedfishError(
                    "timeout", f"{self.uri or self.monitor} has not ended within {timeout} s ({where}); it goes on"
                )
            polls += 1
            await self._service.sleep(seconds)

    def progress(self) -> Progress:
        """What the Task said last."""
        last = self._last or {}
        state = last.get("TaskState")
        return Progress(
            state=state if isinstance(state, str) else None,
            percent=number_of(last.get("PercentComplete")),
            messages=tuple(messages_of({"@Message.ExtendedInfo": last.get("Messages")})),
        )

    async def cancel(self) -> None:
        """Asks the service to cancel it."""
        uri = self.monitor if self.monitor is not None and not self._monitor_gone else self.uri
        if uri is None:
            raise RedfishError("usage", "the task has neither monitor nor URI: it cannot be cancelled")
        answer = await self._service.ask(Request("DELETE", uri))
        if answer.status >= 400:
            raise error_of(answer)

    async def _poll(self) -> TaskResult | _Running:
        """One poll: the monitor first, then the Task."""
        if self.monitor is not None and not self._monitor_gone:
            answer = await self._service.ask(Request("GET", self.monitor))
            if answer.status == 202:
                return await self._goes_on(answer)
            if answer.status not in (404, 410):
                return await self._ended(answer)
            self._monitor_gone = True
            self._service.findings.report("monitor-vanished", self.monitor)
        return await self._poll_task()

    async def _goes_on(self, answer: Answer) -> _Running:
        retry_after = _wanted(answer)
        if _is_task(answer.body):
            self._take(answer.body)
            is_completed(answer.body, self.uri or answer.uri)
        elif self.uri is not None:
            await self._poll_task()
        return _Running(retry_after)

    async def _ended(self, answer: Answer) -> TaskResult | _Running:
        """The monitor has given the result: of the task, or of the operation."""
        if answer.status >= 400:
            error = error_of(answer)
            if error.kind in ("auth", "forbidden"):
                raise error
            raise RedfishError("task", str(error), uri=answer.uri, status=answer.status, messages=error.messages)
        if _is_task(answer.body):
            self._take(answer.body)
            if not is_completed(answer.body, self.uri or answer.uri):
                return _Running(_wanted(answer))
        elif self.uri is not None:
            # What was seen of the task is from before its end; a service that has removed it meanwhile is right to.
            last = await self._service.ask(Request("GET", self.uri))
            self._last = last.body if last.status < 400 and isinstance(last.body, dict) else None
        location = answer.headers.get("location")
        return TaskResult(
            status=answer.status,
            body=answer.body if isinstance(answer.body, dict) else None,
            location=None if location is None else self._service.location(location, answer.uri),
            task=self._last,
        )

    def _take(self, task: JsonObject) -> None:
        self._last = task
        self.uri = self.uri or id_of(task)

    async def _poll_task(self) -> TaskResult | _Running:
        answer = None if self.uri is None else await self._service.ask(Request("GET", self.uri))
        if answer is None or self.uri is None or answer.status in (404, 410):
            raise RedfishError(
                "task",
                f"{self.monitor or self.uri} and its task vanished before an end was seen: look at what it was to do",
            )
        if answer.status >= 400:
            raise error_of(answer)
        if not isinstance(answer.body, dict):
            return _Running(None)
        self._last = answer.body
        if not is_completed(answer.body, self.uri):
            return _Running(_wanted(answer))
        return TaskResult(200, answer.body, None, answer.body)


def _wanted(answer: Answer) -> int | None:
    return retry_after_seconds(answer.headers.get("retry-after"), time.time())


def _is_outage(error: RedfishError) -> bool:
    """Errors of a service that restarts: it is unreachable, or answers that it is not ready."""
    return error.kind in ("network", "timeout") or error.status in (502, 503, 504)
