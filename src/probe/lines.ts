/** Examines the GPIO lines of a descriptor: whether each exists and is free, and the level of inputs. */
import { DeviceError } from '../../drivers/errors.ts';
import type { Hardware } from '../../drivers/hardware.ts';
import type { LineFacts, Platform } from '../platform/vocabulary/index.ts';
import { deviceError } from './errors.ts';
import type { LineFinding } from './report.ts';

/** Looks up every line; inputs are read, outputs are left as they are. */
export async function probeLines(platform: Platform, { gpio }: Hardware): Promise<LineFinding[]> {
  const all = Object.entries(platform.lines ?? {});
  // Lines of the board first: they show which chassis are inserted.
  const carried = all.filter(([, { chassis }]) => chassis !== undefined);
  const fixed = all.filter(([, { chassis }]) => chassis === undefined);
  const found: LineFinding[] = [];
  for (const [id, facts] of [...fixed, ...carried]) {
    const isMissing = missingChassis(platform, found).has(facts.chassis ?? '');
    found.push(await probeLine(gpio, id, facts, isMissing));
  }
  return found;
}

/** `isMissing` tells that its chassis is not inserted. */
async function probeLine(
  gpio: Hardware['gpio'],
  id: string,
  facts: LineFacts,
  isMissing: boolean,
): Promise<LineFinding> {
  const { line = id, direction, node, bit, chassis } = facts;
  const about = { id, line, direction };
  if (node !== undefined)
    return { ...about, state: 'found', detail: `pin ${bit} of node ${node}, which is asked for it` };
  if (isMissing) return { ...about, state: 'absent', detail: `its chassis ${chassis} is not plugged in` };
  try {
    return { ...about, state: 'found', detail: await lineText(gpio, line, facts) };
  } catch (error) {
    const { kind, message } = deviceError(error, line);
    const state = kind === 'held' ? 'taken' : kind === 'no-bus' ? 'missing' : 'unknown';
    return { ...about, state, detail: message };
  }
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
          power.kind !== 'qemu' &&
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
