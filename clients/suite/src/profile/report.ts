/** Collects findings, and requirements that one instance of many can satisfy. */
import { pointerOf } from '../text/document.ts';
import type { LoadedProfile } from './check.ts';
import { type Dispute, disputes, type Reading } from './disputes.ts';
import type { Aspect, Origin, ProfileFinding, Verdict } from './profile.ts';

export type Step = string | number;

/** Where a requirement stands: its profile and the path in it. */
export interface Place {
  readonly loaded: LoadedProfile;
  readonly path: readonly Step[];
}

export const below = ({ loaded, path }: Place, ...steps: readonly Step[]): Place => ({
  loaded,
  path: [...path, ...steps],
});

const originOf = ({ loaded: { profile }, path }: Place): Origin => ({
  profile: profile.ProfileName,
  version: profile.ProfileVersion,
  pointer: pointerOf(path),
});

export interface Target {
  readonly uri: string;
  readonly path: readonly Step[];
}

export const wholeService: Target = { uri: '', path: [] };

interface Tally {
  readonly place: Place;
  readonly aspect: Aspect;
  readonly message: string;
  met: boolean;
  unknown: boolean;
  asked: number;
}

export class Report {
  readonly reading: Reading;
  readonly findings: ProfileFinding[] = [];
  readonly #tallies = new Map<string, Tally>();

  constructor(reading: Reading) {
    this.reading = reading;
  }

  add(
    verdict: Verdict,
    aspect: Aspect,
    place: Place,
    target: Target,
    message: string,
    dispute?: Dispute,
  ): void {
    this.findings.push({
      verdict,
      aspect,
      origin: originOf(place),
      uri: target.uri,
      pointer: pointerOf(target.path),
      message,
      ...(dispute === undefined ? {} : { disputed: disputes[dispute] }),
    });
  }

  /** One instance's answer to a requirement that the service meets once. */
  count(place: Place, aspect: Aspect, key: string, met: boolean | undefined, message: string): void {
    const id = `${place.loaded.profile.ProfileName} ${pointerOf(place.path)} ${aspect} ${key}`;
    const tally = this.#tallies.get(id) ?? { place, aspect, message, met: false, unknown: false, asked: 0 };
    tally.met ||= met === true;
    tally.unknown ||= met === undefined;
    tally.asked++;
    this.#tallies.set(id, tally);
  }

  /** Verdicts of the counted requirements. */
  finish(): readonly ProfileFinding[] {
    for (const { place, aspect, message, met, unknown, asked } of this.#tallies.values()) {
      const verdict = met ? 'PASS' : unknown ? 'UNTESTED' : 'FAIL';
      const text = met ? `${message}: found` : `${message}: in none of ${asked} instances`;
      this.add(verdict, aspect, place, wholeService, text);
    }
    this.#tallies.clear();
    return this.findings;
  }
}
