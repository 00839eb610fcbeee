/**
 * Which models there are. The embedded packages come with the app; others are folders anywhere on this machine, listed
 * in one file of the library. A package with something wrong stays listed with its problem and is refused when it is to
 * be used; it never stops the others. Nothing is copied, changed or downloaded here.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { assertRunFits } from '@core/diffusion/window-rules';
import { assertFamily, assertRulesFitFamily, assertSchedulerFits } from '@core/diffusion/families';
import { AppError, invalidInput } from '@core/errors';
import type { ModelView } from '@contracts/ipc';
import type { ModelManifest } from '@contracts/model-manifest';
import { Recipe, type RecipeDraft } from '@contracts/recipe';
import { wireErrorFrom } from '@contracts/wire-error';
import { readManifestSync, SCHEDULER_FILE, SchedulerConfigFile } from '../../engine/model-package';
import { readPackageJson } from '../../engine/package-files';
import { PromptTokenizer, type PromptLength } from '../../engine/tokenizer';
import { errnoOf, fileErrorFrom, writeFileAtomic } from '../../platform/fs-atomic';
import { HashChecker, sizeProblem } from './package-check';

const PACKAGES_MAX = 100;

const ListFile = z.object({ schemaVersion: z.literal(1), packages: z.array(z.string().min(1)).max(PACKAGES_MAX) });

export interface ModelRegistryOptions {
  /** Package folders that come with the app, in the order they are offered. */
  readonly embeddedDirs: readonly string[];
  /** JSON list of added folders; need not exist. */
  readonly listFile: string;
}

export interface RecipeCompletion {
  /** Gives the stored frame (sha256) of a media image, scaled and cropped to width × height. */
  readonly resolveMedia: (mediaId: string, width: number, height: number) => Promise<string>;
  /** Hash of the stored picture, whole. */
  readonly resolveReference: (mediaId: string) => Promise<string>;
  readonly provider: Recipe['provider'];
  readonly threads: number;
  readonly versions: Recipe['versions'];
}

interface ListedPackage {
  readonly dir: string;
  readonly isEmbedded: boolean;
  readonly manifest: ModelManifest;
}

/** A listed folder whose manifest cannot be read, so that it cannot be shown as a model. */
export interface BrokenPackage {
  readonly dir: string;
  readonly error: AppError;
}

export class ModelRegistry {
  readonly #embeddedDirs: readonly string[];
  readonly #listFile: string;
  readonly #hashes = new HashChecker();
  /** One tokenizer per package: building one takes 50 ms and some MiB. Bounded by PACKAGES_MAX. */
  readonly #tokenizers = new Map<string, PromptTokenizer>();

  constructor(options: ModelRegistryOptions) {
    this.#embeddedDirs = options.embeddedDirs.map((dir) => resolve(dir));
    this.#listFile = options.listFile;
  }

  /** Every package with a readable manifest, embedded ones first. Of two with one id the first counts. */
  list(): ModelView[] {
    return this.#packages().packages.map(viewOf);
  }

  /** Folders that are listed but are no packages (any more); for doctor and the settings. */
  broken(): BrokenPackage[] {
    return this.#packages().broken;
  }

  /** @throws AppError model/not-found */
  get(modelId: string): ModelView {
    return viewOf(this.#find(modelId));
  }

  /** @throws AppError model/not-found */
  packageDirOf(modelId: string): string {
    return this.#find(modelId).dir;
  }

  /**
   * Hashes every file, whatever was checked before.
   * @param onFile told after each file
   * @throws AppError model/missing-file, model/wrong-hash, model/not-found
   */
  async verify(modelId: string, onFile?: (path: string, ok: boolean) => void): Promise<void> {
    const { dir, manifest } = this.#find(modelId);
    await this.#hashes.check(dir, manifest, { isFresh: true, ...(onFile && { onFile }) });
  }

  /**
   * Registers a package folder after checking all of its files. The folder stays where it is. Adding it twice is fine.
   * @throws AppError model/missing-file, model/wrong-hash, model/invalid-manifest, model/unsupported, input/invalid
   */
  async add(dir: string): Promise<ModelView> {
    const added = resolve(dir);
    const manifest = readManifestSync(added);
    assertFamily(manifest.family);
    const { packages } = this.#packages();
    const other = packages.find((pkg) => pkg.manifest.id === manifest.id);
    if (other?.dir === added) return viewOf(other);
    if (other !== undefined)
      throw invalidInput('model', manifest.id, `there is already a model "${manifest.id}"`, 'Give the package another id in its onionskin.json.');
    await this.#hashes.check(added, manifest);
    const listed = this.#listedDirs();
    if (listed.length >= PACKAGES_MAX)
      throw invalidInput('model', manifest.id, `${PACKAGES_MAX} models are listed already`, 'Remove one from the list first.');
    const list = { schemaVersion: 1, packages: [...listed, added] } satisfies z.infer<typeof ListFile>;
    await writeFileAtomic(this.#listFile, `${JSON.stringify(list, null, 2)}\n`);
    return viewOf({ dir: added, isEmbedded: false, manifest });
  }

  /** How many tokens a prompt has for this model's encoder and how much of it is read. @throws AppError model/… */
  tokens(modelId: string, text: string): PromptLength {
    const { dir, manifest } = this.#find(modelId);
    if (!manifest.conditioning.text) return { count: 0, limit: 0, keptChars: 0 };
    const key = `${dir}\n${manifest.version}`;
    let tokenizer = this.#tokenizers.get(key);
    if (tokenizer === undefined) {
      tokenizer = PromptTokenizer.loadSync(dir, manifest.promptTokens);
      this.#tokenizers.set(key, tokenizer);
    }
    return tokenizer.measure(text);
  }

  /**
   * Turns what was asked for into all that decides the pixels. What the model cannot do is refused, never adjusted.
   * The package's hashes are checked here once per process, before its first run.
   * @throws AppError input/invalid (field, value, remedy), model/not-found, model/missing-file, model/wrong-hash,
   *   model/unsupported, and whatever resolveMedia throws
   */
  async completeRecipe(draft: RecipeDraft, completion: RecipeCompletion): Promise<Recipe> {
    const { dir, manifest } = this.#find(draft.modelId);
    const family = assertFamily(manifest.family);
    assertRunFits(draft, manifest);
    assertRulesFitFamily(family, draft);
    await this.#hashes.check(dir, manifest);
    const { _class_name: className, ...config } = await readPackageJson(dir, SCHEDULER_FILE, SchedulerConfigFile);
    assertSchedulerFits(family, { ...config, _class_name: className });
    const known: Recipe['known'] = [];
    const stored = (mediaId: string) => completion.resolveMedia(mediaId, draft.width, draft.height);
    for (const image of draft.known) {
      const { index, maskMediaId } = image;
      const frame = 'frame' in image ? image.frame : await stored(image.mediaId);
      const given = 'frame' in image ? image.mask : undefined;
      const mask = maskMediaId === undefined ? given : await stored(maskMediaId);
      known.push({ index, frame, ...(mask !== undefined && { mask }) });
    }
    const references: string[] = [];
    for (const mediaId of draft.referenceMediaIds ?? []) references.push(await completion.resolveReference(mediaId));
    const { role, width, height, rate, frameCount, steps, guidance, secondGuidance, guidanceRule, stepReuse, seed, windows, camera, source } =
      draft;
    const motion = motionOf(draft, manifest);
    return Recipe.parse({
      schema: 1,
      family: manifest.family,
      model: {
        id: manifest.id,
        version: manifest.version,
        files: Object.fromEntries(manifest.files.map((file) => [file.path, file.sha256])),
      },
      role,
      width,
      height,
      rate,
      frameCount,
      steps,
      guidance,
      secondGuidance,
      guidanceRule,
      stepReuse,
      seed,
      scheduler: { class: className, config },
      known,
      ...(references.length > 0 && { references }),
      windows,
      ...(motion && { motion }),
      ...(camera && { camera }),
      ...(source && { source }),
      provider: completion.provider,
      threads: completion.threads,
      versions: completion.versions,
    } satisfies { [K in keyof Recipe]: unknown });
  }

  #find(modelId: string): ListedPackage {
    const { packages } = this.#packages();
    const found = packages.find(({ manifest }) => manifest.id === modelId);
    if (found !== undefined) return found;
    const ids = packages.map(({ manifest }) => manifest.id);
    throw new AppError('model/not-found', `there is no model "${modelId}" on this machine`, {
      field: 'model',
      value: modelId,
      remedy: ids.length === 0 ? 'Add a model package first.' : `Choose one of: ${ids.join(', ')}. Or add its package.`,
    });
  }

  #packages(): { packages: ListedPackage[]; broken: BrokenPackage[] } {
    const packages: ListedPackage[] = [];
    const broken: BrokenPackage[] = [];
    const dirs = [
      ...this.#embeddedDirs.map((dir) => ({ dir, isEmbedded: true })),
      ...this.#listedDirs().map((dir) => ({ dir, isEmbedded: false })),
    ];
    for (const { dir, isEmbedded } of dirs) {
      try {
        const manifest = readManifestSync(dir);
        if (!packages.some((pkg) => pkg.manifest.id === manifest.id)) packages.push({ dir, isEmbedded, manifest });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        broken.push({ dir, error });
      }
    }
    return { packages, broken };
  }

  #listedDirs(): string[] {
    let text: string;
    try {
      text = readFileSync(this.#listFile, 'utf8');
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return [];
      throw fileErrorFrom(error, this.#listFile);
    }
    try {
      return ListFile.parse(JSON.parse(text)).packages;
    } catch (error) {
      throw new AppError(
        'library/corrupt',
        'the list of added models cannot be read',
        { field: 'models', remedy: 'Delete the list in the library folder and add the models again; they are not touched.' },
        error,
      );
    }
  }
}

/** @throws AppError input/invalid for a model that is not told how much to move */
function motionOf({ motion }: RecipeDraft, { name, defaults }: ModelManifest): Recipe['motion'] {
  if (motion !== undefined && defaults.motion === undefined)
    throw invalidInput('motion', motion.bucket, `${name} is not told how much motion to make`, 'Leave the motion out.');
  return motion ?? defaults.motion;
}

function viewOf({ dir, isEmbedded, manifest }: ListedPackage): ModelView {
  const problem = sizeProblem(dir, manifest);
  return {
    manifest,
    isEmbedded,
    problem: problem === null ? null : wireErrorFrom(problem),
    bytes: manifest.files.reduce((sum, file) => sum + file.bytes, 0),
  };
}
