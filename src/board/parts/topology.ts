/** Where things are: chassis within chassis, and hosts within chassis. Nodes add to it at run time. */

interface Contained {
  readonly id: string;
  readonly containedBy?: string;
}

interface Placed {
  readonly id: string;
  readonly chassis: string;
}

export class Topology {
  readonly #containers = new Map<string, string | undefined>();
  readonly #hosts = new Map<string, string>();

  constructor(chassis: readonly Contained[], hosts: readonly Placed[]) {
    for (const each of chassis) this.addChassis(each);
    for (const each of hosts) this.addHost(each);
  }

  addChassis({ id, containedBy }: Contained): void {
    this.#containers.set(id, containedBy);
  }

  addHost({ id, chassis }: Placed): void {
    this.#hosts.set(id, chassis);
  }

  removeChassis(id: string): void {
    this.#containers.delete(id);
  }

  removeHost(id: string): void {
    this.#hosts.delete(id);
  }

  /** A chassis and those around it, the innermost first. */
  around(chassis: string): string[] {
    const found: string[] = [];
    for (
      let next: string | undefined = chassis;
      next !== undefined && !found.includes(next);
      next = this.#containers.get(next)
    )
      found.push(next);
    return found;
  }

  /** Whether `chassis` is `other` or is in it. */
  isInside(chassis: string, other: string): boolean {
    return this.around(chassis).includes(other);
  }

  /** A chassis and all in it, itself first. */
  inside(chassis: string): string[] {
    const others = [...this.#containers.keys()].filter((id) => id !== chassis && this.isInside(id, chassis));
    return [chassis, ...others];
  }

  chassisOf(host: string): string | undefined {
    return this.#hosts.get(host);
  }

  /** Hosts directly in a chassis. */
  hostsIn(chassis: string): string[] {
    return [...this.#hosts].flatMap(([id, own]) => (own === chassis ? [id] : []));
  }
}
