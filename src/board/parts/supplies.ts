/** The power supplies of a board. */
import { chassisScope } from '../model/revisions.ts';
import { settleAfterInsertion } from './pluggable.ts';
import { BoardSupply, type SupplyFacts, type SupplyParts } from './supply.ts';

export class Supplies {
  readonly all: ReadonlyMap<string, BoardSupply>;

  constructor(supplies: readonly SupplyFacts[], parts: SupplyParts, defaultChassis: string) {
    this.all = new Map(
      supplies.map((facts) => [facts.id, new BoardSupply(facts, facts.chassis ?? defaultChassis, parts)]),
    );
    for (const supply of this.all.values()) watch(supply, parts);
    parts.signals.on('stateSettled', () => {
      for (const supply of this.all.values()) supply.update();
    });
  }
}

function watch(supply: BoardSupply, { lines, signals }: SupplyParts): void {
  const { facts, chassis } = supply;
  const reevaluate = () => signals.emit('availabilityChanged', undefined);
  lines.watch(facts.present, (present) => {
    supply.plug.setPresent(present);
    reevaluate();
    if (present) setTimeout(reevaluate, settleAfterInsertion).unref();
  });
  lines.watch(facts.good, () => {
    supply.update();
    signals.emit('stateChanged', chassisScope(chassis));
  });
}
