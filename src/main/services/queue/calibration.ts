/**
 * How long a run will take, from how long runs took. A denoising step costs about a + b·units, where a unit is one
 * latent cell through the model once (guidance runs it twice); decoding costs by the pixel; loading, encoding and
 * writing are taken as they were. Before the first run of a model, constants measured on one small machine stand in.
 */
import { z } from 'zod';
import type { RunSeconds } from '@contracts/engine';
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
}

export interface Estimate {
  readonly seconds: number;
  readonly basis: 'measured' | 'typical';
}

type Geometry = Pick<ModelManifest, 'id' | 'version' | 'frameGrid' | 'sizeGrid'>;
type Model = Geometry & Pick<ModelManifest, 'files'>;

/** Pocket on one thread of a 2023 server core: 67 ms a step for 9 frames of 128×128 with guidance, 122 ms to decode. */
const TYPICAL = {
  stepMsPerUnit: 67 / (9 * 4 * 4 * 2),
  decodeMsPerPixel: 122 / (9 * 128 * 128),
  overheadMs: 1_000,
} as const;

/** Pocket's graphs, rounded up: the models the constants are for have at most these. */
const TYPICAL_BYTES = { denoiser: 14_500_000, decoder: 4_500_000 } as const;

/** Runs looked at: enough to average, few enough to follow a machine that changes. */
const RUNS_USED = 64;
const RUNS_KEPT = 200;

const Row = z.object({
  stepUnits: z.number(),
  stepMs: z.number(),
  pixels: z.number(),
  decodeMs: z.number(),
  overheadMs: z.number(),
});
type Row = z.infer<typeof Row>;

/** Latent cells of a window times the passes through the model per step. */
export function stepUnits(model: Geometry, shape: Omit<RunShape, 'windows' | 'steps'>, windowFrames: number): number {
  const { multiple, plus } = model.frameGrid;
  const latentFrames = Math.max(1, Math.ceil((windowFrames - plus) / multiple) + (plus > 0 ? 1 : 0));
  const cells = Math.ceil(shape.width / model.sizeGrid) * Math.ceil(shape.height / model.sizeGrid);
  // diffusers' rule: guidance above 1 adds the unconditional pass.
  return latentFrames * cells * (shape.guidance > 1 ? 2 : 1);
}

export class Calibration {
  readonly #db: LibraryDatabase;

  constructor(db: LibraryDatabase) {
    this.#db = db;
  }

  /** Learns from a finished run. */
  record(model: Geometry, recipe: Recipe, seconds: RunSeconds, at: number): void {
    const frames = recipe.windows.map((window) => window.frames);
    const units = frames.reduce((sum, count) => sum + stepUnits(model, recipe, count), 0) / frames.length;
    const pixels = frames.reduce((sum, count) => sum + count, 0) * recipe.width * recipe.height;
    this.#db.transaction(() => {
      this.#db.run(
        `INSERT INTO calibration (model_id, model_version, step_units, step_ms, pixels, decode_ms, overhead_ms, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        ...[model.id, model.version, units, (seconds.denoise * 1000) / (recipe.steps * frames.length)],
        ...[pixels, seconds.decode * 1000, (seconds.load + seconds.encode + seconds.write) * 1000, at],
      );
      this.#db.run(
        `DELETE FROM calibration WHERE model_id = ? AND id <=
           (SELECT id FROM calibration WHERE model_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`,
        ...[model.id, model.id, RUNS_KEPT],
      );
    });
  }

  estimate(model: Model, shape: RunShape): Estimate {
    const rows = this.#db.all(
      Row,
      `SELECT step_units AS stepUnits, step_ms AS stepMs, pixels, decode_ms AS decodeMs, overhead_ms AS overheadMs
       FROM calibration WHERE model_id = ? AND model_version = ? ORDER BY id DESC LIMIT ?`,
      ...[model.id, model.version, RUNS_USED],
    );
    // A model of a hundred times the weights must not promise pocket's seconds: cost goes with the weights, roughly.
    const typicalStepMs = TYPICAL.stepMsPerUnit * weight(model, ['transformer/', 'unet/'], TYPICAL_BYTES.denoiser);
    const stepMs = rows.length === 0 ? (units: number) => units * typicalStepMs : fitStep(rows);
    const decodeMsPerPixel =
      rows.length === 0
        ? TYPICAL.decodeMsPerPixel * weight(model, ['vae_decoder/'], TYPICAL_BYTES.decoder)
        : sumOf(rows, (row) => row.decodeMs) / sumOf(rows, (row) => row.pixels);
    const overheadMs = rows.length === 0 ? TYPICAL.overheadMs : median(rows.map((row) => row.overheadMs));
    const pixels = shape.windows.reduce((sum, count) => sum + count, 0) * shape.width * shape.height;
    const denoiseMs = shape.windows.reduce(
      (sum, count) => sum + shape.steps * stepMs(stepUnits(model, shape, count)),
      0,
    );
    const ms = overheadMs + denoiseMs + pixels * decodeMsPerPixel;
    return { seconds: ms / 1000, basis: rows.length === 0 ? 'typical' : 'measured' };
  }
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
  const meanX = sumOf(rows, (row) => row.stepUnits) / rows.length;
  const meanY = sumOf(rows, (row) => row.stepMs) / rows.length;
  const spread = sumOf(rows, (row) => (row.stepUnits - meanX) ** 2);
  const slope = spread > 0 ? sumOf(rows, (row) => (row.stepUnits - meanX) * (row.stepMs - meanY)) / spread : 0;
  const intercept = meanY - slope * meanX;
  if (slope <= 0 || intercept < 0) return (units) => (units * meanY) / meanX;
  return (units) => intercept + slope * units;
}

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
