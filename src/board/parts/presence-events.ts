/** Events for chassis and hosts that come and go: inserted and removed chassis, nodes added or removed at run time. */
import type { BoardSignals } from '../signals.ts';
import type { Presence } from './presence.ts';
import type { Topology } from './topology.ts';

interface Named {
  readonly id: string;
  readonly name: string;
}

export interface PresenceEventsParts {
  readonly signals: BoardSignals;
  readonly topology: Topology;
  readonly presence: Presence;
  /** All chassis and hosts of the board, present or not. */
  readonly chassis: ReadonlyMap<string, Named>;
  readonly hosts: ReadonlyMap<string, Named>;
}

/** Reports each chassis that is inserted or removed, with everything in it. */
export function connectPresenceEvents({
  signals,
  topology,
  presence,
  chassis,
  hosts,
}: PresenceEventsParts): void {
  signals.on('presenceChanged', ({ chassis: moved, present, inside }) => {
    // What is in another chassis that is not present stays removed.
    const affected = inside.filter((id) => !present || presence.has(id));
    const what = chassis.get(moved)?.name ?? moved;
    const how = present ? 'plugged in' : 'pulled out';
    const howOf = (id: string) => (id === moved ? how : `${how} with ${what}`);
    emitPresence(signals, present, 'chassis', named(affected, chassis), howOf);
    emitPresence(
      signals,
      present,
      'host',
      named(
        affected.flatMap((id) => topology.hostsIn(id)),
        hosts,
      ),
      howOf,
    );
  });
}

/** `ResourceCreated` or `ResourceRemoved` for each of `moved`; `howOf` completes "Slot 1 was …". */
export function emitPresence(
  signals: BoardSignals,
  isPresent: boolean,
  kind: 'chassis' | 'host',
  moved: readonly Named[],
  howOf: (id: string) => string,
): void {
  const what = isPresent ? 'ResourceCreated' : 'ResourceRemoved';
  for (const { id, name } of moved)
    signals.emit('event', {
      message: `ResourceEvent.${what}`,
      args: [],
      severity: 'OK',
      origin: { kind, id },
      detail: `${name} was ${howOf(id)}.`,
    });
}

const named = (ids: readonly string[], all: ReadonlyMap<string, Named>): Named[] =>
  ids.map((id) => ({ id, name: all.get(id)?.name ?? id }));
