/**
 * What the document needs to know of takes and media, which live in the library and not in the document.
 */

/** sha256 of a frame's PNG file, 64 lower-case hex digits. */
export type FrameHash = string;

/** One finished, immutable result for a segment. */
export interface TakeView {
  readonly id: string;
  readonly shotId: string;
  readonly segmentId: string;
  /** The take whose frames it grew from, null for first segments. */
  readonly parentTakeId: string | null;
  readonly seed: number;
  /**
   * In shot order: frames[i] is shot frame segment.from + i. A stopped run keeps fewer than the segment asks for: its
   * first ones, or in a backward segment its last, so that there frames[i] is shot frame
   * segment.from + segment.frameCount − frames.length + i.
   */
  readonly frames: readonly FrameHash[];
  /** sha256 over the recipe's canonical JSON. */
  readonly recipeHash: string;
  /** What it was planned as, without seeds (prompt/draft-key.ts); null = made before this was kept, so not known. */
  readonly draftKey: string | null;
  /** Milliseconds since 1970, from the library's clock. */
  readonly createdAt: number;
  /** What the artist says of it; left out = no star, no note. */
  readonly isStarred?: boolean | undefined;
  readonly note?: string | undefined;
  /** In the trash: shown only where the document names it, and gone once space is reclaimed. */
  readonly isTrashed?: boolean | undefined;
}

/** Takes by segment, newest first. */
export type TakeIndex = ReadonlyMap<string, readonly TakeView[]>;
