/**
 * Runs of any family in a test: one runner and one folder per file, and what every family promises of a run that is
 * stopped, killed or asked for twice.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { firstStepOf } from '@core/diffusion/source-film';
import type { RunProgress, StepPreview } from '@contracts/engine';
import type { Recipe } from '@contracts/recipe';
import { EngineHost } from '@main/engine/engine-host';
import { forkEngine } from '@main/engine/engine-process';
import { Runner, type RunHooks, type RunResult } from '@main/engine/runner';
import { buildEngine } from './build-engine';
import { FrameStore } from '@main/services/media/frame-store';
import { aTempDir } from './pocket';

export interface RunOptions extends Partial<RunHooks> {
  readonly jobDir?: string;
  readonly framesDir?: string;
}

export const nameOf = ({ stage, window, step }: RunProgress): string => `${stage} ${window}:${step}`;

export class FamilyRunner {
  readonly #temp = aTempDir();
  readonly #runner = new Runner();
  readonly #dirOf: (recipe: Recipe) => string;
  #folders = 0;

  constructor(packageDirOf: (recipe: Recipe) => string) {
    this.#dirOf = packageDirOf;
  }

  get framesDir(): string {
    return join(this.#temp.dir, 'frames');
  }

  aFolder(): string {
    return join(this.#temp.dir, String(this.#folders++));
  }

  /** A picture in the store that runs read from. */
  put(rgb: Uint8Array, width: number, height: number): Promise<{ hash: string }> {
    return new FrameStore(this.framesDir).put(rgb, width, height);
  }

  run(recipe: Recipe, { jobDir, framesDir, ...hooks }: RunOptions = {}): Promise<RunResult> {
    const places = { packageDir: this.#dirOf(recipe), framesDir: framesDir ?? this.framesDir, jobDir: jobDir ?? null };
    return this.#runner.run(
      { jobId: 'job', recipe, ...places, checkpointEveryMs: null },
      { onProgress: () => undefined, onFrames: () => undefined, signal: new AbortController().signal, ...hooks },
    );
  }

  /** One window from text: every stage and step is told in order, and each step shows the film as far as it is. */
  async expectTellsSteps(
    recipe: Recipe,
    shown: { readonly side: number; readonly indices: readonly number[] },
  ): Promise<void> {
    const told: string[] = [];
    const previews: StepPreview[] = [];
    await this.run(recipe, {
      onProgress: (progress) => told.push(nameOf(progress)),
      previewListener: () => (preview) => previews.push(preview),
    });
    const { steps } = recipe;
    const every = Array.from({ length: steps }, (_, i) => i + 1);
    expect(told).toEqual([
      ...['loading 0:0', 'encoding-prompt 0:0', 'denoising 0:0', ...every.map((step) => `denoising 0:${step}`)],
      ...[`decoding 0:${steps}`, `writing 0:${steps}`],
    ]);
    const { side, indices } = shown;
    expect(previews.map(({ rgb, ...rest }) => ({ ...rest, bytes: rgb.length }))).toEqual(
      every.map((step) => ({
        ...{ jobId: 'job', window: 0, step, steps, width: side, height: side, indices },
        bytes: indices.length * side * side * 3,
      })),
    );
  }

  /** Cancelled where a step of the first window is told, it is the last that is told, and nothing is stored. */
  async expectStopsAfterStep(recipe: Recipe, step: number): Promise<void> {
    const abort = new AbortController();
    const told: string[] = [];
    const dir = this.aFolder();
    const onProgress = (progress: RunProgress): void => {
      told.push(nameOf(progress));
      if (nameOf(progress) === `denoising 0:${step}`) abort.abort();
    };
    await expect(this.run(recipe, { framesDir: dir, signal: abort.signal, onProgress })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(told.at(-1)).toBe(`denoising 0:${step}`);
    expect(() => readdirSync(dir)).toThrow('ENOENT');
  }

  /** Stopped wherever it tells of denoising or decoding, it goes on to the same frames, and no told step is done again. */
  async expectGoesOnFromEverywhere(recipe: Recipe): Promise<void> {
    const messages: string[] = [];
    const { frames } = await this.run(recipe, { onProgress: (progress) => messages.push(nameOf(progress)) });
    const places = messages.filter((name) => name.startsWith('denoising') || name.startsWith('decoding'));
    const first = firstStepOf(recipe);
    expect(places.length).toBeGreaterThan(recipe.windows.length * (recipe.steps - first));
    for (const at of places) {
      const jobDir = this.aFolder();
      const abort = new AbortController();
      const onProgress = (progress: RunProgress) => nameOf(progress) === at && abort.abort();
      await expect(this.run(recipe, { jobDir, signal: abort.signal, onProgress })).rejects.toMatchObject({
        code: 'cancelled',
      });
      const told: string[] = [];
      const notes: string[] = [];
      const rest = await this.run(recipe, {
        jobDir,
        onProgress: (progress) => told.push(nameOf(progress)),
        onNote: (note) => notes.push(note),
      });
      expect([at, rest.frames, notes]).toEqual([at, frames, []]);
      const [window = 0, step = 0] = (at.split(' ')[1] ?? '').split(':').map(Number);
      const isLast = window === recipe.windows.length - 1;
      const following = step < recipe.steps ? `denoising ${window}:${step}` : `denoising ${window + 1}:${first}`;
      expect(told.find((name) => name.startsWith('denoising'))).toBe(
        isLast && step === recipe.steps ? undefined : following,
      );
    }
  }

  /** A real engine process, killed as soon as it tells of each step of one window, comes to the same frames. */
  async expectSurvivesKills(recipe: Recipe): Promise<void> {
    const whole = await this.run(recipe);
    const entry = await buildEngine();
    const host = new EngineHost({ spawn: () => forkEngine(entry) });
    const places = { packageDir: this.#dirOf(recipe), framesDir: this.framesDir, jobDir: this.aFolder() };
    const killAt = async (at: string | null): Promise<{ told: string[]; frames: string[] | null }> => {
      const told: string[] = [];
      const onProgress = (progress: RunProgress): void => {
        told.push(nameOf(progress));
        if (nameOf(progress) === at && host.pid !== undefined) process.kill(host.pid, 'SIGKILL');
      };
      const request = { jobId: 'job', recipe, ...places, checkpointEveryMs: 0, onProgress };
      const frames = await host.run(request).then(
        (result) => result.frames,
        (error: unknown) => {
          expect(error).toMatchObject({ code: 'engine/crashed' });
          return null;
        },
      );
      return { told, frames };
    };
    try {
      const first = firstStepOf(recipe);
      for (let step = first + 1; step < recipe.steps; step++) {
        const { told } = await killAt(`denoising 0:${step}`);
        // It begins at or after the step it was last killed at.
        expect(told.includes(`denoising 0:${first}`)).toBe(step === first + 1);
      }
      const { frames, told } = await killAt(null);
      expect(frames).toEqual(whole.frames);
      expect(told).not.toContain(`denoising 0:${recipe.steps - 2}`);
    } finally {
      await host.close();
    }
  }

  async close(): Promise<void> {
    await this.#runner.close();
    this.#temp.remove();
  }
}
