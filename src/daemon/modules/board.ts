/** The board: its events and POST codes are recorded as they happen. */
import type { Logger } from '../../base/logger.ts';
import { createBoard } from '../../board/board.ts';
import { foundOf } from '../../board/found.ts';
import type { Board } from '../../board/model/board.ts';
import { machineRestarted } from '../../network/restart.ts';
import { nodeSource } from '../../redfish/records/board.ts';
import type { ModuleContext } from '../options.ts';
import type { Storage } from './store.ts';

/** Milliseconds after the start by which every device has been read or has failed. */
const firstRound = 15_000;

export function boardModule(
  { options, lifecycle }: ModuleContext,
  { settings, journal, recording }: Storage,
): Board {
  const log = options.log.child('board');
  const board = createBoard(options.platform, options.hardware, settings, {
    log,
    mainsRestored: options.mainsRestored ?? machineRestarted(settings, log),
    mark: (node) => journal.mark(nodeSource(node)),
  });
  board.onEvent((event) => recording.board(board, event));
  board.onPostCodes(recording.postCodes);
  const summary = new Summary(board, log);
  lifecycle.add(
    'board',
    async () => {
      await board.start();
      summary.start();
    },
    async () => {
      summary.stop();
      await board.stop();
    },
  );
  return board;
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
