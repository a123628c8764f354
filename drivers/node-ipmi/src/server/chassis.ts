/** Chassis commands of a simulated controller. */
import { PRIVILEGE } from '../commands/app.ts';
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
    [netFn, 0x0f, PRIVILEGE.user, () => [60, 0, 0, 0, 0]],
  ];
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
