/** The last bytes of a stream, as many as there is room for. */
export class OutputHistory {
  readonly #room: number;
  /** Made with the first byte: a host that never writes costs nothing. */
  #ring: Buffer | undefined;
  /** Bytes ever added. */
  #end = 0;

  constructor(room: number) {
    this.#room = room;
  }

  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#ring ??= Buffer.alloc(this.#room);
    const kept = bytes.subarray(-this.#room);
    const at = (this.#end + bytes.length - kept.length) % this.#room;
    const first = kept.subarray(0, this.#room - at);
    this.#ring.set(first, at);
    this.#ring.set(kept.subarray(first.length), 0);
    this.#end += bytes.length;
  }

  /** A copy, the oldest byte first. */
  read(): Buffer {
    if (this.#ring === undefined) return Buffer.alloc(0);
    if (this.#end <= this.#room) return Buffer.from(this.#ring.subarray(0, this.#end));
    const at = this.#end % this.#room;
    return Buffer.concat([this.#ring.subarray(at), this.#ring.subarray(0, at)]);
  }
}
