/**
 * What a model says it can and cannot do, in sentences: the studio offers only what the manifest names, and says why the
 * rest is off.
 */
import { laterClipsOf } from '@core/diffusion/later-clips';
import type { ModelView } from '@contracts/ipc';
import { strings } from './strings';

export interface Capabilities {
  readonly can: readonly string[];
  readonly cannot: readonly string[];
}

export function capabilitiesOf(manifest: ModelView['manifest']): Capabilities {
  const { conditioning, defaults, frameGrid, sizeGrid, maxSize } = manifest;
  const { text, firstFrames, laterImages, masks, references = 0, perFramePrompts, followsCamera } = conditioning;
  const can: string[] = [];
  const cannot: string[] = [];
  const add = (isAble: boolean, yes: string, no: string): void => void (isAble ? can : cannot).push(isAble ? yes : no);
  const words = strings.abilities;
  add(text, words.text, words.noText);
  add(firstFrames.max > 0, words.first, words.noFirst);
  add(firstFrames.max > 1, words.goOn(firstFrames.max), firstFrames.max === 1 ? words.onePrior : words.noExtend);
  add(laterImages > 0, words.later, words.noLater);
  if (laterImages > 1) can.push(words.keyframes);
  if (laterImages > 0) add(laterClipsOf(manifest) !== null, words.clips, words.noClips);
  if (masks) can.push(words.masks);
  if (references > 0) can.push(words.references(references));
  if (text) add(perFramePrompts, words.perFrame, words.noPerFrame);
  if (followsCamera) can.push(words.camera);
  if (defaults.motion !== undefined) can.push(words.motion);
  can.push(words.frames(frameGrid.max), words.sizes(maxSize[0], maxSize[1], sizeGrid));
  return { can, cannot };
}
