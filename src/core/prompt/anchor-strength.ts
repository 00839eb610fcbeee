/**
 * How firmly pinned images hold the windows that know them. A recipe has no strengths of its own for images: they are its
 * windows' holds, which the hold curve gives too; an image that has less than all of it takes that share of the curve's.
 */
import { curvesOf, roundedValue } from '../curve/parameters';
import { followedHold } from '../curve/window-curves';
import { hasOneStrength, holdsOf, oneStrength } from '../diffusion/one-strength';
import type { ShotRecord } from '../document/records';
import type { ModelLimits } from './model-limits';
import type { PlanNote, PlannedWindow } from './plan';

/** Index of the run → the strength of the image that is pinned there. */
export type Strengths = ReadonlyMap<number, number>;

/** Whether a family can be held to a picture by less than all of it. */
export function holdsInPart(family: string | undefined): boolean {
  return curvesOf(family).has('hold');
}

/** The windows' holds with those of the pinned images in them; a window that nothing is changed in stays as it is. */
export function withStrengths(
  windows: readonly PlannedWindow[],
  strengths: Strengths,
  {
    shot,
    limits,
    offset,
  }: { readonly shot: Pick<ShotRecord, 'curves' | 'sampling'>; readonly limits: ModelLimits; readonly offset: number },
): { windows: PlannedWindow[]; notes: PlanNote[] } {
  const isWeak = [...strengths.values()].some((strength) => strength !== 1);
  if (!holdsInPart(limits.family)) return { windows: [...windows], notes: isWeak ? [wholly] : [] };
  if (!isWeak && shot.curves?.hold === undefined) return { windows: [...windows], notes: [] };
  const shareOf = (hold: number, index: number | null): number => {
    const strength = index === null ? 1 : (strengths.get(index) ?? 1);
    return strength === 1 ? hold : roundedValue(hold * strength);
  };
  const heldWindows = windows.map((window): PlannedWindow => {
    const hold = window.hold ?? { prefix: 1, later: 1 };
    const held = {
      prefix: shareOf(hold.prefix, startsOn(window)),
      later: window.later === null ? 1 : shareOf(hold.later, window.later),
    };
    const also = window.also?.map((known) =>
      strengths.has(known.index)
        ? { ...known, hold: shareOf(followedHold(shot, limits, offset + known.index), known.index) }
        : // What a window runs into is held as one later image would be.
          { ...known, hold: hold.later },
    );
    const { hold: _, ...rest } = window;
    return { ...rest, ...((held.prefix !== 1 || held.later !== 1) && { hold: held }), ...(also && { also }) };
  });
  return { windows: heldWindows, notes: hasOneStrength(limits) ? oneStrengthNotes(heldWindows) : [] };
}

/** Where a window's images are held by different strengths and the model has one for all of them. */
function oneStrengthNotes(windows: readonly PlannedWindow[]): PlanNote[] {
  const uneven = windows.filter((window) => new Set(holdsOf(window)).size > 1);
  const percents = [...new Set(uneven.map((window) => Math.round(oneStrength(window) * 100)))];
  return percents.map((percent) => ({
    kind: 'anchor',
    requested: 100,
    effective: percent,
    text: `This model has one strength for all images of a window: ${percent} %, the mean of theirs.`,
  }));
}

/** The image that a window begins with: other windows begin with frames that they do not keep. null = none. */
export function startsOn({
  start,
  prefix,
  keepFrom,
}: Pick<PlannedWindow, 'start' | 'prefix' | 'keepFrom'>): number | null {
  return prefix > 0 && start === keepFrom ? start : null;
}

const wholly: PlanNote = {
  kind: 'anchor',
  requested: 0,
  effective: 0,
  text: 'This model keeps pinned images wholly: their strength is not used.',
};
