/**
 * The window's state: which screen, which project, what is running and which dialog is open.
 * Talks to main through the client it is given; every failure ends as a toast with its remedy.
 */
import { messageOf, remedyOf } from '../language/errors/in-words';
import { createContext } from 'svelte';
import type { ApiInput, ApiOutput, ModelView, OpenProject, ProjectSummary, ProjectView } from '@contracts/ipc';
import type { ImportedBundle } from '@contracts/bundle';
import type { JobView } from '@contracts/job';
import type { RecipeFile } from '@contracts/recipe';
import type { DocumentDiff } from '@core/document/diff';
import type { CurveOf } from '@core/timeline/curves';
import type { ClipRecord } from '@core/document/records';
import type { TakeView } from '@core/document/takes';
import type { Rate } from '@core/time/rate';
import type { AppError } from '@core/errors';
import type { StudioClient } from '../bridge/client';
import { appErrorFrom } from './app-error-from';
import { Jobs } from './jobs.svelte';
import { ProjectSession } from './session.svelte';
import { Toasts } from './toasts.svelte';
import type { ToastAction, ToastKind } from './toasts.svelte';
import { Transport } from './transport.svelte';
import { strings } from './strings';

export type AppInfo = ApiOutput<'app.info'>;

/** Of a project that nobody has looked at yet: the timeline fits it to its window. */
export const UNSEEN_VIEW: Readonly<Record<'pixelsPerFrame' | 'scrollX', number>> = { pixelsPerFrame: 6, scrollX: 0 };

export interface ExtendRequest {
  readonly clipId: string;
  readonly direction: 'forward' | 'backward';
  /** New frames at the shot's rate, when a drag has already said how many. */
  readonly frames?: number;
  /** Shot frame to branch off at, when the clip's end is trimmed and growth begins at what is seen. */
  readonly atShotFrame?: number;
  /** Where the pointer let go, in CSS pixels of the window; centred on the viewer without it. */
  readonly at?: { readonly x: number; readonly y: number };
}

export type Dialog =
  | { readonly kind: 'new-project' }
  /** clipId: this clip alone is offered, and chosen. */
  | { readonly kind: 'export'; readonly clipId?: string }
  | { readonly kind: 'shortcuts' }
  | { readonly kind: 'settings' }
  | { readonly kind: 'palette' }
  | { readonly kind: 'doctor' }
  | { readonly kind: 'library' }
  | { readonly kind: 'prune' }
  | { readonly kind: 'recipe'; readonly takeId: string }
  | { readonly kind: 'recipe-file'; readonly file: RecipeFile }
  | { readonly kind: 'bundle'; readonly work: 'export' | 'import'; readonly opened?: ImportedBundle }
  | { readonly kind: 'model'; readonly modelId: string }
  | {
      readonly kind: 'footage';
      readonly mediaIds: readonly string[];
      readonly trackId: string | null;
      readonly frame: number;
    }
  | { readonly kind: 'prompt-map'; readonly shotId: string }
  | ({ readonly kind: 'curve-text' } & CurveOf)
  | { readonly kind: 'paste-attributes'; readonly from: ClipRecord; readonly toClipIds: readonly string[] }
  | ({ readonly kind: 'extend' } & ExtendRequest);

export interface NewProject {
  readonly name: string;
  readonly rate: Rate;
  readonly width: number;
  readonly height: number;
  readonly modelId: string;
}

export class AppState {
  readonly client: StudioClient;
  readonly jobs = new Jobs();
  readonly transport: Transport;
  readonly toasts = new Toasts();

  screen: 'loading' | 'start' | 'studio' = $state('loading');
  info: AppInfo | null = $state.raw(null);
  models: readonly ModelView[] = $state.raw([]);
  projects: readonly ProjectSummary[] = $state.raw([]);
  session: ProjectSession | null = $state.raw(null);
  timelineView = $state({ ...UNSEEN_VIEW });
  isSnapping = $state(true);
  dialog: Dialog | null = $state.raw(null);
  leftTab: 'media' | 'takes' | 'history' = $state('media');
  isQueueOpen = $state(false);
  /** Segments that are queued as soon as the part they grow from has a picture. */
  waitingSegments: ReadonlySet<string> = $state.raw(new Set<string>());
  /** Rises each time the artist asks to write in the selected block; the prompt field takes the focus. */
  promptFocusRequests = $state(0);

  /** Rises each time the artist asks to rename what is selected; its name in the inspector takes the focus. */
  nameFocusRequests = $state(0);

  /** Rises each time the artist asks for another speed of what is selected; its field in the inspector takes the focus. */
  speedFocusRequests = $state(0);

  /** Rises each time the artist asks for more seeds; the field for their number takes the focus. */
  seedCountFocusRequests = $state(0);

  /** A take or an imported medium that its panel should bring into sight and focus; the panel sets it back. */
  revealId: string | null = $state(null);

  readonly #flushers = new Set<() => void>();

  /** Set by the actions: goes on with what waited for this segment. */
  onTake: ((session: ProjectSession, segmentId: string) => void) | null = null;

  constructor(client: StudioClient) {
    this.client = client;
    this.transport = new Transport(() => {
      const session = this.session;
      if (session === null) return null;
      const { rate, inPoint, outPoint } = session.project;
      const from = Math.min(inPoint ?? 0, session.end);
      const to = Math.max(from, Math.min(outPoint ?? session.end, session.end));
      return { rate, end: session.end, range: this.transport.isLooping ? { from, to } : { from: 0, to: session.end } };
    });
  }

  modelOf(id: string): ModelView | null {
    return this.models.find((model) => model.manifest.id === id) ?? null;
  }

  toast(kind: ToastKind, text: string, remedy?: string, action?: ToastAction): void {
    this.toasts.show(kind, text, remedy, action);
  }

  showError(error: AppError): void {
    if (error.code === 'cancelled') return;
    this.toasts.show('error', messageOf(error), remedyOf(error));
  }

  /** Runs something that may fail; a failure is shown and answered with null. */
  async attempt<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (thrown) {
      this.showError(appErrorFrom(thrown));
      return null;
    }
  }

  /** Registers a field that holds text not yet in the document; returns its removal, which writes it a last time. */
  onFlush(flush: () => void): () => void {
    this.#flushers.add(flush);
    return () => {
      this.#flushers.delete(flush);
      flush();
    };
  }

  /** Writes what is still in fields into the document, so that an action sees what the artist sees. */
  flushEdits(): void {
    for (const flush of this.#flushers) flush();
  }

  /** Selects a prompt block and puts the cursor into its text. */
  editPrompt(blockId: string): void {
    this.session?.select([blockId]);
    this.promptFocusRequests += 1;
  }

  /** Opens the small form that asks how far a clip grows. */
  openExtend(request: ExtendRequest): void {
    this.dialog = { kind: 'extend', ...request };
  }

  readonly #takeWaiters = new Map<string, ((take: TakeView | null) => void)[]>();

  /** The next take of a segment; null when the run that was making it ends without one. */
  nextTakeOf(segmentId: string): Promise<TakeView | null> {
    return new Promise((resolve) => {
      this.#takeWaiters.set(segmentId, [...(this.#takeWaiters.get(segmentId) ?? []), resolve]);
    });
  }

  #answerTakeWaiters(segmentId: string, take: TakeView | null): void {
    const waiters = this.#takeWaiters.get(segmentId) ?? [];
    this.#takeWaiters.delete(segmentId);
    for (const resolve of waiters) resolve(take);
  }

  /** Start-up: everything the window needs, then the last project, or the start screen. */
  async boot(): Promise<void> {
    this.#listen();
    await this.attempt(async () => {
      const [info, { models }, { jobs }] = await Promise.all([
        this.client.invoke('app.info', {}),
        this.client.invoke('models.list', {}),
        this.client.invoke('jobs.list', {}),
      ]);
      this.info = info;
      this.models = models;
      this.jobs.replace(jobs);
    });
    const lastProjectId = this.info?.lastProjectId ?? null;
    if (lastProjectId !== null && (await this.openProject(lastProjectId))) return;
    await this.showStart();
  }

  async showStart(): Promise<void> {
    if (!(await this.#leaveProject())) return;
    this.session = null;
    await this.refreshProjects();
    this.screen = 'start';
  }

  async refreshProjects(): Promise<void> {
    const answer = await this.attempt(() => this.client.invoke('projects.list', {}));
    if (answer !== null) this.projects = answer.projects;
  }

  async openProject(projectId: string): Promise<boolean> {
    if (!(await this.#leaveProject())) return false;
    const opened = await this.attempt(() => this.client.invoke('projects.open', { projectId }));
    if (opened === null) return false;
    this.#adopt(opened);
    return true;
  }

  async createProject(project: NewProject): Promise<boolean> {
    const created = await this.attempt(() => this.client.invoke('projects.create', project));
    return created !== null && (await this.openProject(created.projectId));
  }

  async trashProject(project: ProjectSummary): Promise<void> {
    const { id: projectId, name } = project;
    if ((await this.attempt(() => this.client.invoke('projects.trash', { projectId }))) === null) return;
    await this.refreshProjects();
    const restore = async (): Promise<void> => {
      await this.attempt(() => this.client.invoke('projects.restore', { projectId }));
      await this.refreshProjects();
    };
    this.toast('info', strings.trashed(name), undefined, { label: strings.undo, run: () => void restore() });
  }

  /** Everything of the open project into the library. False when that failed: leaving would lose it. */
  async #leaveProject(): Promise<boolean> {
    this.transport.reset();
    this.flushEdits();
    if (this.session === null) return true;
    await this.saveView();
    await this.session.commits.settled();
    if (this.session.commits.failure !== null) {
      this.toast('error', strings.unsaved, strings.unsavedRemedy);
      return false;
    }
    this.waitingSegments = new Set();
    this.dialog = null;
    return true;
  }

  async importFiles(files: readonly File[]): Promise<void> {
    const session = this.session;
    if (session === null || files.length === 0) return;
    const media = await this.attempt(() => this.client.importFiles(session.id, files));
    for (const one of media ?? []) session.addMedia(one);
  }

  async chooseMedia(): Promise<void> {
    const session = this.session;
    if (session === null) return;
    const answer = await this.attempt(() => this.client.invoke('media.choose', { projectId: session.id }));
    for (const one of answer?.media ?? []) session.addMedia(one);
    if ((answer?.media.length ?? 0) > 0) this.leftTab = 'media';
  }

  /** Where the artist is looking, kept with the project. */
  currentView(): ProjectView | null {
    if (this.session === null) return null;
    return {
      playhead: Math.max(0, this.transport.playhead),
      pixelsPerFrame: Math.min(1_000, Math.max(0.001, this.timelineView.pixelsPerFrame)),
      scrollX: Math.max(0, this.timelineView.scrollX),
      selection: [...this.session.selection].slice(0, 10_000),
      ...(this.session.hiddenMedia.size > 0 && { hiddenMedia: [...this.session.hiddenMedia].slice(0, 10_000) }),
    };
  }

  async saveView(): Promise<void> {
    const view = this.currentView();
    const projectId = this.session?.id;
    if (view === null || projectId === undefined) return;
    await this.attempt(() => this.client.invoke('projects.saveView', { projectId, view }));
  }

  #adopt(opened: OpenProject): void {
    const session = new ProjectSession(opened, {
      send: async (commit, baseVersion) => {
        const input = { projectId: opened.id, baseVersion, ...commit, diff: writable(commit.diff) };
        return (await this.client.invoke('projects.commit', input)).version;
      },
      onError: (error) => this.showError(error),
      onStale: () => void this.#reload(opened.id),
      fittedFrame: async (mediaId, width, height) =>
        (await this.client.invoke('media.fittedFrame', { mediaId, width, height })).frame,
      limitsOf: (modelId) => this.modelOf(modelId)?.manifest ?? null,
    });
    for (const job of opened.jobs) this.jobs.put(job);
    const isOther = this.session?.id !== opened.id;
    this.session = session;
    this.transport.playhead = Math.min(opened.view?.playhead ?? 0, session.end);
    if (opened.view !== null) {
      const { pixelsPerFrame, scrollX } = opened.view;
      this.timelineView = { pixelsPerFrame, scrollX };
    } else if (isOther) this.timelineView = { ...UNSEEN_VIEW };
    this.screen = 'studio';
  }

  async #reload(projectId: string): Promise<void> {
    const opened = await this.attempt(() => this.client.invoke('projects.open', { projectId }));
    if (opened === null || this.session?.id !== projectId) return;
    this.#adopt(opened);
    this.toast('info', strings.reloaded, strings.reloadedRemedy);
  }

  #listen(): void {
    const { client, jobs } = this;
    client.on('jobs.changed', ({ job }) => this.#onJob(job, jobs.put(job)));
    client.on('jobs.progress', ({ progress }) => jobs.putProgress(progress));
    client.on('jobs.frames', ({ jobId, frames }) => jobs.putFrames(jobId, frames));
    client.on('export.progress', ({ jobId, ...progress }) => jobs.putExportProgress(jobId, progress));
    client.on('conform.progress', ({ jobId, ...progress }) => jobs.putExportProgress(jobId, progress));
    client.onPreview((preview) => jobs.putPreview(preview));
    client.on('takes.added', ({ projectId, take }) => {
      if (this.session?.id !== projectId) return;
      this.session.addTake(take);
      this.#answerTakeWaiters(take.segmentId, take);
      this.onTake?.(this.session, take.segmentId);
    });
    client.on('media.added', ({ projectId, media }) => {
      if (this.session?.id === projectId) this.session.addMedia(media);
    });
  }

  /** What waited for a part that will not come, and what waited for that. */
  #dropWaitingFor(job: JobView): void {
    const session = this.session;
    // With a take, whole or not, those who wait go on from it.
    if (session === null || job.segmentId === null || job.takeId !== null) return;
    const lost = new Set<string>([job.segmentId]);
    const kept = new Set(this.waitingSegments);
    for (let before = -1; before !== lost.size;) {
      before = lost.size;
      for (const id of this.waitingSegments) {
        const segment = session.doc.get(id);
        if (segment?.kind === 'segment' && segment.parentId !== null && lost.has(segment.parentId)) lost.add(id);
      }
    }
    for (const id of lost) kept.delete(id);
    if (kept.size === this.waitingSegments.size) return;
    this.waitingSegments = kept;
    this.toast('info', strings.waitingDropped, strings.waitingDroppedRemedy);
  }

  #onJob(job: JobView, before: JobView | null): void {
    if (before?.state === job.state) return;
    const hasEnded = job.state === 'failed' || job.state === 'cancelled' || job.state === 'interrupted';
    if (hasEnded && job.takeId === null && job.segmentId !== null) this.#answerTakeWaiters(job.segmentId, null);
    if (job.state === 'failed' || job.state === 'cancelled' || job.state === 'interrupted') this.#dropWaitingFor(job);
    if (job.state === 'failed' && job.error !== null)
      this.toast('error', strings.jobFailed(job.title, messageOf(job.error)), remedyOf(job.error));
    if (job.state === 'done' && job.kind === 'export')
      this.toast('success', strings.exported(job.title), undefined, {
        label: strings.reveal,
        run: () => void this.attempt(() => this.client.invoke('export.reveal', { jobId: job.id })),
      });
  }
}

/** zod's input type asks for arrays that may be written; the records themselves are shared. */
function writable(diff: DocumentDiff): ApiInput<'projects.commit'>['diff'] {
  return { ...diff, added: [...diff.added], updated: [...diff.updated], removed: [...diff.removed] };
}

const [getApp, setApp] = createContext<AppState>();

/** The window's state, inside any component. */
export function useApp(): AppState {
  return getApp();
}

/** Called once, by App.svelte. */
export function provideApp(app: AppState): AppState {
  return setApp(app);
}
