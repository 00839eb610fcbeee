/** A server and an installer of the test's own stand in for the hundreds of megabytes; both are real processes. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tempDir } from '../../../../test/support/temp-dir';
import { fetchCuda, lookAtCuda, missingCudaLibraries, type CudaPackage } from './cuda-libraries';

async function aPackage(script: string): Promise<CudaPackage> {
  const dir = tempDir();
  const server = createServer((_, answer) => answer.writeHead(200, { 'content-length': 123_456_789 }).end());
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const installer = join(dir, 'install.cjs');
  writeFileSync(installer, `const dir = ${JSON.stringify(dir)}; ${script}`);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/archive`, dir, installer };
}

const writing = (names: readonly string[]) =>
  `for (const name of ${JSON.stringify(names)}) require('fs').writeFileSync(require('path').join(dir, name), 'x');`;
const both = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'];

test('says the size before anything is fetched, and then installs', async () => {
  const pkg = await aPackage(writing(both));
  expect(await lookAtCuda(pkg)).toMatchObject({ state: 'missing', missing: both, bytes: 123_456_789, problem: null });
  expect(missingCudaLibraries(pkg)).toEqual(both);
  await fetchCuda(pkg);
  expect(await lookAtCuda(pkg)).toMatchObject({ state: 'installed', missing: [] });
});

test('an address that cannot be reached is a problem in words, and an installer that fails says why', async () => {
  const pkg = { ...(await aPackage("throw new Error('getaddrinfo ENOTFOUND');")), url: 'http://127.0.0.1:1/archive' };
  expect(await lookAtCuda(pkg)).toMatchObject({ state: 'missing', bytes: null, problem: expect.any(String) as string });
  await expect(fetchCuda(pkg)).rejects.toMatchObject({
    code: 'device/fetch-failed',
    message: expect.stringContaining('ENOTFOUND') as string,
    detail: { field: 'cuda', value: pkg.url },
  });
});

test('an installer that leaves half of it has failed', async () => {
  await expect(fetchCuda(await aPackage(writing(both.slice(0, 1))))).rejects.toMatchObject({
    message: expect.stringContaining('libonnxruntime_providers_cuda.so did not arrive') as string,
  });
});

test('is cancelled by its signal', async () => {
  const abort = new AbortController();
  const fetching = fetchCuda(await aPackage('setTimeout(() => {}, 60_000);'), { signal: abort.signal });
  abort.abort();
  await expect(fetching).rejects.toMatchObject({ code: 'cancelled' });
});

test('another system has nothing to fetch', async () => {
  expect(await lookAtCuda(null)).toMatchObject({ state: 'unsupported' });
});
