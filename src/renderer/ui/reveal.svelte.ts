/** Brings an item of a panel into sight and puts the focus on its first button when the app asks for it. */
import type { Attachment } from 'svelte/attachments';
import type { AppState } from '../state/app.svelte';

export function reveal(app: AppState, id: string): Attachment<HTMLElement> {
  return (element) => {
    if (app.revealId !== id) return;
    app.revealId = null;
    element.scrollIntoView({ block: 'nearest' });
    element.querySelector('button')?.focus();
  };
}
