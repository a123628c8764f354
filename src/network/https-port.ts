/** The TCP port of HTTPS: from the command line, or as a client has set it. */
import type { Settings } from '../store/settings.ts';
import { isLike } from './shape.ts';

const key = 'https.port';

export class HttpsPort {
  readonly #settings: Settings;
  readonly #configured: number;
  #move: ((port: number) => Promise<void>) | undefined;

  /** @param configured port of the command line; 0: the system chooses */
  constructor(settings: Settings, configured: number) {
    this.#settings = settings;
    this.#configured = configured;
  }

  /** The port to listen on. The port that a client set is valid until the command line names another. */
  get wanted(): number {
    const asked = this.#settings.json(
      key,
      (value) => (isLike(value, { instead: 0, port: 0 }) ? value : undefined),
      null,
    );
    return asked?.instead === this.#configured ? asked.port : this.#configured;
  }

  /** Registers the function that moves a running listener; without it a move takes effect at the next start. */
  onMove(move: (port: number) => Promise<void>): void {
    this.#move = move;
  }

  /** Moves to another port, durably. @throws the system's error when the port is not available, StoreError; then nothing has changed */
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
