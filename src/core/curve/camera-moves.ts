/**
 * A camera's usual moves by name, so that nobody needs a curve to pan: each is a curve of one key, which holds throughout,
 * and can be bent on the lane like any other. What a camera is said to do the picture does the other way round.
 */
import type { CameraMove } from '../diffusion/camera';
import type { CurveParameter, ShotCurves, ShotRecord } from '../document/records';
import { secondsFromFrames } from '../time/rate';
import { cameraParameters, roundedValue } from './parameters';

export const cameraMoves = [
  'panLeft',
  'panRight',
  'tiltUp',
  'tiltDown',
  'zoomIn',
  'zoomOut',
  'turnLeft',
  'turnRight',
] as const;
export type CameraMoveName = (typeof cameraMoves)[number];
export const cameraPaces = ['slow', 'medium', 'fast'] as const;
export type CameraPace = (typeof cameraPaces)[number];

/** In a second: shares of the picture's width and height, the factor it grows by, degrees it turns. */
const perSecond: Readonly<Record<CameraPace, { pan: number; tilt: number; zoom: number; turn: number }>> = {
  slow: { pan: 1 / 8, tilt: 1 / 16, zoom: 1.06, turn: 4 },
  medium: { pan: 1 / 4, tilt: 1 / 8, zoom: 1.12, turn: 8 },
  fast: { pan: 1 / 2, tilt: 1 / 4, zoom: 1.24, turn: 16 },
};

export interface NamedMove {
  readonly name: CameraMoveName;
  readonly pace: CameraPace;
}

type Picture = Pick<ShotRecord, 'width' | 'height' | 'rate'>;
type CameraShot = Picture & Pick<ShotRecord, 'curves'>;

/** The one value that the move asks of every frame. */
function valueOf(move: NamedMove, picture: Picture): readonly [CurveParameter, number] {
  const [parameter, value] = exactValueOf(move, picture);
  return [parameter, roundedValue(value)];
}

function exactValueOf({ name, pace }: NamedMove, { width, height, rate }: Picture): readonly [CurveParameter, number] {
  const { pan, tilt, zoom, turn } = perSecond[pace];
  const seconds = secondsFromFrames(1, rate);
  switch (name) {
    case 'panLeft':
      return ['panX', pan * width * seconds];
    case 'panRight':
      return ['panX', -pan * width * seconds];
    case 'tiltUp':
      return ['panY', tilt * height * seconds];
    case 'tiltDown':
      return ['panY', -tilt * height * seconds];
    case 'zoomIn':
      return ['zoom', zoom ** seconds];
    case 'zoomOut':
      return ['zoom', zoom ** -seconds];
    case 'turnLeft':
      return ['rotate', -turn * seconds];
    case 'turnRight':
      return ['rotate', turn * seconds];
    default:
      return name satisfies never;
  }
}

/** From each frame to the next, as the engine has it. */
export function steadyMove(picture: Picture, move: NamedMove): CameraMove {
  const [parameter, value] = valueOf(move, picture);
  return { panX: 0, panY: 0, zoom: 1, rotate: 0, [parameter]: value };
}

/** The curves of a shot with its camera moving so, or standing still; the other curves are as they were. */
export function withCameraMove(shot: CameraShot, move: NamedMove | null): ShotCurves | undefined {
  const { panX: _x, panY: _y, zoom: _zoom, rotate: _rotate, ...others } = shot.curves ?? {};
  if (move === null) return Object.keys(others).length === 0 ? undefined : others;
  const [parameter, value] = valueOf(move, shot);
  return { ...others, [parameter]: [{ frame: 0, value, ease: 'linear' }] };
}

/** null = it stands still; 'own' = curves that no name stands for. */
export function cameraMoveOf(shot: CameraShot): NamedMove | null | 'own' {
  const used = cameraParameters.filter((name) => shot.curves?.[name] !== undefined);
  if (used.length === 0) return null;
  const [parameter] = used;
  const keys = (parameter && shot.curves?.[parameter]) ?? [];
  const [key] = keys;
  if (used.length > 1 || keys.length > 1 || key === undefined) return 'own';
  for (const name of cameraMoves)
    for (const pace of cameraPaces) {
      const [of, value] = valueOf({ name, pace }, shot);
      if (of === parameter && value === key.value) return { name, pace };
    }
  return 'own';
}
