/** The board: its events and POST codes are recorded as they happen. */
import { createBoard } from '../../board/board.ts';
import type { Board } from '../../board/model.ts';
import { machineRestarted } from '../../network/restart.ts';
import { nodeSource } from '../../redfish/records/board.ts';
import type { ModuleContext } from '../options.ts';
import type { Storage } from './store.ts';

export function boardModule(
  { options, lifecycle }: ModuleContext,
  { settings, journal, recording }: Storage,
): Board {
  const log = options.log.child('board');
  const board = createBoard(options.platform, options.hardware, settings, {
    log: log.info,
    mainsRestored: options.mainsRestored ?? machineRestarted(settings, log),
    mark: (node) => journal.mark(nodeSource(node)),
  });
  board.onEvent((event) => recording.board(board, event));
  board.onPostCodes(recording.postCodes);
  lifecycle.add(
    'board',
    () => board.start(),
    () => board.stop(),
  );
  return board;
}
