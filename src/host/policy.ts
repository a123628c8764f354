/** What a host may change by its IPMI requests. Reading is always allowed. */
import { NETFN } from 'node-ipmi';
import type { HostRight } from '../platform/vocabulary/index.ts';

/** Where the descriptor says nothing. */
export const defaultRights: readonly HostRight[] = ['boot', 'sel', 'watchdog', 'inventory'];

const { chassis, sensorEvent, app, storage, transport } = NETFN;

/** Rights by network function and command; a command that is not here changes nothing that outlives the request. */
const rights: readonly (readonly [right: HostRight | 'never', netFn: number, commands: readonly number[]])[] =
  [
    ['power', chassis, [0x02, 0x03, 0x04, 0x05, 0x06, 0x0b]],
    ['boot', chassis, [0x08]],
    ['boot', 0x30, [0x52]],
    // The thresholds of the board protect it, and its records describe it: no host changes them.
    ['never', sensorEvent, [0x24, 0x26, 0x28, 0x2a, 0x30]],
    ['never', storage, [0x12, 0x24, 0x26, 0x27]],
    // A reset of the controller would let any host interrupt all others.
    ['never', app, [0x02, 0x03]],
    ['sel', sensorEvent, [0x02]],
    ['sel', storage, [0x44, 0x46, 0x47]],
    ['time', storage, [0x29, 0x49, 0x5d]],
    ['watchdog', app, [0x22, 0x24]],
    ['inventory', app, [0x58]],
    ['inventory', 0x30, [0x77]],
    ['inventory', 0x36, [0x10, 0x12, 0x14]],
    ['inventory', NETFN.oemGroup, [0x80]],
    ['accounts', app, [0x43, 0x45, 0x47]],
    ['network', app, [0x40]],
    ['network', transport, [0x01]],
  ];

const byCommand = new Map(
  rights.flatMap(([right, netFn, commands]) =>
    commands.map((command) => [(netFn << 8) | command, right] as const),
  ),
);

/** Whether a host with these rights may send the command. */
export function mayAsk(granted: readonly HostRight[], netFn: number, command: number): boolean {
  const right = byCommand.get((netFn << 8) | command);
  return right === undefined || (right !== 'never' && granted.includes(right));
}
