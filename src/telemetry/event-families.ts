/** Metric families of event delivery. */
import type { Family } from './exposition.ts';

export interface EventCounts {
  /** Deliveries that subscribers accepted, and failed attempts, since the start. */
  readonly delivered: number;
  readonly failures: number;
  /** Open event streams (SSE). */
  readonly streams: number;
}

export function eventFamilies(
  { delivered, failures, streams }: EventCounts,
  subscriptions: number,
): Family[] {
  return [
    {
      name: 'redfishd_events_delivered',
      type: 'counter',
      help: 'Events that subscribers have taken since the start, each counted for each of them.',
      samples: [['', delivered]],
    },
    {
      name: 'redfishd_event_delivery_failures',
      type: 'counter',
      help: 'Tries to deliver events that failed since the start.',
      samples: [['', failures]],
    },
    {
      name: 'redfishd_event_subscriptions',
      type: 'gauge',
      help: 'Subscriptions that are called when something happens.',
      samples: [['', subscriptions]],
    },
    {
      name: 'redfishd_event_streams',
      type: 'gauge',
      help: 'Streams of events that are open.',
      samples: [['', streams]],
    },
  ];
}
