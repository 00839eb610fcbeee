/**
 * Sizes of the panels in CSS pixels, kept by the window itself from one start to the next. Losing them costs nothing,
 * so an unreadable store means the defaults.
 */
import { z } from 'zod';

const Sizes = z.object({
  left: z.number(),
  right: z.number(),
  /** Height of the timeline; null while nobody has moved it. */
  bottom: z.number().nullable(),
});
type Sizes = z.infer<typeof Sizes>;

const KEY = 'onionskin.layout';

export class Layout {
  sizes: Sizes = $state.raw({ left: 264, right: 300, bottom: null });

  constructor() {
    const stored = localStorage.getItem(KEY);
    if (stored === null) return;
    try {
      const parsed = Sizes.safeParse(JSON.parse(stored));
      if (parsed.success) this.sizes = parsed.data;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }

  set(part: keyof Sizes, size: number): void {
    this.sizes = { ...this.sizes, [part]: size };
    localStorage.setItem(KEY, JSON.stringify(this.sizes));
  }
}
