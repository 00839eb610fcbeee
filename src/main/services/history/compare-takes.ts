/**
 * "Re-render and compare": are two takes of one recipe the same pictures, how far apart are they if not, and which input
 * was another. The same recipe on the same machine gives the same bytes, so a difference has a cause, and it is named.
 */
import { invalidInput } from '@core/errors';
import { psnr } from '@core/quality/seam';
import type { TakeComparison } from '@contracts/history';
import type { TakeView } from '@contracts/job';
import type { Recipe } from '@contracts/recipe';
import { canonicalJson } from '../takes/recipe-hash';

export interface ComparedTake {
  readonly view: TakeView;
  readonly recipe: Recipe;
}

export type ReadFrame = (hash: string) => Promise<{ width: number; height: number; rgb: Uint8Array }>;

/**
 * Frames are compared place by place; of a stopped run only as many as there are.
 * @throws AppError input/invalid when the pictures differ in size, media/* when a frame cannot be read
 */
export async function compareTakes(before: ComparedTake, now: ComparedTake, read: ReadFrame): Promise<TakeComparison> {
  const count = Math.min(before.view.frames.length, now.view.frames.length);
  let differingFrames = 0;
  let worstPsnrDb = Infinity;
  for (let i = 0; i < count; i++) {
    const [a, b] = [before.view.frames[i] ?? '', now.view.frames[i] ?? ''];
    if (a === b) continue;
    differingFrames++;
    const [left, right] = [await read(a), await read(b)];
    if (left.width !== right.width || left.height !== right.height)
      throw invalidInput(
        'takes',
        `${left.width}x${left.height}`,
        'these takes differ in size',
        'Compare two of one size.',
      );
    worstPsnrDb = Math.min(worstPsnrDb, psnr(left.rgb, right.rgb));
  }
  const isWhole = before.view.frames.length === now.view.frames.length;
  return {
    isIdentical: isWhole && differingFrames === 0,
    framesCompared: count,
    differingFrames,
    worstPsnrDb: worstPsnrDb === Infinity ? null : worstPsnrDb,
    differences: differencesOf(before.recipe, now.recipe),
  };
}

/** Every input of the two recipes that is not the same, the likely causes first. */
function differencesOf(before: Recipe, now: Recipe): TakeComparison['differences'] {
  const files = [...new Set([...Object.keys(before.model.files), ...Object.keys(now.model.files)])].sort();
  const inputs: readonly (readonly [string, unknown, unknown])[] = [
    ['model.id', before.model.id, now.model.id],
    ['model.version', before.model.version, now.model.version],
    ...files.map((path) => [`model.files.${path}`, before.model.files[path], now.model.files[path]] as const),
    ['provider', before.provider, now.provider],
    ['ranOn', before.ranOn, now.ranOn],
    ['threads', before.threads, now.threads],
    ['versions.app', before.versions.app, now.versions.app],
    ['versions.onnxruntime', before.versions.onnxruntime, now.versions.onnxruntime],
    ...(
      [
        ...(['family', 'role', 'width', 'height', 'rate', 'frameCount', 'steps'] as const),
        ...(['guidance', 'secondGuidance', 'guidanceRule', 'stepReuse', 'motion', 'seed'] as const),
      ] as const
    ).map((field) => [field, before[field], now[field]] as const),
    ...(['scheduler', 'known', 'windows', 'camera', 'source'] as const).map(
      (field) => [field, before[field], now[field]] as const,
    ),
  ];
  return inputs
    .map(([input, then, today]) => ({ input, before: printed(then), now: printed(today) }))
    .filter((difference) => difference.before !== difference.now);
}

function printed(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : canonicalJson(value);
}
