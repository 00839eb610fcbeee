import type { Motion } from '../document/records';

/**
 * What planning needs to know of a model; a model manifest has this shape.
 */
export interface ModelLimits {
  /** Decides whether curves are followed. */
  readonly family?: string | undefined;
  readonly frameGrid: { readonly multiple: number; readonly plus: number; readonly min: number; readonly max: number };
  readonly sizeGrid: number;
  readonly nativeFrames: number;
  readonly conditioning: {
    /** false = it reads no prompts. */
    readonly text?: boolean;
    readonly firstFrames: { readonly min: number; readonly max: number };
    readonly laterImages: number;
    /** Whether a later one may be a clip: several frames in a row. */
    readonly laterClips?: boolean | undefined;
    readonly masks?: boolean | undefined;
    readonly references?: number | undefined;
    readonly perFramePrompts: boolean;
  };
  /** Of the package; decides whether there are two experts. */
  readonly files?: readonly { readonly path: string }[] | undefined;
  readonly defaults: {
    readonly steps: number;
    readonly guidance: number;
    /** Only of a model whose second expert wants a scale of its own. */
    readonly secondGuidance?: number | undefined;
    readonly negative: string;
    readonly extensionPrefix: number;
    /** Only of a model that is told how much to move. */
    readonly motion?: Motion | undefined;
  };
}
