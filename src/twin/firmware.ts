/**
 * The firmware of simulated hosts: during its self test it asks for the boot override and takes it, and tells its version and its
 * parts; the operating system tells that it works.
 */
import { BIC_NETFN, le } from 'node-ipmi';
import type { Platform } from '../platform/vocabulary/index.ts';
import { openWords, sessionOf, tableWords } from './blob-words.ts';
import type { Faults } from './faults.ts';
import { facebookWords, firmwareParts, smbiosTables, versionWords, type Words } from './firmware-words.ts';
import type { HostModel, HostState } from './host.ts';
import { createHostIpmi, type TwinHostIpmi } from './host-ipmi.ts';

/** A host by its id; undefined while the hosts are not there yet. */
type HostAt = (id: string) => Pick<HostModel, 'state' | 'boots'> | undefined;

/** Bits of the boot mode in Facebook's boot order. */
const orderMode = { clearCmos: 0x02, valid: 0x80 } as const;

export class TwinFirmware {
  readonly interfaces: TwinHostIpmi;
  readonly #faults: Faults;
  readonly #host: HostAt;
  readonly #hosts: readonly { readonly id: string; readonly dialect: 'standard' | 'meta' }[];
  readonly #seen = new Map<string, { state: HostState; boots: number }>();
  /** Device that each host has booted from last: a number of its dialect. */
  readonly #booted = new Map<string, number>();

  constructor(board: Platform, faults: Faults, host: HostAt) {
    this.interfaces = createHostIpmi(board);
    this.#faults = faults;
    this.#host = host;
    this.#hosts = (board.hosts ?? []).flatMap(({ id, ipmi }) =>
      ipmi?.interfaces === undefined ? [] : [{ id, dialect: ipmi.dialect ?? 'standard' }],
    );
  }

  /** Boot device of the last start that followed an override; null while none has. */
  bootedFrom(host: string): number | null {
    return this.#booted.get(host) ?? null;
  }

  /** The state of a host may have changed. */
  changed(): void {
    for (const { id, dialect } of this.#hosts) {
      const { state = 'off', boots = 0 } = this.#host(id) ?? {};
      const seen = this.#seen.get(id) ?? { state: 'off', boots: 0 };
      this.#seen.set(id, { state, boots });
      if (this.#isSilent(id)) continue;
      if (boots !== seen.boots) void this.#selfTest(id, dialect, boots);
      else if (state === 'running' && seen.state === 'post') void this.#handOver(id, dialect);
    }
  }

  #isSilent(host: string): boolean {
    return this.#faults.onHost('silentFirmware', host);
  }

  async #selfTest(host: string, dialect: 'standard' | 'meta', boot: number): Promise<void> {
    const faults = this.#faults;
    const isPresent = () => this.#host(host)?.boots === boot;
    if ((await this.#say(host, [0x06, 0x01])) === undefined) return;
    if (faults.onHost('garbledFirmware', host)) {
      for (const words of garbage) await this.#say(host, words);
      return;
    }
    if (dialect === 'meta') await this.#say(host, [0x30, 0x73]);
    await (dialect === 'meta' ? this.#takeOrder(host) : this.#takeFlags(host));
    const absent = new Set(
      faults.list.flatMap((fault) => (fault.kind === 'noModule' && fault.host === host ? [fault.index] : [])),
    );
    const tables = smbiosTables(firmwareParts.server, absent);
    const parts = dialect === 'meta' ? facebookWords(firmwareParts.server, absent) : [];
    for (const words of [versionWords(), ...parts]) if (isPresent()) await this.#say(host, words);
    const session = sessionOf((await this.#say(host, openWords)) ?? []);
    for (const words of tableWords(tables, session)) if (isPresent()) await this.#say(host, words);
  }

  /** As LinuxBoot does: a valid order is taken, and given back without the valid bit. */
  async #takeOrder(host: string): Promise<void> {
    const [mode = 0, ...devices] = (await this.#say(host, [0x30, 0x53])) ?? [];
    if (devices.length === 0) return;
    if (mode & orderMode.valid) this.#booted.set(host, devices[0] ?? 0);
    await this.#say(host, [0x30, 0x52, mode & ~(orderMode.valid | orderMode.clearCmos), ...devices]);
  }

  /** As UEFI does: flags count only while bit 0 of the acknowledge data is set, and both are cleared. */
  async #takeFlags(host: string): Promise<void> {
    const acknowledge = await this.#say(host, [0x00, 0x09, 4, 0, 0]);
    const [, , first = 0, second = 0] = (await this.#say(host, [0x00, 0x09, 5, 0, 0])) ?? [];
    if (((acknowledge?.[3] ?? 0) & 1) === 0 || (first & 0x80) === 0) return;
    this.#booted.set(host, (second >> 2) & 15);
    await this.#say(host, [0x00, 0x08, 4, 1, 0]);
    // A persistent override stays.
    if ((first & 0x40) === 0) await this.#say(host, [0x00, 0x08, 5, 0, 0, 0, 0, 0]);
  }

  async #handOver(host: string, dialect: 'standard' | 'meta'): Promise<void> {
    if (dialect === 'meta') await this.#say(host, [0x30, 0x74]);
    const name = [...Buffer.from(host.slice(0, 14), 'latin1')];
    await this.#say(host, [0x06, 0x58, 2, 0, 0, name.length, ...name]);
    // S0, working, and the device in D0.
    await this.#say(host, [0x06, 0x06, 0x80, 0x80]);
  }

  /** The data of an answer; undefined without one. */
  async #say(host: string, [netFn, command, ...data]: Words): Promise<readonly number[] | undefined> {
    const answer = await this.interfaces.ask(host, { netFn, command, data: Uint8Array.from(data) });
    return answer?.code === 0 ? [...answer.data] : answer === undefined ? undefined : [];
  }
}

/** What a host sends whose memory is damaged. */
const garbage: readonly Words[] = [
  [0x36, 0x12],
  [0x36, 0x12, 0, 0, 0, 0xff, 1, 1],
  [0x36, 0x10, 0, 0, 0, 0, 2, 1],
  [0x30, 0x52, 0x81],
  [0x06, 0x58, 1, 0, 0, 200, ...new Array<number>(14).fill(0xff)],
  openWords,
  ...tableWords(Uint8Array.from([...le(0xff04, 2), 1, 2, ...new Array<number>(200).fill(0xff)]), 1),
  [BIC_NETFN, 0x01, 1, 2, 3],
];
