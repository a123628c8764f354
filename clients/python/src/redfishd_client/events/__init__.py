"""Events by whichever way a service offers, as one iterator in which each event comes once."""

from .follow import EventsOptions, follow_events
from .records import EventRecord
from .webhook import WebhookOptions, WebhookReceiver

__all__ = ["EventRecord", "EventsOptions", "WebhookOptions", "WebhookReceiver", "follow_events"]
