/** Who may do what (DSP0266 clause 13.3): asked before anything is said of what is there. */
import { message, RedfishError } from '../../messages/messages.ts';
import type { Principal } from './principal.ts';
import { isAllowed } from './privileges.ts';
import type { Target } from './tree.ts';

/** All that somebody whose password must be changed holds, whatever the role (DSP0266 clause 13.3.7). */
const onlySelf: ReadonlySet<string> = new Set(['ConfigureSelf']);

export class Access<A> {
  readonly #app: A;

  constructor(app: A) {
    this.#app = app;
  }

  /**
   * Lets a request through, or not. `undefined` as the target stands for a path that means nothing: who is not logged in
   * learns no more from it than from any other.
   *
   * @param possible whether the target has this method. One that it lacks needs no more than the right to look, and so does
   * OPTIONS: the answer tells no more than the resource itself.
   * @throws RedfishError 401, 403
   */
  demand(
    principal: Principal | null,
    method: string,
    target: Target<A> | undefined,
    possible: boolean,
  ): void {
    const reads = method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
    if (target?.entry.open && reads) return;
    const needed = method === 'OPTIONS' || !possible ? 'GET' : method;
    if (principal === null) throw new RedfishError([message('Base.NoValidSession', [])], 401);
    const own = this.#isOwn(principal, target);
    if (principal.passwordChangeRequired && !own)
      throw new RedfishError([message('Base.PasswordChangeRequired', [principal.accountUri])], 403);
    if (target === undefined) return;
    // Of what is one's own a PATCH may be allowed for some properties: `mayWrite` decides then.
    if (needed === 'PATCH' && own) return;
    if (!holds(principal, needed, target, own)) throw insufficient();
  }

  /** Whether a client may see what a link leads to. */
  maySee(principal: Principal | null, target: Target<A>): boolean {
    if (target.entry.open) return true;
    if (principal === null) return false;
    const own = this.#isOwn(principal, target);
    return holds(principal, 'GET', target, own);
  }

  /** @throws RedfishError 403 unless the client may write each of these properties */
  demandWrite(principal: Principal | null, target: Target<A>, properties: Iterable<string>): void {
    const own = principal !== null && this.#isOwn(principal, target);
    for (const property of properties) {
      if (principal === null || !holds(principal, 'PATCH', target, own, property)) throw insufficient();
    }
  }

  #isOwn(principal: Principal, target: Target<A> | undefined): boolean {
    if (target?.kind !== 'resource' || target.resource.owner === undefined) return false;
    const model = target.resource.find(this.#app, target.params);
    return model !== undefined && target.resource.owner(model) === principal.account;
  }
}

/** ConfigureSelf speaks of one's own account and sessions only. */
function holds<A>(
  principal: Principal,
  method: string,
  { entry }: Target<A>,
  own: boolean,
  property?: string,
): boolean {
  if (principal.passwordChangeRequired && !own) return false;
  const all = principal.passwordChangeRequired ? onlySelf : principal.privileges;
  const privileges = own ? all : principal.privilegesOverOthers;
  return isAllowed(privileges, entry.schema, method, { parents: entry.parents, property });
}

const insufficient = () => new RedfishError([message('Base.InsufficientPrivilege', [])], 403);
