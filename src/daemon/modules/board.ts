/** The board: its events and POST codes are recorded as they happen. */
import type { Logger } from '../../base/logger.ts';
import { createBoard } from '../../board/board.ts';
import { foundOf } from '../../board/found.ts';
import type { Board } from '../../board/model/board.ts';
import { SpeakingHosts } from '../../host/hosts.ts';
import { machineRestarted } from '../../network/restart.ts';
import { nodeSource } from '../../redfish/records/board.ts';
import type { ModuleContext } from '../options.ts';
import type { Storage } from './store.ts';

/** Milliseconds after the start by which every device has been read or has failed. */
const firstRound = 15_000;

export interface BoardModule {
  readonly board: Board;
  /** What hosts have said. */
  readonly hosts: SpeakingHosts;
}

export function boardModule({ options, lifecycle }: ModuleContext, storage: Storage): BoardModule {
  const { settings, journal, recording } = storage;
  const log = options.log.child('board');
  const board = createBoard(options.platform, options.hardware, settings, {
    log,
    mainsRestored: options.mainsRestored ?? machineRestarted(settings, log),
    mark: (node) => journal.mark(nodeSource(node)),
    answerHost: (...request) => hosts.answer(...request),
  });
  const hosts: SpeakingHosts = createHosts(options, storage, board);
  board.onEvent((event) => recording.board(board, event));
  board.onPostCodes(recording.postCodes);
  const summary = new Summary(board, log);
  lifecycle.add(
    'board',
    async () => {
      await board.start();
      hosts.start();
      summary.start();
    },
    async () => {
      summary.stop();
      await hosts.stop();
      await board.stop();
    },
  );
  return { board, hosts };
}

function createHosts(
  { hardware, log, version }: ModuleContext['options'],
  { settings, journal, recording }: Storage,
  board: Board,
): SpeakingHosts {
  return new SpeakingHosts({
    ...{ board, settings, version },
    interfaces: hardware.hostIpmi,
    log: log.child('host'),
    uuid: settings.serviceUuid,
    now: () => new Date(),
    selLog: (system) => ({
      get revision() {
        return journal.revision;
      },
      newest: (after, top) =>
        journal.page(
          { log: 'SEL', system },
          {
            skip: 0,
            top,
            newestFirst: true,
            filter: { kind: 'compare', field: 'id', operator: 'gt', value: after },
          },
        ),
    }),
    emit: (event) => recording.board(board, event),
  });
}

/** Logs once how much of the descriptor was found. */
class Summary {
  readonly #board: Board;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;

  constructor(board: Board, log: Logger) {
    this.#board = board;
    this.#log = log;
  }

  start(): void {
    this.#timer = setTimeout(() => {
      const found = foundOf(this.#board);
      const text = `${found.responding} of ${found.devices} devices respond`;
      this.#log[found.missing.length === 0 ? 'info' : 'warn'](text, found);
    }, firstRound).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
