/**
 * Joining what is there: G fills the gap between two clips, Shift+G closes a clip into a loop. Both say first what the
 * run would be, from the very plan it would have, and change nothing before that is confirmed.
 */
import { messageOf } from '../../language/errors/in-words';
import { decimal } from '../../ui/format';
import { samplingFrom } from '@core/document/default-sampling';
import { recordOf, recordsOf, videoTracksOf } from '@core/document/access';
import { applyDiff } from '@core/document/apply-diff';
import type { DocumentDiff } from '@core/document/diff';
import type { ClipRecord, Document, ShotRecord } from '@core/document/records';
import { AppError } from '@core/errors';
import { planSegment } from '@core/prompt/plan';
import { promptAt } from '@core/prompt/resolve';
import { secondsFromFrames } from '@core/time/rate';
import { closeLoop } from '@core/timeline/close-loop';
import { bridgeFrames, fillGap, gapAt, gapBetween, type Gap, type GapFill } from '@core/timeline/fill-gap';
import { setInOut } from '@core/timeline/project-settings';
import { estimateFor, modelFor, queueSegment } from '../../actions/generate';
import { clipUnderPlayhead, selectedClip } from '../../actions/selection';
import { strings as actionStrings } from '../../actions/strings';
import type { AppState } from '../../state/app.svelte';
import type { ProjectSession } from '../../state/session.svelte';
import { inSequence } from './edit-sequence';
import { framesPerExtension } from './extension-grid';
import { spokenDuration, strings } from './strings';
import { timelineUiOf, type Choice, type ChoiceItem } from './timeline-ui.svelte';

/** The gap that is selected, the one between two selected clips, else the topmost one under the playhead. */
export function gapMeant(app: AppState, session: ProjectSession): Gap | null {
  const { gap } = timelineUiOf(app);
  if (gap !== null) return gapAt(session.doc, gap.trackId, gap.frame);
  const [first, second, ...more] = [...session.selection].filter((id) => session.doc.get(id)?.kind === 'clip');
  if (first !== undefined && second !== undefined && more.length === 0) return gapBetween(session.doc, first, second);
  for (const track of videoTracksOf(session.doc).toReversed()) {
    const found = gapAt(session.doc, track.id, app.transport.playhead);
    if (found !== null) return found;
  }
  return null;
}

/** G: what filling the gap takes; then it is filled, or planned with its prompt ready to be written. */
export function askFillGap(app: AppState): void {
  const session = app.session;
  app.flushEdits();
  const gap = session === null ? null : gapMeant(app, session);
  if (session === null || gap === null) return app.toast('info', strings.noGap, strings.noGapRemedy);
  void app.attempt(() => {
    const like = likeNeighbour(app, session, gap);
    const ids = { shotId: session.newId(), segmentId: session.newId(), clipId: session.newId() };
    const fill: GapFill = {
      gap,
      like,
      ...ids,
      blockId: session.newId(),
      name: actionStrings.shotName(recordsOf(session.doc, 'shot').length + 1),
      text: promptBefore(session, gap.left),
    };
    const frames = bridgeFrames(session.doc, gap, like);
    const edit = (doc: Document): DocumentDiff => fillGap(doc, fill);
    const does = (isMade: boolean) => () => {
      if (!session.edit(strings.fillGap, edit)) return;
      timelineUiOf(app).gap = null;
      session.select([fill.clipId]);
      if (isMade) void queueSegment(app, session, fill.segmentId);
      else app.editPrompt(fill.blockId);
    };
    const outlook = outlookOf(app, session, { edit, segmentId: fill.segmentId, modelId: like.modelId });
    const preview = {
      clipId: gap.left.id,
      from: gap.from,
      to: gap.to,
      label: growth(frames, like),
    };
    ask(app, {
      title: strings.fillGapTitle(gap.left.name, gap.right.name),
      frame: gap.from,
      options: [
        {
          id: 'fill-gap',
          label: fill.text === '' ? strings.fillGapNow : strings.fillGapWith(fill.text),
          size: `${growth(frames, like)} · ${like.width} × ${like.height}`,
          preview,
          outlook,
          like,
          run: does(true),
        },
        {
          id: 'plan-gap',
          label: strings.planGap,
          size: strings.planGapHint,
          preview,
          outlook: { windows: [], refusal: outlook.editRefusal, editRefusal: outlook.editRefusal },
          like,
          run: does(false),
        },
      ],
    });
    return Promise.resolve();
  });
}

/** Shift+G: closing segments of one, two and three model windows, each with its cost. */
export function askCloseLoop(app: AppState): void {
  const session = app.session;
  app.flushEdits();
  const clip = session === null ? null : (selectedClip(session) ?? clipUnderPlayhead(session, app.transport.playhead));
  if (session === null || clip?.source.type !== 'shot')
    return app.toast('info', actionStrings.selectAClip, actionStrings.selectAClipRemedy);
  const shot = recordOf(session.doc, 'shot', clip.source.shotId);
  void app.attempt(() => {
    const perWindow = framesPerExtension(modelFor(app, shot.modelId).manifest, shot.sampling);
    const options = [1, 2, 3].map((windows): JoinOption => {
      const segmentId = session.newId();
      const frameCount = windows * perWindow;
      const edit = (doc: Document): DocumentDiff => closeLoop(doc, clip.id, { segmentId, frameCount });
      const end = clip.start + clip.duration;
      const outlook = outlookOf(app, session, { edit, segmentId, modelId: shot.modelId });
      return {
        id: `close-loop-${String(windows)}`,
        label: strings.closeLoopBy(frameCount),
        size: growth(frameCount, shot),
        preview: {
          clipId: clip.id,
          from: end,
          to: end + (outlook.after === undefined ? 0 : endIn(outlook.after, clip) - end),
          label: growth(frameCount, shot),
        },
        outlook,
        like: shot,
        run: () => makeLoop(app, session, { edit, segmentId, clipId: clip.id }),
      };
    });
    ask(app, { title: strings.closeLoopTitle(clip.name), frame: clip.start, options });
    return Promise.resolve();
  });
}

/** The clip is marked from end to end and the viewer loops it. */
function makeLoop(
  app: AppState,
  session: ProjectSession,
  loop: { readonly edit: (doc: Document) => DocumentDiff; readonly segmentId: string; readonly clipId: string },
): void {
  const isDone = session.edit(strings.closeLoop, (doc) =>
    inSequence(doc, [
      loop.edit,
      (now) => {
        const { start, duration } = recordOf(now, 'clip', loop.clipId);
        return setInOut(now, { inPoint: start, outPoint: start + duration });
      },
    ]),
  );
  if (!isDone) return;
  session.select([loop.clipId]);
  app.transport.isLooping = true;
  void queueSegment(app, session, loop.segmentId);
}

interface Outlook {
  readonly windows: readonly number[];
  /** Why it cannot be made now; null when it can. */
  readonly refusal: string | null;
  /** Why it cannot even be planned. */
  readonly editRefusal: string | null;
  /** The document with the edit. */
  readonly after?: Document;
}

interface JoinOption {
  readonly id: string;
  readonly label: string;
  readonly size: string;
  readonly preview: ChoiceItem['preview'];
  readonly outlook: Outlook;
  readonly like: GapFill['like'];
  readonly run: () => void;
}

/** Planned on the document as it would then be. */
function outlookOf(
  app: AppState,
  session: ProjectSession,
  join: { readonly edit: (doc: Document) => DocumentDiff; readonly segmentId: string; readonly modelId: string },
): Outlook {
  let after: Document | undefined;
  try {
    after = applyDiff(session.doc, join.edit(session.doc));
    const model = modelFor(app, join.modelId);
    if (model.problem !== null) return { windows: [], refusal: messageOf(model.problem), editRefusal: null, after };
    const { segmentId } = join;
    const { draft } = planSegment({ doc: after, segmentId, takes: session.takes, limits: model.manifest, seed: 0 });
    return { windows: draft.windows.map(({ frames }) => frames), refusal: null, editRefusal: null, after };
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    const refusal = messageOf(thrown);
    return after === undefined
      ? { windows: [], refusal, editRefusal: refusal }
      : { windows: [], refusal, editRefusal: null, after };
  }
}

/** Asks at once and adds the costs when they are known. */
function ask(
  app: AppState,
  question: { readonly title: string; readonly frame: number; readonly options: readonly JoinOption[] },
): void {
  const ui = timelineUiOf(app);
  const choice = (seconds: ReadonlyMap<string, number>): Choice => ({
    ...question,
    items: question.options.map(({ id, label, size, preview, outlook, run }) => {
      const cost = seconds.get(id);
      const hint = cost === undefined ? size : `${size} · ${strings.about(spokenDuration(cost))}`;
      return { id, label, hint, refusal: outlook.refusal, preview, run };
    }),
  });
  const asked = choice(new Map());
  ui.choice = asked;
  void app.attempt(async () => {
    const seconds = new Map<string, number>();
    for (const { id, outlook, like } of question.options) {
      const cost = await estimateFor(app, like, outlook.windows);
      if (cost !== null) seconds.set(id, cost.seconds);
    }
    if (ui.choice === asked) ui.choice = choice(seconds);
  });
}

/** As the left clip is made, or the right one; between two stills as the film's model makes a new shot. */
function likeNeighbour(app: AppState, session: ProjectSession, gap: Gap): GapFill['like'] {
  for (const { source } of [gap.left, gap.right])
    if (source.type === 'shot') {
      const { modelId, rate, width, height, sampling } = recordOf(session.doc, 'shot', source.shotId);
      return { modelId, rate, width, height, sampling };
    }
  const { modelId, width, height } = session.project;
  const { manifest } = modelFor(app, modelId);
  return { modelId, rate: manifest.nativeRate, width, height, sampling: samplingFrom(manifest.defaults) };
}

/** The words the left clip ends with. */
function promptBefore(session: ProjectSession, clip: ClipRecord): string {
  if (clip.source.type !== 'shot') return '';
  const { to } = session.shotFilm(clip.source.shotId);
  return promptAt(session.doc, clip.source.shotId, to - 1)?.text ?? '';
}

function growth(frames: number, { rate }: Pick<ShotRecord, 'rate'>): string {
  return strings.ghost(frames, decimal(secondsFromFrames(frames, rate), 1));
}

function endIn(doc: Document, clip: ClipRecord): number {
  const { start, duration } = recordOf(doc, 'clip', clip.id);
  return start + duration;
}
