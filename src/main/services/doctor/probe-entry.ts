/**
 * Tries one ONNX Runtime execution provider, in a process of its own: a driver that does not fit may end the process.
 * Receives the provider's name; answers null when a small model gave the right numbers, otherwise the reason. The parent
 * ends it then.
 */
import * as ort from 'onnxruntime-node';
import { parentPort } from '../export/parent-port';
import { probeGraph, probeInput, probeOutput } from './probe-graph';

const port = parentPort();

port.onMessage((provider) => {
  void probe(String(provider))
    .catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
    .then((reason) => port.postMessage({ reason }));
});
port.onClose(() => process.exit(0));

async function probe(provider: string): Promise<string | null> {
  const isBuiltIn = ort.listSupportedBackends().some(({ name }) => name === provider);
  if (!isBuiltIn) return 'not part of ONNX Runtime on this platform';
  const session = await ort.InferenceSession.create(probeGraph(), {
    executionProviders: [provider],
    logSeverityLevel: 4,
  });
  const { y } = await session.run({ x: new ort.Tensor('float32', probeInput, [2, 2]) });
  const isRight = y !== undefined && probeOutput.every((value, index) => y.data[index] === value);
  return isRight ? null : `gives wrong numbers: ${String(y?.data)}`;
}
