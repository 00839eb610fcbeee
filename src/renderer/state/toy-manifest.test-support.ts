/** A model for tests: Pocket's grid and limits, under a name of its own. */
import type { ModelManifest } from '@contracts/model-manifest';

export const toyManifest: ModelManifest = {
  schemaVersion: 1,
  id: 'toy',
  version: '1',
  name: 'Toy',
  kind: 'generator',
  family: 'ltx',
  licence: 'MIT',
  description: '',
  frameGrid: { multiple: 1, plus: 0, min: 1, max: 13 },
  sizeGrid: 32,
  nativeSize: [128, 128],
  maxSize: [256, 256],
  nativeRate: { num: 8, den: 1 },
  nativeFrames: 9,
  promptTokens: 32,
  conditioning: { text: true, firstFrames: { min: 1, max: 4 }, laterImages: 1, perFramePrompts: false },
  defaults: { steps: 24, guidance: 3, negative: '', extensionPrefix: 4 },
  memoryMiB: 400,
  files: [{ path: 'model_index.json', bytes: 1, sha256: 'a'.repeat(64) }],
};
