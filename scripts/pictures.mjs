/**
 * `node scripts/pictures.mjs`: makes the README's pictures with the project itself. demo.gif is the demo film, pocket.png a
 * sheet of prompts and what the embedded model draws for them (five of nine frames each, seeds 1 to 8, none picked), moves.png what it makes of
 * prompts that change and of a camera (all nine, seeds 1 to 4, none picked).
 * docs/pictures/studio.png is a screenshot that the e2e suite leaves in test-results/screenshots.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { buildIfStale } from './lib/build.mjs';
import { installPackages } from './lib/packages.mjs';
import { inRoot, projectEnv, projectNode, run } from './lib/process.mjs';

const prompts = [
  'a red ball bouncing on a blue background',
  'a yellow boat moving right on the sea',
  'a pink balloon rising in a blue sky',
  'a yellow star spinning at night',
  'a green tree over a green meadow',
  'a white rocket rising in space',
  'an orange fish moving left on the sea',
  'a purple heart growing on a white background',
];
const shown = [0, 2, 4, 6, 8];
const moves = [
  [
    '--prompt',
    'a big red ball at rest on a blue background',
    '--then',
    '4=a big green ball at rest on a blue background',
  ],
  ['--prompt', 'a white boat moving right on the sea', '--then', '4=a white boat moving left on the sea'],
  ['--prompt', 'a green tree over a green meadow', '--camera', 'pan-right:fast'],
  ['--prompt', 'a red car at sunset', '--camera', 'zoom-in:fast'],
];

await installPackages();
await buildIfStale();
// The one that comes along with the packages: there may be no other.
const ffmpegPath = createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg').path;
const tmp = mkdtempSync(path.join(os.tmpdir(), 'onionskin-pictures-'));
const target = inRoot('docs/pictures');
mkdirSync(target, { recursive: true });
const onionskin = (...args) => must(projectNode(), [inRoot('out/main/cli.js'), ...args]);
const ffmpeg = (...args) => must(ffmpegPath, ['-v', 'error', '-y', ...args]);

try {
  const plain = prompts.map((prompt) => ['--prompt', prompt]);
  await sheet('pocket', plain, shown, shown.length * 2);
  await sheet('moves', moves, [0, 1, 2, 3, 4, 5, 6, 7, 8], 9);
  await onionskin('demo', '--library', path.join(tmp, 'demo'));
  const palette = 'scale=256:256:flags=lanczos,split[a][b];[a]palettegen[p];[b][p]paletteuse';
  await ffmpeg('-i', inRoot('out/demo.mp4'), '-vf', palette, '-loop', '0', path.join(target, 'demo.gif'));
  const screenshot = inRoot('test-results/screenshots/sample.png');
  if (existsSync(screenshot)) copyFileSync(screenshot, path.join(target, 'studio.png'));
} finally {
  rmSync(tmp, { recursive: true, force: true });
}

/** Clips drawn with seeds from 1 on, so many frames of each, in rows of `columns` pictures. */
async function sheet(name, clips, frames, columns) {
  for (const [index, asked] of clips.entries()) {
    const out = path.join(tmp, `${name}-${index}/`);
    await onionskin(
      'generate',
      ...asked,
      '--seed',
      String(index + 1),
      '--library',
      path.join(tmp, 'library'),
      '--out',
      out,
    );
    for (const [place, frame] of frames.entries())
      copyFileSync(
        path.join(out, `${String(frame).padStart(6, '0')}.png`),
        path.join(tmp, `${name}-${String(index * frames.length + place).padStart(3, '0')}.png`),
      );
  }
  const tile = `tile=${columns}x${(clips.length * frames.length) / columns}`;
  await ffmpeg('-i', `${tmp}/${name}-%03d.png`, '-vf', tile, '-frames:v', '1', path.join(target, `${name}.png`));
}

async function must(command, args) {
  const code = await run(command, args, { env: projectEnv() });
  if (code !== 0) throw new Error(`${command} ${args[0]} … ended with ${code}`);
}
