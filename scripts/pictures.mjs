/**
 * `node scripts/pictures.mjs`: makes the README's pictures with the project itself. demo.gif is the demo film, pocket.png a
 * sheet of prompts and what the embedded model draws for them (five of nine frames each, seeds 1 to 8, none picked).
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
  for (const [index, prompt] of prompts.entries())
    await onionskin(
      'generate',
      '--prompt',
      prompt,
      '--seed',
      String(index + 1),
      '--library',
      path.join(tmp, 'library'),
      '--out',
      `${tmp}/${index}/`,
    );
  for (const [index] of prompts.entries())
    for (const [place, frame] of shown.entries())
      copyFileSync(
        path.join(tmp, String(index), `${String(frame).padStart(6, '0')}.png`),
        path.join(tmp, `sheet-${String(index * shown.length + place).padStart(3, '0')}.png`),
      );
  await ffmpeg(
    '-i',
    `${tmp}/sheet-%03d.png`,
    '-vf',
    `tile=${shown.length * 2}x${prompts.length / 2}`,
    '-frames:v',
    '1',
    path.join(target, 'pocket.png'),
  );
  await onionskin('demo', '--library', path.join(tmp, 'demo'));
  const palette = 'scale=256:256:flags=lanczos,split[a][b];[a]palettegen[p];[b][p]paletteuse';
  await ffmpeg('-i', inRoot('out/demo.mp4'), '-vf', palette, '-loop', '0', path.join(target, 'demo.gif'));
  const screenshot = inRoot('test-results/screenshots/sample.png');
  if (existsSync(screenshot)) copyFileSync(screenshot, path.join(target, 'studio.png'));
} finally {
  rmSync(tmp, { recursive: true, force: true });
}

async function must(command, args) {
  const code = await run(command, args, { env: projectEnv() });
  if (code !== 0) throw new Error(`${command} ${args[0]} … ended with ${code}`);
}
