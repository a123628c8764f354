/** Consoles of the simulated hosts: firmware and an operating system that say a few lines, and a login that echoes. */
import { Duplex } from 'node:stream';
import type { SerialModel } from 'node-ipmi';
import { DeviceError } from '../../drivers/errors.ts';
import type { SerialPorts } from '../../drivers/serial/serial.ts';
import type { Platform } from '../platform/vocabulary/index.ts';
import type { HostState } from './host.ts';

export interface TwinSerial extends SerialPorts {
  /** The serial line of a host, as the controller of a node has it. Whoever listens hears the same. */
  line(host: string): SerialModel;
  /** Something may have changed: hosts say what belongs to the state that they are in now. */
  changed(): void;
  close(): void;
}

const prompt = ' login: ';

/** What a host writes when it comes into a state. */
const said: Readonly<Record<HostState, (name: string) => string>> = {
  off: () => '',
  starting: () => '',
  post: (name) => `\r\n${name}: firmware of the twin\r\nTesting memory... passed\r\nBooting.\r\n`,
  running: (name) => `\r\nOperating system of the twin, ttyS0\r\n\r\n${name}${prompt}`,
  shutdown: () => '\r\nThe system is going down for power-off now.\r\n',
};

interface Console extends SerialModel {
  /** Says what belongs to the state that the host is in now. */
  changed(): void;
}

/** @param state of a host by its id */
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

  const say = (text: string) => {
    if (text === '') return;
    for (const listener of listeners) listener(Buffer.from(text, 'latin1'));
  };
  const take = (character: string) => {
    if (character !== '\r' && character !== '\n') {
      typed = (typed + character).slice(-256);
      say(character);
      return;
    }
    say(`\r\n${typed === '' ? '' : 'Login incorrect\r\n'}${host}${prompt}`);
    typed = '';
  };

  return {
    write(data) {
      // Nobody listens on a host that does not run.
      if (state() === 'running')
        for (const character of Buffer.from(data).toString('latin1')) take(character);
    },
    onData(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    changed() {
      const now = state() ?? 'off';
      if (now === shown) return;
      shown = now;
      say(said[now](host));
    },
  };
}
