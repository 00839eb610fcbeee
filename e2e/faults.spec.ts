/**
 * When things break: the studio lives, says what happened and what to do, and loses nothing.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { electronCommand, expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

const root = path.resolve(import.meta.dirname, '..');

/** Read from one picture of the process table. */
function processesBelow(electronPid: number): { pid: number; args: string }[] {
  const { stdout } = spawnSync('ps', ['-e', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  const processes = stdout.split('\n').flatMap((line) => {
    const [, pid, parent, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), args }];
  });
  const below = (pid: number): typeof processes =>
    processes.filter(({ parent }) => parent === pid).flatMap((child) => [child, ...below(child.pid)]);
  return below(electronPid);
}

/** The engine is the utility process that runs Node, below this Electron. */
function engineProcess(electronPid: number): number {
  const engines = processesBelow(electronPid).filter(({ args }) =>
    args.includes('--utility-sub-type=node.mojom.NodeService'),
  );
  if (engines.length !== 1) throw new Error(`expected one engine process, found ${engines.length}`);
  return engines[0]!.pid;
}

/** How a process ended, with all it wrote: `close` comes after the last of its output, `exit` need not. */
function outcome(child: ChildProcess): Promise<{ status: number | null; stderr: string }> {
  let stderr = '';
  child.stderr?.on('data', (data: Buffer) => (stderr += data.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stderr }));
  });
}

test('an engine killed in mid-run leaves the studio alive and the job ready to run again', async ({ studio }) => {
  const { page } = studio;
  const film = new StudioPage(page);
  await film.newProject('Crash');
  await film.planShot('a blue box spinning on a red background');
  // Long enough that the run cannot end between its first step and the kill.
  await film.setNumber('steps', 150);
  await page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('run-notice')).toContainText(/step \d+/);
  process.kill(engineProcess(studio.app.process().pid!), 'SIGKILL');
  await film.waitForIdle();

  const [job] = (await film.project()).jobs;
  expect(job).toMatchObject({ state: 'interrupted', error: { code: 'engine/crashed' } });
  await page.getByTestId('queue-toggle').click();
  await expect(page.getByTestId('queue-panel')).toContainText(/ended unexpectedly/);
  await studio.screenshot('engine-crashed');

  await page.getByTestId('retry-job').first().click();
  await film.waitForTakes(1);
  expect((await film.project()).takes[0]?.frames).toHaveLength(9);
});

test('the whole studio killed in mid-run opens again where it was, and the run goes on from its last step by itself', async ({
  studio,
}) => {
  const film = new StudioPage(studio.page);
  await film.newProject('Power cut');
  await film.planQuickShot('a red ball');
  await film.generate();
  await studio.page.keyboard.press('End');
  await film.planShot('a blue box');
  // Long enough that it is still at work when the studio has opened again.
  await film.setNumber('steps', 150);
  await film.waitForSaved();
  const before = await film.project();
  await studio.page.keyboard.press('Control+Enter');
  await expect(studio.page.getByTestId('run-notice')).toContainText(/step \d+/);

  const electron = studio.app.process();
  const ended = new Promise((resolve) => electron.once('exit', resolve));
  // Children first, as a power cut leaves no one to tell the others.
  for (const { pid } of [...processesBelow(electron.pid!), { pid: electron.pid! }]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Ended with another one.
    }
  }
  await ended;

  await studio.startAgain();
  const again = new StudioPage(studio.page);
  await expect(again.clips).toHaveCount(2);
  const after = await again.project();
  expect(after.records).toEqual(before.records);
  expect(after.takes).toEqual(before.takes);
  expect(after.history.undo.map(({ label }) => label)).toEqual(before.history.undo.map(({ label }) => label));
  // It was running when everything ended, and goes on by itself.
  await again.waitForTakes(2);
  await studio.page.keyboard.press('Control+z');
  expect((await again.project()).version).toBe(after.version + 1);
});

test('a second studio on the same library is refused in words, and the first goes on', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  await film.newProject('First');
  const other = path.join(studio.dir, 'other');
  mkdirSync(other);
  const { executablePath, args, env } = electronCommand(other, studio.library, {
    withSample: false,
    env: { ONIONSKIN_NO_DIALOGS: '1' },
  });
  // Not through Playwright: it hands the process over after the refusal may have been printed.
  const { status, stderr } = await outcome(spawn(executablePath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] }));
  expect(status).toBe(1);
  expect(stderr).toMatch(/library .*(in use|open)/i);
  await film.planShot('a red ball');
  await expect(film.clips).toHaveCount(1);
});

test('the command line is refused while the window has the library, and told so', async ({ studio }) => {
  await new StudioPage(studio.page).newProject('Open');
  const cli = path.join(root, 'out/main/cli.js');
  const { status, stderr } = spawnSync(process.execPath, [cli, 'models', 'list', '--library', studio.library], {
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/in use|open/);
});

test('a page cannot reach Node, the network or a file outside its own', async ({ studio }) => {
  const { page } = studio;
  const found = await page.evaluate(async () => {
    const fetchOf = async (url: string): Promise<number | string> => {
      try {
        return (await fetch(url)).status;
      } catch (error) {
        return String(error).slice(0, 9);
      }
    };
    const scope = globalThis as unknown as Record<string, unknown>;
    return {
      require: typeof scope['require'],
      process: typeof scope['process'],
      bridge: Object.keys(scope['studio'] as object).sort(),
      remote: await fetchOf('https://example.com/'),
      escape: await fetchOf('/..%2f..%2f..%2fpackage.json'),
      unknownFrame: await fetchOf(`/frames/${'0'.repeat(64)}.png`),
      file: await fetchOf('file:///etc/passwd'),
    };
  });
  expect(found).toEqual({
    require: 'undefined',
    process: 'undefined',
    bridge: ['importFiles', 'invoke', 'platform', 'readRecipes', 'subscribe'],
    remote: 'TypeError',
    escape: 404,
    unknownFrame: 404,
    file: 'TypeError',
  });
});

test('frames answer ranges as a media element asks for them', async ({ studio }) => {
  const { page } = studio;
  const film = new StudioPage(page);
  await film.newProject('Ranges');
  await film.planShot('a white star at night');
  await film.generate();
  const hash = (await film.project()).takes[0]?.frames[0];
  const answers = await page.evaluate(async (name) => {
    const ask = async (range: string): Promise<unknown[]> => {
      const response = await fetch(`/frames/${name}.png`, { headers: { range } });
      return [
        response.status,
        response.headers.get('content-range')?.replace(/\d+$/, 'size'),
        (await response.arrayBuffer()).byteLength,
      ];
    };
    return [await ask('bytes=0-7'), await ask('bytes=-4'), await ask('bytes=99999999-')];
  }, hash);
  expect(answers[0]).toEqual([206, 'bytes 0-7/size', 8]);
  expect(answers[1]).toEqual([206, expect.stringMatching(/^bytes \d+-\d+\/size$/), 4]);
  expect(answers[2]).toEqual([416, 'bytes */size', 0]);
});

test('a damaged model is named before a run, with what to do', async ({ studio }) => {
  // Beside the app's own folder, so that the real one is never touched: a model package added by hand.
  const dir = path.join(studio.dir, 'broken-pocket');
  const pocket = path.join(root, 'resources/models/pocket');
  cpSync(pocket, dir, { recursive: true, filter: (file) => !file.endsWith('.onnx') });
  for (const part of ['text_encoder', 'vae_encoder', 'vae_decoder'])
    symlinkSync(path.join(pocket, part, 'model.onnx'), path.join(dir, part, 'model.onnx'));
  cpSync(path.join(pocket, 'transformer/model.onnx'), path.join(dir, 'transformer/model.onnx'));
  truncateSync(path.join(dir, 'transformer/model.onnx'), 1_000_000);
  const manifest = path.join(dir, 'onionskin.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"id": "pocket"', '"id": "pocket-two"'));
  const cli = path.join(root, 'out/main/cli.js');
  const library = path.join(studio.dir, 'model-library');
  const { status, stderr } = spawnSync(process.execPath, [cli, 'models', 'add', dir, '--library', library], {
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toContain('transformer/model.onnx');
  rmSync(dir, { recursive: true });
});
