/** What a scripted service does when no rule says otherwise: root, sessions, resources. */
import type { Json, ScriptedAnswer, ScriptedService } from './vector.ts';

export interface ReceivedRequest {
  readonly method: string;
  readonly uri: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
}

export const user = 'admin';
export const password = 'Vexing-Tapir-12-quartz';
const sessions = '/redfish/v1/SessionService/Sessions';

const root = {
  '@odata.id': '/redfish/v1/',
  '@odata.type': '#ServiceRoot.v1_17_0.ServiceRoot',
  Id: 'RootService',
  Name: 'Scripted service',
  RedfishVersion: '1.20.0',
  UUID: '2d3f3a5c-0d4b-4c6e-9a51-8b8a3c1d7e60',
  ProtocolFeaturesSupported: {},
  Systems: { '@odata.id': '/redfish/v1/Systems' },
  SessionService: { '@odata.id': '/redfish/v1/SessionService' },
  Links: { Sessions: { '@odata.id': sessions } },
};

/** An error body with one message of the Base registry. */
export function errorBody(key: string, message: string): Json {
  const id = `Base.1.19.${key}`;
  const info = { MessageId: id, Message: message, MessageSeverity: 'Critical', Resolution: 'None' };
  return { error: { code: id, message, '@Message.ExtendedInfo': [info] } };
}

export class StandardService {
  readonly #service: ScriptedService;
  readonly #tokens = new Set<string>();
  #logins = 0;

  constructor(service: ScriptedService) {
    this.#service = service;
  }

  endSessions(): void {
    this.#tokens.clear();
  }

  /** Undefined when the request may go on. */
  refusal({ method, uri, headers }: ReceivedRequest): ScriptedAnswer | undefined {
    const open = uri === '/redfish/v1/' || uri === '/redfish/v1' || (method === 'POST' && uri === sessions);
    if (!this.#service.authenticate || open) return undefined;
    const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    if (this.#tokens.has(headers['x-auth-token'] ?? '') || headers.authorization === basic) return undefined;
    return { status: 401, body: errorBody('NoValidSession', 'There is no valid session.') };
  }

  answer(asked: ReceivedRequest): ScriptedAnswer {
    const { method, uri } = asked;
    if (method === 'POST' && uri === sessions) return this.#login(asked.body);
    if (method === 'DELETE' && uri.startsWith(`${sessions}/`)) return { status: 204 };
    const body =
      uri === '/redfish/v1/' || uri === '/redfish/v1'
        ? { ...root, ...this.#service.root }
        : this.#service.resources?.[uri];
    if (body === undefined)
      return { status: 404, body: errorBody('ResourceMissingAtURI', `There is nothing at ${uri}.`) };
    const etag = (body as Record<string, Json>)['@odata.etag'];
    const headers = typeof etag === 'string' ? { ETag: etag } : {};
    if (method === 'GET') {
      if (typeof etag === 'string' && asked.headers['if-none-match'] === etag)
        return { status: 304, headers };
      return { headers, body };
    }
    return { status: 405, body: errorBody('OperationNotAllowed', `${method} is not allowed at ${uri}.`) };
  }

  #login(body: Json): ScriptedAnswer {
    const given = body as { UserName?: Json; Password?: Json } | undefined;
    if (given?.UserName !== user || given.Password !== password)
      return { status: 401, body: errorBody('AccessUnauthorized', 'User name or password is wrong.') };
    this.#logins += 1;
    const token = `token-${this.#logins}`;
    this.#tokens.add(token);
    const uri = `${sessions}/${this.#logins}`;
    return {
      status: 201,
      headers: { 'X-Auth-Token': token, Location: uri },
      body: {
        '@odata.id': uri,
        '@odata.type': '#Session.v1_7_2.Session',
        Id: String(this.#logins),
        Name: 'Session',
        UserName: user,
      },
    };
  }
}
