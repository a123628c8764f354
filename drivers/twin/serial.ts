/** Consoles of the simulated hosts: firmware and an operating system that say a few lines, and a login that echoes. */
import { Duplex } from 'node:stream';
import { DeviceError } from '../errors.ts';
import type { SerialPorts } from '../serial/serial.ts';
import type { TwinBoard } from './board.ts';
import type { HostState } from './host.ts';

export interface TwinSerial extends SerialPorts {
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

/** @param state of a host by its id */
export function createSerial(board: TwinBoard, state: (host: string) => HostState | undefined): TwinSerial {
  const ports = new Map<string, { readonly stream: Duplex; readonly host: string; shown: HostState }>();

  function line(host: string): Duplex {
    let typed = '';
    const stream: Duplex = new Duplex({
      allowHalfOpen: false,
      read() {},
      write(chunk: Buffer, _encoding, done) {
        // Nobody listens on a host that does not run.
        if (state(host) === 'running') for (const character of chunk.toString('latin1')) take(character);
        done();
      },
    });
    const take = (character: string) => {
      if (character !== '\r' && character !== '\n') {
        typed = (typed + character).slice(-256);
        stream.push(Buffer.from(character, 'latin1'));
        return;
      }
      stream.push(`\r\n${typed === '' ? '' : 'Login incorrect\r\n'}${host}${prompt}`);
      typed = '';
    };
    return stream;
  }

  return {
    async open(device) {
      const host = (board.hosts ?? []).find(({ console: facts }) => facts?.device === device)?.id;
      if (host === undefined) throw new DeviceError('no-bus', device, 'there is no such serial port');
      if (ports.has(device)) throw new DeviceError('held', device, 'another process owns it');
      const stream = line(host);
      ports.set(device, { stream, host, shown: state(host) ?? 'off' });
      stream.once('close', () => ports.delete(device));
      return stream;
    },
    changed() {
      for (const port of ports.values()) {
        const now = state(port.host) ?? 'off';
        if (now === port.shown) continue;
        port.shown = now;
        port.stream.push(said[now](port.host));
      }
    },
    close() {
      for (const { stream } of ports.values()) stream.destroy();
    },
  };
}
