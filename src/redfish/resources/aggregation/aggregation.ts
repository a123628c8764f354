/** Nodes that this manager bridges over the network, and how more are added while it runs. */
import type { AggregationSourceFacts } from '../../../aggregation/aggregation-sources.ts';
import { defaultPort, limits } from '../../../aggregation/aggregation-sources.ts';
import type { Node } from '../../../board/model/node.ts';
import { BoardRefusal } from '../../../board/model/refusal.ts';
import { message, RedfishError } from '../../../messages/messages.ts';
import { type App, collection, resource } from '../../app.ts';
import type {
  AggregationServiceBody,
  AggregationSourceBody,
  ConnectionMethodBody,
  Link,
} from '../../generated/types.ts';
import { enabled, link, links, statusOf } from '../../mapping/common.ts';
import type { Json } from '../../service/json.ts';
import { aggregationUri, chassisUri, sourceUri, systemUri } from '../../uris.ts';

const ipmi = `${aggregationUri}/ConnectionMethods/IPMI20`;

/** Only a manager of nodes on the network aggregates. */
const offers = (app: App): App | undefined => (app.sources === null ? undefined : app);

export const aggregationLink = (app: App): Link | undefined =>
  app.sources === null ? undefined : link(aggregationUri);

export const aggregationService = resource({
  uri: aggregationUri,
  schema: 'AggregationService',
  find: offers,
  body: (): AggregationServiceBody => ({
    Name: 'Aggregation service',
    ServiceEnabled: true,
    AggregationSources: link(`${aggregationUri}/AggregationSources`),
    ConnectionMethods: link(`${aggregationUri}/ConnectionMethods`),
    Status: enabled,
  }),
});

export const connectionMethod = resource({
  uri: `${aggregationUri}/ConnectionMethods/{ConnectionMethodId}`,
  schema: 'ConnectionMethod',
  ids: (app) => (app.sources === null ? [] : ['IPMI20']),
  find: (app, { ConnectionMethodId }) => (ConnectionMethodId === 'IPMI20' ? offers(app) : undefined),
  body: (app): ConnectionMethodBody => ({
    Name: 'IPMI 2.0 over LAN',
    ConnectionMethodType: 'IPMI20',
    ConnectionMethodVariant: 'RMCP+',
    Links: {
      AggregationSources: links(sourcesOf(app).map(({ id }) => sourceUri(id))),
      'AggregationSources@odata.count': sourcesOf(app).length,
    },
  }),
});

export const connectionMethods = collection({
  uri: `${aggregationUri}/ConnectionMethods`,
  schema: 'ConnectionMethodCollection',
  name: 'Ways to nodes',
  members: connectionMethod,
  exists: (app) => app.sources !== null,
});

/** A node on the network; `own` are the facts of one that was added here, and not by the descriptor. */
interface Source {
  readonly id: string;
  readonly node: Node;
  readonly own: AggregationSourceFacts | undefined;
}

const sourcesOf = ({ board, sources }: App): Source[] =>
  sources === null
    ? []
    : [...board.nodes.values()].flatMap((node) =>
        node.facts.link.kind === 'lan' ? [{ id: node.id, node, own: sources.all.get(node.id) }] : [],
      );

const hostPattern = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$|^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*$/;

/** What is wrong with values that lead to a node. */
function faultsOf(values: Readonly<Record<string, Json | undefined>>) {
  const { HostName, Port, UserName, Password } = values;
  const found = [];
  if (typeof HostName === 'string' && (HostName.length > 255 || !hostPattern.test(HostName)))
    found.push(message('Base.PropertyValueFormatError', [HostName, 'HostName']));
  if (typeof Port === 'number' && (Port < 1 || Port > 65_535))
    found.push(message('Base.PropertyValueOutOfRange', [Port, 'Port']));
  if (typeof UserName === 'string' && Buffer.byteLength(UserName) > limits.user)
    found.push(message('Base.StringValueTooLong', ['UserName', limits.user]));
  // What is wrong with a secret is said without it.
  if (typeof Password === 'string' && Buffer.byteLength(Password) > limits.password)
    found.push(message('Base.StringValueTooLong', ['Password', limits.password]));
  if (typeof Password === 'string' && (Password === '' || /[\r\n]/.test(Password)))
    found.push(message('Base.PropertyValueError', ['Password']));
  return found;
}

export const aggregationSource = resource({
  uri: `${aggregationUri}/AggregationSources/{AggregationSourceId}`,
  schema: 'AggregationSource',
  ids: (app) => sourcesOf(app).map(({ id }) => id),
  find: (app, { AggregationSourceId }) => sourcesOf(app).find(({ id }) => id === AggregationSourceId),
  body: ({ node, own }): AggregationSourceBody => {
    const { facts, chassis } = node;
    const { host = null, port = defaultPort, user = null } = facts.link.kind === 'lan' ? facts.link : {};
    const accessed = [chassisUri(chassis), ...(facts.host === undefined ? [] : [systemUri(facts.host)])];
    return {
      Name: own?.name ?? node.name,
      HostName: host,
      Port: port,
      UserName: user,
      Password: null,
      AggregationType: 'Full',
      Status: statusOf(node.status),
      Links: {
        ConnectionMethod: link(ipmi),
        ResourcesAccessed: links(accessed),
        'ResourcesAccessed@odata.count': accessed.length,
      },
    };
  },
  writes: [
    {
      properties: ['HostName', 'Port', 'UserName', 'Password'],
      unless: ({ own }) => own === undefined,
      check: (_model, changes) => faultsOf(Object.fromEntries(changes)),
      apply: async ({ own }, changes, { app }) => {
        if (own === undefined || app.sources === null) return undefined;
        const { sources } = app;
        const port = changes.get('Port');
        const password = changes.get('Password');
        await sources.change(
          {
            ...own,
            host: changes.get('HostName') ?? own.host,
            user: changes.get('UserName') ?? own.user,
            port: typeof port === 'number' ? port : own.port,
          },
          typeof password === 'string' ? password : undefined,
        );
        return () => sources.change(own, undefined);
      },
    },
  ],
  remove: ({ id }, { app }) => app.sources?.remove(id),
  removable: ({ own }) => own !== undefined,
});

export const aggregationSources = collection({
  uri: `${aggregationUri}/AggregationSources`,
  schema: 'AggregationSourceCollection',
  name: 'Nodes on the network',
  members: aggregationSource,
  exists: (app) => app.sources !== null,
  create: {
    required: ['HostName', 'UserName', 'Password'],
    optional: ['Name', 'Port', 'Links/ConnectionMethod'],
    run: (body, { app }) => {
      const { HostName, Port = defaultPort, UserName, Password, Name, Links } = body;
      const faults = faultsOf(body);
      const way = Links?.ConnectionMethod?.['@odata.id'];
      if (way !== undefined && way !== ipmi)
        faults.push(message('Base.PropertyValueNotInList', [way, 'Links/ConnectionMethod']));
      if (faults.length > 0) throw new RedfishError(faults, 400);
      const { sources } = app;
      if (sources === null) throw new RedfishError([message('Base.ActionNotSupported', ['Create'])], 405);
      const [host, port] = [HostName, Port ?? defaultPort];
      const id = sources.idOf(host, port);
      try {
        sources.add({ id, host, port, user: UserName, name: Name ?? host }, Password);
      } catch (error) {
        if (!(error instanceof BoardRefusal)) throw error;
        throw new RedfishError(
          [message('Base.ResourceAlreadyExists', ['AggregationSource', 'HostName', host])],
          409,
        );
      }
      return { uri: sourceUri(id) };
    },
  },
});
