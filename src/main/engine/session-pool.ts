/**
 * Which graphs are open. A small package keeps all of its graphs between runs, so a second generation starts at once; of
 * a large one only a single graph is alive at a time. A run with another package, thread count or provider releases
 * what the last one left open.
 */
import { assert } from '@core/errors';
import { graphPath, type GraphName, type ModelPackage } from './model-package';
import { OnnxSession, type SessionOptions } from './onnx-session';

/** Packages that say they need at most this much keep all their graphs open. */
const KEEP_ALL_MIB_MAX = 1024;

export interface PoolOptions extends SessionOptions {
  /** Told at every use of a graph that is on the processor because its provider could not open or run it. */
  readonly onFallback?: (graph: GraphName, reason: string) => void;
}

export class SessionPool {
  readonly #open = new Map<GraphName, OnnxSession>();
  #key = '';
  #pkg: ModelPackage | null = null;
  #options: PoolOptions = { threads: 1, provider: 'cpu' };
  /** Milliseconds spent opening graphs since `select`. */
  loadMs = 0;
  /** Milliseconds spent inside graphs since `select`. */
  graphMs = 0;

  /** Says which package comes next. The file hashes are part of its identity: a package may be replaced in place. */
  async select(pkg: ModelPackage, options: PoolOptions): Promise<void> {
    const key = JSON.stringify([pkg.dir, options.threads, options.provider, pkg.manifest.files]);
    if (key !== this.#key) await this.releaseAll();
    this.#key = key;
    this.#pkg = pkg;
    this.#options = options;
    this.loadMs = 0;
    this.graphMs = 0;
  }

  get keepsAll(): boolean {
    return this.#pkg !== null && this.#pkg.manifest.memoryMiB <= KEEP_ALL_MIB_MAX;
  }

  isOpen(graph: GraphName): boolean {
    return this.#open.has(graph);
  }

  /** Lends a graph for the length of `work`, opening it when needed and releasing it afterwards if the package is large. */
  async use<T>(graph: GraphName, work: (session: OnnxSession) => Promise<T>): Promise<T> {
    const { session, giveBack } = await this.lend(graph);
    try {
      return await work(session);
    } finally {
      await giveBack();
    }
  }

  /** The same for work that hands out results before it is done. The borrower calls `giveBack`, whatever happens. */
  async lend(graph: GraphName): Promise<{ readonly session: OnnxSession; readonly giveBack: () => Promise<void> }> {
    const session = this.#open.get(graph) ?? (await this.#openGraph(graph));
    const giveBack = async (): Promise<void> => {
      if (session.fallbackReason !== null) this.#options.onFallback?.(graph, session.fallbackReason);
      if (!this.keepsAll) await this.#release(graph);
    };
    return { session, giveBack };
  }

  async releaseAll(): Promise<void> {
    for (const graph of [...this.#open.keys()]) await this.#release(graph);
    this.#key = '';
    this.#pkg = null;
  }

  async #openGraph(graph: GraphName): Promise<OnnxSession> {
    assert(this.#pkg !== null, 'select a package first');
    const startedAt = performance.now();
    const session = await OnnxSession.open(graphPath(this.#pkg, graph), {
      ...this.#options,
      onRun: (ms) => (this.graphMs += ms),
    });
    this.loadMs += performance.now() - startedAt;
    this.#open.set(graph, session);
    return session;
  }

  async #release(graph: GraphName): Promise<void> {
    const session = this.#open.get(graph);
    this.#open.delete(graph);
    await session?.release();
  }
}
