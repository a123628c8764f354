/** Examines the GPIO lines of a descriptor: whether each exists and is free, and the level of inputs. */
import { DeviceError } from '../../drivers/errors.ts';
import type { Hardware } from '../../drivers/hardware.ts';
import type { LineFacts, Platform } from '../platform/vocabulary/index.ts';
import { deviceError } from './errors.ts';
import type { LineFinding } from './report.ts';

/** Looks up every line; inputs are read, outputs are left as they are. */
export async function probeLines(platform: Platform, { gpio }: Hardware): Promise<LineFinding[]> {
  const found: LineFinding[] = [];
  const all = Object.entries(platform.lines ?? {});
  // Presence lines of the board first: they tell which chassis are inserted.
  const carried = ([, { chassis }]: [string, LineFacts]) => chassis !== undefined;
  for (const [id, facts] of [...all.filter((each) => !carried(each)), ...all.filter(carried)]) {
    const line = facts.line ?? id;
    const { direction } = facts;
    const about = { id, line, direction };
    if (facts.node !== undefined) {
      const detail = `pin ${facts.bit} of node ${facts.node}, which is asked for it`;
      found.push({ ...about, state: 'found', detail });
      continue;
    }
    if (missingChassis(platform, found).has(facts.chassis ?? '')) {
      found.push({ ...about, state: 'absent', detail: `its chassis ${facts.chassis} is not plugged in` });
      continue;
    }
    try {
      found.push({ ...about, state: 'found', detail: await lineText(gpio, line, facts) });
    } catch (error) {
      const { kind, message } = deviceError(error, line);
      const state = kind === 'held' ? 'taken' : kind === 'no-bus' ? 'missing' : 'unknown';
      found.push({ ...about, state, detail: message });
    }
  }
  return found;
}

/** An input is read; an output is looked up and left alone. @throws DeviceError */
async function lineText(gpio: Hardware['gpio'], line: string, facts: LineFacts): Promise<string> {
  if (facts.direction === 'out') {
    if (gpio.inspect === undefined)
      throw new DeviceError('unsupported', line, 'this build cannot look an output up without driving it');
    const { place, holder } = await gpio.inspect(line);
    if (holder !== null) throw new DeviceError('held', line, `${holder} has it`);
    return `${place}, an output, left as it is`;
  }
  const held = await gpio.request({
    ...{ line, direction: 'in', activeLow: facts.activeLow ?? false },
    ...(facts.bias === undefined ? {} : { bias: facts.bias }),
  });
  try {
    return held.get() ? 'asserted' : 'not asserted';
  } finally {
    held.close();
  }
}

/** Hosts without power-good. */
export const hostsOff = ({ hosts = [] }: Platform, lines: readonly LineFinding[]): ReadonlySet<string> =>
  new Set(
    hosts
      .filter(
        ({ power }) =>
          power.kind !== 'ipmi' &&
          lines.some(({ id, detail }) => id === power.good && detail === 'not asserted'),
      )
      .map(({ id }) => id),
  );

/** Chassis that are not inserted by their presence line, and those in them. */
export function missingChassis({ chassis }: Platform, lines: readonly LineFinding[]): ReadonlySet<string> {
  const missing = new Set<string>();
  const isAway = ({ present }: Platform['chassis'][number]) =>
    lines.some(({ id, detail }) => id === present && detail === 'not asserted');
  for (let grown = true; grown; ) {
    grown = false;
    for (const each of chassis) {
      if (missing.has(each.id) || !(isAway(each) || missing.has(each.containedBy ?? ''))) continue;
      missing.add(each.id);
      grown = true;
    }
  }
  return missing;
}
