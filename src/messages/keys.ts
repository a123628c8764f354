/** The keys of all messages that the daemon sends, with the arguments of each, as types. */
import { registries as dmtf } from './generated/registries.ts';
import { own } from './own.ts';

/** Every registry: those of DMTF, and the project's own. */
export const registries = { ...dmtf, ...own };

type Registries = typeof registries;
export type RegistryName = keyof Registries;
export type KeysOf<R extends RegistryName> = keyof Registries[R]['messages'] & string;

/** `Registry.Key`, such as `Base.PropertyUnknown`. */
export type MessageKey = { [R in RegistryName]: `${R}.${KeysOf<R>}` }[RegistryName];

type Values<Types extends readonly string[]> = { readonly [I in keyof Types]: string | number };

/** One argument for each placeholder of the message; numbers are written as JSON writes them. */
export type MessageArgs<K extends MessageKey> = K extends `${infer R extends RegistryName}.${infer M}`
  ? M extends keyof Registries[R]['messages']
    ? Registries[R]['messages'][M] extends { readonly args: infer Types extends readonly string[] }
      ? Values<Types>
      : never
    : never
  : never;

type KeysByCount = { readonly [K in MessageKey as MessageArgs<K>['length']]: K };

/** Keys of the messages with this number of arguments. */
export type MessageKeyTaking<N extends keyof KeysByCount> = KeysByCount[N];

/** A message with its arguments. One type per number of arguments: far fewer to compare than one per key. */
export type MessageCall<K extends MessageKey = MessageKey> = {
  [N in keyof KeysByCount]: {
    readonly message: Extract<K, KeysByCount[N]>;
    readonly args: MessageArgs<KeysByCount[N]>;
  };
}[keyof KeysByCount];
