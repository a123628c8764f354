/** Sensors of one node that share a number: numbers belong to an owner and its LUN (IPMI 2.0, section 43). */
import { encodeSdr, IpmiNode, type Target } from 'node-ipmi';
import { describe, expect, it } from 'vitest';
import { fullSensor } from '../../../../drivers/node-ipmi/test/fixture.ts';
import { NodeEventLog } from '../../../../src/board/nodes/event-log.ts';
import { identify } from '../../../../src/board/nodes/identity.ts';
import { NodeSensors } from '../../../../src/board/nodes/sensors.ts';
import type { NodeFacts } from '../../../../src/platform/vocabulary/index.ts';
import { type LoggedLine, loggerTo } from '../../../support/log.ts';

const facts: NodeFacts = { id: 'node1', link: { kind: 'ipmb', bus: 1, address: 0x20 } };
const now = () => new Date('2026-06-01T00:00:00Z');

function sensorsOf(logged: LoggedLine[] = []): NodeSensors {
  return new NodeSensors(facts, {
    declare: () => new Map(),
    reportFault: () => undefined,
    isHostOff: () => false,
    isSuspended: () => false,
    log: loggerTo(logged),
    now,
  });
}

const fan = (number: number, name: string, lun: number) =>
  encodeSdr(fullSensor(number, name, { owner: { address: 0x20, channel: 0, lun } }));
/** A fan event of sensor 4 behind a LUN, as recorded by a real controller. */
const event = (lun: number) =>
  Uint8Array.from([1, 0, 2, 0, 0, 0, 0, 0x20, lun, 4, 4, 4, 1, 0x59, 0xc8, 0x64]);

describe('sensors with one number behind two LUNs', () => {
  it('have events of their own', async () => {
    const target = new IpmiNode({ sdrs: [fan(4, 'Fan0', 0), fan(4, 'Fan1', 1)] });
    const sensors = sensorsOf();
    await sensors.refreshRecords(target, await identify(target, facts));
    const log = new NodeEventLog(facts, sensors, undefined, now);
    expect(log.received(event(0)).detail).toMatch(/^Fan0: /);
    expect(log.received(event(1)).detail).toMatch(/^Fan1: /);
    expect(log.received(event(2)).detail).toMatch(/^Fan #0x04: /);
  });
});

describe('sensors that share a record', () => {
  it('have events under their own names', async () => {
    const shared = encodeSdr({
      ...fullSensor(4, 'DIMM '),
      kind: 'compact',
      sensorType: 0x0c,
      eventType: 0x6f,
      sharing: { count: 2, modifier: 'alpha', offset: 0, entityIncrements: true, direction: 0 },
    });
    const target = new IpmiNode({ sdrs: [shared] });
    const sensors = sensorsOf();
    await sensors.refreshRecords(target, await identify(target, facts));
    expect(sensors.record({ address: 0x20, lun: 0 }, 5)?.name.text).toBe('DIMM B');
  });
});

describe('a controller that refuses', () => {
  const refusing = (netFn: number, command: number, sdrs: readonly Uint8Array[]): Target => {
    const node = new IpmiNode({ sdrs });
    return {
      send: async (request) =>
        request.netFn === netFn && request.command === command
          ? { code: 0xc1, data: new Uint8Array() }
          : node.send(request),
    };
  };

  it('Get SDR Repository Info has its sensors all the same', async () => {
    const target = refusing(0x0a, 0x20, [fan(4, 'Fan0', 0)]);
    const sensors = sensorsOf();
    await sensors.refreshRecords(target, await identify(target, facts));
    expect(sensors.record({ address: 0x20, lun: 0 }, 4)?.name.text).toBe('Fan0');
  });

  it('a record is named in the log, with the reason', async () => {
    const [one, two] = [fan(4, 'Fan0', 0), fan(5, 'Fan1', 0)];
    const node = new IpmiNode({ sdrs: [one, two] });
    const target: Target = {
      send: async (request) =>
        request.command === 0x23 && request.data[2] === 2
          ? { code: 0xcb, data: new Uint8Array() }
          : node.send(request),
    };
    const logged: LoggedLine[] = [];
    const sensors = sensorsOf(logged);
    await sensors.refreshRecords(target, await identify(target, facts));
    expect(sensors.record({ address: 0x20, lun: 0 }, 4)?.name.text).toBe('Fan0');
    expect(logged.map(({ text, detail }) => [text, detail])).toEqual([
      [
        'a sensor data record of a node cannot be used',
        { node: 'node1', record: 2, fault: expect.stringMatching(/cannot be read: Get SDR: .*not present/) },
      ],
    ]);
  });
});
