/** What a system shows of what its host has told: summaries, texts and the watchdog. */
import type { Host } from '../../board/model/power.ts';
import type { App } from '../app.ts';
import type { ComputerSystemBody } from '../generated/types.ts';
import { link } from './common.ts';

const sum = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
};

type Summary = Pick<
  ComputerSystemBody,
  | 'BiosVersion'
  | 'HostName'
  | 'MemorySummary'
  | 'ProcessorSummary'
  | 'Processors'
  | 'Memory'
  | 'Bios'
  | 'HostWatchdogTimer'
>;

/** Only the host can tell these; they are null until it has. */
export function systemSummary(app: App, host: Host, uri: string): Summary {
  const told = app.hosts.get(host.id);
  const counted = { Count: host.processorCount, Model: host.facts.processors?.model ?? null };
  if (told === undefined) {
    return {
      ...{ BiosVersion: null, HostName: null, MemorySummary: { TotalSystemMemoryGiB: null } },
      ProcessorSummary: counted,
    };
  }
  const { inventory } = told;
  const processors = inventory.processors().filter(({ facts }) => facts.present);
  const memory = inventory.memory().filter(({ facts }) => facts.present);
  const mib = sum(memory.map(({ facts }) => facts.mib));
  const [first] = processors;
  return {
    BiosVersion: inventory.texts.biosVersion,
    HostName: inventory.texts.hostName,
    MemorySummary: { TotalSystemMemoryGiB: mib === null ? null : mib / 1024 },
    ProcessorSummary:
      first === undefined
        ? counted
        : {
            Count: processors.length,
            Model: first.facts.model ?? counted.Model,
            CoreCount: sum(processors.map(({ facts }) => facts.cores)),
            LogicalProcessorCount: sum(processors.map(({ facts }) => facts.threads)),
          },
    Processors: link(`${uri}/Processors`),
    Memory: link(`${uri}/Memory`),
    Bios: link(`${uri}/Bios`),
    ...watchdogOf(told.watchdog),
  };
}

const warnings = {
  none: 'None',
  smi: 'SMI',
  nmi: 'DiagnosticInterrupt',
  message: 'MessagingInterrupt',
} as const;
const actions = {
  none: 'None',
  hardReset: 'ResetSystem',
  powerDown: 'PowerDown',
  powerCycle: 'PowerCycle',
} as const;

/** The watchdog as the host has set it; nobody else sets it. */
function watchdogOf(
  watchdog: NonNullable<ReturnType<App['hosts']['get']>>['watchdog'],
): Pick<Summary, 'HostWatchdogTimer'> {
  const { running = false, warning = 'none', action = 'none' } = watchdog ?? {};
  return {
    HostWatchdogTimer: {
      FunctionEnabled: running,
      ...{ WarningAction: warnings[warning], TimeoutAction: actions[action] },
      Status: { State: running ? 'Enabled' : 'StandbyOffline', Health: 'OK' },
    },
  };
}
