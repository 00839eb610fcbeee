/**
 * Travel zones: where, and by how much, a prompt moves into the next one.
 *
 * A zone lies over the boundary between two blocks, half before and half after it (the odd frame after). Its frames have
 * weights 1/(n+1) … n/(n+1), so none of them is quite one prompt or the other. Every block keeps at least one frame of
 * its own; where two zones ask for more of a block than that leaves, each has what the other does not need, or half.
 * In a hole between two blocks the boundary is where the nearest block changes, as in resolve.ts.
 */
import { blocksOf } from '../document/access';
import type { Document, PromptBlockRecord, RecordId, TravelKind } from '../document/records';
import { blockForRange, promptAt } from './resolve';
import type { WindowSpan } from './windows';

export interface TravelZone {
  readonly left: PromptBlockRecord;
  readonly right: PromptBlockRecord;
  readonly kind: TravelKind;
  /** The first frame that is nearer to `right`. */
  readonly boundary: number;
  /** Frames asked for. */
  readonly requested: number;
  /** Shot frames [from, to) of the zone; from = to where there is no room. */
  readonly from: number;
  readonly to: number;
}

/** A shot's prompt blocks alone: what is asked frame by frame need not look through a long film each time. */
export function promptsOnly(doc: Document, shotId: RecordId): Document {
  return new Map(blocksOf(doc, shotId).map((block) => [block.id, block]));
}

/** The zones between the blocks of a shot, in order; cuts are left out. */
export function travelZones(doc: Document, shotId: RecordId): TravelZone[] {
  return zonesBetween(blocksOf(doc, shotId));
}

/** The same for blocks that are at hand, all of one shot and in order. */
export function zonesBetween(blocks: readonly PromptBlockRecord[]): TravelZone[] {
  const boundaries = blocks.slice(1).map((right, i) => boundaryBetween(blocks[i] ?? right, right));
  const edges = [blocks[0]?.from ?? 0, ...boundaries, blocks.at(-1)?.to ?? 0];
  const wanted = (i: number): number => (i === 0 ? 0 : (blocks[i]?.travel?.frames ?? 0));
  /** Frames that zones take of block i: at its start and at its end. */
  const taken = (i: number): { start: number; end: number } => {
    const room = Math.max(0, (edges[i + 1] ?? 0) - (edges[i] ?? 0) - 1);
    const [start, end] = [Math.ceil(wanted(i) / 2), Math.floor(wanted(i + 1) / 2)];
    return {
      start: Math.min(start, Math.max(Math.ceil(room / 2), room - end)),
      end: Math.min(end, Math.max(Math.floor(room / 2), room - start)),
    };
  };
  return blocks.flatMap((right, i): TravelZone[] => {
    const left = blocks[i - 1];
    if (!left || right.travel === undefined) return [];
    const boundary = edges[i] ?? right.from;
    const [from, to] = [boundary - taken(i - 1).end, boundary + taken(i).start];
    return [{ left, right, kind: right.travel.kind, boundary, requested: right.travel.frames, from, to }];
  });
}

function boundaryBetween(left: PromptBlockRecord, right: PromptBlockRecord): number {
  return Math.floor((left.to + right.from - 1) / 2) + 1;
}

/** The weight of the zone's right prompt at a frame: 0 before the zone, 1 after it. */
export function weightAt(zone: Pick<TravelZone, 'from' | 'to'>, frame: number): number {
  if (frame < zone.from) return 0;
  return frame >= zone.to ? 1 : (frame - zone.from + 1) / (zone.to - zone.from + 1);
}

/** Hold, then travel: a fifth of the shorter block, at most half a second of 24. */
export function defaultTravelFrames(left: PromptBlockRecord, right: PromptBlockRecord): number {
  const shorter = Math.min(left.to - left.from, right.to - right.from);
  return Math.max(1, Math.min(12, Math.round(shorter / 5)));
}

/** What a frame's prompt is made of: `weight` of `to`, the rest of `from`. Outside the zones `to` is null. */
export interface FrameMix {
  readonly from: PromptBlockRecord;
  readonly to: PromptBlockRecord | null;
  readonly kind: TravelKind;
  readonly weight: number;
}

/** The prompt asked for at a shot frame; null when the shot has no block. */
export function mixAt(doc: Document, shotId: RecordId, frame: number): FrameMix | null {
  return mixIn(doc, shotId, frame, travelZones(doc, shotId));
}

function mixIn(doc: Document, shotId: RecordId, frame: number, zones: readonly TravelZone[]): FrameMix | null {
  const zone = zones.find(({ from, to }) => from <= frame && frame < to);
  if (zone) return { from: zone.left, to: zone.right, kind: zone.kind, weight: weightAt(zone, frame) };
  const block = promptAt(doc, shotId, frame);
  return block && { from: block, to: null, kind: 'linear', weight: 0 };
}

/**
 * The one mix of frames [from, to): the block with most weight, and its share of the neighbour that a zone in the range
 * joins it to (of two, the one with more weight). Without a zone the block alone, as resolve.ts has it.
 */
export function mixForRange(doc: Document, shotId: RecordId, from: number, to: number): FrameMix | null {
  const zones = zonesIn(doc, shotId, from, to);
  const alone = blockForRange(doc, shotId, from, to);
  if (alone === null) return null;
  const pure: FrameMix = { from: alone, to: null, kind: 'linear', weight: 0 };
  if (zones.length === 0) return pure;
  const sums = new Map<PromptBlockRecord, number>();
  const add = (block: PromptBlockRecord, weight: number): void => {
    sums.set(block, (sums.get(block) ?? 0) + weight);
  };
  for (let frame = from; frame < to; frame++) {
    const mix = mixIn(doc, shotId, frame, zones);
    if (mix === null) continue;
    add(mix.from, 1 - mix.weight);
    if (mix.to) add(mix.to, mix.weight);
  }
  const sumOf = (block: PromptBlockRecord): number => sums.get(block) ?? 0;
  const most = [...sums].reduce((best, one) => (one[1] > best[1] + 1e-9 ? one : best))[0];
  const partnerOf = ({ left, right }: TravelZone): PromptBlockRecord => (left.id === most.id ? right : left);
  const own = zones.filter(({ left, right }) => left.id === most.id || right.id === most.id);
  const [zone] = own.sort((a, b) => sumOf(partnerOf(b)) - sumOf(partnerOf(a)));
  if (!zone) return { ...pure, from: most };
  const [left, right] = [sumOf(zone.left), sumOf(zone.right)];
  return { from: zone.left, to: zone.right, kind: zone.kind, weight: rounded(right / (left + right)) };
}

function zonesIn(doc: Document, shotId: RecordId, from: number, to: number): TravelZone[] {
  return travelZones(doc, shotId).filter((zone) => zone.from < to && from < zone.to);
}

/** Same shape as contracts' PromptMix (core does not import contracts). */
export interface PlannedMix {
  readonly frames: number;
  readonly from: string;
  readonly to: string;
  readonly kind: TravelKind;
  readonly weight: number;
}

export interface WindowPrompt {
  /** The text of most weight. */
  readonly prompt: string;
  /** null = `prompt` alone. */
  readonly travel: PlannedMix[] | null;
}

type MixedWindow = Pick<WindowSpan, 'start' | 'frames' | 'keepFrom' | 'keepTo'>;

/**
 * What one window is told. `offset` is the shot frame of index 0. A model that reads a prompt per frame has each frame's
 * own mix as soon as they do not all have the same, the frames it goes on from too: a red ball that is to be green was
 * red. The others have one for the frames the window keeps.
 */
export function windowPrompt(
  doc: Document,
  shotId: RecordId,
  window: MixedWindow,
  { offset, perFrame }: { readonly offset: number; readonly perFrame: boolean },
): WindowPrompt {
  const [from, to] = [offset + window.keepFrom, offset + window.keepTo];
  const mix = mixForRange(doc, shotId, from, to);
  if (mix === null) return { prompt: '', travel: null };
  const whole = plannedMix(mix, window.frames);
  const prompt = whole.weight > 0.5 ? whole.to : whole.from;
  if (!perFrame) {
    const isInZone = zonesIn(doc, shotId, from, to).length > 0;
    return { prompt, travel: isInZone && isBlend(whole) ? [whole] : null };
  }
  const start = offset + window.start;
  const zones = travelZones(doc, shotId);
  const ofFrames = Array.from({ length: window.frames }, (_, i) => {
    // Where a range has a prompt, each of its frames has one.
    return plannedMix(mixIn(doc, shotId, start + i, zones) ?? mix, 1);
  });
  const isUneven = ofFrames.some((one) => isBlend(one) || one.from !== prompt);
  return { prompt, travel: isUneven ? joinedMixes(ofFrames) : null };
}

/** Neighbours with one prompt together. */
function joinedMixes(ofFrames: readonly PlannedMix[]): PlannedMix[] {
  const mixes: PlannedMix[] = [];
  for (const next of ofFrames) {
    const last = mixes.at(-1);
    if (last && !isBlend(last) && !isBlend(next) && last.from === next.from)
      mixes[mixes.length - 1] = { ...last, frames: last.frames + 1 };
    else mixes.push(next);
  }
  return mixes;
}

function plannedMix({ from, to, kind, weight }: FrameMix, frames: number): PlannedMix {
  const share = rounded(weight);
  if (to === null || to.text === from.text || share === 0)
    return { frames, from: from.text, to: from.text, kind: 'linear', weight: 0 };
  return { frames, from: from.text, to: to.text, kind, weight: share };
}

function isBlend({ from, to, weight }: PlannedMix): boolean {
  return weight > 0 && from !== to;
}

/** Four decimals are finer than any eye, and are written the same everywhere. */
function rounded(weight: number): number {
  return Math.round(weight * 10_000) / 10_000;
}
