/** Versions as recipes, `doctor` and the window state them. */
import manifest from '../../package.json' with { type: 'json' };

export const appVersion: string = manifest.version;

/** Pinned exactly in package.json, so this is what is installed. */
export const onnxruntimeVersion: string = manifest.dependencies['onnxruntime-node'];
