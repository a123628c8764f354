/**
 * A channel of an I2C mux as a bus of its own; its parent may be a channel itself. The selected channel is remembered,
 * and selected again after any error, since a reset mux has no open channel. Of the muxes on one parent only one is open
 * at a time: behind two of them there may be the same address.
 */
import { DeviceError } from '../errors.ts';
import { deviceName, type I2cBus, i2cDevice, type Transfer } from './bus.ts';
import type { MuxChipSpec } from './chip.ts';

/** Known state of a mux: the open channel, 'none', or undefined for unknown. */
interface Mux {
  readonly address: number;
  open: number | 'none' | undefined;
}

/** All muxes of a parent bus. */
const muxes = new WeakMap<I2cBus, Map<number, Mux>>();

function muxAt(parent: I2cBus, address: number): Mux {
  const known = muxes.get(parent) ?? new Map<number, Mux>();
  muxes.set(parent, known);
  const mux = known.get(address) ?? { address, open: undefined };
  known.set(address, mux);
  return mux;
}

/** Content of the control register that opens just `channel`. */
export function controlByte(spec: MuxChipSpec, channel: number): number {
  return spec.control === 'bit' ? 1 << channel : spec.control.enable | channel;
}

/**
 * Channel `channel` of the mux at `address` of `parent`, as the bus `name`. Where a mux hangs on a channel of another,
 * `parent` must be one and the same bus for all its channels. @throws RangeError when there is no such channel.
 */
export function muxBus(
  spec: MuxChipSpec,
  parent: I2cBus,
  address: number,
  channel: number,
  name: string,
): I2cBus {
  if (!Number.isInteger(channel) || channel < 0 || channel >= spec.channels) {
    throw new RangeError(`${spec.compatible[0]} has channels 0 to ${spec.channels - 1}, not ${channel}`);
  }
  const mux = muxAt(parent, address);

  async function select(transfer: Transfer): Promise<void> {
    if (mux.open === channel) return;
    for (const other of muxes.get(parent)?.values() ?? []) {
      if (other !== mux && other.open !== 'none') await close(transfer, other);
    }
    mux.open = undefined;
    try {
      await transfer(address, Uint8Array.of(controlByte(spec, channel)), 0);
    } catch (error) {
      if (!(error instanceof DeviceError) || error.kind === 'stuck' || error.kind === 'no-bus') throw error;
      const message = `mux ${spec.compatible[0]} cannot be switched to channel ${channel} (${name}): ${error.message}`;
      throw new DeviceError(error.kind, deviceName(parent.name, address), message, { cause: error });
    }
    mux.open = channel;
  }

  const bus: I2cBus = {
    name,
    retries: parent.retries,
    get state() {
      return parent.state;
    },
    run: (job) =>
      parent.run((transfer) =>
        job(async (...exchange) => {
          await select(transfer);
          try {
            return await transfer(...exchange);
          } catch (error) {
            mux.open = undefined;
            const [target] = exchange;
            throw moved(error, deviceName(parent.name, target), deviceName(name, target));
          }
        }),
      ),
    device: (deviceAddress) => i2cDevice(bus, deviceAddress),
  };
  return bus;
}

/** The error of a device behind the mux, with the name that the device has here. */
function moved(error: unknown, from: string, to: string): unknown {
  if (!(error instanceof DeviceError) || error.where !== from) return error;
  return new DeviceError(error.kind, to, error.message.slice(from.length + 2), { cause: error });
}

/** Closes all channels of another mux; one that does not answer has no open channel. */
async function close(transfer: Transfer, mux: Mux): Promise<void> {
  try {
    await transfer(mux.address, Uint8Array.of(0), 0);
    mux.open = 'none';
  } catch (error) {
    mux.open = undefined;
    if (!(error instanceof DeviceError) || error.kind !== 'no-answer') throw error;
  }
}
