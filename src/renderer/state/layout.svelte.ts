/**
 * Sizes of the panels in CSS pixels, kept by the window itself from one start to the next. Losing them costs nothing,
 * so an unreadable store means the defaults.
 */
import { z } from 'zod';

const Sizes = z.object({ left: z.number(), right: z.number(), bottom: z.number() });
type Sizes = z.infer<typeof Sizes>;

const KEY = 'onionskin.layout';

export class Layout {
  sizes: Sizes = $state.raw({ left: 264, right: 300, bottom: 0 });

  constructor() {
    const stored = localStorage.getItem(KEY);
    // 42 % of the window for the timeline, where the work happens.
    this.sizes = { left: 264, right: 300, bottom: Math.round(window.innerHeight * 0.42) };
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
