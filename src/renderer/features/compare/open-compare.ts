/**
 * Entering, leaving and steering a comparison. By key the take in use is A and the take made before it is B; from a row
 * of the takes panel the row is B.
 */
import { clipsOfShot } from '@core/document/access';
import type { TakeView } from '@core/document/takes';
import { focusOf, spanAt } from '../../actions/selection';
import { applyTake, takeGroups } from '../../actions/takes';
import type { AppState } from '../../state/app.svelte';
import type { ProjectSession } from '../../state/session.svelte';
import { seamRange, sideOf, takeById, type CompareSide } from './compare-sides';
import { compareUiOf, type ComparePair, type SideName } from './compare-ui.svelte';
import { strings } from './strings';

/** Alt+C: compares what is under the playhead, or leaves. */
export function toggleCompare(app: AppState): void {
  if (compareUiOf(app).pair !== null) return closeCompare(app);
  const session = app.session;
  const focus = session === null ? null : focusOf(session, app.transport.playhead);
  const span = focus === null ? null : spanAt(focus);
  if (session === null || focus === null || span === null) return;
  const a = span.takeId === null ? null : takeById(session.takes, span.takeId);
  if (a === null) return app.toast('info', strings.nothingMade, strings.nothingMadeRemedy);
  const b = otherTake(session, a);
  if (b === null) return app.toast('info', strings.onlyOne, strings.onlyOneRemedy);
  openPair(app, session, { shotId: focus.shot.id, a: a.id, b: b.id });
}

/** The take made before this one, else the newest after it, else one of another branch. */
function otherTake(session: ProjectSession, take: TakeView): TakeView | null {
  const own = session.takes.get(take.segmentId) ?? [];
  const at = own.findIndex((one) => one.id === take.id);
  const sibling = own[at + 1] ?? own.find((one) => one.id !== take.id);
  if (sibling !== undefined) return sibling;
  return takeGroups(session, take.shotId).other[0]?.takes[0] ?? null;
}

/** From a row: that take against the one the film shows where it would stand. */
export function compareWithUsed(app: AppState, session: ProjectSession, take: TakeView): void {
  const used = usedInPlaceOf(session, take);
  if (used === null) return app.toast('info', strings.nothingMade, strings.nothingMadeRemedy);
  openPair(app, session, { shotId: take.shotId, a: used.id, b: take.id });
}

/** The take in use where this one would be; null when that is this one, or nothing. */
export function usedInPlaceOf(session: ProjectSession, take: TakeView): TakeView | null {
  const segment = session.doc.get(take.segmentId);
  if (segment?.kind !== 'segment') return null;
  const { spans } = session.shotFilm(take.shotId);
  const last = segment.from + segment.frameCount - 1;
  const covers = (frame: number) => spans.findLast((span) => span.from <= frame && frame < span.to);
  const span = spans.find((one) => one.segmentId === segment.id) ?? covers(last) ?? covers(segment.from);
  const used = span?.takeId ?? null;
  return used === null || used === take.id ? null : takeById(session.takes, used);
}

function openPair(app: AppState, session: ProjectSession, pair: ComparePair): void {
  const ui = compareUiOf(app);
  ui.pair = pair;
  ui.isFlipped = false;
  ui.seamIndex = null;
  const { playhead } = app.transport;
  const clips = clipsOfShot(session.doc, pair.shotId);
  const [first] = clips;
  if (first !== undefined && !clips.some((clip) => clip.start <= playhead && playhead < clip.start + clip.duration))
    app.transport.seek(first.start);
}

export function closeCompare(app: AppState): void {
  const ui = compareUiOf(app);
  ui.pair = null;
  ui.seamIndex = null;
  const { transport } = app;
  if (transport.audition !== null) transport.reset();
  transport.audition = null;
  transport.reach = 0;
  // A longer branch may have led past the end of the film.
  if (transport.playhead > (app.session?.end ?? 0)) transport.seek(transport.playhead);
}

/** Puts a side's take in use; one undo step. */
export function useSide(app: AppState, name: SideName): void {
  const pair = compareUiOf(app).pair;
  const session = app.session;
  const take = pair === null || session === null ? null : takeById(session.takes, pair[name]);
  if (session !== null && take !== null) applyTake(session, take);
}

export function sideNamed(app: AppState, name: SideName): CompareSide | null {
  const pair = compareUiOf(app).pair;
  const session = app.session;
  const take = pair === null || session === null ? null : takeById(session.takes, pair[name]);
  if (session === null || take === null) return null;
  const { doc, takes } = session;
  return sideOf({ doc, takes, stills: (mediaId) => session.stillFrame(mediaId) }, take);
}

/** Every seam of either side, earliest first, each with the stretch that plays around it. */
export function auditionsOf(app: AppState, sides: readonly CompareSide[]): { from: number; to: number }[] {
  const found = new Map<string, { from: number; to: number }>();
  for (const side of sides)
    for (const seam of side.seams) {
      const range = seamRange(side, seam, app.transport.playhead);
      if (range !== null) found.set(`${String(range.from)}–${String(range.to)}`, range);
    }
  return [...found.values()].sort((a, b) => a.from - b.from);
}

/** Plays the first seam over and over; asked again, the next one, and after the last one none. */
export function nextSeam(app: AppState): void {
  const ui = compareUiOf(app);
  const sides = (['a', 'b'] as const).map((name) => sideNamed(app, name)).filter((side) => side !== null);
  const seams = auditionsOf(app, sides);
  if (seams.length === 0) return app.toast('info', strings.noSeam, strings.noSeamRemedy);
  const index = ui.seamIndex === null ? 0 : ui.seamIndex + 1;
  const range = seams[index];
  const { transport } = app;
  if (range === undefined) {
    ui.seamIndex = null;
    transport.audition = null;
    transport.reset();
    return;
  }
  ui.seamIndex = index;
  transport.reset();
  transport.audition = range;
  transport.seek(range.from);
  transport.play();
}
