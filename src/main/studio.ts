/**
 * The studio without a face: what both shells (the Electron window and the command line) may ask of the services.
 * compose.ts builds one; nothing here names an implementation. Every method throws AppError on a failure the user can
 * meet, and leaves the library as it was.
 */
import type { PrunePlan } from '@contracts/prune';
import type { GuidanceRule, StepReuse } from '@core/diffusion/guidance-rule';
import type { DocumentDiff } from '@core/document/diff';
import type { DocumentRecord } from '@core/document/records';
import type {
  DoctorLine,
  HistoryEntry,
  ModelView,
  OpenProject,
  ProjectPlace,
  ProjectSummary,
  ProjectView,
} from '@contracts/ipc';
import type { CudaLibraries, DeviceChoice, DeviceReport } from '@contracts/device';
import type { RunProgress } from '@contracts/engine';
import type { ExportCost } from '@contracts/export-cost';
import type { BundlePreview, BundleProgress, ImportedBundle, MergeChoice } from '@contracts/bundle';
import type { HistoryPage, HistoryQuery, TakeComparison, TakeUse } from '@contracts/history';
import type { BackupView, ReclaimPlan, ReclaimReport, UpkeepProgress, VerifyReport } from '@contracts/library';
import type { Estimate, ExportPreset, FootageMedia, JobView, MediaView, TakeReport, TakeView } from '@contracts/job';
import type { Recipe, RecipeDraft, RecipeFile } from '@contracts/recipe';
import type { RelinkReport } from '@contracts/media';
import type { ProjectVersion, VersionList } from '@contracts/versions';
import type { SettingValue } from '@contracts/settings';
import type { Smoothing } from '@core/interpolation/smoothing';
import type { Rate } from '@core/time/rate';

/** What a run will cost, and what the machine has left for it. */
export interface CostOutlook extends Estimate {
  readonly freeMemoryBytes: number;
  readonly freeDiskBytes: number;
}

/** Everything that happens on its own; the electron shell forwards it to the window, the CLI to the terminal. */
export interface StudioEvents {
  'jobs.changed': { job: JobView };
  'jobs.progress': { progress: RunProgress };
  'jobs.frames': { jobId: string; frames: { index: number; hash: string }[] };
  'export.progress': { jobId: string; done: number; total: number; framesPerSecond: number };
  'conform.progress': { jobId: string; done: number; total: number; framesPerSecond: number };
  'takes.added': { projectId: string; take: TakeView };
  'media.added': { projectId: string; media: MediaView };
  'bundle.progress': { progress: BundleProgress };
  'library.progress': { progress: UpkeepProgress };
}

/** What a conform makes: frames of the film's rate and size. */
export interface ConformShape {
  readonly rate: Rate;
  readonly width: number;
  readonly height: number;
  readonly frameCount: number;
}

/** What decides how long an export takes. */
export interface ExportShape {
  readonly width: number;
  readonly height: number;
  /** Of all films that are written, without those drawn in between. */
  readonly frameCount: number;
  readonly smoothing: Smoothing;
  readonly preset: ExportPreset;
}

export interface Studio {
  readonly libraryDir: string;
  on<E extends keyof StudioEvents>(event: E, listener: (payload: StudioEvents[E]) => void): () => void;

  readonly projects: {
    /** Default: the shelf. */
    list(place?: ProjectPlace): ProjectSummary[];
    create(options: { name: string; rate: Rate; width: number; height: number; modelId: string }): string;
    /** Creates a project from ready-made records in one transaction (the sample project, the demo). */
    createFrom(records: readonly DocumentRecord[]): string;
    /** Puts the sample project into a library that never had one; null when it had. */
    installSample(sampleDir: string): Promise<string | null>;
    open(projectId: string): OpenProject;
    /** @throws AppError project/not-found */
    nameOf(projectId: string): string;
    commit(input: {
      projectId: string;
      baseVersion: number;
      label: string;
      source: 'edit' | 'amend' | 'undo' | 'redo' | 'session';
      diff: DocumentDiff;
    }): { version: number };
    history(projectId: string): { undo: HistoryEntry[]; redo: HistoryEntry[] };
    versions(projectId: string): VersionList;
    /** The document as it was after that change. @throws AppError input/not-found */
    versionAt(projectId: string, version: number): ProjectVersion;
    /** An empty name takes it away. */
    nameVersion(projectId: string, version: number, name: string): void;
    saveView(projectId: string, view: ProjectView): void;
    lastOpened(): string | null;
    /** A twin with its history, takes and media. @returns its id */
    duplicate(projectId: string): string;
    setArchived(projectId: string, isArchived: boolean): void;
    size(projectId: string): Promise<{ frames: number; bytes: number }>;
    trash(projectId: string): void;
    restore(projectId: string): void;
  };

  /** `.onionskin` files: one project with everything it shows and everything needed to make it again. */
  readonly bundles: {
    /** @param outPath absolute; the file appears whole or not at all */
    export(projectId: string, outPath: string, signal?: AbortSignal): Promise<{ bytes: number; entries: number }>;
    /** What is in it, whether its project is here already, and what it would add. Changes nothing. */
    preview(path: string, signal?: AbortSignal): Promise<BundlePreview>;
    /** Adds what is new to a project of the library that preview() matched. Nothing of either side is lost. */
    merge(path: string, choice: MergeChoice, signal?: AbortSignal): Promise<ImportedBundle>;
    /** Adds it as a project of its own; imported twice it is there twice. */
    import(path: string, signal?: AbortSignal): Promise<ImportedBundle>;
  };

  readonly media: {
    /**
     * Reads any still image or sound ffmpeg reads, stores it by content or links it, as the artist has set up; the same
     * bytes twice are one media row per project.
     */
    importFile(projectId: string | null, path: string, signal?: AbortSignal): Promise<MediaView>;
    /** A stored frame as an image of the project, under a name without its ending. */
    fromFrame(projectId: string, hash: string, name: string): Promise<MediaView>;
    list(projectId: string): MediaView[];
    /** Ids of those whose file is gone. */
    offline(projectId: string): Promise<string[]>;
    /** Looks for them in these files and folders. */
    relink(projectId: string, paths: readonly string[], signal?: AbortSignal): Promise<RelinkReport>;
    /** Copies linked originals into the library; null = all of the project. */
    collect(projectId: string, mediaIds: readonly string[] | null, signal?: AbortSignal): Promise<MediaView[]>;
    /** The stored frame (sha256) of the image scaled to cover width × height and cropped at the centre. */
    fittedFrame(mediaId: string, width: number, height: number): Promise<string>;
    /** For the app:// protocol: the file behind an id. */
    pathOf(mediaId: string): string;
    /** The file of a sound's waveform. */
    peaksFile(mediaId: string): Promise<string>;
    /** A sound's samples as films have them: 48 kHz, interleaved stereo, 32-bit float, little-endian; at a speed in percent. */
    samples(mediaId: string, speed: number, signal?: AbortSignal): AsyncIterable<Float32Array<ArrayBuffer>>;
  };

  /** Imported films and numbered pictures: originals that are linked, and conformed to the film's rate and size. */
  readonly footage: {
    /** Of these files, those that are films or make a sequence become footage; the rest is answered. */
    link(
      projectId: string,
      paths: readonly string[],
      signal?: AbortSignal,
    ): Promise<{ footage: FootageMedia[]; rest: string[] }>;
    /** Queues the conform of a segment that names footage. @returns the job's id */
    conform(input: { projectId: string; segmentId: string }): Promise<string>;
    estimate(mediaId: string, shape: ConformShape): { seconds: number; basis: 'measured' | 'typical' };
    /** Its sound over some film frames as a sound of the project. */
    sound(
      projectId: string,
      mediaId: string,
      range: { rate: Rate; from: number; frameCount: number },
      signal?: AbortSignal,
    ): Promise<MediaView>;
    asImages(projectId: string, mediaId: string): Promise<MediaView[]>;
    /** The original lies here now. @throws AppError media/unreadable for another file */
    relink(mediaId: string, paths: readonly string[]): Promise<FootageMedia>;
    /** A file of the original, to be shown in the file manager. */
    originalOf(mediaId: string): Promise<string>;
    /** PNG. */
    poster(mediaId: string): Uint8Array<ArrayBuffer>;
    /** PNG of what is on screen when a film frame starts, counted from the file's first picture. */
    picture(mediaId: string, at: { rate: Rate; frame: number }, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  };

  readonly frames: {
    pathOf(hash: string): string;
    /** RGB bytes, [height, width, 3]. */
    read(hash: string): Promise<{ width: number; height: number; rgb: Uint8Array }>;
  };

  readonly models: {
    list(): ModelView[];
    /** Hashes every file. @throws model/missing-file, model/wrong-hash, model/not-found */
    verify(modelId: string, onFile?: (path: string, ok: boolean) => void): Promise<void>;
    /** Registers a package folder elsewhere on this machine. */
    add(dir: string): Promise<ModelView>;
    tokens(modelId: string, text: string): { count: number; limit: number; keptChars: number };
  };

  readonly takes: {
    /** @throws AppError input/invalid for a take of footage, which no model made */
    get(takeId: string): { view: TakeView; recipe: Recipe; projectId: string | null };
    list(projectId: string): TakeView[];
    /** Hashes in order, of any take. @throws AppError input/invalid for more than that */
    framesOf(takeId: string, atMost: number): readonly string[];
    /** What was promised and what it took; null = nothing was noted. */
    report(takeId: string): TakeReport | null;
    star(takeId: string, isStarred: boolean): void;
    /** At most 2,000 characters; empty removes it. */
    note(takeId: string, note: string): void;
    whereUsed(takeId: string): TakeUse;
    /** Takes that nothing needs any more. */
    prunable(projectId: string): Promise<PrunePlan>;
    bytesOf(projectId: string, takeIds: readonly string[]): Promise<number>;
    /** Into the trash, until space is reclaimed. @throws AppError input/invalid for a take that is not prunable with the others */
    trash(projectId: string, takeIds: readonly string[]): void;
    restore(projectId: string, takeIds: readonly string[]): void;
    /**
     * Queues the take's recipe again, with the model, the app and the runtime of now and the provider and threads of
     * then. The result is a take outside any project, to be given to compare().
     */
    rerender(takeId: string): Promise<string>;
    compare(takeId: string, otherTakeId: string): Promise<TakeComparison>;
  };

  readonly recipes: {
    /**
     * The recipes in a saved JSON, or in a film or picture that was exported with them.
     * @throws AppError media/not-found, media/unsupported, media/unreadable
     */
    read(path: string): Promise<RecipeFile>;
  };

  /** Every run ever: takes, and jobs that left none. */
  readonly history: {
    search(query: HistoryQuery): HistoryPage;
  };

  readonly jobs: {
    list(): JobView[];
    estimate(input: {
      modelId: string;
      width: number;
      height: number;
      windows: readonly number[];
      steps: number;
      guidance: number;
      guidanceRule?: GuidanceRule | undefined;
      stepReuse?: StepReuse | undefined;
    }): Promise<CostOutlook>;
    /** Queues a run. projectId null: a take outside any project (command line). */
    generate(input: {
      projectId: string | null;
      shotId: string;
      segmentId: string;
      parentTakeId: string | null;
      draft: RecipeDraft;
      /** Where; default: as the artist has set it up. @throws device/unavailable */
      device?: DeviceChoice | undefined;
    }): Promise<string>;
    export(input: {
      projectId: string;
      preset: ExportPreset;
      outPath: string;
      from: number;
      to: number;
      /** This clip alone; then the range is the clip's. */
      clipId?: string | null | undefined;
      embedRecipe: boolean;
      /** Frames are drawn in between, for so many times the rate. */
      smoothing: Smoothing;
    }): Promise<string>;
    /** What a clip alone would be as a film; `key` changes as soon as the film would. @throws AppError export/missing-frames */
    clipFilm(clip: { projectId: string; clipId: string }): Promise<{
      key: string;
      from: number;
      to: number;
      name: string;
    }>;
    /** What an export takes, in time (with the drawing of frames in between) and on the disk. */
    estimateExport(film: ExportShape): ExportCost;
    cancel(jobId: string, discards?: boolean): void;
    /** Queues a failed, cancelled or interrupted job again; it goes on from its last written step. */
    retry(jobId: string): void;
    /** Stops a waiting or running job; its state and what it had made stay. */
    pause(jobId: string): void;
    /** Puts a paused job at the front of the queue. */
    resume(jobId: string): void;
    /** Moves a waiting job in front of another waiting one, or to the end. */
    reorder(jobId: string, before: string | null): void;
    clearFinished(): void;
    get(jobId: string): JobView;
    /** Path of a finished export. */
    outPathOf(jobId: string): string;
    /** Resolves when the job neither waits nor runs: done, cancelled, failed, interrupted or paused. */
    settled(jobId: string): Promise<JobView>;
  };

  readonly library: {
    /** Reads every file and compares it with its name; asks SQLite about every table. Changes nothing. */
    verify(options?: { onProgress?: (progress: UpkeepProgress) => void; signal?: AbortSignal }): Promise<VerifyReport>;
    /** What could be removed, and what that would give back. Changes nothing. */
    reclaimPlan(signal?: AbortSignal): Promise<ReclaimPlan>;
    /** Removes the items of a plan. @throws AppError job/invalid-state while a job runs */
    reclaim(
      plan: ReclaimPlan,
      options?: { onProgress?: (progress: UpkeepProgress) => void; signal?: AbortSignal },
    ): Promise<ReclaimReport>;
    /** Newest first. */
    backups(): Promise<BackupView[]>;
    /** Makes a backup now if the newest daily one is a day old. @returns true when one was made */
    backUpIfDue(): Promise<boolean>;
    /**
     * Checks a backup and notes that the library is to go back to it when it is opened next: close the studio and open it
     * again. The database of now is then moved aside, not deleted.
     */
    restoreBackup(name: string): Promise<void>;
  };

  /** What the artist set up for all projects: JSON by name, null = never set. */
  readonly settings: {
    get(key: string): SettingValue;
    set(key: string, value: SettingValue): void;
  };

  /** Where runs are computed. */
  readonly devices: {
    /** Tries what was not tried yet; takes seconds. */
    report(): Promise<DeviceReport>;
    /** @throws device/unavailable, and keeps what was chosen before */
    choose(choice: DeviceChoice): Promise<void>;
    /** What of CUDA's libraries is missing and how large it is. Fetches nothing. */
    cuda(): Promise<CudaLibraries>;
    /** @throws device/fetch-failed, device/unavailable, cancelled */
    fetchCuda(signal?: AbortSignal): Promise<void>;
  };

  doctor(): Promise<DoctorLine[]>;
  /** Stops the runner (a running job becomes `interrupted`), checkpoints and closes. Idempotent. */
  close(): Promise<void>;
}
