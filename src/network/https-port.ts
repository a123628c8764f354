/** The TCP port of HTTPS: the one that the command line names, until a client asks for another. */
import type { Settings } from '../store/settings.ts';
import { isLike } from './shape.ts';

const key = 'https.port';

export class HttpsPort {
  readonly #settings: Settings;
  readonly #configured: number;
  #move: ((port: number) => Promise<void>) | undefined;

  /** @param configured what the command line says; 0 leaves it to the system */
  constructor(settings: Settings, configured: number) {
    this.#settings = settings;
    this.#configured = configured;
  }

  /** Where to listen. What a client once asked for counts only as long as the command line says what it said then. */
  get wanted(): number {
    const asked = this.#settings.json(
      key,
      (value) => (isLike(value, { instead: 0, port: 0 }) ? value : undefined),
      null,
    );
    return asked?.instead === this.#configured ? asked.port : this.#configured;
  }

  /** Says how a running listener is moved; until then a move only holds for the next start. */
  onMove(move: (port: number) => Promise<void>): void {
    this.#move = move;
  }

  /** @throws Error with the `code` of the system when the port cannot be had, StoreError; nothing has moved then */
  async move(port: number): Promise<void> {
    const before = this.wanted;
    this.#remember(port);
    try {
      await this.#move?.(port);
    } catch (error) {
      this.#remember(before);
      throw error;
    }
  }

  #remember(port: number): void {
    if (port === this.#configured) this.#settings.delete(key);
    else this.#settings.setJson(key, { instead: this.#configured, port });
  }
}
