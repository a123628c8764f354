/** The one table of IPMI commands for whatever a host says, by whichever way it comes. */
import {
  COMPLETION,
  type IpmiRequest,
  type IpmiResponse,
  MESSAGE_FLAG,
  NETFN,
  type RequestContext,
  type Route,
  Router,
  refuse,
  SystemInfo,
  SystemInterface,
  type WatchdogState,
  WatchdogTimer,
} from 'node-ipmi';
import type { Logger } from '../base/logger.ts';
import type { Board, BoardSettings } from '../board/model/board.ts';
import type { HostEvent } from '../board/model/event.ts';
import type { BootOverride, ResetType } from '../board/model/power.ts';
import { addRecord, platformEvent } from '../board/nodes/bmc-requests.ts';
import type { HostFacts, HostRight } from '../platform/vocabulary/index.ts';
import { Blobs } from './blobs.ts';
import { controllerRoutes } from './controller.ts';
import { facebookRoutes } from './facebook.ts';
import { HostBootOptions } from './host-boot.ts';
import { HostInventory } from './inventory.ts';
import { defaultRights, mayAsk } from './policy.ts';
import { SdrView } from './sdr-view.ts';
import { type HostLog, SelView } from './sel-view.ts';
import { parseSmbios } from './smbios/tables.ts';

export interface HostCommandsParts {
  readonly facts: HostFacts;
  readonly board: Board;
  readonly settings: BoardSettings;
  readonly selLog: HostLog;
  readonly log: Logger;
  readonly now: () => Date;
  readonly version: string;
  readonly uuid: string;
  /** Records an event of the host; resolves once it is stored. */
  emit(event: HostEvent): Promise<unknown>;
  /** Records 16 bytes that the host has sent for the event log. */
  record(bytes: Uint8Array): Promise<void>;
  attention(on: boolean): void;
  interrupts(on: boolean): void;
  /** What is shown of the host has changed. */
  changed(): void;
}

/** The system interface is channel 15; the host behind it is one, whoever asks on it. */
const context: RequestContext = { privilege: 5, channel: 0x0f, user: 0 };
/** S0, working: the operating system has begun. */
const working = 0;

const watchdogResets: Readonly<Record<WatchdogState['action'], ResetType | null>> = {
  none: null,
  hardReset: 'ForceRestart',
  powerDown: 'ForceOff',
  powerCycle: 'PowerCycle',
};

export class HostCommands {
  readonly inventory: HostInventory;
  readonly boot: HostBootOptions;
  /** The operating system has told that it works. */
  osRunning = false;
  readonly #parts: HostCommandsParts;
  readonly #router: Router;
  readonly #watchdog: WatchdogTimer;
  readonly #system: SystemInterface;
  readonly #blobs: Blobs;
  readonly #rights: readonly HostRight[];

  constructor(parts: HostCommandsParts) {
    this.#parts = parts;
    const { facts, board, settings, now, selLog } = parts;
    const { dialect = 'standard', manufacturer = 0, hostMay = defaultRights } = facts.ipmi ?? {};
    this.#rights = hostMay;
    this.inventory = new HostInventory(facts, {
      ...{ settings, now },
      changed: () => parts.changed(),
      report: (what) =>
        void parts.emit({
          message: 'Redfishd.HostInventoryChanged',
          args: [this.#name, what],
          severity: 'OK',
        }),
    });
    this.boot = this.#createBoot();
    this.#watchdog = this.#createWatchdog();
    this.#system = new SystemInterface({
      attention: (on) => parts.attention(on),
      interrupts: (on) => parts.interrupts(on),
      acpi: (system) => this.#acpi(system),
    });
    this.#blobs = new Blobs((blob) => this.inventory.table(parseSmbios(blob)));
    this.#router = new Router([
      ...controllerRoutes(parts),
      ...this.#system.routes(),
      ...new SystemInfo((name, text) => this.inventory.text(name, text)).routes(),
      ...this.#watchdog.routes(),
      ...this.boot.routes(dialect),
      ...new SelView({ host: facts.id, log: selLog, settings, now, manufacturer }).routes(),
      ...new SdrView(board, now).routes(),
      ...this.#blobs.routes(),
      ...this.#recordRoutes(),
      ...(dialect === 'meta' ? this.#facebook() : []),
    ]);
  }

  /** The watchdog as the host has set it; null before it has. */
  get watchdog(): WatchdogState | null {
    const { state } = this.#watchdog;
    return state.use === undefined ? null : state;
  }

  /** Answers a request, whatever its bytes are. Never rejects. */
  async handle(request: IpmiRequest): Promise<IpmiResponse> {
    if (!mayAsk(this.#rights, request.netFn, request.command))
      return { code: COMPLETION.insufficientPrivilege, data: new Uint8Array() };
    return this.#router.handle(request, context);
  }

  /** The firmware begins anew. */
  began(): void {
    this.osRunning = false;
    this.inventory.began();
    this.#blobs.restarted();
    this.#system.restarted();
  }

  /** The firmware has finished or, unless `isPowered`, has lost its power. */
  over(isPowered: boolean): void {
    if (isPowered) this.inventory.ended();
    else {
      this.osRunning = false;
      this.#watchdog.stop();
    }
  }

  stop(): void {
    this.#watchdog.stop();
    this.inventory.stop();
  }

  get #name(): string {
    const { facts } = this.#parts;
    return facts.name ?? facts.id;
  }

  #createBoot(): HostBootOptions {
    const { facts, board, settings } = this.#parts;
    const { id } = facts;
    const host = () => board.hosts.get(id);
    return new HostBootOptions({
      host: id,
      settings,
      override: () =>
        host()?.boot ?? {
          enabled: 'Disabled',
          target: 'None',
          mode: null,
          uefiTarget: null,
          httpBootUri: null,
        },
      setOverride: (boot) => this.#setBoot(boot),
      // Without a line that shows its end, an operating system that reads the override would use it up.
      read: () => {
        if (facts.post !== undefined) board.bootOverrideRead(id);
      },
      taken: () => this.#taken(),
    });
  }

  /** What boots the host may refuse a device, or not answer. */
  async #setBoot(boot: BootOverride): Promise<void> {
    const { facts, board, log } = this.#parts;
    await board.setBoot(facts.id, boot).catch((error: unknown) => {
      log.warn('a boot override of a host is refused', { host: facts.id, error: String(error) });
      return refuse(COMPLETION.notSupportedNow);
    });
  }

  #taken(): void {
    const { facts, board } = this.#parts;
    const boot = board.hosts.get(facts.id)?.boot;
    if (boot?.enabled !== 'Once') return;
    board.bootOverrideTaken(facts.id);
    void this.#parts.emit({
      message: 'Redfishd.HostTookBootOverride',
      args: [this.#name, boot.target],
      severity: 'OK',
    });
  }

  #createWatchdog(): WatchdogTimer {
    return new WatchdogTimer({
      changed: () => this.#parts.changed(),
      warned: ({ warning }) => {
        if (warning === 'message') this.#system.raise(MESSAGE_FLAG.watchdog);
        if (warning === 'nmi') this.#reset('Nmi');
      },
      expired: (state) => void this.#expired(state),
    });
  }

  /** The record comes before the action: a reset may follow at once. */
  async #expired({ use = 'oem', action, logged }: WatchdogState): Promise<void> {
    const type = watchdogResets[action];
    if (logged) {
      await this.#parts
        .emit({
          message: 'Redfishd.HostWatchdogExpired',
          args: [this.#name, use, type ?? 'None'],
          severity: type === null ? 'Warning' : 'Critical',
        })
        .catch(() => undefined);
    }
    if (type !== null) this.#reset(type);
  }

  #reset(type: ResetType): void {
    const { board, facts, log } = this.#parts;
    board.reset(facts.id, type).catch((error: unknown) => {
      log.error('the watchdog of a host cannot act', { host: facts.id, type, error: String(error) });
    });
  }

  #acpi(system: number | undefined): void {
    if (system === undefined) return;
    this.osRunning = system === working;
    this.#parts.changed();
  }

  #recordRoutes(): readonly Route[] {
    const { now, record } = this.#parts;
    const log = { now, record: (bytes: Uint8Array) => record(bytes) };
    const kept = [
      [NETFN.sensorEvent, 0x02, platformEvent(undefined)],
      [NETFN.storage, 0x44, addRecord],
    ] as const;
    return kept.map(([netFn, command, answer]): Route => {
      return [
        netFn,
        command,
        0,
        async (request) => {
          const { code, data } = await answer({ netFn, command, data: request.rest() }, log);
          return code === 0 ? data : refuse(code);
        },
      ];
    });
  }

  #facebook(): readonly Route[] {
    const { inventory } = this;
    return facebookRoutes({
      processor: (index, facts) => inventory.processor(index, facts),
      module: (index, facts) => inventory.module(index, facts),
      drive: (index, facts) => inventory.drive(index, facts),
      // Where no line shows it, this is the begin of a boot.
      postBegan: () => {
        if (this.#parts.facts.post === undefined) this.began();
      },
      postEnded: () => inventory.ended(),
    });
  }
}
