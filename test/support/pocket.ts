/**
 * The embedded model and its reference runs, as engine tests need them: recipes over the real package, reference latents
 * and frames, and packages with something wrong with them.
 */
import { createHash } from 'node:crypto';
import {
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ModelManifest } from '@contracts/model-manifest';
import { Recipe, type PromptMix } from '@contracts/recipe';
import type { z } from 'zod';
import { decodePng } from '@main/platform/png';
import type { FrameStore } from '@main/services/media/frame-store';

export const pocketDir = resolve('resources/models/pocket');
export const referenceDir = resolve('test/fixtures/pocket-reference');

export const pocketManifest = ModelManifest.parse(JSON.parse(readFileSync(join(pocketDir, 'onionskin.json'), 'utf8')));

type RecipeInput = z.input<typeof Recipe>;
type WindowInput = RecipeInput['windows'][number];

/** A one-window text-to-video recipe of few steps; override what the test is about. */
export function aRecipe(overrides: Partial<RecipeInput> = {}): Recipe {
  const frameCount = overrides.frameCount ?? 5;
  return Recipe.parse({
    schema: 1,
    family: 'ltx',
    model: {
      id: 'pocket',
      version: pocketManifest.version,
      files: Object.fromEntries(pocketManifest.files.map(({ path, sha256 }) => [path, sha256])),
    },
    role: 'first',
    width: 128,
    height: 128,
    rate: { num: 8, den: 1 },
    frameCount,
    steps: 3,
    guidance: 3,
    seed: 1,
    scheduler: { class: 'FlowMatchEulerDiscreteScheduler', config: {} },
    known: [],
    windows: [aWindow({ frames: frameCount, keepTo: frameCount })],
    provider: 'cpu',
    threads: 1,
    versions: { app: '0.0.0', onnxruntime: '1.30.0' },
    ...overrides,
  });
}

export function aWindow(overrides: Partial<WindowInput> = {}): WindowInput {
  return {
    start: 0,
    frames: 5,
    prefix: 0,
    later: null,
    keepFrom: 0,
    keepTo: 5,
    prompt: 'a red ball bouncing on a blue background',
    negative: '',
    seed: 1,
    ...overrides,
  };
}

/** Frames of a window that read one prompt. */
export function plainMix(frames: number, text: string): PromptMix {
  return { frames, from: text, to: text, kind: 'linear', weight: 0 };
}

/** A float32 .npy file, C order. */
export function readNpy(path: string): Float32Array {
  const bytes = readFileSync(path);
  const headerBytes = bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, 10 + headerBytes);
  if (!header.includes("'<f4'") || !header.includes("'fortran_order': False"))
    throw new Error(`not float32 C order: ${header}`);
  const data = bytes.subarray(10 + headerBytes);
  return new Float32Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
}

/** Puts a PNG into a frame store and gives its hash. */
export async function storePng(store: FrameStore, path: string): Promise<string> {
  const image = decodePng(readFileSync(path));
  return (await store.put(image.rgb, image.width, image.height)).hash;
}

/** Peak signal-to-noise ratio of 8-bit samples, dB; Infinity when equal. */
export function psnr(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) throw new Error(`${a.length} samples against ${b.length}`);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return sum === 0 ? Infinity : 10 * Math.log10((255 * 255 * a.length) / sum);
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A folder of its own, and a function that removes it. */
export function aTempDir(): { dir: string; remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'onionskin-test-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** A copy of the embedded package that may be damaged; big files are hard links where the disk allows. */
export function copyPocket(to: string): string {
  for (const name of readdirSync(pocketDir, { recursive: true, encoding: 'utf8' })) {
    const source = join(pocketDir, name);
    const target = join(to, name);
    if (statSync(source).isDirectory()) continue;
    mkdirSync(dirname(target), { recursive: true });
    if (statSync(source).size < 1_000_000) cpSync(source, target);
    else linkOrCopy(source, target);
  }
  return to;
}

let movedByPictures: string | null = null;

/** The embedded model as one that has its pictures moved instead of being told of the camera; it lasts as long as the process. */
export function pocketMovedByPictures(): string {
  if (movedByPictures !== null) return movedByPictures;
  const temp = aTempDir();
  process.once('exit', () => temp.remove());
  movedByPictures = copyPocket(join(temp.dir, 'pocket'));
  changeConditioning(movedByPictures, { followsCamera: false });
  return movedByPictures;
}

/** What a copied package says of itself. */
export function changeConditioning(packageDir: string, change: Partial<ModelManifest['conditioning']>): void {
  const path = join(packageDir, 'onionskin.json');
  const manifest = ModelManifest.parse(JSON.parse(readFileSync(path, 'utf8')));
  writeFileSync(path, JSON.stringify({ ...manifest, conditioning: { ...manifest.conditioning, ...change } }));
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    // Another file system, or one without hard links.
    cpSync(source, target);
  }
}
