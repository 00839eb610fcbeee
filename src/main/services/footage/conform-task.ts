/**
 * A conform, as the child process is asked for it and as it does it: the pictures of a film become stored frames, one for
 * every film frame of the range.
 */
import { z } from 'zod';
import { AppError } from '@core/errors';
import { framesPerSecond } from '@core/time/rate';
import { FootageRecipe } from '@contracts/recipe';
import { FrameStore } from '../media/frame-store';
import { shownFootage } from './decode-footage';
import { FootagePlace, nameOf } from './footage-file';
import { FootageFacts } from './probe-footage';

export const ConformTask = z.object({
  recipe: FootageRecipe,
  place: FootagePlace,
  facts: FootageFacts,
  framesDir: z.string().min(1),
  /** Frames of the recipe that are stored already. */
  done: z.int().min(0),
});
export type ConformTask = z.infer<typeof ConformTask>;

export interface ConformedFrame {
  /** From the recipe's first frame. */
  readonly index: number;
  readonly hash: string;
  readonly bytes: number;
}

/** Frames on their way to the disk while the next ones are decoded. */
const IN_FLIGHT = 4;
const TELL_MS = 100;
/** A last picture that stands longer than this at the end of an even film means that the file ends early. */
const HELD_SECONDS = 0.5;

/**
 * @param onFrames told in order, when they are safely on disk
 * @throws AppError media/unreadable when the file ends before the range does, library/*, cancelled
 */
export async function conformFootage(
  { recipe, place, facts, framesDir, done }: ConformTask,
  { onFrames, signal }: { readonly onFrames: (frames: ConformedFrame[]) => void; readonly signal?: AbortSignal },
): Promise<{ bytes: number }> {
  const { from, frameCount, rate, width, height, fit } = recipe;
  const store = new FrameStore(framesDir);
  const range = { from: from + done, to: from + frameCount };
  let isTroubled = false;
  const hooks = { onTrouble: () => (isTroubled = true), ...(signal && { signal }) };
  const pictures = shownFootage({ place, facts, rate, ...range, width, height, fit }, hooks);
  const pending: Promise<ConformedFrame[]>[] = [];
  const told = new Batches(onFrames);
  let bytes = 0;
  let shownTo = range.from;
  let isCut = false;
  const settleOldest = async (): Promise<void> => {
    const stored = (await pending.shift()) ?? [];
    bytes += stored[0]?.bytes ?? 0;
    told.add(stored);
  };
  try {
    for await (const shown of pictures) {
      const held = (shown.to - shown.from) / framesPerSecond(rate);
      const isUneven = facts.notes.includes('variable-rate');
      isCut = shown.to === range.to && held > HELD_SECONDS + sourceSeconds(facts) && (isTroubled || !isUneven);
      const to = isCut ? shown.from + 1 : shown.to;
      shownTo = to;
      pending.push(
        store
          .put(shown.frame, width, height)
          .then(({ hash, bytes: size }) =>
            Array.from({ length: to - shown.from }, (_, i) => ({ index: shown.from - from + i, hash, bytes: size })),
          ),
      );
      // Told of below, in order; until then it must not count as unheard.
      pending.at(-1)?.catch(() => undefined);
      if (pending.length >= IN_FLIGHT) await settleOldest();
    }
    while (pending.length > 0) await settleOldest();
  } finally {
    // What is stored counts, also when the import is stopped.
    told.flush();
  }
  if (isCut || shownTo < range.to) throw endsEarly(nameOf(place), shownTo - from, frameCount);
  return { bytes };
}

/** Each message costs the parent a transaction: frames are told of ten times a second, not one by one. */
class Batches {
  readonly #tell: (frames: ConformedFrame[]) => void;
  #waiting: ConformedFrame[] = [];
  #toldMs = -Infinity;

  constructor(tell: (frames: ConformedFrame[]) => void) {
    this.#tell = tell;
  }

  add(frames: readonly ConformedFrame[]): void {
    this.#waiting.push(...frames);
    if (performance.now() - this.#toldMs >= TELL_MS) this.flush();
  }

  flush(): void {
    if (this.#waiting.length > 0) this.#tell(this.#waiting);
    this.#waiting = [];
    this.#toldMs = performance.now();
  }
}

/** How long one picture of the file lasts. */
function sourceSeconds({ rate }: FootageFacts): number {
  return rate === null ? 0 : 1 / framesPerSecond(rate);
}

function endsEarly(name: string, got: number, wanted: number): AppError {
  return new AppError(
    'media/unreadable',
    `${name} ends after ${got} of ${wanted} frames: it is damaged, or was cut short.`,
    {
      field: 'film',
      value: name,
      remedy: 'Trim the clip to what is there, or get the file again whole and conform it again.',
    },
  );
}
