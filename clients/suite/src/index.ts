/** What other programs use of the suite. */
export { type LoadedProfile, type ProfileSet, readProfile, resolveProfiles } from './profile/check.ts';
export { disputes, type Reading } from './profile/disputes.ts';
export { evaluateProfile, overall } from './profile/evaluate.ts';
export type { Aspect, Origin, Profile, ProfileFinding, Verdict } from './profile/profile.ts';
export { type Problem, problemText } from './text/document.ts';
export { Tree, type TreeContents } from './tree.ts';
