/** Faults that can be injected, and the list of the active ones. */
import { lookup, TwinError, unknownName } from './names.ts';

/**
 * - `nack`: the device does not acknowledge. `hang`: a transfer to it does not end before the fault is cleared.
 * - `badPec`: its packet error code is wrong. `allOnes`: it acknowledges, but every byte read is 0xff.
 * - `held`: a driver of the kernel has it.
 * - `storm`: an input changes 100,000 times a second. `released`: the chip of an output was reset, so nothing drives it
 *   until it is requested again, which ends the fault.
 * - `stuckBus`: no transfer on the bus ends in time. `missingBus`: the machine has no such bus.
 * - `frozen`: the sensor stays at its present value. `noisy`: it varies by up to ± `amplitude` of its unit.
 * - `deadFan`: it does not turn. `heldFan`: it keeps its speed whatever its duty. `deadTach`: its rotors turn uncounted. `blownSupply`: its output is dead. `lostMains`: nothing has power.
 * - `stuckPowerGood`: the line reads not good (`low`) or good (`high`) regardless of the host.
 * - `deadNode`: the controller of a node is silent. `slowNode`: each response is `ms` late. `garbledNode`: every response
 *   has a wrong checksum or wrong data. `lossyNode`: `percent` of its messages, in both directions, are lost.
 * - `ignoreGraceful`: the operating system ignores the power button. `noPost`: firmware never finishes.
 * - `silentFirmware`: it tells the controller nothing. `garbledFirmware`: what it tells is damaged.
 * - `noModule`: the memory module with that index is not there.
 * - `crash`: the operating system does not respond until the host is reset or switched off, which ends the fault.
 */
export type Fault =
  | { readonly kind: 'nack' | 'hang' | 'badPec' | 'allOnes' | 'held'; readonly device: string }
  | { readonly kind: 'storm' | 'released'; readonly line: string }
  | { readonly kind: 'stuckBus' | 'missingBus'; readonly bus: number }
  | { readonly kind: 'frozen'; readonly sensor: string }
  | { readonly kind: 'noisy'; readonly sensor: string; readonly amplitude: number }
  | { readonly kind: 'deadFan'; readonly fan: string }
  | { readonly kind: 'heldFan'; readonly fan: string }
  | { readonly kind: 'deadTach'; readonly fan: string }
  | { readonly kind: 'blownSupply'; readonly powerSupply: string }
  | { readonly kind: 'lostMains' }
  | { readonly kind: 'stuckPowerGood'; readonly host: string; readonly level: 'low' | 'high' }
  | {
      readonly kind: 'ignoreGraceful' | 'noPost' | 'crash' | 'silentFirmware' | 'garbledFirmware';
      readonly host: string;
    }
  | { readonly kind: 'noModule'; readonly host: string; readonly index: number }
  | { readonly kind: 'deadNode' | 'garbledNode'; readonly node: string }
  | { readonly kind: 'slowNode'; readonly node: string; readonly ms: number }
  | { readonly kind: 'lossyNode'; readonly node: string; readonly percent: number };

export type FaultKind = Fault['kind'];
export type ActiveFault = Fault & { readonly id: string };

/** Arguments of each kind on a command line: target and value. */
export const faultShapes: Readonly<Record<FaultKind, { readonly target?: string; readonly value?: string }>> =
  {
    nack: { target: 'device' },
    hang: { target: 'device' },
    badPec: { target: 'device' },
    allOnes: { target: 'device' },
    held: { target: 'device' },
    storm: { target: 'line' },
    released: { target: 'line' },
    stuckBus: { target: 'bus' },
    missingBus: { target: 'bus' },
    frozen: { target: 'sensor' },
    noisy: { target: 'sensor', value: 'amplitude' },
    deadFan: { target: 'fan' },
    heldFan: { target: 'fan' },
    deadTach: { target: 'fan' },
    blownSupply: { target: 'powerSupply' },
    lostMains: {},
    stuckPowerGood: { target: 'host', value: 'level' },
    ignoreGraceful: { target: 'host' },
    noPost: { target: 'host' },
    crash: { target: 'host' },
    silentFirmware: { target: 'host' },
    garbledFirmware: { target: 'host' },
    noModule: { target: 'host', value: 'index' },
    deadNode: { target: 'node' },
    garbledNode: { target: 'node' },
    slowNode: { target: 'node', value: 'ms' },
    lossyNode: { target: 'node', value: 'percent' },
  };

const isKind = (kind: string): kind is FaultKind => Object.hasOwn(faultShapes, kind);

/** A fault from the arguments of a command. @throws TwinError */
export function faultOf(kind: string, target: string | undefined, value: string | undefined): Fault {
  if (!isKind(kind)) throw unknownName(kind, Object.keys(faultShapes), 'fault');
  const shape = faultShapes[kind];
  const given = (what: string, word: string | undefined): string => {
    if (word === undefined) throw new TwinError(`fault ${kind} needs the ${what}`);
    return word;
  };
  if (!shape.target && target !== undefined) throw new TwinError(`fault ${kind} takes no target`);
  if (!shape.value && value !== undefined) throw new TwinError(`fault ${kind} takes no value`);
  switch (kind) {
    case 'nack':
    case 'hang':
    case 'badPec':
    case 'allOnes':
    case 'held':
      return { kind, device: given('device', target) };
    case 'storm':
    case 'released':
      return { kind, line: given('line', target) };
    case 'stuckBus':
    case 'missingBus': {
      const bus = given('bus number', target);
      if (!/^\d{1,3}$/.test(bus)) throw new TwinError(`"${bus}" is not a bus number`);
      return { kind, bus: Number(bus) };
    }
    case 'frozen':
      return { kind, sensor: given('sensor', target) };
    case 'noisy':
      return {
        kind,
        sensor: given('sensor', target),
        amplitude: Number(given('amplitude', value) || Number.NaN),
      };
    case 'deadFan':
    case 'heldFan':
    case 'deadTach':
      return { kind, fan: given('fan', target) };
    case 'blownSupply':
      return { kind, powerSupply: given('power supply', target) };
    case 'lostMains':
      return { kind };
    case 'stuckPowerGood': {
      const level = given('level, low or high', value);
      if (level !== 'low' && level !== 'high') throw new TwinError(`level is low or high, not "${level}"`);
      return { kind, host: given('host', target), level };
    }
    case 'ignoreGraceful':
    case 'noPost':
    case 'crash':
    case 'silentFirmware':
    case 'garbledFirmware':
      return { kind, host: given('host', target) };
    case 'noModule':
      return { kind, host: given('host', target), index: Number(given('index', value) || Number.NaN) };
    case 'deadNode':
    case 'garbledNode':
      return { kind, node: given('node', target) };
    case 'slowNode':
      return { kind, node: given('node', target), ms: Number(given('time in ms', value) || Number.NaN) };
    case 'lossyNode': {
      const percent = Number(given('percentage', value) || Number.NaN);
      return { kind, node: given('node', target), percent };
    }
  }
}

type Of<K extends FaultKind> = Extract<Fault, { kind: K }>;

/** The active faults, oldest first. */
export interface Faults {
  readonly list: readonly ActiveFault[];
  /** The newest fault of this kind for which `hits` is true. */
  find<K extends FaultKind>(kind: K, hits: (fault: Of<K>) => boolean): (Of<K> & ActiveFault) | undefined;
  onDevice(kind: 'nack' | 'hang' | 'badPec' | 'allOnes' | 'held', device: string): boolean;
  onBus(kind: 'stuckBus' | 'missingBus', bus: number): boolean;
  onHost(
    kind: 'ignoreGraceful' | 'noPost' | 'crash' | 'silentFirmware' | 'garbledFirmware',
    host: string,
  ): boolean;
  onNode(kind: 'deadNode' | 'garbledNode', node: string): boolean;
  add(fault: Fault): string;
  /** @throws TwinError for the id of no active fault. */
  remove(id: string): void;
}

export function createFaults(): Faults {
  const active = new Map<string, ActiveFault>();
  let count = 0;

  const find: Faults['find'] = (kind, hits) => {
    for (const fault of [...active.values()].reverse()) {
      if (isOf(fault, kind) && hits(fault)) return fault;
    }
    return undefined;
  };

  return {
    get list() {
      return [...active.values()];
    },
    find,
    onDevice: (kind, device) => find(kind, (fault) => fault.device === device) !== undefined,
    onBus: (kind, bus) => find(kind, (fault) => fault.bus === bus) !== undefined,
    onHost: (kind, host) => find(kind, (fault) => fault.host === host) !== undefined,
    onNode: (kind, node) => find(kind, (fault) => fault.node === node) !== undefined,
    add(fault) {
      const id = String(++count);
      active.set(id, { ...fault, id });
      return id;
    },
    remove(id) {
      lookup(active, id, 'fault');
      active.delete(id);
    },
  };
}

function isOf<K extends FaultKind>(fault: ActiveFault, kind: K): fault is Of<K> & ActiveFault {
  return fault.kind === kind;
}
