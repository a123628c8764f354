/** Whatever is wrong with one node: it says so, nothing is invented, and the other node is asked as before. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  addSdr,
  coldReset,
  deleteSdr,
  encodeSdr,
  getSensorThresholds,
  NETFN,
  reserveSdr,
  run,
  setSensorThresholds,
  type Target,
} from 'node-ipmi';
import { describe, expect, it } from 'vitest';
import { linuxIpmi } from '../../../drivers/ipmi/linux.ts';
import { fullSensor } from '../../../drivers/node-ipmi/test/fixture.ts';
import { createTwin } from '../../../src/twin/twin.ts';
import {
  type NodeBench,
  pair,
  patience,
  period,
  settled,
  startPair,
} from '../../unit/board/nodes/support.ts';
import { pass, useOwnTime } from '../../unit/board/support.ts';
import { temporary } from '../../unit/store/support.ts';

useOwnTime();

const minute = 60_000;
const lost = 'DeviceManagementInterfaceUnresponsive Warning';
const back = 'ResourceStatusChangedOK OK';

/** What nobody can know of a node that is not heard is shown as unknown, and all of it at once. */
function isUnknown(b: NodeBench): void {
  expect(b.node('a').status).toEqual({ state: 'UnavailableOffline', health: 'Warning' });
  expect(b.board.hosts.get('a')?.powerState).toBeNull();
  for (const id of b.sensorsOf('a')) expect(b.sensor(id).reading).toBeNull();
}

/** Looks all the time while it passes: the other node is read in its period, and nothing is told of it. */
async function passWithOther(b: NodeBench, milliseconds: number): Promise<void> {
  for (let at = 0; at < milliseconds; at += period) {
    await pass(period);
    expect(b.isFresh('b')).toBe(true);
    expect(b.node('b').status.state).toBe('Enabled');
    expect(b.board.hosts.get('b')?.powerState).toBe('Off');
  }
}

async function ipmi<T>(work: Promise<T>): Promise<T> {
  await settled(work);
  return work;
}

describe('a node that is silent', () => {
  it('is unknown in all that it told, is told of once, and is found again', async () => {
    const b = await startPair();
    expect(b.sensorsOf('a').length).toBeGreaterThan(20);
    const sensors = b.sensorsOf('a');
    const fault = b.twin.inject({ kind: 'deadNode', node: 'bmc-a' });
    await passWithOther(b, patience + period);
    isUnknown(b);
    expect(b.node('a').fault).toMatch(/^no answer since 2\d{3}-/);
    expect(b.told()).toEqual([lost]);
    await passWithOther(b, minute);
    expect(b.told()).toEqual([]);
    b.twin.clear(fault);
    await passWithOther(b, 10 * period);
    expect(b.told()).toEqual([back]);
    expect(b.isFresh('a')).toBe(true);
    expect(b.sensorsOf('a')).toEqual(sensors);
  });

  it('fails what it is asked to do, and nothing waits for ever', async () => {
    const b = await startPair();
    b.twin.inject({ kind: 'deadNode', node: 'bmc-a' });
    await pass(patience + period);
    const boot = {
      enabled: 'Once',
      target: 'Pxe',
      uefiTarget: null,
      httpBootUri: null,
      mode: 'UEFI',
    } as const;
    const before = b.board.hosts.get('a')?.boot;
    expect(await settled(b.board.setBoot('a', boot))).toContain('no answer');
    expect(b.board.hosts.get('a')?.boot).toEqual(before);
    const limit = { watts: 300, exception: 'NoAction', correction: 1000 } as const;
    expect(await settled(b.board.setPowerLimit('bmc-a', limit))).toContain('no answer');
  });

  it('holds up the end of the daemon no longer than one that answers', async () => {
    for (const silent of [false, true]) {
      const slow = structuredClone(pair);
      for (const { link } of slow.nodes ?? []) Object.assign(link, { timeout: minute });
      const b = await startPair({ platform: slow });
      if (silent) {
        b.twin.inject({ kind: 'deadNode', node: 'bmc-a' });
        b.twin.inject({ kind: 'deadNode', node: 'bmc-b' });
        await pass(2 * period);
      }
      // Clients wait as well.
      const asked = silent ? b.board.setIdentify('a', true) : Promise.resolve();
      asked.catch(() => undefined);
      let ended = false;
      const end = b.board.stop().then(() => {
        ended = true;
      });
      await pass(10);
      expect(ended).toBe(true);
      await end;
      if (silent) await expect(asked).rejects.toThrow(/^BMC a: .*(given up|not polled any more)/);
    }
  });
});

describe('a node that is slow', () => {
  it('is gone where it takes longer than it may, and holds up nothing else', async () => {
    const b = await startPair();
    const fault = b.twin.inject({ kind: 'slowNode', node: 'bmc-a', ms: 8000 });
    await passWithOther(b, patience + period);
    isUnknown(b);
    await passWithOther(b, 3 * minute);
    isUnknown(b);
    expect(b.told()).toEqual([lost]);
    b.twin.clear(fault);
    await passWithOther(b, 20 * period);
    expect(b.isFresh('a')).toBe(true);
    expect(b.told()).toEqual([back]);
  });

  it('is there where its descriptor says that it may take so long', async () => {
    const patient = structuredClone(pair);
    Object.assign(patient.nodes?.[0]?.link ?? {}, { timeout: 10_000 });
    const b = await startPair({ platform: patient });
    const fault = b.twin.inject({ kind: 'slowNode', node: 'bmc-a', ms: 8000 });
    await passWithOther(b, 5 * minute);
    expect(b.told()).toEqual([]);
    expect(b.node('a').status.state).toBe('Enabled');
    expect(b.board.hosts.get('a')?.powerState).toBe('Off');
    b.twin.clear(fault);
    await passWithOther(b, 2 * minute);
    expect(b.isFresh('a')).toBe(true);
    expect(b.told()).toEqual([]);
  });
});

describe('a node that garbles its answers', () => {
  it('takes nothing away and adds nothing, and is itself again afterwards', async () => {
    const b = await startPair();
    const sensors = b.sensorsOf('a');
    const generation = b.board.generation;
    const fault = b.twin.inject({ kind: 'garbledNode', node: 'bmc-a' });
    await passWithOther(b, 5 * minute);
    expect(b.sensorsOf('a')).toEqual(sensors);
    expect(b.board.generation).toBe(generation);
    b.twin.clear(fault);
    await passWithOther(b, 2 * minute);
    expect(b.isFresh('a')).toBe(true);
    expect(b.board.hosts.get('a')?.powerState).toBe('Off');
    expect(b.node('a').status).toEqual({ state: 'Enabled', health: 'OK' });
  });

  it('is not known any more where every answer makes no sense, though it does answer', async () => {
    const b = await startPair();
    // Answers of one byte: the completion code, and nothing behind it.
    b.taps.change = (bus, message) => {
      const isAnswer = ((message[1] ?? 0) & 0x04) !== 0;
      if (bus !== 1 || !isAnswer) return message;
      const cut = Uint8Array.from(message.subarray(0, 8));
      cut[6] = 0;
      cut[7] = -[...cut.subarray(3, 7)].reduce((sum, byte) => sum + byte, 0) & 0xff;
      return cut;
    };
    await passWithOther(b, 10 * period);
    isUnknown(b);
    expect(b.node('a').fault).toContain('the answer ends at byte 0');
    await passWithOther(b, minute);
    expect(b.told()).toEqual([lost]);
    b.taps.change = (_, message) => message;
    await passWithOther(b, 10 * period);
    expect(b.isFresh('a')).toBe(true);
    expect(b.told()).toEqual([back]);
  });
});

describe('a node that loses a fifth of all messages', () => {
  it('is found all the same, and its power is known', async () => {
    const usual = structuredClone(pair);
    // As often as by default: in that time a request is tried so often that hardly any is lost for good.
    for (const node of usual.nodes ?? []) Object.assign(node, { poll: 2000 });
    const twin = createTwin(usual);
    twin.inject({ kind: 'lossyNode', node: 'bmc-a', percent: 20 });
    const b = await startPair({ platform: usual, twin });
    await pass(3 * minute);
    expect(b.isFresh('b')).toBe(true);
    expect(b.sensorsOf('a')).toEqual(b.sensorsOf('b').map((id) => id.replace('bmc-b', 'bmc-a')));
    expect(b.board.frus.get('a')?.status.state).toBe('Enabled');
    expect(b.board.hosts.get('a')?.powerState).toBe('Off');
    expect(b.told().length).toBeLessThanOrEqual(4);
    // Most of what it tells comes through in time.
    const known = b.sensorsOf('a').filter((id) => b.sensor(id).status.state !== 'UnavailableOffline');
    expect(known.length).toBeGreaterThan(b.sensorsOf('a').length / 2);
  });
});

describe('records that change while the daemon runs', () => {
  const add = (target: Target, number: number, name: string) =>
    ipmi(
      run(
        target,
        addSdr,
        encodeSdr(fullSensor(number, name, { owner: { address: 0x40, channel: 0, lun: 0 } })),
      ),
    );

  it('make sensors come and go, and the generation of the board goes with them', async () => {
    const b = await startPair();
    const { generation } = b.board;
    const before = b.sensorsOf('a');
    await pass(2000);
    const record = await add(b.taps.node(1), 0xf0, 'Riser Temp');
    await passWithOther(b, minute + 2 * period);
    expect(b.sensorsOf('a')).toEqual([...before, 'bmc-a_Riser_Temp'].sort());
    expect(b.board.generation).toBeGreaterThan(generation);
    const added = b.board.generation;
    const old = b.sensor('bmc-a_Inlet_Temp');
    const reservation = await ipmi(run(b.taps.node(1), reserveSdr, undefined));
    await pass(2000);
    await ipmi(run(b.taps.node(1), deleteSdr, { reservation, record }));
    await passWithOther(b, minute + 2 * period);
    expect(b.sensorsOf('a')).toEqual(before);
    expect(b.board.generation).toBeGreaterThan(added);
    // Those that stay are the same as before, with all that is known of them.
    expect(b.sensor('bmc-a_Inlet_Temp')).toBe(old);
    expect(b.isFresh('a')).toBe(true);
  });
});

describe('another controller in the place of one that was lost', () => {
  it('is read anew, though its records count the same', async () => {
    const b = await startPair();
    const limit = () => Number(b.sensor('bmc-a_Inlet_Temp').thresholds.upperCritical);
    const before = limit();
    const { raw } = await ipmi(run(b.taps.node(1), getSensorThresholds, { sensor: 1 }));
    const upperCritical = raw.upperCritical + 1;
    await ipmi(run(b.taps.node(1), setSensorThresholds, { sensor: 1, raw: { upperCritical } }));
    // Thresholds are read with the records, which are the same for a node that only was away.
    for (const isOther of [false, true]) {
      const fault = b.twin.inject({ kind: 'deadNode', node: 'bmc-a' });
      await passWithOther(b, patience + period);
      b.taps.change = (bus, message) => {
        const isGuid = bus === 1 && message[1] === (NETFN.app + 1) << 2 && message[5] === 0x08;
        if (!isGuid || !isOther) return message;
        const other = Uint8Array.from(message);
        other[7] = ~(other[7] ?? 0);
        other[other.length - 1] = -[...other.subarray(3, -1)].reduce((sum, byte) => sum + byte, 0) & 0xff;
        return other;
      };
      b.twin.clear(fault);
      await passWithOther(b, 10 * period);
      if (isOther) expect(limit()).toBeGreaterThan(before);
      else expect(limit()).toBe(before);
    }
  });
});

describe('a controller that is reset', () => {
  it('is missed, and found again as it was', async () => {
    const b = await startPair();
    const sensors = b.sensorsOf('a');
    await ipmi(run(b.taps.node(1), coldReset, undefined));
    await passWithOther(b, minute + 5 * period);
    expect(b.sensorsOf('a')).toEqual(sensors);
    expect(b.isFresh('a')).toBe(true);
    expect(b.board.hosts.get('a')?.powerState).toBe('Off');
    expect(b.told().filter((each) => each !== lost && each !== back)).toEqual([]);
  });
});

describe('a node that answers for another', () => {
  it('is not believed', async () => {
    const b = await startPair();
    // From now on what answers is at another address, with a checksum that is right.
    b.taps.change = (bus, message) => {
      if (bus !== 1) return message;
      const other = Uint8Array.from(message);
      other[3] = 0x42;
      other[other.length - 1] = -[...other.subarray(3, -1)].reduce((sum, byte) => sum + byte, 0) & 0xff;
      return other;
    };
    await passWithOther(b, patience + 2 * period);
    isUnknown(b);
    expect(b.told()).toEqual([lost]);
  });
});

describe('a controller that refuses a command', () => {
  it('loses nothing else: a bridge IC without pins has its sensors, and its host is switched over IPMI', async () => {
    const bridged = structuredClone(pair);
    // The twin simulates a server, which knows no command of a bridge IC.
    Object.assign(bridged.nodes?.[0] ?? {}, { bridgeIc: 'meta' });
    const b = await startPair({ platform: bridged });
    await passWithOther(b, 10 * period);
    expect(b.node('a').status).toEqual({ state: 'Enabled', health: 'OK' });
    expect(b.sensorsOf('a').length).toBeGreaterThan(20);
    expect(b.isFresh('a')).toBe(true);
    expect(b.board.hosts.get('a')?.powerState).toBe('Off');
    expect(b.log.filter((text) => text === 'a node refuses a command')).toHaveLength(1);
    const { done } = await ipmi(b.board.reset('a', 'On'));
    expect(await settled(done)).toBe('done');
    expect(b.board.hosts.get('a')?.powerState).toBe('On');
    expect(b.told()).not.toContain(lost);
  });

  it('loses nothing else: without an event log the rest is read', async () => {
    const b = await startPair();
    // Get SEL Entry (NetFn 0Ah, 43h) is answered with "invalid command".
    b.taps.change = (bus, message) => {
      const isEntry = bus === 1 && message[1] === (NETFN.storage + 1) << 2 && message[5] === 0x43;
      if (!isEntry) return message;
      const refused = Uint8Array.from([...message.subarray(0, 6), 0xc1, 0]);
      refused[7] = -[...refused.subarray(3, 7)].reduce((sum, byte) => sum + byte, 0) & 0xff;
      return refused;
    };
    await passWithOther(b, 10 * period);
    expect(b.node('a').status).toEqual({ state: 'Enabled', health: 'OK' });
    expect(b.isFresh('a')).toBe(true);
    expect(b.told()).toEqual([]);
  });
});

describe('a bus', () => {
  it('that the machine does not have is told of, and used once it is there', async () => {
    const twin = createTwin(pair);
    const fault = twin.inject({ kind: 'missingBus', bus: 1 });
    const b = await startPair({ twin });
    expect(b.node('a').fault).toContain('the machine has no IPMB there');
    expect(b.events.filter(({ origin }) => origin?.kind === 'node' && origin.id === 'bmc-a')).toHaveLength(1);
    await passWithOther(b, minute);
    twin.clear(fault);
    await passWithOther(b, 10 * period);
    expect(b.isFresh('a')).toBe(true);
    expect(b.told()).toEqual([back]);
  });

  it('that is taken away and given back is opened anew', async () => {
    const b = await startPair();
    expect(b.taps.opened).toBe(2);
    const fault = b.twin.inject({ kind: 'missingBus', bus: 1 });
    await passWithOther(b, patience + period);
    isUnknown(b);
    b.twin.clear(fault);
    await passWithOther(b, 10 * period);
    expect(b.taps.opened).toBe(3);
    expect(b.isFresh('a')).toBe(true);
    expect(b.told()).toEqual([lost, back]);
  });

  it('that hangs holds up no other', async () => {
    const b = await startPair();
    const fault = b.twin.inject({ kind: 'stuckBus', bus: 1 });
    await passWithOther(b, 10 * period);
    isUnknown(b);
    b.twin.clear(fault);
    await passWithOther(b, 10 * period);
    expect(b.isFresh('a')).toBe(true);
  });
});

describe('a node whose door stays shut', () => {
  it.each([
    ['a secret that is not there', undefined, 'the file does not exist'],
    ['a secret that is no password of IPMI', 'x'.repeat(40), 'longer than the 20 bytes that IPMI knows'],
  ])('for %s says so once, and keeps trying', async (_, secret, why) => {
    const path = join(temporary(), 'secret');
    if (secret !== undefined) writeFileSync(path, secret);
    const link = { kind: 'lan', host: '127.0.0.1', user: 'admin', secret: path } as const;
    const shut = structuredClone(pair);
    Object.assign(shut.nodes?.[0] ?? {}, { link });
    let tries = 0;
    const { lan } = linuxIpmi();
    const b = await startPair({
      platform: shut,
      hardware: (twin) => ({
        ipmi: {
          ...twin.ipmi,
          lan(node, options, secrets) {
            tries += 1;
            return lan(node, options, secrets);
          },
        },
      }),
    });
    await passWithOther(b, 3 * minute);
    isUnknown(b);
    expect(b.node('a').fault).toContain(why);
    expect(tries).toBeGreaterThan(1);
    const told = b.events.filter(({ condition }) => condition === 'node:bmc-a');
    expect(told).toHaveLength(1);
    expect(JSON.stringify(b.log) + JSON.stringify(b.events)).not.toContain('xxx');
  });
});

describe('a node that is pulled', () => {
  it('is asked nothing while it is out, and read again once it is in', async () => {
    const b = await startPair();
    b.twin.present('a', false);
    await pass(500);
    expect(b.board.nodes.has('bmc-a')).toBe(false);
    b.taps.sent.clear();
    await pass(minute);
    expect(b.taps.sent.get(1)).toBeUndefined();
    b.twin.present('a', true);
    await pass(10 * period);
    expect(b.isFresh('a')).toBe(true);
    expect(b.node('a').status).toEqual({ state: 'Enabled', health: 'OK' });
    const [gone, come] = ['ResourceRemoved OK', 'ResourceCreated OK'];
    expect(b.told()).toEqual([gone, gone, come, come]);
  });

  it('while it hangs is not waited for', async () => {
    const slow = structuredClone(pair);
    Object.assign(slow.nodes?.[0]?.link ?? {}, { timeout: minute });
    const b = await startPair({ platform: slow });
    const fault = b.twin.inject({ kind: 'deadNode', node: 'bmc-a' });
    await pass(3 * period);
    b.twin.present('a', false);
    await pass(500);
    b.twin.clear(fault);
    b.twin.present('a', true);
    await pass(10 * period);
    expect(b.isFresh('a')).toBe(true);
  });
});

describe('the mains', () => {
  it('that go and come find the nodes again', async () => {
    const b = await startPair();
    const fault = b.twin.inject({ kind: 'lostMains' });
    await pass(patience + period);
    isUnknown(b);
    b.twin.clear(fault);
    await pass(20 * period);
    expect([b.isFresh('a'), b.isFresh('b')]).toEqual([true, true]);
    expect(b.told().sort()).toEqual([lost, lost, back, back].sort());
  });
});

describe('many rounds', () => {
  it('leave nothing behind, whether the node answers or not', async () => {
    const b = await startPair();
    const messages = async () => {
      b.taps.sent.clear();
      await pass(10 * period);
      return (b.taps.sent.get(1) ?? []).length;
    };
    const usual = await messages();
    for (let round = 0; round < 5; round++) {
      const fault = b.twin.inject({ kind: 'deadNode', node: 'bmc-a' });
      await pass(minute);
      b.twin.clear(fault);
      await pass(minute);
    }
    // What had been waiting would be sent beside what is asked now.
    await pass(15 * period);
    expect(Math.abs((await messages()) - usual)).toBeLessThan(usual / 4);
  });
});
