/** The images of `onionskin generate`: --first, --last, --keyframe, --mask and --reference, imported as media. */
import { stat } from 'node:fs/promises';
import { invalidInput } from '@core/errors';
import type { KnownImage } from '@core/prompt/plan';
import type { ModelManifest } from '@contracts/model-manifest';
import type { CommandContext } from './context';
import { parseInteger } from './options';

/** As typed. */
export interface ImageOptions {
  readonly first?: string;
  readonly last?: string;
  /** FRAME=IMAGE */
  readonly keyframe?: readonly string[];
  /** FRAME=IMAGE, white where the known image of that frame is to be made anew. */
  readonly mask?: readonly string[];
  readonly reference?: readonly string[];
}

export interface GivenImages {
  readonly anchors: readonly { readonly index: number; readonly image: KnownImage }[];
  readonly referenceMediaIds: readonly string[];
}

/** @throws AppError input/invalid naming the option, media/* */
export async function importImages(
  context: CommandContext,
  options: ImageOptions,
  { manifest, frameCount }: { readonly manifest: ModelManifest; readonly frameCount: number },
): Promise<GivenImages> {
  assertCanCondition(manifest, options);
  if (options.last !== undefined && frameCount < 2)
    throw invalidInput('--last', options.last, 'needs a film of two frames or more', 'raise --frames');
  const paths = new Map<number, { option: string; path: string }>();
  const pin = (index: number, option: string, path: string): void => {
    if (paths.has(index))
      throw invalidInput(option, path, `there are two images for frame ${index}`, 'give one of them');
    paths.set(index, { option, path });
  };
  if (options.first !== undefined) pin(0, '--first', options.first);
  if (options.last !== undefined) pin(frameCount - 1, '--last', options.last);
  for (const text of options.keyframe ?? []) {
    const { index, path } = parsePlace('--keyframe', text, frameCount);
    pin(index, '--keyframe', path);
  }
  const masks = new Map<number, string>();
  for (const text of options.mask ?? []) {
    const { index, path } = parsePlace('--mask', text, frameCount);
    if (!paths.has(index))
      throw invalidInput(
        '--mask',
        text,
        `no image is given for frame ${index}`,
        'give the image it belongs to as --keyframe',
      );
    masks.set(index, path);
  }
  const anchors: { index: number; image: KnownImage }[] = [];
  for (const [index, { option, path }] of paths) {
    const mask = masks.get(index);
    const mediaId = await importImage(context, option, path);
    const maskMediaId = mask === undefined ? undefined : await importImage(context, '--mask', mask);
    anchors.push({ index, image: { mediaId, ...(maskMediaId !== undefined && { maskMediaId }) } });
  }
  const referenceMediaIds: string[] = [];
  for (const path of options.reference ?? []) referenceMediaIds.push(await importImage(context, '--reference', path));
  return { anchors, referenceMediaIds };
}

/** FRAME=FILE */
export function parsePlace(option: string, text: string, frameCount: number): { index: number; path: string } {
  const [, frame, path] = /^(\d+)=(.+)$/.exec(text) ?? [];
  if (frame === undefined || path === undefined)
    throw invalidInput(option, text, 'must be a frame and a file', 'write it as 12=image.png');
  return { index: parseInteger(option, frame, 0, frameCount - 1), path };
}

function assertCanCondition(manifest: ModelManifest, options: ImageOptions): void {
  const { firstFrames, laterImages, masks = false, references = 0 } = manifest.conditioning;
  const refuse = (option: string, cannot: string): never => {
    throw invalidInput(option, '', `the model ${manifest.id} ${cannot}`, `leave ${option} out`);
  };
  if (options.first !== undefined && firstFrames.max < 1) refuse('--first', 'cannot start from an image');
  if (options.last !== undefined && laterImages < 1) refuse('--last', 'cannot end on an image');
  if (options.keyframe !== undefined && laterImages < 2)
    refuse('--keyframe', 'takes no images in the middle of a film');
  if (options.mask !== undefined && !masks) refuse('--mask', 'knows images whole or not at all');
  if (options.reference !== undefined && references < 1) refuse('--reference', 'takes no reference images');
}

async function importImage({ studio, signal }: CommandContext, option: string, path: string): Promise<string> {
  const info = await stat(path).catch(() => null);
  if (info?.isFile() !== true) throw invalidInput(option, path, 'there is no such file', 'name a PNG or JPEG picture');
  return (await studio.media.importFile(null, path, signal)).id;
}
