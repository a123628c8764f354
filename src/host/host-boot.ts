/** The boot override of a host as its firmware reads and changes it, in every dialect. */
import { BootOptions, type FieldReader, type Route, refuse } from 'node-ipmi';
import type { BoardSettings } from '../board/model/board.ts';
import type { BootOverride } from '../board/model/power.ts';
import {
  defaultOrder,
  flagsView,
  nowhere,
  ORDER_MODE,
  orderView,
  overrideOfFlags,
  overrideOfOrder,
} from './boot.ts';

export interface HostBootParts {
  readonly host: string;
  readonly settings: BoardSettings;
  readonly override: () => BootOverride;
  setOverride(boot: BootOverride): Promise<void>;
  /** The firmware has read the override; it may read it again until it has finished. */
  read(): void;
  /** The firmware has taken the override: one for a single boot is used up. */
  taken(): void;
}

const facebook = { netFn: 0x30, setOrder: 0x52, getOrder: 0x53 } as const;
const orderLength = 6;
const flagsLength = 5;

export class HostBootOptions {
  readonly #parts: HostBootParts;
  readonly #options: BootOptions;
  /** Bytes as the host has given them; they show what the override does not say: locks, console, verbosity. */
  #flags: readonly number[];
  #order: readonly number[];
  /** The override that the options were last renewed for. */
  #renewed: BootOverride | undefined;
  /** The override that the firmware has read as a valid order. */
  #presented: BootOverride | undefined;

  constructor(parts: HostBootParts) {
    this.#parts = parts;
    const [flags = '', order = ''] = (parts.settings.get(`host.${parts.host}.boot`) ?? '').split(' ');
    this.#flags = bytesOf(flags, flagsLength) ?? [0, 0, 0, 0, 0];
    this.#order = bytesOf(order, orderLength) ?? defaultOrder;
    this.#options = new BootOptions({
      flags: () => flagsView(parts.override(), this.#flags),
      setFlags: (bytes) => this.#setFlags([...bytes]),
      flagsRead: () => parts.read(),
      acknowledged: () => this.#acknowledged(),
    });
  }

  /** Devices in the order of the firmware, numbers of Facebook's dialect; null before it has told one. */
  get order(): readonly number[] | null {
    return this.#order === defaultOrder ? null : this.#order.slice(1).filter((device) => device !== nowhere);
  }

  routes(dialect: 'standard' | 'meta'): readonly Route[] {
    const { netFn, setOrder, getOrder } = facebook;
    const standard = this.#options.routes().map(([fn, command, privilege, handler]): Route => {
      const renewed: Route[3] = (...args) => {
        this.#renew();
        return handler(...args);
      };
      return [fn, command, privilege, renewed];
    });
    if (dialect === 'standard') return standard;
    return [
      ...standard,
      [netFn, getOrder, 0, () => this.#getOrder()],
      [netFn, setOrder, 0, (request) => this.#setOrder(request)],
    ];
  }

  /** Some firmware believes the flags only while bit 0 of parameter 4 is set: every new override sets it. */
  #renew(): void {
    const override = this.#parts.override();
    if (override === this.#renewed || sameOverride(override, this.#renewed)) return;
    this.#renewed = override;
    if (override.enabled !== 'Disabled') this.#options.renewed();
  }

  async #setFlags(bytes: readonly number[]): Promise<void> {
    const before = this.#parts.override();
    const wanted = overrideOfFlags(bytes, before);
    // Firmware clears the flags when it has taken them.
    if (wanted.enabled === 'Disabled' && before.enabled === 'Once') this.#parts.taken();
    else await this.#set(wanted);
    this.#flags = bytes;
    this.#store();
    this.#renew();
  }

  #acknowledged(): void {
    this.#parts.taken();
  }

  #getOrder(): readonly number[] {
    const override = this.#parts.override();
    const order = orderView(override, this.#order);
    this.#presented = (order[0] ?? 0) & ORDER_MODE.valid ? override : undefined;
    this.#parts.read();
    return order;
  }

  async #setOrder(request: FieldReader): Promise<readonly number[]> {
    if (request.left !== orderLength) return refuse(0xc7);
    const bytes = [...request.bytes(orderLength)];
    const isValid = ((bytes[0] ?? 0) & ORDER_MODE.valid) !== 0;
    const override = this.#parts.override();
    if (isValid) await this.#set(overrideOfOrder(bytes, override));
    // The firmware has taken what it has read; what was set after that is for the next boot.
    else if (this.#presented !== undefined && sameOverride(override, this.#presented)) this.#parts.taken();
    this.#presented = undefined;
    // An override is no order of the firmware's.
    if (!isValid) {
      this.#order = bytes;
      this.#store();
    }
    return bytes;
  }

  async #set(boot: BootOverride): Promise<void> {
    if (!sameOverride(boot, this.#parts.override())) await this.#parts.setOverride(boot);
  }

  #store(): void {
    const { host, settings } = this.#parts;
    const hex = (bytes: readonly number[]) => Buffer.from(bytes).toString('hex');
    settings.set(`host.${host}.boot`, `${hex(this.#flags)} ${hex(this.#order)}`);
  }
}

function sameOverride(one: BootOverride, other: BootOverride | undefined): boolean {
  return (
    other !== undefined &&
    one.enabled === other.enabled &&
    one.target === other.target &&
    one.mode === other.mode &&
    one.uefiTarget === other.uefiTarget &&
    one.httpBootUri === other.httpBootUri
  );
}

function bytesOf(hex: string, length: number): readonly number[] | undefined {
  const bytes = [...Buffer.from(hex, 'hex')];
  return bytes.length === length ? bytes : undefined;
}
