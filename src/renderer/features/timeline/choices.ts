/**
 * Questions that are asked once before something is generated: how a marked range is retaken, and whether everything
 * stale is to be made again. Each says what it costs; the menu that asks is ChoiceMenu.svelte.
 */
import { projectFrameAt } from '@core/document/branch';
import { estimateFor, retakeSelected } from '../../actions/generate';
import {
  markedRange,
  retakeMarked,
  retakeOutlook,
  type RetakeKind,
  type RetakeOutlook,
  type ShotRange,
} from '../../actions/retake-range';
import { costOf, generateStale, staleWork } from '../../actions/stale';
import type { AppState } from '../../state/app.svelte';
import type { ProjectSession } from '../../state/session.svelte';
import { spokenDuration, strings } from './strings';
import { timelineUiOf, type Choice, type ChoiceItem } from './timeline-ui.svelte';

/** R: asks how, when in and out are set within one shot clip; else a new take of the part under the playhead. */
export function askRetake(app: AppState): void {
  const session = app.session;
  app.flushEdits();
  const range = session === null ? null : markedRange(session);
  if (session === null || range === null) return retakeSelected(app);
  const outlooks = (['bridge', 'continue'] as const).map((kind) => retakeOutlook(app, session, range, kind));
  const choice = (seconds: ReadonlyMap<RetakeKind, number>): Choice => ({
    title: strings.retakeTitle(range.to - range.from, range.clip.name),
    frame: projectFrameAt(session.doc, range.clip, range.from),
    items: outlooks.map((outlook) => retakeItem(app, session, range, outlook, seconds.get(outlook.kind) ?? null)),
  });
  const ui = timelineUiOf(app);
  const asked = choice(new Map());
  ui.choice = asked;
  void app.attempt(async () => {
    const seconds = new Map<RetakeKind, number>();
    for (const { kind, windows } of outlooks) {
      const cost = await estimateFor(app, range.shot, windows);
      if (cost !== null) seconds.set(kind, cost.seconds);
    }
    if (ui.choice === asked) ui.choice = choice(seconds);
  });
}

function retakeItem(
  app: AppState,
  session: ProjectSession,
  range: ShotRange,
  { kind, refusal, leavingFrames }: RetakeOutlook,
  seconds: number | null,
): ChoiceItem {
  const frameAt = (shotFrame: number): number => projectFrameAt(session.doc, range.clip, shotFrame);
  const end = range.clip.start + range.clip.duration;
  const isBridge = kind === 'bridge';
  const { to } = session.shotFilm(range.shot.id);
  const what = isBridge
    ? range.to < to
      ? strings.bridgeHint
      : strings.bridgeAtEndHint
    : leavingFrames > 0
      ? strings.continueHint(leavingFrames)
      : strings.continueAtEndHint;
  return {
    id: kind,
    label: isBridge ? strings.bridge : strings.continueOn,
    hint: refusal ?? (seconds === null ? what : `${what} · ${strings.about(spokenDuration(seconds))}`),
    refusal,
    preview: {
      clipId: range.clip.id,
      from: frameAt(range.from),
      to: isBridge ? Math.min(end, frameAt(range.to)) : end,
      label: isBridge ? strings.bridgePreview(range.to - range.from) : strings.continuePreview(leavingFrames),
    },
    run: () => void retakeMarked(app, session, range, kind),
  };
}

/** Shift+Mod+Enter: says what everything stale costs, and makes it when that is confirmed. */
export function askGenerateStale(app: AppState): void {
  const session = app.session;
  if (session === null) return;
  app.flushEdits();
  const work = staleWork(app, session);
  const count = work.segmentIds.length;
  if (count === 0) {
    app.toast(
      'info',
      work.refusals[0] ?? strings.nothingStale,
      work.refusals.length > 0 ? '' : strings.nothingStaleHint,
    );
    return;
  }
  const item = (seconds: number | null): ChoiceItem => ({
    id: 'generate-stale',
    label: strings.generateStale(count),
    hint: [
      strings.frames(work.frames),
      ...(seconds === null ? [] : [strings.about(spokenDuration(seconds))]),
      ...(work.refusals.length > 0 ? [strings.someRefused(work.refusals.join(' '))] : []),
    ].join(' · '),
    refusal: null,
    preview: null,
    run: () => generateStale(app, session, work.segmentIds),
  });
  const ui = timelineUiOf(app);
  const choice = (seconds: number | null): Choice => ({
    title: strings.generateStaleTitle,
    frame: app.transport.playhead,
    items: [item(seconds)],
  });
  const asked = choice(null);
  ui.choice = asked;
  void app.attempt(async () => {
    const seconds = await costOf(app, work);
    if (ui.choice === asked) ui.choice = choice(seconds);
  });
}
