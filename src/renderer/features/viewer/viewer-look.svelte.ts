/**
 * What the viewer has to show at the playhead: the film's layers, or what a running job has made of this frame so far,
 * and what there is to say about it.
 */
import { videoTracksOf } from '@core/document/access';
import type { Layer } from '@core/export/plan';
import type { RunProgress, StepPreview } from '@contracts/engine';
import type { AppState } from '../../state/app.svelte';
import { clipAtFrame, indexClips } from '../timeline/clip-index';
import { describeClip, spanAt, type ClipView, type SpanView } from '../timeline/clip-view';
import { shotFrameAt } from '../timeline/shot-mapping';

export type Look =
  | { readonly kind: 'film'; readonly layers: readonly Layer[] }
  /** Not stored yet: the latest step, index counts as in the recipe. */
  | { readonly kind: 'preview'; readonly preview: StepPreview; readonly index: number }
  | { readonly kind: 'nothing' };

const OPAQUE = 256;

export class ViewerLook {
  readonly #app: AppState;

  readonly #index = $derived.by(() => {
    const session = this.#app.session;
    return session === null ? null : indexClips(session.doc);
  });

  /** The topmost visible clip under the playhead. */
  readonly top: ClipView | null = $derived.by(() => {
    const { session, jobs, transport } = this.#app;
    const index = this.#index;
    if (session === null || index === null) return null;
    for (const track of videoTracksOf(session.doc).toReversed()) {
      const clip = track.isHidden ? null : clipAtFrame(index, track.id, transport.playhead);
      if (clip !== null) return describeClip(session, jobs, clip);
    }
    return null;
  });

  readonly span: SpanView | null = $derived.by(() =>
    this.top === null ? null : spanAt(this.top, this.#app.transport.playhead),
  );
  readonly progress: RunProgress | null = $derived.by(() => {
    const job = this.span?.state === 'running' ? this.span.job : null;
    return job === null ? null : this.#app.jobs.progressOf(job.id);
  });

  readonly look: Look = $derived.by(() => this.#running() ?? this.#film());

  constructor(app: AppState) {
    this.#app = app;
  }

  /** Layers at any frame, without what is running: for onion skin and read-ahead. */
  layersAt(frame: number): readonly Layer[] {
    const session = this.#app.session;
    return session === null || frame < 0 || frame >= session.end ? [] : session.film.layersAt(frame).layers;
  }

  #running(): Look | null {
    const { session, jobs, transport } = this.#app;
    const { span, top } = this;
    if (session === null || top === null || top.shot === null || span?.state !== 'running' || span.job === null)
      return null;
    const index = shotFrameAt(top.clip, transport.playhead, top.shot.rate, session.project.rate) - span.segmentFrom;
    const frame = jobs.framesOf(span.job.id).get(index);
    if (frame !== undefined) return { kind: 'film', layers: [{ frame, opacity256: OPAQUE }] };
    const preview = jobs.previewOf(span.job.id);
    return preview === null ? null : { kind: 'preview', preview, index };
  }

  #film(): Look {
    const layers = this.layersAt(this.#app.transport.playhead);
    return layers.length === 0 ? { kind: 'nothing' } : { kind: 'film', layers };
  }
}
