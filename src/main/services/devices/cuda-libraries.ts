/**
 * The CUDA provider's libraries. They are too large for the npm package (hundreds of megabytes), so they come, when asked
 * for and with their size said first, by the installer that ONNX Runtime brings, run in a process of its own.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AppError } from '@core/errors';
import type { CudaLibraries } from '@contracts/device';
import { childEnvironment } from '../../platform/child-environment';

export interface CudaPackage {
  /** Address of the archive that the installer fetches. */
  readonly url: string;
  /** Where the libraries belong. */
  readonly dir: string;
  /** ONNX Runtime's script. */
  readonly installer: string;
}

/** The library without which ONNX Runtime cannot even ask for CUDA. */
const NEEDED = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'];
const SIZE_TIMEOUT_MS = 10_000;
const TAIL_CHARS = 4_000;

/** null = CUDA is not for this system, or its libraries come with the package. */
export function cudaPackage(): CudaPackage | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  const require = createRequire(import.meta.url);
  const root = dirname(require.resolve('onnxruntime-node/package.json')).replace(
    /app\.asar(?=[\\/])/,
    'app.asar.unpacked',
  );
  const { version } = require('onnxruntime-node/package.json') as { version: string };
  const name = 'microsoft.ml.onnxruntime.gpu.linux';
  return {
    url: `https://api.nuget.org/v3-flatcontainer/${name}/${version}/${name}.${version}.nupkg`,
    dir: join(root, 'bin/napi-v6/linux/x64'),
    installer: join(root, 'script/install.js'),
  };
}

export function missingCudaLibraries(pkg: CudaPackage): string[] {
  return NEEDED.filter((file) => !existsSync(join(pkg.dir, file)));
}

/** What is there, and what fetching the rest would cost. Asks the address for the size, and fetches nothing. */
export async function lookAtCuda(pkg: CudaPackage | null): Promise<CudaLibraries> {
  if (pkg === null) return { state: 'unsupported', missing: [], source: '', bytes: null, problem: null };
  const missing = missingCudaLibraries(pkg);
  if (missing.length === 0) return { state: 'installed', missing, source: '', bytes: null, problem: null };
  try {
    const answer = await fetch(pkg.url, { method: 'HEAD', signal: AbortSignal.timeout(SIZE_TIMEOUT_MS) });
    const bytes = Number(answer.headers.get('content-length') ?? NaN);
    if (!answer.ok || !Number.isFinite(bytes)) throw new Error(`it answers ${answer.status}`);
    return { state: 'missing', missing, source: pkg.url, bytes, problem: null };
  } catch (error) {
    return { state: 'missing', missing, source: pkg.url, bytes: null, problem: reasonOf(error) };
  }
}

/**
 * Runs ONNX Runtime's own installer in a process of its own.
 * @throws AppError device/fetch-failed, cancelled
 */
export async function fetchCuda(
  { installer, url, ...pkg }: CudaPackage,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  const told = await new Promise<string | null>((resolve) => {
    const child = spawn(process.execPath, [installer, '--onnxruntime-node-install=cuda12'], {
      env: { ...childEnvironment(), ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal && { signal }),
    });
    let tail = '';
    const listen = (text: Buffer): void => void (tail = (tail + text.toString()).slice(-TAIL_CHARS));
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) => resolve(code === 0 ? null : tail));
  });
  if (signal?.aborted === true) throw new AppError('cancelled', 'fetching was cancelled');
  const missing = missingCudaLibraries({ installer, url, ...pkg });
  if (told === null && missing.length === 0) return;
  const why = told === null ? `${missing.join(', ')} did not arrive` : sentenceIn(told);
  throw new AppError('device/fetch-failed', `CUDA's libraries could not be fetched: ${why}`, {
    field: 'cuda',
    value: url,
    remedy: `Look at the network and try again; or unpack that archive by hand into ${pkg.dir}.`,
  });
}

/** Node prints the line of code, a blank line, then the error and its stack. */
function sentenceIn(text: string): string {
  const line = text.split('\n').find((one) => /error/i.test(one)) ?? text.trim().split('\n').at(-1) ?? '';
  return line.trim().slice(0, 300);
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const { cause } = error instanceof Error ? error : { cause: undefined };
  const told = cause instanceof Error ? cause : error;
  return told instanceof Error ? told.message : String(told);
}
