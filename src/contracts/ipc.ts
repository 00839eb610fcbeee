/**
 * Everything the renderer may ask of main, and everything main may tell it. Main's handlers, the preload bridge and the
 * renderer's client are all derived from this one object; inputs are parsed in main, outputs in the renderer.
 * No path crosses: files are chosen in main and named by ids or grants.
 */
import { z } from 'zod';
import { SMOOTHINGS } from '@core/interpolation/smoothing';
import { BundlePreview, BundleProgress, ImportedBundle, MergeChoice } from './bundle';
import { DocumentDiff, DocumentRecord, GuidanceRule, Id, Rate, Sha256, StepReuse } from './document';
import { CudaLibraries, DeviceChoice, DeviceReport } from './device';
import { DraggedOut } from './drag-out';
import { RunProgress } from './engine';
import { ExportCost } from './export-cost';
import { Estimate, ExportPreset, FootageMedia, JobView, MediaView, SoundMedia, TakeReport, TakeView } from './job';
import { HistoryPage, HistoryQuery, NOTE_MAX, TakeComparison, TakeUse } from './history';
import { BackupView, ReclaimPlan, ReclaimReport, UpkeepProgress, VerifyReport } from './library';
import { RelinkReport } from './media';
import { ModelManifest } from './model-manifest';
import { PrunePlan } from './prune';
import { Recipe, RecipeDraft, RecipeFile } from './recipe';
import { SettingKey, SettingValue } from './settings';
import { ProjectVersion, VERSION_NAME_MAX, VersionList } from './versions';
import { WireError } from './wire-error';

function method<I extends z.ZodType, O extends z.ZodType>(input: I, output: O) {
  return { input, output };
}

const Nothing = z.object({}).strict();
const ProjectRef = z.object({ projectId: Id });

export const ProjectSummary = z.object({
  id: Id,
  name: z.string(),
  rate: Rate,
  width: z.int(),
  height: z.int(),
  clipCount: z.int(),
  /** A frame to show on the start screen, null while the project has none. */
  posterFrame: z.string().nullable(),
  createdAt: z.number(),
  updatedAt: z.number(),
  trashedAt: z.number().nullable(),
});
export type ProjectSummary = z.infer<typeof ProjectSummary>;

/** shelf: where one works · archive: kept out of the way · trash: to be restored, or removed for good with its space */
export const ProjectPlace = z.enum(['shelf', 'archive', 'trash']);
export type ProjectPlace = z.infer<typeof ProjectPlace>;

export const HistoryEntry = z.object({ label: z.string(), diff: DocumentDiff });
export type HistoryEntry = z.infer<typeof HistoryEntry>;

/** Where the artist was looking: kept with the project, not in the document. */
export const ProjectView = z.object({
  playhead: z.int().min(0),
  pixelsPerFrame: z.number().min(0.001).max(1_000),
  scrollX: z.number().min(0),
  selection: z.array(Id).max(10_000),
  /** Imported media that the media panel does not list. */
  hiddenMedia: z.array(Id).max(10_000).optional(),
});
export type ProjectView = z.infer<typeof ProjectView>;

export const OpenProject = z.object({
  id: Id,
  version: z.int(),
  records: z.array(DocumentRecord).readonly(),
  history: z.object({ undo: z.array(HistoryEntry).readonly(), redo: z.array(HistoryEntry).readonly() }),
  takes: z.array(TakeView),
  media: z.array(MediaView),
  jobs: z.array(JobView),
  view: ProjectView.nullable(),
});
export type OpenProject = z.infer<typeof OpenProject>;

export const ModelView = z.object({
  manifest: ModelManifest,
  isEmbedded: z.boolean(),
  /** null when every file is there with its size; otherwise what is wrong. Hashes are checked before the first run. */
  problem: WireError.nullable(),
  bytes: z.int(),
});
export type ModelView = z.infer<typeof ModelView>;

export const DoctorLine = z.object({
  area: z.string(),
  ok: z.boolean(),
  found: z.string(),
  wanted: z.string(),
  /** What to do; empty when ok. */
  fix: z.string(),
});
export type DoctorLine = z.infer<typeof DoctorLine>;

const ClipRef = z.object({ projectId: Id, clipId: Id });

/** A film file of a clip alone, H.264: whether it is there, and the job that makes or made it. */
export const ClipFile = z.object({
  /** failed also when it was stopped, or the file is gone: it can be made again. */
  state: z.enum(['unmade', 'making', 'ready', 'failed']),
  frameCount: z.int().min(1),
  jobId: Id.nullable(),
  /** Of the file; null until it is ready. */
  bytes: z.int().nullable(),
});
export type ClipFile = z.infer<typeof ClipFile>;

export const api = {
  'app.info': method(
    Nothing,
    z.object({
      version: z.string(),
      electron: z.string(),
      onnxruntime: z.string(),
      platform: z.string(),
      libraryName: z.string(),
      /** Where the library is, for display only. */
      libraryLabel: z.string(),
      lastProjectId: Id.nullable(),
    }),
  ),
  'app.doctor': method(Nothing, z.object({ lines: z.array(DoctorLine) })),
  /** Tries every device that was not tried yet; takes seconds. */
  'devices.report': method(Nothing, DeviceReport),
  /** Refused when the device does not work here. */
  'devices.choose': method(z.object({ choice: DeviceChoice }), DeviceReport),
  /** What of CUDA's libraries is missing, and how large it is. Fetches nothing. */
  'devices.cuda': method(Nothing, CudaLibraries),
  'devices.fetchCuda': method(Nothing, CudaLibraries),
  'app.showLibrary': method(Nothing, Nothing),

  /** What the artist set up for all projects; null = never set. */
  'settings.get': method(z.object({ key: SettingKey }), z.object({ value: SettingValue })),
  /** value: null = back to what the app does by itself. */
  'settings.set': method(z.object({ key: SettingKey, value: SettingValue }), Nothing),

  'projects.list': method(
    z.object({ place: ProjectPlace.default('shelf') }),
    z.object({ projects: z.array(ProjectSummary) }),
  ),
  'projects.create': method(
    z.object({ name: z.string().trim().min(1).max(200), rate: Rate, width: z.int(), height: z.int(), modelId: Id }),
    ProjectRef,
  ),
  'projects.open': method(ProjectRef, OpenProject),
  'projects.duplicate': method(ProjectRef, ProjectRef),
  'projects.setArchived': method(z.object({ projectId: Id, isArchived: z.boolean() }), Nothing),
  /** What its frames and imported files take on disk. */
  'projects.size': method(ProjectRef, z.object({ frames: z.int(), bytes: z.int() })),
  'projects.trash': method(ProjectRef, Nothing),
  'projects.restore': method(ProjectRef, Nothing),
  'projects.commit': method(
    z.object({
      projectId: Id,
      baseVersion: z.int(),
      label: z.string().min(1).max(200),
      /**
       * edit: a new undo entry · amend: joins the last undo entry, as when typing goes on · undo / redo: moves the last
       * entry across · session: recorded, never undone.
       */
      source: z.enum(['edit', 'amend', 'undo', 'redo', 'session']),
      diff: DocumentDiff,
    }),
    z.object({ version: z.int() }),
  ),
  /** Opens the save dialog and writes a .onionskin file; null means closed. */
  'projects.exportBundle': method(ProjectRef, z.object({ name: z.string().nullable() })),
  /**
   * Opens the file dialog and says what is in the .onionskin file and what it would add; null means closed. The grant
   * stands for the file in projects.importBundle.
   */
  'projects.chooseBundle': method(
    Nothing,
    z.object({ bundle: z.object({ grantId: Id, file: z.string(), preview: BundlePreview }).nullable() }),
  ),
  /** Merged into a project that the preview matched; null = as a project of its own. */
  'projects.importBundle': method(
    z.object({ grantId: Id, merge: MergeChoice.nullable() }),
    z.object({ imported: ImportedBundle }),
  ),
  /** Stops the bundle that is being saved or opened; that call then fails with `cancelled`. */
  'projects.cancelBundle': method(Nothing, Nothing),
  'projects.versions': method(ProjectRef, VersionList),
  /** The document as it was; the project stays as it is. */
  'projects.versionAt': method(z.object({ projectId: Id, version: z.int().min(1) }), ProjectVersion),
  /** An empty name takes it away. */
  'projects.nameVersion': method(
    z.object({ projectId: Id, version: z.int().min(1), name: z.string().trim().max(VERSION_NAME_MAX) }),
    Nothing,
  ),
  'projects.saveView': method(z.object({ projectId: Id, view: ProjectView }), Nothing),

  /** Reads every file of the library; minutes on a large one, told by library.progress. Changes nothing. */
  'library.verify': method(Nothing, VerifyReport),
  'library.reclaimPlan': method(Nothing, ReclaimPlan),
  /** Removes the items of a plan that were chosen. */
  'library.reclaim': method(ReclaimPlan, ReclaimReport),
  'library.backups': method(Nothing, z.object({ backups: z.array(BackupView) })),
  /** Checks the backup, then starts the app again on it; the database of now is moved aside. */
  'library.restoreBackup': method(z.object({ name: z.string().min(1).max(200) }), Nothing),

  'models.list': method(Nothing, z.object({ models: z.array(ModelView) })),
  /** Counts a prompt's tokens as the model's encoder does, and shows what would be cut off. */
  'models.tokens': method(
    z.object({ modelId: Id, text: z.string().max(20_000) }),
    z.object({
      count: z.int(),
      limit: z.int(),
      /** Characters of `text` the encoder reads; the rest is cut off. */
      keptChars: z.int(),
    }),
  ),

  'generate.estimate': method(
    z.object({
      modelId: Id,
      width: z.int().min(1),
      height: z.int().min(1),
      /** Frames of each window. */
      windows: z.array(z.int().min(1)).max(10_000),
      steps: z.int().min(1),
      guidance: z.number(),
      guidanceRule: GuidanceRule.optional(),
      stepReuse: StepReuse.optional(),
      /** Drawn over a film: only this share of the steps is made. */
      source: z.object({ strength: z.number().gt(0).max(1) }).optional(),
    }),
    Estimate.extend({
      /** What the machine has left right now. */
      freeMemoryBytes: z.number(),
      freeDiskBytes: z.number(),
    }),
  ),

  'jobs.list': method(Nothing, z.object({ jobs: z.array(JobView) })),
  'jobs.generate': method(
    z.object({ projectId: Id, shotId: Id, segmentId: Id, parentTakeId: Id.nullable(), draft: RecipeDraft }),
    z.object({ jobId: Id }),
  ),
  /** discards: what it made goes to the takes' trash instead of onto the timeline. */
  'jobs.cancel': method(z.object({ jobId: Id, discards: z.boolean().optional() }), Nothing),
  /** Queues a failed, cancelled or interrupted job again, under the same id. */
  'jobs.retry': method(z.object({ jobId: Id }), Nothing),
  /** Stops a job where it stands and gives its memory back; one that waits goes on waiting, aside. */
  'jobs.pause': method(z.object({ jobId: Id }), Nothing),
  /** Puts a paused job at the front of the queue, where it goes on from its last step. */
  'jobs.resume': method(z.object({ jobId: Id }), Nothing),
  /** Moves a waiting job in front of another waiting one; before: null = to the end. */
  'jobs.reorder': method(z.object({ jobId: Id, before: Id.nullable() }), Nothing),
  /** Hides finished jobs from the queue panel; their rows and takes stay. */
  'jobs.clearFinished': method(Nothing, Nothing),

  'takes.recipe': method(z.object({ takeId: Id }), z.object({ recipe: Recipe })),
  /** Opens the save dialog and writes the recipe as JSON; null means closed. */
  'takes.saveRecipe': method(z.object({ takeId: Id }), z.object({ name: z.string().nullable() })),
  /** Opens the file dialog and reads the recipes in a JSON, film or picture; null means closed. */
  'recipes.choose': method(Nothing, z.object({ file: RecipeFile.nullable() })),
  /** How it was made: the recipe, what was promised and what it took. report: null = nothing was noted. */
  'takes.details': method(z.object({ takeId: Id }), z.object({ recipe: Recipe, report: TakeReport.nullable() })),
  /** What no shot, star, note, pin, named version, waiting job or other take needs. */
  'takes.prunable': method(z.object({ projectId: Id }), PrunePlan),
  /** Bytes that go when exactly these go, shared frames counted once. */
  'takes.bytesOf': method(z.object({ projectId: Id, takeIds: z.array(Id).max(100_000) }), z.object({ bytes: z.int() })),
  'takes.trash': method(z.object({ projectId: Id, takeIds: z.array(Id).max(100_000) }), Nothing),
  'takes.restore': method(z.object({ projectId: Id, takeIds: z.array(Id).max(100_000) }), Nothing),
  'takes.star': method(z.object({ takeId: Id, isStarred: z.boolean() }), Nothing),
  /** An empty note removes it. */
  'takes.note': method(z.object({ takeId: Id, note: z.string().max(NOTE_MAX) }), Nothing),
  /** Runs the take's recipe again with what is installed now; the result belongs to no project. */
  'takes.rerender': method(z.object({ takeId: Id }), z.object({ jobId: Id })),
  'takes.compare': method(z.object({ takeId: Id, otherTakeId: Id }), TakeComparison),
  'takes.whereUsed': method(z.object({ takeId: Id }), TakeUse),
  /** Every run ever made in the library, newest first, a page at a time. */
  'history.search': method(HistoryQuery, HistoryPage),

  /** Opens the file dialog; an empty list means the artist closed it. */
  'media.choose': method(ProjectRef, z.object({ media: z.array(MediaView) })),
  /** A frame of the film as an image of the project. */
  'media.fromFrame': method(
    z.object({ projectId: Id, frame: Sha256, name: z.string().min(1).max(150) }),
    z.object({ media: MediaView }),
  ),
  /** Imported files whose file is gone, films with their originals included. */
  'media.offline': method(ProjectRef, z.object({ mediaIds: z.array(Id) })),
  /** Opens the file dialog and looks there for the files that are gone; null means closed. */
  'media.relink': method(
    z.object({ projectId: Id, from: z.enum(['files', 'folder']) }),
    z.object({ report: RelinkReport.nullable() }),
  ),
  /** Stops the looking; that call then fails with `cancelled`. What was found so far stays found. */
  'media.cancelRelink': method(Nothing, Nothing),
  /** Copies linked originals into the library; null = all of the project. */
  'media.collect': method(
    z.object({ projectId: Id, mediaIds: z.array(Id).nullable() }),
    z.object({ media: z.array(MediaView) }),
  ),
  /** The stored frame of an image scaled to cover width × height and cropped at the centre: what a still clip shows. */
  'media.fittedFrame': method(
    z.object({ mediaId: Id, width: z.int().min(16).max(8192), height: z.int().min(16).max(8192) }),
    z.object({ frame: Sha256 }),
  ),

  /** Conforms what a segment's footage names, at the shot's rate and size; its frames arrive as a take. */
  'footage.conform': method(z.object({ projectId: Id, segmentId: Id }), z.object({ jobId: Id })),
  /** Seconds it takes to conform, by what this machine has measured. */
  'footage.estimate': method(
    z.object({
      mediaId: Id,
      rate: Rate,
      width: z.int().min(1),
      height: z.int().min(1),
      frameCount: z.int().min(1),
    }),
    Estimate.pick({ seconds: true, basis: true }),
  ),
  /** The film's sound over [from, from + frameCount) as a sound of the project. */
  'footage.sound': method(
    z.object({ projectId: Id, mediaId: Id, rate: Rate, from: z.int().min(0), frameCount: z.int().min(1) }),
    z.object({ media: SoundMedia }),
  ),
  /** Numbered pictures as so many single images of the project. */
  'footage.asImages': method(z.object({ projectId: Id, mediaId: Id }), z.object({ media: z.array(MediaView) })),
  /** Opens the file dialog to say where the original is now; null means closed. Only the same file is taken. */
  'footage.relink': method(z.object({ mediaId: Id }), z.object({ media: FootageMedia.nullable() })),
  /** Shows the original in the file manager. */
  'footage.reveal': method(z.object({ mediaId: Id }), Nothing),

  /** Begins a drag of the system's with a real file; called while the pointer is down. */
  'drag.out': method(DraggedOut, Nothing),
  /** Opens the save dialog; null means closed. The grant stands for the chosen path in export.start. */
  /** name: what the file is called until the artist says otherwise; left out = as the project. */
  'export.choose': method(
    z.object({ projectId: Id, preset: ExportPreset, name: z.string().max(200).optional() }),
    z.object({ grant: z.object({ id: Id, name: z.string() }).nullable() }),
  ),
  'export.start': method(
    z.object({
      projectId: Id,
      grantId: Id,
      preset: ExportPreset,
      from: z.int().min(0),
      to: z.int().min(1),
      /** This clip alone; then the range is the clip's. */
      clipId: Id.nullable().default(null),
      embedRecipe: z.boolean(),
      smoothing: z.literal(SMOOTHINGS),
    }),
    z.object({ jobId: Id }),
  ),
  /** The clip alone as a film in a file of the system's temporary ones, to be dragged out. Refused while it lacks frames. */
  'clipFile.state': method(ClipRef, ClipFile),
  /** Makes the file, unless it is there or being made. */
  'clipFile.make': method(ClipRef, ClipFile),
  /** What an export will take; frameCount is that of all films in it, without frames drawn in between. */
  'export.estimate': method(
    z.object({
      width: z.int().min(1),
      height: z.int().min(1),
      frameCount: z.int().min(0),
      smoothing: z.literal(SMOOTHINGS),
      preset: ExportPreset,
    }),
    ExportCost,
  ),
  /** Shows a finished export in the file manager. */
  'export.reveal': method(z.object({ jobId: Id }), Nothing),
} as const;

export type Api = typeof api;
export type ApiMethod = keyof Api;
export type ApiInput<M extends ApiMethod> = z.input<Api[M]['input']>;
export type ApiOutput<M extends ApiMethod> = z.output<Api[M]['output']>;

export const events = {
  'jobs.changed': z.object({ job: JobView }),
  /** At most 10 a second for a job; the last one is never dropped. */
  'jobs.progress': z.object({ progress: RunProgress }),
  /** Export progress. */
  'export.progress': z.object({ jobId: Id, done: z.int(), total: z.int(), framesPerSecond: z.number() }),
  /** Progress of an import. */
  'conform.progress': z.object({ jobId: Id, done: z.int(), total: z.int(), framesPerSecond: z.number() }),
  /** Frames of a running generation or import that are safely stored. index counts from the segment's first frame. */
  'jobs.frames': z.object({ jobId: Id, frames: z.array(z.object({ index: z.int(), hash: z.string() })) }),
  'takes.added': z.object({ projectId: Id, take: TakeView }),
  'media.added': z.object({ projectId: Id, media: MediaView }),
  'bundle.progress': z.object({ progress: BundleProgress }),
  'library.progress': z.object({ progress: UpkeepProgress }),
  /** A menu item, by the action id of the renderer's action registry. */
  'menu.action': z.object({ actionId: z.string() }),
} as const;

export type Events = typeof events;
export type EventName = keyof Events;
export type EventPayload<E extends EventName> = z.output<Events[E]>;

/**
 * Answers that cross to the page as JSON: of a film of 10,000 clips Electron copies 40,000 records one by one, twice, in
 * two thirds of a second, and one string in a tenth of it. The page does not parse them again: what they are made of has
 * been parsed in main, where it came out of the database (docs/adr/0042).
 */
export const sentAsText: ReadonlySet<string> = new Set<ApiMethod>(['projects.open']);

/** Names of the IPC channels. */
export const channels = {
  invoke: 'studio:invoke',
  importFiles: 'studio:import-files',
  readRecipes: 'studio:read-recipes',
  event: 'studio:event',
  previewPort: 'studio:preview-port',
} as const;

/** What the preload script puts on `window.studio`. */
export interface StudioBridge {
  invoke(method: string, input: unknown): Promise<unknown>;
  subscribe(listener: (event: string, payload: unknown) => void): () => void;
  /** Dropped files become media of the project; paths are read inside preload and never shown to the page. */
  importFiles(projectId: string, files: readonly File[]): Promise<unknown>;
  /** The recipes a dropped file carries. */
  readRecipes(file: File): Promise<unknown>;
  platform: string;
}
