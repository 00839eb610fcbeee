/**
 * What of the curves is in the timeline's window: one piece for each clip of a generated shot. Where clips lie over each
 * other the selected one has the lane, else the upper one.
 */
import { curveValue } from '@core/curve/evaluate';
import { curveParameters, plainValue } from '@core/curve/parameters';
import { playedRate } from '@core/document/clip-speed';
import type { ClipRecord, CurveKey, ShotRecord } from '@core/document/records';
import { drawnValue, type EffectiveWindow } from '@core/prompt/effective';
import { curveKeys, type CurveOf } from '@core/timeline/curves';
import type { AppState } from '../../state/app.svelte';
import { xOfFrame } from '../timeline/time-scale';
import type { TimelineScene } from '../timeline/timeline-scene.svelte';
import { type CurveUi, curveUiOf } from './curve-ui.svelte';
import { type LanePiece, shotFrameAtX, valueScale, type ValueScale, xOfShotFrame, yOfValue } from './lane-geometry';
import { shotWindows } from './shot-windows';

/** What a stretch of shot frames is drawn with, where that is not what was asked for. */
export interface DrawnStretch {
  readonly from: number;
  readonly to: number;
  readonly value: number;
}

export interface PlacedCurve extends LanePiece {
  readonly of: CurveOf;
  readonly clip: ClipRecord;
  readonly shot: ShotRecord;
  /** All keys of the curve, those that the clip does not show among them. */
  readonly keys: readonly CurveKey[];
  readonly plain: number;
  readonly windows: readonly EffectiveWindow[];
  readonly isFollowed: boolean;
}

export interface PlacedKey {
  readonly placed: PlacedCurve;
  readonly key: CurveKey;
  readonly index: number;
  readonly x: number;
  readonly y: number;
}

export class CurveScene {
  readonly #app: AppState;
  readonly #ui: CurveUi;
  readonly #scene: TimelineScene;

  readonly curves: readonly PlacedCurve[] = $derived.by(() => {
    const { session } = this.#app;
    if (session === null || !this.#ui.isOpen) return [];
    const { parameter } = this.#ui;
    return this.#clips.flatMap((clip): PlacedCurve[] => {
      const shot = clip.source.type === 'shot' ? session.doc.get(clip.source.shotId) : undefined;
      if (shot?.kind !== 'shot') return [];
      const windows = shotWindows(this.#app, session, shot);
      return [
        {
          of: { shotId: shot.id, parameter },
          clip,
          shot,
          keys: curveKeys(shot, parameter),
          plain: plainValue(parameter, shot),
          windows,
          isFollowed: windows.every(({ curves }) => curves !== null),
          shotRate: playedRate(clip, shot.rate),
          projectRate: session.project.rate,
        },
      ];
    });
  });

  readonly values: ValueScale = $derived.by(() =>
    valueScale(
      curveParameters[this.#ui.parameter].shown,
      this.curves.flatMap(({ keys, plain }) => [plain, ...keys.map(({ value }) => value)]),
    ),
  );

  /** Keys in sight, in order of time. */
  readonly keys: readonly PlacedKey[] = $derived.by(() => {
    const scale = this.#app.timelineView;
    const { window } = this.#scene;
    return this.curves
      .flatMap((placed) => {
        const { from, to } = rangeOf(placed);
        return placed.keys.flatMap((key, index) => {
          if (key.frame < from || key.frame >= to) return [];
          return [
            { placed, key, index, x: xOfShotFrame(placed, scale, key.frame), y: yOfValue(this.values, key.value) },
          ];
        });
      })
      .filter(({ x }) => x >= xOfFrame(scale, window.from) && x <= xOfFrame(scale, window.to))
      .sort((a, b) => a.x - b.x);
  });

  /** The clips that have the lane, none over another. */
  readonly #clips: readonly ClipRecord[] = $derived.by(() => {
    const { session } = this.#app;
    const placed: ClipRecord[] = [];
    const candidates = this.#scene.clips
      .filter(({ view }) => view.shot !== null)
      .toSorted((a, b) => {
        const chosen = Number(session?.selection.has(b.view.clip.id)) - Number(session?.selection.has(a.view.clip.id));
        return chosen === 0 ? a.row.top - b.row.top : chosen;
      })
      .map(({ view }) => view.clip);
    for (const clip of candidates) {
      const overlaps = (other: ClipRecord): boolean =>
        clip.start < other.start + other.duration && other.start < clip.start + clip.duration;
      if (!placed.some(overlaps)) placed.push(clip);
    }
    return placed.sort((a, b) => a.start - b.start);
  });

  constructor(app: AppState, scene: TimelineScene) {
    this.#app = app;
    this.#ui = curveUiOf(app);
    this.#scene = scene;
  }

  /** The piece at a lane pixel. */
  at(x: number): PlacedCurve | null {
    const scale = this.#app.timelineView;
    const frame = (x + scale.scrollX) / scale.pixelsPerFrame;
    return this.curves.find(({ clip }) => clip.start <= frame && frame < clip.start + clip.duration) ?? null;
  }

  /** The shot frame whose key would stand nearest to a lane pixel. */
  frameAt(placed: PlacedCurve, x: number): number {
    const { from, to } = rangeOf(placed);
    return Math.min(to - 1, Math.max(from, Math.round(shotFrameAtX(placed, this.#app.timelineView, x))));
  }
}

/** Shot frames whose keys stand on the clip. */
export function rangeOf(placed: PlacedCurve): { readonly from: number; readonly to: number } {
  const { start, duration } = placed.clip;
  const atProject = (frame: number): number => shotFrameAtX(placed, { pixelsPerFrame: 1, scrollX: 0 }, frame + 0.5);
  return { from: Math.ceil(atProject(start) - 1e-6), to: Math.ceil(atProject(start + duration) - 1e-6) };
}

export function askedAt({ keys, plain }: PlacedCurve, frame: number): number {
  return keys.length === 0 ? plain : curveValue(keys, frame);
}

/** Stretches of equal values, one after the other, only where the model draws with another value than was asked for. */
export function drawnStretches(placed: PlacedCurve): readonly DrawnStretch[] {
  const stretches: DrawnStretch[] = [];
  if (placed.keys.length === 0) return stretches;
  for (const window of placed.windows) {
    const inWindow: DrawnStretch[] = [];
    let isOther = false;
    for (let frame = window.from; frame < window.to; frame++) {
      const asked = askedAt(placed, frame);
      const value = drawnValue(window, placed.of.parameter, { frame, asked });
      if (value === null) continue;
      isOther ||= Math.abs(value - asked) > 1e-3;
      const last = inWindow.at(-1);
      if (last?.value === value && last.to === frame) inWindow[inWindow.length - 1] = { ...last, to: frame + 1 };
      else inWindow.push({ from: frame, to: frame + 1, value });
    }
    if (isOther) stretches.push(...inWindow);
  }
  return stretches;
}
