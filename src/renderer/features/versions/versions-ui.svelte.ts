/**
 * The history slider: which versions there are, which one is looked at. Asking main takes a moment, so while the slider
 * moves only the last place asked for is looked up.
 */
import type { VersionList } from '@contracts/versions';
import type { AppState } from '../../state/app.svelte';
import { strings } from './strings';

export class VersionsUi {
  readonly #app: AppState;
  isOpen = $state(false);
  list: VersionList | null = $state.raw(null);
  /** Position among the stops. */
  place = $state(0);
  #isLooking = false;

  readonly count = $derived(this.list?.stops.length ?? 0);
  readonly isNow = $derived(this.place >= this.count - 1);
  readonly version = $derived(this.list?.stops[this.place] ?? null);
  readonly name = $derived(this.list?.named.find((one) => one.version === this.version)?.name ?? '');

  constructor(app: AppState) {
    this.#app = app;
  }

  async open(): Promise<void> {
    this.isOpen = await this.#reload();
  }

  close(): void {
    this.isOpen = false;
    this.#app.session?.lookAtNow();
  }

  /** Shows the version at a place of the slider. */
  async look(place: number): Promise<void> {
    this.place = Math.max(0, Math.min(this.count - 1, place));
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      for (let shown: number | null = null; this.isOpen && shown !== this.place;) {
        shown = this.place;
        await this.#show();
      }
    } finally {
      this.#isLooking = false;
    }
  }

  async lookAtVersion(version: number): Promise<void> {
    const place = this.list?.stops.indexOf(version) ?? -1;
    if (place >= 0) await this.look(place);
  }

  /** An empty name takes it away. */
  async rename(name: string): Promise<void> {
    const { version } = this;
    const projectId = this.#app.session?.id;
    if (version === null || projectId === undefined || name === this.name) return;
    const answer = await this.#app.attempt(() =>
      this.#app.client.invoke('projects.nameVersion', { projectId, version, name }),
    );
    if (answer === null) return;
    await this.#reload(version);
    this.#app.toast('success', name === '' ? strings.removedName : strings.keptName(name));
  }

  async restore(): Promise<void> {
    const session = this.#app.session;
    const label = session?.past?.label;
    if (session === null || label === undefined) return;
    const name = this.name === '' ? strings.version(label) : `“${this.name}”`;
    if (!session.restorePast(strings.restoreEdit)) return;
    this.#app.toast('success', strings.restored(name));
    await this.#reload();
  }

  async #show(): Promise<void> {
    const session = this.#app.session;
    const { version, isNow } = this;
    if (session === null || version === null) return;
    if (isNow) return session.lookAtNow();
    const found = await this.#app.attempt(() =>
      this.#app.client.invoke('projects.versionAt', { projectId: session.id, version }),
    );
    if (found !== null && this.isOpen && this.#app.session === session) session.lookAt(found);
  }

  /** What is on screen is in the journal first; named versions are stops in any case. */
  async #reload(at: number | null = null): Promise<boolean> {
    const session = this.#app.session;
    if (session === null) return false;
    this.#app.flushEdits();
    await session.commits.settled();
    const answer = await this.#app.attempt(() =>
      this.#app.client.invoke('projects.versions', { projectId: session.id }),
    );
    if (answer === null) return false;
    const stops = [...new Set([...answer.stops, ...answer.named.map(({ version }) => version)])].sort((a, b) => a - b);
    this.list = { ...answer, stops };
    this.place = at === null ? stops.length - 1 : Math.max(0, stops.indexOf(at));
    return true;
  }
}

const uiByApp = new WeakMap<AppState, VersionsUi>();

export function versionsUiOf(app: AppState): VersionsUi {
  const known = uiByApp.get(app);
  if (known !== undefined) return known;
  const ui = new VersionsUi(app);
  uiByApp.set(app, ui);
  return ui;
}

export function toggleVersions(app: AppState): void {
  const ui = versionsUiOf(app);
  if (ui.isOpen) ui.close();
  else void ui.open();
}
