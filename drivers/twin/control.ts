/** The twin's knobs on a local socket, for `redfishd twin`. */
import { type Twin, TwinError } from './twin.ts';

export interface ControlServer {
  readonly path: string;
  close(): Promise<void>;
}

/** Listens on the Unix socket `path` (mode 0600). @throws TwinError when somebody already listens there. */
export async function serveControl(_twin: Twin, path: string): Promise<ControlServer> {
  throw new TwinError(`${path}: not yet`);
}

/** `redfishd twin …`; `argv` is what follows the word `twin`. Resolves with the exit status. */
export async function twinCommand(
  argv: readonly string[],
  io: { readonly socket: string; readonly out: (text: string) => void },
): Promise<number> {
  io.out(`${argv.join(' ')}: not yet\n`);
  return 1;
}
