/**
 * What of the film is in the timeline's window now, derived from the document and the view. Clips are found by
 * bisection, so the cost follows what is visible and not how long the film is.
 */
import { blocksOf, recordsOf, tracksOf, transitionsOf } from '@core/document/access';
import { audibleTracks } from '@core/document/sound';
import type {
  AnchorRecord,
  ClipRecord,
  MarkerRecord,
  PromptBlockRecord,
  RecordId,
  ShotRecord,
  TransitionRecord,
} from '@core/document/records';
import { effectiveWindows, type EffectiveWindow } from '@core/prompt/effective';
import { effectiveTravel } from '@core/prompt/plan';
import { wordedBlock } from '@core/prompt/shot-words';
import { zonesBetween, type TravelZone } from '@core/prompt/travel';
import { devicePixelRatio } from 'svelte/reactivity/window';
import type { AppState } from '../../state/app.svelte';
import { AtRest, WindowMotion } from './at-rest.svelte';
import { originOf, originStep, tileWidth, type TilesPlace } from './canvas-tiles';
import { clipsAround, clipsWithin, editPoints, indexClips, overlapping, type ClipIndex } from './clip-index';
import { describeClip, type ClipView } from './clip-view';
import { Kept } from './kept';
import { LaneDrawing } from './lane-drawing';
import { LaneScroll } from './lane-scroll';
import { packRows, trackRows, type TrackRow } from './lane-layout';
import { projectFrameOf, rangeInClip, type FrameRange } from './shot-mapping';
import { visibleFrames, type TimeScale } from './time-scale';
import { timelineUiOf, type TimelineUi } from './timeline-ui.svelte';

export interface PlacedClip {
  readonly view: ClipView;
  readonly row: TrackRow;
}

/** Clips of a row that are too narrow for details, earliest first. */
export interface Slivers {
  readonly row: TrackRow;
  readonly clips: readonly ClipRecord[];
}

/** A prompt block where one clip shows it. */
export interface PlacedBlock extends FrameRange {
  readonly key: string;
  readonly block: PromptBlockRecord;
  readonly clip: ClipRecord;
  readonly shot: ShotRecord;
  readonly row: number;
}

/** The boundary between two prompt blocks where one clip shows it; from = to for a cut. */
export interface PlacedTravel extends FrameRange {
  readonly key: string;
  readonly left: PromptBlockRecord;
  readonly right: PlacedBlock;
  /** null = a cut. */
  readonly zone: TravelZone | null;
  /** Project frames that the model will really blend, when they are others than the zone's. */
  readonly effective: FrameRange | null;
}

export interface PlacedTransition extends FrameRange {
  readonly transition: TransitionRecord;
  readonly left: ClipRecord;
  readonly right: ClipRecord;
  readonly cut: number;
  readonly row: TrackRow;
}

const MIN_DETAIL_PX = 6;
/** Handles hang over so far. */
const SLACK_PX = 40;
const NOTHING: ClipIndex = { byTrack: new Map() };

export class TimelineScene {
  readonly #app: AppState;
  readonly #ui: TimelineUi;
  readonly motion = new WindowMotion();
  /** Of the elements that scroll sideways. */
  readonly scroll = new LaneScroll((by) => {
    this.#app.timelineView.scrollX = Math.max(0, this.#scrollX + by);
  });
  readonly drawing = new LaneDrawing(this.motion, () => {
    this.scroll.to(this.#scrollX - this.#origin);
    // What is drawn of was described anew in this frame.
    const isBusy = this.#describedFor !== this.#drawnWindow;
    this.#describedFor = this.#drawnWindow;
    return isBusy;
  });
  #describedFor: FrameRange | null = null;
  readonly #restingClips = new AtRest<PlacedClip>(this.motion);
  readonly #restingTravels = new AtRest<PlacedTravel>(this.motion);
  readonly #restingBlocks = new AtRest<PlacedBlock>(this.motion);
  readonly #keptRows = new Kept<TrackRow>(({ track }) => track.id);
  readonly #keptClips = new Kept<PlacedClip>(({ view }) => view.clip.id);
  readonly #keptBlocks = new Kept<PlacedBlock>(({ key }) => key);
  readonly #keptTravels = new Kept<PlacedTravel>(({ key }) => key);
  readonly #keptTransitions = new Kept<PlacedTransition>(({ transition }) => transition.id);

  /** On whole pixels of the screen: canvas and elements move by the same steps, and no text is smeared. */
  readonly #scrollX: number = $derived.by(() => {
    const ratio = devicePixelRatio.current ?? 1;
    return Math.round(this.#app.timelineView.scrollX * ratio) / ratio;
  });
  #lastRestingX = 0;
  readonly #restingX: number = $derived.by(() =>
    this.motion.isMoving ? this.#lastRestingX : (this.#lastRestingX = this.#scrollX),
  );
  /** What is drawn with. */
  readonly scale: TimeScale = $derived.by(() => {
    const { pixelsPerFrame } = this.#app.timelineView;
    return { pixelsPerFrame, scrollX: this.#scrollX };
  });
  /**
   * Of the film's pixels, the one that elements are placed from: scrolling moves them all at once. It and the first tile are
   * written when they are others, not derived: most steps leave them alone, and then nothing that depends on them is asked.
   */
  #origin: number = $state(0);
  #firstTile: number = $state(0);
  /** Where the lanes' canvases are drawn for. */
  readonly place: TilesPlace = $derived({ scrollX: this.#scrollX, origin: this.#origin });
  /** How wide what scrolls is: elements are placed from one origin over so many CSS pixels. */
  readonly span: number = $derived.by(() => this.#ui.laneWidth + originStep(devicePixelRatio.current ?? 1));

  readonly index: ClipIndex = $derived.by(() => {
    const session = this.#app.session;
    return session === null ? NOTHING : indexClips(session.doc);
  });
  readonly rows: readonly TrackRow[] = $derived.by(() => {
    const session = this.#app.session;
    if (session === null) return [];
    return this.#keptRows.of(trackRows(tracksOf(session.doc), this.#ui.tracksHeight, this.#ui.trackScale));
  });
  /** Ids of tracks that are not seen or not heard: hidden, muted, or silent because another is solo. */
  readonly silent: ReadonlySet<RecordId> = $derived.by(() => {
    const session = this.#app.session;
    if (session === null) return new Set<RecordId>();
    const heard = new Set(audibleTracks(session.doc).map(({ id }) => id));
    const isOff = ({ track }: TrackRow): boolean => (track.type === 'audio' ? !heard.has(track.id) : track.isHidden);
    return new Set(this.rows.filter(isOff).map(({ track }) => track.id));
  });
  readonly tracksHeight: number = $derived(this.rows.reduce((height, row) => height + row.height, 0));
  readonly editPoints: readonly number[] = $derived(editPoints(this.index));
  readonly isEmpty: boolean = $derived(this.index.byTrack.size === 0);

  /** The visible project frames and a screen's worth of slack for handles that hang over. */
  readonly window: FrameRange = $derived.by(() => {
    const { from, to } = visibleFrames(this.#app.timelineView, this.#ui.laneWidth);
    const slack = Math.ceil(SLACK_PX / this.#app.timelineView.pixelsPerFrame);
    return { from: Math.max(0, from - slack), to: to + slack };
  });

  /**
   * What is described and drawn: whole tiles, and while the wheel turns the next one on that side. It is another only when
   * a tile comes into sight, and so is what is derived of it.
   */
  readonly #drawnFrom: number = $derived.by(() => {
    const tile = tileWidth(devicePixelRatio.current ?? 1);
    const first = this.#firstTile - (this.motion.direction < 0 ? 1 : 0);
    return Math.max(0, Math.floor((first * tile) / this.#app.timelineView.pixelsPerFrame));
  });
  readonly #drawnTo: number = $derived.by(() => {
    const tile = tileWidth(devicePixelRatio.current ?? 1);
    const count = Math.ceil((this.#ui.laneWidth + 2 * SLACK_PX) / tile) + 1;
    const frameAfter = (tiles: number): number =>
      Math.ceil(((this.#firstTile + tiles) * tile) / this.#app.timelineView.pixelsPerFrame);
    const [seen, ahead] = [frameAfter(count), frameAfter(count + (this.motion.direction > 0 ? 1 : 0))];
    // Behind the film there is nothing to describe: a film seen whole is the same whichever way the wheel turns.
    return Math.min(ahead, Math.max(seen, this.#app.session?.end ?? 0));
  });
  readonly #drawnWindow: FrameRange = $derived({ from: this.#drawnFrom, to: this.#drawnTo });

  readonly #minFrames: number = $derived.by(() => MIN_DETAIL_PX / this.#app.timelineView.pixelsPerFrame);

  /** The clips of each track by their width at this zoom, wherever the window is: scrolling sorts nothing. */
  readonly #byWidth: ReadonlyMap<RecordId, { readonly wide: ClipRecord[]; readonly narrow: ClipRecord[] }> =
    $derived.by(() => {
      const minFrames = this.#minFrames;
      const byWidth = new Map<RecordId, { wide: ClipRecord[]; narrow: ClipRecord[] }>();
      for (const [trackId, clips] of this.index.byTrack) {
        const [wide, narrow]: [ClipRecord[], ClipRecord[]] = [[], []];
        for (const clip of clips) (clip.duration >= minFrames ? wide : narrow).push(clip);
        byWidth.set(trackId, { wide, narrow });
      }
      return byWidth;
    });

  readonly #inWindow: readonly { row: TrackRow; wide: readonly ClipRecord[]; narrow: readonly ClipRecord[] }[] =
    $derived.by(() => {
      const { from, to } = this.#drawnWindow;
      return this.rows.map((row) => {
        const { wide = [], narrow = [] } = this.#byWidth.get(row.track.id) ?? {};
        return { row, wide: clipsWithin(wide, from, to), narrow: clipsWithin(narrow, from, to) };
      });
    });

  /** Clips wide enough to be looked at and taken hold of; with those beside the window that are drawn with it. */
  readonly clips: readonly PlacedClip[] = $derived.by(() => {
    const { session, jobs } = this.#app;
    if (session === null) return [];
    const placed = this.#inWindow.flatMap(({ row, wide }) =>
      wide.map((clip) => ({ view: describeClip(session, jobs, clip), row })),
    );
    return this.#keptClips.of(placed);
  });

  /** Those that elements are there for. */
  readonly clipsInReach: readonly PlacedClip[] = $derived.by(() =>
    this.#restingClips.of(
      () => this.clips.filter(({ view: { clip } }) => this.#isInWindow(clip.start, clip.start + clip.duration)),
      this.#app.session?.doc,
    ),
  );

  /** Clips of a few pixels, when a long film is seen whole: only their bodies are drawn. */
  readonly slivers: readonly Slivers[] = $derived(this.#inWindow.map(({ row, narrow }) => ({ row, clips: narrow })));

  readonly transitions: readonly PlacedTransition[] = $derived.by(() => {
    const session = this.#app.session;
    if (session === null) return [];
    const all = recordsOf(session.doc, 'transition');
    const count = this.#inWindow.reduce((sum, { wide, narrow }) => sum + wide.length + narrow.length, 0);
    // A long film seen whole has more clips than dissolves; one seen closely, fewer.
    const near =
      all.length <= count
        ? all
        : new Set(
            this.#inWindow.flatMap(({ wide, narrow }) =>
              [...wide, ...narrow].flatMap(({ id }) => transitionsOf(session.doc, id)),
            ),
          );
    const placed = [...near].flatMap((transition): PlacedTransition[] => {
      const left = session.doc.get(transition.leftClipId);
      const right = session.doc.get(transition.rightClipId);
      if (left?.kind !== 'clip' || right?.kind !== 'clip') return [];
      const row = this.rows.find((one) => one.track.id === left.trackId);
      const [from, to] = [right.start - transition.framesBefore, right.start + transition.framesAfter];
      if (row === undefined || to <= this.#drawnWindow.from || from >= this.#drawnWindow.to) return [];
      return [{ transition, left, right, cut: right.start, from, to, row }];
    });
    return this.#keptTransitions.of(placed);
  });

  readonly markers: readonly MarkerRecord[] = $derived.by(() => {
    const session = this.#app.session;
    if (session === null) return [];
    const { from, to } = this.#drawnWindow;
    return recordsOf(session.doc, 'marker').filter((marker) => marker.frame >= from && marker.frame <= to);
  });

  /** Pinned images by shot. */
  readonly anchors: ReadonlyMap<RecordId, readonly AnchorRecord[]> = $derived.by(() => {
    const session = this.#app.session;
    const byShot = new Map<RecordId, AnchorRecord[]>();
    for (const anchor of session === null ? [] : recordsOf(session.doc, 'anchor')) {
      const anchors = byShot.get(anchor.shotId);
      if (anchors === undefined) byShot.set(anchor.shotId, [anchor]);
      else anchors.push(anchor);
    }
    return byShot;
  });

  /** Rows of the prompt lane, wherever the window is: prompts of clips that overlap lie one below the other. */
  readonly blockRowCount: number = $derived.by(() => {
    const groups = overlapping(this.index).filter(
      (clips) => clips.filter(({ source }) => source.type === 'shot').length > 1,
    );
    return groups.reduce(
      (count, clips) => Math.max(count, packRows(clips.flatMap((clip) => this.#blocksOn(clip))).count),
      1,
    );
  });
  readonly #blocksAround: readonly PlacedBlock[] = $derived.by(() => {
    // No block is wider than its clip: those of slivers are not seen.
    if (this.#inWindow.every(({ wide }) => wide.length === 0)) return [];
    const minFrames = this.#minFrames;
    const clips = clipsAround(this.index, this.#drawnWindow.from, this.#drawnWindow.to);
    const found = clips.filter(({ duration }) => duration >= minFrames).flatMap((clip) => this.#blocksOn(clip));
    const { rows } = packRows(found);
    return found.map((one, i) => ({ ...one, row: rows[i] ?? 0 }));
  });
  readonly blocks: readonly PlacedBlock[] = $derived.by(() => {
    const { from, to } = this.#drawnWindow;
    const minFrames = this.#minFrames;
    return this.#keptBlocks.of(
      this.#blocksAround.filter((one) => one.to > from && one.from < to && one.to - one.from >= minFrames),
    );
  });

  /** Those that elements are there for. */
  readonly blocksInReach: readonly PlacedBlock[] = $derived.by(() =>
    this.#restingBlocks.of(
      () => this.blocks.filter(({ from, to }) => this.#isInWindow(from, to)),
      this.#app.session?.doc,
    ),
  );

  /** Boundaries between neighbouring prompts, cuts among them: a cut is where a zone is pulled open. */
  readonly travels: readonly PlacedTravel[] = $derived.by(() => {
    const session = this.#app.session;
    if (session === null) return [];
    const byShot = new Map<RecordId, { zones: readonly TravelZone[]; windows: readonly EffectiveWindow[] }>();
    const placed = this.blocksInReach.flatMap((right): PlacedTravel[] => {
      const { clip, shot } = right;
      const blocks = blocksOf(session.doc, shot.id);
      const left = blocks[blocks.findIndex(({ id }) => id === right.block.id) - 1];
      if (left === undefined) return [];
      let known = byShot.get(shot.id);
      if (known === undefined) {
        const zones = zonesBetween(blocks.map((block) => wordedBlock(shot, block)));
        known = { zones, windows: zones.length === 0 ? [] : this.#windowsOf(shot) };
        byShot.set(shot.id, known);
      }
      const zone = known.zones.find((one) => one.right.id === right.block.id) ?? null;
      const asked = zone ?? { from: right.block.from, to: right.block.from };
      const inFilm = (frame: number): number => projectFrameOf(clip, frame, shot.rate, session.project.rate);
      const [from, to] = [inFilm(asked.from), inFilm(asked.to)];
      if (to < clip.start || from > clip.start + clip.duration) return [];
      const kept = known.windows.map(({ start, from: keepFrom, to: keepTo, travel }) => ({
        start,
        keepFrom,
        keepTo,
        travel,
      }));
      const drawn = zone === null ? null : effectiveTravel(zone, kept, 0);
      const isOther = drawn !== null && (drawn.from !== zone?.from || drawn.to !== zone.to);
      const effective = isOther ? rangeInClip(clip, drawn, shot.rate, session.project.rate) : null;
      return [{ key: `travel/${right.key}`, left, right, zone, from, to, effective }];
    });
    return this.#keptTravels.of(placed);
  });
  /** Those that elements are there for. */
  readonly travelsInReach: readonly PlacedTravel[] = $derived.by(() =>
    this.#restingTravels.of(() => this.travels, this.#app.session?.doc),
  );

  /** Clips whose model windows are drawn: the selected ones and those of the prompt being worked on. */
  readonly #activeClips: readonly ClipRecord[] = $derived.by(() => {
    const session = this.#app.session;
    if (session === null) return [];
    const editing = this.#ui.editingKey;
    const isActive = (block: PlacedBlock): boolean => block.key === editing || session.selection.has(block.block.id);
    const byPrompt = this.blocks.filter(isActive).map((one) => one.clip);
    const bySelection = this.#ui.isExtending
      ? this.clips.map((one) => one.view.clip).filter((clip) => session.selection.has(clip.id))
      : [];
    return [...new Set([...byPrompt, ...bySelection])];
  });

  /** Project frames at which a window of the model begins or ends. */
  readonly windowGrid: readonly { readonly clipId: RecordId; readonly frame: number }[] = $derived(
    this.#activeClips.flatMap((clip) => this.#gridOf(clip).map((frame) => ({ clipId: clip.id, frame }))),
  );

  constructor(app: AppState) {
    this.#app = app;
    this.#ui = timelineUiOf(app);
    this.#follow();
    $effect.pre(() => this.#follow());
    $effect(() => {
      void this.place;
      this.drawing.requestAll();
    });
  }

  #follow(): void {
    const ratio = devicePixelRatio.current ?? 1;
    this.#origin = originOf(this.#scrollX, ratio);
    this.#firstTile = Math.floor((this.#scrollX - SLACK_PX) / tileWidth(ratio));
  }

  /** Where an element stands in a `MovedLane`, in CSS pixels. */
  x(frame: number): number {
    return frame * this.#app.timelineView.pixelsPerFrame - this.#origin;
  }

  /** CSS pixels from the frame to where the window's left edge was at rest, while it lies behind that. */
  hiddenBefore(frame: number): number {
    return Math.max(0, this.#restingX - frame * this.#app.timelineView.pixelsPerFrame);
  }

  #isInWindow(from: number, to: number): boolean {
    return to > this.window.from && from < this.window.to;
  }

  #blocksOn(clip: ClipRecord): Omit<PlacedBlock, 'row'>[] {
    const session = this.#app.session;
    const shot = clip.source.type === 'shot' ? session?.doc.get(clip.source.shotId) : undefined;
    if (session === null || shot?.kind !== 'shot') return [];
    return blocksOf(session.doc, shot.id).flatMap((block) => {
      const range = rangeInClip(clip, block, shot.rate, session.project.rate);
      return range === null ? [] : [{ key: `${clip.id}/${block.id}`, block, clip, shot, ...range }];
    });
  }

  /** The model windows of the shot's film, with the prompts they take. */
  #windowsOf(shot: ShotRecord): readonly EffectiveWindow[] {
    const session = this.#app.session;
    const limits = this.#app.modelOf(shot.modelId)?.manifest;
    if (session === null || limits === undefined) return [];
    const prompts = new Map(blocksOf(session.doc, shot.id).map((block) => [block.id, block]));
    return [...new Set(session.shotFilm(shot.id).spans.map((span) => span.segmentId))].flatMap((segmentId) => {
      const segment = session.doc.get(segmentId);
      return segment?.kind === 'segment' ? effectiveWindows(prompts, shot, segment, limits) : [];
    });
  }

  #gridOf(clip: ClipRecord): readonly number[] {
    const session = this.#app.session;
    if (session === null || clip.source.type !== 'shot') return [];
    const shot = session.doc.get(clip.source.shotId);
    if (shot?.kind !== 'shot') return [];
    const frames = new Set<number>();
    for (const { from, to } of this.#windowsOf(shot))
      for (const edge of [from, to]) frames.add(projectFrameOf(clip, edge, shot.rate, session.project.rate));
    return [...frames].filter((frame) => frame > clip.start && frame < clip.start + clip.duration);
  }
}
