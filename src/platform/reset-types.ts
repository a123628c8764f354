/** Redfish ResetType (Resource schema): the values that hosts, chassis and buttons can ask for here, in one place. */

const common = [
  'On',
  'ForceOff',
  'GracefulShutdown',
  'GracefulRestart',
  'ForceRestart',
  'Nmi',
  'ForceOn',
] as const;

/** What can be requested of a host, in the order in which clients see them. */
export const resetTypes = [...common, 'PushPowerButton', 'PowerCycle'] as const;
export type ResetType = (typeof resetTypes)[number];

/** What a press of a front panel button can request; the press itself is none of them. */
export const buttonResets = [...common, 'PowerCycle'] as const;

/** What can be requested of a chassis whose power is switched. */
export type ChassisReset = Extract<ResetType, 'On' | 'ForceOff' | 'ForceOn' | 'PowerCycle'>;
