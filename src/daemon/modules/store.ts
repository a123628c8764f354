/** What lasts: the database, the settings in it, and the journal with the records of all parts. */
import { Journal } from '../../journal/journal.ts';
import type { ManagerClock } from '../../network/manager-clock.ts';
import { journalWords } from '../../redfish/records/board.ts';
import { applyDefaults, requestedDefaults } from '../../store/defaults.ts';
import { StoreError } from '../../store/errors.ts';
import { Settings } from '../../store/settings.ts';
import { openStore, type Store } from '../../store/store.ts';
import type { ModuleContext } from '../options.ts';
import { type Recording, recording } from '../recording.ts';

export interface Storage {
  readonly store: Store;
  readonly settings: Settings;
  readonly journal: Journal;
  readonly recording: Recording;
  readonly clock: ManagerClock;
}

/** @throws StoreError when the directory cannot be used, or another daemon uses it */
export async function storeModule({ options, lifecycle }: ModuleContext): Promise<Storage> {
  const log = options.log.child('store');
  const manager = options.platform.manager.id;
  const defaults = requestedDefaults(options.state);
  if (defaults !== null) {
    if (defaults === 'ResetAll') await options.site.forgetNetwork();
    applyDefaults(options.state, defaults);
    log.warn('returned to factory settings, as a client had asked', { type: defaults });
  }
  const store = openStore(options.state);
  lifecycle.addStarted('store', () => store.close());
  const settings = new Settings(store);
  const clock = await options.site.clock(settings);
  const journal = new Journal(store, { messages: journalWords(manager), log: log.warn, clock });
  lifecycle.addStarted('journal', () => journal.close());
  try {
    journal.closeConditions();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log.warn('conditions of the previous run stay open in the logs: the store cannot be written', {
      err: error,
    });
  }
  const recorded = recording(journal, manager);
  lifecycle.addStarted('refusals', () => recorded.close());
  if (store.recovered !== null) {
    const { setAside, reason } = store.recovered;
    log.error('the store was damaged: it was set aside and a new one was created', { setAside, reason });
    void recorded.storeRecovered(reason);
  }
  return { store, settings, journal, recording: recorded, clock };
}
