/** The drives of virtual machines: which image is in each, and changing it. */
import { unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Board, BoardSettings } from '../board/model/board.ts';
import { fetchImage, type ImageSource } from './images.ts';

export interface VirtualMediaParts {
  readonly board: Board;
  readonly settings: BoardSettings;
  /** Directory of the images. */
  readonly directory: string;
}

export class VirtualMedia {
  readonly #parts: VirtualMediaParts;
  readonly #busy = new Set<string>();

  constructor(parts: VirtualMediaParts) {
    this.#parts = parts;
  }

  /** Whether a host has a drive for images. */
  has(host: string): boolean {
    return this.#drive(host) !== undefined;
  }

  /** URI of the image in the drive; null while it is empty. */
  image(host: string): string | null {
    return this.#parts.settings.get(key(host)) || null;
  }

  /** Whether an image is being fetched for the drive. */
  isBusy(host: string): boolean {
    return this.#busy.has(host);
  }

  /** Fetches an image and puts it into the drive. @throws ImageError, DeviceError, BoardRefusal */
  async insert(host: string, source: ImageSource): Promise<void> {
    this.#busy.add(host);
    try {
      const file = this.#file(host);
      await fetchImage(source, file);
      await this.#parts.board.changeMedium(host, file);
      this.#parts.settings.set(key(host), source.uri);
    } finally {
      this.#busy.delete(host);
    }
  }

  /** Empties the drive. @throws DeviceError, BoardRefusal */
  async eject(host: string): Promise<void> {
    await this.#parts.board.changeMedium(host, null);
    this.#parts.settings.set(key(host), '');
    await unlink(this.#file(host)).catch(() => undefined);
  }

  #file(host: string): string {
    return resolve(join(this.#parts.directory, `${host}.iso`));
  }

  #drive(host: string): string | undefined {
    const power = this.#parts.board.hosts.get(host)?.facts.power;
    return power?.kind === 'qemu' ? power.mediaDrive : undefined;
  }
}

const key = (host: string): string => `host.${host}.medium`;
