/** A system interface for virtual machines: a Unix socket to which QEMU connects. */
import { chmod, mkdir, unlink } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { DeviceError } from '../errors.ts';
import type { HostInterface, HostListener } from './host-ipmi.ts';
import { Turns } from './turns.ts';
import { answerFrame, commandFrame, VM_COMMAND, type VmFrame, VmFrames } from './vm-protocol.ts';

/** Connections at the same time: the machine, and people who look. */
const maxConnections = 8;
/** Bytes that may wait for a peer that does not read, before it is disconnected. */
const maxBacklog = 64 * 1024;

/** @throws DeviceError `held` where another process listens at `path`, `unsupported` where no socket can be made */
export async function openVm(path: string, listener: HostListener): Promise<HostInterface> {
  await makeRoom(path);
  const connections = new Set<Socket>();
  const state = { attention: false, interrupts: false };
  const server = createServer((socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    converse(socket, listener, state);
  });
  server.maxConnections = maxConnections;
  await listen(server, path);
  const send = (bytes: Buffer) => {
    for (const socket of connections) socket.write(bytes);
  };
  return {
    attention(on) {
      state.attention = on;
      const { attention, attentionWithInterrupt, noAttention } = VM_COMMAND;
      send(commandFrame(on ? (state.interrupts ? attentionWithInterrupt : attention) : noAttention));
    },
    interrupts(on) {
      if (state.interrupts === on) return;
      state.interrupts = on;
      send(commandFrame(on ? VM_COMMAND.enableInterrupt : VM_COMMAND.disableInterrupt));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of connections) socket.destroy();
      }),
  };
}

function converse(
  socket: Socket,
  listener: HostListener,
  state: { readonly attention: boolean; readonly interrupts: boolean },
): void {
  const frames = new VmFrames();
  const turns = new Turns(listener);
  const received = (frame: VmFrame) => {
    if (frame.kind === 'request') {
      void turns.answer(frame.request).then((response) => {
        if (!socket.destroyed) socket.write(answerFrame(frame, response));
      });
      return;
    }
    // Only a peer that tells its version expects ours.
    if (frame.command !== VM_COMMAND.version) return;
    socket.write(commandFrame(VM_COMMAND.version, 1));
    if (state.interrupts) socket.write(commandFrame(VM_COMMAND.enableInterrupt));
    if (state.attention) socket.write(commandFrame(VM_COMMAND.attention));
  };
  socket.on('data', (chunk) => {
    for (const frame of frames.read(chunk)) received(frame);
    if (socket.writableLength > maxBacklog) socket.destroy();
  });
  // A machine that ends closes its socket, in whatever way.
  socket.on('error', () => socket.destroy());
}

/** Removes the socket of a process that has ended. @throws DeviceError `held` where somebody listens there */
async function makeRoom(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new DeviceError('unsupported', path, 'its folder cannot be made', { cause });
  }
  const isHeld = await new Promise<boolean>((resolve) => {
    const probe = createConnection(path, () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
  if (isHeld) throw new DeviceError('held', path, 'another process listens there');
  await unlink(path).catch(() => undefined);
}

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `no socket can be made there (${cause.message})`;
      reject(new DeviceError('unsupported', path, message, { cause }));
    });
    server.listen(path, resolve);
  });
  // Whoever can connect speaks as the host.
  await chmod(path, 0o600);
}
