/**
 * Owns the engine process: starts it when a run needs it, hands it one run at a time, cancels it between steps, kills it
 * when it does not answer or falls silent in the middle of a run, and starts another after it died. A native abort in
 * ONNX Runtime ends a run, never the studio.
 */
import { AppError, AssertionError, assert } from '@core/errors';
import {
  EngineMessage,
  type EngineRequest,
  type RunProgress,
  type RunReport,
  type RunSeconds,
} from '@contracts/engine';
import type { Recipe } from '@contracts/recipe';
import { appErrorFromWire } from '@contracts/wire-error';
import type { EngineExit, EngineProcess } from './engine-process';
import { SilenceWatch } from './silence-watch';

const CANCEL_GRACE_MS = 10_000;
/** Denoising without a word for so long, or for 20 steps if that is longer, is taken for a hang. */
const SILENCE_MS = 10 * 60_000;
const SILENCE_STEPS = 20;
/** Before a step has been measured nobody knows how long one may take. */
const FIRST_STEP_SILENCES = 6;
/** A run that is paused may end its step, if that takes no longer than this many of those before. */
const PAUSE_GRACE_STEPS = 3;
const READY_TIMEOUT_MS = 60_000;
const CLOSE_GRACE_MS = 3_000;

/**
 * Why a run is stopped: the reason of its abort signal. After `cancel` nobody will go on; after every other reason the
 * run writes down how far it is, and after `pause` it is given the time to end its step.
 */
export type StopReason = 'cancel' | 'shutdown' | 'pause';

export interface EngineHostOptions {
  readonly spawn: () => EngineProcess;
  /** How long a cancelled engine may finish its current step before it is killed. */
  readonly cancelGraceMs?: number;
  /** How long it may say nothing while it denoises, at least. */
  readonly silenceMs?: number;
  readonly readyTimeoutMs?: number;
  readonly closeGraceMs?: number;
  /** Told what the engine has to say about a run that changes nothing about it. */
  readonly onNote?: (jobId: string, message: string) => void;
  /** Called with each new process, before its first message: the moment to hand over a preview port. */
  readonly onSpawn?: (process: EngineProcess) => void;
}

export interface MadeFrame {
  readonly index: number;
  readonly hash: string;
  readonly bytes: number;
}

export interface EngineRunRequest {
  readonly jobId: string;
  readonly recipe: Recipe;
  readonly packageDir: string;
  readonly framesDir: string;
  /** Folder in which the run writes down how far it is, and from which it goes on. Default: it does neither. */
  readonly jobDir?: string;
  /** Milliseconds of work that may be lost to a stop; 0 = every step is written. */
  readonly checkpointEveryMs?: number;
  readonly onProgress?: (progress: RunProgress) => void;
  readonly onFrames?: (frames: readonly MadeFrame[]) => void;
  readonly signal?: AbortSignal;
}

export interface EngineRunResult {
  /** Hashes of the segment's frames 0 … frameCount − 1. */
  readonly frames: string[];
  readonly seconds: RunSeconds;
  readonly report: RunReport;
}

export interface EngineRuntime {
  readonly onnxruntime: string;
  /** Providers it was built with; not a promise that they work here. */
  readonly providers: readonly string[];
}

interface Engine {
  readonly process: EngineProcess;
  readonly ready: Promise<EngineRuntime>;
  readonly becomeReady: (runtime: EngineRuntime) => void;
  readonly failReady: (error: Error) => void;
  readonly exited: Promise<void>;
}

interface ActiveRun {
  readonly request: EngineRunRequest;
  readonly engine: Engine;
  readonly resolve: (result: EngineRunResult) => void;
  readonly reject: (error: Error) => void;
  readonly release: () => void;
  readonly silence: SilenceWatch;
  stepMs: number | null;
  isCancelling: boolean;
}

export class EngineHost {
  readonly #options: Required<Omit<EngineHostOptions, 'onSpawn' | 'onNote'>> &
    Pick<EngineHostOptions, 'onSpawn' | 'onNote'>;
  #engine: Engine | null = null;
  #active: ActiveRun | null = null;
  #pendingPort: unknown = null;
  #isClosed = false;

  constructor(options: EngineHostOptions) {
    this.#options = {
      cancelGraceMs: CANCEL_GRACE_MS,
      silenceMs: SILENCE_MS,
      readyTimeoutMs: READY_TIMEOUT_MS,
      closeGraceMs: CLOSE_GRACE_MS,
      ...options,
    };
  }

  /** Process id of the living engine. */
  get pid(): number | undefined {
    return this.#engine?.process.pid;
  }

  /** Starts the engine if needed and says what it runs on. @throws AppError engine/crashed, engine/unresponsive */
  async runtime(): Promise<EngineRuntime> {
    return this.#ensureEngine().ready;
  }

  /**
   * Runs one recipe. Frames told by onFrames are on disk and stay there whatever happens afterwards.
   * @throws AppError cancelled, engine/crashed, engine/unresponsive, and whatever the run itself fails with
   */
  async run(request: EngineRunRequest): Promise<EngineRunResult> {
    assert(this.#active === null, 'the engine runs one recipe at a time');
    if (request.signal?.aborted) throw cancelled();
    const engine = this.#ensureEngine();
    const { promise, resolve, reject } = deferred<EngineRunResult>();
    let graceTimer: NodeJS.Timeout | undefined;
    let isSent = false;
    const onAbort = (): void => {
      active.isCancelling = true;
      if (!isSent) return this.#settle(active, cancelled());
      const { jobId, signal } = request;
      const keepState = !isReason(signal, 'cancel');
      engine.process.postMessage({ type: 'cancel', jobId, keepState } satisfies EngineRequest);
      const pauseMs = isReason(signal, 'pause') ? PAUSE_GRACE_STEPS * (active.stepMs ?? 0) : 0;
      graceTimer = setTimeout(
        () => {
          this.#drop(engine);
          this.#settle(active, cancelled());
        },
        Math.max(this.#options.cancelGraceMs, pauseMs),
      );
    };
    const active: ActiveRun = {
      request,
      engine,
      resolve,
      reject,
      stepMs: null,
      isCancelling: false,
      silence: new SilenceWatch(() => {
        this.#drop(engine);
        this.#settle(active, active.isCancelling ? cancelled() : fellSilent());
      }),
      release: () => {
        clearTimeout(graceTimer);
        active.silence.stop();
        request.signal?.removeEventListener('abort', onAbort);
      },
    };
    this.#active = active;
    request.signal?.addEventListener('abort', onAbort, { once: true });
    engine.ready.then(
      () => {
        if (this.#active !== active) return;
        isSent = true;
        const { jobId, recipe, packageDir, framesDir, jobDir = null, checkpointEveryMs = null } = request;
        const run = { jobId, recipe, packageDir, framesDir, jobDir, checkpointEveryMs };
        engine.process.postMessage({ type: 'run', ...run } satisfies EngineRequest);
      },
      (error: unknown) => this.#settle(active, error instanceof Error ? error : new AssertionError(String(error))),
    );
    return promise;
  }

  /** Hands a MessagePort for step previews to the engine, now or when the next one starts (Electron only). */
  attachPreviewPort(port: unknown): void {
    if (this.#engine === null) this.#pendingPort = port;
    else this.#engine.process.postMessage({ type: 'preview-port' }, [port]);
  }

  /** Ends the engine; a run in progress is rejected as cancelled. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#active !== null) this.#settle(this.#active, cancelled());
    await this.release();
  }

  /** Ends the engine between two runs, so that its memory is given back; the next run starts another. */
  async release(): Promise<void> {
    assert(this.#active === null, 'the engine is released between runs');
    const engine = this.#engine;
    if (engine === null) return;
    this.#engine = null;
    engine.process.postMessage({ type: 'shutdown' } satisfies EngineRequest);
    const timer = setTimeout(() => engine.process.kill(), this.#options.closeGraceMs);
    await engine.exited;
    clearTimeout(timer);
  }

  #ensureEngine(): Engine {
    assert(!this.#isClosed, 'the engine host is closed');
    if (this.#engine !== null) return this.#engine;
    const process = this.#options.spawn();
    const ready = deferred<EngineRuntime>();
    const exited = deferred<undefined>();
    const engine: Engine = {
      process,
      ready: ready.promise,
      becomeReady: ready.resolve,
      failReady: ready.reject,
      exited: exited.promise,
    };
    // Whoever waits for it is told; without a waiter it must not count as unhandled.
    ready.promise.catch(() => undefined);
    const readyTimer = setTimeout(() => {
      ready.reject(
        new AppError('engine/unresponsive', 'the engine did not start', {
          field: 'engine',
          value: `${this.#options.readyTimeoutMs} ms`,
          remedy: 'Try again; if it happens again, run `onionskin doctor`.',
        }),
      );
      this.#drop(engine);
    }, this.#options.readyTimeoutMs);
    ready.promise.then(
      () => clearTimeout(readyTimer),
      () => clearTimeout(readyTimer),
    );
    process.onMessage((message) => this.#onMessage(engine, message));
    process.onExit((exit) => {
      this.#onExit(engine, exit);
      exited.resolve(undefined);
    });
    this.#engine = engine;
    this.#options.onSpawn?.(process);
    if (this.#pendingPort !== null) {
      process.postMessage({ type: 'preview-port' }, [this.#pendingPort]);
      this.#pendingPort = null;
    }
    return engine;
  }

  #onMessage(engine: Engine, message: unknown): void {
    const parsed = EngineMessage.safeParse(message);
    if (!parsed.success) {
      const error = new AssertionError(`the engine sent a message off the contract: ${parsed.error.message}`);
      this.#drop(engine);
      engine.failReady(error);
      if (this.#active?.engine === engine) this.#settle(this.#active, error);
      return;
    }
    const { data } = parsed;
    if (data.type === 'ready') return engine.becomeReady({ onnxruntime: data.onnxruntime, providers: data.providers });
    const active = this.#active;
    const jobId = data.type === 'progress' ? data.progress.jobId : data.jobId;
    if (active === null || active.engine !== engine || active.request.jobId !== jobId) return;
    switch (data.type) {
      case 'progress':
        this.#heard(active, data.progress);
        return active.request.onProgress?.(data.progress);
      case 'note':
        return this.#options.onNote?.(jobId, data.message);
      case 'frames':
        return active.request.onFrames?.(data.frames);
      case 'done':
        return this.#settle(
          active,
          active.isCancelling ? cancelled() : { frames: data.frames, seconds: data.seconds, report: data.report },
        );
      case 'failed':
        return this.#settle(active, active.isCancelling ? cancelled() : appErrorFromWire(data.error));
      case 'cancelled':
        return this.#settle(active, cancelled());
      default:
        data satisfies never;
    }
  }

  /** Only denoising tells of itself often enough to be missed: a graph may take long to open, a film to decode. */
  #heard(active: ActiveRun, { stage, stepMs }: RunProgress): void {
    const { silenceMs } = this.#options;
    active.stepMs = stepMs;
    if (stage !== 'denoising') active.silence.stop();
    else
      active.silence.restart(
        stepMs === null ? silenceMs * FIRST_STEP_SILENCES : Math.max(silenceMs, stepMs * SILENCE_STEPS),
      );
  }

  #onExit(engine: Engine, exit: EngineExit): void {
    if (this.#engine === engine) this.#engine = null;
    const how = exit.signal !== null ? `signal ${exit.signal}` : `exit code ${exit.code ?? 'unknown'}`;
    const tail = engine.process.stderrTail().trim();
    const error = new AppError(
      'engine/crashed',
      `the engine process ended unexpectedly (${how})`,
      {
        field: 'engine',
        value: how,
        remedy: 'Run it again. If it happens again, use a smaller size or fewer frames: memory may be short.',
      },
      tail === '' ? undefined : new Error(tail),
    );
    engine.failReady(error);
    const active = this.#active;
    if (active?.engine === engine) this.#settle(active, active.isCancelling ? cancelled() : error);
  }

  /** Kills an engine and forgets it; the next run starts another. */
  #drop(engine: Engine): void {
    if (this.#engine === engine) this.#engine = null;
    engine.process.kill();
  }

  #settle(active: ActiveRun, outcome: EngineRunResult | Error): void {
    if (this.#active !== active) return;
    this.#active = null;
    active.release();
    if (outcome instanceof Error) active.reject(outcome);
    else active.resolve(outcome);
  }
}

function cancelled(): AppError {
  return new AppError('cancelled', 'the run was cancelled');
}

function isReason(signal: AbortSignal | undefined, reason: StopReason): boolean {
  return signal?.reason === reason;
}

function fellSilent(): AppError {
  return new AppError('engine/unresponsive', 'the engine stopped answering in the middle of a step', {
    field: 'engine',
    value: 'no sign of life',
    remedy:
      'Run it again; it goes on from the last step that was written. If it happens again, run `onionskin doctor`.',
  });
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((resolvePromise, rejectPromise) => {
    resolve = resolvePromise;
    reject = rejectPromise;
  });
  return { promise, resolve, reject };
}
