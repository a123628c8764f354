/** Inputs of the controller: presence, power-good, latches, leaks, the hand switch. */
import type { Platform } from '../platform/vocabulary/index.ts';
import type { TwinHosts } from './hosts.ts';
import type { TwinLines } from './lines.ts';
import type { PowerTree } from './power-tree.ts';

/** The state that the inputs show. */
export interface InputSources {
  readonly platform: Platform;
  readonly hosts: TwinHosts;
  readonly lines: TwinLines;
  readonly power: PowerTree;
  /** Ids of parts that are not plugged in. */
  readonly absent: ReadonlySet<string>;
  /** Ids of leak detectors that are wet. */
  readonly wet: ReadonlySet<string>;
  /** Ids of chassis whose latch is open. */
  readonly unlatched: ReadonlySet<string>;
  /** Position of the hand switch of the panel. */
  readonly selected: number;
}

/** Drives every input of the controller to the present state, reached at time `at`. */
export function showInputs(sources: InputSources, at: number): void {
  const { platform, hosts, lines, power, absent, wet, unlatched, selected } = sources;
  const drive = (line: string | undefined, asserted: boolean) => {
    if (line !== undefined) lines.drive(line, asserted, at);
  };
  for (const host of hosts.all.values()) {
    const { state } = host;
    const { power, post, processors } = host.facts;
    if (power.kind !== 'ipmi' && power.kind !== 'qemu') drive(power.good, hosts.isGood(host));
    drive(post?.complete, state === 'running' || state === 'shutdown');
    for (const { present } of processors?.sockets ?? []) drive(present, true);
  }
  for (const { id, present, switch: feeder } of platform.chassis) {
    drive(present, !absent.has(id));
    drive(feeder?.good, power.hasMains() && feeder !== undefined && lines.asserted(feeder.line));
    drive(feeder?.latch, !unlatched.has(id));
    // A latch can be opened only on a sled that is pulled out.
    drive(feeder?.serviced, unlatched.size > 0);
  }
  for (const [bit, line] of (platform.panel?.select.lines ?? []).entries())
    drive(line, ((selected >> bit) & 1) === 1);
  for (const { id, line, present } of platform.leakDetectors ?? []) {
    drive(line, wet.has(id) && !absent.has(id));
    drive(present, !absent.has(id));
  }
  for (const { id, present } of [...(platform.drives ?? []), ...(platform.fans ?? [])])
    drive(present, !absent.has(id));
  for (const supply of platform.powerSupplies ?? []) {
    drive(supply.present, !absent.has(supply.id));
    drive(supply.good, power.delivers(supply));
  }
}
