/** DCMI commands of a simulated controller. */
import { type FieldReader, le } from '../command.ts';
import { PRIVILEGE } from '../commands/app.ts';
import { COMPLETION } from '../completion.ts';
import { NETFN } from '../message.ts';
import { type Route, refuse } from './router.ts';

/** Power readings in watts, for DCMI. */
export interface PowerModel {
  read(): {
    readonly current: number;
    readonly minimum: number;
    readonly maximum: number;
    readonly average: number;
  };
}

/** What a controller keeps for DCMI. */
export interface DcmiState {
  /** As Set Power Limit holds it from the action on; empty where none was set. */
  powerLimit: { readonly active: boolean; readonly data: Uint8Array };
  assetTag: string;
  controllerId: string;
}

/** The commands of DCMI. */
export function dcmiRoutes(power: PowerModel, state: DcmiState): readonly Route[] {
  const { user, operator, administrator } = PRIVILEGE;
  const command = (
    number: number,
    privilege: number,
    handler: (request: FieldReader) => readonly number[],
  ): Route => [
    NETFN.group,
    number,
    privilege,
    (request) => {
      if (request.u8() !== 0xdc) refuse(COMPLETION.invalidCommand);
      return [0xdc, ...handler(request)];
    },
  ];
  const text =
    (get: () => string) =>
    (request: FieldReader): number[] => {
      const bytes = Buffer.from(get(), 'utf8');
      const offset = request.u8();
      return [bytes.length, ...bytes.subarray(offset, offset + request.u8())];
    };
  return [
    command(0x01, user, (request) => {
      const data = { 1: [0, 1, 7], 2: [0, 2, 0, 0, 0], 3: [0x20, 0], 4: [1, 0, 0], 5: [1, 0] }[request.u8()];
      return [1, 5, 2, ...(data ?? refuse(COMPLETION.parameterOutOfRange))];
    }),
    command(0x02, user, () => {
      const { current, minimum, maximum, average } = power.read();
      const watts = [current, minimum, maximum, average].flatMap((value) => le(Math.round(value), 2));
      return [...watts, ...le(Math.floor(Date.now() / 1000), 4), ...le(1000, 4), 0x40];
    }),
    command(0x03, user, () => {
      const { active, data } = state.powerLimit;
      // One that is set and not activated is not in force (DCMI 1.5, table 6-18).
      if (!active || data.length === 0) return refuse(0x80);
      return [0, 0, ...data];
    }),
    command(0x04, operator, (request) => {
      request.bytes(3);
      state.powerLimit = { ...state.powerLimit, data: request.bytes(11) };
      return [];
    }),
    command(0x05, operator, (request) => {
      state.powerLimit = { ...state.powerLimit, active: request.u8() === 1 };
      return [];
    }),
    command(
      0x06,
      user,
      text(() => state.assetTag),
    ),
    command(0x08, operator, (request) => {
      const offset = request.u8();
      const length = request.u8();
      state.assetTag = state.assetTag.slice(0, offset) + Buffer.from(request.bytes(length)).toString('utf8');
      return [state.assetTag.length];
    }),
    command(
      0x09,
      user,
      text(() => `${state.controllerId}\0`),
    ),
    command(0x0a, administrator, (request) => {
      const offset = request.u8();
      const part = Buffer.from(request.bytes(request.u8())).toString('utf8');
      state.controllerId = (state.controllerId.slice(0, offset) + part).replaceAll('\0', '');
      return [state.controllerId.length];
    }),
  ];
}
