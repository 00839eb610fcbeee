/** Every sentence the timeline shows or speaks. */
export const strings = {
  timeline: 'Timeline',
  tracks: 'Tracks',
  promptLane: 'Prompt',
  promptLaneRow: 'Prompt blocks',
  playhead: 'Playhead',
  horizontalScroll: 'Scroll through time',

  clipNamed: (name: string) => `Clip ${name}`,
  onTrack: (name: string) => `track ${name}`,
  startsAt: (timecode: string) => `starts ${timecode}`,
  frames: (count: number) => (count === 1 ? '1 frame' : `${String(count)} frames`),
  takeOf: (index: number, count: number) => `take ${String(index)} of ${String(count)}`,
  spanStates: { ready: 'ready', stale: 'stale', planned: 'planned', queued: 'queued', running: 'generating' },
  blockLabel: (text: string, from: string, frames: string) =>
    `Prompt ${text === '' ? '(empty)' : text}, starts ${from}, ${frames}`,
  transitionLabel: (left: string, right: string, frames: number) =>
    `Dissolve from ${left} to ${right}, ${String(frames)} frames`,
  markerLabel: (name: string, timecode: string) => `Marker ${name}, ${timecode}`,
  trackLabel: (name: string) => `Track ${name}`,

  hideTrack: (name: string) => `Hide track ${name}`,
  showTrack: (name: string) => `Show track ${name}`,
  lockTrack: (name: string) => `Lock track ${name}`,
  unlockTrack: (name: string) => `Unlock track ${name}`,
  addTrack: 'Add a track',

  extendEnd: 'Extend from here: drag out',
  extendStart: 'Extend before: drag out',
  writePrompt: 'Describe what happens…',
  promptText: 'Prompt text',
  emptyPrompt: 'empty prompt',
  emptyTimeline: 'Double-click the prompt lane, or press P, to plan a shot. Drop a picture to start from it.',
  emptyLane: 'Double-click to write a prompt',
  planned: 'planned',
  queued: 'queued',

  selectTool: 'Select',
  bladeTool: 'Blade',
  snapping: 'Snapping',
  zoom: 'Zoom',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  zoomFit: 'Fit the film',

  dropAnimate: 'Animate it',
  dropAnimateHint: 'first frame of a new shot',
  dropStill: 'Still image',
  dropStillHint: (seconds: string) => `held for ${seconds}`,

  markerName: (number: number) => `Marker ${String(number)}`,

  moveClips: (count: number) => (count === 1 ? 'Move clip' : `Move ${String(count)} clips`),
  nudgeClips: 'Nudge',
  trim: 'Trim',
  rippleTrim: 'Ripple trim',
  split: 'Split',
  addDissolve: 'Add dissolve',
  deleteSelection: 'Delete',
  rippleDelete: 'Ripple delete',
  moveBoundary: 'Move prompt boundary',
  editPrompt: 'Edit prompt',
  placeStill: 'Place still image',
  addMarker: 'Add marker',
  moveMarker: 'Move marker',
  setIn: 'Set in point',
  setOut: 'Set out point',
  clearInOut: 'Clear in and out',

  noTrack: 'Every track is locked',
  noTrackRemedy: 'Unlock a track or add one.',
  noCut: 'There is no cut here',
  noCutRemedy: 'Move the playhead to where two clips touch.',
  nothingToSplit: 'There is no clip under the playhead to split',

  ghost: (frames: number, seconds: string) => `+${String(frames)} ${frames === 1 ? 'frame' : 'frames'} · ${seconds} s`,
  ghostEstimate: (duration: string) => ` · about ${duration}`,
  runningStep: (step: number, steps: number) => `step ${String(step)} / ${String(steps)}`,

  category: 'Timeline',
} as const;

/** Seconds as people say them: 4 s, 3 min 10 s, 1 h 05 min. */
export function spokenDuration(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return `${String(whole)} s`;
  if (whole < 3600) return `${String(Math.floor(whole / 60))} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${String(Math.floor(whole / 3600))} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}
