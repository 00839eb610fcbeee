/**
 * Random edit sequences: whatever is done in whatever order, the rules hold, an edit and its reverse cancel out, and
 * undoing everything gives the empty film.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  audioTracksOf,
  blocksOf,
  endOf,
  filmEnd,
  projectOf,
  recordOf,
  recordsOf,
  segmentsOf,
  tracksOf,
} from '../document/access';
import { applyDiff, isEmptyDiff, reverseDiff, squashDiffs } from '../document/apply-diff';
import { emptyDiff, type DocumentDiff } from '../document/diff';
import { emptyHistory, recordEdit, takeRedo, takeUndo } from '../document/history';
import { violations } from '../document/invariants';
import { RecordMap } from '../document/record-map';
import { type ClipRecord, markerColors, type Document, type DocumentRecord, type RecordId } from '../document/records';
import { isAudioClip } from '../document/sound';
import { changeOf } from '../document/scope';
import { speedOf } from '../document/clip-speed';
import { AppError, AssertionError } from '../errors';
import { createRate } from '../time/rate';
import { moveAnchor, partOfClip, pinAnchor, pinClip, setAnchorStrength, setPinnedClip } from './anchors';
import { liftRange } from './clear-range';
import { closeLoop } from './close-loop';
import { deleteClips } from './delete-clips';
import { closeGap, fillGap, gapAt } from './fill-gap';
import { extendBackward, extendForward } from './grow-segment';
import { insertAudio, setClipSound } from './insert-audio';
import { insertShot } from './insert-shot';
import { insertStill } from './insert-still';
import { addMarker, setMarker } from './markers';
import { moveClip } from './move';
import { copyClips, pasteClips } from './paste';
import { attributes, pasteAttributes } from './paste-attributes';
import { setInOut } from './project-settings';
import {
  addPromptBlock,
  moveBlockEdge,
  removePromptBlock,
  setPromptText,
  setTravel,
  splitBlock,
} from './prompt-blocks';
import { redrawClip } from './redraw';
import { renameClip, renameTrack } from './rename';
import {
  removePlannedSegment,
  retakeRange,
  setFootageFit,
  setLoop,
  setSourceMask,
  setSourceStrength,
  switchBranch,
  takeFilmSize,
} from './segments';
import { setReferences, setShotWords } from './shot-settings';
import { copyCurveKeys, pasteCurveKeys } from './copy-keys';
import { cutsTogether, linkedWith, rollCuts, slipClips } from './linked-edits';
import { rollCut } from './roll';
import { setClipSpeed } from './set-speed';
import { slideClip, slideTogether } from './slide';
import { slipClip } from './slip';
import { splitClip } from './split';
import { easeNames } from '../curve/evaluate';
import { parameterNames } from '../curve/parameters';
import {
  curveKeys,
  type CurveOf,
  deleteCurveKeys,
  easeCurveKeys,
  moveCurveKeys,
  putCurveKey,
  resetCurveKeys,
  setCurve,
} from './curves';
import { aShot, anEmptyFilm, testSampling } from './test-films';
import {
  groupClips,
  linkClips,
  splitClips,
  trimLimitsOfAll,
  trimmedTogether,
  ungroupClips,
  unlinkClips,
  withCompanions,
} from './together';
import { addTrack, removeTrack, setTrack, setTrackHeight } from './tracks';
import { addDissolve } from './transitions';
import { trimClip, trimClips, trimLimits } from './trim';

/** Numbers that choose: which record, and where. */
interface Dice {
  readonly op: number;
  readonly a: number;
  readonly b: number;
  readonly flag: boolean;
}

type Operation = (doc: Document, dice: Dice, id: RecordId) => DocumentDiff;

const pick = <T>(list: readonly T[], n: number): T => {
  const item = list[n % Math.max(1, list.length)];
  // Nothing to work on: a refusal like any other.
  if (item === undefined) throw new AppError('timeline/invalid-edit', 'nothing there');
  return item;
};
const clip = (doc: Document, n: number) => pick(recordsOf(doc, 'clip'), n);
const shot = (doc: Document, n: number) => pick(recordsOf(doc, 'shot'), n);
const track = (doc: Document, n: number) => pick(tracksOf(doc), n).id;
const growth = (dice: Dice, id: RecordId) => ({
  segmentId: `${id}-s`,
  blockId: `${id}-b`,
  frameCount: 1 + (dice.b % 12),
  text: dice.flag ? `text ${dice.b}` : null,
  ...(dice.b % 3 === 0 && { atFrame: (dice.b % 25) - 8 }),
});

const curve = (doc: Document, a: number, b: number): CurveOf => ({
  shotId: shot(doc, a).id,
  parameter: pick(parameterNames, b),
});
/** A curve that has keys. */
const keyedCurve = (doc: Document, n: number): CurveOf =>
  pick(
    recordsOf(doc, 'shot').flatMap(({ id, curves }) =>
      parameterNames.filter((name) => curves?.[name]).map((parameter) => ({ shotId: id, parameter })),
    ),
    n,
  );
const framesIn = (doc: Document, a: number, b: number): number[] => {
  const of = keyedCurve(doc, a);
  const frames = curveKeys(recordOf(doc, 'shot', of.shotId), of.parameter).map(({ frame }) => frame);
  return [pick(frames, b), pick(frames, b + 1)];
};

const newTrack: Operation = (doc, { flag }, id) => addTrack(doc, { id, type: flag ? 'audio' : 'video' });
const linkSound: Operation = (doc, { a, b }, id) => {
  const sound = pick(recordsOf(doc, 'clip').filter(isAudioClip), a).id;
  return linkClips(doc, [sound, clip(doc, b).id], id);
};

/** What moves one clip away from its companions, as it is asked to. */
const moveOne: Operation = (doc, { a, b }) => moveClip(doc, clip(doc, a).id, { trackId: track(doc, b), start: b });
const slipOne: Operation = (doc, { a, b }) => slipClip(doc, clip(doc, a).id, (b % 9) - 4);
const slideOne: Operation = (doc, { a, b }) => slideClip(doc, clip(doc, a).id, b);

const retime: Operation = (doc, { a, b }) =>
  setClipSpeed(doc, clip(doc, a).id, pick([10, 25, 50, 100, 137, 200, 1_000], b));
const retimeOne: Operation = (doc, { a, b }) =>
  setClipSpeed(doc, clip(doc, a).id, pick([33, 66, 100, 150, 999], b), () => false);

const operations: readonly Operation[] = [
  (doc, { a, b, flag }, id) =>
    aShot(id, {
      trackId: track(doc, a),
      start: b,
      mode: flag ? 'insert' : 'place',
      frameCount: 1 + (a % 20),
      rate: pick([createRate(8), createRate(24), createRate(30_000, 1001), createRate(60)], b),
    })(doc),
  (doc, { a, b, flag }, id) =>
    insertStill(doc, {
      clipId: id,
      trackId: track(doc, a),
      start: b,
      duration: 1 + (a % 30),
      mediaId: 'm',
      name: id,
      mode: flag ? 'insert' : 'place',
    }),
  (doc, { a, b, flag }, id) =>
    insertAudio(doc, {
      clipId: id,
      trackId: pick(audioTracksOf(doc), a).id,
      start: b,
      mediaId: 'm',
      name: id,
      frameCount: 1 + (a % 40),
      mode: flag ? 'insert' : 'place',
    }),
  (doc, { a, b, flag }) =>
    setClipSound(doc, pick(recordsOf(doc, 'clip').filter(isAudioClip), a).id, {
      gainDb: (b % 80) - 58,
      [flag ? 'fadeIn' : 'fadeOut']: b % 12,
    }),
  (doc, dice, id) => extendForward(doc, clip(doc, dice.a).id, growth(dice, id)),
  (doc, dice, id) => extendBackward(doc, clip(doc, dice.a).id, growth(dice, id)),
  (doc, { a, b }, id) =>
    retakeRange(doc, shot(doc, a).id, { segmentId: id, from: (b % 12) - 3, frameCount: 1 + (a % 5) }),
  (doc, { a, b }) => switchBranch(doc, shot(doc, a).id, pick(segmentsOf(doc, shot(doc, a).id), b).id),
  (doc, { a }) => removePlannedSegment(doc, pick(recordsOf(doc, 'segment'), a).id),
  (doc, { a, b, flag }) =>
    trimClip(doc, clip(doc, a).id, flag ? 'start' : 'end', clip(doc, a).start + (b % 40) - 10, { ripple: b % 2 === 0 }),
  (doc, { a, b, flag }) => {
    const edge = flag ? 'start' : 'end';
    const { min, max } = trimLimits(doc, clip(doc, a).id, edge, { ripple: b % 2 === 0 });
    return trimClip(doc, clip(doc, a).id, edge, Math.max(min, Math.min(max, b)), { ripple: b % 2 === 0 });
  },
  (doc, { a, b }, id) => splitClip(doc, clip(doc, a).id, clip(doc, a).start + (b % 30), id),
  moveOne,
  (doc, { a, b, flag }) => deleteClips(doc, [clip(doc, a).id, clip(doc, b).id], { ripple: flag }),
  (doc, { a, b, flag }, id) => {
    let next = 0;
    const mode = flag ? 'insert' : 'overwrite';
    const copied = copyClips(doc, [clip(doc, a).id, clip(doc, b).id]);
    return pasteClips(doc, copied, { atFrame: b, mode, newId: () => `${id}-${next++}` }).diff;
  },
  (doc, { a, b, flag }, id) => {
    let next = 0;
    const trackIds = tracksOf(doc).map((one) => one.id);
    return liftRange(doc, { from: a, to: b }, { trackIds, ripple: flag, newId: () => `${id}-${next++}` });
  },
  (doc, { a, b }) => {
    const left = clip(doc, a);
    const right = recordsOf(doc, 'clip').find((other) => other.start === left.start + left.duration);
    return rollCut(doc, left.id, (right ?? left).id, left.start + (b % 30));
  },
  slipOne,
  slideOne,
  (doc, { a, b, flag }, id) => {
    const left = clip(doc, a);
    const right = recordsOf(doc, 'clip').find(
      (other) => other.trackId === left.trackId && other.start === left.start + left.duration,
    );
    return addDissolve(doc, left.id, (right ?? left).id, {
      id,
      frames: 1 + (b % 9),
      handles: flag ? 'trim' : 'refuse',
    });
  },
  (doc, { a, b }) => setPromptText(doc, pick(recordsOf(doc, 'prompt-block'), a).id, `text ${b}`),
  (doc, { a, b, flag }) =>
    moveBlockEdge(doc, pick(recordsOf(doc, 'prompt-block'), a).id, flag ? 'from' : 'to', (b % 30) - 8),
  (doc, { a, b }, id) => splitBlock(doc, pick(recordsOf(doc, 'prompt-block'), a).id, b % 12, id),
  (doc, { a, b }) => removePromptBlock(doc, pick(blocksOf(doc, shot(doc, a).id), b).id),
  (doc, { a, b }, id) =>
    addPromptBlock(doc, { id, shotId: shot(doc, a).id, from: b % 20, to: (b % 20) + 1 + (a % 4), text: id }),
  (doc, { a, b }, id) => pinAnchor(doc, { id, shotId: shot(doc, a).id, frame: (b % 20) - 5, mediaId: 'm' }),
  (doc, { a, b }) => moveAnchor(doc, pick(recordsOf(doc, 'anchor'), a).id, b % 20),
  (doc, { a, b, flag }, id) => {
    const { rate, width, height } = projectOf(doc);
    const { modelId, sampling } = shot(doc, a);
    return insertShot(doc, {
      ...{ shotId: `${id}-shot`, segmentId: `${id}-segment`, clipId: id, blockId: null, text: null, name: id },
      ...{ trackId: track(doc, a), start: b, modelId, rate, width, height, sampling, frameCount: 1 + (a % 40) },
      footage: { mediaId: 'film', from: b, fit: flag ? 'fill' : 'fit' },
      mode: flag ? 'insert' : 'place',
    });
  },
  (doc, { a, flag }) => setFootageFit(doc, pick(recordsOf(doc, 'segment'), a).id, flag ? 'fill' : 'fit'),
  (doc, { a }) => takeFilmSize(doc, shot(doc, a).id),
  (doc, { b }, id) => addMarker(doc, { id, frame: b, name: id }),
  (doc, { a, b, flag }) => setInOut(doc, flag ? { inPoint: a } : { outPoint: b }),
  newTrack,
  (doc, { a, flag }) => removeTrack(doc, track(doc, a), { withClips: flag }),
  (doc, { a, b }) =>
    setTrack(doc, track(doc, a), { isLocked: b % 4 === 0, isHidden: b % 2 === 0, isSolo: b % 5 === 0 }),
  (doc, { a, b }) => {
    const from = keyedCurve(doc, a);
    return pasteCurveKeys(doc, curve(doc, a, b), copyCurveKeys(doc, from, framesIn(doc, a, b)), b - 8).diff;
  },
  (doc, { a, b, flag }) => setTrackHeight(doc, track(doc, a), flag ? 2 * b : null),
  (doc, { a, b, flag }) =>
    setTravel(
      doc,
      pick(recordsOf(doc, 'prompt-block'), a).id,
      b % 5 === 0 ? null : { kind: flag ? 'linear' : 'slerp', frames: b },
    ),
  (doc, { a, b }, id) => groupClips(doc, [clip(doc, a).id, clip(doc, b).id, clip(doc, a + b).id], id),
  linkSound,
  (doc, { a }) =>
    ungroupClips(doc, [
      pick(
        recordsOf(doc, 'clip').filter((one) => one.groupId),
        a,
      ).id,
    ]),
  (doc, { a }) =>
    unlinkClips(doc, [
      pick(
        recordsOf(doc, 'clip').filter((one) => one.linkId),
        a,
      ).id,
    ]),
  (doc, { a, b, flag }, id) => {
    let next = 0;
    const ids = flag ? [clip(doc, a).id] : withCompanions(doc, [clip(doc, a).id]);
    return splitClips(doc, ids, clip(doc, a).start + (b % 30), () => `${id}-${next++}`).diff;
  },
  (doc, { a, b, flag }) => {
    const edge = flag ? 'start' : 'end';
    const ids = trimmedTogether(doc, clip(doc, a).id, edge);
    const { min, max } = trimLimitsOfAll(doc, ids, edge, { ripple: false });
    return trimClips(doc, ids, edge, Math.max(min, Math.min(max, b)), { ripple: false });
  },
  (doc, { a, b, flag }, id) => {
    let next = 0;
    return pasteAttributes(doc, {
      from: clip(doc, a),
      toClipIds: [clip(doc, b).id, clip(doc, a + b).id],
      which: new Set(flag ? attributes : [pick(attributes, b)]),
      seed: b % 2 === 0 ? b : null,
      newId: () => `${id}-${next++}`,
    });
  },
  (doc, { a, b, flag }) => setShotWords(doc, shot(doc, a).id, flag ? { head: `head ${b}` } : { tail: '' }),
  (doc, { a, b }) =>
    setMarker(doc, pick(recordsOf(doc, 'marker'), a).id, { frame: b, color: pick(markerColors, b), note: `note ${b}` }),
  (doc, { a, b }, id) => closeLoop(doc, clip(doc, a).id, { segmentId: id, frameCount: 1 + (b % 9) }),
  (doc, { a, flag }, id) => {
    const gaps = recordsOf(doc, 'clip').flatMap((one) => gapAt(doc, one.trackId, one.start + one.duration) ?? []);
    const gap = pick(gaps, a);
    if (flag) return closeGap(doc, gap);
    return fillGap(doc, {
      gap,
      shotId: `${id}-shot`,
      segmentId: `${id}-s`,
      clipId: id,
      blockId: `${id}-b`,
      name: id,
      text: '',
      like: shot(doc, a),
    });
  },
  (doc, { a, b, flag }) => putCurveKey(doc, curve(doc, a, b), { frame: b - 8, ...(flag && { value: (a % 4) / 2 }) }),
  (doc, { a, b, flag }) =>
    moveCurveKeys(doc, keyedCurve(doc, a), framesIn(doc, a, b), { frames: (b % 9) - 4, value: flag ? 0.25 : -0.5 }),
  (doc, { a, b }) => deleteCurveKeys(doc, keyedCurve(doc, a), framesIn(doc, a, b)),
  (doc, { a, b, flag }) =>
    easeCurveKeys(
      doc,
      keyedCurve(doc, a),
      framesIn(doc, a, b),
      flag ? pick(easeNames, b) : { x1: (b % 11) / 10, y1: 0.2, x2: 0.5, y2: (a % 12) / 10 },
    ),
  (doc, { a, b }) => resetCurveKeys(doc, keyedCurve(doc, a), framesIn(doc, a, b)),
  (doc, { a, b }) =>
    setCurve(
      doc,
      curve(doc, a, b),
      Array.from({ length: b % 5 }, (_, i) => ({ frame: i * 3 - 2, value: 1, ease: 'linear' })),
    ),
  (doc, { a, b }) => {
    const left = clip(doc, a);
    const right = recordsOf(doc, 'clip').find((other) => other.start === left.start + left.duration);
    return rollCuts(doc, cutsTogether(doc, [left.id, (right ?? left).id]), left.start + (b % 30));
  },
  (doc, { a, b }) => slipClips(doc, linkedWith(doc, clip(doc, a).id), (b % 9) - 4),
  (doc, { a, b }) => slideTogether(doc, linkedWith(doc, clip(doc, a).id), (b % 9) - 4),
  (doc, { a, flag }) => setLoop(doc, pick(recordsOf(doc, 'segment'), a).id, flag),
  (doc, { a, b }) => setSourceStrength(doc, pick(recordsOf(doc, 'segment'), a).id, (1 + (b % 20)) / 20),
  (doc, { a, b }, id) =>
    redrawClip(doc, {
      clipId: clip(doc, a).id,
      ids: {
        ...{ shotId: `${id}-shot`, segmentId: id, newClipId: `${id}-clip` },
        ...{ blockId: `${id}-block`, trackId: `${id}-track` },
      },
      ...{ name: 'Redrawn', text: 'in ink', modelId: 'pocket', width: 64, height: 32, sampling: testSampling },
      strength: (1 + (b % 20)) / 20,
    }),
  (doc, { a, flag }) => setTrack(doc, track(doc, a), { isSyncLocked: flag }),
  (doc, { a, flag }) => deleteClips(doc, withCompanions(doc, [clip(doc, a).id]), { ripple: flag }),
  (doc, { a, b, flag }) => {
    const edge = flag ? 'start' : 'end';
    const ids = trimmedTogether(doc, clip(doc, a).id, edge);
    const { min, max } = trimLimitsOfAll(doc, ids, edge, { ripple: true });
    return trimClips(doc, ids, edge, Math.max(min, Math.min(max, clip(doc, a).start + b - 30)), { ripple: true });
  },
  (doc, { a, b }) => setAnchorStrength(doc, pick(recordsOf(doc, 'anchor'), a).id, (b % 21) / 20),
  (doc, { a, b, flag }) => setSourceMask(doc, pick(recordsOf(doc, 'segment'), a).id, flag ? `mask-${b % 3}` : null),
  (doc, { a, b }) =>
    setReferences(
      doc,
      shot(doc, a).id,
      Array.from({ length: b % 4 }, (_, i) => `picture-${(a + i) % 5}`),
    ),
  (doc, { a, b }, id) => {
    const shotId = shot(doc, a).id;
    return pinClip(doc, { id, shotId, frame: (b % 20) - 5, clip: partOfClip(doc, clip(doc, b), shotId) });
  },
  (doc, { a, b, flag }) => {
    const pinned = recordsOf(doc, 'anchor').filter((anchor) => anchor.clip !== undefined);
    return setPinnedClip(doc, pick(pinned, a).id, flag ? { from: b % 9 } : { frames: 2 + (b % 9) });
  },
  (doc, { a, b, flag }) =>
    flag ? renameClip(doc, clip(doc, a).id, `name ${b}`) : renameTrack(doc, track(doc, a), b % 7 === 0 ? ' ' : `T${b}`),
  retime,
  retimeOne,
];

const anyDice: fc.Arbitrary<Dice> = fc.record({
  op: fc.nat(operations.length - 1),
  a: fc.nat(60),
  b: fc.nat(120),
  flag: fc.boolean(),
});
const anyRate = fc.constantFrom(createRate(24_000, 1001), createRate(25), createRate(30_000, 1001), createRate(60));
/** Two shots and a sound linked with one of them first, so that the dice have something to fall on. */
const opening: readonly Dice[] = [
  { op: 0, a: 8, b: 0, flag: true },
  { op: 0, a: 18, b: 0, flag: true },
  { op: operations.indexOf(newTrack), a: 0, b: 0, flag: true },
  { op: 2, a: 30, b: 0, flag: false },
  { op: operations.indexOf(linkSound), a: 0, b: 0, flag: true },
];

interface Step {
  readonly op: number;
  readonly doc: Document;
  readonly diff: DocumentDiff;
}

/** The film after each accepted edit; an edit may refuse with an AppError and then changes nothing. */
function play(doc: Document, dice: readonly Dice[]): Step[] {
  const steps: Step[] = [];
  for (const [i, roll] of dice.entries()) {
    const before = steps.at(-1)?.doc ?? doc;
    try {
      const diff = operations[roll.op]!(before, roll, `id${i}`);
      steps.push({ op: roll.op, doc: applyDiff(before, diff), diff });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
  return steps;
}

/** Records changed with no regard for the rules: taken away, doubled, moved, given other owners, frames and rates. */
const anyDamage = fc.array(fc.record({ a: fc.nat(80), b: fc.nat(60), how: fc.nat(6) }), { minLength: 1, maxLength: 4 });

function damaged(
  film: Document,
  damage: readonly { readonly a: number; readonly b: number; readonly how: number }[],
): Map<RecordId, DocumentRecord | null> {
  const changes = new Map<RecordId, DocumentRecord | null>();
  const records = [...film.values()];
  for (const [i, { a, b, how }] of damage.entries()) {
    const record = pick(records, a);
    // Any record's fields, changed as no edit would.
    const fields: Record<string, unknown> = { ...record };
    const other = pick(records, b).id;
    if (how === 0) changes.set(record.id, null);
    else {
      for (const [key, value] of Object.entries(fields)) {
        if (key === 'id' || key === 'kind') continue;
        if (how === 1 && typeof value === 'number') fields[key] = b - 5;
        if (how === 2 && /Id$/.test(key) && key !== 'modelId') fields[key] = other;
        if (how === 3 && key === 'rate') fields[key] = { num: 1 + b, den: 1 };
        if (how === 4 && typeof value === 'number') fields[key] = value + 1;
        if (how === 5 && key === 'source') fields[key] = { type: 'shot', shotId: other };
      }
      const id = how === 6 ? `double-${i}` : record.id;
      changes.set(id, { ...fields, id } as unknown as DocumentRecord);
    }
  }
  return changes;
}

/**
 * By how many frames of their own speed what one shows is ahead of what the other does at the same time; their speed is one.
 */
const stepBetween = (one: ClipRecord, two: ClipRecord): number => ((placeOf(two) - placeOf(one)) * speedOf(one)) / 100;

/** Where the first frame of what a clip shows would lie. */
const placeOf = (clip: ClipRecord): number => clip.start - clip.sourceIn;

const sourceOf = ({ source }: ClipRecord): string => (source.type === 'shot' ? source.shotId : source.mediaId);

const areOver = (one: ClipRecord, two: ClipRecord): boolean => one.start < endOf(two) && two.start < endOf(one);

/** Linked clips one over the other on tracks that may change. A still has no place in its source to keep. */
function pairsOf(doc: Document): [ClipRecord, ClipRecord][] {
  const isFree = (one: ClipRecord): boolean =>
    !recordOf(doc, 'track', one.trackId).isLocked && one.source.type !== 'still';
  const linked = recordsOf(doc, 'clip').filter((one) => one.linkId !== undefined && isFree(one));
  return linked.flatMap((one) =>
    linked
      .filter((two) => two.linkId === one.linkId && one.id < two.id && areOver(one, two))
      .map((two): [ClipRecord, ClipRecord] => [one, two]),
  );
}

const anyPlay = fc.tuple(anyRate, fc.array(anyDice, { maxLength: 30 }));

describe('after any sequence of edits', () => {
  test('the rules of the document hold', () => {
    fc.assert(
      fc.property(anyPlay, ([rate, dice]) => {
        for (const { doc } of play(anEmptyFilm(rate), [...opening, ...dice])) expect(violations(doc)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test('linked picture and sound have parted only where one of them was moved alone, or lies on a locked track', () => {
    /** A second pair, whose picture and sound neither begin nor end together. */
    const pair: readonly Dice[] = [
      { op: 2, a: 12, b: 40, flag: false },
      { op: operations.indexOf(linkSound), a: 1, b: 1, flag: true },
    ];
    const parting = new Set([moveOne, slipOne, slideOne, retimeOne].map((one) => operations.indexOf(one)));
    let pairs = 0;
    fc.assert(
      fc.property(anyPlay, ([rate, dice]) => {
        let before: Document = anEmptyFilm(rate);
        for (const { doc, op, diff } of play(before, [...opening, ...pair, ...dice])) {
          // Of a clip that was cut in two the later half may be the one that is linked now.
          const added = new Set(diff.added.flatMap((record) => (record.kind === 'clip' ? sourceOf(record) : [])));
          if (!parting.has(op))
            for (const [picture, sound] of pairsOf(before)) {
              const [nowPicture, nowSound] = [doc.get(picture.id), doc.get(sound.id)];
              if (nowPicture?.kind !== 'clip' || nowSound?.kind !== 'clip') continue;
              // Trimmed until nothing of the one lies over the other.
              const isTrimmed = nowPicture.duration < picture.duration || nowSound.duration < sound.duration;
              if (isTrimmed && !areOver(nowPicture, nowSound)) continue;
              if (added.has(sourceOf(picture)) || added.has(sourceOf(sound))) continue;
              if (op === operations.indexOf(retime) && speedOf(nowPicture) !== speedOf(picture)) {
                if (speedOf(picture) !== speedOf(sound)) continue;
                // Each of them begins on a whole frame of the film: as many of their own pass in one.
                const parted = stepBetween(nowPicture, nowSound) - stepBetween(picture, sound);
                expect(Math.abs(parted)).toBeLessThanOrEqual((2 * speedOf(nowPicture)) / 100);
              } else expect(placeOf(nowPicture) - placeOf(nowSound)).toBe(placeOf(picture) - placeOf(sound));
              pairs++;
            }
          before = doc;
        }
      }),
      { numRuns: 400 },
    );
    expect(pairs).toBeGreaterThan(100);
  });

  test('what looks at the touched records alone finds a fault where all rules together do', () => {
    fc.assert(
      fc.property(anyPlay, anyDamage, ([rate, dice], damage) => {
        const film = play(anEmptyFilm(rate), [...opening, ...dice]).at(-1)!.doc;
        const changes = damaged(film, damage);
        const doc = RecordMap.from(film).with(changes);
        const near = violations(doc, { before: film, touched: changes.keys() });
        expect(near.length > 0).toBe(violations(new Map(doc)).length > 0);
      }),
      { numRuns: 400 },
    );
  });

  test('any shifts are refused, or found faulty near what they moved where all rules together find a fault, and reverse', () => {
    const anyShifts = fc.array(
      fc.tuple(
        fc.nat(3),
        fc.nat(120),
        fc.integer({ min: -40, max: 40 }).filter((by) => by !== 0),
      ),
      {
        minLength: 1,
        maxLength: 3,
      },
    );
    const seen = { refused: 0, faulty: 0, sound: 0 };
    fc.assert(
      fc.property(anyPlay, anyShifts, ([rate, dice], rolls) => {
        const film = play(anEmptyFilm(rate), [...opening, ...dice]).at(-1)!.doc;
        const shifts = rolls.map(([track, from, by]) => ({ trackId: pick(tracksOf(film), track).id, from, by }));
        const diff: DocumentDiff = { ...emptyDiff, shifts };
        let doc: Document;
        try {
          doc = applyDiff(film, diff);
        } catch (error) {
          if (!(error instanceof AssertionError)) throw error;
          seen.refused++;
          return;
        }
        const isFaulty = violations(new Map(doc)).length > 0;
        expect(violations(doc, changeOf(film, diff)).length > 0).toBe(isFaulty);
        seen[isFaulty ? 'faulty' : 'sound']++;
        expect(new Map(applyDiff(doc, reverseDiff(diff)))).toEqual(new Map(film));
        expect(isEmptyDiff(squashDiffs(squashDiffs(emptyDiff, diff), reverseDiff(diff)))).toBe(true);
      }),
      // Of six hundred some fifty are faulty, give or take seven: never fewer than twenty by chance.
      { numRuns: 600 },
    );
    expect(Object.values(seen).filter((count) => count < 20)).toEqual([]);
  });

  test('the index of a changed document is that of a new one with the same records', () => {
    fc.assert(
      fc.property(anyPlay, anyDamage, ([rate, dice], damage) => {
        const film = RecordMap.from(play(anEmptyFilm(rate), [...opening, ...dice]).at(-1)!.doc);
        // Asked for first, so that it is carried over.
        expect(film.index.ofKind('project')).toHaveLength(1);
        const doc = film.with(damaged(film, damage));
        const fresh = RecordMap.from(new Map(doc)).index;
        const ids = (list: readonly { id: RecordId }[]) => list.map(({ id }) => id).sort();
        for (const record of [...film.values(), ...doc.values()]) {
          expect(ids(doc.index.ofKind(record.kind))).toEqual(ids(fresh.ofKind(record.kind)));
          expect(ids(doc.index.ofTrack(record.id))).toEqual(ids(fresh.ofTrack(record.id)));
          expect(ids(doc.index.showing(record.id))).toEqual(ids(fresh.showing(record.id)));
          for (const one of [
            record.kind === 'clip' ? record.groupId : undefined,
            record.kind === 'clip' ? record.linkId : undefined,
          ])
            if (one !== undefined) expect(ids(doc.index.together(one))).toEqual(ids(fresh.together(one)));
          expect(ids(doc.index.ofClip(record.id))).toEqual(ids(fresh.ofClip(record.id)));
          for (const kind of ['segment', 'prompt-block', 'anchor'] as const)
            expect(ids(doc.index.ofShot(kind, record.id))).toEqual(ids(fresh.ofShot(kind, record.id)));
        }
        for (const { id } of tracksOf(doc)) {
          const starts = doc.index.ofTrack(id).map(({ start }) => start);
          expect(starts).toEqual(starts.toSorted((a, b) => a - b));
        }
      }),
      { numRuns: 100 },
    );
  });

  test('an edit and its reverse cancel out', () => {
    fc.assert(
      fc.property(anyPlay, ([rate, dice]) => {
        let before = anEmptyFilm(rate);
        for (const { doc, diff } of play(before, [...opening, ...dice])) {
          expect(new Map(applyDiff(doc, reverseDiff(diff)))).toEqual(new Map(before));
          before = doc;
        }
      }),
      { numRuns: 60 },
    );
  });

  test('undoing everything gives the empty film, and redoing everything the last one', () => {
    fc.assert(
      fc.property(anyPlay, ([rate, dice]) => {
        const empty = anEmptyFilm(rate);
        const steps = play(empty, [...opening, ...dice]);
        let doc = steps.at(-1)?.doc ?? empty;
        const last = doc;
        let history = steps.reduce((state, { diff }) => recordEdit(state, { label: 'edit', diff }), emptyHistory);
        for (let step = takeUndo(history); step; step = takeUndo(history)) {
          doc = applyDiff(doc, step.diff);
          history = step.history;
        }
        expect(new Map(doc)).toEqual(new Map(empty));
        for (let step = takeRedo(history); step; step = takeRedo(history)) {
          doc = applyDiff(doc, step.diff);
          history = step.history;
        }
        expect(new Map(doc)).toEqual(new Map(last));
      }),
      { numRuns: 60 },
    );
  });

  test('all diffs squashed into one have the same effect', () => {
    fc.assert(
      fc.property(anyPlay, ([rate, dice]) => {
        const empty = anEmptyFilm(rate);
        const steps = play(empty, [...opening, ...dice]);
        const squashed = steps.map(({ diff }) => diff).reduce(squashDiffs, emptyDiff);
        expect(new Map(applyDiff(empty, squashed))).toEqual(new Map(steps.at(-1)?.doc ?? empty));
        expect(isEmptyDiff(squashDiffs(squashed, reverseDiff(squashed)))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

test('what the sequences begin with is accepted', () => {
  expect(play(anEmptyFilm(), opening)).toHaveLength(opening.length);
});

test('every operation is accepted somewhere, so that the sequences above test something', () => {
  const accepted = new Set<number>();
  const rolls = fc.sample(fc.array(anyDice, { minLength: 30, maxLength: 60 }), { numRuns: 200, seed: 7 });
  for (const dice of rolls) for (const { op } of play(anEmptyFilm(), [...opening, ...dice])) accepted.add(op);
  expect([...accepted].sort((a, b) => a - b)).toEqual(operations.map((_, i) => i));
});

test('edits hold an hour into the film at 23.976', () => {
  const hour = 86_314;
  let doc = anEmptyFilm(createRate(24_000, 1001));
  doc = applyDiff(doc, aShot('a', { start: hour })(doc));
  doc = applyDiff(doc, extendForward(doc, 'a-clip', { segmentId: 'f', blockId: null, frameCount: 9, text: null }));
  expect(violations(doc)).toEqual([]);
  // 18 frames at 8 a second are 2.25 s = 53.946 frames of 24000/1001.
  expect(filmEnd(doc)).toBe(hour + 54);
});
