/** A system interface of the kernel: requests are read, answered in turn and written back. */
import type { DeviceFile } from './device-file.ts';
import type { Framing } from './framing.ts';
import type { HostInterface, HostListener } from './host-ipmi.ts';
import { Turns } from './turns.ts';

/** Messages read at once: a host that floods must not keep everything else waiting. */
const batch = 16;
/** The host has given up, was reset, or has sent something else meanwhile: nobody waits for this answer any more. */
const given: readonly (string | undefined)[] = ['EINVAL', 'EAGAIN', 'EPIPE', 'EOVERFLOW'];

export function serveDevice(file: DeviceFile, framing: Framing, listener: HostListener): HostInterface {
  const turns = new Turns(listener);
  let isClosed = false;
  const close = () => {
    if (isClosed) return;
    isClosed = true;
    file.close();
  };
  const fail = (why: string) => {
    if (isClosed) return;
    close();
    listener.failed(why);
  };
  const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;
  const write = (message: Uint8Array) => {
    if (isClosed) return;
    try {
      file.write(message);
    } catch (error) {
      if (!given.includes(codeOf(error))) fail(codeOf(error) ?? String(error));
    }
  };
  const readAll = () => {
    for (let count = 0; count < batch && !isClosed; count++) {
      let message: Uint8Array | null;
      try {
        message = file.read();
      } catch (error) {
        // A message that does not fit has been aborted by the driver: the host tries again.
        if (codeOf(error) === 'EOVERFLOW') continue;
        return fail(codeOf(error) ?? String(error));
      }
      if (message === null) return;
      const framed = framing(message);
      if (framed === undefined) file.control('abort');
      else void turns.answer(framed.request).then((response) => write(framed.answer(response)));
    }
  };
  // What a host had begun while nobody answered would wait for ever.
  file.control('abort');
  file.watch(readAll, fail);
  return {
    attention: (on) => {
      if (!isClosed) file.control(on ? 'attention' : 'noAttention');
    },
    // The driver of the kernel raises the interrupt by itself.
    interrupts: () => undefined,
    close: async () => close(),
  };
}
