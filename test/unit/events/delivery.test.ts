/** What a delivery does with things that stand in no journal, while its subscriber fails and afterwards. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Delivery } from '../../../src/events/delivery.ts';
import { EventLogReader } from '../../../src/events/event-log-reader.ts';
import { everything, type Subscription } from '../../../src/events/subscription.ts';
import { SubscriptionReader } from '../../../src/events/subscription-reader.ts';
import { Journal } from '../../../src/journal/journal.ts';
import { until } from '../../support/until.ts';
import { open } from '../store/support.ts';

const subscription: Subscription = {
  ...everything,
  ...{ context: null, includeOrigin: false, destination: 'http://127.0.0.1:9/', protocol: 'Redfish' },
  ...{ format: 'MetricReport', metricReportDefinitions: [], headers: [], retryPolicy: 'RetryForever' },
  ...{ verifyCertificate: false, certificates: [], heartbeat: 1 },
};

describe('reports and heartbeats', () => {
  let journal: Journal;
  let feed: EventLogReader;
  let delivery: Delivery;
  let sent: string[];
  let tries: number;
  let works: boolean;
  beforeEach(() => {
    [sent, tries, works] = [[], 0, false];
    journal = new Journal(open());
    feed = new EventLogReader(journal);
  });
  afterEach(() => {
    delivery.stop();
    feed.close();
    journal.close();
  });

  const begin = (waiting: readonly string[] = []) => {
    const facts = { messageId: '', severity: 'OK' as const, origin: null, resourceType: null };
    delivery = new Delivery(() => subscription, false, {
      reader: new SubscriptionReader(
        feed,
        () => true,
        () => facts,
        0,
      ),
      ...{ rules: () => ({ attempts: 3, interval: 3600 }), enabled: () => true, waiting },
      send: () => Promise.resolve(),
      sendExtra: async (body) => {
        tries += 1;
        if (!works) throw new Error('not now');
        sent.push(body);
      },
      save() {},
      changed() {},
      terminate() {},
      suspend() {},
      waitingChanged() {},
    });
  };
  const failed = (count: number) =>
    until('a failure', () => tries === count && delivery.state.fault !== null);

  it('are delivered in order, without an outdated heartbeat', async () => {
    begin(['from before']);
    delivery.wake();
    await failed(1);
    delivery.beat('first beat');
    delivery.report('a');
    delivery.beat('second beat');
    delivery.report('b');
    expect(delivery.waiting).toEqual(['from before', 'a', 'b']);
    works = true;
    // Nobody waits for an hour once something was put right.
    delivery.retryNow();
    await until('all', () => sent.length === 4);
    expect(sent).toEqual(['from before', 'a', 'second beat', 'b']);
    expect([delivery.waiting, delivery.state.fault]).toEqual([[], null]);
  });

  it('are no more than sixteen, the newest', async () => {
    begin();
    for (let count = 0; count < 40; count++) delivery.report(String(count));
    await failed(1);
    expect(delivery.waiting).toEqual(Array.from({ length: 16 }, (_, at) => String(at + 24)));
  });
});
