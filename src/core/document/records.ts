/**
 * The document: a flat map of immutable records by id. Every edit is a diff over these records (see diff.ts).
 *
 * Times: `ProjectRecord`, `ClipRecord`, `TransitionRecord` and `MarkerRecord` count integer frames at the *project's* rate.
 * `SegmentRecord`, `PromptBlockRecord` and `AnchorRecord` count integer frames at their *shot's* rate, from the shot's
 * frame 0; backward extensions give frames below 0. Ranges are half open, [from, to).
 *
 * Not here: selection, zoom, playhead, jobs, and takes. Takes are immutable results kept by the library; a segment names
 * the one it uses.
 */
import type { FootageFit } from '../footage/fit';
import type { GuidanceRule, StepReuse } from '../diffusion/guidance-rule';
import type { Rate } from '../time/rate';

export type RecordId = string;

/** The farthest frame a document holds. */
export const MAX_FRAME = 1_000_000_000;
/** Letters of the name of a project, track, shot, clip or marker. */
export const NAME_LENGTH_MOST = 200;

export interface ProjectRecord {
  readonly kind: 'project';
  /** Always `project`: there is one per document. */
  readonly id: 'project';
  readonly name: string;
  readonly rate: Rate;
  /** Frame size of the film in pixels. */
  readonly width: number;
  readonly height: number;
  /** Model package that new shots use. */
  readonly modelId: string;
  /** Export and loop range, project frames; null = from the start / to the end. outPoint is exclusive. */
  readonly inPoint: number | null;
  readonly outPoint: number | null;
}

export interface TrackRecord {
  readonly kind: 'track';
  readonly id: RecordId;
  readonly name: string;
  /** Audio clips lie on audio tracks, everything that is seen on video tracks. */
  readonly type: 'video' | 'audio';
  /** Place among the tracks of its type, unique there. 0 is the lowest video track (V1), higher ones cover it; or A1. */
  readonly order: number;
  readonly isLocked: boolean;
  /** Not seen; of an audio track: muted. */
  readonly isHidden: boolean;
  /** While any audio track is solo, the others are silent. Always false on video tracks. */
  readonly isSolo: boolean;
  /** false: a ripple on another track leaves its clips where they are. Absent = they follow (timeline/ripple.ts). */
  readonly isSyncLocked?: false | undefined;
  /** CSS pixels on the timeline, given by the artist. Absent = its share of the room there is. */
  readonly height?: number | undefined;
}

/** An imported sound. Gain and fades are the clip's own: another clip of the same file has others. */
export interface AudioSource {
  readonly type: 'audio';
  readonly mediaId: string;
  /** Project frames the file lasts at its own speed, the last one begun included. */
  readonly frameCount: number;
  readonly gainDb: number;
  /** Project frames, ≥ 0. A clip shorter than its fades has them cut short (see fadesOf), so a trim loses nothing. */
  readonly fadeIn: number;
  readonly fadeOut: number;
}

/** What a clip shows or plays. `still` is an imported image held for the clip's length. */
export type ClipSource =
  | { readonly type: 'shot'; readonly shotId: RecordId }
  | { readonly type: 'still'; readonly mediaId: string }
  | AudioSource;

export interface ClipRecord {
  readonly kind: 'clip';
  readonly id: RecordId;
  readonly trackId: RecordId;
  readonly source: ClipSource;
  readonly name: string;
  /** First project frame it covers, ≥ 0. */
  readonly start: number;
  /** Project frames, ≥ 1. Clips of one track never overlap. */
  readonly duration: number;
  /** Offset into the source, as the clip plays it, at the project's rate; below 0 after a backward extension. 0 for stills. */
  readonly sourceIn: number;
  /** How fast it plays its shot or sound, in percent of its own rate: whole, 10 to 1000. Absent = 100 (clip-speed.ts). */
  readonly speed?: number | undefined;
  /** Clips of one group are selected, moved, copied and deleted together; there are at least two. No record has this id. */
  readonly groupId?: RecordId | undefined;
  /** As a group; besides, linked picture and sound are trimmed and split together. */
  readonly linkId?: RecordId | undefined;
}

/** A dissolve over the cut between two touching clips of one track, using source frames beyond their trims (handles). */
export interface TransitionRecord {
  readonly kind: 'transition';
  readonly id: RecordId;
  readonly leftClipId: RecordId;
  readonly rightClipId: RecordId;
  readonly type: 'dissolve';
  /** Project frames before and after the cut, both ≥ 0 and at least one in total. */
  readonly framesBefore: number;
  readonly framesAfter: number;
}

export interface MarkerRecord {
  readonly kind: 'marker';
  readonly id: RecordId;
  readonly frame: number;
  readonly name: string;
  /** Absent = blue. */
  readonly color?: MarkerColor | undefined;
  readonly note?: string | undefined;
}

/** CSS pixels: a name and a filmstrip's sliver stay in sight, and another track can be reached. */
export const TRACK_HEIGHT_LEAST = 36;
export const TRACK_HEIGHT_MOST = 400;

export const markerColors = ['blue', 'green', 'yellow', 'orange', 'red', 'purple'] as const;
export type MarkerColor = (typeof markerColors)[number];

/** What a model that is not told in words is asked for: how much moves, and how far from the image it may go. */
export interface Motion {
  /** The motion bucket: 127 is what most films have, 255 the most. */
  readonly bucket: number;
  /** Noise on the image, in deviations of its values from −1 to 1. */
  readonly noise: number;
}

/** How a shot is sampled; every new take of the shot starts from these. */
export interface SamplingSettings {
  readonly steps: number;
  readonly guidance: number;
  readonly negative: string;
  /** Prior frames the model sees when a window goes on from an earlier one. */
  readonly contextFrames: number;
  /** New frames per model window when extending; null = as many as the model's native window leaves room for. */
  readonly framesPerWindow: number | null;
  /** The scale in the steps of a second expert; absent: the same. Only read for models that have two. */
  readonly secondGuidance?: number | undefined;
  /** Absent: plain classifier-free guidance, in every step. */
  readonly guidanceRule?: GuidanceRule | undefined;
  /** Absent: the model is run in every step. */
  readonly stepReuse?: StepReuse | undefined;
  /** Absent: the model's own default. Only read by models that have one. */
  readonly motion?: Motion | undefined;
}

/** Of a shot. */
export const MAX_REFERENCES = 16;

/** A picture sequence that begins generated or imported and grows at both ends. */
/** What a curve can set from frame to frame. Pan, zoom and rotate are movements per frame. */
export type CurveParameter = 'guidance' | 'promptStrength' | 'hold' | 'panX' | 'panY' | 'zoom' | 'rotate';

/** Handles of a cubic Bézier from (0, 0) to (1, 1) in time and value, as CSS writes them; all from 0 to 1. */
export interface CurveBezier {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** How a key's value becomes that of the next one. */
export type CurveEase = 'hold' | 'linear' | 'in' | 'out' | 'inOut' | CurveBezier;

export interface CurveKey {
  /** Shot frame. */
  readonly frame: number;
  readonly value: number;
  readonly ease: CurveEase;
}

/** Keys by frame, each frame once. A curve without keys is absent: the plain setting holds. */
export type ShotCurves = Readonly<Partial<Record<CurveParameter, readonly CurveKey[] | undefined>>>;

export interface ShotRecord {
  readonly kind: 'shot';
  readonly id: RecordId;
  readonly name: string;
  readonly modelId: string;
  /** The rate its frames were generated for (the model's native rate), or conformed to (the film's). */
  readonly rate: Rate;
  readonly width: number;
  readonly height: number;
  readonly sampling: SamplingSettings;
  /** Absent = none. */
  readonly curves?: ShotCurves | undefined;
  /** Said before and after every prompt of the shot. */
  readonly head?: string | undefined;
  readonly tail?: string | undefined;
  /** Media: pictures of what the film shows, without a place in it. Absent = none. */
  readonly references?: readonly string[] | undefined;
  /** Leaf of the active branch: the shot's film is this segment over its parents. null = nothing planned yet. */
  readonly headSegmentId: RecordId | null;
}

/** first: frames out of nothing or images · forward / backward: grown from a parent · retake: [from, from+count) again */
export type SegmentRole = 'first' | 'forward' | 'backward' | 'retake';

/** A segment whose frames come from an imported film instead of a model. */
export interface SegmentFootage {
  readonly mediaId: string;
  /** Frames at the shot's rate from the file's first picture to the segment's first frame, ≥ 0. */
  readonly from: number;
  readonly fit: FootageFit;
}

/** A picture outside a segment's own branch that it meets: a frame of a shot as its film shows it now, or an image. */
export type JoinedFrame = { readonly shotId: RecordId; readonly frame: number } | { readonly mediaId: string };

/** What a segment goes on from and lands on besides its parents: how gaps are filled and loops closed. */
export interface Joins {
  /** The frame before its first; those before it in that shot are seen too. Only of a `first` segment. */
  readonly before?: JoinedFrame | undefined;
  /** The frame after its last. Only of a `first` or `forward` segment. */
  readonly after?: JoinedFrame | undefined;
}

/** A film that a segment is drawn over: a shot's frames from `from` on, as its film shows them now. */
export interface SegmentSource {
  readonly shotId: RecordId;
  readonly from: number;
  /** Above 0, up to 1: how much may change; the share of the steps that is made. */
  readonly strength: number;
  /** Media, for models that take masks: white where the film is drawn anew. */
  readonly mask?: string | undefined;
}

export interface SegmentRecord {
  readonly kind: 'segment';
  readonly id: RecordId;
  readonly shotId: RecordId;
  readonly role: SegmentRole;
  /** Shot frame of its first frame. */
  readonly from: number;
  readonly frameCount: number;
  /** The segment it grew from; null for `first`. */
  readonly parentId: RecordId | null;
  /** Fixed seed for the next run, 0 … 2^32−1; null = a fresh one each run. The seed used is always in the take's recipe. */
  readonly seed: number | null;
  /** The take in use; null = the newest finished one. */
  readonly activeTakeId: string | null;
  /** Absent = made by the shot's model. Only a `first` segment can have it; what grows from it is the model's. */
  readonly footage?: SegmentFootage | undefined;
  /** A joined shot may leave the film: then the segment keeps its takes and cannot be made again. */
  readonly joins?: Joins | undefined;
  /** Only of a `first` segment. The shot may leave the film, as a joined one may. */
  readonly source?: SegmentSource | undefined;
  /** Its last frame goes on into its first. Only of a `first` segment that joins nothing. */
  readonly loop?: true | undefined;
}

/** How a prompt moves into the next one. `slerp` turns each token's embedding instead of crossing in a straight line. */
export type TravelKind = 'linear' | 'slerp';

/** The travel zone at a block's start, over the boundary with the block before it. */
export interface PromptTravel {
  readonly kind: TravelKind;
  /** Shot frames that have part of both prompts, ≥ 1; fewer where the blocks are shorter (see prompt/travel.ts). */
  readonly frames: number;
}

export interface PromptBlockRecord {
  readonly kind: 'prompt-block';
  readonly id: RecordId;
  readonly shotId: RecordId;
  /** Shot frames [from, to). Blocks of one shot do not overlap. */
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** Absent = a cut. Kept, without effect, while no block stands before this one. */
  readonly travel?: PromptTravel | undefined;
}

/** Of a pinned clip; as many as a recipe names. */
export const MAX_PINNED_FRAMES = 1_000;

/** A film that a shot passes through: frames of another shot, as its film shows them now. */
export interface PinnedClip {
  readonly shotId: RecordId;
  /** Frame of that shot. */
  readonly from: number;
  /** Frames of the shot it is pinned in, two at least: at its rate, which need not be the clip's own. */
  readonly frames: number;
}

/** An image or a clip pinned to a frame of a shot: one of the two. */
export interface AnchorRecord {
  readonly kind: 'anchor';
  readonly id: RecordId;
  readonly shotId: RecordId;
  readonly frame: number;
  readonly mediaId?: string | undefined;
  /** Its shot may leave the film, as a joined one may. */
  readonly clip?: PinnedClip | undefined;
  /** How firmly the model is held to it, from 0 (not at all) to 1. Absent = 1. */
  readonly strength?: number | undefined;
}

export type DocumentRecord =
  | ProjectRecord
  | TrackRecord
  | ClipRecord
  | TransitionRecord
  | MarkerRecord
  | ShotRecord
  | SegmentRecord
  | PromptBlockRecord
  | AnchorRecord;

export type RecordKind = DocumentRecord['kind'];
export type RecordOf<K extends RecordKind> = Extract<DocumentRecord, { kind: K }>;

/** An immutable document: never mutate the map, build a new one with applyDiff. */
export type Document = ReadonlyMap<RecordId, DocumentRecord>;
