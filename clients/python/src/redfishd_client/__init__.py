"""A client of any Redfish service. ``connect`` for programs without asyncio, ``connect_async`` for those with it."""

from .actions import FoundAction, ParameterInfo
from .answer import Answer
from .client import AsyncRedfishClient, connect_async
from .discovery import Discovered, discover
from .errors import ErrorKind, RedfishError
from .events import EventRecord, EventsOptions, WebhookOptions, WebhookReceiver
from .findings import FINDING_KINDS, Finding
from .lenient import Lenient
from .messages import Message, message_key
from .options import Credentials, Options, SessionState, SessionStore, Timeouts
from .outcome import Outcome
from .record import Exchange, Recorder, file_recorder, parse_recording
from .retry import RetryPolicy
from .service import Request
from .sync import RedfishClient, Task, connect
from .tasks import Progress, TaskHandle, TaskResult
from .trust import FilePins, MemoryPins, PinStore, TlsOptions
from .update import UpdateSource
from .values import annotation, date_of, id_of, number_of, value_at
from .walk import Walked

__all__ = [
    "FINDING_KINDS",
    "Answer",
    "AsyncRedfishClient",
    "Credentials",
    "Discovered",
    "ErrorKind",
    "EventRecord",
    "EventsOptions",
    "Exchange",
    "FilePins",
    "Finding",
    "FoundAction",
    "Lenient",
    "MemoryPins",
    "Message",
    "Options",
    "Outcome",
    "ParameterInfo",
    "PinStore",
    "Progress",
    "Recorder",
    "RedfishClient",
    "RedfishError",
    "Request",
    "RetryPolicy",
    "SessionState",
    "SessionStore",
    "Task",
    "TaskHandle",
    "TaskResult",
    "Timeouts",
    "TlsOptions",
    "UpdateSource",
    "Walked",
    "WebhookOptions",
    "WebhookReceiver",
    "annotation",
    "connect",
    "connect_async",
    "date_of",
    "discover",
    "file_recorder",
    "id_of",
    "message_key",
    "number_of",
    "parse_recording",
    "value_at",
]
