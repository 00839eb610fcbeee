/**
 * One recipe, two shells: the command line and the studio's window make the same frames, to the byte.
 */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

const root = path.resolve(import.meta.dirname, '..');
const prompt = 'a green fish moving left on the sea';
const seed = 4242;

test('the command line and the window make the same frames from the same recipe', async ({ studio }) => {
  const { page } = studio;
  const film = new StudioPage(page);
  await film.newProject('Twice');
  await film.planShot(prompt);
  await page.getByTestId('seed-lock').click();
  await page.getByTestId('seed').fill(String(seed));
  await page.getByTestId('seed').press('Enter');
  await film.generate();
  const [take] = (await film.project()).takes;

  const output = execFileSync(
    process.execPath,
    [
      path.join(root, 'out/main/cli.js'),
      ...['generate', '--prompt', prompt, '--seed', String(seed), '--json'],
      ...['--library', path.join(studio.dir, 'cli-library'), '--out', path.join(studio.dir, 'frames/')],
    ],
    { encoding: 'utf8' },
  );
  const last = JSON.parse(output.trim().split('\n').at(-1) ?? '{}') as {
    event: string;
    frames: string[];
    recipe: { seed: number };
  };
  expect(last.event).toBe('done');
  expect(last.recipe.seed).toBe(seed);
  expect(last.frames).toEqual(take?.frames);
});
