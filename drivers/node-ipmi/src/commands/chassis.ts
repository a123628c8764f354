/** Commands of the chassis network function, apart from boot options (IPMI v2.0, section 28). */
import { type Command, ignore, le, nothing } from '../command.ts';
import { NETFN } from '../message.ts';

const netFn = NETFN.chassis;

export const POWER_POLICIES = ['alwaysOff', 'lastState', 'alwaysOn'] as const;
export type PowerPolicy = (typeof POWER_POLICIES)[number];

export interface ChassisStatus {
  readonly powerOn: boolean;
  readonly overload: boolean;
  readonly interlock: boolean;
  readonly mainPowerFault: boolean;
  readonly powerControlFault: boolean;
  readonly powerPolicy: PowerPolicy | undefined;
  /** Why the power went off last. */
  readonly lastPowerEvent: {
    readonly acFailed: boolean;
    readonly overload: boolean;
    readonly interlock: boolean;
    readonly fault: boolean;
    readonly turnedOnByCommand: boolean;
  };
  readonly intrusion: boolean;
  readonly frontPanelLockout: boolean;
  readonly driveFault: boolean;
  readonly coolingFault: boolean;
  /** Absent when the controller does not report it. */
  readonly identify: 'off' | 'temporary' | 'on' | undefined;
}

export const getChassisStatus: Command<void, ChassisStatus> = {
  name: 'Get Chassis Status',
  netFn,
  command: 0x01,
  encode: nothing,
  decode(reader) {
    const power = reader.u8();
    const last = reader.u8();
    const misc = reader.u8();
    const identify = (['off', 'temporary', 'on'] as const)[(misc >> 4) & 3];
    return {
      powerOn: (power & 1) !== 0,
      overload: (power & 2) !== 0,
      interlock: (power & 4) !== 0,
      mainPowerFault: (power & 8) !== 0,
      powerControlFault: (power & 16) !== 0,
      powerPolicy: POWER_POLICIES[(power >> 5) & 3],
      lastPowerEvent: {
        acFailed: (last & 1) !== 0,
        overload: (last & 2) !== 0,
        interlock: (last & 4) !== 0,
        fault: (last & 8) !== 0,
        turnedOnByCommand: (last & 16) !== 0,
      },
      intrusion: (misc & 1) !== 0,
      frontPanelLockout: (misc & 2) !== 0,
      driveFault: (misc & 4) !== 0,
      coolingFault: (misc & 8) !== 0,
      identify: (misc & 0x40) === 0 ? undefined : identify,
    };
  },
};

/** Chassis Control actions, by their number (table 28-4). */
export const CHASSIS_ACTIONS = [
  'powerDown',
  'powerUp',
  'powerCycle',
  'hardReset',
  'diagnosticInterrupt',
  'softShutdown',
] as const;
export type ChassisAction = (typeof CHASSIS_ACTIONS)[number];

export const chassisControl: Command<ChassisAction, void> = {
  name: 'Chassis Control',
  netFn,
  command: 0x02,
  encode: (action) => [CHASSIS_ACTIONS.indexOf(action)],
  decode: ignore,
};

/** Seconds to identify for (0 ends it), or `on` until it is ended. */
export const chassisIdentify: Command<number | 'on', void> = {
  name: 'Chassis Identify',
  netFn,
  command: 0x04,
  encode: (time) => (time === 'on' ? [0, 1] : le(time, 1)),
  decode: ignore,
};

/** Sets the policy, or with undefined only asks. The answer is the mask of supported policies: bit n is policy n. */
export const setPowerRestorePolicy: Command<PowerPolicy | undefined, number> = {
  name: 'Set Power Restore Policy',
  netFn,
  command: 0x06,
  encode: (policy) => [policy === undefined ? 3 : POWER_POLICIES.indexOf(policy)],
  decode: (reader) => reader.u8() & 7,
};

const RESTART_CAUSES = [
  'unknown',
  'chassisControl',
  'resetButton',
  'powerButton',
  'watchdog',
  'oem',
  'alwaysRestore',
  'restorePrevious',
  'eventFilterReset',
  'eventFilterCycle',
  'softReset',
  'clock',
] as const;

export const getRestartCause: Command<
  void,
  { readonly cause: (typeof RESTART_CAUSES)[number]; readonly channel: number }
> = {
  name: 'Get System Restart Cause',
  netFn,
  command: 0x07,
  encode: nothing,
  decode: (reader) => ({ cause: RESTART_CAUSES[reader.u8() & 15] ?? 'unknown', channel: reader.u8() }),
};

/** Power-on hours. */
export const getPowerOnHours: Command<void, { readonly hours: number }> = {
  name: 'Get POH Counter',
  netFn,
  command: 0x0f,
  encode: nothing,
  decode(reader) {
    const minutesPerCount = reader.u8();
    return { hours: (reader.u32() * minutesPerCount) / 60 };
  },
};
