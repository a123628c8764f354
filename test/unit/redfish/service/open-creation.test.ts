/** Creations that need no login, such as sessions: the slow ones of one client hold up no other. */
import { describe, expect, it } from 'vitest';
import { RedfishError } from '../../../../src/messages/messages.ts';
import { declaring } from '../../../../src/redfish/service/declare.ts';
import { Revisions } from '../../../../src/redfish/service/read/revisions.ts';
import { Service } from '../../../../src/redfish/service/service.ts';

interface Door {
  /** Resolves when the creation of this name may go on. */
  readonly waits: (name: string) => Promise<void>;
}

const { resource, collection } = declaring<Door>();
const session = resource({
  uri: '/redfish/v1/SessionService/Sessions/{SessionId}',
  schema: 'Session',
  find: (_app, { SessionId }) => SessionId,
  body: () => ({ Name: 'Session' }),
});
const uri = '/redfish/v1/SessionService/Sessions';
const sessions = collection({
  uri,
  schema: 'SessionCollection',
  name: 'Sessions',
  members: session,
  create: {
    open: true,
    required: ['UserName', 'Password'],
    optional: [],
    run: async ({ UserName }, { app }) => {
      await app.waits(String(UserName));
      return { uri: `${uri}/${String(UserName)}` };
    },
  },
});

describe('a creation that needs no login', () => {
  it('waits for no other', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const service = new Service<Door>({
      app: { waits: (name) => (name === 'slow' ? held : Promise.resolve()) },
      declarations: [
        { kind: 'resource', resource: session },
        { kind: 'collection', collection: sessions },
      ],
      revisions: new Revisions(() => 0),
      refusalOf: (error) => (error instanceof RedfishError ? error : new RedfishError([], 500)),
      audit: async () => undefined,
    });
    const create = async (UserName: string): Promise<number> => {
      const reply = await service.handle({
        method: 'POST',
        path: uri,
        query: '',
        ifMatch: undefined,
        ifNoneMatch: undefined,
        address: '192.0.2.1',
        principal: null,
        body: async () => Buffer.from(JSON.stringify({ UserName, Password: 'x' })),
      });
      return reply.status;
    };
    const slow = create('slow');
    expect(await create('quick')).toBe(201);
    release();
    expect(await slow).toBe(201);
  });
});
