import { expect, test } from './fixtures/studio';

test('the studio opens on an empty library and shows its start screen', async ({ studio }) => {
  await expect(studio.page.getByTestId('start-screen')).toBeVisible();
  await studio.screenshot('start-empty');
  expect(studio.pageErrors).toEqual([]);
});
