/** Points that DSP0272 leaves open or that DMTF's validator reads otherwise: the letter, and the other reading. */

export type Reading = 'letter' | 'riv';

export const disputes = {
  emptyArray:
    'A required array without MinCount: by the letter MinCount defaults to 1 and an empty array fails; DMTF’s validator accepts it.',
  arrayItems:
    'Equal, NotEqual or a range on an array: here every item is judged; DMTF’s validator judges the last one.',
  absentCompares:
    'NotEqual in a condition on a property that is not there: here nothing is compared and the condition does not apply; DMTF’s validator applies it.',
  absentValue:
    'Comparison Absent as a requirement: here the property must not be there; DMTF’s validator ignores it.',
  linkTargets: 'LinkToResource on several links: here one link to a listed type is enough.',
} as const;

export type Dispute = keyof typeof disputes;
