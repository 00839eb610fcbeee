/**
 * An interchange as OpenTimelineIO's own JSON, which Resolve, Premiere, Hiero, Avid's and others' tools read.
 *
 * Schemas as of OpenTimelineIO 0.12 (`Clip.1`, not `Clip.2`): later readers take them up, earlier ones know no others.
 * @see https://opentimelineio.readthedocs.io/en/stable/tutorials/otio-file-format-specification.html
 */
import type { MarkerColor } from '../document/records';
import { framesPerSecond, type Rate } from '../time/rate';
import type { Interchange, InterchangeClip, InterchangeDissolve, InterchangeMarker, InterchangeTrack } from './plan';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** @param withPrompts what each clip was asked for, as markers on it */
export function otioOf(interchange: Interchange, { withPrompts }: { readonly withPrompts: boolean }): Json {
  const { name, rate, tracks, markers } = interchange;
  return {
    OTIO_SCHEMA: 'Timeline.1',
    metadata: {},
    name,
    global_start_time: time(0, rate),
    tracks: {
      OTIO_SCHEMA: 'Stack.1',
      ...item('tracks'),
      markers: markers.map((marker) => filmMarker(marker, rate)),
      children: tracks.map((track) => trackOf(track, rate, withPrompts)),
    },
  };
}

function item(name: string) {
  return { metadata: {}, name, source_range: null, effects: [], markers: [] };
}

function trackOf({ name, kind, clips, dissolves }: InterchangeTrack, rate: Rate, withPrompts: boolean): Json {
  const children: Json[] = [];
  const atCut = new Map(dissolves.map((dissolve) => [dissolve.cut, dissolve]));
  let end = 0;
  for (const clip of clips) {
    if (clip.start > end)
      children.push({ OTIO_SCHEMA: 'Gap.1', ...item(''), source_range: range(0, clip.start - end, rate) });
    const dissolve = atCut.get(clip.start);
    if (dissolve !== undefined && clip.start > 0) children.push(transition(dissolve, rate));
    children.push(clipOf(clip, rate, withPrompts));
    end = clip.start + clip.duration;
  }
  return { OTIO_SCHEMA: 'Track.1', ...item(name), kind, children };
}

function clipOf(clip: InterchangeClip, rate: Rate, withPrompts: boolean): Json {
  const { name, file, fileFrames, fileIn, start, duration, loudness, prompts } = clip;
  return {
    OTIO_SCHEMA: 'Clip.1',
    ...item(name),
    metadata: loudness === null ? {} : { onionskin: loudness },
    source_range: range(fileIn, duration, rate),
    media_reference: {
      OTIO_SCHEMA: 'ExternalReference.1',
      metadata: {},
      name: file.slice(file.lastIndexOf('/') + 1),
      available_range: range(0, fileFrames, rate),
      target_url: file,
    },
    markers: withPrompts
      ? prompts.map(({ start: from, duration: frames, text }) =>
          // Of a clip, in frames of its file.
          markerOf({ name: text, color: 'CYAN', comment: text, at: range(fileIn + from - start, frames, rate) }),
        )
      : [],
  };
}

function transition({ framesBefore, framesAfter }: InterchangeDissolve, rate: Rate): Json {
  return {
    OTIO_SCHEMA: 'Transition.1',
    metadata: {},
    name: 'Dissolve',
    transition_type: 'SMPTE_Dissolve',
    in_offset: time(framesBefore, rate),
    out_offset: time(framesAfter, rate),
  };
}

const COLORS: Readonly<Record<MarkerColor, string>> = {
  ...{ blue: 'BLUE', green: 'GREEN', yellow: 'YELLOW', orange: 'ORANGE', red: 'RED', purple: 'PURPLE' },
};

function filmMarker({ name, color = 'blue', note = '', frame }: InterchangeMarker, rate: Rate): Json {
  return markerOf({ name, color: COLORS[color], comment: note, at: range(frame, 1, rate) });
}

function markerOf({ at, ...said }: { name: string; color: string; comment: string; at: Json }): Json {
  return { OTIO_SCHEMA: 'Marker.2', metadata: {}, ...said, marked_range: at };
}

function range(start: number, duration: number, rate: Rate): Json {
  return { OTIO_SCHEMA: 'TimeRange.1', start_time: time(start, rate), duration: time(duration, rate) };
}

function time(value: number, rate: Rate): Json {
  return { OTIO_SCHEMA: 'RationalTime.1', rate: framesPerSecond(rate), value };
}
