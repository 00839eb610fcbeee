/**
 * Wan (tiny) in the running studio: VACE draws a shot around pictures pinned anywhere in it, and goes on from many frames;
 * the model with a timestep per token goes on from a first picture; references and masks; of two experts each has its guidance.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { encode } from 'fast-png';
import { expect, test, type StudioUnderTest } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

const picture = (name: string): string => path.resolve(`test/fixtures/pocket-reference/${name}/000.png`);

async function newProject(
  studio: StudioUnderTest,
  model: 'image' | 'vace' | 'ti2v',
  files: readonly string[],
): Promise<StudioPage> {
  // As `onionskin models add` lists a package.
  const packages = [path.resolve(`test/fixtures/wan-tiny/${model}`)];
  writeFileSync(path.join(studio.library, 'models.json'), JSON.stringify({ schemaVersion: 1, packages }));
  await studio.reopen();
  const { page } = studio;
  await studio.chooseOpenFiles([...files]);
  await page.keyboard.press('Control+n');
  await page.getByTestId('new-project-name').fill('Wan');
  await page.getByTestId('new-project-model').selectOption(`wan-tiny-${model}`);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('studio')).toBeVisible();
  return new StudioPage(page);
}

/** A shot that begins with the first picture of the bin, ready to be made. */
async function animateFirstPicture(film: StudioPage): Promise<void> {
  const { page } = film;
  await page.keyboard.press('Control+i');
  const tile = page.locator('[data-media-id]').first();
  await tile.hover();
  await tile.getByTestId('use-as-first-frame').click();
  await page.keyboard.type('the red ball');
  await page.keyboard.press('Escape');
  await film.setNumber('steps', 3);
}

async function extendBy(studio: StudioUnderTest, frames: number): Promise<void> {
  await studio.page.keyboard.press('e');
  await expect(studio.page.getByTestId('extend-popover')).toBeVisible();
  await studio.page.getByTestId('extend-frames').fill(String(frames));
  await studio.page.getByTestId('extend-frames').press('Tab');
  await studio.page.getByTestId('extend-queue').click();
}

test('a shot is drawn around pictures that are pinned inside it, and grown from its last frames', async ({
  studio,
}) => {
  const film = await newProject(studio, 'vace', [picture('first-frame'), picture('wide')]);
  const { page } = studio;
  await page.getByTestId('model-badge').click();
  await expect(page.getByTestId('model-dialog')).toContainText('be given pictures anywhere inside a shot');
  await expect(page.getByTestId('model-dialog')).toContainText('up to 4 reference pictures');
  await studio.screenshot('wan-vace-model');
  await page.keyboard.press('Escape');

  await film.planShot('the red ball and the ball');
  await film.setNumber('steps', 3);
  await page.keyboard.press('Control+i');
  const tiles = page.locator('[data-media-id]');
  await expect(tiles).toHaveCount(2);
  const lane = await page.locator('.tracks').boundingBox();
  const clip = await film.clips.first().boundingBox();
  if (!lane || !clip) throw new Error('no timeline');
  const frame = await film.pixelsPerFrame();
  for (const [tile, at] of [2, 6].entries()) {
    const place = { x: clip.x - lane.x + (at + 0.5) * frame, y: clip.y - lane.y + clip.height / 2 };
    await tiles.nth(tile).dragTo(page.locator('.tracks'), { targetPosition: place });
    await page.getByTestId('drop-pin').click();
  }
  await expect(page.getByTestId('anchor')).toHaveCount(2);
  await studio.screenshot('wan-vace-pinned');
  await film.generate();
  const [take] = (await film.project()).takes;
  expect(take?.frames).toHaveLength(9);
  expect(await film.recipeOf(take?.id ?? '')).toMatchObject({
    family: 'wan',
    known: [{ index: 2 }, { index: 6 }],
    windows: [{ frames: 9, prefix: 0, later: 2, also: [{ index: 6 }] }],
  });

  await film.select(film.clips.first());
  await extendBy(studio, 4);
  await film.waitForTakes(2);
  const extension = (await film.project()).takes.find(({ id }) => id !== take?.id);
  expect((await film.recipeOf(extension?.id ?? '')).windows).toMatchObject([{ start: -5, prefix: 5, frames: 9 }]);
  await studio.screenshot('wan-vace-grown');
  expect(studio.pageErrors).toEqual([]);
});

test('a timestep per token: from a first picture, then on from the frames it made', async ({ studio }) => {
  const film = await newProject(studio, 'ti2v', [picture('first-frame')]);
  await animateFirstPicture(film);
  await film.generate();
  const [take] = (await film.project()).takes;
  expect(await film.recipeOf(take?.id ?? '')).toMatchObject({ known: [{ index: 0 }], windows: [{ prefix: 1 }] });
  await film.select(film.clips.first());
  await extendBy(studio, 4);
  await film.waitForTakes(2);
  const extension = (await film.project()).takes.find(({ id }) => id !== take?.id);
  expect((await film.recipeOf(extension?.id ?? '')).windows).toMatchObject([{ start: -5, prefix: 5, frames: 9 }]);
  await studio.screenshot('wan-ti2v');
  expect(studio.pageErrors).toEqual([]);
});

test('two experts: the second one has a guidance of its own, or the first one’s', async ({ studio }) => {
  const film = await newProject(studio, 'image', [picture('first-frame')]);
  const { page } = studio;
  await animateFirstPicture(film);
  const second = page.getByTestId('second-guidance');
  await film.setNumber('guidance', 4);
  await expect(second).toHaveValue('4');
  await film.setNumber('second-guidance', 2.5);
  await page.keyboard.press('Control+z');
  await expect(second).toHaveValue('4');
  await page.keyboard.press('Control+Shift+z');
  await expect(second).toHaveValue('2.5');
  await film.setNumber('guidance', 1);
  await expect(second).toBeDisabled();
  await film.setNumber('guidance', 4);
  await studio.screenshot('wan-two-experts');
  await film.generate();
  const [take] = (await film.project()).takes;
  expect(await film.recipeOf(take?.id ?? '')).toMatchObject({ guidance: 4, secondGuidance: 2.5 });
  await page.getByTestId('second-same').click();
  await expect(second).toHaveValue('4');
  expect(studio.pageErrors).toEqual([]);
});

test('references show what is in a shot, and a mask says where a clip is drawn over', async ({ studio }, info) => {
  const side = 64;
  const mask = info.outputPath('mask.png');
  const white = (i: number): number => (i % side >= side / 2 ? 255 : 0);
  writeFileSync(
    mask,
    encode({
      width: side,
      height: side,
      channels: 1,
      data: Uint8Array.from({ length: side * side }, (_, i) => white(i)),
    }),
  );
  const film = await newProject(studio, 'vace', [picture('first-frame'), picture('wide'), mask]);
  const { page } = studio;
  await page.keyboard.press('Control+i');
  await expect(page.locator('[data-media-id]')).toHaveCount(3);
  await film.planShot('the red ball and the ball');
  await film.setNumber('steps', 3);

  await expect(page.getByTestId('references')).toBeVisible();
  const choose = async (well: string, name: string): Promise<void> => {
    await page.getByTestId(well).click();
    await page.locator('.well-picker').getByRole('button', { name }).first().click();
    await expect(page.locator('.well-picker')).toBeHidden();
  };
  await choose('reference-new', 'mask.png');
  await choose('reference-new', '000.png');
  await expect(page.getByTestId('reference-2').getByRole('img')).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(page.getByTestId('reference-2')).toHaveCount(0);
  await page.keyboard.press('Control+Shift+z');
  // The same picture a second time is refused, with a way out.
  await choose('reference-new', 'mask.png');
  await expect(page.getByText('this picture is one of the references already')).toBeVisible();
  await page.getByTestId('references').getByRole('button', { name: 'Remove: Reference 1' }).click();
  await expect(page.getByTestId('reference-2')).toHaveCount(0);
  await studio.screenshot('wan-references');
  await film.generate();
  const [take] = (await film.project()).takes;
  expect((await film.recipeOf(take?.id ?? '')).references).toHaveLength(1);

  await film.select(film.clips.first());
  await page.keyboard.press('Alt+g');
  await page.keyboard.type('in ink');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('source-mask')).toBeVisible();
  await expect(page.getByTestId('strength')).toHaveCount(0);
  await expect(page.getByTestId('mask-hint')).toContainText('what is white in it is drawn anew');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByText('a mask is white, and none is given')).toBeVisible();
  await film.setNumber('steps', 3);
  await choose('source-mask', 'mask.png');
  await studio.screenshot('wan-mask');
  // Also while the place of the picture has the focus.
  await expect(page.getByTestId('source-mask')).toBeFocused();
  await page.keyboard.press('Control+Enter');
  await film.waitForTakes(2);
  const redrawn = (await film.project()).takes.find(({ id }) => id !== take?.id);
  const recipe = await film.recipeOf(redrawn?.id ?? '');
  expect(recipe.known).toHaveLength(9);
  expect(recipe.known.map(({ frame }) => frame)).toEqual(take?.frames);
  expect(new Set(recipe.known.map((known) => known.mask)).size).toBe(1);
  expect(recipe.known[0]?.mask).toMatch(/^[0-9a-f]{64}$/);
  expect(recipe.windows).toMatchObject([{ prefix: 1, also: [{ index: 1, frames: 8 }] }]);
  await studio.screenshot('wan-mask-drawn');
  expect(studio.pageErrors).toEqual([]);
});
