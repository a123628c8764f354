/** Chassis control of a node (IPMI v2.0, section 28), done to the host that it serves. */
import { type ChassisAction, type ChassisModel, simpleChassis } from 'node-ipmi';
import type { HostModel } from '../host.ts';
import type { NodeSurroundings } from './node.ts';

/** Milliseconds that a power cycle leaves the power off. */
const cycleTime = 2000;
/** Seconds that a chassis is identified for, where the request does not say. */
const second = 1000;

export interface HostChassis extends ChassisModel {
  close(): void;
}

export function createChassis(around: NodeSurroundings): HostChassis {
  const { host, speed } = around;
  if (!host) return { ...simpleChassis(true), close: () => undefined };
  let identified: 'on' | number = 0;
  let cycle: NodeJS.Timeout | undefined;

  const press = (at: HostModel) => {
    at.press();
    at.release();
  };
  const up = () => {
    if (host.state === 'off') press(host);
  };
  const acts: Readonly<Record<ChassisAction, () => void>> = {
    powerUp: up,
    powerDown: () => host.losePower(),
    powerCycle() {
      // A cycle needs power to begin with.
      if (host.state === 'off') return;
      host.losePower();
      cycle = setTimeout(() => around.change(up), cycleTime / speed).unref();
    },
    hardReset() {
      host.reset(true);
      host.reset(false);
    },
    // The operating systems of the twin pay no attention to it.
    diagnosticInterrupt: () => undefined,
    softShutdown() {
      if (host.state === 'running') press(host);
    },
  };

  return {
    powerOn: around.isHostOn,
    control(action) {
      clearTimeout(cycle);
      around.change(acts[action]);
    },
    identify(time) {
      identified = time === 'on' ? 'on' : around.now() + time * second;
    },
    identifying() {
      if (identified === 'on') return 'on';
      return identified > around.now() ? 'temporary' : 'off';
    },
    close: () => clearTimeout(cycle),
  };
}
