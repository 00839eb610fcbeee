/**
 * What a shot is conditioned by besides its prompt: references, a mask over the film it is drawn over, pinned pictures and
 * clips. Each as usual, with nothing in it, and with as much as there can be.
 */
import { tick } from 'svelte';
import { pinAnchor, pinClip, setAnchorStrength } from '@core/timeline/anchors';
import { redrawClip } from '@core/timeline/redraw';
import { setSourceMask } from '@core/timeline/segments';
import { setReferences } from '@core/timeline/shot-settings';
import { MAX_REFERENCES } from '@core/document/records';
import { toyManifest } from '../state/toy-manifest.test-support';
import type { ModelView } from '@contracts/ipc';
import { FilmBuilder } from './films';
import type { Answers, Stage } from './scene';

/** A model that is shown all of them. */
export const allTaking = {
  ...toyManifest,
  conditioning: { ...toyManifest.conditioning, laterImages: 8, laterClips: true, masks: true, references: 4 },
};

interface ConditionScene {
  readonly film: FilmBuilder;
  /** The clip that is selected, and the part of the inspector that is looked at. */
  readonly clipId: string;
  readonly shows: string;
}

const ball = 'a red ball bouncing on a blue background';

function bin(film: FilmBuilder, names: readonly string[]): FilmBuilder {
  for (const name of names) film.image(name);
  return film;
}

function withReferences(film: FilmBuilder, count: number): FilmBuilder {
  const mediaIds = film.media.slice(0, count).map(({ id }) => id);
  return film.edit((doc) => setReferences(doc, 'shot-Ball', mediaIds));
}

function overdrawn(film: FilmBuilder): FilmBuilder {
  const ids = {
    ...{ shotId: 'shot-over', segmentId: 'part-over', newClipId: 'clip-over' },
    ...{ blockId: 'block-over', trackId: 'track-over' },
  };
  const sampling = { steps: 24, guidance: 3, negative: '', contextFrames: 4, framesPerWindow: null };
  const shot = { name: 'In ink', text: 'in ink', modelId: toyManifest.id, width: 128, height: 128, sampling };
  return film.edit((doc) => redrawClip(doc, { clipId: 'clip-Ball', ids, ...shot, strength: 1 }));
}

const oneShot = (name = 'Ball'): FilmBuilder => new FilmBuilder('Evening').shot('Ball', ball, { start: 0, name });
const twoShots = (name = 'Balloon'): FilmBuilder =>
  oneShot().shot('Balloon', 'a red balloon rising', { start: 12, frames: 40, name });

function pinned(film: FilmBuilder): FilmBuilder {
  const part = { shotId: 'shot-Balloon', from: 3, frames: 4 };
  return film
    .edit((doc) => pinAnchor(doc, { id: 'first', shotId: 'shot-Ball', frame: 0, mediaId: film.media[0]?.id ?? '' }))
    .edit((doc) => pinClip(doc, { id: 'clip', shotId: 'shot-Ball', frame: 3, clip: part }))
    .edit((doc) => setAnchorStrength(doc, 'clip', 0.6));
}

export function conditionScenes(longName: string): Readonly<Record<string, ConditionScene>> {
  const pictures = ['wall.png', 'door.jpg', 'mask.png'];
  const many = Array.from({ length: MAX_REFERENCES }, (_, n) => `${longName}-${n}.png`);
  const ballClip = { clipId: 'clip-Ball' };
  const over = { clipId: 'clip-over', shows: 'source-mask' };
  return {
    'conditions-references': { film: withReferences(bin(oneShot(), pictures), 2), ...ballClip, shows: 'references' },
    'conditions-references-empty': { film: oneShot(), ...ballClip, shows: 'references' },
    // More than the model takes: those of a model that was there before.
    'conditions-references-long': {
      film: withReferences(bin(oneShot(longName), many), MAX_REFERENCES),
      ...{ ...ballClip, shows: 'references' },
    },
    'conditions-mask': {
      film: overdrawn(bin(oneShot(), pictures)).edit((doc) => setSourceMask(doc, 'part-over', 'image-2')),
      ...over,
    },
    'conditions-mask-empty': { film: overdrawn(oneShot()), ...over },
    'conditions-mask-long': {
      film: overdrawn(bin(oneShot(longName), many)).edit((doc) => setSourceMask(doc, 'part-over', 'image-2')),
      ...over,
    },
    'conditions-pinned': { film: pinned(bin(twoShots(), pictures)), ...ballClip, shows: 'anchors' },
    'conditions-pinned-empty': { film: twoShots(), ...ballClip, shows: 'anchors' },
    'conditions-pinned-long': { film: pinned(bin(twoShots(longName), many)), ...ballClip, shows: 'anchors' },
  };
}

export const conditionAnswers = (model: Omit<ModelView, 'manifest'>): Answers => ({
  'models.list': { models: [{ ...model, manifest: allTaking }] },
});

export async function showPart({ app }: Stage, { clipId, shows }: ConditionScene): Promise<void> {
  app.session?.select([clipId]);
  await tick();
  document.querySelector(`[data-testid="${shows}"]`)?.closest('section')?.scrollIntoView({ block: 'start' });
}
