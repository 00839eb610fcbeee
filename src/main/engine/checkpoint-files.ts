/**
 * Where a run stands, on disk: jobs/<jobId>/checkpoint-<n>.json with what decides how it goes on, and beside it
 * checkpoint-<n>.f32 with the latents as raw little-endian float32, named by their sha256 in the JSON. The latents are
 * complete before their JSON appears, the last generation is removed only after that, and two generations are kept: a
 * stop at any instant leaves at least the one before. What cannot be used is moved aside as checkpoint.*.bad (one of
 * each), never trusted and never in the way. Written by the engine; main looks at it to say where a job would go on.
 */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readdirSync, rmSync, rmdirSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Sha256 } from '@contracts/document';
import { RunSeconds } from '@contracts/engine';
import type { Recipe } from '@contracts/recipe';
import { errnoOf, writeFileAtomic } from '../platform/fs-atomic';
import { canonicalJson, recipeHash } from '../services/takes/recipe-hash';

const SCHEMA = 1;
const GENERATIONS_KEPT = 2;
const HEADER_NAME = /^checkpoint-(\d{1,9})\.json$/;
const OWN_NAME = /^(checkpoint-\d{1,9}\.(json|f32)|checkpoint\.(json|f32)\.bad|\.checkpoint-\d{1,9}\..*\.tmp)$/;

const StoredFrame = z.object({ index: z.int(), hash: Sha256, bytes: z.int() });

const Header = z.object({
  schema: z.literal(SCHEMA),
  recipeHash: Sha256,
  /** Another runtime may round otherwise: half a film each would be neither's. */
  onnxruntime: z.string(),
  /** 0-based window to go on with; the number of windows when all frames are stored. */
  window: z.int().min(0),
  /** Denoising steps done in that window. */
  step: z.int().min(0),
  scheduler: z.object({
    position: z.int().min(0),
    /** What a multistep scheduler remembers; its arrays follow the latents in the same file, history first. */
    memory: z
      .object({ counters: z.record(z.string(), z.int()), history: z.int().min(0).max(8), hasLastSample: z.boolean() })
      .optional(),
  }),
  /** What the rule of the steps remembers (core/diffusion/step-rule.ts); its arrays come last in the file. */
  rule: z.object({ memory: z.string(), arrays: z.int().min(0).max(8) }).optional(),
  /** State of the random numbers for a family that draws inside its loop; null when all is drawn before it. */
  rng: z.string().nullable(),
  frames: z.array(StoredFrame),
  /** What the rules of the windows have saved so far. */
  tallies: z
    .array(z.object({ window: z.int(), passes: z.int(), reusedSteps: z.int(), worstError: z.number() }))
    .optional(),
  latents: z.object({ sha256: Sha256, values: z.int().min(1) }).nullable(),
  /** Seconds the run has taken up to here. */
  spent: RunSeconds,
});
type Header = z.infer<typeof Header>;
/** sha256 over the header's canonical JSON, so that a flipped digit is found and not followed. */
const HeaderFile = z.object({ sha256: Sha256, header: z.record(z.string(), z.unknown()) });

export type RunState = Pick<
  Header,
  'window' | 'step' | 'scheduler' | 'rule' | 'rng' | 'frames' | 'tallies' | 'spent'
> & {
  /** The latents after `step` steps as the family holds them, then the scheduler's, then the rule's; null at a window's start. */
  readonly latents: Float32Array | null;
};

/** Why a file is not used: a sentence for the log. */
class Unusable extends Error {
  override readonly name = 'Unusable';
}

export interface CheckpointFilesOptions {
  /** jobs/<jobId>; made when missing. */
  readonly dir: string;
  readonly recipe: Recipe;
  readonly onnxruntime: string;
  /** Told of every generation that was not used, and why. */
  readonly onRejected: (why: string) => void;
}

export class CheckpointFiles {
  readonly #options: CheckpointFilesOptions;
  readonly #recipeHash: string;
  #next = 1;

  constructor(options: CheckpointFilesOptions) {
    this.#options = options;
    this.#recipeHash = recipeHash(options.recipe);
  }

  /**
   * The newest state that can be gone on from, or null. Removes what a stop has left half written.
   * @param hasFrame whether a stored frame is still there
   * @throws AppError library/read-only, library/io when the folder itself cannot be made or listed
   */
  async open(hasFrame: (hash: string) => Promise<boolean>): Promise<RunState | null> {
    const { dir } = this.#options;
    await mkdir(dir, { recursive: true });
    const names = await readdir(dir);
    const generations = generationsIn(names);
    this.#next = (generations[0] ?? 0) + 1;
    const written = new Set(generations.flatMap((n) => [headerName(n), latentsName(n)]));
    for (const name of names)
      if (OWN_NAME.test(name) && !name.endsWith('.bad') && !written.has(name))
        await rm(join(dir, name), { recursive: true });
    for (const n of generations) {
      try {
        return await this.#read(n, hasFrame);
      } catch (error) {
        if (!(error instanceof Unusable)) throw error;
        await this.#reject(n, error.message);
      }
    }
    return null;
  }

  /** @throws AppError library/disk-full, library/read-only, library/io; what was there before is then still there */
  async write(state: RunState): Promise<void> {
    const { dir, onnxruntime } = this.#options;
    const n = this.#next;
    const { latents, ...rest } = state;
    const bytes = latents && new Uint8Array(latents.buffer, latents.byteOffset, latents.byteLength);
    if (bytes !== null) await writeFileAtomic(join(dir, latentsName(n)), bytes);
    const header: Header = {
      schema: SCHEMA,
      recipeHash: this.#recipeHash,
      onnxruntime,
      ...rest,
      latents: latents && bytes && { sha256: sha256(bytes), values: latents.length },
    };
    const file = { sha256: sha256(canonicalJson(header)), header };
    await writeFileAtomic(join(dir, headerName(n)), JSON.stringify(file));
    this.#next = n + 1;
    const old = n - GENERATIONS_KEPT;
    await rm(join(dir, headerName(old)), { force: true });
    await rm(join(dir, latentsName(old)), { force: true });
  }

  /** Moves all generations aside: the run starts again. */
  async rejectAll(why: string): Promise<void> {
    for (const n of generationsIn(await readdir(this.#options.dir))) await this.#reject(n, why);
  }

  async #read(n: number, hasFrame: (hash: string) => Promise<boolean>): Promise<RunState> {
    const { dir, recipe, onnxruntime } = this.#options;
    const header = parseHeader(await readOrUnusable(join(dir, headerName(n))), this.#recipeHash);
    if (header.onnxruntime !== onnxruntime)
      throw new Unusable(`it was made with ONNX Runtime ${header.onnxruntime}, this is ${onnxruntime}`);
    assertWithin(header, recipe);
    for (const { hash } of header.frames)
      if (!(await hasFrame(hash))) throw new Unusable(`its frame ${hash.slice(0, 12)}… is gone`);
    const { latents: named, schema: _schema, recipeHash: _hash, onnxruntime: _runtime, ...rest } = header;
    if (named === null) return { ...rest, latents: null };
    const bytes = await readOrUnusable(join(dir, latentsName(n)));
    if (bytes.length !== named.values * 4 || sha256(bytes) !== named.sha256)
      throw new Unusable('its latents are cut off or damaged');
    // A copy, because a file's buffer need not lie on a boundary of four bytes.
    const latents = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    return { ...rest, latents };
  }

  async #reject(n: number, why: string): Promise<void> {
    const { dir, onRejected } = this.#options;
    onRejected(`step checkpoint ${n} is not used: ${why}`);
    await moveIfThere(join(dir, headerName(n)), join(dir, 'checkpoint.json.bad'));
    await moveIfThere(join(dir, latentsName(n)), join(dir, 'checkpoint.f32.bad'));
  }
}

/** Where a run of this recipe would go on: a quick look that does not hash the latents. null = from the beginning. */
export function peekCheckpoint(dir: string, recipe: Recipe): { window: number; step: number } | null {
  if (!existsSync(dir)) return null;
  for (const n of generationsIn(readdirSync(dir))) {
    try {
      const header = parseHeader(readFileSync(join(dir, headerName(n))), recipeHash(recipe));
      assertWithin(header, recipe);
      if (header.latents === null || sizeOf(join(dir, latentsName(n))) === header.latents.values * 4)
        return { window: header.window, step: header.step };
    } catch (error) {
      // Gone between the listing and the look, or not usable: the one before may be.
      if (!(error instanceof Unusable) && errnoOf(error) !== 'ENOENT') throw error;
    }
  }
  return null;
}

/** Removes what only going on needs; other files of the job stay, an empty folder goes. Idempotent. */
export function discardCheckpoints(dir: string): void {
  if (!existsSync(dir)) return;
  const names = readdirSync(dir);
  const own = names.filter((name) => OWN_NAME.test(name));
  for (const name of own) rmSync(join(dir, name), { recursive: true, force: true });
  if (own.length === names.length) rmdirSync(dir);
}

function parseHeader(bytes: Uint8Array, wantedHash: string): Header {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Unusable('it is cut off');
  }
  const file = HeaderFile.safeParse(json);
  if (!file.success) throw new Unusable('it does not have the form of a checkpoint');
  const { header } = file.data;
  if (sha256(canonicalJson(header)) !== file.data.sha256) throw new Unusable('its checksum does not fit');
  if (header['schema'] !== SCHEMA) throw new Unusable(`it has version ${String(header['schema'])}, this is ${SCHEMA}`);
  const parsed = Header.safeParse(header);
  if (!parsed.success) throw new Unusable('it does not have the form of a checkpoint');
  if (parsed.data.recipeHash !== wantedHash) throw new Unusable('it belongs to another recipe');
  return parsed.data;
}

function assertWithin({ window, step, latents, frames }: Header, recipe: Recipe): void {
  const isInside =
    window < recipe.windows.length ? step <= recipe.steps : window === recipe.windows.length && step === 0;
  if (!isInside || step > 0 !== (latents !== null))
    throw new Unusable(`window ${window}, step ${step} is not in the run`);
  const stored = new Set(frames.map(({ index }) => index));
  for (const { keepFrom, keepTo } of recipe.windows.slice(0, window))
    for (let index = keepFrom; index < keepTo; index++)
      if (!stored.has(index)) throw new Unusable(`it does not name frame ${index}`);
}

/** Newest first. */
function generationsIn(names: readonly string[]): number[] {
  return names
    .flatMap((name) => HEADER_NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);
}

function headerName(n: number): string {
  return `checkpoint-${n}.json`;
}

function latentsName(n: number): string {
  return `checkpoint-${n}.f32`;
}

async function readOrUnusable(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new Unusable(`it cannot be read (${errnoOf(error) ?? String(error)})`);
  }
}

async function moveIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

function sizeOf(path: string): number {
  const file = openSync(path, 'r');
  try {
    return fstatSync(file).size;
  } finally {
    closeSync(file);
  }
}

function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}
