/** The QEMU Machine Protocol: JSON commands, answers and events, one a line, on a Unix socket. */
import { createConnection, type Socket } from 'node:net';
import { DeviceError } from '../errors.ts';

export interface QmpEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface QmpListener {
  /** Commands can be sent. */
  connected(): void;
  disconnected(): void;
  event(event: QmpEvent): void;
}

/** Milliseconds between attempts to connect. */
const retryTime = 1_000;
/** QEMU answers at once, unless it hangs. Milliseconds. */
const answerTime = 10_000;
/** Longest line, characters: more is no QMP. */
const longest = 1024 * 1024;

interface Waiting {
  readonly command: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** A connection that is made again whenever it is lost. */
export class Qmp {
  readonly #path: string;
  readonly #listener: QmpListener;
  readonly #waiting = new Map<number, Waiting>();
  #socket: Socket | undefined;
  #isReady = false;
  #text = '';
  #ids = 0;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(path: string, listener: QmpListener) {
    this.#path = path;
    this.#listener = listener;
    this.#connect();
  }

  /** The `return` of a command. @throws DeviceError */
  send(command: string, given: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    if (!this.#isReady)
      return Promise.reject(
        new DeviceError('no-answer', this.#path, 'the virtual machine is not connected: start QEMU'),
      );
    return this.#write(command, given);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#socket?.destroy();
  }

  #write(command: string, given: Readonly<Record<string, unknown>>): Promise<unknown> {
    this.#ids += 1;
    const id = this.#ids;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new DeviceError('no-answer', this.#path, `QEMU has not answered ${command}`));
      }, answerTime);
      timer.unref();
      this.#waiting.set(id, { command, resolve, reject, timer });
      this.#socket?.write(`${JSON.stringify({ execute: command, arguments: given, id })}\n`);
    });
  }

  #connect(): void {
    const socket = createConnection(this.#path);
    this.#socket = socket;
    this.#text = '';
    socket.setEncoding('utf8');
    socket.on('data', (text) => this.#received(String(text)));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#lost());
  }

  #lost(): void {
    const wasReady = this.#isReady;
    this.#isReady = false;
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new DeviceError('no-answer', this.#path, 'QEMU has closed the connection'));
    }
    this.#waiting.clear();
    if (wasReady) this.#listener.disconnected();
    if (this.#isClosed) return;
    this.#retry = setTimeout(() => this.#connect(), retryTime);
    this.#retry.unref();
  }

  #received(text: string): void {
    this.#text += text;
    if (this.#text.length > longest) this.#socket?.destroy();
    for (let end = this.#text.indexOf('\n'); end >= 0; end = this.#text.indexOf('\n')) {
      const line = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 1);
      const message = objectOf(line);
      if (message !== undefined) this.#handle(message);
    }
  }

  #handle(message: Readonly<Record<string, unknown>>): void {
    if ('QMP' in message) {
      this.#write('qmp_capabilities', {}).then(
        () => {
          this.#isReady = true;
          this.#listener.connected();
        },
        () => this.#socket?.destroy(),
      );
    } else if (typeof message.event === 'string') {
      this.#listener.event({ event: message.event, data: record(message.data) });
    } else if (typeof message.id === 'number') this.#answered(message.id, message);
  }

  #answered(id: number, message: Readonly<Record<string, unknown>>): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    if (!('error' in message)) {
      waiting.resolve(message.return);
      return;
    }
    const why = String(record(message.error).desc ?? 'refused');
    waiting.reject(new DeviceError('unsupported', this.#path, `QEMU refuses ${waiting.command}: ${why}`));
  }
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

function objectOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return record(JSON.parse(line));
  } catch {
    return undefined;
  }
}
