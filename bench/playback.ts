/**
 * The studio itself, as it is built, in a real Electron: 24 frames a second of 1280×720 out of the frame store, and a film
 * of 10,000 clips opened, scrolled and cut. What the artist's window does, so everything counts: files, decoding,
 * compositing, drawing, the panels beside it.
 */
import { _electron, type CDPSession, type ElectronApplication, type Page } from '@playwright/test';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { documentFromRecords } from '@core/document/apply-diff';
import { insertShot } from '@core/timeline/insert-shot';
import { openStudio } from '@main/compose';
import { forkEngine } from '@main/engine/engine-process';
import { silentLog } from '@main/platform/log';
import { runFfmpeg } from '@main/services/ffmpeg/run-ffmpeg';
import { forkExporter } from '@main/services/export/fork-exporter';
import type { Studio } from '@main/studio';
import { percentile, round, summary } from './statistics';
import { filmRecords } from './timeline';

const root = path.resolve(import.meta.dirname, '../..');
const SIZE = { width: 1280, height: 720 };
const RATE = { num: 24, den: 1 };
/** Six seconds: more than is read ahead, so that playing depends on how fast frames come. */
const FRAMES = 144;
const STEPS = 60;
const sampling = { steps: 24, guidance: 3, negative: '', contextFrames: 4, framesPerWindow: null };

/** @param part `film` or `long`: that one alone */
export async function benchPlayback(part?: string): Promise<unknown> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'onionskin-bench-'));
  try {
    const library = path.join(dir, 'library');
    const { frameKiB } = await prepare(library, dir);
    const playing = part === 'long' ? null : await inElectron(dir, library, 'playback', playedTwice);
    const long = part === 'film' ? null : await inElectron(dir, library, 'ten thousand clips', longFilm);
    return { frames: `${FRAMES} of ${SIZE.width}×${SIZE.height} at 24 a second`, frameKiB, playing, longFilm: long };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Two projects: a film from a file, conformed into the frame store, and a long one of planned clips. */
async function prepare(libraryDir: string, dir: string): Promise<{ frameKiB: number }> {
  const built = (name: string): string => path.join(root, 'out/main', `${name}.js`);
  const studio = await openStudio({
    ...{ libraryDir, embeddedModelsDir: path.join(root, 'resources/models'), appVersion: 'bench', log: silentLog },
    spawnEngine: () => forkEngine(built('engine')),
    spawnExporter: () => forkExporter(built('exporter')),
    spawnProbe: () => forkExporter(built('probe')),
  });
  try {
    const film = path.join(dir, 'film.mp4');
    // Shapes that move and the grain of a camera: PNGs of a size that pictures have.
    const picture = `testsrc2=size=${SIZE.width}x${SIZE.height}:rate=24:duration=${FRAMES / 24},noise=alls=5:allf=t`;
    await runFfmpeg(['-y', '-f', 'lavfi', '-i', picture, '-pix_fmt', 'yuv420p', `file:${film}`]);
    const frameKiB = await conformed(studio, film);
    studio.projects.createFrom(filmRecords('ten thousand clips'));
    return { frameKiB };
  } finally {
    await studio.close();
  }
}

async function conformed(studio: Studio, film: string): Promise<number> {
  const projectId = studio.projects.create({ name: 'playback', rate: RATE, ...SIZE, modelId: 'pocket' });
  const { footage } = await studio.footage.link(projectId, [film]);
  const { version, records } = studio.projects.open(projectId);
  const diff = insertShot(documentFromRecords(records), {
    ...{ shotId: 'shot', segmentId: 'segment', clipId: 'clip', blockId: null, text: null, name: 'Film' },
    ...{ trackId: 'track-1', start: 0, modelId: 'pocket', rate: RATE, ...SIZE, sampling, frameCount: FRAMES },
    footage: { mediaId: footage[0]?.id ?? '', from: 0, fit: 'fill' },
  });
  studio.projects.commit({ projectId, baseVersion: version, label: 'Film', source: 'edit', diff });
  const job = await studio.jobs.settled(await studio.footage.conform({ projectId, segmentId: 'segment' }));
  if (job.state !== 'done') throw new Error(`the film was not conformed: ${job.error?.message ?? job.state}`);
  const { frames = [] } = studio.takes.list(projectId)[0] ?? {};
  const bytes = frames.reduce((sum, hash) => sum + statSync(studio.frames.pathOf(hash)).size, 0);
  return round(bytes / 1024 / frames.length, 0);
}

interface Window {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly cdp: CDPSession;
  readonly openMs: number;
}

async function inElectron<T>(
  dir: string,
  library: string,
  name: string,
  work: (window: Window) => Promise<T>,
): Promise<T> {
  const executablePath = process.env['ONIONSKIN_ELECTRON'];
  if (executablePath === undefined) throw new Error('run this through `npm run bench`: it finds the Electron to use');
  const args = JSON.parse(process.env['ONIONSKIN_ELECTRON_ARGS'] ?? '[]') as string[];
  const app = await _electron.launch({
    executablePath,
    args: [...args, root, '--lang=en-US', `--user-data-dir=${path.join(dir, 'user-data')}`],
    env: { ...(process.env as Record<string, string>), ONIONSKIN_LIBRARY: library, ONIONSKIN_SAMPLE: '0' },
  });
  try {
    const page = await app.firstWindow({ timeout: 90_000 });
    await page.setViewportSize({ width: 1600, height: 900 });
    await page.waitForSelector('[data-testid="studio"], [data-testid="start-screen"]');
    if (await page.getByTestId('studio').isVisible()) await page.keyboard.press('Control+o');
    const before = performance.now();
    await page.getByText(name, { exact: true }).first().click();
    await page.getByTestId('viewer-canvas').waitFor();
    await page.evaluate(readFileSync(path.join(root, 'bench/watch-frames.js'), 'utf8'));
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Performance.enable');
    return await work({ app, page, cdp, openMs: round(performance.now() - before, 0) });
  } finally {
    await app.close();
  }
}

async function playedTwice({ app, page, cdp }: Window): Promise<unknown> {
  await page.getByTestId('viewer-canvas').click({ trial: true });
  const cold = await played(page, cdp);
  const warm = await played(page, cdp);
  const processes = await app.evaluate(({ app: electron }) => electron.getAppMetrics());
  const mib = (type: string): number =>
    Math.round(
      processes.filter((one) => one.type === type).reduce((sum, one) => sum + one.memory.workingSetSize, 0) / 1024,
    );
  return { cold, warm, memoryMiB: { page: mib('Tab'), main: mib('Browser'), gpu: mib('GPU') } };
}

/** From the first frame to the last. */
async function played(page: Page, cdp: CDPSession): Promise<unknown> {
  await page.keyboard.press('Home');
  await page.waitForTimeout(1_500);
  const busy = await taskSeconds(cdp);
  await page.evaluate('window.bench.watch()');
  await page.keyboard.press('Space');
  const start = performance.now();
  // The page's policy allows no waiting for a string that is run there; asking ten times a second costs it nothing.
  while ((await page.evaluate<number>('window.bench.frame()')) < FRAMES - 1) await page.waitForTimeout(100);
  const seconds = (performance.now() - start) / 1000;
  const busySeconds = (await taskSeconds(cdp)) - busy;
  // It stops by itself when the last frame has had its time.
  await page.waitForTimeout(500);
  const dropped = await page
    .getByTestId('dropped')
    .innerText({ timeout: 500 })
    .catch(() => '0');
  const { ahead, fetchMs, decodeMs } = await page.evaluate<Counts>('window.bench.stop()');
  return {
    seconds: round(seconds, 2),
    droppedFrames: Number(/\d+/.exec(dropped)?.[0] ?? 0),
    pageBusyPercent: round((busySeconds / seconds) * 100, 0),
    decodedAhead: { lowest: Math.min(...ahead), p50: percentile(ahead, 0.5) },
    fetch: summary(fetchMs),
    decode: summary(decodeMs),
  };
}

/** See watch-frames.js. */
interface Counts {
  readonly ahead: number[];
  readonly fetchMs: number[];
  readonly decodeMs: number[];
}
/**
 * Each step waits for the picture after it; what counts is the page's own work between two of them, drawing among it, and
 * not the waiting; `cpu` is the processor time of it, without the turns of others on this machine. `atRestCpuMs` is what is
 * made up for when a scroll has ended: elements to take hold of, names at the edge.
 */
async function longFilm({ page, cdp, openMs }: Window): Promise<unknown> {
  const cpuCdp = await page.context().newCDPSession(page);
  await cpuCdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  const works = async (act: () => Promise<void>): Promise<{ wall: number; cpu: number }> => {
    const before = [await taskSeconds(cdp), await taskSeconds(cpuCdp)];
    await act();
    await page.evaluate('window.bench.drawn()');
    const [wall = NaN, cpu = NaN] = [await taskSeconds(cdp), await taskSeconds(cpuCdp)].map(
      (now, i) => (now - (before[i] ?? NaN)) * 1000,
    );
    return { wall, cpu };
  };
  const times = async (act: (step: number) => Promise<void>): Promise<unknown> => {
    const all: { wall: number; cpu: number }[] = [];
    for (let step = 0; step < STEPS; step++) all.push(await works(() => act(step)));
    const counted = all.slice(10);
    const { p50Ms: cpuP50Ms, p95Ms: cpuP95Ms } = summary(counted.map(({ cpu }) => cpu));
    return { ...summary(counted.map(({ wall }) => wall)), cpuP50Ms, cpuP95Ms };
  };
  const timeline = page.getByTestId('timeline');
  const box = await timeline.boundingBox();
  if (box === null) throw new Error('there is no timeline');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.waitForTimeout(1_000);
  const idle = await times(() => Promise.resolve());
  // The whole film is in view, and there is little to scroll: to and fro.
  const scrollAll = await times((step) => page.mouse.wheel(step % 2 === 0 ? 120 : -120, 0));
  const stepAll = await times(() => page.keyboard.press('ArrowRight'));
  // Then some twenty clips, each with its name, its state and its prompt.
  await page.keyboard.down('Control');
  const clips = page.getByTestId('clip');
  for (let seen = await clips.count(); seen === 0 || seen > 24; seen = await clips.count()) {
    await page.mouse.wheel(0, seen === 0 ? -250 : -60);
    await page.waitForTimeout(300);
  }
  await page.keyboard.up('Control');
  const scroll = await times(() => page.mouse.wheel(160, 0));
  const { cpu: atRestCpuMs } = await works(() => page.waitForTimeout(500));
  await page.keyboard.press('Home');
  await page.waitForTimeout(500);
  const step = await times(() => page.keyboard.press('ArrowRight'));
  await page.keyboard.press('Home');
  await page.waitForTimeout(500);
  const rippleTrim = await times(async (n) => {
    // To the next cut, two frames on, and everything up to there goes: all later clips follow.
    if (n % 2 === 0) await page.keyboard.press('ArrowRight');
    else await page.keyboard.press('q');
  });
  return {
    openMs,
    idle,
    allInView: { scroll: scrollAll, step: stepAll },
    twentyInView: { scroll, atRestCpuMs: round(atRestCpuMs), step, stepOrRippleTrim: rippleTrim },
    heapMiB: await heapMiB(cdp),
  };
}

async function taskSeconds(cdp: CDPSession): Promise<number> {
  return metric(cdp, 'TaskDuration');
}

async function heapMiB(cdp: CDPSession): Promise<number> {
  return round((await metric(cdp, 'JSHeapUsedSize')) / 2 ** 20, 0);
}

async function metric(cdp: CDPSession, name: string): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  return metrics.find((one) => one.name === name)?.value ?? NaN;
}
