/** All passive rules over a recording: levels 0 to 2. Pure: the same recording gives the same findings. */
import { judgeCollections } from './cross/collections.ts';
import { judgeHealth } from './cross/health.ts';
import { judgeLinks } from './cross/links.ts';
import { judgeMessages } from './cross/messages.ts';
import { judgeValues } from './cross/values.ts';
import type { PassiveEngine } from './engine.ts';
import { inOrder } from './finding.ts';
import { Judge } from './judge.ts';
import { plainUri } from './recording.ts';
import { judgeSchemas } from './schema/engine.ts';
import { treeOf } from './tree.ts';

const engines = [judgeSchemas, judgeLinks, judgeCollections, judgeMessages, judgeValues, judgeHealth];

/** Findings in the order of reports; nothing is said of what is right. */
export const judgeRecording: PassiveEngine = (recording) => {
  const judge = new Judge(new Set(recording.unreached.map(({ uri }) => plainUri(uri))));
  const tree = treeOf(recording);
  for (const engine of engines) engine(judge, tree);
  return inOrder(judge.findings);
};
