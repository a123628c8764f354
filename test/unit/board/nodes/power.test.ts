/** What a node draws, what limits that, and how its host is to boot: through the board, on controllers that differ. */

import fc from 'fast-check';
import {
  activatePowerLimit,
  decodeBootFlags,
  getBootFlags,
  getPowerLimit,
  IpmiError,
  IpmiNode,
  NETFN,
  type Route,
  refuse,
  run,
  simpleChassis,
  type Target,
} from 'node-ipmi';
import { describe, expect, it } from 'vitest';
import type { PowerLimit } from '../../../../src/board/model/node.ts';
import type { BootOverride } from '../../../../src/board/model/power.ts';
import { applyBoot, flagBytes, isBootPending } from '../../../../src/board/nodes/boot.ts';
import { applyLimit, powerLimit } from '../../../../src/board/nodes/power-limit.ts';
import { pass, useOwnTime } from '../support.ts';
import { period, settled, startPair } from './support.ts';

useOwnTime();

const dcmi = (command: number, answer: Route[3]): Route => [NETFN.group, command, 0, answer];
const reading = [0xdc, 120, 0, 100, 0, 200, 0, 110, 0, 0, 0, 0, 0, 0, 0, 0, 0];

const limit = (changes: Partial<PowerLimit> = {}): PowerLimit => ({
  ...{ watts: 300, exception: 'HardPowerOff', correction: 2000 },
  ...changes,
});

describe('the power limit of a node', () => {
  it('is none, set, changed and lifted, and shown as the controller has it', async () => {
    const b = await startPair();
    const node = () => b.node('a').powerLimit;
    expect(node()).toEqual({ watts: null, exception: 'NoAction', correction: 1000 });
    for (const exception of ['HardPowerOff', 'LogEventOnly', 'NoAction'] as const) {
      expect(await settled(b.board.setPowerLimit('bmc-a', limit({ exception })))).toBe('done');
      expect(node()).toEqual(limit({ exception }));
      const there = run(b.taps.node(1), getPowerLimit, undefined);
      await settled(there);
      expect(await there).toMatchObject({ limit: 300, correctionTime: 2000 });
    }
    expect(await settled(b.board.setPowerLimit('bmc-a', limit({ watts: null })))).toBe('done');
    expect(node()?.watts).toBeNull();
    expect(b.node('b').powerLimit?.watts).toBeNull();
  });

  it('that somebody else has changed is shown within a minute', async () => {
    const b = await startPair();
    await settled(b.board.setPowerLimit('bmc-a', limit()));
    await settled(run(b.taps.node(1), activatePowerLimit, { active: false }));
    await pass(62 * period);
    expect(b.node('a').powerLimit?.watts).toBeNull();
  });

  it('that does not fit is refused, and changes nothing', async () => {
    const b = await startPair();
    await settled(b.board.setPowerLimit('bmc-a', limit()));
    for (const wrong of [{ watts: 70_000 }, { watts: -1 }, { watts: 1.5 }, { correction: 2 ** 33 }])
      expect(await settled(b.board.setPowerLimit('bmc-a', limit(wrong)))).toContain('does not fit');
    expect(b.node('a').powerLimit).toEqual(limit());
  });

  it.each([0x84, 0x85, 0x89, 0xc9])('that the controller finds out of range (0x%s) is such', async (code) => {
    const node = new IpmiNode({ routes: [dcmi(0x04, () => refuse(code))] });
    await expect(applyLimit(node, limit())).rejects.toMatchObject({ reason: 'out-of-range' });
  });

  it('is not there where nothing measures, and not settable where nothing limits', async () => {
    const none = new IpmiNode({ routes: [dcmi(0x02, () => refuse(0xc1))] });
    expect(await powerLimit(none)).toBeUndefined();
    const fixed = new IpmiNode({
      routes: [dcmi(0x02, () => [...reading, 0x40]), dcmi(0x03, () => refuse(0xc1))],
    });
    expect(await powerLimit(fixed)).toBeNull();
  });

  it('of a controller that does not answer is no statement about it', async () => {
    const silent: Target = {
      send: async () => {
        throw new IpmiError('timeout', 'silence');
      },
    };
    await expect(powerLimit(silent)).rejects.toMatchObject({ kind: 'timeout' });
  });
});

describe('the power that a node draws', () => {
  it('is a sensor, which has no reading while the controller does not measure', async () => {
    const b = await startPair();
    const id = b.node('a').power ?? '';
    expect(b.sensor(id)).toMatchObject({ quantity: 'Power', reading: expect.any(Number) });
    // Get Power Reading with bit 6 of its state cleared: what the numbers are nobody knows.
    b.taps.change = (bus, message) => {
      const isReading = bus === 1 && message[1] === (NETFN.group + 1) << 2 && message[5] === 0x02;
      if (!isReading) return message;
      const idle = Uint8Array.from(message);
      idle[idle.length - 2] = 0;
      idle[idle.length - 1] = -[...idle.subarray(3, -1)].reduce((sum, byte) => sum + byte, 0) & 0xff;
      return idle;
    };
    await pass(3 * period);
    expect(b.sensor(id)).toMatchObject({
      reading: null,
      status: { state: 'UnavailableOffline', health: 'OK' },
    });
    b.taps.change = (_, message) => message;
    await pass(3 * period);
    expect(b.sensor(id).reading).toEqual(expect.any(Number));
  });

  it('is a sensor also where the controller could not tell at first', async () => {
    let isBusy = true;
    const busy = (bus: number, message: Uint8Array) => {
      const isReading = bus === 1 && message[1] === (NETFN.group + 1) << 2 && message[5] === 0x02;
      if (!isReading || !isBusy) return message;
      const refused = Uint8Array.from(message.subarray(0, 8));
      refused[6] = 0xc0;
      refused[7] = -[...refused.subarray(3, 7)].reduce((sum, byte) => sum + byte, 0) & 0xff;
      return refused;
    };
    const b = await startPair({}, 0);
    b.taps.change = busy;
    const fault = b.twin.inject({ kind: 'deadNode', node: 'bmc-a' });
    await pass(5 * period);
    b.twin.clear(fault);
    await pass(10 * period);
    expect(b.node('a').power).toBeNull();
    isBusy = false;
    await pass(62 * period);
    expect(b.node('a').power).toBe('bmc-a_DCMI_POWER');
  });
});

const boot = (changes: Partial<BootOverride> = {}): BootOverride => ({
  ...{ enabled: 'Once', target: 'Pxe', uefiTarget: null, httpBootUri: null, mode: 'UEFI' },
  ...changes,
});

describe('boot flags', () => {
  const targets = ['None', 'Pxe', 'Hdd', 'Cd', 'BiosSetup', 'Usb', 'Diags', 'UefiHttp'] as const;

  it.each(targets)('say %s, once or for good, in either mode', async (target) => {
    const node = new IpmiNode({ chassis: simpleChassis() });
    for (const enabled of ['Once', 'Continuous'] as const)
      for (const mode of ['UEFI', 'Legacy'] as const) {
        await applyBoot(node, boot({ target, enabled, mode }));
        const flags = await run(node, getBootFlags, undefined);
        expect(flags).toMatchObject({
          valid: true,
          persistent: enabled === 'Continuous',
          uefi: mode === 'UEFI',
        });
        expect(await isBootPending(node)).toBe(true);
      }
    await applyBoot(node, boot({ target, enabled: 'Disabled' }));
    expect(await isBootPending(node)).toBe(false);
  });

  it('have no number for other targets, which are refused and change nothing', async () => {
    const node = new IpmiNode({ chassis: simpleChassis() });
    await applyBoot(node, boot());
    await expect(applyBoot(node, boot({ target: 'UefiTarget' }))).rejects.toMatchObject({
      reason: 'out-of-range',
    });
    expect(await run(node, getBootFlags, undefined)).toMatchObject({ valid: true, device: 'pxe' });
    await expect(
      applyBoot(node, boot({ target: 'UefiTarget', enabled: 'Disabled' })),
    ).resolves.toBeUndefined();
  });

  it('are five bytes for a host that asks, whatever is set', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Disabled', 'Once', 'Continuous'),
        fc.oneof(fc.constantFrom(...targets, 'UefiTarget'), fc.string()),
        fc.constantFrom('UEFI', 'Legacy'),
        (enabled, target, mode) => {
          const bytes = flagBytes(boot({ enabled, target, mode } as Partial<BootOverride>));
          expect(bytes).toHaveLength(5);
          const { valid } = decodeBootFlags(Uint8Array.from(bytes));
          expect(valid).toBe(enabled !== 'Disabled' && targets.some((each) => each === target));
        },
      ),
    );
  });
});
