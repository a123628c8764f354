/** How hosts follow the rest of the board: insertion and removal, slot power, their node, and leaks. */
import type { Logger } from '../../base/logger.ts';
import type { HostFacts, LineFacts } from '../../platform/vocabulary/index.ts';
import type { Presence } from '../parts/presence.ts';
import type { Topology } from '../parts/topology.ts';
import type { ChassisAvailability } from '../sensing/unavailability.ts';
import type { BoardSignals, SignalMap } from '../signals.ts';
import type { BoardHost } from './host.ts';
import type { Hosts } from './hosts.ts';
import type { Slots } from './slots.ts';

export interface HostReactionsParts {
  readonly signals: BoardSignals;
  readonly topology: Topology;
  readonly availability: ChassisAvailability;
  readonly presence: Presence;
  readonly slots: Slots;
  readonly hosts: Hosts;
  /** Lines of the descriptor by name. */
  readonly declared: Readonly<Record<string, LineFacts>>;
  readonly log: Logger;
}

/** Subscribes the hosts to what happens around them. */
export function connectHosts(parts: HostReactionsParts): void {
  const { signals, presence, slots, hosts, availability } = parts;
  signals.on('availabilityChanged', () => {
    for (const host of hosts.all.values())
      if (!presence.has(host.chassis) || !slots.feeds(host.chassis)) host.pulled();
  });
  signals.on('chassisReady', ({ chassis }) => {
    for (const host of hosts.all.values())
      if (chassis.includes(host.chassis) && availability.of(host.chassis) === null) host.pluggedIn();
  });
  signals.on('slotPowerChanged', (change) => slotPowerChanged(parts, change));
  signals.on('nodeReachable', ({ node, reachable }) => {
    for (const { facts, power } of hosts.all.values()) {
      if (powerNodeOf(facts, parts.declared) !== node) continue;
      if (reachable) power.refresh();
      else power.markUnknown();
    }
  });
  signals.on('leakDetected', (leak) => leaked(parts, leak));
  signals.on('protectionTripped', ({ sensor, host, reaction }) =>
    switchOff(
      parts,
      hosts.allPresent().filter(({ id }) => host === undefined || host === id),
      { reaction, cause: 'heat', by: { sensor } },
    ),
  );
}

/** Node that reports the power of a host; undefined where a line of the controller does. */
function powerNodeOf({ power }: HostFacts, lines: HostReactionsParts['declared']): string | undefined {
  if (power.kind === 'ipmi') return power.node;
  if (power.kind === 'qemu') return undefined;
  return power.kind === 'gpio' ? lines[power.good]?.node : undefined;
}

/** Hosts in a slot lose their power with it. */
function slotPowerChanged(
  { signals, topology, hosts }: HostReactionsParts,
  { chassis, name, off, requested }: SignalMap['slotPowerChanged'],
): void {
  for (const host of off ? hosts.allPresent() : []) {
    if (host.power.good !== true || !topology.isInside(host.chassis, chassis)) continue;
    signals.emit('event', {
      message: 'ResourceEvent.ResourcePoweredOff',
      args: [host.name],
      severity: requested ? 'OK' : 'Warning',
      origin: { kind: 'host', id: host.id },
      host: host.id,
      detail: `${name} has no power any more.`,
    });
  }
  signals.emit('availabilityChanged', undefined);
}

/** Switches off the hosts in the chassis of a leak and in those within; where there are none, the slots there. */
function leaked(
  parts: HostReactionsParts,
  { detector, chassis: leaking, reaction }: SignalMap['leakDetected'],
): void {
  const { hosts, topology } = parts;
  const affected = hosts.allPresent().filter(({ chassis }) => topology.isInside(chassis, leaking));
  if (affected.length === 0) switchSlotsOff(parts, detector, leaking);
  else switchOff(parts, affected, { reaction, cause: 'a leak', by: { detector } });
}

interface Reaction {
  readonly reaction: 'ForceOff' | 'GracefulShutdown';
  /** For the log: `a leak`. */
  readonly cause: string;
  readonly by: Readonly<Record<string, string>>;
}

function switchOff(
  { log }: HostReactionsParts,
  affected: readonly BoardHost[],
  { reaction, cause, by }: Reaction,
): void {
  for (const { id, power } of affected) {
    if (power.good !== true) continue;
    // A host that cannot be shut down by its operating system is switched off.
    const type = power.supported.includes(reaction) ? reaction : 'ForceOff';
    log.warn(`a host is switched off because of ${cause}`, { host: id, ...by, type });
    power.reset(type).catch((error: unknown) =>
      log.error(`a host cannot be switched off because of ${cause}`, {
        ...{ host: id, ...by },
        error: String(error),
      }),
    );
  }
}

function switchSlotsOff(
  { slots, topology, log }: Pick<HostReactionsParts, 'slots' | 'topology' | 'log'>,
  detector: string,
  leaking: string,
): void {
  const affected = [...slots.all.values()].filter(({ id }) => topology.isInside(id, leaking));
  if (affected.length === 0)
    log.error('nothing can be switched off because of a leak', { detector, chassis: leaking });
  for (const slot of affected) {
    const { id } = slot;
    if (slot.state === 'Off') continue;
    log.warn('a slot is switched off because of a leak', { chassis: id, detector });
    slot.reset('ForceOff').catch((error: unknown) =>
      log.error('a slot cannot be switched off because of a leak', {
        chassis: id,
        detector,
        error: String(error),
      }),
    );
  }
}
