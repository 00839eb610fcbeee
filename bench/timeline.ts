/**
 * A film of 10,000 clips, each a shot of its own with a prompt and a take: what one edit costs until the document has
 * changed, what reading the film for playback costs, and what the timeline derives for each document before it draws.
 * Pure code in Node: no drawing, no database, no process in between.
 */
import { applyDiff, documentFromRecords, reverseDiff } from '@core/document/apply-diff';
import { resolveShot, takeIndexFrom } from '@core/document/film';
import type { DocumentDiff } from '@core/document/diff';
import type { Document, DocumentRecord } from '@core/document/records';
import type { TakeIndex, TakeView } from '@core/document/takes';
import { createFilmReader } from '@core/export/plan';
import { draftChanges } from '@core/prompt/draft-changes';
import { draftKey } from '@core/prompt/draft-key';
import type { ModelLimits } from '@core/prompt/model-limits';
import { planSegment } from '@core/prompt/plan';
import { createProjectRecords } from '@core/timeline/create-project';
import { insertStill } from '@core/timeline/insert-still';
import { moveClip } from '@core/timeline/move';
import { setPromptText } from '@core/timeline/prompt-blocks';
import { rollCut } from '@core/timeline/roll';
import { slipClip } from '@core/timeline/slip';
import { splitClip } from '@core/timeline/split';
import { trimClip } from '@core/timeline/trim';
import { clipsInWindow, editPoints, indexClips } from '../src/renderer/features/timeline/clip-index';
import { round, summary, timesMs, wallAndCpu } from './statistics';

const CLIPS = 10_000;
/** Shot frames made, of which a clip shows all but two at either end. */
const FRAMES = 12;
const SHOWN = 8;
const FPS = 24;
/** Clips that a timeline window shows at once, wide enough for detail. */
const VISIBLE = 60;
const RATE = { num: FPS, den: 1 };

const limits: ModelLimits = {
  frameGrid: { multiple: 1, plus: 0, min: 1, max: 13 },
  sizeGrid: 32,
  nativeFrames: 9,
  conditioning: { firstFrames: { min: 1, max: 4 }, laterImages: 1, perFramePrompts: false },
  defaults: { steps: 24, guidance: 3, negative: '', extensionPrefix: 4 },
};

export function filmRecords(name = 'Bench'): DocumentRecord[] {
  const size = { width: 128, height: 128 };
  const records: DocumentRecord[] = [...createProjectRecords({ name, rate: RATE, modelId: 'bench', ...size })];
  const sampling = { steps: 24, guidance: 3, negative: '', contextFrames: 4, framesPerWindow: null };
  for (let i = 0; i < CLIPS; i++) {
    const shotId = `shot${i}`;
    const segment = { frameCount: FRAMES, parentId: null, seed: null, activeTakeId: null };
    records.push(
      {
        kind: 'shot',
        id: shotId,
        name: `Shot ${i}`,
        modelId: 'bench',
        rate: RATE,
        ...size,
        sampling,
        headSegmentId: `seg${i}`,
      },
      { kind: 'segment', id: `seg${i}`, shotId, role: 'first', from: 0, ...segment },
      { kind: 'prompt-block', id: `block${i}`, shotId, from: 0, to: FRAMES, text: `a red ball, number ${i}` },
      {
        kind: 'clip',
        id: `clip${i}`,
        trackId: 'track-1',
        source: { type: 'shot', shotId },
        name: `Shot ${i}`,
        start: i * SHOWN,
        duration: SHOWN,
        sourceIn: 2,
      },
    );
  }
  return records;
}

function takesOf(doc: Document): TakeView[] {
  const { draft } = planSegment({ doc, segmentId: 'seg0', takes: new Map(), limits, seed: 1 });
  return Array.from({ length: CLIPS }, (_, i) => {
    const own = {
      ...draft,
      windows: draft.windows.map((window) => ({ ...window, prompt: `a red ball, number ${i}` })),
    };
    return {
      id: `take${i}`,
      shotId: `shot${i}`,
      segmentId: `seg${i}`,
      parentTakeId: null,
      seed: i,
      frames: Array.from({ length: FRAMES }, (_, n) => `${i}.${n}`.padStart(64, '0')),
      recipeHash: 'a'.repeat(64),
      draftKey: draftKey(own),
      createdAt: i,
    };
  });
}

/** The edit, made on the same film each time, and applied: what stands between the artist and the next picture. */
function editTimes(doc: Document, make: (doc: Document, clip: number) => DocumentDiff): ReturnType<typeof wallAndCpu> {
  let clip = 0;
  const once = (): void => {
    clip = (clip + 7_919) % (CLIPS - 1);
    applyDiff(doc, make(doc, clip));
  };
  return wallAndCpu(once, { runs: 200, warmUp: 20 });
}

function undoTimes(doc: Document, make: (doc: Document, clip: number) => DocumentDiff): ReturnType<typeof wallAndCpu> {
  const edits = Array.from({ length: 10 }, (_, i) => make(doc, (i + 1) * 900)).map((diff) => ({
    after: applyDiff(doc, diff),
    back: reverseDiff(diff),
  }));
  let next = 0;
  const once = (): void => {
    const edit = edits[next++ % edits.length];
    if (edit !== undefined) applyDiff(edit.after, edit.back);
  };
  return wallAndCpu(once, { runs: 200, warmUp: 20 });
}

function staleness(doc: Document, takes: TakeIndex): { p50Ms: number; p95Ms: number; stale: number } {
  let stale = 0;
  const times = timesMs(
    () => {
      const changeOf = draftChanges({ doc, takes, limitsOf: () => limits });
      stale = 0;
      for (let i = 0; i < VISIBLE; i++)
        stale += resolveShot(doc, `shot${5_000 + i}`, takes, { changeOf }).spans.filter((span) => span.isStale).length;
    },
    { runs: 60, warmUp: 10 },
  );
  return { ...summary(times), stale };
}

export function benchTimeline(): Promise<unknown> {
  globalThis.gc?.();
  const heapBefore = process.memoryUsage().heapUsed;
  const records = filmRecords();
  const runs = { runs: 60, warmUp: 10 };
  const openMs = summary(timesMs(() => void documentFromRecords(records), { runs: 20, warmUp: 3 }));
  const doc = documentFromRecords(records);
  const allTakes = takesOf(doc);
  const takes = takeIndexFrom(allTakes);
  globalThis.gc?.();
  const heapMiB = round((process.memoryUsage().heapUsed - heapBefore) / 2 ** 20, 1);
  const start = (clip: number): number => clip * SHOWN;
  const scene = indexClips(doc);
  let second = 0;
  return Promise.resolve({
    clips: CLIPS,
    records: doc.size,
    takes: allTakes.length,
    heapMiB,
    openDocument: openMs,
    openTakes: summary(timesMs(() => void takeIndexFrom(allTakes), { runs: 20, warmUp: 3 })),
    edit: {
      trim: editTimes(doc, (now, clip) => trimClip(now, `clip${clip}`, 'end', start(clip) + 5, { ripple: false })),
      rippleTrim: editTimes(doc, (now, clip) => trimClip(now, `clip${clip}`, 'end', start(clip) + 5, { ripple: true })),
      rippleInsert: editTimes(doc, (now, clip) =>
        insertStill(now, {
          ...{ clipId: 'new', trackId: 'track-1', mediaId: 'm', name: 'Still' },
          ...{ start: start(clip), duration: 5, mode: 'insert' },
        }),
      ),
      undoRipple: undoTimes(doc, (now, clip) => trimClip(now, `clip${clip}`, 'end', start(clip) + 5, { ripple: true })),
      roll: editTimes(doc, (now, clip) => rollCut(now, `clip${clip}`, `clip${clip + 1}`, start(clip) + 9)),
      slip: editTimes(doc, (now, clip) => slipClip(now, `clip${clip}`, 1)),
      split: editTimes(doc, (now, clip) => splitClip(now, `clip${clip}`, start(clip) + 4, 'new')),
      moveToTrack2: editTimes(doc, (now, clip) =>
        moveClip(now, `clip${clip}`, { trackId: 'track-2', start: start(clip) }),
      ),
      promptText: editTimes(doc, (now, clip) => setPromptText(now, `block${clip}`, 'a blue ball')),
    },
    film: {
      build: summary(timesMs(() => void createFilmReader(doc, takes, () => null), runs)),
      /** A new reader, then the frames of one second: what playing on after an edit costs. */
      buildAndOneSecond: summary(
        timesMs(() => {
          const reader = createFilmReader(doc, takes, () => null);
          second = (second + 97) % 3_000;
          for (let frame = 0; frame < FPS; frame++) reader.layersAt(second * FPS + frame);
        }, runs),
      ),
    },
    scene: {
      index: summary(timesMs(() => void indexClips(doc), runs)),
      editPoints: summary(timesMs(() => void editPoints(indexClips(doc)), runs)),
      window: summary(timesMs(() => void clipsInWindow(scene, 'track-1', 40_000, 40_000 + VISIBLE * SHOWN), runs)),
      stalenessOfVisible: staleness(doc, takes),
    },
  });
}
