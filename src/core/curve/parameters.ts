/**
 * The settings that can follow a curve: their ranges, units and plain values. Pan, zoom and rotate are Deforum's 2-D
 * camera, the movement that leads to a frame: pixels of the shot's picture, a factor, and degrees against the clock.
 */
import type { CurveParameter, ShotRecord } from '../document/records';

export interface ParameterFacts {
  readonly min: number;
  readonly max: number;
  /** The finest step a drag or an arrow key makes. */
  readonly step: number;
  readonly decimals: number;
  /** Written after the number; empty = a bare number. */
  readonly unit: string;
  /** The part of the range a lane shows when the curve needs no more. */
  readonly shown: readonly [number, number];
}

export const curveParameters: Readonly<Record<CurveParameter, ParameterFacts>> = {
  guidance: { min: 0, max: 50, step: 0.1, decimals: 2, unit: '', shown: [0, 10] },
  promptStrength: { min: 0, max: 2, step: 0.01, decimals: 2, unit: '×', shown: [0, 2] },
  hold: { min: 0, max: 1, step: 0.01, decimals: 2, unit: '', shown: [0, 1] },
  panX: { min: -200, max: 200, step: 0.1, decimals: 2, unit: 'px/f', shown: [-8, 8] },
  panY: { min: -200, max: 200, step: 0.1, decimals: 2, unit: 'px/f', shown: [-8, 8] },
  zoom: { min: 0.5, max: 2, step: 0.001, decimals: 3, unit: '×/f', shown: [0.95, 1.05] },
  rotate: { min: -45, max: 45, step: 0.1, decimals: 2, unit: '°/f', shown: [-5, 5] },
};

export const parameterNames = Object.keys(curveParameters) as CurveParameter[]; // the keys of the literal above
export const cameraParameters = ['panX', 'panY', 'zoom', 'rotate'] as const satisfies readonly CurveParameter[];

export const MAX_CURVE_KEYS = 10_000;

/** What holds where a curve is absent. */
export function plainValue(parameter: CurveParameter, shot: Pick<ShotRecord, 'sampling'>): number {
  switch (parameter) {
    case 'guidance':
      return shot.sampling.guidance;
    case 'promptStrength':
    case 'hold':
    case 'zoom':
      return 1;
    case 'panX':
    case 'panY':
    case 'rotate':
      return 0;
    default:
      return parameter satisfies never;
  }
}

/** Four decimals are finer than any eye, and are written the same everywhere. */
export function roundedValue(value: number): number {
  // Adding zero turns −0 into 0.
  return Math.round(value * 10_000) / 10_000 + 0;
}

export function clampValue(parameter: CurveParameter, value: number): number {
  const { min, max } = curveParameters[parameter];
  return roundedValue(Math.min(max, Math.max(min, value)));
}

const every: ReadonlySet<CurveParameter> = new Set(parameterNames);
const none: ReadonlySet<CurveParameter> = new Set();

/** The curves a family's engine follows. For the others it gets the plain values, and the plan says so. */
const followed: Readonly<Record<string, ReadonlySet<CurveParameter>>> = {
  ltx: every,
  animatediff: every,
  unet3d: every,
  // They hold known frames wholly, or know none; a moved camera would have to move masks and references too.
  wan: new Set(['guidance', 'promptStrength']),
  'text2video-zero': new Set(['guidance', 'promptStrength']),
  // It reads no prompt, and its image is told to every frame: nothing is held.
  svd: new Set(['guidance', ...cameraParameters]),
};

export function curvesOf(family: string | undefined): ReadonlySet<CurveParameter> {
  return (family === undefined ? undefined : followed[family]) ?? none;
}

/** Whether a camera can move: its curves are followed all or not at all. */
export function hasCamera(family: string | undefined): boolean {
  return cameraParameters.every((name) => curvesOf(family).has(name));
}

export function followsCurves(family: string | undefined): boolean {
  return curvesOf(family).size > 0;
}
