import type { CameraMoveName, CameraPace } from '@core/curve/camera-moves';
import type { CurveEase, CurveParameter } from '@core/document/records';
import { inLanguage, type Translation } from '../../language/language';
import { decimal } from '../../ui/format';
import { de } from './strings.de';

/** Words of the curve lane, its inspector section and its dialog. */
const en = {
  category: 'Curves',
  needsShot: 'Put the playhead on a generated clip first',
  toggle: 'Show or hide the curve lane',
  show: 'Show the curve lane',
  hide: 'Hide the curve lane',
  addHere: 'Add a key at the playhead',
  copyKeys: 'Copy the chosen curve keys',
  pasteKeys: 'Paste curve keys at the playhead',
  keysCopied: (count: number) => (count === 1 ? '1 key copied' : `${count} keys copied`),
  noKeysToCopy: 'This curve has no keys to copy',
  pasteEdit: (parameter: string) => `Paste ${parameter.toLowerCase()} keys`,
  deleteHere: 'Delete the key at the playhead',
  previousKey: 'Previous key',
  nextKey: 'Next key',
  openText: 'Curve as text: import or export a schedule',
  clear: 'Clear the curve',
  clearShort: 'Clear',
  addShort: 'Add key',
  deleteShort: 'Delete key',

  title: 'Curve',
  parameter: 'Curve of',
  parameters: {
    guidance: 'Guidance',
    promptStrength: 'Prompt strength',
    hold: 'Hold',
    panX: 'Pan X',
    panY: 'Pan Y',
    zoom: 'Zoom',
    rotate: 'Rotate',
  } satisfies Record<CurveParameter, string>,
  about: {
    guidance: 'How hard each frame is pushed towards its prompt.',
    promptStrength: 'The prompt’s own weight: 0 = no prompt, 1 = as written, 2 = twice as far.',
    hold: 'How firmly the frames a window goes on from are kept: 1 = as they are, 0 = free.',
    panX: 'Pixels the picture moves right in each frame.',
    panY: 'Pixels the picture moves down in each frame.',
    zoom: 'How much the picture grows in each frame: 1 = still.',
    rotate: 'Degrees the picture turns in each frame, against the clock.',
  } satisfies Record<CurveParameter, string>,

  camera: {
    title: 'Camera',
    move: 'Moves',
    pace: 'Pace',
    paceHint: 'The same in a second whatever the rate; it goes with the size of the picture',
    still: 'Stands still',
    own: 'By its own curves',
    drawn: 'The model draws what the camera sees. The curve that stands for it is on the curve lane (Shift+C).',
    pushed:
      'This model draws each window from one place; its frames are moved on from there. The curve that stands for it is on the curve lane (Shift+C).',
    moves: {
      panLeft: 'Pan left',
      panRight: 'Pan right',
      tiltUp: 'Tilt up',
      tiltDown: 'Tilt down',
      zoomIn: 'Zoom in',
      zoomOut: 'Zoom out',
      turnLeft: 'Turn left',
      turnRight: 'Turn right',
    } satisfies Record<CameraMoveName, string>,
    paces: { slow: 'Slow', medium: 'Medium', fast: 'Fast' } satisfies Record<CameraPace, string>,
    does: (move: string) => `Camera: ${move.toLowerCase()}`,
  },

  lane: 'Curve keys',
  laneOf: (parameter: string, clip: string) => `${parameter} of ${clip}`,
  laneHint:
    'Click adds a key · drag moves it (Shift: one axis, Ctrl: fine) · arrows nudge · Delete removes · right-click eases · double-click resets',
  empty: (parameter: string, value: string) =>
    `${parameter} is ${value} throughout. Click to add a key, or press Enter for one at the playhead.`,
  emptyShort: 'Click to add a key',
  emptyLane: 'Put a generated clip on the timeline: its curve is drawn here.',
  notFollowed: 'This model does not follow curves: its plain settings are used.',
  keyLabel: (parameter: string, value: string, frame: number, ease: string) =>
    `${parameter} ${value} at frame ${String(frame)}, ${ease}`,
  at: (frame: number, value: string) => `f ${String(frame)} · ${value}`,
  handleAt: (x: number, y: number) => `${decimal(x, 2)} · ${decimal(y, 2)}`,

  eases: { hold: 'Hold', linear: 'Linear', in: 'Ease in', out: 'Ease out', inOut: 'Ease in and out', bezier: 'Bézier' },
  easeHints: {
    hold: 'stays until the next key',
    linear: 'in a straight line',
    in: 'begins slowly',
    out: 'ends slowly',
    inOut: 'begins and ends slowly',
    bezier: 'with handles to drag',
  },
  easeTitle: (keys: number) => (keys === 1 ? 'From this key to the next' : `From these ${String(keys)} keys on`),
  ease: 'Goes on by',
  handles: ['Handle 1 time', 'Handle 1 value', 'Handle 2 time', 'Handle 2 value'],

  asked: (frame: number, value: string) => `Frame ${String(frame)} asks for ${value}`,
  drawn: (value: string) => `It is drawn with ${value}`,
  drawnMean: (value: string, from: number, to: number) =>
    `Its window, frames ${String(from)}–${String(to)}, is drawn with ${value}`,
  noEffect: 'Its window goes on from no earlier frame: there is nothing to hold.',
  plain: (value: string) => `no keys: ${value}`,
  keys: (count: number) => (count === 1 ? '1 key' : `${String(count)} keys`),
  selectedKeys: (count: number) => `${String(count)} keys selected`,
  keyFrame: 'Key at frame',
  keyValue: 'Value',
  range: (min: number, max: number, unit: string) =>
    `${decimal(min)} to ${decimal(max)}${unit === '' ? '' : ` ${unit}`}`,

  addEdit: (parameter: string) => `Add ${parameter.toLowerCase()} key`,
  moveEdit: (parameter: string) => `Move ${parameter.toLowerCase()} key`,
  deleteEdit: (parameter: string) => `Delete ${parameter.toLowerCase()} key`,
  easeEdit: (parameter: string) => `Ease ${parameter.toLowerCase()} key`,
  resetEdit: (parameter: string) => `Reset ${parameter.toLowerCase()} key`,
  clearEdit: (parameter: string) => `Clear ${parameter.toLowerCase()} curve`,
  importEdit: (parameter: string) => `Import ${parameter.toLowerCase()} schedule`,

  textOpen: 'As text…',
  textOpenTip: 'The curve as a Deforum schedule: copy it out, or take one in',
  textTitle: (parameter: string, shot: string) => `${parameter} of ${shot} as text`,
  textHelp:
    'A frame of the shot and its value, counted from the shot’s first frame. Arithmetic with t, max_f, sin, cos, abs, min, max, where… becomes keys, so that it can be dragged.',
  textLabel: 'Schedule',
  textPlaceholder: '0:(1.0), 24:(1.5*sin(2*3.14*t/10))',
  textCopy: 'Copy',
  textCopied: 'Schedule copied',
  textCancel: 'Cancel',
  textApply: 'Replace the curve',
  textEmpty: 'Write or paste a schedule first',
} as const;

export type Strings = Translation<typeof en>;
export const strings: Strings = inLanguage(en, { de });

export function easeName(ease: CurveEase): string {
  return typeof ease === 'string' ? strings.eases[ease] : strings.eases.bezier;
}
