/**
 * The certificates of this service: the server's key and certificate, keys of open signing requests, and the trusted
 * certificates for clients.
 *
 * The store holds a pair as one value, so that a power loss cannot separate a certificate from its key; only the owner can
 * read the database. Private keys are passed to TLS and to nothing else.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext, type TlsOptions } from 'node:tls';
import { Listeners } from '../base/listeners.ts';
import { StoreError } from '../store/errors.ts';
import type { Settings } from '../store/settings.ts';
import { type ContextFacts, serverOptions } from './context.ts';
import { type CertificateDetails, detailsOf } from './details.ts';
import { type SigningRequest, selfSigned, signingRequest, type TlsPair } from './make.ts';
import { type Bundle, keyPem, pemOf, readBundle } from './pem.ts';
import { demandsCertificate, storedPolicy, storePolicy, type TlsPolicy } from './policy.ts';
import { CertificateRefusal } from './refusal.ts';
import { demandAnchor, demandServer } from './rules.ts';
import { proveHandshake } from './trial.ts';

/** A certificate without its key. */
export interface Certificate {
  readonly id: string;
  /** PEM: the leaf, then its chain if there is one. */
  readonly pem: string;
  readonly isChain: boolean;
  readonly leaf: X509Certificate;
  readonly details: CertificateDetails;
}

/** Limit of open signing requests; one more replaces the oldest. */
const maxRequests = 8;
/** Limit of trusted certificates; their names are sent in every handshake. */
const maxTrusted = 32;

interface ServerPair extends TlsPair {
  readonly id: string;
}

export class Certificates {
  readonly #settings: Settings;
  readonly #changed = new Listeners<void>();
  #policy: TlsPolicy;
  #pair: ServerPair;
  #server: Certificate;
  #issued: boolean;
  #trusted: readonly Certificate[];

  private constructor(settings: Settings, pair: ServerPair) {
    this.#settings = settings;
    this.#policy = storedPolicy(settings);
    this.#pair = pair;
    this.#server = show(pair.id, pair.chain);
    this.#issued = isIssued(this.#server);
    this.#trusted = settings.json('tls.trusted', decodeTrusted, []);
  }

  /**
   * Loads the certificates. The first start creates a self-signed pair for `names` (host names and addresses), which is valid
   * for this run only while the store fails.
   */
  static async open(settings: Settings, names: readonly string[]): Promise<Certificates> {
    const known = settings.json<ServerPair | null>('tls.server', decodePair, null);
    if (known !== null) return new Certificates(settings, known);
    const pair = { id: '1', ...(await selfSigned(names)) };
    try {
      settings.setJson('tls.server', pair);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
    return new Certificates(settings, pair);
  }

  /** Calls the listener after each stored change: the server must use `options` for new connections. @returns unsubscribes */
  onChange(listener: () => void): () => void {
    return this.#changed.add(listener);
  }

  /** The present options of the TLS server. */
  get options(): TlsOptions {
    return serverOptions(this.#facts(this.#pair));
  }

  get policy(): TlsPolicy {
    return this.#policy;
  }

  /** Changes the policy, durably. @throws CertificateRefusal `in-use`, StoreError */
  setPolicy(patch: Partial<TlsPolicy>): void {
    const policy = { ...this.#policy, ...patch };
    if (demandsCertificate(policy) && this.#trusted.length === 0)
      throw new CertificateRefusal('in-use', 'nobody is trusted to vouch for clients yet');
    storePolicy(this.#settings, policy);
    this.#policy = policy;
    this.#changed.emit();
  }

  /** The certificate of the server. */
  get server(): Certificate {
    return this.#server;
  }

  /** Whether the server certificate is issued by another key. HSTS is sent only then. */
  get issued(): boolean {
    return this.#issued;
  }

  /** The trusted certificates for clients. */
  get trusted(): readonly Certificate[] {
    return this.#trusted;
  }

  /**
   * Creates a key and returns its signing request, PEM. The key is stored until its certificate is installed.
   * @throws StoreError
   */
  async request(wanted: SigningRequest): Promise<string> {
    const { csr, key } = await signingRequest(wanted);
    this.#settings.setJson('tls.requests', [key, ...this.#requests()].slice(0, maxRequests));
    return csr;
  }

  /**
   * Replaces the pair of the server after a test handshake. The key is sent with the certificate, belongs to an open signing
   * request, or is the present one.
   * @param id id of the new certificate; by default a new one
   * @throws CertificateRefusal `format`, `value`; StoreError; the server then keeps the old pair
   */
  async install(text: string, id = String(Number(this.#pair.id) + 1)): Promise<Certificate> {
    const bundle = readBundle(text);
    const leaf = demandServer(bundle.certificates, Date.now());
    const key = keyPem(this.#keyFor(leaf, bundle));
    const pair = { id, chain: pemOf(bundle.certificates), key };
    await proveHandshake(
      serverOptions({ ...this.#facts(pair), clients: 'off', minVersion: 'TLSv1.2' }),
      leaf,
    );
    this.#settings.setJson('tls.server', pair);
    this.#pair = pair;
    this.#server = show(id, pair.chain);
    this.#issued = isIssued(this.#server);
    this.#changed.emit();
    this.#forgetRequest(key);
    return this.#server;
  }

  /**
   * Adds a trusted certificate for clients: an authority, or a client's own.
   * @throws CertificateRefusal, StoreError
   */
  trust(text: string): Certificate {
    if (this.#trusted.length >= maxTrusted)
      throw new CertificateRefusal('limit', `there is room for ${maxTrusted} certificates`);
    const id = String(1 + Math.max(0, ...this.#trusted.map((each) => Number(each.id))));
    const added = this.#anchor(id, text);
    this.#setTrusted([...this.#trusted, added]);
    return added;
  }

  /** Replaces a trusted certificate. @throws CertificateRefusal, StoreError */
  replaceTrusted(id: string, text: string): void {
    const renewed = this.#anchor(id, text);
    this.#setTrusted(this.#trusted.map((each) => (each.id === id ? renewed : each)));
  }

  /** Removes a trusted certificate. @throws CertificateRefusal `in-use`, StoreError */
  distrust(id: string): void {
    const rest = this.#trusted.filter((each) => each.id !== id);
    if (rest.length === 0 && demandsCertificate(this.#policy))
      throw new CertificateRefusal('in-use', 'it is the last by which a client can connect');
    this.#setTrusted(rest);
  }

  #facts({ chain, key }: TlsPair): ContextFacts {
    const { minVersion, clientCertificates } = this.#policy;
    const clients = !clientCertificates ? 'off' : demandsCertificate(this.#policy) ? 'required' : 'optional';
    return { chain, key, minVersion, clients, trusted: this.#trusted.map(({ pem }) => pem) };
  }

  #requests(): readonly string[] {
    return this.#settings.json('tls.requests', decodeKeys, []);
  }

  /** Removes the key of a request. A failure is ignored: the pair is installed, and newer requests replace the key. */
  #forgetRequest(key: string): void {
    const waiting = this.#requests();
    if (!waiting.includes(key)) return;
    try {
      this.#settings.setJson(
        'tls.requests',
        waiting.filter((each) => each !== key),
      );
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }

  /** Returns the private key of a certificate. @throws CertificateRefusal when the sent key does not match, or no key does */
  #keyFor(leaf: X509Certificate, bundle: Bundle): KeyObject {
    if (bundle.key !== null) {
      if (leaf.checkPrivateKey(bundle.key)) return bundle.key;
      throw new CertificateRefusal('value', 'a private key that is not the key of the first certificate');
    }
    const known = [...this.#requests(), this.#pair.key].map((pem) => createPrivateKey(pem));
    const key = known.find((each) => leaf.checkPrivateKey(each));
    if (key !== undefined) return key;
    throw new CertificateRefusal(
      'value',
      'a certificate without its private key, which no request made either',
    );
  }

  #anchor(id: string, text: string): Certificate {
    const others = this.#trusted.filter((each) => each.id !== id).map((each) => each.leaf);
    const leaf = demandAnchor(readBundle(text), others, Date.now());
    if (others.some((each) => each.raw.equals(leaf.raw)))
      throw new CertificateRefusal('exists', leaf.fingerprint256);
    return show(id, pemOf([leaf]));
  }

  #setTrusted(trusted: readonly Certificate[]): void {
    provable(() => createSecureContext({ ca: trusted.map(({ pem }) => pem) }));
    this.#settings.setJson(
      'tls.trusted',
      trusted.map(({ id, pem }) => ({ id, pem })),
    );
    this.#trusted = trusted;
    this.#changed.emit();
  }
}

/** Runs a check by OpenSSL. @throws CertificateRefusal when OpenSSL refuses the certificate */
function provable(work: () => void): void {
  try {
    work();
  } catch (cause) {
    throw new CertificateRefusal('value', 'a certificate that TLS cannot use', { cause });
  }
}

/** Returns a certificate with its details. @throws Error when the text is not PEM of a certificate */
export function show(id: string, pem: string): Certificate {
  const leaf = new X509Certificate(pem);
  const isChain = pem.indexOf('-----BEGIN', 1) > 0;
  return { id, pem, isChain, leaf, details: detailsOf(leaf) };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Converts a stored pair; undefined when a server cannot start with it: the daemon must remain reachable. */
function decodePair(value: unknown): ServerPair | undefined {
  if (!isRecord(value)) return undefined;
  const { id, chain, key } = value;
  if (typeof id !== 'string' || typeof chain !== 'string' || typeof key !== 'string') return undefined;
  createSecureContext({ cert: chain, key });
  return { id, chain, key };
}

function decodeTrusted(value: unknown): readonly Certificate[] | undefined {
  return Array.isArray(value) ? value.map(({ id, pem }) => show(String(id), String(pem))) : undefined;
}

function decodeKeys(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? (value as readonly string[]) : undefined;
}

const isIssued = ({ leaf }: Certificate): boolean => !leaf.verify(leaf.publicKey);
