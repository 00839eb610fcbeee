/** What an export would cost, asked anew whenever it would be another. Called while a component is made. */
import type { ExportCost } from '@contracts/export-cost';
import type { ApiInput } from '@contracts/ipc';
import type { AppState } from './app.svelte';

export function askExportCost(
  app: AppState,
  film: () => ApiInput<'export.estimate'>,
): { readonly current: ExportCost | null } {
  let current: ExportCost | null = $state.raw(null);
  $effect(() => {
    let isCurrent = true;
    app.client.invoke('export.estimate', film()).then(
      (answer) => {
        if (isCurrent) current = answer;
      },
      // A courtesy: without it the film can still be exported.
      () => {
        if (isCurrent) current = null;
      },
    );
    return () => (isCurrent = false);
  });
  return {
    get current() {
      return current;
    },
  };
}
