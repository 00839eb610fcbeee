/** What artists bring along: pictures and sounds, and footage that is conformed to the film. */
import { AppError } from '@core/errors';
import { MEDIA_SETTING } from '@contracts/settings';
import { findOriginals, offlineFootage } from '../services/footage/find-originals';
import { sortPlaces, type FootagePlace } from '../services/footage/footage-file';
import { isStillPicture } from '../services/footage/probe-footage';
import { filesUnder } from '../services/media/files-under';
import { offlineOf, relink } from '../services/media/relink';
import { soundBlocks } from '../services/media/sound-files';
import { requestConform } from '../services/queue/request-conform';
import type { Studio } from '../studio';
import type { Services } from './services';

export function mediaOf({ projects, media, footage, frames, settings, sweep, fittedFrame }: Services): Studio['media'] {
  const offline = (projectId: string) => offlineOf(media.list(projectId), (id) => media.pathOf(id));
  const offlineFilms = (projectId: string) => offlineFootage(footage.list(projectId).map(({ id }) => footage.get(id)));

  return {
    importFile: async (projectId, path, signal) => {
      if (projectId !== null) projects.assertExists(projectId);
      await sweep.giveWay();
      // What is used outside any project (command line) has nobody to keep its original for it.
      const keeping = projectId !== null && settings.get(MEDIA_SETTING) === 'link' ? 'link' : 'copy';
      return media.importFile(projectId, path, { keeping, signal });
    },
    fromFrame: async (projectId, hash, name) => {
      projects.assertExists(projectId);
      await sweep.giveWay();
      return media.importFrame(projectId, frames.pathOf(hash), name);
    },
    list: (projectId) => media.list(projectId),
    offline: async (projectId) => [
      ...(await offline(projectId)).map(({ id }) => id),
      ...(await offlineFilms(projectId)).map(({ media: { id } }) => id),
    ],
    relink: async (projectId, files, signal) => {
      projects.assertExists(projectId);
      await sweep.giveWay();
      const candidates = await filesUnder(files, signal);
      const report = await relink(candidates, {
        offline: await offline(projectId),
        take: (mediaId, file) => media.replaceFile(mediaId, file, signal),
        ...(signal && { signal }),
      });
      const films = await offlineFilms(projectId);
      const found = await findOriginals(candidates, films, (id, place) => footage.moved(id, place), signal);
      const isFound = new Set(found.map(({ mediaId }) => mediaId));
      const missing = films.filter(({ media: { id } }) => !isFound.has(id));
      return {
        refused: report.refused,
        found: [...report.found, ...found],
        missing: [...report.missing, ...missing.map(({ media: { id, name } }) => ({ mediaId: id, name }))],
      };
    },
    fittedFrame,
    pathOf: (mediaId) => media.pathOf(mediaId),
    peaksFile: (mediaId) => media.peaksFile(mediaId),
    collect: async (projectId, mediaIds, signal) => {
      projects.assertExists(projectId);
      await sweep.giveWay();
      const linked = media.list(projectId).filter(({ id }) => mediaIds === null || mediaIds.includes(id));
      const collected = [];
      for (const { id } of linked) collected.push(await media.collect(id, signal));
      return collected;
    },
    samples: async function* (mediaId, speed, signal) {
      yield* soundBlocks(await media.soundOf(mediaId), { speed, ...(signal && { signal }) });
    },
  };
}

export function footageOf(services: Services): Studio['footage'] {
  const { paths, clock, newId, appVersion, projects, footage, queue, pace } = services;
  return {
    link: async (projectId, files, signal) => {
      projects.assertExists(projectId);
      const { places, rest } = sortPlaces(files);
      const linked = [];
      for (const place of places) {
        if (place.type === 'file' && (await isStillPicture(place.path))) rest.push(place.path);
        else linked.push(await footage.link(projectId, place, signal));
      }
      return { footage: linked, rest };
    },
    conform: (input) =>
      requestConform(input, {
        queue,
        footage,
        libraryDir: paths.dir,
        appVersion,
        clock,
        newId,
        documentOf: (projectId) => projects.document(projectId).document,
      }),
    estimate: (mediaId, shape) => pace.estimate(footage.get(mediaId).media, shape),
    sound: (projectId, mediaId, range, signal) => footage.sound(projectId, mediaId, range, signal),
    asImages: (projectId, mediaId) => footage.asImages(projectId, mediaId),
    relink: (mediaId, files) => footage.relink(mediaId, onePlace(files)),
    originalOf: (mediaId) => footage.originalOf(mediaId),
    poster: (mediaId) => footage.poster(mediaId),
    picture: (mediaId, at, signal) => footage.picture(mediaId, at, signal),
  };
}

/** @throws AppError media/unsupported when the files are not one film or one sequence */
function onePlace(files: readonly string[]): FootagePlace {
  const { places, rest } = sortPlaces(files);
  const [place] = places;
  if (place !== undefined && places.length === 1 && rest.length === 0) return place;
  throw new AppError('media/unsupported', 'These files are not one film.', {
    field: 'file',
    value: String(files.length),
    remedy: 'Choose one film, or all pictures of one sequence.',
  });
}
