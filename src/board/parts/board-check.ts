/** Checks the board against its descriptor, by the product name in its inventory. */
import type { Logger } from '../../base/logger.ts';
import type { Platform } from '../../platform/vocabulary/index.ts';
import type { Fru } from '../model/chassis.ts';
import type { BoardSignals } from '../signals.ts';

/** Reports once when the inventory names another board than the descriptor describes. */
export function checkBoard(
  { probe, name, manager }: Platform,
  frus: ReadonlyMap<string, Fru>,
  signals: BoardSignals,
  log: Logger,
): void {
  if (probe === undefined) return;
  const product = new RegExp(probe.product);
  const stop = signals.on('inventoryRead', () => {
    const fru = frus.get(probe.fru);
    const names = [...new Set([fru?.model, fru?.boardModel])].filter((each) => each != null);
    // An inventory without a name may be damaged, or be read later.
    if (names.length === 0) return;
    stop();
    if (names.some((each) => product.test(each))) return;
    const detail =
      `The inventory ${probe.fru} names this board "${names.join('" and "')}", which does not match ` +
      `"${probe.product}" of the descriptor for ${name}: its sensors and limits may be wrong.`;
    log.error('the descriptor is for another board', { board: names, product: probe.product, name });
    signals.emit('event', {
      message: 'ResourceEvent.ResourceErrorsDetected',
      args: ['Model', 'descriptor for another board'],
      severity: 'Critical',
      origin: { kind: 'manager', id: manager.id },
      detail,
    });
  });
}
