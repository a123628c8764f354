/** Requests and answers of a mock. */
import type { IncomingMessage } from 'node:http';

export interface MockRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly uri: string;
  readonly headers: IncomingMessage['headers'];
  /** JSON, or undefined. */
  readonly body: unknown;
  /** Bytes of the body. */
  readonly size: number;
}

export interface MockAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** ResetType → PowerState of what was reset. */
export const powerAfter: Readonly<Record<string, string>> = {
  ...{ On: 'On', ForceOn: 'On', ForceRestart: 'On', GracefulRestart: 'On', PowerCycle: 'On' },
  ...{ ForceOff: 'Off', GracefulShutdown: 'Off' },
};

/** An error with one message of the Base registry. */
export const refusal = (status: number, key: string, message: string): MockAnswer => ({
  status,
  body: {
    error: {
      code: `Base.1.19.${key}`,
      message,
      '@Message.ExtendedInfo': [{ MessageId: `Base.1.19.${key}`, Message: message }],
    },
  },
});
