/** Where two documents of one project are not the same, shot by shot: what an artist is told before they are merged. */
import type { Document, DocumentRecord, RecordId } from './records';
import { recordsEqual } from './records-equal';

export interface ShotDifference {
  readonly shotId: RecordId;
  readonly name: string;
  /** changed: there on both sides, with other words, segments, anchors or clips */
  readonly is: 'changed' | 'only-here' | 'only-there';
}

export interface DocumentDifference {
  readonly shots: readonly ShotDifference[];
  /** Records of no shot that are not the same: tracks, stills, sounds, markers, transitions, the project's settings. */
  readonly others: number;
}

export function documentDifference(here: Document, there: Document): DocumentDifference {
  const shots = new Map<RecordId, ShotDifference>();
  let others = 0;
  for (const id of new Set([...here.keys(), ...there.keys()])) {
    const [mine, theirs] = [here.get(id), there.get(id)];
    if (recordsEqual(mine, theirs)) continue;
    // A clip may have been given another shot: both are then not what they were.
    const touched = new Set([mine, theirs].flatMap((record) => shotOf(record) ?? []));
    if (touched.size === 0) others++;
    for (const shotId of touched) {
      const [own, other] = [here.get(shotId), there.get(shotId)];
      const name = [own, other].find((record) => record?.kind === 'shot');
      const is = own === undefined ? 'only-there' : other === undefined ? 'only-here' : 'changed';
      shots.set(shotId, { shotId, name: name?.kind === 'shot' ? name.name : '', is });
    }
  }
  return { shots: [...shots.values()], others };
}

function shotOf(record: DocumentRecord | undefined): RecordId | null {
  switch (record?.kind) {
    case 'shot':
      return record.id;
    case 'segment':
    case 'prompt-block':
    case 'anchor':
      return record.shotId;
    case 'clip':
      return record.source.type === 'shot' ? record.source.shotId : null;
    default:
      return null;
  }
}
