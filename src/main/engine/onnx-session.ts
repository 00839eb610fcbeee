/**
 * One ONNX graph, opened from its file. Float32 and int64 tensors only: float16 graph I/O is broken in the 1.30 binding
 * on runtimes that have Float16Array, and `run` blocks its thread and cannot be interrupted, which is why all of
 * this lives in a child process (docs/adr/0001-processes.md).
 */
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { AppError, assert } from '@core/errors';
import { errnoOf } from '../platform/fs-atomic';
import { aTurnFollows } from './message-turns';
import { missingFile } from './package-files';

// What a provider cannot load is in the error it throws, and from there in the run's report; it need not be said twice.
env.logLevel = 'fatal';

export interface SessionOptions {
  /** ONNX Runtime's intra-op threads; part of the recipe, because sums are split by thread. */
  readonly threads: number;
  readonly provider: string;
  /** Told how many milliseconds each run of the graph took. */
  readonly onRun?: (ms: number) => void;
}

export type Feeds = Readonly<Record<string, Tensor>>;
/** Names, or memory for each. */
type Fetches = readonly string[] | Readonly<Record<string, Tensor>>;

export class OnnxSession {
  #session: InferenceSession;
  readonly #graph: string;
  readonly #path: string;
  readonly #options: SessionOptions;
  #fallbackReason: string | null;

  private constructor(opened: Opened, path: string, options: SessionOptions) {
    this.#session = opened.session;
    this.#fallbackReason = opened.fallbackReason;
    this.#graph = basename(dirname(path));
    this.#path = path;
    this.#options = options;
  }

  /**
   * @param path absolute path of the .onnx file; external data lies beside it
   * @throws AppError model/missing-file, model/unsupported, engine/load-failed, engine/out-of-memory
   */
  static async open(path: string, options: SessionOptions): Promise<OnnxSession> {
    const graph = basename(dirname(path));
    try {
      await stat(path);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') throw missingFile(dirname(dirname(path)), `${graph}/${basename(path)}`, error);
      throw loadFailed(graph, options.provider, error);
    }
    const opened = new OnnxSession(await createWithFallback(path, graph, options), path, options);
    try {
      opened.#refuseHalfPrecision();
    } catch (error) {
      await opened.release();
      throw error;
    }
    return opened;
  }

  /** Why the graph is on the processor although another provider was asked for; null = it is where it should be. */
  get fallbackReason(): string | null {
    return this.#fallbackReason;
  }

  /** How the graph declares an input: exports of one model differ in types and ranks. null = it has no such input. */
  inputOf(name: string): { readonly type: string; readonly rank: number } | null {
    const input = this.#session.inputMetadata.find((value) => value.name === name);
    return input?.isTensor ? { type: input.type, rank: input.shape.length } : null;
  }

  get inputNames(): readonly string[] {
    return this.#session.inputNames;
  }

  /** @throws AppError model/unsupported when the graph lacks one of these inputs or wants another type */
  assertInputs(inputs: Readonly<Record<string, 'float32' | 'int64'>>): void {
    const found = new Map(
      this.#session.inputMetadata.map((input) => [input.name, input.isTensor ? input.type : 'none']),
    );
    for (const [name, type] of Object.entries(inputs))
      if (found.get(name) !== type)
        throw unsupportedGraph(this.#graph, `input ${name} must be ${type}, it is ${found.get(name) ?? 'missing'}`);
    for (const name of found.keys())
      if (!(name in inputs))
        throw unsupportedGraph(this.#graph, `it wants an input "${name}" that this family does not give`);
  }

  /**
   * Runs the graph and hands out one float32 output. The array is the caller's.
   * @throws AppError engine/out-of-memory; model/unsupported when the output is missing or not float32
   */
  async run(feeds: Feeds, output: string): Promise<{ data: Float32Array; dims: readonly number[] }> {
    const [only] = await this.runAll(feeds, [output]);
    assert(only, 'one output was asked for');
    return only;
  }

  /**
   * The same into memory that is there, for graphs that are run again and again: a new array for each run would have to be
   * given back as often.
   * @param into a tensor of the output's shape
   */
  async runInto(feeds: Feeds, output: string, into: Tensor): Promise<void> {
    await this.#timed(feeds, { [output]: into });
  }

  /**
   * The same for a graph that remembers: what it gives as `next_cache.i` it is given as `cache.i` the next time.
   * @param memory what the last chunk left; empty before the first one, which another graph makes
   */
  async runRemembering(
    feeds: Feeds,
    output: string,
    memory: readonly Tensor[],
  ): Promise<{ data: Float32Array; dims: readonly number[]; memory: Tensor[] }> {
    const count = this.#session.outputNames.filter((name) => name.startsWith('next_cache.')).length;
    if (count === 0 || (memory.length > 0 && memory.length !== count))
      throw unsupportedGraph(this.#graph, `it remembers ${count} tensors and is given ${memory.length}`);
    const names = Array.from({ length: count }, (_, i) => `next_cache.${i}`);
    const caches = Object.fromEntries(memory.map((tensor, i) => [`cache.${i}`, tensor]));
    const [only, ...next] = await this.runAll({ ...feeds, ...caches }, [output, ...names]);
    assert(only, 'one output was asked for');
    return { ...only, memory: next.map(({ data, dims }) => float32Tensor(data, dims)) };
  }

  /** The same for several outputs, in the order they are asked for. */
  async runAll(feeds: Feeds, outputs: readonly string[]): Promise<{ data: Float32Array; dims: readonly number[] }[]> {
    const results = await this.#timed(feeds, outputs);
    return outputs.map((output) => {
      const tensor = results[output];
      if (tensor === undefined || !(tensor.data instanceof Float32Array))
        throw unsupportedGraph(this.#graph, `output ${output} must be float32, it is ${tensor?.type ?? 'missing'}`);
      return { data: tensor.data, dims: tensor.dims };
    });
  }

  async #timed(feeds: Feeds, fetches: Fetches): Promise<InferenceSession.ReturnType> {
    const startedAt = performance.now();
    aTurnFollows();
    try {
      return await this.#runOrFallBack(feeds, fetches);
    } catch (error) {
      if (isOutOfMemory(error)) throw outOfMemory(this.#graph, error);
      throw new AppError(
        'model/unsupported',
        `the model's ${this.#graph} failed: ${messageOf(error)}`,
        { field: this.#graph, remedy: 'Try a native size and length of the model, or export it again.' },
        error,
      );
    } finally {
      this.#options.onRun?.(performance.now() - startedAt);
    }
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  /** What a provider opens it may still not be able to run: then the processor does, from this run on. */
  async #runOrFallBack(feeds: Feeds, fetches: Fetches): Promise<InferenceSession.ReturnType> {
    try {
      return await this.#session.run(feeds, fetches);
    } catch (error) {
      const isOnCpu = this.#options.provider === 'cpu' || this.#fallbackReason !== null;
      if (isOnCpu || isOutOfMemory(error)) throw error;
      const broken = this.#session;
      this.#session = await create(this.#path, this.#options.threads, 'cpu');
      this.#fallbackReason = messageOf(error);
      await broken.release();
      return this.#session.run(feeds, fetches);
    }
  }

  #refuseHalfPrecision(): void {
    for (const value of [...this.#session.inputMetadata, ...this.#session.outputMetadata])
      if (value.isTensor && value.type === 'float16')
        throw unsupportedGraph(this.#graph, `${value.name} is float16; graphs must read and give float32`);
  }
}

interface Opened {
  readonly session: InferenceSession;
  readonly fallbackReason: string | null;
}

async function createWithFallback(path: string, graph: string, { threads, provider }: SessionOptions): Promise<Opened> {
  try {
    return { session: await create(path, threads, provider), fallbackReason: null };
  } catch (error) {
    if (provider === 'cpu' || isOutOfMemory(error)) throw loadFailed(graph, provider, error);
    try {
      return { session: await create(path, threads, 'cpu'), fallbackReason: messageOf(error) };
    } catch (second) {
      // A graph that the processor cannot open either is broken: that is the error to show.
      throw loadFailed(graph, 'cpu', second);
    }
  }
}

function create(path: string, threads: number, provider: string): Promise<InferenceSession> {
  return InferenceSession.create(path, {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // With a memory plan for every shape, ONNX Runtime holds the plan's block beside what the first run has left in its
    // arena: nearly twice the memory, and no faster. DirectML cannot have one at all.
    enableMemPattern: false,
    // Errors only: the graphs' own warnings would fill the log.
    logSeverityLevel: 3,
  });
}

export function float32Tensor(data: Float32Array, dims: readonly number[]): Tensor {
  assert(
    data.length === dims.reduce((product, dim) => product * dim, 1),
    `${data.length} values are not [${dims.join(', ')}]`,
  );
  return new Tensor('float32', data, dims);
}

export function int64Tensor(data: BigInt64Array, dims: readonly number[]): Tensor {
  return new Tensor('int64', data, dims);
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}

function isOutOfMemory(error: unknown): boolean {
  return /bad_alloc|out of memory|failed to allocate|Array buffer allocation failed/i.test(messageOf(error));
}

function outOfMemory(graph: string, error: unknown): AppError {
  return new AppError(
    'engine/out-of-memory',
    `there is not enough memory for the model's ${graph}`,
    { field: graph, value: messageOf(error), remedy: 'Close other programs, or use a smaller size or fewer frames.' },
    error,
  );
}

function loadFailed(graph: string, provider: string, error: unknown): AppError {
  if (isOutOfMemory(error)) return outOfMemory(graph, error);
  return new AppError(
    'engine/load-failed',
    `the model's ${graph} could not be loaded on ${provider}: ${messageOf(error)}`,
    {
      field: `${graph}/model.onnx`,
      value: provider,
      remedy:
        provider === 'cpu' ? 'Verify the model package; copy it again if a file is damaged.' : 'Use the CPU provider.',
    },
    error,
  );
}

function unsupportedGraph(graph: string, why: string): AppError {
  return new AppError('model/unsupported', `the model's ${graph} does not fit its family: ${why}`, {
    field: `${graph}/model.onnx`,
    value: why,
    remedy: 'Export the model again with the exporter of this version.',
  });
}
