/** ComputerSystem and its collection. */
import type { Fru } from '../../../board/model/chassis.ts';
import {
  type BootOverride,
  bootTargets,
  type Host,
  type ResetType,
  type RestorePolicy,
} from '../../../board/model/power.ts';
import { hostUuid } from '../../../host/identity.ts';
import { message } from '../../../messages/messages.ts';
import { type App, collection, resource } from '../../app.ts';
import type {
  ComputerSystemBody,
  ComputerSystemBootProgress,
  ResourceStatus,
  Writables,
} from '../../generated/types.ts';
import { assetTag } from '../../mapping/asset-tag.ts';
import { link, links, statusOf } from '../../mapping/common.ts';
import { indicatorOf, indicatorWrite } from '../../mapping/indicators.ts';
import { runReset } from '../../mapping/resets.ts';
import { systemSummary } from '../../mapping/system-summary.ts';
import { codeText } from '../../records/board.ts';
import type { Changes } from '../../service/declare.ts';
import { chassisUri, consoleUri, managerUri } from '../../uris.ts';
import { bootOrderOf } from './boot-options.ts';
import { simpleStorageLink } from './simple-storage.ts';
import { virtualMediaLink } from './virtual-media.ts';

const bootEnabled = ['Disabled', 'Once', 'Continuous'];
const bootModes = ['Legacy', 'UEFI'];
const restorePolicies: readonly RestorePolicy[] = ['AlwaysOn', 'AlwaysOff', 'LastState'];

export const system = resource({
  uri: '/redfish/v1/Systems/{ComputerSystemId}',
  schema: 'ComputerSystem',
  shows: 'readings',
  ids: (app) => [...app.board.hosts.keys()],
  find: (app, { ComputerSystemId }) => app.board.hosts.get(ComputerSystemId),
  // Codes of firmware move many times a second.
  volatile: ['OemLastState', 'LastStateTime'],
  body: (host, { app, uri }): ComputerSystemBody => {
    const fru = fruOf(app, host);
    return {
      Name: host.name,
      SystemType: 'Physical',
      Manufacturer: fru?.manufacturer ?? host.facts.manufacturer ?? app.board.platform.manufacturer ?? null,
      Model: fru?.model ?? host.facts.model ?? app.board.platform.name,
      SKU: null,
      PartNumber: fru?.partNumber ?? null,
      SerialNumber: fru?.serialNumber ?? null,
      UUID: hostUuid(app.uuid, app.board.platform, host.id),
      AssetTag: host.assetTag,
      ...systemSummary(app, host, uri),
      SimpleStorage: simpleStorageLink(app, host.id),
      VirtualMedia: virtualMediaLink(app, host.id),
      PowerState: host.powerState,
      PowerRestorePolicy: host.restorePolicy,
      LastResetTime: host.lastReset?.time.toISOString(),
      BootProgress: bootProgress(host, app.hosts.get(host.id)?.osRunning ?? false),
      Boot: {
        BootSourceOverrideEnabled: host.boot.enabled,
        BootSourceOverrideTarget: host.boot.target,
        BootSourceOverrideMode: host.boot.mode ?? 'UEFI',
        UefiTargetBootSourceOverride: host.boot.uefiTarget,
        HttpBootUri: host.boot.httpBootUri,
        ...bootOrderOf(app, host.id),
        ...(host.bootRetry === null
          ? {}
          : {
              AutomaticRetryConfig: host.bootRetry.config,
              AutomaticRetryAttempts: host.bootRetry.attempts,
              RemainingAutomaticRetryAttempts: host.bootRetry.remaining,
            }),
      },
      ...serialConsole(app, host),
      ...indicatorOf(app.board.chassis.get(host.chassis)),
      Status: { ...statusOf(host.status), ...silence(app, host.id) },
      LogServices: link(`${uri}/LogServices`),
      Links: {
        Chassis: links([chassisUri(host.chassis)]),
        ManagedBy: links([managerUri(app.board.platform.manager.id)]),
      },
    };
  },
  writes: [
    assetTag<Host>((app, { id }, tag) => app.board.setAssetTag({ host: id }, tag)),
    {
      properties: ['PowerRestorePolicy'],
      allowable: () => ({ PowerRestorePolicy: restorePolicies }),
      apply: async (host, changes, { app }) => {
        const before = host.restorePolicy;
        const policy = changes.get('PowerRestorePolicy');
        if (policy !== undefined) await app.board.setRestorePolicy(host.id, policy);
        return () => app.board.setRestorePolicy(host.id, before);
      },
    },
    {
      properties: [
        'Boot/BootSourceOverrideEnabled',
        'Boot/BootSourceOverrideTarget',
        'Boot/BootSourceOverrideMode',
        'Boot/UefiTargetBootSourceOverride',
        'Boot/HttpBootUri',
      ],
      allowable: () => ({
        'Boot/BootSourceOverrideEnabled': bootEnabled,
        'Boot/BootSourceOverrideTarget': bootTargets,
        'Boot/BootSourceOverrideMode': bootModes,
      }),
      check: (host, changes) => {
        const wanted = bootOf(host, changes);
        // HTTP boot is a protocol of UEFI.
        if (wanted.target === 'UefiHttp' && wanted.mode === 'Legacy' && wanted.enabled !== 'Disabled')
          return [
            message(
              'Base.PropertyValueConflict',
              ['Boot/BootSourceOverrideTarget', 'Boot/BootSourceOverrideMode'],
              { relatedProperties: ['#/Boot/BootSourceOverrideMode'] },
            ),
          ];
        // An override that names no target could never take effect.
        const aimless = wanted.target === 'UefiTarget' && wanted.uefiTarget === null;
        return aimless && wanted.enabled !== 'Disabled'
          ? [
              message(
                'Base.PropertyValueConflict',
                ['Boot/BootSourceOverrideTarget', 'Boot/UefiTargetBootSourceOverride'],
                { relatedProperties: ['#/Boot/UefiTargetBootSourceOverride'] },
              ),
            ]
          : [];
      },
      apply: async (host, changes, { app }) => {
        const before = host.boot;
        await app.board.setBoot(host.id, bootOf(host, changes));
        return () => app.board.setBoot(host.id, before);
      },
    },
    {
      properties: ['Boot/AutomaticRetryConfig', 'Boot/AutomaticRetryAttempts'],
      unless: ({ bootRetry }) => bootRetry === null,
      apply: async (host, changes, { app }) => {
        const { config, attempts } = host.bootRetry ?? { config: 'Disabled', attempts: 0 };
        await app.board.setBootRetry(host.id, {
          config: changes.get('Boot/AutomaticRetryConfig') ?? config,
          attempts: changes.get('Boot/AutomaticRetryAttempts') ?? attempts,
        });
        return () => app.board.setBootRetry(host.id, { config, attempts });
      },
    },
    {
      properties: ['SerialConsole/WebSocket/ServiceEnabled'],
      unless: ({ id }, app) => !app.board.consoles.has(id),
      apply: (host, changes, { app }) => {
        const console = app.board.consoles.get(host.id);
        const before = console?.enabled ?? false;
        console?.enable(changes.get('SerialConsole/WebSocket/ServiceEnabled') === true);
        return () => console?.enable(before);
      },
    },
    indicatorWrite<Host>((app, host) => app.board.chassis.get(host.chassis)),
  ],
  actions: {
    'ComputerSystem.Reset': {
      isOrdered: true,
      parameters: {
        ResetType: { type: 'String', required: true, allowable: (host) => host.supportedResets },
      },
      run: (host, { ResetType }, context) => {
        const { board } = context.app;
        const what = {
          name: host.name,
          action: 'ComputerSystem.Reset',
          chassis: host.chassis,
          supported: host.supportedResets,
          refusal: (type: ResetType) => host.resetRefusal(type),
          reset: (type: ResetType) => board.reset(host.id, type),
        };
        return runReset(what, ResetType, context);
      },
    },
  },
});

export const systems = collection({
  uri: '/redfish/v1/Systems',
  schema: 'ComputerSystemCollection',
  name: 'Computer systems',
  members: system,
});

/** The inventory of a host: its own, or that of the chassis it stands in. */
function fruOf({ board }: App, host: Host): Fru | undefined {
  const fru = host.facts.fru ?? board.chassis.get(host.chassis)?.facts.fru;
  return fru === undefined ? undefined : board.frus.get(fru);
}

/** Controllers of the host that do not answer, with the time of the last answer. */
function silence(app: App, host: string): Pick<ResourceStatus, 'Conditions'> {
  const conditions = [...app.board.nodes.values()].flatMap(({ facts, name, fault, status, lastAnswer }) => {
    if (facts.host !== host || status.health === 'OK') return [];
    const said = message('Platform.DeviceManagementInterfaceUnresponsive', [name]);
    const since =
      lastAnswer === null
        ? 'It has not answered yet.'
        : `Its last answer was at ${lastAnswer.toISOString()}.`;
    return [
      {
        MessageId: said.MessageId,
        MessageArgs: said.MessageArgs,
        Message: `${said.Message} ${since} ${fault}.`,
        Severity: 'Warning' as const,
        Timestamp: (lastAnswer ?? app.started).toISOString(),
      },
    ];
  });
  return conditions.length === 0 ? {} : { Conditions: conditions };
}

/** A console that is switched on gives no more than its URI: who opens it must log in as for any request. */
function serialConsole(app: App, { id }: Host): Pick<ComputerSystemBody, 'SerialConsole'> {
  const console = app.board.consoles.get(id);
  if (console === undefined) return {};
  return {
    SerialConsole: {
      MaxConcurrentSessions: console.maxClients,
      WebSocket: { ServiceEnabled: console.enabled, ConsoleURI: consoleUri(id), Interactive: true },
    },
  };
}

function bootOf({ boot }: Host, changes: Changes<Writables['ComputerSystem']>): BootOverride {
  const target = changes.get('Boot/BootSourceOverrideTarget');
  const mode = changes.get('Boot/BootSourceOverrideMode');
  const uefiTarget = changes.get('Boot/UefiTargetBootSourceOverride');
  const httpBootUri = changes.get('Boot/HttpBootUri');
  return {
    enabled: changes.get('Boot/BootSourceOverrideEnabled') ?? boot.enabled,
    target: bootTargets.find((each) => each === target) ?? boot.target,
    mode: mode === undefined ? boot.mode : mode,
    uefiTarget: uefiTarget === undefined ? boot.uefiTarget : uefiTarget,
    httpBootUri: httpBootUri === undefined ? boot.httpBootUri : httpBootUri,
  };
}

/** While the firmware works, the last code that it wrote says more than any word of the schema. */
function bootProgress(
  { powerState, postComplete, postSince, postCodes }: Host,
  osRunning: boolean,
): ComputerSystemBootProgress | undefined {
  const code = postCodes?.last ?? null;
  if (powerState === 'On' && osRunning) return { LastState: 'OSRunning' };
  if (postComplete === null && code === null) return undefined;
  const since = { LastStateTime: postSince?.toISOString() };
  // Firmware may be at work while the power is still being watched.
  if (powerState !== 'On' && code === null) return { LastState: 'None', ...since };
  if (postComplete === true) return { LastState: 'SystemHardwareInitializationComplete', ...since };
  if (code === null) return { LastState: 'PrimaryProcessorInitializationStarted', ...since };
  return { LastState: 'OEM', OemLastState: codeText(code.code), LastStateTime: code.time.toISOString() };
}
