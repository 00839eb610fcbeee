/**
 * An engine that draws plain frames instead of running a model: speaks the engine's contract, writes real frames into
 * the real store, and stops, fails or dies where a test tells it to. A frame's colour follows from seed and index, so
 * the same recipe gives the same hashes.
 */
import { EngineRequest, type EngineMessage } from '@contracts/engine';
import type { Recipe } from '@contracts/recipe';
import type { WireError } from '@contracts/wire-error';
import type { EngineExit, EngineProcess } from '@main/engine/engine-process';
import { FrameStore } from '@main/services/media/frame-store';

export interface FakeEngineScript {
  /** Frames made before something happens; default all of them. */
  readonly framesBefore?: number;
  /** What happens then: wait for a cancel, die, or fail with an error. Default: nothing, the run ends well. */
  readonly then?: 'wait' | 'die' | WireError;
}

const SECONDS = { load: 0.5, encode: 0.1, denoise: 2, decode: 0.25, write: 0.05, total: 2.9, transformer: 1.9 };

export class FakeEngineProcess implements EngineProcess {
  readonly pid = 0;
  readonly #script: (recipe: Recipe) => FakeEngineScript;
  readonly #messageListeners: ((message: unknown) => void)[] = [];
  readonly #exitListeners: ((exit: EngineExit) => void)[] = [];
  #isGone = false;
  #cancelledJob: string | null = null;
  #waitingJob: string | null = null;

  constructor(script: (recipe: Recipe) => FakeEngineScript = () => ({})) {
    this.#script = script;
    queueMicrotask(() => this.#send({ type: 'ready', onnxruntime: 'fake', providers: ['cpu'] }));
  }

  postMessage(message: unknown): void {
    const request = EngineRequest.parse(message);
    switch (request.type) {
      case 'run':
        void this.#run(request.jobId, request.recipe, new FrameStore(request.framesDir));
        return;
      case 'cancel':
        this.#cancelledJob = request.jobId;
        if (this.#waitingJob === request.jobId) this.#send({ type: 'cancelled', jobId: request.jobId });
        return;
      case 'shutdown':
        this.#exit({ code: 0, signal: null });
        return;
      default:
        request satisfies never;
    }
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#messageListeners.push(listener);
  }

  onExit(listener: (exit: EngineExit) => void): void {
    this.#exitListeners.push(listener);
  }

  kill(): void {
    this.#exit({ code: null, signal: 'SIGKILL' });
  }

  stderrTail(): string {
    return '';
  }

  async #run(jobId: string, recipe: Recipe, store: FrameStore): Promise<void> {
    const { framesBefore = recipe.frameCount, then } = this.#script(recipe);
    const isBackward = recipe.role === 'backward';
    const hashes = new Map<number, string>();
    for (let made = 0; made < framesBefore; made++) {
      if (this.#cancelledJob === jobId) return this.#send({ type: 'cancelled', jobId });
      const index = isBackward ? recipe.frameCount - 1 - made : made;
      const { hash, bytes } = await store.put(plainFrame(recipe, index), recipe.width, recipe.height);
      hashes.set(index, hash);
      this.#send({ type: 'progress', progress: progressOf(jobId, made, recipe) });
      this.#send({ type: 'frames', jobId, frames: [{ index, hash, bytes }] });
    }
    if (then === 'die') return this.#exit({ code: null, signal: 'SIGABRT' });
    if (then === 'wait') {
      if (this.#cancelledJob === jobId) return this.#send({ type: 'cancelled', jobId });
      this.#waitingJob = jobId;
      return;
    }
    if (then !== undefined) return this.#send({ type: 'failed', jobId, error: then });
    const frames = Array.from({ length: recipe.frameCount }, (_, index) => hashes.get(index) ?? '');
    this.#send({ type: 'done', jobId, frames, seconds: SECONDS, report: reportOf(recipe) });
  }

  #send(message: EngineMessage): void {
    if (this.#isGone) return;
    for (const listener of this.#messageListeners) listener(message);
  }

  #exit(exit: EngineExit): void {
    if (this.#isGone) return;
    this.#isGone = true;
    for (const listener of this.#exitListeners) listener(exit);
  }
}

function plainFrame(recipe: Recipe, index: number): Uint8Array {
  const rgb = new Uint8Array(recipe.width * recipe.height * 3);
  const colour = [recipe.seed % 256, (recipe.seed >> 8) % 256, (index + 128) % 256];
  for (let i = 0; i < rgb.length; i++) rgb[i] = colour[i % 3] ?? 0;
  return rgb;
}

function reportOf({ steps, windows, width, height, frameCount }: Recipe) {
  const rest = {
    reusedSteps: 0,
    worstError: 0,
    peakBytes: 400_000_000,
    fallbacks: [],
    frameBytes: frameCount * width * height,
  };
  return { steps: steps * windows.length, passes: 2 * steps * windows.length, ...rest };
}

function progressOf(jobId: string, made: number, recipe: Recipe) {
  const fraction = (made + 1) / recipe.frameCount;
  const counts = { window: 0, windows: 1, step: made + 1, steps: recipe.frameCount };
  return {
    jobId,
    seq: made,
    stage: 'denoising' as const,
    ...counts,
    stepMs: 10,
    elapsedMs: made * 10,
    remainingMs: 0,
    fraction,
  };
}
