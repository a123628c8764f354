/** What goes into a bundle: the processors it can be made for, and the packages that are not part of the one file. */

export interface Target {
  /** Name of the processor for node-gyp. */
  readonly gyp: string;
  /** Prefix of Debian's (cross) compiler. */
  readonly compiler: string;
}

export const targets: Readonly<Record<string, Target>> = {
  x64: { gyp: 'x64', compiler: 'x86_64-linux-gnu' },
  arm64: { gyp: 'arm64', compiler: 'aarch64-linux-gnu' },
  armhf: { gyp: 'arm', compiler: 'arm-linux-gnueabihf' },
};

/** Packages with addons and those that find the addons; of each, what is needed at run time. */
export const packages: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': ['package.json', 'lib', 'LICENSE'],
  'i2c-bus': ['package.json', 'i2c-bus.js', 'lib', 'LICENSE'],
  bindings: ['package.json', 'bindings.js', 'LICENSE.md'],
  'file-uri-to-path': ['package.json', 'index.js', 'LICENSE'],
};

export interface Addon {
  /** Folder of its sources. */
  readonly source: string;
  readonly file: string;
  /** Folder in the bundle. */
  readonly target: string;
  /**
   * `npm ci` downloads a binary of it where there is a network, which no hash of package-lock.json covers: a bundle has it
   * compiled from the sources that the hash does cover.
   */
  readonly downloaded?: true;
}

export const addons: readonly Addon[] = [
  {
    source: 'node_modules/better-sqlite3',
    file: 'better_sqlite3.node',
    target: 'node_modules/better-sqlite3/build/Release',
    downloaded: true,
  },
  { source: 'node_modules/i2c-bus', file: 'i2c.node', target: 'node_modules/i2c-bus/build/Release' },
  { source: 'drivers/native', file: 'redfishd_native.node', target: 'dist/program' },
];
