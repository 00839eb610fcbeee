/** What can be done to keys by pointer, key or menu, each one entry of the undo list. */
import { easeNames, handlesOf } from '@core/curve/evaluate';
import { curveParameters } from '@core/curve/parameters';
import { recordOf } from '@core/document/access';
import type { CurveEase } from '@core/document/records';
import {
  curveKeys,
  type CurveOf,
  deleteCurveKeys,
  easeCurveKeys,
  moveCurveKeys,
  putCurveKey,
  resetCurveKeys,
  setCurve,
} from '@core/timeline/curves';
import { copyCurveKeys, pasteCurveKeys } from '@core/timeline/copy-keys';
import type { AppState } from '../../state/app.svelte';
import type { ProjectSession } from '../../state/session.svelte';
import { timelineUiOf } from '../timeline/timeline-ui.svelte';
import { curveUiOf } from './curve-ui.svelte';
import { easeName, strings } from './strings';

const nameOf = ({ parameter }: CurveOf): string => strings.parameters[parameter];

/** Without a value the key lies on the curve as it is. It becomes the chosen one. */
export function addKey(
  app: AppState,
  session: ProjectSession,
  of: CurveOf,
  key: { frame: number; value?: number },
): void {
  if (session.edit(strings.addEdit(nameOf(of)), (doc) => putCurveKey(doc, of, key)))
    curveUiOf(app).select(of, [key.frame]);
}

export function removeKeys(session: ProjectSession, of: CurveOf, frames: readonly number[]): void {
  session.edit(strings.deleteEdit(nameOf(of)), (doc) => deleteCurveKeys(doc, of, frames));
}

export function resetKeys(session: ProjectSession, of: CurveOf, frames: readonly number[]): void {
  session.edit(strings.resetEdit(nameOf(of)), (doc) => resetCurveKeys(doc, of, frames));
}

export function clearCurve(session: ProjectSession, of: CurveOf): void {
  session.edit(strings.clearEdit(nameOf(of)), (doc) => setCurve(doc, of, []));
}

export function easeKeys(session: ProjectSession, of: CurveOf, frames: readonly number[], ease: CurveEase): void {
  session.edit(strings.easeEdit(nameOf(of)), (doc) => easeCurveKeys(doc, of, frames, ease));
}

export function moveKeys(
  app: AppState,
  session: ProjectSession,
  of: CurveOf,
  {
    frames,
    by,
  }: { readonly frames: readonly number[]; readonly by: { readonly frames: number; readonly value: number } },
): boolean {
  const isDone = session.edit(strings.moveEdit(nameOf(of)), (doc) => moveCurveKeys(doc, of, frames, by));
  if (isDone)
    curveUiOf(app).select(
      of,
      frames.map((frame) => frame + by.frames),
    );
  return isDone;
}

/** Those keys, to be pasted on any curve. False, and a message, when there are none. */
export function copyKeys(app: AppState, session: ProjectSession, of: CurveOf, frames: readonly number[]): boolean {
  const copied = copyCurveKeys(session.doc, of, frames);
  if (copied === null) app.toast('info', strings.noKeysToCopy);
  else {
    curveUiOf(app).copied = copied;
    app.toast('info', strings.keysCopied(copied.keys.length));
  }
  return copied !== null;
}

/** The first of the copied keys at a shot frame. They become the chosen ones. */
export function pasteKeys(app: AppState, session: ProjectSession, of: CurveOf, atFrame: number): void {
  const ui = curveUiOf(app);
  let frames: readonly number[] = [];
  const isDone = session.edit(strings.pasteEdit(nameOf(of)), (doc) => {
    const pasted = pasteCurveKeys(doc, of, ui.copied, atFrame);
    frames = pasted.frames;
    return pasted.diff;
  });
  if (isDone) ui.select(of, frames);
}

/** Arrow keys: a frame sideways, a step up or down; ten of them with Shift. @returns the frames they moved by */
export function nudgeKeys(
  app: AppState,
  session: ProjectSession,
  of: CurveOf,
  { frames, code, isFar }: { readonly frames: readonly number[]; readonly code: string; readonly isFar: boolean },
): number {
  const count = isFar ? 10 : 1;
  const byFrames = { ArrowRight: count, ArrowLeft: -count }[code] ?? 0;
  const steps = { ArrowUp: count, ArrowDown: -count }[code] ?? 0;
  const by = { frames: byFrames, value: steps * curveParameters[of.parameter].step };
  return moveKeys(app, session, of, { frames, by }) ? byFrames : 0;
}

/** Asks over the timeline how keys go on to the next ones. */
export function askEase(
  app: AppState,
  session: ProjectSession,
  of: CurveOf,
  ask: { frames: readonly number[]; atFrame: number },
): void {
  const keys = curveKeys(recordOf(session.doc, 'shot', of.shotId), of.parameter);
  const [first] = keys.filter(({ frame }) => ask.frames.includes(frame));
  const bezier = handlesOf(first?.ease ?? 'linear') ?? handlesOf('linear');
  const eases: readonly CurveEase[] = bezier === null ? easeNames : [...easeNames, bezier];
  timelineUiOf(app).choice = {
    title: strings.easeTitle(ask.frames.length),
    frame: ask.atFrame,
    items: eases.map((ease) => ({
      id: typeof ease === 'string' ? ease : 'bezier',
      label: easeName(ease),
      hint: strings.easeHints[typeof ease === 'string' ? ease : 'bezier'],
      refusal: null,
      preview: null,
      run: () => {
        easeKeys(session, of, ask.frames, ease);
      },
    })),
  };
}
