/** Which reset types a host supports and the steps of each, from the primitives of its kind of power control. */
import { type ResetType, resetTypes } from '../../../platform/reset-types.ts';
import type { HostPowerFacts } from '../../../platform/vocabulary/index.ts';
import { buttonPrimitives } from './button.ts';
import { ipmiPrimitives, qemuPrimitives } from './ipmi.ts';
import { relayPrimitives } from './relay.ts';
import type { OperationType, Primitives, Steps } from './steps.ts';

export interface Sequences {
  /** Line that shows power-good. */
  readonly good: string;
  readonly supported: readonly ResetType[];
  /** Steps of a reset type; undefined when it is not wired. `isOn` is power-good at the start. */
  readonly steps: (type: OperationType, isOn: boolean) => Steps | undefined;
}

/** The line that shows whether the controller of a node reports its power as on. */
export const nodePowerLine = (node: string): string => `${node}:power`;

export function sequencesOf(power: HostPowerFacts): Sequences {
  const primitives = primitivesOf(power);
  const steps: Sequences['steps'] = (type, isOn) => table[type](primitives, isOn);
  return {
    good: goodLineOf(power),
    supported: resetTypes.filter((type) => steps(type, true) !== undefined),
    steps,
  };
}

function primitivesOf(power: HostPowerFacts): Primitives {
  switch (power.kind) {
    case 'gpio':
      return buttonPrimitives(power);
    case 'relay':
      return relayPrimitives(power);
    case 'ipmi':
      return ipmiPrimitives(power);
    case 'qemu':
      return qemuPrimitives(power);
  }
}

/** A relay without a power-good input shows its own output. */
function goodLineOf(power: HostPowerFacts): string {
  if (power.kind === 'ipmi') return nodePowerLine(power.node);
  if (power.kind === 'qemu') return nodePowerLine(power.qmp);
  return power.kind === 'relay' ? (power.good ?? power.line) : power.good;
}

/** `first`, the off time, and on again. */
const cycle = (first: Steps | undefined, { pause, on }: Primitives): Steps | undefined =>
  first && [...first, { kind: 'pause', time: pause }, ...on];

const table: Readonly<Record<OperationType, (primitives: Primitives, isOn: boolean) => Steps | undefined>> = {
  On: ({ on }) => on,
  ForceOn: ({ on }) => on,
  Restore: ({ on }) => on,
  ForceOff: ({ off }) => off,
  GracefulShutdown: ({ shutdown }) => shutdown,
  GracefulRestart: (all) => cycle(all.shutdown, all),
  PowerCycle: (all) => cycle(all.off, all),
  ForceRestart: ({ restart }) => restart,
  Nmi: ({ interrupt }) => interrupt,
  PushPowerButton: ({ push }, isOn) => push?.(isOn),
};
