/** Commands of the bridge IC. */
import {
  BIC_COMMANDS,
  BIC_COMPONENT,
  BIC_IANA,
  BIC_INTERFACE,
  BIC_NETFN,
  bicAccurateReading,
  bicFirmwareChecksum,
  bicFirmwareVersion,
  bicGetConfig,
  bicGetGpio,
  bicMessageOut,
  bicPostBuffer,
  bicRaw,
  bicReset,
  bicSetConfig,
  bicSetGpio,
  IpmiNode,
  type Route,
  refuse,
  run,
} from 'node-ipmi';
import { expect, test } from 'vitest';

/** A bridge IC with 16 GPIO lines, as bytes on its bus: every payload begins with the manufacturer's number. */
function bridgeIc(): { readonly node: IpmiNode; readonly asked: string[] } {
  const iana = [0x15, 0xa0, 0x00];
  const gpio = Uint8Array.from([0b0000_0101, 0]);
  let config = 0;
  const asked: string[] = [];
  const route = (command: number, answer: (data: Uint8Array) => readonly number[]): Route => [
    BIC_NETFN,
    command,
    0,
    (request) => {
      if (request.u24() !== BIC_IANA.meta) refuse(0xcc);
      const data = request.rest();
      asked.push(`${command.toString(16)}:${Buffer.from(data).toString('hex')}`);
      return [...iana, ...answer(data)];
    },
  ];
  const node = new IpmiNode({
    address: 0x40,
    routes: [
      route(BIC_COMMANDS.getGpio, () => [...gpio]),
      route(BIC_COMMANDS.setGpio, ([maskLow = 0, maskHigh = 0, low = 0, high = 0]) => {
        gpio[0] = ((gpio[0] ?? 0) & ~maskLow) | (low & maskLow);
        gpio[1] = ((gpio[1] ?? 0) & ~maskHigh) | (high & maskHigh);
        return [];
      }),
      route(BIC_COMMANDS.postBuffer, () => [0xb2, 0x9a, 0x4f]),
      route(BIC_COMMANDS.firmwareVersion, ([component]) =>
        component === BIC_COMPONENT.bic ? [1, 9] : refuse(0xc9),
      ),
      route(BIC_COMMANDS.firmwareChecksum, () => [0x78, 0x56, 0x34, 0x92]),
      route(BIC_COMMANDS.getConfig, () => [config]),
      route(BIC_COMMANDS.setConfig, ([value = 0]) => {
        config = value;
        return [];
      }),
      route(BIC_COMMANDS.reset, () => []),
      route(BIC_COMMANDS.accurateSensorReading, () => [0x40, 0x2a, 0x80]),
      route(BIC_COMMANDS.messageOut, ([to = 0, netFnLun = 0]) => [to, netFnLun + 4, 0x01, 0x00, 0x50]),
      route(BIC_COMMANDS.vrMonitor, () => refuse(0x70)),
    ],
  });
  return { node, asked };
}

test('the commands of a bridge IC', async () => {
  const { node, asked } = bridgeIc();
  const { meta: iana } = BIC_IANA;
  expect(await run(node, bicGetGpio, { iana })).toEqual(Uint8Array.from([5, 0]));
  await run(node, bicSetGpio, { iana, mask: Uint8Array.from([4, 1]), value: Uint8Array.from([0, 1]) });
  expect(await run(node, bicGetGpio, { iana })).toEqual(Uint8Array.from([1, 1]));
  expect(await run(node, bicPostBuffer, { iana })).toEqual([0xb2, 0x9a, 0x4f]);
  expect(await run(node, bicFirmwareVersion, { iana, component: BIC_COMPONENT.bic })).toEqual(
    Uint8Array.from([1, 9]),
  );
  const range = { iana, component: BIC_COMPONENT.cpld, offset: 0x100, length: 0x20000 };
  expect(await run(node, bicFirmwareChecksum, range)).toBe(0x92345678);
  expect(asked.at(-1)).toBe('a:010001000000000200');
  await run(node, bicSetConfig, { iana, sol: true, post: true, kcs: false });
  expect(await run(node, bicGetConfig, { iana })).toEqual({ sol: true, post: true, kcs: false });
  await run(node, bicReset, { iana });
  expect(await run(node, bicAccurateReading, { iana, sensor: 5 })).toEqual(
    Uint8Array.from([0x40, 0x2a, 0x80]),
  );
  const message = Uint8Array.from([0x18, 0x01]);
  const answer = await run(node, bicMessageOut, { iana, to: BIC_INTERFACE.me, message });
  expect(answer).toEqual(Uint8Array.from([0x1c, 0x01, 0x00, 0x50]));
  expect(asked.at(-1)).toBe('2:011801');
});

test('what a bridge IC refuses, in words', async () => {
  const { node } = bridgeIc();
  const again = run(node, bicRaw('vrMonitor'), { iana: BIC_IANA.meta, data: new Uint8Array() });
  await expect(again).rejects.toThrow(/asks to try again/);
  await expect(run(node, bicGetGpio, { iana: BIC_IANA.wiwynn })).rejects.toMatchObject({ code: 0xcc });
  const stranger = { send: () => Promise.resolve({ code: 0, data: Uint8Array.from([0x9c, 0x9c, 0, 1]) }) };
  await expect(run(stranger, bicGetGpio, { iana: BIC_IANA.meta })).rejects.toThrow(/another manufacturer/);
});
