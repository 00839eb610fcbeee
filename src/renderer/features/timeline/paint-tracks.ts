/**
 * Draws the tracks: clip bodies with their filmstrips and waveforms, states, transitions, the model's windows and what a drag
 * previews. Draws only what it is given; coordinates are CSS pixels, the caller has set the device's scale.
 */
import type { AudioClip } from '@core/document/sound';
import { isAudioClip } from '@core/document/sound';
import type { Rate } from '@core/time/rate';
import type { RunProgress, StepPreview } from '@contracts/engine';
import { LABEL_STRIP_HEIGHT, type TrackRow } from './lane-layout';
import { palette } from './palette';
import { strings } from './strings';
import { tileFrame, tilingFor } from './filmstrip-tiles';
import { frameAtX, xOfFrame, type TimeScale } from './time-scale';
import { sliverBars } from './sliver-bars';
import { ellipsis, widthOf } from './text-widths';
import { waveformBars } from './waveform-bars';
import { clipsWithin } from './clip-index';
import type { ClipView, SpanView } from './clip-view';
import type { PlacedClip, PlacedTransition, Slivers } from './timeline-scene.svelte';

/** A picture for a tile of a filmstrip. */
export interface TileImage {
  readonly image: CanvasImageSource;
  readonly width: number;
  readonly height: number;
}

export interface Ghost {
  readonly row: TrackRow;
  /** Project frames. */
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

export interface PaintInput {
  /** Of what is drawn, which may be a part of the window. */
  readonly width: number;
  readonly height: number;
  readonly scale: TimeScale;
  /** The window, from the left edge of what is drawn: names and labels stay in it. */
  readonly window: { readonly left: number; readonly right: number };
  /** What `slivers` and `transitions` are taken from: another one when they are others. */
  readonly film: unknown;
  readonly rows: readonly TrackRow[];
  readonly clips: readonly PlacedClip[];
  readonly slivers: readonly Slivers[];
  readonly transitions: readonly PlacedTransition[];
  readonly grid: readonly { readonly clipId: string; readonly frame: number }[];
  readonly selection: ReadonlySet<string>;
  /** Width over height of the film. */
  readonly aspect: number;
  /** Of the project. */
  readonly rate: Rate;
  /** Tracks drawn dimmed: not seen, or not heard. */
  readonly silent: ReadonlySet<string>;
  readonly waveform: (mediaId: string) => Uint8Array | null;
  readonly tile: (view: ClipView, projectFrame: number) => TileImage | null;
  readonly progressOf: (jobId: string) => RunProgress | null;
  readonly previewOf: (jobId: string) => StepPreview | null;
  readonly ghost: Ghost | null;
}

interface Hatch {
  readonly color: string;
  readonly spacing: number;
  /** What is under the lines; drawn with them, it is one filling and not two. */
  readonly under?: string | undefined;
}

const RADIUS = 4;
/** How much `palette.hiddenVeil` covers: what is written over it is as dim as what lies under it. */
const VEIL = 0.62;
/** Of what is not made yet. */
const unmade: Hatch = { color: palette.hatch, spacing: 8, under: palette.plannedFill };
const hatches = new Map<string, CanvasPattern | null>();

export function paintTracks(ctx: CanvasRenderingContext2D, input: PaintInput): void {
  ctx.clearRect(0, 0, input.width, input.height);
  ctx.textBaseline = 'middle';
  for (const row of input.rows) paintLane(ctx, input, row);
  paintSlivers(ctx, input);
  const clips = input.clips.filter(({ view: { clip } }) => {
    const [left, right] = [xOfFrame(input.scale, clip.start), xOfFrame(input.scale, clip.start + clip.duration)];
    return left < input.width && right > 0;
  });
  // All of one font, then all of the other: another font for each word is what writing costs most.
  ctx.font = palette.mono;
  for (const placed of clips) paintClip(ctx, input, placed);
  const rooms = clips.map((placed) => paintBadge(ctx, input, placed));
  ctx.font = palette.fontStrong;
  clips.forEach((placed, i) => paintName(ctx, input, placed, rooms[i] ?? 0));
  for (const transition of input.transitions) paintTransition(ctx, input, transition);
  if (input.ghost !== null) paintGhost(ctx, input, input.ghost);
}

function paintLane(ctx: CanvasRenderingContext2D, { width, silent }: PaintInput, row: TrackRow): void {
  ctx.fillStyle = silent.has(row.track.id) ? palette.laneHidden : palette.lane;
  ctx.fillRect(0, row.top, width, row.height);
  ctx.fillStyle = palette.line;
  ctx.fillRect(0, row.top + row.height - 1, width, 1);
}

/** Where they lie so close that no gap is seen they are one bar: of thousands in a window the eye sees no more. */
function paintSlivers(ctx: CanvasRenderingContext2D, input: PaintInput): void {
  // A pixel more on either side: a bar may reach past its clip.
  const [from, to] = [frameAtX(input.scale, -1), frameAtX(input.scale, input.width + 1)];
  for (const { row, clips: all } of input.slivers) {
    const clips = clipsWithin(all, from, to);
    ctx.fillStyle = palette.clipSliver;
    for (const { from, to } of sliverBars(clips, input.scale))
      ctx.fillRect(from, row.top + 3, to - from, row.height - 7);
    if (input.selection.size === 0) continue;
    ctx.fillStyle = palette.accent;
    const selected = clips.filter(({ id }) => input.selection.has(id));
    for (const { from, to } of sliverBars(selected, input.scale))
      ctx.fillRect(from, row.top + 3, to - from, row.height - 7);
  }
}

function paintClip(ctx: CanvasRenderingContext2D, input: PaintInput, { view, row }: PlacedClip): void {
  const { clip } = view;
  const x = xOfFrame(input.scale, clip.start);
  // One pixel of air between neighbours, so that a cut is always visible.
  const width = Math.max(1, clip.duration * input.scale.pixelsPerFrame - 1);
  const [y, height] = [row.top + 3, row.height - 7];
  ctx.save();
  ctx.beginPath();
  ctx.roundRect(x, y, width, height, Math.min(RADIUS, width / 2));
  ctx.clip();
  ctx.fillStyle = palette.clipStrip;
  ctx.fillRect(x, y, width, height);
  const strip = { x, y: y + LABEL_STRIP_HEIGHT, width, height: height - LABEL_STRIP_HEIGHT };
  if (isAudioClip(clip)) paintWaveform(ctx, input, clip, strip);
  else paintFilmstrip(ctx, input, view, strip);
  for (const span of view.spans) paintSpan(ctx, input, span, strip);
  paintGrid(ctx, input, view, strip);
  if (input.silent.has(row.track.id)) {
    ctx.fillStyle = palette.hiddenVeil;
    ctx.fillRect(x, y, width, height);
  }
  ctx.restore();

  const isSelected = input.selection.has(clip.id);
  ctx.lineWidth = isSelected ? 1.5 : 1;
  ctx.strokeStyle = isSelected ? palette.accent : palette.clipEdge;
  ctx.beginPath();
  ctx.roundRect(x + 0.5, y + 0.5, Math.max(0, width - 1), height - 1, Math.min(RADIUS, width / 2));
  ctx.stroke();
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Tiles about as wide as the film's shape asks, from the clip's left edge. */
function paintFilmstrip(ctx: CanvasRenderingContext2D, input: PaintInput, view: ClipView, strip: Box): void {
  const tiling = tilingFor(input.scale.pixelsPerFrame, Math.max(12, strip.height * input.aspect));
  const tileWidth = tiling.width;
  const first = Math.max(0, Math.floor(-strip.x / tileWidth));
  const last = Math.ceil((Math.min(input.width, strip.x + strip.width) - strip.x) / tileWidth);
  ctx.fillStyle = palette.clip;
  ctx.fillRect(strip.x, strip.y, strip.width, strip.height);
  ctx.imageSmoothingEnabled = true;
  ctx.imageSmoothingQuality = 'medium';
  for (let i = first; i < last; i++) {
    const tile = input.tile(view, tileFrame(view.clip, i, tiling));
    if (tile === null) continue;
    drawCover(ctx, tile, { x: strip.x + i * tileWidth, y: strip.y, width: tileWidth, height: strip.height });
  }
}

/** Both sides of a middle line, one bar for each pixel in sight. */
function paintWaveform(ctx: CanvasRenderingContext2D, input: PaintInput, clip: AudioClip, strip: Box): void {
  ctx.fillStyle = palette.soundClip;
  ctx.fillRect(strip.x, strip.y, strip.width, strip.height);
  const middle = strip.y + strip.height / 2;
  ctx.fillStyle = palette.soundWave;
  ctx.fillRect(strip.x, middle - 0.5, strip.width, 1);
  const peaks = input.waveform(clip.source.mediaId);
  const left = Math.max(0, Math.floor(strip.x));
  const pixels = Math.ceil(Math.min(input.width, strip.x + strip.width)) - left;
  if (peaks === null || pixels <= 0) return;
  const from = Math.max(clip.start, frameAtX(input.scale, left));
  const bars = waveformBars(clip, peaks, {
    from,
    pixels,
    pixelsPerFrame: input.scale.pixelsPerFrame,
    rate: input.rate,
  });
  const tallest = strip.height / 2 - 1;
  bars.forEach((bar, i) => {
    if (bar > 0) ctx.fillRect(left + i, middle - bar * tallest, 1, Math.max(1, 2 * bar * tallest));
  });
}

/** Fills the box, cropping what hangs over, as the film itself does with pictures of another shape. */
function drawCover(ctx: CanvasRenderingContext2D, { image, width, height }: TileImage, box: Box): void {
  const scale = Math.max(box.width / width, box.height / height);
  const [cropWidth, cropHeight] = [box.width / scale, box.height / scale];
  const [cropX, cropY] = [(width - cropWidth) / 2, (height - cropHeight) / 2];
  // A hairline wider than the tile, so that no seam shows between two at fractional positions.
  ctx.drawImage(image, cropX, cropY, cropWidth, cropHeight, box.x, box.y, box.width + 0.6, box.height);
}

function paintSpan(ctx: CanvasRenderingContext2D, input: PaintInput, span: SpanView, strip: Box): void {
  const x = xOfFrame(input.scale, span.from);
  const width = (span.to - span.from) * input.scale.pixelsPerFrame;
  if (x > input.width || x + width < 0) return;
  switch (span.state) {
    case 'ready':
      return;
    case 'stale':
      ctx.fillStyle = palette.staleVeil;
      ctx.fillRect(x, strip.y, width, strip.height);
      return fillHatch(ctx, input, { ...strip, x, width }, { color: palette.hatchStale, spacing: 10 });
    case 'planned':
    case 'queued':
      return paintUnmade(ctx, input, span, { ...strip, x, width });
    case 'running':
      return paintRunning(ctx, input, span, { ...strip, x, width });
    default:
      span.state satisfies never;
  }
}

function paintUnmade(ctx: CanvasRenderingContext2D, input: PaintInput, span: SpanView, box: Box): void {
  fillHatch(ctx, input, box, unmade);
  const text = span.state === 'queued' ? strings.queued : strings.planned;
  paintPill(ctx, input, box, { text, color: palette.clipTextDim });
}

/** The tiles already show previews and new frames; this adds how far it is. */
function paintRunning(ctx: CanvasRenderingContext2D, input: PaintInput, span: SpanView, box: Box): void {
  const progress = span.job === null ? null : input.progressOf(span.job.id);
  const fraction = progress?.fraction ?? 0;
  if (span.job === null || (input.previewOf(span.job.id) === null && fraction === 0))
    fillHatch(ctx, input, box, unmade);
  const y = box.y + box.height - 3;
  ctx.fillStyle = palette.pill;
  ctx.fillRect(box.x, y, box.width, 3);
  ctx.fillStyle = palette.accent;
  ctx.fillRect(box.x, y, box.width * fraction, 3);
  if (progress?.stage !== 'denoising') return;
  const text = `${dots(progress.step)} ${strings.runningStep(progress.step, progress.steps)}`;
  paintPill(ctx, input, box, { text, color: palette.clipText });
}

/** Motion without animation: one of three dots is full, and it moves with each step. */
function dots(step: number): string {
  return ['●○○', '○●○', '○○●'][step % 3] ?? '';
}

function paintPill(
  ctx: CanvasRenderingContext2D,
  { window: { left } }: PaintInput,
  box: Box,
  { text, color }: { readonly text: string; readonly color: string },
): void {
  const width = widthOf(ctx, palette.mono, text) + 10;
  if (width > box.width - 8) return;
  const [x, y] = [Math.max(left + 4, box.x + 5), box.y + box.height - 24];
  ctx.fillStyle = palette.pill;
  ctx.beginPath();
  ctx.roundRect(x, y, width, 16, 3);
  ctx.fill();
  ctx.fillStyle = color;
  ctx.fillText(text, x + 5, y + 8.5);
}

function paintGrid(ctx: CanvasRenderingContext2D, input: PaintInput, view: ClipView, strip: Box): void {
  ctx.fillStyle = palette.grid;
  for (const { clipId, frame } of input.grid)
    if (clipId === view.clip.id) ctx.fillRect(Math.round(xOfFrame(input.scale, frame)), strip.y, 1, strip.height);
}

/** What names may take of a clip, in pixels; none of one that is too narrow. */
function labelBox({ scale, window }: PaintInput, { view: { clip }, row }: PlacedClip) {
  const x = xOfFrame(scale, clip.start);
  const width = Math.max(1, clip.duration * scale.pixelsPerFrame - 1);
  const middle = row.top + 3 + LABEL_STRIP_HEIGHT / 2 + 0.5;
  // The name stays in sight while its clip is scrolled out on the left.
  return { isWide: width >= 26, middle, left: Math.max(x, window.left) + 6, right: x + width - 6 };
}

/** In the font that is set. @returns to where there is room for the name */
function paintBadge(ctx: CanvasRenderingContext2D, input: PaintInput, placed: PlacedClip): number {
  const { isWide, left, right, middle } = labelBox(input, placed);
  const { take } = placed.view;
  if (!isWide || take === null || take.count <= 1) return right;
  const badge = `▣ ${String(take.index)}/${String(take.count)}`;
  const width = widthOf(ctx, palette.mono, badge);
  if (right - left <= width + 24) return right;
  writeLabel(ctx, input, placed, { text: badge, color: palette.clipTextDim, x: right - width, y: middle });
  return right - width - 8;
}

/** In the font that is set. */
function paintName(ctx: CanvasRenderingContext2D, input: PaintInput, placed: PlacedClip, right: number): void {
  const { isWide, left, middle } = labelBox(input, placed);
  if (!isWide) return;
  const { linkId, groupId, speed, name } = placed.view.clip;
  const mark = `${linkId === undefined ? '' : '⇅ '}${groupId === undefined ? '' : '❏ '}`;
  const pace = speed === undefined ? '' : ` · ${speed} %`;
  const text = ellipsis(ctx, palette.fontStrong, mark + name + pace, right - left);
  if (text !== '') writeLabel(ctx, input, placed, { text, color: palette.clipText, x: left, y: middle });
}

function writeLabel(
  ctx: CanvasRenderingContext2D,
  { silent }: PaintInput,
  { row }: PlacedClip,
  { text, color, x, y }: { readonly text: string; readonly color: string; readonly x: number; readonly y: number },
): void {
  ctx.globalAlpha = silent.has(row.track.id) ? 1 - VEIL : 1;
  ctx.fillStyle = color;
  ctx.fillText(text, x, y);
  ctx.globalAlpha = 1;
}

/** A crossed wedge over the cut: one picture goes out while the other comes in. */
function paintTransition(ctx: CanvasRenderingContext2D, input: PaintInput, placed: PlacedTransition): void {
  const x = xOfFrame(input.scale, placed.from);
  const width = (placed.to - placed.from) * input.scale.pixelsPerFrame;
  const [y, height] = [placed.row.top + 3 + LABEL_STRIP_HEIGHT, placed.row.height - 7 - LABEL_STRIP_HEIGHT];
  const isSelected = input.selection.has(placed.transition.id);
  ctx.fillStyle = palette.wedge;
  ctx.fillRect(x, y, width, height);
  ctx.strokeStyle = isSelected ? palette.accent : palette.wedgeLine;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(x, y + height);
  ctx.lineTo(x + width, y);
  ctx.moveTo(x, y);
  ctx.lineTo(x + width, y + height);
  ctx.stroke();
  ctx.lineWidth = isSelected ? 1.5 : 1;
  ctx.strokeRect(x + 0.5, y + 0.5, Math.max(0, width - 1), height - 1);
}

function paintGhost(ctx: CanvasRenderingContext2D, input: PaintInput, ghost: Ghost): void {
  const x = xOfFrame(input.scale, ghost.from);
  const width = (ghost.to - ghost.from) * input.scale.pixelsPerFrame;
  const box = { x, y: ghost.row.top + 3, width, height: ghost.row.height - 7 };
  ctx.fillStyle = palette.plannedFill;
  ctx.beginPath();
  ctx.roundRect(box.x, box.y, box.width, box.height, RADIUS);
  ctx.fill();
  fillHatch(ctx, input, box, { color: palette.accentSoft, spacing: 8 });
  ctx.setLineDash([4, 3]);
  ctx.strokeStyle = palette.accent;
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.font = palette.fontStrong;
  const labelWidth = widthOf(ctx, palette.fontStrong, ghost.label) + 16;
  // Beside the clip rather than over it, where the ghost is narrower than its label.
  const wanted = labelWidth < width ? x + (width - labelWidth) / 2 : x + 6;
  const first = input.window.left + 4;
  const left = Math.min(Math.max(first, wanted), Math.max(first, input.window.right - labelWidth - 4));
  const middle = box.y + box.height / 2;
  ctx.fillStyle = palette.pill;
  ctx.beginPath();
  ctx.roundRect(left, middle - 11, labelWidth, 22, 4);
  ctx.fill();
  ctx.fillStyle = palette.accent;
  ctx.fillText(ghost.label, left + 8, middle + 0.5);
}

/** The hatch belongs to the film, not to the window: it moves with what it is drawn on. */
function fillHatch(
  ctx: CanvasRenderingContext2D,
  { scale }: PaintInput,
  box: Box,
  { color, spacing, under }: Hatch,
): void {
  const key = `${color}/${String(spacing)}/${under ?? ''}`;
  let pattern = hatches.get(key);
  if (pattern === undefined) {
    pattern = ctx.createPattern(hatchTile({ color, spacing, under }), 'repeat');
    hatches.set(key, pattern);
  }
  if (pattern === null) return;
  const shift = -(scale.scrollX % spacing);
  ctx.fillStyle = pattern;
  ctx.translate(shift, 0);
  ctx.fillRect(box.x - shift, box.y, box.width, box.height);
  ctx.translate(-shift, 0);
}

function hatchTile({ color, spacing, under }: Hatch): OffscreenCanvas {
  const tile = new OffscreenCanvas(spacing, spacing);
  const ctx = tile.getContext('2d');
  if (ctx === null) return tile;
  if (under !== undefined) {
    ctx.fillStyle = under;
    ctx.fillRect(0, 0, spacing, spacing);
  }
  ctx.strokeStyle = color;
  ctx.lineWidth = 1;
  ctx.beginPath();
  // Three strokes, so that the corners join across tiles.
  for (const shift of [-spacing, 0, spacing]) {
    ctx.moveTo(shift - 1, spacing + 1);
    ctx.lineTo(shift + spacing + 1, -1);
  }
  ctx.stroke();
  return tile;
}
