/** The log of a node in the journal of the daemon: every record once, whatever becomes of either of them. */

import fc from 'fast-check';
import { decodeSelRecord, IpmiNode, type Target } from 'node-ipmi';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../../../src/base/logger.ts';
import { NodeEventLog } from '../../../../src/board/nodes/event-log.ts';
import { NodeSensors } from '../../../../src/board/nodes/sensors.ts';
import { Journal } from '../../../../src/journal/journal.ts';
import type { NodeFacts } from '../../../../src/platform/vocabulary/index.ts';
import { boardRecords, nodeSource } from '../../../../src/redfish/records/board.ts';
import { StoreError } from '../../../../src/store/errors.ts';
import type { Store } from '../../../../src/store/store.ts';
import { crashImage, ManualClock, open, temporary } from '../../store/support.ts';
import { startBench, useOwnTime } from '../support.ts';

useOwnTime();

const facts: NodeFacts = {
  ...{ id: 'n', name: 'Node', host: 'system' },
  link: { kind: 'ipmb', bus: 1, address: 0x20 },
};
const now = () => new Date();

/** A record that no other is like: what is told of it says which one it was. */
const record = (mark: number): Uint8Array =>
  Uint8Array.from([0, 0, 2, 0, 0, 0, 0, 0x20, 0, 4, 0x12, mark & 0xff, 0x6f, 0x02, mark >> 8, 0xff]);
const markIn = (raw: string): number => {
  const bytes = Buffer.from(raw, 'hex');
  return (bytes[11] ?? 0) | ((bytes[14] ?? 0) << 8);
};

function takerOf(mark: string | undefined): NodeEventLog {
  const sensors = new NodeSensors(facts, {
    declare: () => new Map(),
    reportFault: () => undefined,
    isHostOff: () => false,
    isSuspended: () => false,
    now,
    log: silentLogger,
  });
  return new NodeEventLog(facts, sensors, mark, now);
}

/** A daemon as far as the log is concerned: it ends orderly, or is killed and leaves what the store has. */
async function daemonOn(directory: string) {
  const { board, stop } = await startBench({ idle: true });
  const store = open(directory);
  const journal = new Journal(store, { clock: new ManualClock(), pendingLimit: 1000 });
  const log = takerOf(journal.mark(nodeSource('n')));
  const take = async (target: Target, isPaused = () => false) => {
    const events = await log.read(target, isPaused);
    const pending = events.flatMap((event) => boardRecords(board, event).map((each) => journal.append(each)));
    journal.flush();
    await Promise.allSettled(pending);
  };
  const kept = () =>
    journal
      .page({ log: 'SEL', system: 'system' }, { skip: 0, top: 10_000 })
      .entries.map(({ detail }) => markIn((detail as { raw: string }).raw));
  const end = async () => {
    journal.close();
    store.close();
    await stop();
  };
  return { store, take, kept, end };
}

/** The disk is full until it is called off. */
function fill(store: Store): () => void {
  const transaction = store.transaction;
  store.transaction = () => {
    throw new StoreError('full', 'no room');
  };
  return () => {
    store.transaction = transaction;
  };
}

const count = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe('the log of a node', () => {
  it('is taken over once, in order, and then what is new', async () => {
    const node = new IpmiNode();
    const d = await daemonOn(temporary());
    await d.take(node);
    expect(d.kept()).toEqual([]);
    for (const each of count(1, 5)) node.sel.add(record(each));
    await d.take(node);
    await d.take(node);
    expect(d.kept()).toEqual(count(1, 5));
    for (const each of count(6, 7)) node.sel.add(record(each));
    await d.take(node);
    expect(d.kept()).toEqual(count(1, 7));
    await d.end();
  });

  it('tells of records of one second, also once it is full', async () => {
    const node = new IpmiNode({ selCapacity: 4 });
    const d = await daemonOn(temporary());
    // No time passes, the log stays as full as it was: nothing but the records themselves says that there are others.
    for (const each of count(1, 20)) {
      node.sel.add(record(each));
      await d.take(node);
    }
    expect(d.kept()).toEqual(count(1, 20));
    await d.end();
  });

  it('that has gone round since gives all that it has', async () => {
    const node = new IpmiNode({ selCapacity: 4 });
    const d = await daemonOn(temporary());
    node.sel.add(record(1));
    await d.take(node);
    for (const each of count(2, 9)) node.sel.add(record(each));
    await d.take(node);
    await d.take(node);
    expect(d.kept()).toEqual([1, ...count(6, 9)]);
    await d.end();
  });

  it('that is cleared and filled again begins anew', async () => {
    const node = new IpmiNode();
    const d = await daemonOn(temporary());
    for (const each of count(1, 3)) node.sel.add(record(each));
    await d.take(node);
    node.sel.clear();
    await d.take(node);
    for (const each of count(4, 8)) node.sel.add(record(each));
    await d.take(node);
    expect(d.kept()).toEqual(count(1, 8));
    node.sel.clear();
    for (const each of count(9, 9 + 20)) node.sel.add(record(each));
    await d.take(node);
    expect(d.kept()).toEqual(count(1, 29));
    await d.end();
  });

  it('that is cleared while it is read loses no record that is there then', async () => {
    const node = new IpmiNode();
    const d = await daemonOn(temporary());
    for (const each of count(1, 10)) node.sel.add(record(each));
    let entries = 0;
    await d.take({
      async send(request) {
        if (request.command === 0x43 && ++entries === 4) {
          node.sel.clear();
          for (const each of count(11, 13)) node.sel.add(record(each));
        }
        return node.send(request);
      },
    });
    await d.take(node);
    expect(d.kept().filter((each) => each > 10)).toEqual(count(11, 13));
    await d.end();
  });

  it('goes on after a restart where it was, without a record twice', async () => {
    const directory = temporary();
    const node = new IpmiNode();
    const first = await daemonOn(directory);
    for (const each of count(1, 3)) node.sel.add(record(each));
    await first.take(node);
    await first.end();
    for (const each of count(4, 5)) node.sel.add(record(each));
    const second = await daemonOn(directory);
    await second.take(node);
    expect(second.kept()).toEqual(count(1, 5));
    await second.end();
  });

  it('goes on after a restart also behind a record that was cut short', async () => {
    const directory = temporary();
    const node = new IpmiNode();
    for (const each of count(1, 3)) node.sel.add(record(each));
    const short: Target = {
      async send(request) {
        const answer = await node.send(request);
        return request.command === 0x43 ? { ...answer, data: answer.data.subarray(0, 16) } : answer;
      },
    };
    const first = await daemonOn(directory);
    await first.take(short);
    expect(first.kept()).toHaveLength(3);
    await first.end();
    const second = await daemonOn(directory);
    await second.take(short);
    expect(second.kept()).toHaveLength(3);
    await second.end();
  });

  it('waits in memory while nothing can be stored, and is all there afterwards', async () => {
    const node = new IpmiNode();
    const d = await daemonOn(temporary());
    node.sel.add(record(1));
    await d.take(node);
    const free = fill(d.store);
    for (const each of count(2, 6)) {
      node.sel.add(record(each));
      await d.take(node);
    }
    expect(d.kept()).toEqual([1]);
    free();
    node.sel.add(record(7));
    await d.take(node);
    expect(d.kept()).toEqual(count(1, 7));
    await d.end();
  });

  it('is read again where the daemon was killed before it could store anything', async () => {
    const directory = temporary();
    const node = new IpmiNode();
    const first = await daemonOn(directory);
    node.sel.add(record(1));
    await first.take(node);
    fill(first.store);
    for (const each of count(2, 4)) node.sel.add(record(each));
    await first.take(node);
    const second = await daemonOn(crashImage(directory));
    expect(second.kept()).toEqual([1]);
    await second.take(node);
    expect(second.kept()).toEqual(count(1, 4));
    await second.end();
  });

  it('gives nothing of a node that is gone meanwhile, and all of it once it is back', async () => {
    const node = new IpmiNode();
    const d = await daemonOn(temporary());
    for (const each of count(1, 3)) node.sel.add(record(each));
    await d.take(node, () => true);
    expect(d.kept()).toEqual([]);
    await d.take(node);
    expect(d.kept()).toEqual(count(1, 3));
    await d.end();
  });

  it('gives nothing wrong where a node garbles it, and nothing twice after that', async () => {
    const node = new IpmiNode();
    const d = await daemonOn(temporary());
    for (const each of count(1, 3)) node.sel.add(record(each));
    await d.take(node);
    const garbled: Target = {
      async send(request) {
        const answer = await node.send(request);
        return { ...answer, data: answer.data.map((byte) => ~byte) };
      },
    };
    for (const fresh of [false, true]) {
      if (fresh) node.sel.add(record(4));
      await expect(d.take(garbled)).rejects.toMatchObject({ kind: 'malformed' });
    }
    await d.take(node);
    expect(d.kept()).toEqual(count(1, 4));
    await d.end();
  });

  it('has every record once, in any course of things in which it does not run over', async () => {
    const act = fc.oneof(
      fc.record({ adds: fc.integer({ min: 1, max: 4 }) }),
      ...(['take', 'take', 'restart', 'full', 'free', 'clear'] as const).map((each) => fc.constant(each)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 25 }), async (acts) => {
        const directory = temporary();
        const node = new IpmiNode({ selCapacity: 200 });
        let d = await daemonOn(directory);
        let free: (() => void) | undefined;
        let added = 0;
        for (const each of acts) {
          if (typeof each === 'object')
            for (let more = 0; more < each.adds; more++) node.sel.add(record(++added));
          else if (each === 'take') await d.take(node);
          else if (each === 'full') free ??= fill(d.store);
          else if (each === 'free') {
            free?.();
            free = undefined;
          } else if (each === 'restart') {
            free?.();
            free = undefined;
            await d.end();
            d = await daemonOn(directory);
          } else {
            // What is cleared before it was taken over is gone; what was is not forgotten.
            await d.take(node);
            node.sel.clear();
          }
        }
        free?.();
        node.sel.add(record(++added));
        await d.take(node);
        expect(d.kept()).toEqual(count(1, added));
        await d.end();
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});

describe('a mark', () => {
  it('that is none of ours is as if there were none', async () => {
    for (const mark of ['', 'xyz', '0102', 'ff'.repeat(17)]) {
      const node = new IpmiNode();
      node.sel.add(record(1));
      const events = await takerOf(mark).read(node, () => false);
      expect(
        events.map((event) => decodeSelRecord(Buffer.from(event.record?.raw ?? '', 'hex')).recordId),
      ).toEqual([1]);
    }
  });
});
