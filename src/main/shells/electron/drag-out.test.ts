import { writeFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import type { JobView } from '@contracts/job';
import type { Studio } from '@main/studio';
import { tempDir } from '../../../../test/support/temp-dir';
import { DragOut } from './drag-out';

vi.mock('electron', () => ({
  app: { getPath: () => tempDir(), once: () => undefined, getFileIcon: () => Promise.resolve('icon') },
  nativeImage: { createEmpty: () => ({ isEmpty: () => true }) },
}));

const clip = { projectId: 'film', clipId: 'clip' };

/** A studio that plans clips' films and makes each as a job, which `finish` ends. */
function made() {
  const outPaths: string[] = [];
  const states = new Map<string, JobView['state']>();
  const film = { key: 'a', from: 4, to: 12, name: 'Shot' };
  const clipFilm = vi.fn(() => Promise.resolve({ ...film }));
  const jobs = {
    clipFilm,
    list: () => [...states].map(([id, state]) => ({ id, state })),
    export: ({ outPath }: { outPath: string }) => {
      outPaths.push(outPath);
      const id = `job${String(outPaths.length)}`;
      states.set(id, 'running');
      return Promise.resolve(id);
    },
  };
  const finish = (): void => {
    for (const id of states.keys()) states.set(id, 'done');
    for (const file of outPaths) writeFileSync(file, 'film');
  };
  return { dragOut: new DragOut({ jobs } as unknown as Studio), clipFilm, film, outPaths, finish };
}

test('one click plans the film of the clip once, and makes it once', async () => {
  const { dragOut, clipFilm, outPaths, finish } = made();
  expect(await dragOut.makeClip(clip)).toMatchObject({ state: 'making', frameCount: 8, jobId: 'job1' });
  expect(clipFilm).toHaveBeenCalledTimes(1);
  finish();
  expect(await dragOut.makeClip(clip)).toMatchObject({ state: 'ready', bytes: 4 });
  expect(clipFilm).toHaveBeenCalledTimes(2);
  const startDrag = vi.fn();
  await dragOut.start({ kind: 'clip', ...clip }, { startDrag });
  expect(startDrag).toHaveBeenCalledWith({ file: outPaths[0], icon: 'icon' });
  expect(clipFilm).toHaveBeenCalledTimes(3);
  expect(outPaths).toHaveLength(1);
});

test('a clip that shows something else by now is made anew, and its old film is not dragged', async () => {
  const { dragOut, film, outPaths, finish } = made();
  await dragOut.makeClip(clip);
  finish();
  film.key = 'b';
  expect(await dragOut.clipFile(clip)).toMatchObject({ state: 'unmade' });
  await expect(dragOut.start({ kind: 'clip', ...clip }, { startDrag: () => undefined })).rejects.toThrow(
    /not made yet/,
  );
  await dragOut.makeClip(clip);
  expect(outPaths).toHaveLength(2);
});
