/** Curves by key or palette: the lane, and the keys at the playhead of the curve it shows. */
import type { Action } from '../../actions/action';
import { type Focus, focusOf } from '../../actions/selection';
import { cameraMoves } from '@core/curve/camera-moves';
import { projectFrameAt } from '@core/document/branch';
import type { CurveKey } from '@core/document/records';
import { curveKeys, type CurveOf } from '@core/timeline/curves';
import type { AppState } from '../../state/app.svelte';
import type { ProjectSession } from '../../state/session.svelte';
import { moveCamera } from './camera';
import { curveUiOf } from './curve-ui.svelte';
import { addKey, clearCurve, copyKeys, pasteKeys, removeKeys } from './key-edits';
import { strings } from './strings';

interface Target {
  readonly session: ProjectSession;
  readonly focus: Focus;
  readonly of: CurveOf;
  readonly keys: readonly CurveKey[];
}

/** The curve of the shot that is meant, of the setting that the lane shows. */
export function curveMeant(app: AppState): Target | null {
  const { session } = app;
  const focus = session === null ? null : focusOf(session, app.transport.playhead);
  if (session === null || focus === null) return null;
  const of = { shotId: focus.shot.id, parameter: curveUiOf(app).parameter };
  return { session, focus, of, keys: curveKeys(focus.shot, of.parameter) };
}

export function openCurveText(app: AppState): void {
  const target = curveMeant(app);
  app.flushEdits();
  if (target !== null) app.dialog = { kind: 'curve-text', ...target.of };
}

/** The playhead goes to the key before or after it, which becomes the chosen one. */
export function goToKey(app: AppState, direction: -1 | 1): void {
  const target = curveMeant(app);
  if (target === null) return;
  const { focus, keys, of, session } = target;
  const key =
    direction === 1
      ? keys.find(({ frame }) => frame > focus.shotFrame)
      : keys.findLast(({ frame }) => frame < focus.shotFrame);
  if (key === undefined) return;
  const { start, duration } = focus.clip;
  const frame = projectFrameAt(session.doc, focus.clip, key.frame);
  curveUiOf(app).select(of, [key.frame]);
  app.transport.seek(Math.min(start + duration - 1, Math.max(start, frame)));
}

const hasShot = (app: AppState): boolean => app.screen === 'studio' && curveMeant(app) !== null;

function action(
  id: string,
  label: string,
  keys: readonly string[],
  run: (app: AppState, target: Target) => void,
): Action {
  return {
    id: `curves.${id}`,
    label,
    category: strings.category,
    keys,
    when: hasShot,
    needs: strings.needsShot,
    run: (app) => {
      const target = curveMeant(app);
      if (target !== null) run(app, target);
    },
  };
}

export const curveActions: readonly Action[] = [
  {
    id: 'curves.toggle',
    label: strings.toggle,
    category: strings.category,
    keys: ['Shift+KeyC'],
    when: (app) => app.screen === 'studio' && app.session !== null,
    run: (app) => {
      const ui = curveUiOf(app);
      ui.isOpen = !ui.isOpen;
    },
  },
  action('addKey', strings.addHere, ['Shift+KeyK'], (app, { session, of, focus }) => {
    curveUiOf(app).isOpen = true;
    if (session.selection.size === 0) session.select([focus.clip.id]);
    addKey(app, session, of, { frame: focus.shotFrame });
  }),
  action('deleteKey', strings.deleteHere, [], (_app, { session, of, focus, keys }) => {
    if (keys.some(({ frame }) => frame === focus.shotFrame)) removeKeys(session, of, [focus.shotFrame]);
  }),
  action('copyKeys', strings.copyKeys, [], (app, { session, of, keys }) => {
    const chosen = curveUiOf(app).selected(of, keys);
    copyKeys(app, session, of, chosen.length > 0 ? chosen : keys.map(({ frame }) => frame));
  }),
  action('pasteKeys', strings.pasteKeys, [], (app, { session, of, focus }) => {
    curveUiOf(app).isOpen = true;
    pasteKeys(app, session, of, focus.shotFrame);
  }),
  action('previousKey', strings.previousKey, [], (app) => {
    goToKey(app, -1);
  }),
  action('nextKey', strings.nextKey, [], (app) => {
    goToKey(app, 1);
  }),
  action('clear', strings.clear, [], (_app, { session, of }) => {
    clearCurve(session, of);
  }),
  action('text', strings.openText, [], openCurveText),
  action('cameraStill', strings.camera.does(strings.camera.still), [], (_app, { session, focus }) => {
    moveCamera(session, focus.shot.id, null);
  }),
  ...cameraMoves.map((name) =>
    action(`camera.${name}`, strings.camera.does(strings.camera.moves[name]), [], (_app, { session, focus }) => {
      moveCamera(session, focus.shot.id, { name, pace: 'medium' });
    }),
  ),
];
