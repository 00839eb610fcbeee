/**
 * What a model says it can and cannot do, in sentences: the studio offers only what the manifest names, and says why the
 * rest is off.
 */
import type { ModelView } from '@contracts/ipc';

export interface Capabilities {
  readonly can: readonly string[];
  readonly cannot: readonly string[];
}

export function capabilitiesOf({ conditioning, frameGrid, sizeGrid, maxSize }: ModelView['manifest']): Capabilities {
  const { text, firstFrames, laterImages, perFramePrompts } = conditioning;
  const can: string[] = [];
  const cannot: string[] = [];
  const add = (isAble: boolean, yes: string, no: string): void => void (isAble ? can : cannot).push(isAble ? yes : no);
  add(text, 'draw from a prompt', 'read prompts: it was not trained with text');
  add(firstFrames.max > 0, 'start from a picture', 'start from a picture: it was not trained with first frames');
  add(
    firstFrames.max > 1,
    `go on from the last ${firstFrames.max} frames`,
    firstFrames.max === 1 ? 'see more than one prior frame: extensions may change motion at the seam' : 'extend a clip',
  );
  add(
    laterImages > 0,
    'aim at a later picture, and grow backwards',
    'aim at a last frame: it was not trained with later pictures',
  );
  add(
    perFramePrompts,
    'change the prompt from frame to frame',
    'change the prompt inside a window: prompts travel from window to window',
  );
  can.push(`make up to ${frameGrid.max} frames in one window; longer shots are grown window by window`);
  can.push(`sizes up to ${maxSize[0]} × ${maxSize[1]} in steps of ${sizeGrid}`);
  return { can, cannot };
}
