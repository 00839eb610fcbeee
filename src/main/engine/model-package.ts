/**
 * A model package, opened: its manifest and the small configuration files that decide the pixels, each checked against
 * a schema. Graphs are named by their folder and opened by the session pool.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '@core/errors';
import type { LatentStatistics } from '@core/diffusion/latent-geometry';
import type { PreviewMatrix } from '@core/diffusion/preview-rgb';
import { ModelManifest } from '@contracts/model-manifest';
import { readPackageJson, readPackageJsonSync } from './package-files';

export const MANIFEST_FILE = 'onionskin.json';
const VAE_CONFIG_FILE = 'vae/config.json';
export const SCHEDULER_FILE = 'scheduler/scheduler_config.json';
const PREVIEW_FILE = 'preview.json';
const INDEX_FILE = 'model_index.json';
const CONTROL_FILE = 'controlnet/config.json';

export const graphNames = [
  'text_encoder',
  'transformer',
  'transformer_2',
  'unet',
  'controlnet',
  'image_encoder',
  'vae_encoder',
  'vae_encoder_next',
  'vae_decoder',
  'vae_decoder_next',
] as const;
export type GraphName = (typeof graphNames)[number];

export interface VaeConfig {
  readonly latentChannels: number;
  /** Pixels per latent cell, and frames per latent frame. */
  readonly spatialRatio: number;
  readonly temporalRatio: number;
  readonly statistics: LatentStatistics;
  /** Frames that are decoded together, where they see each other; null = the family says. */
  readonly decodeChunk: number | null;
  /** A decoder that is told how noisy its latents are: what it is told, and how much noise they get; null = it is not. */
  readonly noisyDecode: { readonly timestep: number; readonly scale: number } | null;
  /** A larger picture goes through the autoencoder in overlapping tiles; null = whole. */
  readonly tiles: TileSize | null;
}

/** Pixels of a tile's side, and from one tile to the next. */
export interface TileSize {
  readonly size: number;
  readonly stride: number;
}

export interface ModelPackage {
  readonly dir: string;
  readonly manifest: ModelManifest;
  readonly vae: VaeConfig;
  readonly scheduler: Readonly<Record<string, unknown>>;
  /** null when the package has no preview.json; the film is then not shown while it is denoised. */
  readonly preview: PreviewMatrix | null;
  /** Two experts: `transformer_2` has the steps whose timestep is below this share of the training's; null = one. */
  readonly boundaryRatio: number | null;
  /** Which graphs there are. */
  readonly graphs: ReadonlySet<GraphName>;
  /** Each token has a timestep of its own. */
  readonly expandTimesteps: boolean;
  /** diffusers' pipeline, as model_index.json names it; null when the package has none. */
  readonly pipelineClass: string | null;
  /** How the frames of Text2Video-Zero come from the first; null = the index does not say. */
  readonly movedFrames: MovedFrames | null;
  /** LTX's schedule before shifting: LTXPipeline's even one, LTXConditionPipeline's, or a distilled model's own timesteps. */
  readonly timesteps: 'linear' | 'linear-quadratic' | readonly number[];
  /** Noise on wholly held frames at the first step, fading with the square of the timestep; 0 = none. */
  readonly imageCondNoise: number;
  /** SparseCtrl: `controlnet` is told of known frames; null = the package has none. */
  readonly sparseControl: SparseControl | null;
}

export interface SparseControl {
  /** It reads known frames as latents (photographs), or as pixels (line drawings). */
  readonly reads: 'latents' | 'pixels';
}

/** Steps, counted from the last one, and how far a frame moves from the one before, of 512 across and down. */
export interface MovedFrames {
  /** Where the first frame is moved. */
  readonly t0: number;
  /** From where all frames are drawn; more than t0. */
  readonly t1: number;
  readonly x: number;
  readonly y: number;
}

const IndexFile = z.looseObject({
  _class_name: z.string().optional(),
  boundary_ratio: z.number().gt(0).lt(1).nullish(),
  expand_timesteps: z.boolean().nullish(),
  timesteps: z.union([z.literal('linear-quadratic'), z.array(z.number().gt(0).max(1_000)).min(1).max(200)]).optional(),
  image_cond_noise_scale: z.number().min(0).max(10).optional(),
});

const ControlFile = z.looseObject({ use_simplified_condition_embedding: z.boolean() });

const MovedFramesFile = z
  .looseObject({
    t0: z.int().min(0).max(1_000),
    t1: z.int().min(1).max(1_000),
    motion_field_strength_x: z.number().min(-512).max(512),
    motion_field_strength_y: z.number().min(-512).max(512),
  })
  .refine(({ t0, t1 }) => t0 < t1, 't1 must be more than t0');

const VaeConfigFile = z.looseObject({
  latent_channels: z.int().min(1).max(4096),
  spatial_compression_ratio: z.int().min(1).max(256).optional(),
  temporal_compression_ratio: z.int().min(1).max(64).default(1),
  /** diffusers' AutoencoderKL halves the picture between every two of its blocks and names no ratio. */
  block_out_channels: z.array(z.int()).min(1).max(8).optional(),
  scaling_factor: z.number().positive().default(1),
  decode_chunk_size: z.int().min(1).max(1_000).optional(),
  timestep_conditioning: z.boolean().default(false),
  decode_timestep: z.number().min(0).max(1).optional(),
  decode_noise_scale: z.number().min(0).max(1).optional(),
  tile_sample_min_size: z.int().min(1).max(8192).optional(),
  tile_sample_stride: z.int().min(1).max(8192).optional(),
  latents_mean: z.array(z.number()).nullish(),
  latents_std: z.array(z.number().positive()).nullish(),
});

const PreviewFile = z.looseObject({
  weight: z.array(z.array(z.number())).min(1).max(4096),
  bias: z
    .array(z.number())
    .min(3)
    .max(3 * 64 * 64),
});

export const SchedulerConfigFile = z.record(z.string(), z.unknown());

/** @throws AppError model/missing-file, model/invalid-manifest */
export async function readManifest(dir: string): Promise<ModelManifest> {
  return readPackageJson(dir, MANIFEST_FILE, ModelManifest);
}

export function readManifestSync(dir: string): ModelManifest {
  return readPackageJsonSync(dir, MANIFEST_FILE, ModelManifest);
}

/** @throws AppError model/missing-file, model/invalid-manifest, each naming the file */
export async function loadModelPackage(dir: string): Promise<ModelPackage> {
  const manifest = await readManifest(dir);
  const vaeFile = await readPackageJson(dir, VAE_CONFIG_FILE, VaeConfigFile);
  const scheduler = await readPackageJson(dir, SCHEDULER_FILE, SchedulerConfigFile);
  const hasPreview = manifest.files.some((file) => file.path === PREVIEW_FILE);
  const previewFile = hasPreview ? await readPackageJson(dir, PREVIEW_FILE, PreviewFile) : null;
  const hasIndex = manifest.files.some((file) => file.path === INDEX_FILE);
  const index = hasIndex ? await readPackageJson(dir, INDEX_FILE, IndexFile) : null;
  const boundaryRatio = index?.boundary_ratio ?? null;
  const paths = new Set(manifest.files.map(({ path }) => path));
  const graphs = new Set(graphNames.filter((graph) => paths.has(`${graph}/model.onnx`)));
  const hasExperts = graphs.has('transformer_2');
  if (hasExperts && boundaryRatio === null)
    throw odd(INDEX_FILE, 'it has two transformers and does not say where they meet (boundary_ratio)');
  const movesFrames = manifest.family === 'text2video-zero';
  const moved = movesFrames ? await readPackageJson(dir, INDEX_FILE, MovedFramesFile) : null;
  const hasControl = manifest.files.some((file) => file.path === CONTROL_FILE);
  const control = hasControl ? await readPackageJson(dir, CONTROL_FILE, ControlFile) : null;
  const channels = vaeFile.latent_channels;
  const mean = vaeFile.latents_mean ?? new Array<number>(channels).fill(0);
  const std = vaeFile.latents_std ?? new Array<number>(channels).fill(1);
  for (const [key, values] of Object.entries({ latents_mean: mean, latents_std: std }))
    if (values.length !== channels)
      throw odd(VAE_CONFIG_FILE, `${key} has ${values.length} values for ${channels} channels`);
  const blocks = vaeFile.block_out_channels?.length;
  const spatialRatio = vaeFile.spatial_compression_ratio ?? (blocks === undefined ? undefined : 2 ** (blocks - 1));
  if (spatialRatio === undefined)
    throw odd(VAE_CONFIG_FILE, 'it names neither spatial_compression_ratio nor block_out_channels');
  return {
    dir,
    manifest,
    vae: {
      latentChannels: channels,
      spatialRatio,
      temporalRatio: vaeFile.temporal_compression_ratio,
      decodeChunk: vaeFile.decode_chunk_size ?? null,
      noisyDecode: noisyDecodeFrom(vaeFile),
      tiles: tilesFrom(vaeFile, spatialRatio),
      statistics: {
        mean: Float32Array.from(mean),
        std: Float32Array.from(std),
        scalingFactor: vaeFile.scaling_factor,
      },
    },
    scheduler,
    preview: previewFile === null ? null : previewMatrixFrom(previewFile, channels),
    boundaryRatio: hasExperts ? boundaryRatio : null,
    graphs,
    expandTimesteps: index?.expand_timesteps ?? false,
    pipelineClass: index?._class_name ?? null,
    timesteps: index?.timesteps ?? 'linear',
    imageCondNoise: index?.image_cond_noise_scale ?? 0,
    sparseControl: control && { reads: control.use_simplified_condition_embedding ? 'latents' : 'pixels' },
    movedFrames: moved && {
      ...{ t0: moved.t0, t1: moved.t1 },
      ...{ x: moved.motion_field_strength_x, y: moved.motion_field_strength_y },
    },
  };
}

/** Path of a graph inside the package. */
export function graphPath(pkg: ModelPackage, graph: GraphName): string {
  return join(pkg.dir, graph, 'model.onnx');
}

function noisyDecodeFrom(file: z.output<typeof VaeConfigFile>): VaeConfig['noisyDecode'] {
  if (!file.timestep_conditioning) return null;
  const timestep = file.decode_timestep ?? 0;
  return { timestep, scale: file.decode_noise_scale ?? timestep };
}

function tilesFrom(file: z.output<typeof VaeConfigFile>, spatialRatio: number): TileSize | null {
  const { tile_sample_min_size: size, tile_sample_stride: stride } = file;
  if (size === undefined || stride === undefined) return null;
  if (size % spatialRatio !== 0 || stride % spatialRatio !== 0 || stride > size)
    throw odd(VAE_CONFIG_FILE, `its tiles of ${size} pixels, ${stride} apart, do not lie on cells of ${spatialRatio}`);
  return { size, stride };
}

function previewMatrixFrom(file: z.output<typeof PreviewFile>, channels: number): PreviewMatrix {
  const outputs = file.bias.length;
  const cells = Math.round(Math.sqrt(outputs / 3));
  const fits = cells * cells * 3 === outputs && file.weight.length === channels;
  if (!fits || file.weight.some((row) => row.length !== outputs))
    throw odd(PREVIEW_FILE, `its matrix is not [${channels}][${outputs}]`);
  return { channels, cells, weight: Float32Array.from(file.weight.flat()), bias: Float32Array.from(file.bias) };
}

function odd(path: string, why: string): AppError {
  return new AppError('model/invalid-manifest', `${path} of the model package cannot be used: ${why}`, {
    field: path,
    value: why,
    remedy: 'Export the model again.',
  });
}
