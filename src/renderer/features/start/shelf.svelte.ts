/**
 * The start screen's list: the projects of one place, narrowed by what is searched, with what each takes on disk. The
 * first place's projects are the window's own list; the others are read when they are looked at.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { ProjectPlace, ProjectSummary } from '@contracts/ipc';
import type { AppState } from '../../state/app.svelte';
import { strings } from './strings';

export class Shelf {
  readonly #app: AppState;
  place: ProjectPlace = $state('shelf');
  query = $state('');
  #others: readonly ProjectSummary[] = $state.raw([]);
  /** Bytes by project; filled in one after the other while the screen is open. */
  readonly sizes = new SvelteMap<string, number>();
  #isOpen = true;

  readonly all: readonly ProjectSummary[] = $derived.by(() =>
    this.place === 'shelf' ? this.#app.projects : this.#others,
  );
  /** Every word of the search is somewhere in the name. */
  readonly shown: readonly ProjectSummary[] = $derived.by(() => {
    const words = this.query.toLowerCase().split(/\s+/).filter(Boolean);
    return this.all
      .filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)))
      .sort((a, b) => (b.trashedAt ?? b.updatedAt) - (a.trashedAt ?? a.updatedAt));
  });

  constructor(app: AppState) {
    this.#app = app;
  }

  async look(place: ProjectPlace): Promise<void> {
    this.place = place;
    await this.refresh();
  }

  async refresh(): Promise<void> {
    const { place } = this;
    if (place === 'shelf') await this.#app.refreshProjects();
    else {
      this.#others = [];
      const answer = await this.#app.attempt(() => this.#app.client.invoke('projects.list', { place }));
      if (answer !== null && this.place === place) this.#others = answer.projects;
    }
  }

  /** One at a time: each asks the disk about all frames of a project. A changed project is asked again. */
  async measure(projects: readonly ProjectSummary[]): Promise<void> {
    for (const { id: projectId } of projects) {
      if (!this.#isOpen || this.shown !== projects) return;
      if (this.sizes.has(projectId)) continue;
      const size = await this.#app.client.invoke('projects.size', { projectId }).catch(() => null);
      if (size !== null) this.sizes.set(projectId, size.bytes);
    }
  }

  close(): void {
    this.#isOpen = false;
  }

  async duplicate({ id: projectId, name }: ProjectSummary): Promise<void> {
    if ((await this.#app.attempt(() => this.#app.client.invoke('projects.duplicate', { projectId }))) === null) return;
    await this.refresh();
    this.#app.toast('success', strings.duplicated(name));
  }

  async setArchived(project: ProjectSummary, isArchived: boolean): Promise<void> {
    if (!(await this.#changed('projects.setArchived', { projectId: project.id, isArchived }))) return;
    const undo = (): void =>
      void this.#changed('projects.setArchived', { projectId: project.id, isArchived: !isArchived });
    const said = isArchived ? strings.archived(project.name) : strings.unarchived(project.name);
    this.#app.toast('info', said, undefined, { label: strings.undo, run: undo });
  }

  async trash(project: ProjectSummary): Promise<void> {
    await this.#app.trashProject(project);
    await this.refresh();
  }

  async restore({ id: projectId, name }: ProjectSummary): Promise<void> {
    if (await this.#changed('projects.restore', { projectId })) this.#app.toast('success', strings.restored(name));
  }

  async #changed(
    ...[method, input]:
      | [method: 'projects.restore', input: { projectId: string }]
      | [method: 'projects.setArchived', input: { projectId: string; isArchived: boolean }]
  ): Promise<boolean> {
    const answer = await this.#app.attempt(() =>
      method === 'projects.restore' ? this.#app.client.invoke(method, input) : this.#app.client.invoke(method, input),
    );
    await this.refresh();
    return answer !== null;
  }
}
