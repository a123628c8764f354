/** Routes requests to handlers by network function, command and privilege. */
import { FieldReader } from '../command.ts';
import { PRIVILEGE } from '../commands/app.ts';
import { COMPLETION } from '../completion.ts';
import { IpmiError } from '../errors.ts';
import type { IpmiRequest, IpmiResponse } from '../message.ts';

/** Who asks, and how. */
export interface RequestContext {
  /** Privilege of the session; requests on a bus have no session and are all allowed. */
  readonly privilege: number;
  /** 0 is IPMB, 1 is the LAN. */
  readonly channel: number;
  /** 1-based number of the user, 0 where there is none. */
  readonly user: number;
  /** The LAN session, where the request came in one. */
  readonly session?: SessionView;
}

/** What commands about sessions may do with theirs. */
export interface SessionView {
  readonly handle: number;
  readonly id: number;
  privilege: number;
  readonly limit: number;
  readonly address: string;
  readonly port: number;
}

/** The data behind completion code 0; `refuse` answers with another code. */
export type Handler = (
  request: FieldReader,
  context: RequestContext,
  lun: number,
) => Uint8Array | readonly number[] | Promise<Uint8Array | readonly number[]>;

/** One command of a controller: network function, command number, least privilege, and what it does. */
export type Route = readonly [netFn: number, command: number, privilege: number, handler: Handler];

/** Ends a command with a completion code. */
export function refuse(code: number): never {
  throw new IpmiError('completion', 'refused', { code });
}

/** Finds the handler of a request and turns whatever it does into a response. */
export class Router {
  readonly #routes = new Map<number, Route>();

  constructor(routes: readonly Route[]) {
    this.add(routes);
  }

  /** Later routes replace earlier ones. */
  add(routes: readonly Route[]): void {
    for (const route of routes) this.#routes.set((route[0] << 8) | route[1], route);
  }

  async handle(request: IpmiRequest, context: RequestContext): Promise<IpmiResponse> {
    const empty = new Uint8Array();
    const route = this.#routes.get((request.netFn << 8) | request.command);
    if (route === undefined) return { code: COMPLETION.invalidCommand, data: empty };
    if (context.privilege < route[2]) return { code: COMPLETION.insufficientPrivilege, data: empty };
    try {
      const data = await route[3](new FieldReader(request.data, 'request'), context, request.lun ?? 0);
      return { code: COMPLETION.success, data: Uint8Array.from(data) };
    } catch (error) {
      if (!(error instanceof IpmiError)) return { code: COMPLETION.unspecified, data: empty };
      if (error.kind === 'completion') return { code: error.code ?? COMPLETION.unspecified, data: empty };
      const isShort = error.kind === 'malformed';
      return { code: isShort ? COMPLETION.requestLengthInvalid : COMPLETION.unspecified, data: empty };
    }
  }
}

/** What a bus may do: everything. */
export const BUS_CONTEXT: RequestContext = { privilege: PRIVILEGE.oem, channel: 0, user: 0 };
