/** Slots whose switch feeds the chips, hosts and nodes in them. */
import { bicGetConfig, bicSetConfig, getDeviceId, type Target } from 'node-ipmi';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTwin, type Twin } from '../../../src/twin/twin.ts';
import { until } from '../../support/until.ts';
import { busOf } from './board.ts';
import { iana, lineBits, listen, output, pressLine, run, sled, state } from './nodes-board.ts';

let twin: Twin;
let card: ReturnType<typeof listen>;
let slot: Awaited<ReturnType<typeof output>>;
let node: Target;

const press = (line?: string, ms?: number) => pressLine(twin, line, ms);
const bits = () => lineBits(node);

beforeEach(async () => {
  twin = createTwin(sled, { speed: 20 });
  slot = await output(twin, 'SLOT1_EN');
  slot.set(true);
  card = listen(twin, 1);
  node = card.ipmb.node(0x40);
});
afterEach(async () => {
  card.ipmb.close();
  await twin.close();
});

describe('a slot with a switch', () => {
  const asserted = async (line: string, activeLow = false) => {
    const input = await twin.gpio.request({ line, direction: 'in', activeLow });
    const value = input.get();
    input.close();
    return value;
  };

  it('off: nothing in it has power; on: everything starts from its reset state', async () => {
    const chip = busOf(twin, 6, sled).device(0x48);
    await press();
    await until('the end of POST', async () => (await bits()).posted);
    await run(node, bicSetConfig, { iana, sol: true, post: false, kcs: false });
    await expect(chip.readByte(0)).resolves.toBeTypeOf('number');
    expect(await asserted('SLOT1_GOOD')).toBe(true);
    expect(await twin.hwmon.adc(0)).toBeGreaterThan(1);

    slot.set(false);
    expect(state(twin, 'host1')).toBe('off');
    expect(await asserted('SLOT1_GOOD')).toBe(false);
    expect(await twin.hwmon.adc(0)).toBe(0);
    await expect(chip.readByte(0)).rejects.toMatchObject({ kind: 'no-answer' });
    await expect(run(node, getDeviceId, undefined)).rejects.toMatchObject({ kind: 'unreachable' });
    await press();
    expect(state(twin, 'host1')).toBe('off');

    slot.set(true);
    await expect(chip.readByte(0)).resolves.toBeTypeOf('number');
    expect(await run(node, bicGetConfig, { iana })).toEqual({ sol: false, post: true, kcs: true });
    await press();
    await until('power', async () => (await bits()).good);
  });

  it('has no power while the card is unplugged, regardless of its latch', async () => {
    expect(await asserted('SLOT1_LATCH', true)).toBe(true);
    twin.latch('slot1', false);
    expect(await asserted('SLOT1_LATCH', true)).toBe(false);
    expect((await run(node, getDeviceId, undefined)).available).toBe(true);
    twin.present('slot1', false);
    await expect(run(node, getDeviceId, undefined)).rejects.toMatchObject({ kind: 'unreachable' });
    twin.present('slot1', true);
    twin.latch('slot1', true);
    expect(await asserted('SLOT1_LATCH', true)).toBe(true);
    expect((await run(node, getDeviceId, undefined)).available).toBe(true);
  });

  it('feeds nested chassis', async () => {
    const ports = busOf(twin, 6, sled).device(0x20);
    const carrier = await output(twin, 'SLOT2_EN');
    carrier.set(false);
    await expect(ports.readByte(0)).rejects.toMatchObject({ kind: 'no-answer' });
    carrier.set(true);
    await expect(ports.readByte(6)).resolves.toBe(0xff);
    await ports.writeByte(6, 0x00);
    carrier.set(false);
    carrier.set(true);
    await expect(ports.readByte(6)).resolves.toBe(0xff);
  });
});
