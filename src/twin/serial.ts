/** Consoles of simulated hosts: a few lines of firmware and operating system, and a login that echoes. */
import { Duplex } from 'node:stream';
import type { SerialModel } from 'node-ipmi';
import { DeviceError } from '../../drivers/errors.ts';
import type { SerialPorts } from '../../drivers/serial/serial.ts';
import type { Platform } from '../platform/vocabulary/index.ts';
import type { HostState } from './host.ts';

export interface TwinSerial extends SerialPorts {
  /** The serial line of a host, for the controller of a node. Every listener receives the same data. */
  line(host: string): SerialModel;
  /** States may have changed: hosts print the text of a new state. */
  changed(): void;
  close(): void;
}

const prompt = ' login: ';

/** Text that a host prints when it enters a state. */
const texts: Readonly<Record<HostState, (name: string) => string>> = {
  off: () => '',
  starting: () => '',
  post: (name) => `\r\n${name}: firmware of the twin\r\nTesting memory... passed\r\nBooting.\r\n`,
  running: (name) => `\r\nOperating system of the twin, ttyS0\r\n\r\n${name}${prompt}`,
  shutdown: () => '\r\nThe system is going down for power-off now.\r\n',
};

interface Console extends SerialModel {
  /** Prints the text of a new state. */
  changed(): void;
}

/** @param state state of a host by id */
export function createSerial(board: Platform, state: (host: string) => HostState | undefined): TwinSerial {
  const consoles = new Map((board.hosts ?? []).map(({ id }) => [id, createConsole(id, () => state(id))]));
  const ports = new Map<string, Duplex>();

  function consoleOf(host: string): Console {
    const found = consoles.get(host);
    if (!found) throw new DeviceError('no-bus', host, 'there is no such host');
    return found;
  }

  return {
    async open(device) {
      const host = (board.hosts ?? []).find(({ console: facts }) => facts?.device === device)?.id;
      if (host === undefined) throw new DeviceError('no-bus', device, 'there is no such serial port');
      if (ports.has(device)) throw new DeviceError('held', device, 'another process owns it');
      const line = consoleOf(host);
      const stream: Duplex = new Duplex({
        allowHalfOpen: false,
        read() {},
        write(chunk: Buffer, _encoding, done) {
          line.write(chunk);
          done();
        },
      });
      const end = line.onData((data) => stream.push(Buffer.from(data)));
      ports.set(device, stream);
      stream.once('close', () => {
        end();
        ports.delete(device);
      });
      return stream;
    },
    line: consoleOf,
    changed() {
      for (const each of consoles.values()) each.changed();
    },
    close() {
      for (const stream of ports.values()) stream.destroy();
    },
  };
}

function createConsole(host: string, state: () => HostState | undefined): Console {
  const listeners = new Set<(data: Uint8Array) => void>();
  let shown: HostState = 'off';
  let typed = '';

  const print = (text: string) => {
    if (text === '') return;
    for (const listener of listeners) listener(Buffer.from(text, 'latin1'));
  };
  const receive = (character: string) => {
    if (character !== '\r' && character !== '\n') {
      typed = (typed + character).slice(-256);
      print(character);
      return;
    }
    print(`\r\n${typed === '' ? '' : 'Login incorrect\r\n'}${host}${prompt}`);
    typed = '';
  };

  return {
    write(data) {
      // A host that does not run ignores input.
      if (state() === 'running')
        for (const character of Buffer.from(data).toString('latin1')) receive(character);
    },
    onData(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    changed() {
      const now = state() ?? 'off';
      if (now === shown) return;
      shown = now;
      print(texts[now](host));
    },
  };
}
