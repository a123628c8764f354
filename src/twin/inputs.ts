/** What the inputs of the controller show of the board: presence, power-good, latches, leaks. */
import type { Platform } from '../platform/vocabulary/index.ts';
import type { Feed } from './feed.ts';
import type { HostModel } from './host.ts';
import type { TwinLines } from './lines.ts';

export interface InputSurroundings {
  readonly now: () => number;
  readonly hosts: ReadonlyMap<string, HostModel>;
  readonly lines: TwinLines;
  readonly feed: Feed;
  /** Ids of what is not plugged in, of leak detectors that are wet, and of chassis whose latch is open. */
  readonly absent: ReadonlySet<string>;
  readonly wet: ReadonlySet<string>;
  readonly open: ReadonlySet<string>;
  /** The number that the hand switch of the panel gives. */
  selected(): number;
  /** What the power-good of a host shows. */
  isGood(host: HostModel): boolean;
}

/** Gives a function that lets the inputs show what is, since `at`. */
export function createInputs(board: Platform, around: InputSurroundings): (at?: number) => void {
  const { hosts, lines, feed, absent, wet, open } = around;

  return (at = around.now()) => {
    const drive = (line: string | undefined, asserted: boolean) => {
      if (line !== undefined) lines.drive(line, asserted, at);
    };
    for (const host of hosts.values()) {
      const { facts, state } = host;
      const { power, post, processors } = facts;
      if (power.kind !== 'ipmi') drive(power.good, around.isGood(host));
      drive(post?.complete, state === 'running' || state === 'shutdown');
      for (const { present } of processors?.sockets ?? []) drive(present, true);
    }
    for (const { id, present, switch: feeder } of board.chassis ?? []) {
      if (id === undefined) continue;
      drive(present, !absent.has(id));
      drive(feeder?.good, feed.hasMains() && feeder !== undefined && lines.asserted(feeder.line));
      drive(feeder?.latch, !open.has(id));
      // Who opens a latch has pulled out what hides it.
      drive(feeder?.serviced, open.size > 0);
    }
    for (const [bit, line] of (board.panel?.select.lines ?? []).entries())
      drive(line, ((around.selected() >> bit) & 1) === 1);
    for (const { id, present } of board.drives ?? []) drive(present, !absent.has(id));
    for (const { id, line, present } of board.leakDetectors ?? []) {
      drive(line, wet.has(id) && !absent.has(id));
      drive(present, !absent.has(id));
    }
    for (const { id, present } of board.fans ?? []) drive(present, !absent.has(id));
    for (const supply of board.powerSupplies ?? []) {
      drive(supply.present, !absent.has(supply.id));
      drive(supply.good, feed.delivers(supply));
    }
  };
}
