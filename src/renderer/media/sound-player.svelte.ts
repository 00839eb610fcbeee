/**
 * Plays the film's sound with the viewer: while the transport runs, the clips that are heard are started on the audio
 * clock at the time the transport's own clock gives them; at other speeds and backwards as a tape is, higher or lower with
 * the speed. A seek, a loop or an edit begins anew from where the picture is.
 */
import { recordsOf } from '@core/document/access';
import { speedOf } from '@core/document/clip-speed';
import type { Document } from '@core/document/records';
import { isAudioClip } from '@core/document/sound';
import { AppError } from '@core/errors';
import { planSound, SOUND_CHANNELS, SOUND_RATE, type SoundClip, type SoundPlan } from '@core/export/sound-plan';
import type { AppState } from '../state/app.svelte';
import { appErrorFrom } from '../state/app-error-from';
import { soundUrl } from '../state/urls';
import { backwards, scheduleSounds } from './sound-schedule';

/** About an hour of sound; those not on the timeline go first. */
const MAX_BYTES = 1_400 * 1024 * 1024;
const MAX_REVERSED = 4;

export class SoundPlayer {
  readonly #app: AppState;
  #context: AudioContext | null = null;
  #playing: AudioBufferSourceNode[] = [];
  /** By address, which is another for each speed; null: on its way, or not to be had. */
  #sounds = new Map<string, AudioBuffer | null>();
  readonly #backwards = new Map<string, AudioBuffer>();
  /** Rises when a sound has come. */
  #loaded = $state(0);

  constructor(app: AppState) {
    this.#app = app;
  }

  /** Asks for the sounds of the open project, so that play begins at once. Read in an effect. */
  load(): void {
    const { session } = this.#app;
    const wanted = new Set<string>();
    for (const clip of session === null ? [] : recordsOf(session.doc, 'clip'))
      if (isAudioClip(clip)) wanted.add(soundUrl(clip.source.mediaId, speedOf(clip)));
    this.#forgetAllBut(wanted);
    for (const url of wanted) if (!this.#sounds.has(url)) void this.#fetch(url);
  }

  /** Brings what is heard in line with the transport. Read in an effect. */
  follow(): void {
    const { session, transport } = this.#app;
    const { isPlaying, speed, anchor } = transport;
    void this.#loaded;
    this.#stop();
    if (session === null || !isPlaying || speed === 0) return;
    const plan = this.#plan(session.doc, anchor.frame, speed);
    if (plan === null || plan.clips.length === 0) return;
    const context = this.#open();
    const elapsed = (transport.clockNow() - anchor.atMs) / 1000;
    // What is scheduled now is heard after the output's latency: it begins that much earlier.
    const startsAt = context.currentTime - elapsed - (context.outputLatency || 0);
    for (const sound of scheduleSounds(plan, startsAt, context.currentTime, Math.abs(speed))) {
      const url = urlOf(sound.clip);
      const forwards = this.#sounds.get(url) ?? null;
      if (forwards === null) continue;
      const buffer = speed > 0 ? forwards : this.#reversed(url, forwards);
      const source = new AudioBufferSourceNode(context, { buffer, playbackRate: Math.abs(speed) });
      const loudness = new GainNode(context, { gain: 0 });
      sound.loudness.forEach(({ at, gain }, i) => {
        if (i === 0) loudness.gain.setValueAtTime(gain, at);
        else loudness.gain.linearRampToValueAtTime(gain, at);
      });
      source.connect(loudness).connect(context.destination);
      source.start(sound.at, sound.offset, sound.duration);
      this.#playing.push(source);
    }
  }

  /** What is heard from a frame on in the direction of play; null when that is nothing. */
  #plan(doc: Document, frame: number, speed: number): SoundPlan | null {
    const { start, end } = this.#app.transport.bounds();
    if (speed > 0) return end <= frame ? null : planSound(doc, { from: frame, to: end });
    // Backwards the frame under the playhead is shown first, and so heard first.
    if (frame < start) return null;
    const plan = planSound(doc, { from: start, to: frame + 1 });
    return backwards(plan, (clip) => this.#sounds.get(urlOf(clip))?.length ?? null);
  }

  /** Kept while it is played: who shuttles back and forth hears it at once. */
  #reversed(url: string, forwards: AudioBuffer): AudioBuffer {
    const known = this.#backwards.get(url);
    if (known !== undefined) return known;
    const { length, numberOfChannels, sampleRate } = forwards;
    const buffer = new AudioBuffer({ length, numberOfChannels, sampleRate });
    for (let channel = 0; channel < numberOfChannels; channel++)
      buffer.copyToChannel(forwards.getChannelData(channel).slice().reverse(), channel);
    // A film is mostly shuttled over one sound; of more than a few the others are made again.
    if (this.#backwards.size >= MAX_REVERSED) this.#backwards.clear();
    this.#backwards.set(url, buffer);
    return buffer;
  }

  close(): void {
    this.#stop();
    this.#backwards.clear();
    void this.#context?.close();
    this.#context = null;
    this.#sounds.clear();
  }

  #open(): AudioContext {
    this.#context ??= new AudioContext({ sampleRate: SOUND_RATE.num, latencyHint: 'interactive' });
    if (this.#context.state === 'suspended') void this.#context.resume();
    return this.#context;
  }

  #stop(): void {
    for (const source of this.#playing) {
      source.stop();
      source.disconnect();
    }
    this.#playing = [];
  }

  #forgetAllBut(wanted: ReadonlySet<string>): void {
    let bytes = 0;
    for (const [url, buffer] of this.#sounds) {
      const size = (buffer?.length ?? 0) * SOUND_CHANNELS * Float32Array.BYTES_PER_ELEMENT;
      if (!wanted.has(url) && bytes + size > MAX_BYTES) this.#sounds.delete(url);
      else bytes += size;
    }
  }

  async #fetch(url: string): Promise<void> {
    this.#sounds.set(url, null);
    try {
      const answer = await fetch(url);
      if (!answer.ok) throw new AppError('media/unreadable', await answer.text());
      const samples = new Float32Array(await answer.arrayBuffer());
      const length = Math.floor(samples.length / SOUND_CHANNELS);
      if (length === 0) return;
      const buffer = new AudioBuffer({ length, numberOfChannels: SOUND_CHANNELS, sampleRate: SOUND_RATE.num });
      for (let channel = 0; channel < SOUND_CHANNELS; channel++) {
        const side = buffer.getChannelData(channel);
        for (let i = 0; i < length; i++) side[i] = samples[i * SOUND_CHANNELS + channel] ?? 0;
      }
      this.#sounds.set(url, buffer);
      this.#loaded++;
    } catch (thrown) {
      this.#app.showError(appErrorFrom(thrown));
    }
  }
}

function urlOf({ mediaId, speed }: Pick<SoundClip, 'mediaId' | 'speed'>): string {
  return soundUrl(mediaId, speed);
}
