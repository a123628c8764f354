/** What a probe says of a board on its twin, and that it leaves the board as it was. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Hardware } from '../../../drivers/hardware.ts';
import { loadPlatform } from '../../../src/platform/load.ts';
import type { Platform } from '../../../src/platform/vocabulary/index.ts';
import { bitsOf } from '../../../src/probe/meter.ts';
import { probe } from '../../../src/probe/probe.ts';
import { createTwin, type Twin } from '../../../src/twin/twin.ts';
import { redfishd } from '../../support/command.ts';
import { bench } from '../board/support.ts';

const twins: Twin[] = [];
afterEach(async () => {
  for (const twin of twins.splice(0)) await twin.close();
});

/** A twin, and everything that was written to it and was no name of a register. */
function watched(platform: Platform): { twin: Twin; hardware: Hardware; written: string[] } {
  const twin = createTwin(platform);
  twins.push(twin);
  const written: string[] = [];
  const hardware: Hardware = {
    ...twin,
    close: () => twin.close(),
    i2c: (bus) => {
      const transport = twin.i2c(bus);
      return {
        ...transport,
        transfer(address, write, readLength) {
          if (readLength === 0)
            written.push(`${bus} ${address.toString(16)} ${Buffer.from(write).toString('hex')}`);
          return transport.transfer(address, write, readLength);
        },
      };
    },
  };
  return { twin, hardware, written };
}

const sleds = loadPlatform('platform/bletchley.yaml');
const state = <T extends { id: string; state: string }>(list: readonly T[], id: string) =>
  list.find((each) => each.id === id)?.state;

describe('a probe', () => {
  it('says what answers, reads it, and writes nothing but the channels of muxes', async () => {
    const { twin, hardware, written } = watched(bench);
    const before = Object.keys(bench.lines ?? {}).map((line) => twin.edges(line).length);
    const { ok, devices, lines, inputs, buses } = await probe(bench, hardware);
    expect(ok).toBe(true);
    expect(new Set(devices.map((each) => each.state))).toEqual(new Set(['answers']));
    const inlet = devices.find(({ id }) => id === 'INLET');
    expect(inlet?.detail).toBe('register 0xfe is 0x55, register 0xff is 0x21');
    expect(inlet?.readings.INLET_TEMP?.value).toBeGreaterThan(15);
    expect(devices.find(({ id }) => id === 'MAIN_EEPROM')?.detail).toMatch(
      /^"Acme", "Bench Board", "\w{12}"$/,
    );
    expect(lines).toHaveLength(Object.keys(bench.lines ?? {}).length);
    expect(inputs.map(({ id }) => id)).toContain('FAN0_FRONT');
    expect(buses.map(({ bus }) => bus)).toEqual([1, 2]);
    // Only the mux at 0x70 of bus 2 is set.
    expect(new Set(written.map((each) => each.slice(0, 4)))).toEqual(new Set(['2 70']));
    expect(Object.keys(bench.lines ?? {}).map((line) => twin.edges(line).length)).toEqual(before);
    // Everything has been given back.
    const line = await twin.gpio.request({ line: 'POWER_GOOD', direction: 'in', activeLow: false });
    line.close();
  });

  it('counts what goes over the wire', async () => {
    const { hardware } = watched(sleds);
    const { buses } = await probe(sleds, hardware);
    // A TMP421 with one channel: a byte that says the range, and the two bytes of the reading.
    const one = buses.find(({ bus }) => bus === 9);
    expect(one).toMatchObject({ devices: 1, sensors: 1, speed: 100_000 });
    expect(one?.bits).toBe(bitsOf(1, 1) + bitsOf(1, 2));
    expect(one?.wire).toBeCloseTo(Number(one?.bits) / 100);
    expect(one?.load).toBeCloseTo(Number(one?.bits) / 1000);
  });

  it('says what is silent, something else, hung or not there, and goes on with the rest', async () => {
    const { twin, hardware } = watched(bench);
    twin.present('OPTION', false);
    twin.present('CARD', false);
    twin.present('NIC_EEPROM', false);
    twin.inject({ kind: 'allOnes', device: 'HSC' });
    twin.inject({ kind: 'missingBus', bus: 3 });
    const { ok, devices } = await probe(bench, hardware);
    expect(ok).toBe(false);
    expect(Object.fromEntries(devices.map(({ id, state: each }) => [id, each]))).toEqual({
      INLET: 'answers',
      HSC: 'other',
      CPU: 'answers',
      CARD: 'silent',
      OPTION: 'absent',
      MAIN_EEPROM: 'no bus',
      NIC_EEPROM: 'no bus',
      CARD_EEPROM: 'no bus',
    });
  });

  it('finds a second source in the place of the first', async () => {
    const { twin, hardware } = watched(bench);
    twin.fit('CPU', 1);
    const { devices } = await probe(bench, hardware);
    expect(devices.find(({ id }) => id === 'CPU')).toMatchObject({
      chip: 'tmp75',
      address: 0x49,
      state: 'answers',
    });
  });

  it('says of a chip without power that its host is off', async () => {
    const { twin, hardware } = watched(bench);
    twin.inject({ kind: 'nack', device: 'CPU' });
    const { devices } = await probe(bench, hardware);
    expect(devices.find(({ id }) => id === 'CPU')).toMatchObject({
      state: 'absent',
      detail: 'it has no power: its host system is off',
    });
  });

  it('says which lines are taken and which are not there', async () => {
    const { twin, hardware } = watched(bench);
    await twin.gpio.request({ line: 'POWER_GOOD', direction: 'in', activeLow: false });
    await twin.gpio.request({ line: 'READY', direction: 'out', activeLow: false });
    const lines = { ...bench.lines, PSU_GOOD: { direction: 'in', line: 'no-such' } } as Platform['lines'];
    const { ok, lines: found } = await probe({ ...bench, lines } as Platform, hardware);
    expect(ok).toBe(false);
    expect([state(found, 'POWER_GOOD'), state(found, 'READY'), state(found, 'PSU_GOOD')]).toEqual([
      'taken',
      'taken',
      'missing',
    ]);
    expect(state(found, 'POST_COMPLETE')).toBe('found');
  });

  it('asks nothing of a sled that is not plugged in', async () => {
    const { twin, hardware, written } = watched(sleds);
    twin.present('sled4', false);
    const { ok, devices, lines, buses } = await probe(sleds, hardware);
    expect(ok).toBe(true);
    expect([state(devices, 'sled4_tmp421'), state(devices, 'sled5_tmp421')]).toEqual(['absent', 'answers']);
    expect(state(lines, 'power-host4')).toBe('absent');
    expect(buses.map(({ bus }) => bus)).not.toContain(3);
    expect(written.filter((each) => each.startsWith('3 '))).toEqual([]);
  });
});

describe('bits on the wire', () => {
  it('are those of the I2C specification', () => {
    // Write of a register: start, address, register, two bytes, stop.
    expect(bitsOf(3, 0)).toBe(1 + 4 * 9 + 1);
    // Read of a word behind a repeated start.
    expect(bitsOf(1, 2)).toBe(1 + 2 * 9 + 1 + 3 * 9 + 1);
    // A read without a register, and the quick command.
    expect(bitsOf(0, 1)).toBe(1 + 2 * 9 + 1);
    expect(bitsOf(0, 0)).toBe(1 + 9 + 1);
  });

  it('are nine for each byte more', () => {
    fc.assert(
      fc.property(fc.nat(64), fc.nat(64), (write, read) => {
        expect(bitsOf(write + 1, read + 1) - bitsOf(write, read)).toBeGreaterThanOrEqual(18);
        if (write > 0 && read > 0) expect(bitsOf(write, read + 1) - bitsOf(write, read)).toBe(9);
      }),
    );
  });
});

describe('redfishd probe', () => {
  async function run(...argv: string[]): Promise<{ status: number; text: string; err: string }> {
    const { status, out, err } = await redfishd(['probe', ...argv]);
    return { status, text: out, err };
  }

  it('prints tables for people, and JSON for scripts', async () => {
    const people = await run('--twin', '--platform', 'platform/twinblade.yaml');
    expect(people.status).toBe(0);
    expect(people.text).toContain('Everything answers.');
    expect(people.text).toMatch(/ {2}1 Blades and midplane +\d+ +\d+ +\d+ +[\d.]+ ms at 400 kHz/);
    const scripts = await run('--twin', '--json', '--platform', 'platform/bletchley.yaml');
    expect([scripts.status, JSON.parse(scripts.text).ok]).toEqual([0, true]);
  });

  it('says what is wrong with its use', async () => {
    expect((await run()).status).toBe(2);
    expect((await run('--platfrom', 'x')).status).toBe(2);
    expect((await run('--help')).text).toContain('Usage: redfishd probe');
    expect(await run('--platform', 'no-such.yaml')).toMatchObject({
      status: 1,
      err: expect.stringContaining('does not exist'),
    });
  });
});
