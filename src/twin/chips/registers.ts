/** The registers that the literal of a sensor chip names, and where each is found. */
import { modesOf, type SensorChipSpec, settingsOf } from '../../../drivers/i2c/chip.ts';
import type { Register } from '../../../drivers/i2c/register.ts';

/** A register, or its low half where that has an address of its own. */
export interface Found {
  readonly register: Register;
  readonly isLow: boolean;
}

const placeOf = (page: number | undefined, request: string | undefined, address: number): string =>
  `${page ?? ''}:${request ?? ''}:${address}`;

/** Identifies a register: page, request, address, and position in a block. */
export const keyOf = ({ page, address, request, within }: Register): string =>
  `${placeOf(page, request?.bytes.join(), address)}:${within?.at ?? ''}`;

export class RegisterMap {
  /** Every register by its key. */
  readonly all: ReadonlyMap<string, Register>;
  /** Messages that select what the next read returns. */
  readonly requests: ReadonlySet<string>;
  readonly isPaged: boolean;
  readonly #places = new Map<string, Found[]>();

  constructor(spec: SensorChipSpec) {
    this.all = new Map(namedBy(spec).map((register) => [keyOf(register), register]));
    const registers = [...this.all.values()];
    this.requests = new Set(registers.flatMap(({ request }) => request?.bytes.join() ?? []));
    this.isPaged = registers.some(({ page }) => page !== undefined);
    for (const register of registers) {
      this.#place(register, register.address, false);
      if (register.written !== undefined) this.#place(register, register.written, false);
      if (register.low !== undefined) this.#place(register, register.low, true);
    }
  }

  /** What is at an address, given the selected page and the last request; several registers may share a block. */
  find(address: number, page: number, request: string | undefined): readonly Found[] {
    const places = [
      placeOf(page, request, address),
      placeOf(page, undefined, address),
      placeOf(undefined, request, address),
      placeOf(undefined, undefined, address),
    ];
    return places.map((place) => this.#places.get(place)).find((found) => found !== undefined) ?? [];
  }

  #place(register: Register, address: number, isLow: boolean): void {
    const place = placeOf(register.page, register.request?.bytes.join(), address);
    this.#places.set(place, [...(this.#places.get(place) ?? []), { register, isLow }]);
  }
}

function namedBy(spec: SensorChipSpec): Register[] {
  const channels = Object.values(spec.channels).flatMap((channel) => [
    channel.register,
    ...modesOf(channel),
    ...(channel.calibration ? [channel.calibration] : []),
    ...(channel.faults ?? []).flatMap(({ register }) => register ?? []),
  ]);
  const identities = spec.identity.flatMap((identity) => ('block' in identity ? [] : [identity.register]));
  const others = [...settingsOf(spec), ...(spec.powerOn ?? []), ...(spec.status ?? [])];
  const outputs = Object.values(spec.outputs ?? {}).flatMap(({ register, settings }) => [
    register,
    ...settings.map((setting) => setting.register),
  ]);
  const watchdog = spec.watchdog === undefined ? [] : [spec.watchdog.setting.register];
  const errata = (spec.errata ?? []).map(({ when }) => when.register);
  return [
    ...channels,
    ...identities,
    ...others.map(({ register }) => register),
    ...errata,
    ...outputs,
    ...watchdog,
  ];
}
