/**
 * Pasting attributes: what was set on one clip is set on others, as far as each of them has it. Pictures stay as they
 * are; takes whose settings change this way are stale, as after any other change of them.
 */
import { blocksOf, recordOf } from '../document/access';
import { applyDiff, squashDiffs } from '../document/apply-diff';
import { plannedRange } from '../document/branch';
import { type DocumentDiff, emptyDiff } from '../document/diff';
import type { ClipRecord, Document, RecordId, ShotRecord } from '../document/records';
import { setCurves } from './curves';
import { invalidEdit } from './edit';
import { setClipSound } from './insert-audio';
import { type NewPrompt, replacePrompts } from './prompt-blocks';
import { setSegment } from './segments';
import { setSampling, setShotWords } from './shot-settings';
import { endOf } from './placement';
import { trimClip, trimLimits } from './trim';

export const attributes = ['prompts', 'words', 'negative', 'sampling', 'curves', 'seed', 'length', 'sound'] as const;
export type Attribute = (typeof attributes)[number];

/** Attributes that a clip has and gives. */
export function attributesOf(clip: ClipRecord): readonly Attribute[] {
  switch (clip.source.type) {
    case 'shot':
      return ['prompts', 'words', 'negative', 'sampling', 'curves', 'seed', 'length'];
    case 'still':
      return ['length'];
    case 'audio':
      return ['length', 'sound'];
    default:
      return clip.source satisfies never;
  }
}

export interface AttributePaste {
  /** As it was when it was copied; what belongs to its shot is read from the shot now. */
  readonly from: ClipRecord;
  readonly toClipIds: readonly RecordId[];
  readonly which: ReadonlySet<Attribute>;
  /** For `seed`: the one that the source shows. */
  readonly seed: number | null;
  readonly newId: () => RecordId;
}

/** @throws AppError timeline/invalid-edit when no clip has any of them, timeline/locked-track */
export function pasteAttributes(doc: Document, paste: AttributePaste): DocumentDiff {
  const given = new Set(attributesOf(paste.from).filter((one) => paste.which.has(one)));
  let current = doc;
  let total = emptyDiff;
  let count = 0;
  const apply = (diff: DocumentDiff): void => {
    current = applyDiff(current, diff);
    total = squashDiffs(total, diff);
  };
  const doneShots = new Set<RecordId>();
  for (const id of paste.toClipIds) {
    const { source } = recordOf(doc, 'clip', id);
    for (const attribute of attributesOf(recordOf(doc, 'clip', id))) {
      if (!given.has(attribute)) continue;
      count += 1;
      // Clips of one shot share what the shot has; a second time would only cost new ids.
      if (attribute !== 'length' && source.type === 'shot' && doneShots.has(source.shotId)) continue;
      for (const edit of editsFor(attribute, id, paste)) apply(edit(current));
    }
    if (source.type === 'shot') doneShots.add(source.shotId);
  }
  if (count === 0)
    throw invalidEdit(
      'attributes',
      [...paste.which].join(', '),
      'none of the selected clips has these attributes',
      'Choose others, or select clips of the kind that was copied.',
    );
  return total;
}

function editsFor(attribute: Attribute, clipId: RecordId, paste: AttributePaste): ((doc: Document) => DocumentDiff)[] {
  const { from, seed, newId } = paste;
  if (attribute === 'length') return [(doc) => setLength(doc, clipId, from.duration)];
  if (attribute === 'sound') {
    if (from.source.type !== 'audio') return [];
    const { gainDb, fadeIn, fadeOut } = from.source;
    return [
      (doc) => {
        const { duration } = recordOf(doc, 'clip', clipId);
        return setClipSound(doc, clipId, {
          gainDb,
          fadeIn: Math.min(fadeIn, duration),
          fadeOut: Math.min(fadeOut, duration),
        });
      },
    ];
  }
  return [
    (doc) => {
      const [source, target] = [shotOf(doc, from), shotOf(doc, recordOf(doc, 'clip', clipId))];
      const { steps, guidance, negative, contextFrames, framesPerWindow } = source.sampling;
      switch (attribute) {
        case 'prompts':
          return replacePrompts(doc, target.id, promptsFor(doc, source, target, newId));
        case 'words':
          return setShotWords(doc, target.id, { head: source.head, tail: source.tail });
        case 'negative':
          return setSampling(doc, target.id, { negative });
        case 'sampling':
          return setSampling(doc, target.id, { steps, guidance, contextFrames, framesPerWindow });
        case 'curves':
          return setCurves(doc, target.id, { curves: source.curves, byFrames: shiftBetween(doc, source, target) });
        case 'seed':
          return target.headSegmentId === null ? emptyDiff : setSegment(doc, target.headSegmentId, { seed });
        default:
          return attribute satisfies never;
      }
    },
  ];
}

function shotOf(doc: Document, clip: ClipRecord): ShotRecord {
  if (clip.source.type !== 'shot')
    throw invalidEdit('clip', clip.name, `"${clip.name}" is not a generated clip`, 'Choose a generated clip.');
  return recordOf(doc, 'shot', clip.source.shotId);
}

/** The source's blocks from the film's start on, cut where the target's film ends; the last one lasts to its end. */
function promptsFor(doc: Document, source: ShotRecord, target: ShotRecord, newId: () => RecordId): NewPrompt[] {
  const [here, there] = [plannedRange(doc, source.id), plannedRange(doc, target.id)];
  if (!here || !there) return [];
  const moved = blocksOf(doc, source.id)
    .map(({ from, to, text, travel }) => ({
      text,
      from: from - here.from + there.from,
      to: Math.min(there.to, to - here.from + there.from),
      travel: travel ?? null,
    }))
    .filter(({ from, to }) => from < to);
  return moved.map((block, i) => ({
    ...block,
    id: newId(),
    to: i === moved.length - 1 ? Math.max(block.to, there.to) : block.to,
  }));
}

/** Frames from the start of one shot's film to that of another's. */
function shiftBetween(doc: Document, source: ShotRecord, target: ShotRecord): number {
  const [here, there] = [plannedRange(doc, source.id), plannedRange(doc, target.id)];
  return (there?.from ?? 0) - (here?.from ?? 0);
}

/** As long as its source and its neighbours allow. */
function setLength(doc: Document, clipId: RecordId, duration: number): DocumentDiff {
  const clip = recordOf(doc, 'clip', clipId);
  const { min, max } = trimLimits(doc, clipId, 'end', { ripple: false });
  const end = Math.max(min, Math.min(max, clip.start + duration));
  return end === endOf(clip) ? emptyDiff : trimClip(doc, clipId, 'end', end, { ripple: false });
}
