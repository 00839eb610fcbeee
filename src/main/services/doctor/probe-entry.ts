/**
 * Tries one ONNX Runtime execution provider, in a process of its own: a driver that does not fit may end the process.
 * Receives the provider's name; answers with the reason why not, or null when a small model gave the right numbers, and how
 * many milliseconds a larger one took. The parent ends it then.
 */
import * as ort from 'onnxruntime-node';
import { parentPort } from '../export/parent-port';
import { probeGraph, probeInput, probeOutput } from './probe-graph';

// What a provider cannot load goes into the reason: on the terminal it would look like a fault of the studio.
ort.env.logLevel = 'fatal';

const port = parentPort();

/** Large enough that a device's speed shows over the way there and back, small enough for a software renderer. */
const TIMED_SIZE = 384;
const TIMED_RUNS = 3;

port.onMessage((provider) => {
  void probe(String(provider))
    .catch((error: unknown) => ({ reason: error instanceof Error ? error.message : String(error), ms: null }))
    .then((answer) => port.postMessage(answer));
});
port.onClose(() => process.exit(0));

async function probe(provider: string): Promise<{ reason: string | null; ms: number | null }> {
  const isBuiltIn = ort.listSupportedBackends().some(({ name }) => name === provider);
  if (!isBuiltIn) return { reason: 'not part of ONNX Runtime on this platform', ms: null };
  const y = await product(provider, 2, probeInput);
  if (!probeOutput.every((value, index) => y[index] === value))
    return { reason: `gives wrong numbers: ${String(y)}`, ms: null };
  return { reason: null, ms: await timedProduct(provider) };
}

async function product(provider: string, size: number, values: Float32Array): Promise<Float32Array> {
  const session = await open(provider, size);
  const { y } = await session.run({ x: new ort.Tensor('float32', values, [size, size]) });
  await session.release();
  if (!(y?.data instanceof Float32Array)) throw new Error('gives no numbers');
  return y.data;
}

/** The fastest of a few runs after one that prepares. */
async function timedProduct(provider: string): Promise<number> {
  const session = await open(provider, TIMED_SIZE);
  const values = new Float32Array(TIMED_SIZE * TIMED_SIZE).fill(1 / TIMED_SIZE);
  const feeds = { x: new ort.Tensor('float32', values, [TIMED_SIZE, TIMED_SIZE]) };
  let best = Infinity;
  for (let run = 0; run <= TIMED_RUNS; run++) {
    const startedAt = performance.now();
    await session.run(feeds);
    if (run > 0) best = Math.min(best, performance.now() - startedAt);
  }
  await session.release();
  return best;
}

function open(provider: string, size: number): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(probeGraph(size), { executionProviders: [provider], logSeverityLevel: 4 });
}
