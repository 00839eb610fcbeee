/** The scenes by name: normal, empty, busy, failed and very long, with the dialogs each has something to say in. */
import type { DoctorLine, OpenProject, ProjectSummary } from '@contracts/ipc';
import type { JobView } from '@contracts/job';
import { easeNames } from '@core/curve/evaluate';
import { setCurve } from '@core/timeline/curves';
import { insertStill } from '@core/timeline/insert-still';
import { addTrack } from '@core/timeline/tracks';
import { trimClip } from '@core/timeline/trim';
import { curveUiOf } from '../features/curves/curve-ui.svelte';
import { timelineUiOf } from '../features/timeline/timeline-ui.svelte';
import { toyManifest } from '../state/toy-manifest.test-support';
import { conditionAnswers, conditionScenes, showPart } from './condition-scenes';
import { FilmBuilder, NOW, RATE, frameOf, job } from './films';
import type { Answers, Scene, Stage } from './scene';

const LONG_NAME = 'Der Donaudampfschifffahrtsgesellschaftskapitän und die unendlich lange Überschrift '
  .repeat(2)
  .trim();
const LONG_PROMPT = 'a red ball bouncing over a meadow while the evening light turns to gold and the wind goes still, '
  .repeat(50)
  .trim();
const OUT_OF_MEMORY = {
  code: 'engine/out-of-memory',
  message: 'The model needed more memory than this machine has free (wanted 11.2 GB, 3.1 GB free).',
  detail: { remedy: 'Close other programs, or make the shot smaller or shorter. Everything finished so far is kept.' },
} as const;
const DISK_FULL = {
  code: 'library/disk-full',
  message: 'The disk is full: 120 MB are needed, 3 MB are free.',
  detail: { remedy: 'Free some space, then try again.' },
} as const;

const info = {
  version: '1.0.0',
  electron: '33',
  onnxruntime: '1.30',
  platform: 'linux',
  libraryName: 'library',
  libraryLabel: '~/films/library',
  lastProjectId: null,
};
const model = { manifest: toyManifest, isEmbedded: true, problem: null, bytes: 44_000_000 };
const brokenModel = {
  ...model,
  problem: {
    code: 'model/missing-file',
    message: 'transformer/model.onnx of "Toy" is not there',
    detail: {
      field: 'files',
      value: 'transformer/model.onnx',
      remedy: 'Copy the package into the models folder again.',
    },
  },
} as const;

const common: Answers = {
  'app.info': info,
  'models.list': { models: [model] },
  'jobs.list': { jobs: [] },
  'projects.list': { projects: [] },
  'projects.saveView': {},
  'projects.size': { frames: 48, bytes: 3_400_000 },
  'media.offline': { mediaIds: [] },
  'settings.get': { value: null },
  'settings.set': {},
  'models.tokens': { count: 9, limit: 32, keptChars: 500 },
  'generate.estimate': {
    ...{ seconds: 1.9, secondsLow: 1.6, secondsHigh: 2.6, savedSeconds: 0, basis: 'measured' },
    ...{ memoryBytes: 420_000_000, diskBytes: 160_000, freeMemoryBytes: 9_000_000_000, freeDiskBytes: 80_000_000_000 },
  },
  'history.search': { runs: [], next: null },
  'export.estimate': { seconds: 1.4, basis: 'measured', bytes: 184_000, bytesBasis: 'measured' },
  'clipFile.state': { state: 'unmade', frameCount: 29, jobId: null, bytes: null },
  'devices.report': {
    ...{ choice: 'auto', inUse: 'cpu', why: 'It is the only one that works here.' },
    devices: [
      { provider: 'cuda', reason: 'libcudart.so.12 is not on this machine.', probeMs: null },
      { provider: 'webgpu', reason: null, probeMs: 31 },
      { provider: 'cpu', reason: null, probeMs: 12 },
    ],
  },
  'devices.cuda': {
    state: 'missing',
    missing: ['libcudart.so.12'],
    source: 'https://example.org/cuda',
    bytes: 1_400_000_000,
    problem: null,
  },
};

function studio(opened: OpenProject, more: Answers = {}, then?: Scene['then']): Scene {
  const answers = { ...common, 'app.info': { ...info, lastProjectId: opened.id }, 'projects.open': opened, ...more };
  return then === undefined ? { answers } : { answers, then };
}

const normalFilm = (): FilmBuilder =>
  new FilmBuilder('Evening')
    .shot('Ball', 'a red ball bouncing on a blue background', { start: 0, takes: 3, frames: 20 })
    .shot('Balloon', 'a red balloon rising in a blue sky', { start: 32 })
    .grown('Ball', 9)
    .travelling('Ball', 10, 6)
    .image('wall.png')
    .image('door.jpg')
    .sound('song.wav', 40)
    .marker(12, 'turn');

function longFilm(): FilmBuilder {
  const film = new FilmBuilder(LONG_NAME);
  for (let i = 0; i < 40; i += 1)
    film.shot(`${i}`, LONG_PROMPT, { start: i * 9, takes: i === 0 ? 80 : 1, name: LONG_NAME });
  for (let i = 0; i < 10; i += 1) film.edit((doc) => addTrack(doc, { id: `more-${i}`, name: LONG_NAME.slice(0, 80) }));
  for (let i = 0; i < 30; i += 1) film.image(`${LONG_NAME}-${i}.png`).marker(i * 5, LONG_NAME.slice(0, 60));
  return film.sound(`${LONG_NAME}.wav`, 300);
}

const longClip = 'clip-0';

function project(n: number, name: string): ProjectSummary {
  return {
    id: `film-${n}`,
    name,
    rate: RATE,
    width: 128,
    height: 128,
    clipCount: n,
    posterFrame: n % 3 === 0 ? null : frameOf(n),
    createdAt: NOW - n * 86_400_000,
    trashedAt: null,
    updatedAt: NOW - n * 3_600_000,
  };
}

const longFootage = (): FilmBuilder =>
  new FilmBuilder('Footage').footage(
    'street',
    {
      name: `${LONG_NAME}.mov`,
      notes: ['variable-rate', 'rotated', 'wide-pixels', 'interlaced', 'hdr', 'alpha'],
    },
    4,
  );

const waiting = Array.from({ length: 6 }, (_, n) => job(n + 2, {}));
const busyJobs: JobView[] = [
  job(0, { state: 'running', startedAt: NOW }),
  job(1, { state: 'paused', resumeStep: { window: 0, windows: 2, step: 11, steps: 24 } }),
  ...waiting,
];
const failedJobs: JobView[] = [
  job(0, { state: 'failed', finishedAt: NOW, error: OUT_OF_MEMORY }),
  job(1, { state: 'cancelled', finishedAt: NOW }),
  job(2, { state: 'interrupted', resumeStep: { window: 1, windows: 3, step: 4, steps: 24 } }),
  job(3, {
    kind: 'export',
    state: 'failed',
    title: 'evening.mp4',
    error: DISK_FULL,
  }),
];

function sendProgress({ send }: Stage): void {
  const progress = { jobId: 'job-0', seq: 1, stage: 'denoising', window: 0, windows: 2, step: 11, steps: 24 } as const;
  send('jobs.progress', {
    progress: { ...progress, stepMs: 81, elapsedMs: 900, remainingMs: 3_000, fraction: 0.23 },
  });
  send('jobs.frames', { jobId: 'job-0', frames: [0, 1, 2, 3].map((index) => ({ index, hash: frameOf(index) })) });
}

const doctorLines: DoctorLine[] = [
  { area: 'Engine', ok: true, found: 'ONNX Runtime 1.30, CPU', wanted: 'any', fix: '' },
  {
    area: 'ffmpeg',
    ok: false,
    found: 'none',
    wanted: '≥ 4.2',
    fix: 'Install ffmpeg, or set ONIONSKIN_FFMPEG to its path.',
  },
  {
    area: 'Disk',
    ok: false,
    found: '180 MB free',
    wanted: '≥ 1 GB',
    fix: `Free some space on the disk of ${LONG_NAME}.`,
  },
];

const clipFileJob = (more: Partial<JobView>): JobView[] => [
  job(0, { ...{ kind: 'export', title: 'Ball.mp4', shotId: null, segmentId: null, seed: null }, ...more }),
];

/** The clip's own file at the end of the inspector, which scrolls. */
async function showClipFile(stage: Stage): Promise<void> {
  select('clip-Ball')(stage);
  await until('[data-testid="make-clip-file"], [data-testid="drag-clip"], [data-testid="clip-file-making"]');
  await new Promise((done) => setTimeout(done, 100));
  document.querySelector('[data-testid="clip-inspector"] .scroll')?.scrollTo({ top: 10_000 });
}

/** What a scene has to press or to scroll to is there a moment after what opens it. */
async function until(selector: string): Promise<HTMLElement | null> {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = document.querySelector<HTMLElement>(selector);
    if (found !== null) return found;
    await new Promise((done) => setTimeout(done, 20));
  }
  return null;
}

async function openExport({ app }: Stage, press: string): Promise<void> {
  app.dialog = { kind: 'export' };
  (await until(`[data-testid="${press}"]`))?.click();
}

/** Two stills on V2, the second right behind the first: nothing there can move to the left. */
const crowdedFilm = (): FilmBuilder => {
  const film = normalFilm();
  for (const [n, start] of [20, 34].entries())
    film.edit((doc) =>
      insertStill(doc, {
        ...{ clipId: `still-${n}`, trackId: 'track-2', mediaId: 'image-0', name: n === 0 ? 'wall' : 'door' },
        ...{ start, duration: n === 0 ? 14 : 10 },
      }),
    );
  return film;
};

function refuseRipple({ app }: Stage): void {
  const { session } = app;
  session?.select(['clip-Ball']);
  session?.edit('Ripple', (doc) => trimClip(doc, 'clip-Ball', 'end', 20, { ripple: true }));
}

const prunable = (count: number, isLong = false): NonNullable<Answers['takes.prunable']> => ({
  takes: Array.from({ length: count }, (_, n) => ({
    takeId: `take-${n}`,
    shotId: isLong ? 'shot-0' : 'shot-Ball',
    segmentId: isLong ? 'part-0' : 'part-Ball',
    ...{ parentTakeId: null, frames: 20, bytes: 410_000 * (n + 1), isOfFilm: n % 3 !== 2 },
  })),
  kept: 3,
});

const select =
  (id: string) =>
  ({ app }: Stage): void =>
    app.session?.select([id]);

/** Guidance keys over the frames of the first shot, eased and held in turn. */
const curvedFilm = (count: number): FilmBuilder =>
  normalFilm().edit((doc) =>
    setCurve(
      doc,
      { shotId: 'shot-Ball', parameter: 'guidance' },
      Array.from({ length: count }, (_, n) => ({
        frame: count > 20 ? n - 100 : n * 8,
        value: 5 + 4 * Math.sin(n * 1.7),
        ease: easeNames[n % easeNames.length] ?? 'linear',
      })),
    ),
  );

function openCurves(stage: Stage): void {
  select('clip-Ball')(stage);
  curveUiOf(stage.app).isOpen = true;
}

export const scenes: Readonly<Record<string, Scene>> = {
  'start-empty': { answers: common },
  'start-many': {
    answers: {
      ...common,
      'projects.list': {
        projects: Array.from({ length: 120 }, (_, n) => project(n, n === 1 ? LONG_NAME : `Film ${n}`)),
      },
    },
  },
  'studio-empty': studio(new FilmBuilder('Nothing yet').opened()),
  'studio-normal': studio(normalFilm().opened(), {}, select('clip-Ball')),
  'studio-travel': studio(normalFilm().opened(), {}, select('block-Ball-2')),
  'studio-curves': studio(curvedFilm(3).opened(), {}, openCurves),
  'studio-curves-empty': studio(normalFilm().opened(), {}, openCurves),
  'studio-curves-many': studio(curvedFilm(200).opened(), {}, openCurves),
  'studio-menu': studio(normalFilm().opened(), {}, (stage) => {
    select('clip-Ball')(stage);
    timelineUiOf(stage.app).menu = { on: { kind: 'clip', id: 'clip-Ball' }, clientX: 260, clientY: 560 };
  }),
  'studio-menu-long': studio(longFilm().opened(), {}, (stage) => {
    const track = [...(stage.app.session?.doc.values() ?? [])].find(({ kind }) => kind === 'track');
    timelineUiOf(stage.app).menu = { on: { kind: 'track', id: track?.id ?? '' }, clientX: 20, clientY: 560 };
  }),
  'studio-extend': studio(normalFilm().opened(), {}, (stage) => {
    select('clip-Ball')(stage);
    stage.app.openExtend({ clipId: 'clip-Ball', direction: 'forward' });
  }),
  'studio-takes': studio(normalFilm().opened(), {}, (stage) => {
    stage.app.leftTab = 'takes';
    select('clip-Ball')(stage);
  }),
  'studio-sound': studio(normalFilm().opened(), {}, select('sound')),
  'studio-busy': studio(normalFilm().opened(busyJobs), { 'jobs.list': { jobs: busyJobs } }, (stage) => {
    stage.app.isQueueOpen = true;
    select('clip-Ball')(stage);
    sendProgress(stage);
  }),
  'studio-failed': studio(
    normalFilm().opened(failedJobs),
    { 'jobs.list': { jobs: failedJobs }, 'models.list': { models: [brokenModel] } },
    (stage) => {
      stage.app.isQueueOpen = true;
      stage.app.leftTab = 'history';
      select('clip-Ball')(stage);
      stage.app.toast('error', OUT_OF_MEMORY.message, OUT_OF_MEMORY.detail.remedy);
    },
  ),
  'studio-long': studio(
    longFilm().opened(),
    { 'models.tokens': { count: 1_204, limit: 32, keptChars: 120 } },
    select(longClip),
  ),
  'studio-long-takes': studio(longFilm().opened(), {}, (stage) => {
    stage.app.leftTab = 'takes';
    select(longClip)(stage);
  }),
  'studio-footage': studio(longFootage().opened(), {}, select('clip-street')),
  'dialog-footage': studio(
    longFootage().opened(),
    { 'footage.estimate': { seconds: 4_210, basis: 'measured' } },
    ({ app }) =>
      void (app.dialog = { kind: 'footage', mediaIds: ['film-street', 'film-street'], trackId: null, frame: 0 }),
  ),
  'dialog-new-project': { answers: common, then: ({ app }) => void (app.dialog = { kind: 'new-project' }) },
  'dialog-export': studio(normalFilm().opened(), {}, ({ app }) => void (app.dialog = { kind: 'export' })),
  'dialog-export-empty': studio(
    new FilmBuilder('Nothing yet').opened(),
    {},
    ({ app }) => void (app.dialog = { kind: 'export' }),
  ),
  'dialog-export-clip': studio(
    normalFilm().opened(),
    {},
    ({ app }) => void (app.dialog = { kind: 'export', clipId: 'clip-Ball' }),
  ),
  'dialog-export-smooth': studio(
    normalFilm().opened(),
    { 'export.estimate': { seconds: 190, basis: 'typical', bytes: 2_400_000_000, bytesBasis: 'typical' } },
    (stage) => openExport(stage, 'smoothing-3'),
  ),
  'dialog-prune': studio(
    normalFilm().opened(),
    { 'takes.prunable': prunable(2), 'takes.bytesOf': { bytes: 1_230_000 } },
    ({ app }) => void (app.dialog = { kind: 'prune' }),
  ),
  'dialog-prune-empty': studio(
    normalFilm().opened(),
    { 'takes.prunable': prunable(0), 'takes.bytesOf': { bytes: 0 } },
    ({ app }) => void (app.dialog = { kind: 'prune' }),
  ),
  'dialog-prune-many': studio(
    longFilm().opened(),
    { 'takes.prunable': prunable(79, true), 'takes.bytesOf': { bytes: 1_295_600_000 } },
    ({ app }) => void (app.dialog = { kind: 'prune' }),
  ),
  'studio-ripple-refused': studio(crowdedFilm().opened(), { 'media.fittedFrame': { frame: frameOf(2) } }, refuseRipple),
  'studio-clip-file': studio(normalFilm().opened(), {}, showClipFile),
  'studio-clip-file-making': studio(
    normalFilm().opened(clipFileJob({ state: 'running', startedAt: NOW })),
    {
      'jobs.list': { jobs: clipFileJob({ state: 'running', startedAt: NOW }) },
      'clipFile.state': { state: 'making', frameCount: 29, jobId: 'job-0', bytes: null },
    },
    async (stage) => {
      await showClipFile(stage);
      stage.send('export.progress', { jobId: 'job-0', done: 11, total: 29, framesPerSecond: 8 });
    },
  ),
  'studio-clip-file-ready': studio(
    normalFilm().opened(clipFileJob({ state: 'done', finishedAt: NOW })),
    {
      'jobs.list': { jobs: clipFileJob({ state: 'done', finishedAt: NOW }) },
      'clipFile.state': { state: 'ready', frameCount: 29, jobId: 'job-0', bytes: 231_000 },
    },
    showClipFile,
  ),
  'studio-clip-file-failed': studio(
    normalFilm().opened(clipFileJob({ state: 'failed', finishedAt: NOW, error: DISK_FULL })),
    {
      'jobs.list': { jobs: clipFileJob({ state: 'failed', finishedAt: NOW, error: DISK_FULL }) },
      'clipFile.state': { state: 'failed', frameCount: 29, jobId: 'job-0', bytes: null },
    },
    showClipFile,
  ),
  'dialog-doctor': studio(
    normalFilm().opened(),
    { 'app.doctor': { lines: doctorLines } },
    ({ app }) => void (app.dialog = { kind: 'doctor' }),
  ),
  'dialog-shortcuts': studio(normalFilm().opened(), {}, ({ app }) => void (app.dialog = { kind: 'shortcuts' })),
  'dialog-palette': studio(normalFilm().opened(), {}, ({ app }) => void (app.dialog = { kind: 'palette' })),
  'dialog-model': studio(
    normalFilm().opened(),
    { 'models.list': { models: [brokenModel] } },
    ({ app }) => void (app.dialog = { kind: 'model', modelId: toyManifest.id }),
  ),
  'dialog-prompt-map': studio(
    normalFilm().opened(),
    {},
    ({ app }) => void (app.dialog = { kind: 'prompt-map', shotId: 'shot-Ball' }),
  ),
  ...Object.fromEntries(
    Object.entries(conditionScenes(LONG_NAME)).map(([name, scene]) => [
      name,
      studio(scene.film.opened(), conditionAnswers(model), (stage) => showPart(stage, scene)),
    ]),
  ),
};
