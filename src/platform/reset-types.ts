/** Redfish ResetType (Resource schema): the values that a host, a chassis or a manager can carry out here, once. */

/** What can be asked of a host, in the order in which clients see them. */
export const resetTypes = [
  'On',
  'ForceOff',
  'GracefulShutdown',
  'GracefulRestart',
  'ForceRestart',
  'Nmi',
  'ForceOn',
  'PushPowerButton',
  'PowerCycle',
] as const;

export type ResetType = (typeof resetTypes)[number];

/** What can be asked of a chassis whose power is switched. */
export type ChassisReset = Extract<ResetType, 'On' | 'ForceOff' | 'ForceOn' | 'PowerCycle'>;
