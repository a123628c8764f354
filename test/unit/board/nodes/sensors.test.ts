/** Readings of the sensors of one node. */
import { encodeSdr, IpmiNode } from 'node-ipmi';
import { describe, expect, it } from 'vitest';
import { fullSensor } from '../../../../drivers/node-ipmi/test/fixture.ts';
import { identify } from '../../../../src/board/nodes/identity.ts';
import { NodeSensors } from '../../../../src/board/nodes/sensors.ts';
import { BoardSensor } from '../../../../src/board/sensing/sensor.ts';
import { BoardSignals } from '../../../../src/board/signals.ts';
import type { NodeFacts } from '../../../../src/platform/vocabulary/index.ts';
import { loggerTo } from '../../../support/log.ts';

const facts: NodeFacts = { id: 'node1', link: { kind: 'ipmb', bus: 1, address: 0x20 } };
const now = () => new Date('2026-06-01T00:00:00Z');
const fail = (error: unknown) => {
  throw error;
};

describe('a reading of a node', () => {
  it('that no board can have is an error of its sensor, reported once, and no reading', async () => {
    const record = fullSensor(1, 'Margin', { minimum: 0x80, maximum: 0x7f });
    const node = new IpmiNode({
      sdrs: [encodeSdr({ ...record, factors: { ...record.factors, format: 'twosComplement' } })],
    });
    const found = new Map<string, BoardSensor>();
    const faults: (string | null)[] = [];
    const sensors = new NodeSensors(facts, {
      declare: (declared) => {
        const origin = { device: 'node1', chassis: 'main', period: 1000, host: null };
        for (const { facts: own, quantity } of declared)
          found.set(own.id, new BoardSensor(own, { ...origin, quantity }, new BoardSignals(fail)));
        return found;
      },
      reportFault: (_, error) => faults.push(error?.message ?? null),
      isHostOff: () => false,
      isSuspended: () => false,
      log: loggerTo([]),
      now,
    });
    await sensors.refreshRecords(node, await identify(node, facts));
    const readings: (number | null | undefined)[] = [];
    for (const raw of [-20 & 0xff, 0x80, 0x80, 0x80, -20 & 0xff]) {
      node.sensors.setReading(1, raw);
      await sensors.sample(node);
      readings.push(found.get('node1_Margin')?.reading);
    }
    // One bad reading is tolerated.
    expect(readings).toEqual([-20, -20, null, null, -20]);
    expect(faults).toEqual([expect.stringMatching(/^node1: reading -128 is outside/), null]);
  });
});
