/** Power of systems, one-time boot, restore policy, identification, and waiting for a state. */
import { setTimeout as pause } from 'node:timers/promises';
import { annotation, isObject, type JsonObject, numberOf, RedfishError, valueAt } from '@redfishd/client';
import type { Bmc } from '../bmc.ts';
import { CommandError, usageError } from '../exit.ts';
import type { Row } from '../output.ts';

/** Word → ResetTypes that do it, the best first, and the PowerState that it leads to. */
export const resets: Readonly<
  Record<string, { readonly types: readonly string[]; readonly state?: 'On' | 'Off' }>
> = {
  on: { types: ['On', 'ForceOn'], state: 'On' },
  off: { types: ['ForceOff'], state: 'Off' },
  soft: { types: ['GracefulShutdown'], state: 'Off' },
  cycle: { types: ['PowerCycle'], state: 'On' },
  reset: { types: ['ForceRestart'], state: 'On' },
  restart: { types: ['GracefulRestart'], state: 'On' },
  nmi: { types: ['Nmi'] },
  diag: { types: ['Nmi'] },
};

const powerRow = (system: JsonObject, reset: string | null): Row => ({
  ...{ system: system.Id ?? null, state: system.PowerState ?? null, reset },
});

async function allowableResets(bmc: Bmc, system: JsonObject): Promise<readonly string[] | undefined> {
  const { known } = await bmc.client.describeAction(
    system as { '@odata.id': string },
    'ComputerSystem.Reset',
  );
  return known.find(({ name }) => name === 'ResetType')?.allowable;
}

/** Words that lead to a reset type of the list. */
const wordsFor = (allowable: readonly string[]): string =>
  Object.entries(resets)
    .filter(([word, { types }]) => word !== 'diag' && types.some((type) => allowable.includes(type)))
    .map(([word]) => word)
    .join(', ');

async function reset(bmc: Bmc, system: JsonObject, word: string): Promise<Row> {
  const { types = [], state } = resets[word] ?? {};
  const allowable = await allowableResets(bmc, system);
  const type = allowable ? types.find((name) => allowable.includes(name)) : types[0];
  const powerOff = (now: JsonObject): boolean => now.PowerState === 'Off';
  if (type !== undefined) {
    await bmc.action(system, 'ComputerSystem.Reset', { ResetType: type });
  } else if (word === 'cycle' && allowable?.includes('ForceOff') && allowable.includes('On')) {
    await bmc.action(system, 'ComputerSystem.Reset', { ResetType: 'ForceOff' });
    await bmc.until(system, powerOff);
    await bmc.action(system, 'ComputerSystem.Reset', { ResetType: 'On' });
  } else {
    throw usageError(
      `system ${system.Id} has no ${types.join(' or ')}; it takes: ${wordsFor(allowable ?? [])}`,
    );
  }
  const waits = bmc.args.has('wait') && state !== undefined;
  const now = await bmc.until(system, (seen) => !waits || seen.PowerState === state);
  return powerRow(now, type ?? 'ForceOff, On');
}

/** The power that each chassis draws, of those that measure it, with its limit. */
async function readings(bmc: Bmc): Promise<Row[]> {
  const rows = await Promise.all(
    (await bmc.chassis()).map(async (chassis): Promise<Row> => {
      const metrics = await bmc.follow(chassis.EnvironmentMetrics);
      const watts = numberOf(valueAt(metrics ?? {}, 'PowerWatts/Reading'));
      const limit = numberOf(valueAt(metrics ?? {}, 'PowerLimitWatts/SetPoint'));
      if (watts !== undefined) return { chassis: chassis.Id ?? null, watts, limitWatts: limit ?? null };
      const control = valueAt((await bmc.follow(chassis.Power)) ?? {}, 'PowerControl/0') ?? {};
      return {
        chassis: chassis.Id ?? null,
        watts: numberOf(valueAt(control, 'PowerConsumedWatts')) ?? null,
        limitWatts: numberOf(valueAt(control, 'PowerLimit/LimitInWatts')) ?? null,
      };
    }),
  );
  const found = rows.filter(({ watts }) => watts !== null);
  if (!found.length) throw new CommandError('missing', `${bmc.name} does not measure its power`);
  return found;
}

/** `power [status|reading|on|off|…]` */
export async function power(bmc: Bmc): Promise<Row[]> {
  const [word = 'status'] = bmc.args.words;
  if (word === 'reading') return readings(bmc);
  if (word === 'status') return (await bmc.systems()).map((system) => powerRow(system, null));
  if (!Object.hasOwn(resets, word))
    throw usageError(`power ${word}: give status, reading, ${Object.keys(resets).join(', ')}`);
  const rows: Row[] = [];
  for (const system of await bmc.chosenSystems()) rows.push(await reset(bmc, system, word));
  return rows;
}

/** Word of `boot next` → BootSourceOverrideTarget. */
export const bootTargets: Readonly<Record<string, string>> = {
  ...{ pxe: 'Pxe', disk: 'Hdd', cd: 'Cd', cdrom: 'Cd', setup: 'BiosSetup', bios: 'BiosSetup' },
  ...{ http: 'UefiHttp', usb: 'Usb', diag: 'Diags', none: 'None' },
};

function bootRow(system: JsonObject): Row {
  const boot = isObject(system.Boot) ? system.Boot : {};
  return {
    system: system.Id ?? null,
    enabled: boot.BootSourceOverrideEnabled ?? null,
    target: boot.BootSourceOverrideTarget ?? null,
    mode: boot.BootSourceOverrideMode ?? null,
    allowable: annotation(boot, 'BootSourceOverrideTarget', 'Redfish.AllowableValues') ?? null,
  };
}

function bootChanges(bmc: Bmc, system: JsonObject, word: string): JsonObject {
  const target = Object.hasOwn(bootTargets, word) ? bootTargets[word] : undefined;
  if (target === undefined)
    throw usageError(`boot next ${word}: give ${Object.keys(bootTargets).join(', ')}`);
  const { args } = bmc;
  if (args.has('uefi') && args.has('legacy')) throw usageError('give --uefi or --legacy, not both');
  const allowable = annotation(system.Boot, 'BootSourceOverrideTarget', 'Redfish.AllowableValues');
  if (Array.isArray(allowable) && !allowable.includes(target))
    throw usageError(`system ${system.Id} cannot start from ${target}; it takes: ${allowable.join(', ')}`);
  const enabled = target === 'None' ? 'Disabled' : args.has('persistent') ? 'Continuous' : 'Once';
  const mode = args.has('uefi') ? 'UEFI' : args.has('legacy') ? 'Legacy' : undefined;
  return {
    Boot: {
      BootSourceOverrideEnabled: enabled,
      BootSourceOverrideTarget: target,
      ...(mode === undefined ? {} : { BootSourceOverrideMode: mode }),
    },
  };
}

/** `boot [show]`, `boot next TARGET` */
export async function boot(bmc: Bmc): Promise<Row[]> {
  const [word = 'show', target] = bmc.args.words;
  if (word === 'show') return (await bmc.systems()).map(bootRow);
  if (word !== 'next' || target === undefined) throw usageError('boot: give show, or next TARGET');
  const rows: Row[] = [];
  for (const system of await bmc.chosenSystems())
    rows.push(bootRow(await bmc.patch(system, bootChanges(bmc, system, target))));
  return rows;
}

const policies: Readonly<Record<string, string>> = {
  ...{ 'always-on': 'AlwaysOn', 'always-off': 'AlwaysOff', last: 'LastState', previous: 'LastState' },
};

/** `policy [always-on|always-off|last]` */
export async function policy(bmc: Bmc): Promise<Row[]> {
  const [word] = bmc.args.words;
  const row = (system: JsonObject): Row => ({
    system: system.Id ?? null,
    policy: system.PowerRestorePolicy ?? null,
  });
  if (word === undefined || word === 'list') return (await bmc.systems()).map(row);
  const value = Object.hasOwn(policies, word) ? policies[word] : undefined;
  if (value === undefined) throw usageError(`policy ${word}: give ${Object.keys(policies).join(', ')}`);
  const rows: Row[] = [];
  for (const system of await bmc.chosenSystems())
    rows.push(row(await bmc.patch(system, { PowerRestorePolicy: value })));
  return rows;
}

/** LocationIndicatorActive, or the IndicatorLED of services that do not have it yet. */
const lit = (resource: JsonObject): boolean | null => {
  if (typeof resource.LocationIndicatorActive === 'boolean') return resource.LocationIndicatorActive;
  return typeof resource.IndicatorLED === 'string' ? resource.IndicatorLED !== 'Off' : null;
};

async function light(bmc: Bmc, resource: JsonObject, on: boolean): Promise<JsonObject> {
  const modern = typeof resource.LocationIndicatorActive === 'boolean';
  return bmc.patch(
    resource,
    modern ? { LocationIndicatorActive: on } : { IndicatorLED: on ? 'Blinking' : 'Off' },
  );
}

/** `identify [on|off|SECONDS]`: the light of each system that has one, else of each chassis. */
export async function identify(bmc: Bmc): Promise<Row[]> {
  const [word = 'status'] = bmc.args.words;
  const seconds = /^\d+$/.test(word) ? Number(word) : undefined;
  if (seconds === undefined && !['status', 'on', 'off'].includes(word))
    throw usageError(`identify ${word}: give on, off, or seconds`);
  const row = (resource: JsonObject): Row => ({ id: resource.Id ?? null, active: lit(resource) });
  const hasLight = (resource: JsonObject): boolean => lit(resource) !== null;
  const systems = (await (word === 'status' ? bmc.systems() : bmc.chosenSystems())).filter(hasLight);
  const found = systems.length ? systems : (await bmc.chassis()).filter(hasLight);
  if (!found.length) throw new CommandError('missing', `${bmc.name} has no identification light`);
  if (word === 'status') return found.map(row);
  const on = seconds === undefined ? word === 'on' : seconds > 0;
  const changed = await Promise.all(found.map((resource) => light(bmc, resource, on)));
  if (seconds === undefined || seconds === 0 || bmc.dryRun) return changed.map(row);
  await pause(seconds * 1000);
  return (await Promise.all(changed.map((resource) => light(bmc, resource, false)))).map(row);
}

/** Asks until it is so; a service that restarts meanwhile is asked again. */
async function poll<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      const away = error instanceof RedfishError && ['network', 'timeout'].includes(error.kind);
      if (!away && !(error instanceof RedfishError && [502, 503, 504].includes(error.status ?? 0)))
        throw error;
    }
    await pause(500);
  }
}

/** `wait power on|off`, `wait ready`, `wait task URI` */
export async function wait(bmc: Bmc): Promise<Row[]> {
  const [what, value = ''] = bmc.args.words;
  if (what === 'task' && value !== '') {
    const { task, status } = await bmc.client.task(value).wait();
    return [{ what: 'task', state: valueAt(task ?? {}, 'TaskState') ?? `status ${status}` }];
  }
  if (what === 'ready') {
    await poll(async () => {
      const managers = await bmc.managers();
      return managers.every((manager) => valueAt(manager, 'Status/State') !== 'Starting') || undefined;
    });
    return [{ what: 'ready', state: 'ready' }];
  }
  const state = { on: 'On', off: 'Off' }[value];
  if (what !== 'power' || state === undefined)
    throw usageError('wait: give power on, power off, ready, or task URI');
  await poll(async () => (await bmc.systems()).every((system) => system.PowerState === state) || undefined);
  return [{ what: 'power', state }];
}
