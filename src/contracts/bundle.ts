/**
 * The `.onionskin` file: a zip with one project, everything it shows and everything needed to make it again. Entries:
 * manifest.json, project.json, takes.json, media.json, frames/<sha256>.png, media/<sha256>.<extension>.
 */
import { z } from 'zod';
import { DocumentDiff, DocumentRecord, Id, Sha256 } from './document';
import { TakeRecipe } from './recipe';
import { NamedVersion, VERSION_NAME_MAX } from './versions';

const EntryPath = z
  .string()
  .regex(/^(?:(?:project|takes|media)\.json|frames\/[0-9a-f]{64}\.png|media\/[0-9a-f]{64}(?:\.[a-z0-9]{1,5})?)$/);

export const BundleModel = z.object({
  id: z.string().max(64),
  version: z.string().max(40),
  /** sha256 of each file of the package. */
  files: z.record(z.string(), Sha256),
  /** Of the package that was installed where the bundle was saved; absent when it was not there any more. */
  name: z.string().max(120).optional(),
  licence: z.string().max(400).optional(),
  /** Where to get it: an address or a sentence. */
  source: z.string().max(400).optional(),
});
export type BundleModel = z.infer<typeof BundleModel>;

export const BundleManifest = z.object({
  format: z.literal('onionskin-bundle'),
  formatVersion: z.literal(1),
  app: z.string().max(40),
  createdAt: z.number(),
  projectName: z.string().max(200),
  models: z.array(BundleModel).max(1_000),
  entries: z.array(z.object({ path: EntryPath, bytes: z.int().min(0), sha256: Sha256 })).max(65_000),
});
export type BundleManifest = z.infer<typeof BundleManifest>;

export const BundleProject = z.object({
  version: z.int().min(1),
  createdAt: z.int(),
  updatedAt: z.int(),
  records: z.array(DocumentRecord).max(200_000),
  /** Every change since the project was made, so that its history comes along. */
  journal: z
    .array(
      z.object({
        version: z.int().min(1),
        label: z.string().max(400),
        source: z.string().max(20),
        diff: DocumentDiff,
        createdAt: z.int(),
      }),
    )
    .max(1_000_000),
  /** Bundles written before versions had names lack them. */
  namedVersions: z.array(NamedVersion).max(1_000).default([]),
});
export type BundleProject = z.infer<typeof BundleProject>;

export const BundleTakes = z.array(
  z.object({
    id: Id,
    shotId: Id,
    segmentId: Id,
    parentTakeId: Id.nullable(),
    recipe: TakeRecipe,
    recipeHash: Sha256,
    draftKey: z.string().max(300).nullable(),
    frames: z.array(Sha256).min(1),
    createdAt: z.int(),
    isStarred: z.boolean(),
    note: z.string().max(2_000),
    /** Bundles written before takes could be pruned lack it. */
    isTrashed: z.boolean().default(false),
  }),
);
export type BundleTakes = z.infer<typeof BundleTakes>;

export const BundleMedia = z.object({
  media: z.array(
    z.object({
      id: Id,
      name: z.string().max(200),
      file: z.string().regex(/^[0-9a-f]{2}\/[0-9a-f]{64}(\.[a-z0-9]{1,5})?$/),
      /** Pixels of a picture; null for a sound. */
      width: z.int().min(1).nullable(),
      height: z.int().min(1).nullable(),
      /** Of a sound; null for a picture. Bundles written before there was sound lack these. */
      sampleRate: z.int().min(1).nullable().default(null),
      channels: z.int().min(1).nullable().default(null),
      samples: z.int().min(1).nullable().default(null),
      bytes: z.int().min(1),
      sha256: Sha256,
      createdAt: z.int(),
    }),
  ),
  /** Imported films without their originals, which stay where they are: their frames are takes. Older bundles have none. */
  footage: z
    .array(
      z.object({
        id: Id,
        name: z.string().max(200),
        facts: z.string().max(10_000),
        poster: z.string().max(1_000_000),
        bytes: z.int().min(1),
        sha256: Sha256,
        createdAt: z.int(),
      }),
    )
    .default([]),
  /** Frames that were made from the media by scaling. */
  fitted: z.array(z.object({ mediaSha256: Sha256, width: z.int(), height: z.int(), hash: Sha256 })),
});
export type BundleMedia = z.infer<typeof BundleMedia>;

/** done of total entries of the bundle being saved or opened. */
export const BundleProgress = z.object({ done: z.int().min(0), total: z.int().min(1) });
export type BundleProgress = z.infer<typeof BundleProgress>;

/** What a bundle brings that is not here yet. */
export const BundleAdds = z.object({
  takes: z.int(),
  /** Files of frames. */
  frames: z.int(),
  /** Imported pictures, sounds and films. */
  media: z.int(),
  /** Changes of the document, each of them a version to go back to. */
  versions: z.int(),
});
export type BundleAdds = z.infer<typeof BundleAdds>;

/** A project of the library that a bundle is of, too: both began as one. */
export const BundleMatch = z.object({
  projectId: Id,
  name: z.string(),
  updatedAt: z.number(),
  isArchived: z.boolean(),
  adds: BundleAdds,
  /** The films are the same now, whatever led to them. */
  isSameFilm: z.boolean(),
  /** At most 200. */
  shots: z.array(
    z.object({ shotId: Id, name: z.string(), is: z.enum(['changed', 'only-here', 'only-there']) }).readonly(),
  ),
  /** Tracks, stills, sounds, markers and settings that are not the same. */
  others: z.int(),
});
export type BundleMatch = z.infer<typeof BundleMatch>;

/** What is in a bundle, and what it would add here: said before anything is done. */
export const BundlePreview = z.object({
  projectName: z.string(),
  savedAt: z.number(),
  /** As a project of its own. */
  asCopy: BundleAdds,
  /** The one that was changed last first; empty = the library does not have this project. */
  matches: z.array(BundleMatch),
});
export type BundlePreview = z.infer<typeof BundlePreview>;

const VersionName = z.string().trim().min(1).max(VERSION_NAME_MAX);

export const MergeChoice = z.object({
  projectId: Id,
  /** Whose film goes on; the other one is a version with a name. */
  keep: z.enum(['mine', 'theirs']),
  /** In the words of whoever merges. */
  names: z.object({
    /** The film of the bundle, as a version. */
    theirs: VersionName,
    /** The film of the library, as a version, where the bundle's goes on. */
    mine: VersionName,
    /** The change of the document, as undo calls it. */
    edit: z.string().min(1).max(200),
  }),
});
export type MergeChoice = z.infer<typeof MergeChoice>;

export const ImportedBundle = BundleAdds.extend({
  projectId: Id,
  projectName: z.string(),
  /** Into a project that was here; otherwise it is one of its own. */
  isMerged: z.boolean(),
  /** Models of its recipes that are not installed here, or in another version. The project opens without them. */
  missingModels: z.array(
    z.object({
      id: z.string(),
      version: z.string(),
      /** The version that is installed here instead. */
      installed: z.string().nullable(),
      name: z.string().nullable(),
      licence: z.string().nullable(),
      source: z.string().nullable(),
    }),
  ),
});
export type ImportedBundle = z.infer<typeof ImportedBundle>;
