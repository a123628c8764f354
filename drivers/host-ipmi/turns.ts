/** One request at a time: what one interface of a host has in progress, and how long it may take. */
import { COMPLETION, type IpmiRequest, type IpmiResponse } from 'node-ipmi';
import type { HostListener } from './host-ipmi.ts';

/** Drivers of hosts give up after 5 s; the answer must be there before. Milliseconds. */
export const answerTime = 4_000;
/** Requests that wait; a host that sends more is told that the controller is busy. */
const room = 16;

const refused = (code: number): IpmiResponse => ({ code, data: new Uint8Array() });

/** Answers requests in the order in which they came. An answer that takes too long is C3h, "timeout". */
export class Turns {
  readonly #listener: HostListener;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(listener: HostListener) {
    this.#listener = listener;
  }

  /** Never rejects. */
  async answer(request: IpmiRequest): Promise<IpmiResponse> {
    if (this.#waiting >= room) return refused(COMPLETION.nodeBusy);
    this.#waiting += 1;
    const answer = this.#last.then(() => this.#within(request));
    this.#last = answer;
    try {
      return await answer;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #within(request: IpmiRequest): Promise<IpmiResponse> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<IpmiResponse>((resolve) => {
      timer = setTimeout(() => resolve(refused(COMPLETION.processingTimeout)), answerTime);
    });
    try {
      const answer = this.#listener.answer(request).catch(() => refused(COMPLETION.unspecified));
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
