/**
 * `onionskin.json`, the manifest of a model package. A package is a folder in diffusers' layout with ONNX graphs;
 * nothing in the app knows a checkpoint by name, and the studio offers only what the manifest says.
 */
import { z } from 'zod';
import { GuidanceRule, Id, Motion, Rate, Sha256 } from './document';

/** A path inside the package: relative, forward slashes, no `..`. */
const PackagePath = z
  .string()
  .max(300)
  .regex(/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/, 'must be a relative path with forward slashes')
  .refine((path) => !path.split('/').includes('..'), 'must not leave the package folder');

export const ModelManifest = z.object({
  schemaVersion: z.literal(1),
  id: Id.regex(/^[a-z0-9][a-z0-9._-]*$/),
  version: z.string().min(1).max(40),
  name: z.string().min(1).max(120),
  kind: z.literal('generator'),
  family: z.string().min(1).max(40),
  licence: z.string().max(400),
  description: z.string().max(1_000),
  /** Where the package can be had: an address or a sentence. Bundles carry it to machines that lack the model. */
  source: z.string().max(400).optional(),
  /** A window has multiple·k + plus frames, between min and max. */
  frameGrid: z.object({ multiple: z.int().min(1), plus: z.int().min(0), min: z.int().min(1), max: z.int().min(1) }),
  /** Width and height are multiples of this, in pixels. */
  sizeGrid: z.int().min(1),
  nativeSize: z.tuple([z.int(), z.int()]),
  maxSize: z.tuple([z.int(), z.int()]),
  nativeRate: Rate,
  nativeFrames: z.int().min(1),
  /** Tokens the text encoder reads, special tokens included; 0 = the model has none. */
  promptTokens: z.int().min(0),
  conditioning: z.object({
    text: z.boolean(),
    firstFrames: z.object({ min: z.int().min(0), max: z.int().min(0) }),
    laterImages: z.int().min(0),
    /** Whether a later one may be a clip: several frames in a row (core/diffusion/later-clips). */
    laterClips: z.boolean().optional(),
    /** LTX: what the autoencoder changes about known frames is taken back beside them (core/diffusion/carry-given). */
    carriesGiven: z.boolean().optional(),
    /** Whether a known frame may be known in part. */
    masks: z.boolean().optional(),
    /** Images of what the film is to show, without a place in it. */
    references: z.int().min(0).optional(),
    /** Whether each frame of a window may have its own. */
    perFramePrompts: z.boolean(),
    /** LTX: the model is told where a moving camera sees each token, and draws the movement (core/diffusion/camera). */
    followsCamera: z.boolean().optional(),
  }),
  defaults: z.object({
    steps: z.int().min(1),
    guidance: z.number(),
    /** Only for a model of two experts whose second one wants a scale of its own. */
    secondGuidance: z.number().min(0).max(50).optional(),
    negative: z.string(),
    /** What new shots are guided by besides the scale; absent: plain. */
    guidanceRule: GuidanceRule.optional(),
    extensionPrefix: z.int().min(0),
    /** Only for a model that is told how much motion to make. */
    motion: Motion.optional(),
  }),
  memoryMiB: z.int().min(1),
  files: z
    .array(z.object({ path: PackagePath, bytes: z.int().min(0), sha256: Sha256 }))
    .min(1)
    .max(500),
});
export type ModelManifest = z.infer<typeof ModelManifest>;
