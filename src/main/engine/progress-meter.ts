/**
 * How far a run is and how long it will take, from what this run has measured. Work is counted in latent frames: one
 * denoising step of a window costs its frames, decoding it costs DECODE_STEPS steps, so windows of different lengths
 * weigh as they should.
 */
import type { RunProgress, RunStage } from '@contracts/engine';

/** Decoding a window takes about as long as this many denoising steps, until it has been measured. */
const DECODE_STEPS = 2;

export interface MeteredWindow {
  readonly frames: number;
}

export class ProgressMeter {
  readonly #jobId: string;
  readonly #windows: readonly MeteredWindow[];
  readonly #steps: number;
  readonly #onProgress: (progress: RunProgress) => void;
  readonly #startedAt = performance.now();
  /** Of the window and those after it; summed once, because every step asks. */
  readonly #framesLeft: readonly number[];
  readonly #totalWork: number;
  #seq = 0;
  #window = 0;
  #step = 0;
  #stepsDone = 0;
  #stepMsSum = 0;
  #stepWork = 0;
  #decodeMsSum = 0;
  #decodeFrames = 0;

  constructor(
    jobId: string,
    plan: { readonly windows: readonly MeteredWindow[]; readonly steps: number },
    onProgress: (progress: RunProgress) => void,
  ) {
    this.#jobId = jobId;
    this.#windows = plan.windows;
    this.#steps = plan.steps;
    this.#onProgress = onProgress;
    let left = 0;
    this.#framesLeft = plan.windows
      .map(({ frames }) => frames)
      .reverse()
      .map((frames) => (left += frames))
      .reverse();
    this.#totalWork = this.#framesFrom(0) * (plan.steps + DECODE_STEPS);
  }

  stage(stage: RunStage): void {
    this.#send(stage);
  }

  /** @param step steps that are done already, in a run that goes on */
  startWindow(window: number, step = 0): void {
    this.#window = window;
    this.#step = step;
  }

  stepDone(ms: number): void {
    this.#step += 1;
    this.#stepsDone += 1;
    this.#stepMsSum += ms;
    this.#stepWork += this.#frames;
    this.#send('denoising');
  }

  decodeDone(ms: number): void {
    this.#decodeMsSum += ms;
    this.#decodeFrames += this.#frames;
  }

  get #frames(): number {
    return this.#windows[this.#window]?.frames ?? 0;
  }

  #framesFrom(window: number): number {
    return this.#framesLeft[window] ?? 0;
  }

  #send(stage: RunStage): void {
    const isDecoded = stage === 'writing';
    const stepWorkLeft = this.#framesFrom(this.#window) * this.#steps - this.#step * this.#frames;
    const decodeFramesLeft = this.#framesFrom(this.#window + (isDecoded ? 1 : 0));
    const workLeft = stepWorkLeft + decodeFramesLeft * DECODE_STEPS;
    this.#onProgress({
      jobId: this.#jobId,
      seq: this.#seq++,
      stage,
      window: this.#window,
      windows: this.#windows.length,
      step: this.#step,
      steps: this.#steps,
      stepMs: this.#stepsDone === 0 ? null : this.#stepMsSum / this.#stepsDone,
      elapsedMs: performance.now() - this.#startedAt,
      remainingMs: this.#remainingMs(stepWorkLeft, decodeFramesLeft),
      fraction: Math.min(1, Math.max(0, 1 - workLeft / this.#totalWork)),
    });
  }

  #remainingMs(stepWorkLeft: number, decodeFramesLeft: number): number | null {
    if (this.#stepsDone === 0) return null;
    const stepMsPerFrame = this.#stepMsSum / this.#stepWork;
    const decodeMsPerFrame =
      this.#decodeFrames === 0 ? stepMsPerFrame * DECODE_STEPS : this.#decodeMsSum / this.#decodeFrames;
    return stepWorkLeft * stepMsPerFrame + decodeFramesLeft * decodeMsPerFrame;
  }
}
