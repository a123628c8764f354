/** A small Redfish service that follows the protocol rules, and breaks one of them on demand. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Body = Record<string, unknown>;
const root = '/redfish/v1/';
const link = (uri: string) => ({ '@odata.id': uri });

const system = (id: string): Body => ({
  '@odata.id': `/redfish/v1/Systems/${id}`,
  '@odata.type': '#ComputerSystem.v1_22_0.ComputerSystem',
  ...{ Id: id, Name: `System ${id}` },
});

const collection = (uri: string, type: string, members: string[]): Body => ({
  '@odata.id': uri,
  '@odata.type': `#${type}.${type}`,
  Name: type,
  Members: members.map(link),
  'Members@odata.count': members.length,
});

/** @param features whether query parameters are advertised */
function resources(features: boolean): Map<string, Body> {
  const flags = { ExpandAll: features, Levels: features, Links: features, NoLinks: features };
  const list: Body[] = [
    {
      ...{
        '@odata.id': root,
        '@odata.type': '#ServiceRoot.v1_17_0.ServiceRoot',
        Id: 'RootService',
        Name: 'Root',
      },
      RedfishVersion: '1.20.0',
      ProtocolFeaturesSupported: {
        ExpandQuery: { ...flags, ...(features ? { MaxLevels: 2 } : {}) },
        ...{
          FilterQuery: features,
          SelectQuery: features,
          OnlyMemberQuery: features,
          TopSkipQuery: features,
        },
      },
      ...{ Systems: link('/redfish/v1/Systems'), Managers: link('/redfish/v1/Managers') },
      AccountService: link('/redfish/v1/AccountService'),
      Links: { Sessions: link('/redfish/v1/SessionService/Sessions') },
    },
    collection('/redfish/v1/Systems', 'ComputerSystemCollection', [
      '/redfish/v1/Systems/a',
      '/redfish/v1/Systems/b',
    ]),
    ...[system('a'), system('b')],
    collection('/redfish/v1/Managers', 'ManagerCollection', ['/redfish/v1/Managers/bmc']),
    {
      ...{ '@odata.id': '/redfish/v1/Managers/bmc', '@odata.type': '#Manager.v1_20_0.Manager' },
      ...{ Id: 'bmc', Name: 'BMC' },
    },
    {
      ...{
        '@odata.id': '/redfish/v1/AccountService',
        '@odata.type': '#AccountService.v1_15_0.AccountService',
      },
      ...{ Id: 'AccountService', Name: 'Accounts', AccountLockoutThreshold: 5 },
    },
    collection('/redfish/v1/SessionService/Sessions', 'SessionCollection', []),
  ];
  return new Map(list.map((body) => [String(body['@odata.id']), body]));
}

const refusal = (key: string): Body => ({
  error: {
    ...{ code: `Base.1.19.${key}`, message: key },
    '@Message.ExtendedInfo': [{ MessageId: `Base.1.19.${key}`, Message: key }],
  },
});

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

const etag = 'W/"1"';
const refuse = (status: number, key: string, headers?: Record<string, string>): Answer => ({
  ...{ status, body: refusal(key) },
  ...(headers ? { headers } : {}),
});

export interface Misbehaviour {
  /** Rule to break. */
  readonly breaks?: string;
  /** Advertise no query parameters. */
  readonly plain?: boolean;
}

export class SmallService implements AsyncDisposable {
  readonly #server: Server;
  readonly #tree: Map<string, Body>;
  readonly #breaks: string | undefined;
  readonly #features: boolean;

  constructor({ breaks, plain = false }: Misbehaviour) {
    this.#breaks = breaks;
    this.#features = !plain;
    this.#tree = resources(this.#features);
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { status, body, headers = {} } = this.#answer(request, Buffer.concat(parts).toString());
    response.writeHead(status, { 'Content-Type': 'application/json', 'OData-Version': '4.0', ...headers });
    response.end(request.method === 'HEAD' || body === undefined ? undefined : JSON.stringify(body));
  }

  #broken(...rules: string[]): boolean {
    return this.#breaks !== undefined && rules.includes(this.#breaks);
  }

  #answer(request: IncomingMessage, text: string): Answer {
    const { method = 'GET', headers } = request;
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const uri = path === '/redfish/v1' ? root : path;
    const login = headers.authorization !== undefined;
    if (uri === '/redfish') return { status: 200, body: { v1: root } };
    if (uri === root && !login && this.#broken('PRO-S1')) return refuse(401, 'NoValidSession');
    if (
      uri !== root &&
      !login &&
      !(this.#broken('PRO-S2') || (this.#broken('PRO-S3') && headers['x-auth-token']))
    )
      return refuse(401, 'NoValidSession');
    const body = this.#tree.get(uri);
    if (!body) return this.#missing(uri);
    if (method === 'PATCH') return this.#patch(headers['if-match'], text);
    if (method !== 'GET' && method !== 'HEAD') {
      if (this.#broken('PRO-H2')) return { status: 405, body: refusal('OperationNotAllowed') };
      return refuse(405, 'OperationNotAllowed', { Allow: 'GET, HEAD' });
    }
    return this.#read(request, uri, body, decodeURIComponent(query));
  }

  #missing(uri: string): Answer {
    if (uri.length > 1000 && this.#broken('PRO-H4')) return refuse(500, 'InternalError');
    if (this.#broken('PRO-E1')) return { status: 200, body: {} };
    return this.#broken('PRO-E2')
      ? { status: 404, body: { error: 'not found' } }
      : refuse(404, 'ResourceMissingAtURI');
  }

  #patch(match: string | undefined, text: string): Answer {
    let sent: Body;
    try {
      sent = JSON.parse(text) as Body;
    } catch {
      return this.#broken('PRO-E3') ? refuse(500, 'InternalError') : refuse(400, 'MalformedJSON');
    }
    if (match !== undefined && match !== etag && !this.#broken('PRO-P2'))
      return refuse(412, 'PreconditionFailed');
    if ('NoSuchProperty' in sent && !this.#broken('PRO-E4')) return refuse(400, 'PropertyUnknown');
    return { status: 204 };
  }

  #read(request: IncomingMessage, uri: string, body: Body, query: string): Answer {
    const { accept, 'if-none-match': match } = request.headers;
    if (accept === 'text/css' && !this.#broken('PRO-H3')) return refuse(406, 'NotAcceptable');
    const allow = {
      ETag: etag,
      Allow: request.method === 'HEAD' && this.#broken('PRO-H1') ? 'GET' : 'GET, HEAD',
    };
    if (match === etag && !this.#broken('PRO-P1')) return { status: 304, headers: allow };
    if (query === '') return { status: 200, body, headers: allow };
    return { headers: allow, ...this.#query(uri, body, query) };
  }

  #query(uri: string, body: Body, query: string): Answer {
    const members = (body.Members ?? []) as { '@odata.id': string }[];
    const page = (list: unknown[], count = list.length): Answer => ({
      ...{ status: 200, body: { ...body, Members: list, 'Members@odata.count': count } },
    });
    const [name = '', value = ''] = query.split(/=(.*)/s);
    if (name === 'foo')
      return this.#broken('PRO-Q1') ? refuse(400, 'QueryNotSupported') : { status: 200, body };
    if (name === '$foo')
      return this.#broken('PRO-Q2') ? { status: 200, body } : refuse(501, 'QueryNotSupported');
    if (!this.#features)
      return this.#broken('PRO-Q10') ? { status: 200, body } : refuse(501, 'QueryNotSupported');
    if (name === '$top' && !/^\d+$/.test(value) && !this.#broken('PRO-Q3'))
      return refuse(400, 'QueryParameterValueError');
    if (name === '$top')
      return page(members.slice(0, Number(value) || 0), this.#broken('PRO-Q4') ? 1 : members.length);
    if (name === '$skip') return page(members.slice(Number(value)), members.length);
    if (name === '$select')
      return { status: 200, body: this.#broken('PRO-Q5') ? body : { '@odata.id': uri, Name: body.Name } };
    if (name === '$expand' && /levels=3/.test(value))
      return this.#broken('PRO-Q7') ? { status: 200, body } : refuse(400, 'QueryParameterOutOfRange');
    if (name === '$expand')
      return page(
        this.#broken('PRO-Q6') ? members : members.map(({ '@odata.id': id }) => this.#tree.get(id)),
      );
    if (name === '$filter') return page(/ eq /.test(value) && !this.#broken('PRO-Q8') ? [] : members);
    return name === 'only' && !this.#broken('PRO-Q9')
      ? { status: 200, body: this.#tree.get(members[0]?.['@odata.id'] ?? '') }
      : { status: 200, body };
  }
}
