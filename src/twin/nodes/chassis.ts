/** Chassis control of a node (IPMI v2.0, section 28), applied to its host. */
import { type ChassisAction, type ChassisModel, type PowerPolicy, simpleChassis } from 'node-ipmi';
import type { HostModel } from '../host.ts';
import type { NodeSurroundings } from './node.ts';

/** Off time of a power cycle, ms. */
const cycleTime = 2000;
/** Delay from the return of power to that of the host, ms. */
const restoreTime = 1000;

export interface HostChassis extends ChassisModel {
  /** Power returned: applies the power restore policy to the host. */
  restore(policy: PowerPolicy): void;
  /** The state of the host may have changed. */
  changed(): void;
  close(): void;
}

export function createChassis(around: NodeSurroundings): HostChassis {
  const { host, speed } = around;
  const nothing = () => undefined;
  if (!host) return { ...simpleChassis(true), restore: nothing, changed: nothing, close: nothing };
  let identified: 'on' | number = 0;
  let later: NodeJS.Timeout | undefined;
  /** Whether the host was on when there was power last. */
  let wasOn = false;

  const press = (at: HostModel) => {
    at.press();
    at.release();
  };
  const up = () => {
    if (host.state === 'off') press(host);
  };
  const upIn = (ms: number) => {
    clearTimeout(later);
    later = setTimeout(() => around.hasPower() && around.change(up), ms / speed).unref();
  };
  const acts: Readonly<Record<ChassisAction, () => void>> = {
    powerUp: up,
    powerDown: () => host.losePower(),
    powerCycle() {
      // A host that is off cannot be cycled.
      if (host.state === 'off') return;
      host.losePower();
      upIn(cycleTime);
    },
    hardReset() {
      host.reset(true);
      host.reset(false);
    },
    // Simulated operating systems ignore it.
    diagnosticInterrupt: () => undefined,
    softShutdown() {
      if (host.state === 'running') press(host);
    },
  };

  return {
    powerOn: around.isHostOn,
    control(action) {
      clearTimeout(later);
      around.change(acts[action]);
    },
    restore(policy) {
      if (policy === 'alwaysOn' || (policy === 'lastState' && wasOn)) upIn(restoreTime);
    },
    changed() {
      if (around.hasPower()) wasOn = host.state !== 'off';
    },
    identify(time) {
      identified = time === 'on' ? 'on' : around.now() + 1000 * time;
    },
    identifying() {
      if (identified === 'on') return 'on';
      return identified > around.now() ? 'temporary' : 'off';
    },
    close: () => clearTimeout(later),
  };
}
