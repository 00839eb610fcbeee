/**
 * The key of a draft: what decides a run's pixels, its seeds left out, as one short string. A take keeps the key of the
 * draft it was made from; the same segment planned now has another key exactly when something was changed since.
 * The key is one 64-bit FNV-1a hash per part, so that two keys also say which parts differ.
 */
import type { CameraPath } from '../diffusion/camera';
import { ruleContent, type GuidanceRule, type StepReuse } from '../diffusion/guidance-rule';
import type { Motion, SegmentRole } from '../document/records';
import { assert } from '../errors';
import type { Rate } from '../time/rate';
import type { PlannedKnown, PlannedWindow } from './plan';
import type { PlannedSource } from './sides';

type KeyedWindow = Omit<PlannedWindow, 'seed'>;

/** A draft without its seeds; contracts' RecipeDraft and core's PlannedDraft both have this shape. */
export interface KeyedDraft {
  readonly modelId: string;
  readonly role: SegmentRole;
  readonly width: number;
  readonly height: number;
  readonly rate: Rate;
  readonly frameCount: number;
  readonly steps: number;
  readonly guidance: number;
  readonly secondGuidance?: number | undefined;
  readonly guidanceRule?: GuidanceRule | undefined;
  readonly stepReuse?: StepReuse | undefined;
  readonly motion?: Motion | undefined;
  readonly windows: readonly KeyedWindow[];
  readonly known: readonly PlannedKnown[];
  readonly referenceMediaIds?: readonly string[] | undefined;
  readonly camera?: CameraPath | undefined;
  readonly source?: PlannedSource | undefined;
}

const parts = ['model', 'shape', 'steps', 'guidance', 'prompt', 'negative', 'images', 'frames', 'windows'] as const;
/** Written only by a draft that has one of them, so that keys from before there were curves still hold. */
const curveParts = ['strength', 'hold', 'camera'] as const;
export type DraftPart = (typeof parts)[number] | (typeof curveParts)[number];

const VERSION = '1';
const ABSENT = '[]';

/** `1-` and sixteen lower-case hex digits for each part, joined by `-`; the curves' parts may be left out together. */
export function draftKey(draft: KeyedDraft): string {
  const curves = curveParts.map((part) => JSON.stringify(contentOf(draft, part)));
  const written = curves.some((content) => content !== ABSENT) ? curves : [];
  return [VERSION, ...parts.map((part) => JSON.stringify(contentOf(draft, part))), ...written]
    .map((content, i) => (i === 0 ? content : fnv1a64(content)))
    .join('-');
}

/**
 * The parts in which two keys differ, in the order above. When pictures it starts from were changed, the windows they
 * change with them are not named too. null = keys of different versions, which cannot be compared.
 */
export function changedParts(before: string, now: string): DraftPart[] | null {
  const [then, today] = [hashesOf(before), hashesOf(now)];
  if (then === null || today === null) return null;
  const changed = [...parts, ...curveParts].filter((_, i) => then[i] !== today[i]);
  const explained: readonly DraftPart[] = ['model', 'shape', 'images', 'frames'];
  return changed.some((part) => explained.includes(part)) ? changed.filter((part) => part !== 'windows') : changed;
}

/** One for each part; null for a key of another version. */
function hashesOf(key: string): string[] | null {
  const [version, ...hashes] = key.split('-');
  if (version !== VERSION) return null;
  if (hashes.length === parts.length) return [...hashes, ...curveParts.map(() => fnv1a64(ABSENT))];
  return hashes.length === parts.length + curveParts.length ? hashes : null;
}

const words: Readonly<Record<DraftPart, string>> = {
  model: 'model',
  shape: 'size or length',
  steps: 'steps',
  guidance: 'guidance',
  prompt: 'prompt',
  negative: 'negative prompt',
  images: 'pinned images',
  frames: 'frames it starts from',
  windows: 'window or context length',
  strength: 'prompt strength',
  hold: 'hold on given frames',
  camera: 'camera',
};
const plurals: ReadonlySet<DraftPart> = new Set(['steps', 'images', 'frames']);

/** "The prompt and the steps have changed since." */
export function changeSentence(changed: readonly DraftPart[]): string {
  const [first] = changed;
  assert(first !== undefined, 'something has changed');
  const names = changed.map((part) => `the ${words[part]}`);
  const list = names.length === 1 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
  const verb = changed.length > 1 || plurals.has(first) ? 'have' : 'has';
  return `${list.charAt(0).toUpperCase()}${list.slice(1)} ${verb} changed since.`;
}

/** Arrays only, whose JSON has one form however the draft's fields were written. */
function contentOf(draft: KeyedDraft, part: DraftPart): unknown {
  switch (part) {
    case 'model':
      return [draft.modelId];
    case 'shape':
      return [draft.role, draft.width, draft.height, draft.rate.num, draft.rate.den, draft.frameCount];
    // Rules are absent where there are none, so that keys from before there were rules still hold.
    case 'steps':
      return draft.stepReuse ? [draft.steps, draft.stepReuse.threshold, draft.stepReuse.warmUpSteps] : [draft.steps];
    case 'guidance': {
      const rule = ruleContent(draft.guidanceRule);
      const motion = draft.motion ? [[draft.motion.bucket, draft.motion.noise]] : [];
      const curve = curveOf(draft, ({ guidance }) => guidance);
      const second = draft.secondGuidance === undefined ? [] : [{ second: draft.secondGuidance }];
      return [
        draft.guidance,
        ...second,
        ...(rule === null ? [] : [rule]),
        ...motion,
        ...(curve.length === 0 ? [] : [{ curve }]),
      ];
    }
    case 'prompt':
      return [
        ...runsOf(draft, ({ prompt }) => prompt),
        // Absent where nothing travels, so that keys from before there was travel still hold.
        ...draft.windows.flatMap(({ keepFrom, travel }) =>
          travel ? [[keepFrom, ...travel.map((mix) => [mix.frames, mix.from, mix.to, mix.kind, mix.weight])]] : [],
        ),
      ];
    case 'negative':
      return runsOf(draft, ({ negative }) => negative);
    case 'images':
      return [
        ...draft.known
          .flatMap((known): [number, ...string[]][] =>
            'mediaId' in known ? [[known.index, known.mediaId, ...present(known.maskMediaId)]] : [],
          )
          .sort(byIndex),
        ...(draft.referenceMediaIds ? [draft.referenceMediaIds] : []),
      ];
    case 'frames':
      return [
        ...draft.known
          .flatMap((known): [number, ...string[]][] =>
            'frame' in known ? [[known.index, known.frame, ...present(known.mask), ...present(known.maskMediaId)]] : [],
          )
          .sort(byIndex),
        ...(draft.source ? [[draft.source.strength, draft.source.from, ...draft.source.frames]] : []),
      ];
    case 'windows':
      return draft.windows.map((window) => [
        window.start,
        window.frames,
        window.prefix,
        window.later,
        window.keepFrom,
        window.keepTo,
        // 1 stands where their hold was written, before it had a part of its own.
        ...(window.also ?? []).map(({ index, frames }) => [index, frames, 1]),
        ...(window.loop ? ['loop'] : []),
      ]);
    case 'strength':
      return curveOf(draft, ({ promptStrength }) => promptStrength);
    case 'hold':
      return curveOf(draft, ({ hold, also = [] }) => {
        const others = also.some((known) => known.hold !== 1) ? also.map((known) => known.hold) : [];
        if (hold === undefined && others.length === 0) return undefined;
        return [hold?.prefix ?? 1, hold?.later ?? 1, ...others];
      });
    case 'camera':
      return draft.camera === undefined
        ? []
        : [draft.camera.from, ...draft.camera.moves.map(({ panX, panY, zoom, rotate }) => [panX, panY, zoom, rotate])];
    default:
      return part satisfies never;
  }
}

/** What a curve gives to the windows, each by its first frame. */
function curveOf(draft: KeyedDraft, valuesOf: (window: KeyedWindow) => readonly number[] | undefined): unknown[] {
  return draft.windows.flatMap((window) => {
    const values = valuesOf(window);
    return values === undefined ? [] : [[window.keepFrom, ...values]];
  });
}

type Indexed = readonly (number | string)[];

function present(value: string | undefined): string[] {
  return value === undefined ? [] : [value];
}

function byIndex(a: Indexed, b: Indexed): number {
  return Number(a[0]) - Number(b[0]);
}

/** The texts in film order with the first frame each holds from, so that one text is one text in however many windows. */
function runsOf(draft: KeyedDraft, textOf: (window: { prompt: string; negative: string }) => string): unknown[] {
  const runs: { from: number; text: string }[] = [];
  for (const window of [...draft.windows].sort((a, b) => a.keepFrom - b.keepFrom)) {
    const text = textOf(window);
    if (runs.at(-1)?.text !== text) runs.push({ from: window.keepFrom, text });
  }
  return runs.map(({ from, text }) => [from, text]);
}

/**
 * FNV-1a over the UTF-16 code units, low byte first, with 64 bits in two halves: the prime is 2^40 + 0x1b3.
 * Source: the FNV authors' parameters (offset basis cbf29ce484222325).
 */
function fnv1a64(text: string): string {
  let [high, low] = [0xcbf29ce4, 0x84222325];
  const mix = (byte: number): void => {
    low = (low ^ byte) >>> 0;
    const product = low * 0x1b3;
    high = (Math.imul(high, 0x1b3) + Math.floor(product / 2 ** 32) + (low << 8)) >>> 0;
    low = product % 2 ** 32;
  };
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    mix(unit & 0xff);
    mix(unit >>> 8);
  }
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}
