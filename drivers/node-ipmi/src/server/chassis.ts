/** Chassis commands of a simulated controller. */
import type { FieldReader } from '../command.ts';
import { PRIVILEGE } from '../commands/app.ts';
import { BOOT_PARAMETER, type BootFlags, decodeBootFlags, encodeBootFlags } from '../commands/boot.ts';
import {
  CHASSIS_ACTIONS,
  type ChassisAction,
  POWER_POLICIES,
  type PowerPolicy,
} from '../commands/chassis.ts';
import { COMPLETION } from '../completion.ts';
import { NETFN } from '../message.ts';
import { type Route, refuse } from './router.ts';

/** The actions of a simulated chassis. */
export interface ChassisModel {
  powerOn(): boolean;
  control(action: ChassisAction): void | Promise<void>;
  /** Seconds, or until further notice. */
  identify(time: number | 'on'): void;
  identifying(): 'off' | 'temporary' | 'on';
}

/** What a controller keeps about its chassis. */
export interface ChassisState {
  readonly address: number;
  bootFlags: BootFlags;
  powerPolicy: PowerPolicy;
}

/** The commands of the chassis; what is only kept, not done, is in the state. */
export function chassisRoutes(chassis: ChassisModel, state: ChassisState): readonly Route[] {
  const netFn = NETFN.chassis;
  const identifyBits = { off: 0, temporary: 0x10, on: 0x20 } as const;
  return [
    [netFn, 0x00, PRIVILEGE.user, () => [0, state.address, state.address, state.address, state.address]],
    [
      netFn,
      0x01,
      PRIVILEGE.user,
      () => [
        (chassis.powerOn() ? 1 : 0) | (POWER_POLICIES.indexOf(state.powerPolicy) << 5),
        0,
        0x40 | identifyBits[chassis.identifying()],
      ],
    ],
    [
      netFn,
      0x02,
      PRIVILEGE.operator,
      async (request) => {
        await chassis.control(CHASSIS_ACTIONS[request.u8() & 15] ?? refuse(COMPLETION.invalidField));
        return [];
      },
    ],
    [
      netFn,
      0x04,
      PRIVILEGE.operator,
      (request) => {
        const seconds = request.left > 0 ? request.u8() : 15;
        chassis.identify(request.left > 0 && (request.u8() & 1) !== 0 ? 'on' : seconds);
        return [];
      },
    ],
    [
      netFn,
      0x06,
      PRIVILEGE.operator,
      (request) => {
        const policy = request.u8() & 7;
        state.powerPolicy = POWER_POLICIES[policy] ?? state.powerPolicy;
        return [7];
      },
    ],
    [netFn, 0x07, PRIVILEGE.user, () => [1, 1]],
    [netFn, 0x08, PRIVILEGE.operator, (request) => setBoot(state, request)],
    [netFn, 0x09, PRIVILEGE.operator, (request) => getBoot(state, request)],
    [netFn, 0x0f, PRIVILEGE.user, () => [60, 0, 0, 0, 0]],
  ];
}

function setBoot(state: ChassisState, request: FieldReader): number[] {
  const parameter = request.u8() & 0x7f;
  if (parameter === BOOT_PARAMETER.flags) state.bootFlags = decodeBootFlags(request.bytes(5));
  // Set in progress, clearing of the valid bit and acknowledgements are taken and have no effect here.
  else if (parameter > BOOT_PARAMETER.initiator) refuse(0x80);
  return [];
}

function getBoot(state: ChassisState, request: FieldReader): number[] {
  const parameter = request.u8() & 0x7f;
  if (parameter > BOOT_PARAMETER.flags) refuse(0x80);
  const { device = 'none', ...flags } = state.bootFlags;
  const data = [[0], [0], [0], [0], [0, 0], encodeBootFlags({ ...flags, device })][parameter] ?? [0];
  return [0x01, parameter, ...data];
}

/** A chassis that performs every action at once. */
export function simpleChassis(on = false): ChassisModel & { readonly actions: ChassisAction[] } {
  const actions: ChassisAction[] = [];
  let power = on;
  let identifying: 'off' | 'temporary' | 'on' = 'off';
  return {
    actions,
    powerOn: () => power,
    control(action) {
      actions.push(action);
      if (action === 'powerUp') power = true;
      if (action === 'powerDown' || action === 'softShutdown') power = false;
    },
    identify(time) {
      identifying = time === 'on' ? 'on' : time === 0 ? 'off' : 'temporary';
    },
    identifying: () => identifying,
  };
}
