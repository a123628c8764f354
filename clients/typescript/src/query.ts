/** Query parameters that a service advertises, and those that it refused all the same. */
import { isObject, valueAt } from './json.ts';

export type QueryOption = 'expand' | 'select' | 'filter';

/** Which parameters are worth sending: advertised in the service root and not refused yet. */
export class Features {
  #root: unknown;
  readonly #refused = new Set<QueryOption>();

  /** @param root the service root, whose ProtocolFeaturesSupported is read */
  learn(root: unknown): void {
    this.#root = root;
  }

  refuse(option: QueryOption): void {
    this.#refused.add(option);
  }

  /** The value of `$expand` for the members of a collection; undefined where it does not work. */
  expand(): string | undefined {
    const feature = valueAt(this.#root, 'ProtocolFeaturesSupported/ExpandQuery');
    if (this.#refused.has('expand') || !isObject(feature)) return undefined;
    const level = feature.Levels === true ? '($levels=1)' : '';
    if (feature.NoLinks === true) return `.${level}`;
    return feature.ExpandAll === true ? `*${level}` : undefined;
  }

  can(option: 'select' | 'filter'): boolean {
    const name = option === 'select' ? 'SelectQuery' : 'FilterQuery';
    return !this.#refused.has(option) && valueAt(this.#root, `ProtocolFeaturesSupported/${name}`) === true;
  }
}
