/** What a host asks over its system interface: enables, flags, buffers and channels (IPMI v2.0, section 22). */
import type { FieldReader } from '../command.ts';
import { COMPLETION } from '../completion.ts';
import { NETFN } from '../message.ts';
import { type Route, refuse } from './router.ts';

/** Bits of Get Message Flags (table 22-3). */
export const MESSAGE_FLAG = { receive: 0x01, eventBuffer: 0x02, watchdog: 0x08 } as const;
/** Number of the channel that is the system interface (table 6-1), and of the one that the request came by. */
const systemChannel = 0x0f;
const thisChannel = 0x0e;
/** IANA number of the IPMI forum, as the protocol vendor of its own protocols. */
const forum = [0xf2, 0x1b, 0x00];
/** System event logging is enabled. */
const logging = 0x08;
const empty = 0x80;

export interface SystemInterfaceModel {
  /** Whether the host is asked to fetch something. */
  attention(on: boolean): void;
  /** The host wants an interrupt with attention, or none. */
  interrupts?(on: boolean): void;
  /** ACPI power states of system and device, as the host has set them (section 20.6). */
  acpi?(system: number | undefined, device: number | undefined): void;
}

/** The state of a system interface. */
export class SystemInterface {
  readonly #model: SystemInterfaceModel;
  #enables = logging;
  #flags = 0;
  #system = 0x2a;
  #device = 0x2a;

  constructor(model: SystemInterfaceModel) {
    this.#model = model;
  }

  /** Raises a message flag and asks the host to fetch it. */
  raise(flag: number): void {
    this.#flags |= flag;
    this.#model.attention(true);
  }

  /** The host begins anew: nothing waits for it, and its driver has not set anything yet. */
  restarted(): void {
    this.#enables = logging;
    this.#clear(0xff);
    this.#model.interrupts?.(false);
  }

  routes(): readonly Route[] {
    const { app } = NETFN;
    return [
      [app, 0x2e, 0, (request) => this.#enable(request.u8())],
      [app, 0x2f, 0, () => [this.#enables]],
      [app, 0x30, 0, (request) => this.#clear(request.u8())],
      [app, 0x31, 0, () => [this.#flags]],
      // Nothing is ever put into the receive queue and the event buffer: requests are answered, events logged.
      [app, 0x33, 0, () => refuse(empty)],
      [app, 0x35, 0, () => refuse(empty)],
      [app, 0x42, 0, (request) => channelInfo(request.u8() & 15)],
      [app, 0x06, 0, (request) => this.#setAcpi(request)],
      [app, 0x07, 0, () => [this.#system, this.#device]],
    ];
  }

  #enable(enables: number): readonly number[] {
    this.#enables = enables;
    this.#model.interrupts?.((enables & 1) !== 0);
    return [];
  }

  #clear(flags: number): readonly number[] {
    this.#flags &= ~flags;
    if (this.#flags === 0) this.#model.attention(false);
    return [];
  }

  /** Bit 7 says that the state is to be set. */
  #setAcpi(request: FieldReader): readonly number[] {
    const [system, device] = [request.u8(), request.u8()];
    if (system & 0x80) this.#system = system & 0x7f;
    if (device & 0x80) this.#device = device & 0x7f;
    this.#model.acpi?.(system & 0x80 ? this.#system : undefined, device & 0x80 ? this.#device : undefined);
    return [];
  }
}

/** Channel, medium, protocol, sessions, vendor and two bytes of the medium (table 22-29). */
function channelInfo(channel: number): readonly number[] {
  if (channel === 0) return [0, 0x01, 0x01, 0, ...forum, 0, 0];
  if (channel === systemChannel || channel === thisChannel)
    return [systemChannel, 0x0c, 0x05, 0, ...forum, 0xff, 0xff];
  return refuse(COMPLETION.invalidField);
}
