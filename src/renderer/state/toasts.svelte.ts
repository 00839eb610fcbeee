/**
 * Short messages at the edge of the window. Bounded: the oldest gives way. Errors stay until they are closed,
 * everything else leaves by itself.
 */
export type ToastKind = 'info' | 'success' | 'error';

export interface ToastAction {
  readonly label: string;
  readonly run: () => void;
}

export interface Toast {
  readonly id: number;
  readonly kind: ToastKind;
  readonly text: string;
  readonly remedy: string;
  readonly action: ToastAction | null;
}

const MAX_TOASTS = 4;
const LIFETIME_MS = { info: 6_000, success: 6_000, error: null } as const;

export class Toasts {
  list: readonly Toast[] = $state.raw([]);
  #nextId = 1;

  show(kind: ToastKind, text: string, remedy = '', action: ToastAction | null = null): void {
    const same = this.list.find((one) => one.text === text && one.remedy === remedy);
    if (same !== undefined) this.close(same.id);
    const toast: Toast = { id: this.#nextId++, kind, text, remedy, action };
    this.list = [...this.list, toast].slice(-MAX_TOASTS);
    const lifetimeMs = LIFETIME_MS[kind];
    if (lifetimeMs !== null) setTimeout(() => this.close(toast.id), action === null ? lifetimeMs : lifetimeMs * 2);
  }

  close(id: number): void {
    this.list = this.list.filter((one) => one.id !== id);
  }
}
