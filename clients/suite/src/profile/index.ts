/** The profile engine: DSP0272 1.9 and 1.10. */
export { type LoadedProfile, type ProfileSet, readProfile, resolveProfiles } from './check.ts';
export { disputes, type Reading } from './disputes.ts';
export { evaluateProfile, overall } from './evaluate.ts';
export type { Aspect, Origin, Profile, ProfileFinding, Verdict } from './profile.ts';
export { Tree, type TreeContents } from './tree.ts';
