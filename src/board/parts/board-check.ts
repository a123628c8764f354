/** Whether the board is the one that the descriptor describes, by what its inventory says. */
import type { Platform } from '../../platform/vocabulary/index.ts';
import type { Changes } from '../changes.ts';
import type { Fru } from '../model.ts';

export class BoardCheck {
  readonly #platform: Platform;
  readonly #product: RegExp;
  readonly #changes: Changes;
  readonly #log: (message: string) => void;
  #done = false;

  constructor(platform: Platform, changes: Changes, log: (message: string) => void) {
    this.#platform = platform;
    this.#product = new RegExp(platform.probe?.product ?? '');
    this.#changes = changes;
    this.#log = log;
  }

  /** Says so, once, when the board is another. */
  look(frus: ReadonlyMap<string, Fru>): void {
    const { probe, name, manager } = this.#platform;
    const fru = probe === undefined ? undefined : frus.get(probe.fru);
    const names = [fru?.model, fru?.boardModel].filter((each) => each != null);
    // An inventory that says nothing may be damaged, or be read at another time.
    if (this.#done || probe === undefined || names.length === 0) return;
    this.#done = true;
    if (names.some((each) => this.#product.test(each))) return;
    const detail = `This board says it is "${names.join('", "')}", and the descriptor is for ${name}: its sensors and limits may be wrong.`;
    this.#log(detail);
    this.#changes.emit({
      message: 'ResourceEvent.ResourceErrorsDetected',
      args: ['Model', 'descriptor for another board'],
      severity: 'Critical',
      origin: { kind: 'manager', id: manager.id },
      detail,
    });
  }
}
