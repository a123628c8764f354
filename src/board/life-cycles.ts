/** What starts and stops with a board, in its order. */
import type { Platform } from '../platform/vocabulary/index.ts';
import type { Components } from './components.ts';

/** Longest wait of `stop` for the end of transfers, milliseconds: a hung bus must not keep the daemon from ending. */
const stopPatience = 500;

/** What starts and stops with the board. */
export interface LifeCycle {
  readonly start?: () => unknown;
  readonly stop?: () => unknown;
}

/** All that starts, in this order; it stops together, but for the lines, which are last. */
export function lifeCycles(
  platform: Platform,
  components: Components,
  isMains: boolean,
): readonly LifeCycle[] {
  const { context, presence, panel, cycles, leakDetectors, inventory, indicators, chassis } = components;
  const { slots, hosts, fans, cooling, sampler, nodes, machines } = components;
  const { lines, persisted } = context;
  const { ready } = platform.manager;
  return [
    { stop: () => presence.stop() },
    { stop: () => panel?.stop() },
    { stop: () => stopAll(cycles) },
    { stop: () => stopAll(leakDetectors) },
    {
      start: () => {
        for (const id of chassis.keys()) if (persisted.identify(id)) indicators.showIdentify(id, true);
      },
      stop: () => indicators.stop(),
    },
    { start: () => slots.start(isMains), stop: () => slots.stop() },
    { start: () => isMains && hosts.restore() },
    // Firmware that waits for this line asks as soon as it is asserted.
    { start: () => ready !== undefined && !speaksIpmi(platform) && lines.show(ready, true) },
    { start: () => fans.start(), stop: () => within(stopPatience, fans.stop()) },
    { start: () => cooling.start(), stop: () => cooling.stop() },
    { start: () => sampler.start(), stop: () => within(stopPatience, sampler.stop()) },
    { start: () => nodes.start(), stop: () => within(stopPatience, nodes.stop()) },
    { start: () => machines.start(), stop: () => machines.stop() },
    { start: () => hosts.start(), stop: () => hosts.stop() },
    { start: () => inventory.refresh(), stop: () => inventory.stop() },
  ];
}

/** A host sends requests over an interface of the controller. */
const speaksIpmi = ({ hosts = [] }: Platform): boolean =>
  hosts.some(({ ipmi }) => ipmi?.interfaces !== undefined);

function stopAll(parts: ReadonlyMap<string, { stop(): void }>): void {
  for (const part of parts.values()) part.stop();
}

/** Waits for `work`, but no longer than `milliseconds`. */
export async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, overdue]);
  clearTimeout(timer);
}
