/**
 * One open project: the document, its history and everything derived from it.
 * The document changes only through `edit`, `beginGesture`, `undo` and `redo`; each change is on screen at once and on
 * its way to the library in the same tick. Takes, media and jobs arrive from main and are never undone.
 */
import { messageOf, remedyOf } from '../language/errors/in-words';
import { filmEnd, projectOf, recordsOf } from '@core/document/access';
import { applyDiff, documentFromRecords, isEmptyDiff } from '@core/document/apply-diff';
import { resolveShot, takeIndexFrom } from '@core/document/film';
import type { ChangeOf, ShotFilm } from '@core/document/film';
import { amendEdit, emptyHistory, recordEdit, takeRedo, takeUndo } from '@core/document/history';
import type { History, HistoryStep } from '@core/document/history';
import { restoreVersion, takesUntil } from '@core/document/restore-version';
import type { DocumentDiff } from '@core/document/diff';
import type { Document, ProjectRecord } from '@core/document/records';
import type { FrameHash, TakeIndex, TakeView } from '@core/document/takes';
import { createFilmReader } from '@core/export/plan';
import type { FilmReader } from '@core/export/plan';
import { AppError } from '@core/errors';
import { draftChanges } from '@core/prompt/draft-changes';
import type { ModelLimits } from '@core/prompt/model-limits';
import type { MediaView } from '@contracts/job';
import type { OpenProject } from '@contracts/ipc';
import type { ProjectVersion } from '@contracts/versions';
import { appErrorFrom } from './app-error-from';
import { CommitQueue } from './commit-queue.svelte';
import type { PendingCommit } from './commit-queue.svelte';
import { strings } from './strings';

/** A drag: what it previews is drawn but not recorded; `commit` leaves one undo entry. */
export interface Gesture {
  /** Replaces the preview. Returns the sentence to show when the edit is not possible there; the last good preview stays. */
  preview(make: (docAtStart: Document) => DocumentDiff): string | null;
  commit(): void;
  cancel(): void;
}

export interface SessionOptions {
  readonly send: (commit: PendingCommit, baseVersion: number) => Promise<number>;
  /** An edit was refused, or saving failed: shown to the artist. */
  readonly onError: (error: AppError) => void;
  readonly onStale: () => void;
  /** The stored frame of an image cropped to width × height. */
  readonly fittedFrame: (mediaId: string, width: number, height: number) => Promise<FrameHash>;
  /** Limits of an installed model; null or left out = takes are not compared with what would be planned now. */
  readonly limitsOf?: (modelId: string) => ModelLimits | null;
}

export type SelectMode = 'replace' | 'add' | 'toggle';

export class ProjectSession {
  readonly id: string;
  readonly commits: CommitQueue;

  /** Never mutated; replaced by every edit. */
  doc: Document = $state.raw(new Map());
  takes: TakeIndex = $state.raw(new Map());
  media: readonly MediaView[] = $state.raw([]);
  /** Imported media that the media panel does not list. Kept with the view: the film does not know of it. */
  hiddenMedia: ReadonlySet<string> = $state.raw(new Set());
  history: History = $state.raw(emptyHistory);
  /** The earlier version that is looked at in place of the document of now, which nothing changes meanwhile. */
  past: ProjectVersion | null = $state.raw(null);
  /** Ids of clips, prompt blocks, transitions and markers. */
  selection: ReadonlySet<string> = $state.raw(new Set<string>());

  /** Frames of stills by media and size; null while main is making one. One entry per still in the film. */
  #stills: ReadonlyMap<string, FrameHash | null> = $state.raw(new Map());

  readonly project: ProjectRecord = $derived(projectOf(this.doc));
  readonly film: FilmReader = $derived(readerOf(this.doc, this.takes, this.#stills));
  /** Exclusive last project frame. */
  readonly end: number = $derived(filmEnd(this.doc));

  readonly #options: SessionOptions;
  /** What is looked away from, while `past` is looked at. */
  #present: { readonly doc: Document; readonly takes: TakeIndex } | null = null;
  #gesture: Gesture | null = null;
  /** The run of edits that the last undo entry stands for. */
  #run: number | null = null;
  #shotFilms = new Map<string, ShotFilm>();
  #shotFilmsFor: { doc: Document; takes: TakeIndex } | null = null;
  #changeOf: ChangeOf | null = null;

  constructor(opened: OpenProject, options: SessionOptions) {
    this.id = opened.id;
    this.#options = options;
    this.doc = documentFromRecords(opened.records);
    this.takes = takeIndexFrom(opened.takes);
    this.media = opened.media;
    this.hiddenMedia = new Set(opened.view?.hiddenMedia ?? []);
    this.history = opened.history;
    this.selection = new Set((opened.view?.selection ?? []).filter((id) => this.doc.has(id)));
    this.commits = new CommitQueue({
      version: opened.version,
      send: options.send,
      onFailure: options.onError,
      onStale: options.onStale,
    });
  }

  /**
   * Runs a pure edit. False when it was refused; the artist has then been told why. Edits of one `run` (a text while it
   * is typed) that follow each other are one undo entry; each is still on its way to the library at once.
   */
  edit(label: string, make: (doc: Document) => DocumentDiff, { run }: { readonly run?: number } = {}): boolean {
    this.#gesture?.cancel();
    return this.#attempt(() => {
      this.#assertPresent();
      const diff = make(this.doc);
      if (isEmptyDiff(diff)) return;
      const joined = run !== undefined && run === this.#run ? amendEdit(this.history, diff) : null;
      if (joined === null) this.#record(label, diff, this.doc);
      else this.#amend(diff, joined);
      this.#run = run ?? null;
    });
  }

  /** Starts a drag. A drag that was still open is cancelled. */
  beginGesture(label: string): Gesture {
    this.#gesture?.cancel();
    const start = this.doc;
    let diff: DocumentDiff | null = null;
    let isOpen = true;
    const close = (): boolean => {
      const wasOpen = isOpen;
      isOpen = false;
      if (wasOpen) this.#gesture = null;
      return wasOpen;
    };
    const gesture: Gesture = {
      preview: (make) => {
        if (!isOpen) return null;
        if (this.past !== null) return sentenceOf(lookingBack());
        try {
          const next = make(start);
          this.doc = applyDiff(start, next);
          diff = next;
          return null;
        } catch (thrown) {
          if (thrown instanceof AppError) return sentenceOf(thrown);
          throw thrown;
        }
      },
      commit: () => {
        if (!close()) return;
        this.doc = start;
        if (diff !== null && !isEmptyDiff(diff)) {
          const last = diff;
          this.#attempt(() => this.#record(label, last, start));
        }
      },
      cancel: () => {
        if (close()) this.doc = start;
      },
    };
    this.#gesture = gesture;
    return gesture;
  }

  undo(): void {
    this.#gesture?.cancel();
    this.#attempt(() => {
      this.#assertPresent();
      const step = takeUndo(this.history);
      if (step === null) return;
      this.#step('undo', step);
    });
  }

  redo(): void {
    this.#gesture?.cancel();
    this.#attempt(() => {
      this.#assertPresent();
      const step = takeRedo(this.history);
      if (step === null) return;
      this.#step('redo', step);
    });
  }

  /** Shows an earlier version, with the takes of its time. */
  lookAt(version: ProjectVersion): void {
    this.#gesture?.cancel();
    this.#present ??= { doc: this.doc, takes: this.takes };
    this.past = version;
    this.takes = takesUntil(this.#present.takes, version.until);
    this.doc = documentFromRecords(version.records);
    this.#keepSelectionReal();
  }

  lookAtNow(): void {
    if (this.#present === null) return;
    ({ doc: this.doc, takes: this.takes } = this.#present);
    this.#present = null;
    this.past = null;
    this.#keepSelectionReal();
  }

  /** Makes what is looked at the document of now, as one edit. */
  restorePast(label: string): boolean {
    const { past } = this;
    if (past === null) return false;
    this.lookAtNow();
    const document = documentFromRecords(past.records);
    return this.edit(label, (present) => restoreVersion(present, document, this.takes, past.until));
  }

  select(ids: Iterable<string>, mode: SelectMode = 'replace'): void {
    const next = new Set(mode === 'replace' ? [] : this.selection);
    for (const id of ids) {
      if (mode === 'toggle' && next.has(id)) next.delete(id);
      else next.add(id);
    }
    this.selection = next;
  }

  newId(): string {
    return crypto.randomUUID().replaceAll('-', '').slice(0, 16);
  }

  /** The film a shot shows now, its branch resolved to takes. */
  shotFilm(shotId: string): ShotFilm {
    const { doc, takes } = this;
    if (this.#shotFilmsFor?.doc !== doc || this.#shotFilmsFor.takes !== takes) {
      this.#shotFilms = new Map();
      this.#shotFilmsFor = { doc, takes };
      this.#changeOf = null;
    }
    const known = this.#shotFilms.get(shotId);
    if (known !== undefined) return known;
    this.#changeOf ??= draftChanges({ doc, takes, limitsOf: this.#options.limitsOf ?? (() => null) });
    const film = resolveShot(doc, shotId, takes, { changeOf: this.#changeOf });
    this.#shotFilms.set(shotId, film);
    return film;
  }

  addTake(take: TakeView): void {
    if (this.#present === null) this.takes = withTake(this.takes, take);
    else this.#present = { ...this.#present, takes: withTake(this.#present.takes, take) };
  }

  /** A star or a note changed in the library, or the take went to the trash or came back. */
  markTake(takeId: string, mark: Pick<TakeView, 'isStarred' | 'note' | 'isTrashed'>): void {
    for (const [segmentId, takes] of this.takes) {
      if (!takes.some(({ id }) => id === takeId)) continue;
      const marked = takes.map((take) => (take.id === takeId ? { ...take, ...mark } : take));
      this.takes = new Map(this.takes).set(segmentId, marked);
    }
  }

  /** The frame a still clip shows, at the film's size; null until main has made it. */
  stillFrame(mediaId: string): FrameHash | null {
    return this.#stills.get(stillKey(mediaId, this.project)) ?? null;
  }

  /** Asks main for the frames of stills on the timeline that are not here yet. */
  loadStills(): void {
    const project = this.project;
    const wanted = new Set<string>();
    for (const clip of recordsOf(this.doc, 'clip')) if (clip.source.type === 'still') wanted.add(clip.source.mediaId);
    for (const mediaId of wanted) {
      const key = stillKey(mediaId, project);
      if (this.#stills.has(key)) continue;
      this.#stills = new Map(this.#stills).set(key, null);
      this.#options.fittedFrame(mediaId, project.width, project.height).then(
        (frame) => (this.#stills = new Map(this.#stills).set(key, frame)),
        (thrown: unknown) => this.#options.onError(appErrorFrom(thrown)),
      );
    }
  }

  hideMedia(mediaId: string, isHidden: boolean): void {
    const rest = [...this.hiddenMedia].filter((id) => id !== mediaId);
    this.hiddenMedia = new Set(isHidden ? [...rest, mediaId] : rest);
  }

  addMedia(media: MediaView): void {
    if (!this.media.some((one) => one.id === media.id)) this.media = [media, ...this.media];
  }

  #record(label: string, diff: DocumentDiff, base: Document): void {
    this.#run = null;
    this.commits.assertRoom();
    this.doc = applyDiff(base, diff);
    this.history = recordEdit(this.history, { label, diff });
    this.#keepSelectionReal();
    this.commits.push({ label, source: 'edit', diff });
  }

  #amend(diff: DocumentDiff, joined: History): void {
    const entry = joined.undo.at(-1);
    const undone = takeUndo(this.history);
    // Typed back to what was there: that is an undo, not an entry that does nothing.
    if (entry !== undefined && undone !== null && isEmptyDiff(entry.diff)) return this.#step('undo', undone);
    this.commits.assertRoom();
    this.doc = applyDiff(this.doc, diff);
    this.history = joined;
    this.#keepSelectionReal();
    this.commits.push({ label: entry?.label ?? '', source: 'amend', diff });
  }

  #step(source: 'undo' | 'redo', step: HistoryStep): void {
    this.#run = null;
    this.commits.assertRoom();
    this.doc = applyDiff(this.doc, step.diff);
    this.history = step.history;
    this.#keepSelectionReal();
    this.commits.push({ label: step.entry.label, source, diff: step.diff });
  }

  #keepSelectionReal(): void {
    const kept = [...this.selection].filter((id) => this.doc.has(id));
    if (kept.length !== this.selection.size) this.selection = new Set(kept);
  }

  #assertPresent(): void {
    if (this.past !== null) throw lookingBack();
  }

  #attempt(change: () => void): boolean {
    try {
      change();
      return true;
    } catch (thrown) {
      this.#options.onError(appErrorFrom(thrown));
      return false;
    }
  }
}

function withTake(takes: TakeIndex, take: TakeView): TakeIndex {
  const known = takes.get(take.segmentId) ?? [];
  if (known.some((one) => one.id === take.id)) return takes;
  const index = takeIndexFrom([take, ...known]);
  return new Map(takes).set(take.segmentId, index.get(take.segmentId) ?? []);
}

function lookingBack(): AppError {
  return new AppError('input/invalid', strings.lookingBack, { field: 'version', remedy: strings.lookingBackRemedy });
}

function readerOf(doc: Document, takes: TakeIndex, stills: ReadonlyMap<string, FrameHash | null>): FilmReader {
  const project = projectOf(doc);
  return createFilmReader(doc, takes, (mediaId) => stills.get(stillKey(mediaId, project)) ?? null);
}

function stillKey(mediaId: string, size: { readonly width: number; readonly height: number }): string {
  return `${mediaId} ${size.width}×${size.height}`;
}

export function sentenceOf(error: AppError): string {
  const remedy = remedyOf(error);
  return remedy === undefined ? messageOf(error) : `${messageOf(error)}. ${remedy}`;
}
