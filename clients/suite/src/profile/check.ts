/** Reads profile files: words, rules between words, and the profiles that they require. */
import { type Path, type Problem, SourceText } from '../text/document.ts';
import { checkShape } from '../text/shape.ts';
import type { Profile, PropertyRule, ResourceRule } from './profile.ts';
import { atLeast, sameMajor } from './version.ts';
import { profileShape } from './vocabulary.ts';

export interface LoadedProfile {
  readonly file: string;
  readonly profile: Profile;
  readonly source: SourceText;
}

/** One profile with all that it requires, itself first. */
export interface ProfileSet {
  readonly profiles: readonly LoadedProfile[];
  /** Profiles that resources name by RequiredResourceProfile, by name. */
  readonly named: ReadonlyMap<string, LoadedProfile>;
}

type Add = (path: Path, message: string, hint: string) => void;

/** DSP0272: Excluded, Range and Pattern belong to Product profiles. */
function checkType(rule: PropertyRule | ResourceRule, path: Path, add: Add): void {
  const hint = 'set "ProfileType": "Product", or use another word';
  if (rule.ReadRequirement === 'Excluded')
    add([...path, 'ReadRequirement'], 'Excluded is valid in Product profiles only', hint);
  for (const key of ['Comparison', 'UseCaseComparison'] as const) {
    const word = (rule as Readonly<Record<string, unknown>>)[key];
    if (word === 'Range' || word === 'Pattern')
      add([...path, key], `${word} is valid in Product profiles only`, hint);
  }
}

function checkProperties(
  rules: Readonly<Record<string, PropertyRule>> | undefined,
  path: Path,
  product: boolean,
  add: Add,
): void {
  for (const [name, rule] of Object.entries(rules ?? {})) {
    const here = [...path, name];
    if (!product) checkType(rule, here, add);
    const needsValues = rule.Comparison && !['Absent', 'Present'].includes(rule.Comparison);
    if (needsValues && !rule.Values?.length)
      add([...here, 'Comparison'], `${rule.Comparison} has no Values`, 'add "Values"');
    rule.ConditionalRequirements?.forEach((condition, index) => {
      if (condition.CompareProperty === undefined) return;
      const at = [...here, 'ConditionalRequirements', index];
      if (condition.CompareType === undefined)
        add(at, 'CompareProperty has no CompareType', 'add "CompareType"');
    });
    checkProperties(rule.PropertyRequirements, [...here, 'PropertyRequirements'], product, add);
  }
}

/** Rules that hold between words of a profile. */
function checkRules(source: SourceText, profile: Profile): Problem[] {
  const problems: Problem[] = [];
  const add: Add = (path, message, hint) => problems.push(source.problem(path, message, hint));
  const product = profile.ProfileType === 'Product';
  for (const [type, entry] of Object.entries(profile.Resources ?? {})) {
    const rules: [Path, ResourceRule][] = entry.UseCases
      ? entry.UseCases.map((rule, index) => [['Resources', type, 'UseCases', index], rule])
      : [[['Resources', type], entry]];
    for (const [path, rule] of rules) {
      if (!product) checkType(rule, path, add);
      checkProperties(rule.PropertyRequirements, [...path, 'PropertyRequirements'], product, add);
    }
  }
  return problems;
}

/** A profile by its text; every problem at once. */
export function readProfile(
  file: string,
  text: string,
): { readonly loaded?: LoadedProfile; readonly problems: readonly Problem[] } {
  const source = new SourceText(file, text);
  const shape = checkShape(source, profileShape);
  if (shape.length) return { problems: shape };
  const profile = source.value as Profile;
  const problems = checkRules(source, profile);
  return problems.length ? { problems } : { loaded: { file, profile, source }, problems };
}

/** The newest profile of a name that satisfies a minimum version: same major, not older (DSP0272 "RequiredProfiles"). */
function newest(
  available: readonly LoadedProfile[],
  name: string,
  minimum: string,
): LoadedProfile | undefined {
  return available
    .filter(({ profile }) => profile.ProfileName === name)
    .filter(
      ({ profile }) => sameMajor(profile.ProfileVersion, minimum) && atLeast(profile.ProfileVersion, minimum),
    )
    .reduce<LoadedProfile | undefined>(
      (best, next) =>
        best && atLeast(best.profile.ProfileVersion, next.profile.ProfileVersion) ? best : next,
      undefined,
    );
}

/** All profiles that apply. A required profile that is not among `available` is a problem: never a pass. */
export function resolveProfiles(
  main: LoadedProfile,
  available: readonly LoadedProfile[],
): { readonly set: ProfileSet; readonly problems: readonly Problem[] } {
  const profiles = [main];
  const named = new Map<string, LoadedProfile>();
  const problems: Problem[] = [];
  const missing = (from: LoadedProfile, path: Path, name: string, minimum: string): void => {
    const versions = available
      .filter(({ profile }) => profile.ProfileName === name)
      .map(({ profile }) => profile.ProfileVersion);
    const hint = versions.length ? `there are: ${versions.join(', ')}` : 'put its file beside the others';
    problems.push(from.source.problem(path, `required profile ${name} ${minimum} or newer not found`, hint));
  };
  for (let index = 0; index < profiles.length; index++) {
    const from = profiles[index];
    if (!from) break;
    for (const [name, { MinVersion = '1.0.0' }] of Object.entries(from.profile.RequiredProfiles ?? {})) {
      const found = newest(available, name, MinVersion);
      if (!found) missing(from, ['RequiredProfiles', name], name, MinVersion);
      else if (!profiles.includes(found)) profiles.push(found);
    }
    for (const [type, entry] of Object.entries(from.profile.Resources ?? {}))
      for (const rule of entry.UseCases ?? [entry]) {
        const { Name, MinVersion = '1.0.0' } = rule.RequiredResourceProfile ?? {};
        if (Name === undefined) continue;
        const found = newest(available, Name, MinVersion);
        if (found) named.set(Name, found);
        else missing(from, ['Resources', type], Name, MinVersion);
      }
  }
  return { set: { profiles, named }, problems };
}
