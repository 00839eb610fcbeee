/**
 * The UNet3D family, space and time factorised (ModelScope and its relatives): diffusers' TextToVideoSDPipeline, in its
 * order of steps and of random draws, over the graph contract of docs/model-packages.md.
 *
 *   1 check the recipe against the package      4 denoise
 *   2 encode the prompts                        5 decode, frame by frame
 *   per window:                                 6 store the frames (window-loop.ts)
 *   3 prepare the latents around the known frames (known-pictures.ts)
 *
 * The pipeline makes films from text alone; known frames go beyond it.
 */
import { assertRunFitsFamily, type FamilyRun } from './family-run';
import {
  assertLaterImagesFit,
  hasKnownFrames,
  prepareAround,
  putKnownFrames,
  type AroundState,
} from './known-pictures';
import { decodePictures, volumeFromFrameMajor } from './picture-frames';
import { denoiseSteps, eachHalf } from './step-loop';
import { encodeClipTexts, type TextEmbeddings } from './text-embeddings';
import { windowPredictor } from './unet-predictor';
import { runWindows, type Sampling } from './window-loop';

/** @returns the hashes of the segment's frames 0 … frameCount − 1 */
export async function runUnet3d(run: FamilyRun): Promise<string[]> {
  assertRunFitsFamily('unet3d', run);
  assertLaterImagesFit(run);
  return runWindows<TextEmbeddings, AroundState>(run, {
    encodePrompts: (windows) => encodeClipTexts(run, windows),
    readsImages: hasKnownFrames,
    prepare: (window, made) => prepareAround(run, window, { made }),
    denoise: (sampling, texts) => denoise(run, sampling, texts),
    decode: (window, state) => decodePictures(run, window, state),
  });
}

async function denoise(run: FamilyRun, sampling: Sampling<AroundState>, texts: TextEmbeddings): Promise<void> {
  const { size, generator } = sampling.state;
  // The pipeline steps over a batch of frames: what a scheduler draws comes frame by frame.
  const noise = { randn: (count: number) => volumeFromFrameMajor(generator.randn(count), size) };
  await run.sessions.use('unet', (unet) =>
    denoiseSteps(run, sampling, {
      model: 'the UNet',
      ...{ from: sampling.from, to: run.recipe.steps },
      predict: eachHalf(windowPredictor(run, sampling, { texts, unet })),
      noise,
      afterStep: (done) => putKnownFrames(sampling.state, done),
    }),
  );
}
