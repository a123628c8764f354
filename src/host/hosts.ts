/** The hosts that speak IPMI with this controller: their interfaces, and what they have said. */
import { decodeSelRecord, type IpmiRequest, type IpmiResponse, type WatchdogState } from 'node-ipmi';
import { DeviceError } from '../../drivers/errors.ts';
import { type HostInterface, type HostInterfaces, wayOf } from '../../drivers/host-ipmi/host-ipmi.ts';
import type { Logger } from '../base/logger.ts';
import type { Board, BoardSettings } from '../board/model/board.ts';
import type { BoardEvent } from '../board/model/event.ts';
import { recordEvent } from '../board/nodes/sel-events.ts';
import type { HostFacts, HostIpmiFacts } from '../platform/vocabulary/index.ts';
import { HostCommands } from './host-commands.ts';
import { hostUuid } from './identity.ts';
import type { HostInventory } from './inventory.ts';
import type { HostLog } from './sel-view.ts';

export interface HostsParts {
  readonly board: Board;
  readonly settings: BoardSettings;
  readonly interfaces: HostInterfaces;
  readonly log: Logger;
  readonly version: string;
  /** UUID of the service. */
  readonly uuid: string;
  readonly now: () => Date;
  /** The event log of a host. */
  selLog(host: string): HostLog;
  /** Records an event; resolves once it is stored. */
  emit(event: BoardEvent): Promise<unknown>;
}

/** What is known of a host by what it has said. */
export interface SpeakingHost {
  readonly inventory: HostInventory;
  readonly osRunning: boolean;
  readonly watchdog: WatchdogState | null;
  /** Order of its boot devices; null where its firmware tells none. */
  readonly bootOrder: readonly number[] | null;
}

/** A device that is missing may be made later: its driver is a module. Milliseconds. */
const retryTime = 30_000;

/** Takes the record of a host into the log: with the sensors of its own controller where it has one. */
export type RecordSink = (bytes: Uint8Array) => Promise<void>;

class SpokenHost implements SpeakingHost {
  readonly facts: HostFacts;
  readonly commands: HostCommands;
  readonly #parts: HostsParts;
  readonly #open: (HostInterface | undefined)[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  #sink: RecordSink | undefined;
  #isStopped = false;

  constructor(facts: HostFacts, parts: HostsParts, changed: () => void) {
    this.facts = facts;
    this.#parts = parts;
    const { board, settings, log, now, version } = parts;
    const { id } = facts;
    this.commands = new HostCommands({
      ...{ facts, board, settings, log, now, version, changed },
      selLog: parts.selLog(id),
      uuid: hostUuid(parts.uuid, board.platform, id),
      emit: (event) => parts.emit({ ...event, origin: { kind: 'host', id }, host: id }),
      record: (bytes) => (this.#sink ?? ((own) => this.#record(own)))(bytes),
      attention: (on) => this.#each((each) => each.attention(on)),
      interrupts: (on) => this.#each((each) => each.interrupts(on)),
    });
  }

  get inventory(): HostInventory {
    return this.commands.inventory;
  }

  get osRunning(): boolean {
    return this.commands.osRunning;
  }

  get watchdog(): WatchdogState | null {
    return this.commands.watchdog;
  }

  get bootOrder(): readonly number[] | null {
    return this.facts.ipmi?.dialect === 'meta' ? this.commands.boot.order : null;
  }

  /** All interfaces of the descriptor are open. */
  get isReady(): boolean {
    const wanted = this.facts.ipmi?.interfaces ?? [];
    return wanted.every((_, index) => this.#open[index] !== undefined);
  }

  answer(request: IpmiRequest, sink: RecordSink): Promise<IpmiResponse> {
    this.#sink = sink;
    return this.commands.handle(request);
  }

  /** Opens the interfaces; `settled` is called when one has opened or closed. */
  start(settled: () => void): void {
    (this.facts.ipmi?.interfaces ?? []).forEach((facts, index) => void this.#connect(facts, index, settled));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(this.#open.map((each) => each?.close()));
    this.commands.stop();
  }

  async #connect(facts: Interface, index: number, settled: () => void): Promise<void> {
    const { interfaces, log } = this.#parts;
    const [way, path] = wayOf(facts);
    const where = { host: this.facts.id, way, path };
    try {
      const opened = await interfaces.open(facts, {
        answer: (request) => this.commands.handle(request),
        failed: (fault) => {
          if (fault !== null) log.warn('the IPMI interface of a host has failed', { ...where, fault });
          else log.info('the IPMI interface of a host works again', where);
        },
      });
      if (this.#isStopped) return void opened.close();
      this.#open[index] = opened;
      log.info('the IPMI interface of a host is open', where);
      settled();
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      log.warn('the IPMI interface of a host is not available', { ...where, cause: error.message });
      this.#later(() => void this.#connect(facts, index, settled));
    }
  }

  #later(job: () => void): void {
    if (this.#isStopped) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      job();
    }, retryTime);
    timer.unref();
    this.#timers.add(timer);
  }

  #each(use: (each: HostInterface) => void): void {
    for (const each of this.#open) if (each !== undefined) use(each);
  }

  async #record(bytes: Uint8Array): Promise<void> {
    const { emit, now } = this.#parts;
    const { id, name = id } = this.facts;
    const none = () => undefined;
    const context = { id, name, host: id, sensor: none, origin: none, unit: () => '' };
    const raw = Buffer.from(bytes).toString('hex');
    await emit(recordEvent(decodeSelRecord(bytes), raw, context, now()));
  }
}

type Interface = NonNullable<HostIpmiFacts['interfaces']>[number];

export class SpeakingHosts {
  readonly #parts: HostsParts;
  readonly #hosts: ReadonlyMap<string, SpokenHost>;
  readonly #listeners = new Set<() => void>();
  #revision = 0;
  #ends: readonly (() => void)[] = [];

  constructor(parts: HostsParts) {
    this.#parts = parts;
    const changed = () => {
      this.#revision += 1;
      for (const listener of this.#listeners) listener();
    };
    const hosts = (parts.board.platform.hosts ?? []).filter(({ ipmi }) => ipmi !== undefined);
    this.#hosts = new Map(hosts.map((facts) => [facts.id, new SpokenHost(facts, parts, changed)]));
  }

  /** Rises with every change of what is shown of the hosts. */
  get revision(): number {
    return this.#revision;
  }

  get(host: string): SpeakingHost | undefined {
    return this.#hosts.get(host);
  }

  /** Answers a request that came through another controller; undefined for a host that has no words of its own. */
  answer(host: string, request: IpmiRequest, sink: RecordSink): Promise<IpmiResponse> | undefined {
    return this.#hosts.get(host)?.answer(request, sink);
  }

  start(): void {
    const { board } = this.#parts;
    this.#ends = [
      board.onHostBoot((host, phase) => {
        const spoken = this.#hosts.get(host);
        if (phase === 'began') spoken?.commands.began();
        else spoken?.commands.over(phase === 'finished');
      }),
    ];
    for (const host of this.#hosts.values()) host.start(() => this.#settled());
    this.#settled();
  }

  async stop(): Promise<void> {
    for (const end of this.#ends) end();
    await Promise.all([...this.#hosts.values()].map((host) => host.stop()));
  }

  /** Firmware that waits for the controller is let go only while its requests are answered. */
  #settled(): void {
    if ([...this.#hosts.values()].every((host) => host.isReady)) this.#parts.board.setReady(true);
  }
}
