/**
 * What a run will cost, from what runs cost on this machine. A denoising step takes about a + b·units, where a unit is one
 * latent cell through the model once (guidance runs it twice, its interval and reused steps less often); decoding costs by
 * the pixel; loading, encoding and writing are taken as they were. Memory grows with the longest window, disk with the
 * frames. Before the first run of a model on a provider, constants measured on one small machine stand in.
 */
import { z } from 'zod';
import type { GuidanceRule, StepReuse } from '@core/diffusion/guidance-rule';
import { firstStepOf } from '@core/diffusion/source-film';
import { passesOfRun } from '@core/diffusion/step-rule';
import type { RunReport, RunSeconds } from '@contracts/engine';
import type { Estimate } from '@contracts/job';
import type { ModelManifest } from '@contracts/model-manifest';
import type { Recipe } from '@contracts/recipe';
import type { LibraryDatabase } from '../database/library-database';

export interface RunShape {
  readonly width: number;
  readonly height: number;
  /** Frames of each window. */
  readonly windows: readonly number[];
  readonly steps: number;
  readonly guidance: number;
  readonly guidanceRule?: GuidanceRule | undefined;
  readonly stepReuse?: StepReuse | undefined;
  readonly source?: { readonly strength: number } | undefined;
  /** Default: the processor. */
  readonly provider?: Recipe['provider'];
}

type Geometry = Pick<ModelManifest, 'id' | 'version' | 'frameGrid' | 'sizeGrid'>;
type Model = Geometry & Pick<ModelManifest, 'files' | 'memoryMiB' | 'nativeSize' | 'nativeFrames'>;

/** Pocket, version 3, on one thread of a 2023 server core: 67 ms a step for 9 frames of 128×128 with guidance, 122 ms to decode. */
const TYPICAL = {
  stepMsPerUnit: 67 / (9 * 4 * 4 * 2),
  decodeMsPerPixel: 122 / (9 * 128 * 128),
  overheadMs: 1_000,
  /** A frame of film as PNG. */
  frameBytesPerPixel: 1.6,
  /** Of the steps that may be reused; EasyCache's authors report half of them and more. */
  reusedShare: 0.3,
} as const;

/** That version's graphs, rounded up: the models the constants are for have at most these. */
const TYPICAL_BYTES = { denoiser: 14_500_000, decoder: 4_500_000 } as const;

/** How far off an estimate may be that no run stands behind; half and twice as long are common between machines. */
const TYPICAL_RANGE = { low: 0.4, high: 2.5 } as const;

/** Runs looked at: enough to average, few enough to follow a machine that changes. */
const RUNS_USED = 64;
const RUNS_KEPT = 200;

const Row = z.object({
  stepUnits: z.number(),
  stepMs: z.number(),
  pixels: z.number(),
  decodeMs: z.number(),
  overheadMs: z.number(),
  windowPixels: z.number().nullable(),
  peakBytes: z.number().nullable(),
  framePixels: z.number().nullable(),
  frameBytes: z.number().nullable(),
  reuseThreshold: z.number().nullable(),
  reusedShare: z.number().nullable(),
});
type Row = z.infer<typeof Row>;
const columns = `step_units AS stepUnits, step_ms AS stepMs, pixels, decode_ms AS decodeMs, overhead_ms AS overheadMs,
  window_pixels AS windowPixels, peak_bytes AS peakBytes, frame_pixels AS framePixels, frame_bytes AS frameBytes,
  reuse_threshold AS reuseThreshold, reused_share AS reusedShare`;

/** Latent cells of a window. */
export function latentCells(
  model: Geometry,
  shape: { readonly width: number; readonly height: number },
  windowFrames: number,
): number {
  const { multiple, plus } = model.frameGrid;
  const latentFrames = Math.max(1, Math.ceil((windowFrames - plus) / multiple) + (plus > 0 ? 1 : 0));
  return latentFrames * Math.ceil(shape.width / model.sizeGrid) * Math.ceil(shape.height / model.sizeGrid);
}

export class Calibration {
  readonly #db: LibraryDatabase;

  constructor(db: LibraryDatabase) {
    this.#db = db;
  }

  /** Learns from a finished run. */
  record(model: Geometry, recipe: Recipe, { seconds, report }: WholeCost, at: number): void {
    const frames = recipe.windows.map((window) => window.frames);
    const cells = sumOf(frames, (count) => latentCells(model, recipe, count)) / frames.length;
    const framePixels = recipe.width * recipe.height;
    const pixels = sumOf(frames, (count) => count) * framePixels;
    this.#db.transaction(() => {
      this.#db.run(
        `INSERT INTO calibration (model_id, model_version, step_units, step_ms, pixels, decode_ms, overhead_ms, created_at,
           window_pixels, peak_bytes, frame_pixels, frame_bytes, reuse_threshold, reused_share, provider)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...[model.id, model.version, (cells * report.passes) / report.steps, (seconds.denoise * 1000) / report.steps],
        ...[pixels, seconds.decode * 1000, (seconds.load + seconds.encode + seconds.write) * 1000, at],
        ...[Math.max(...frames) * framePixels, report.peakBytes, recipe.frameCount * framePixels, report.frameBytes],
        ...[recipe.stepReuse?.threshold ?? null, report.reusedSteps / report.steps, recipe.provider],
      );
      this.#db.run(
        `DELETE FROM calibration WHERE model_id = ? AND id <=
           (SELECT id FROM calibration WHERE model_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`,
        ...[model.id, model.id, RUNS_KEPT],
      );
    });
  }

  estimate(model: Model, shape: RunShape): Estimate {
    // Runs from before providers were noted were all made on the processor.
    const rows = this.#db.all(
      Row,
      `SELECT ${columns} FROM calibration WHERE model_id = ? AND model_version = ? AND ifnull(provider, 'cpu') = ?
       ORDER BY id DESC LIMIT ?`,
      ...[model.id, model.version, shape.provider ?? 'cpu', RUNS_USED],
    );
    const stepMs = rows.length === 0 ? typicalStep(model) : fitStep(rows);
    const secondsWith = (of: RunShape, reusedShare: number): number =>
      (restMs(model, of, rows) + denoiseMs(model, of, { stepMs, reusedShare })) / 1000;
    const reused = reusedShares(rows, shape);
    const seconds = secondsWith(shape, reused.middle);
    const { low, high } = rows.length === 0 ? TYPICAL_RANGE : spreadOf(rows, stepMs);
    const plain = { ...shape, guidanceRule: undefined, stepReuse: undefined };
    return {
      seconds,
      secondsLow: Math.min(seconds, secondsWith(shape, reused.most) * low),
      secondsHigh: Math.max(seconds, secondsWith(shape, reused.least) * high),
      savedSeconds: Math.max(0, secondsWith(plain, 0) - seconds),
      basis: rows.length === 0 ? 'typical' : 'measured',
      memoryBytes: Math.round(memoryBytes(model, shape, rows)),
      diskBytes: Math.round(diskBytes(shape, rows)),
    };
  }
}

export interface WholeCost {
  readonly seconds: RunSeconds;
  readonly report: RunReport;
}

interface StepCost {
  /** Milliseconds of a step of so many units. */
  readonly stepMs: (units: number) => number;
  /** Share of the steps that are not computed. */
  readonly reusedShare: number;
}

function denoiseMs(model: Geometry, shape: RunShape, { stepMs, reusedShare }: StepCost): number {
  const { windows } = shape;
  const steps = shape.steps - firstStepOf(shape);
  // diffusers' rule: guidance above 1 adds the unconditional pass.
  const passes = passesOfRun({ ...shape, isGuided: shape.guidance > 1 }) * (1 - reusedShare);
  return sumOf(windows, (count) => steps * stepMs((latentCells(model, shape, count) * passes) / steps));
}

/** All but denoising. */
function restMs(model: Model, { width, height, windows }: RunShape, rows: readonly Row[]): number {
  const decodeMsPerPixel =
    rows.length === 0
      ? TYPICAL.decodeMsPerPixel * weight(model, ['vae_decoder/'], TYPICAL_BYTES.decoder)
      : sumOf(rows, (row) => row.decodeMs) / sumOf(rows, (row) => row.pixels);
  const overheadMs = rows.length === 0 ? TYPICAL.overheadMs : median(rows.map((row) => row.overheadMs));
  return overheadMs + sumOf(windows, (count) => count) * width * height * decodeMsPerPixel;
}

/** A model of a hundred times the weights must not promise pocket's seconds: cost goes with the weights, roughly. */
function typicalStep(model: Model): (units: number) => number {
  const perUnit = TYPICAL.stepMsPerUnit * weight(model, ['transformer/', 'unet/'], TYPICAL_BYTES.denoiser);
  return (units) => units * perUnit;
}

/** The steps that reuse will leave out: as in runs with this threshold; without one, anything up to twice the usual. */
function reusedShares(rows: readonly Row[], { stepReuse }: RunShape): { middle: number; least: number; most: number } {
  if (stepReuse === undefined) return { middle: 0, least: 0, most: 0 };
  const known = rows.flatMap(({ reuseThreshold, reusedShare }) =>
    reuseThreshold === stepReuse.threshold && reusedShare !== null ? [reusedShare] : [],
  );
  if (known.length === 0) return { middle: TYPICAL.reusedShare, least: 0, most: 2 * TYPICAL.reusedShare };
  return { middle: median(known), least: Math.min(...known), most: Math.max(...known) };
}

/** Within what multiples of the fitted line four fifths of the runs lay; few runs know little. */
function spreadOf(rows: readonly Row[], stepMs: (units: number) => number): { low: number; high: number } {
  const ratios = rows.map((row) => row.stepMs / stepMs(row.stepUnits)).sort((a, b) => a - b);
  const at = (share: number): number => ratios[Math.round(share * (ratios.length - 1))] ?? 1;
  const doubt = rows.length < 3 ? 0.4 : rows.length < 8 ? 0.2 : 0.1;
  return { low: Math.min(at(0.1), 1 - doubt), high: Math.max(at(0.9), 1 + doubt) };
}

/** Weights, and what the longest window needs on top of them. */
function memoryBytes(model: Model, { width, height, windows }: RunShape, rows: readonly Row[]): number {
  const weights = sumOf(model.files, ({ bytes }) => bytes);
  const pixels = width * height * Math.max(...windows);
  const [nativeWidth, nativeHeight] = model.nativeSize;
  const measured = rows.flatMap(({ windowPixels, peakBytes }) =>
    windowPixels !== null && peakBytes !== null ? [{ x: windowPixels, y: peakBytes }] : [],
  );
  const known =
    measured.length > 0
      ? measured
      : [{ x: nativeWidth * nativeHeight * model.nativeFrames, y: model.memoryMiB * 1024 * 1024 }];
  const line = fitLine(known);
  if (line !== null && line.intercept > 0) return line.intercept + line.slope * pixels;
  const [meanX, meanY] = [meanOf(known, ({ x }) => x), meanOf(known, ({ y }) => y)];
  return weights + (Math.max(0, meanY - weights) * pixels) / meanX;
}

function diskBytes({ width, height, windows }: RunShape, rows: readonly Row[]): number {
  const known = rows.filter((row) => row.framePixels !== null && row.frameBytes !== null && row.frameBytes > 0);
  const perPixel =
    known.length === 0
      ? TYPICAL.frameBytesPerPixel
      : sumOf(known, (row) => row.frameBytes ?? 0) / sumOf(known, (row) => row.framePixels ?? 0);
  return sumOf(windows, (count) => count) * width * height * perPixel;
}

/** How many times as large as the typical one a model's graph is, at least 1. */
function weight({ files }: Model, folders: readonly string[], typicalBytes: number): number {
  const own = files.filter(({ path }) => folders.some((folder) => path.startsWith(folder)));
  return Math.max(1, sumOf(own, ({ bytes }) => bytes) / typicalBytes);
}

/**
 * Least squares of stepMs on stepUnits. With runs of one size only, or a slope the measurements cannot carry, the cost
 * is taken as proportional, which is what it is for the sizes that take long.
 */
function fitStep(rows: readonly Row[]): (units: number) => number {
  const points = rows.map((row) => ({ x: row.stepUnits, y: row.stepMs }));
  const line = fitLine(points);
  if (line !== null && line.intercept >= 0) return (units) => line.intercept + line.slope * units;
  const [meanX, meanY] = [meanOf(points, ({ x }) => x), meanOf(points, ({ y }) => y)];
  return (units) => (units * meanY) / meanX;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** null = all at one x, or falling. */
function fitLine(points: readonly Point[]): { slope: number; intercept: number } | null {
  const [meanX, meanY] = [meanOf(points, ({ x }) => x), meanOf(points, ({ y }) => y)];
  const spread = sumOf(points, ({ x }) => (x - meanX) ** 2);
  const slope = spread > 0 ? sumOf(points, ({ x, y }) => (x - meanX) * (y - meanY)) / spread : 0;
  return slope > 0 ? { slope, intercept: meanY - slope * meanX } : null;
}

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}

function meanOf<T>(items: readonly T[], value: (item: T) => number): number {
  return sumOf(items, value) / items.length;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
