/** What every component of a board is built on. */
import type { Logger } from '../base/logger.ts';
import type { Lines } from './lines/lines.ts';
import type { Topology } from './parts/topology.ts';
import type { PersistedState } from './persisted-state.ts';
import type { ChassisAvailability } from './sensing/unavailability.ts';
import type { BoardSignals } from './signals.ts';

export interface BoardContext {
  readonly signals: BoardSignals;
  readonly topology: Topology;
  readonly persisted: PersistedState;
  readonly lines: Lines;
  readonly availability: ChassisAvailability;
  readonly log: Logger;
  readonly now: () => Date;
}
