/** Every sentence the timeline shows or speaks. */
export const strings = {
  needsSelection: 'Select something on the timeline first',
  needsClips: 'Put a clip on the timeline first',
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
  emptyTrack: 'Nothing in sight',
  noPrompts: 'No prompts in sight',

  hideTrack: (name: string) => `Hide track ${name}`,
  showTrack: (name: string) => `Show track ${name}`,
  lockTrack: (name: string) => `Lock track ${name}`,
  unlockTrack: (name: string) => `Unlock track ${name}`,
  addTrack: 'Add a track',
  addAudioTrack: 'Add an audio track',
  muteTrack: (name: string) => `Mute track ${name}`,
  unmuteTrack: (name: string) => `Unmute track ${name}`,
  soloTrack: (name: string) => `Hear only track ${name}`,
  unsoloTrack: (name: string) => `Hear the other tracks besides ${name}`,
  clipSound: 'sound',
  clipGain: (gainDb: number) => `gain ${gainDb < 0 ? `−${String(-gainDb)}` : String(gainDb)} dB`,

  extendEnd: 'Extend from here: drag out',
  extendStart: 'Extend before: drag out',
  writePrompt: 'Describe what happens…',
  promptText: 'Prompt text',
  emptyPrompt: 'empty prompt',
  emptyTimeline:
    'Double-click the prompt lane, or press P, to plan a shot. Drop a picture to start from it, or a sound to put under the film.',
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
  setTravel: 'Set prompt travel',
  travelKinds: { linear: 'linear', slerp: 'slerp' },
  travelWidth: (frames: number, kind: string) =>
    frames === 0 ? 'cut' : `${String(frames)} ${frames === 1 ? 'frame' : 'frames'}, ${kind}`,
  cutLabel: (left: string, right: string) => `Cut from ${left || '(empty)'} to ${right || '(empty)'}`,
  travelLabel: (left: string, right: string, width: string) =>
    `Travel from ${left || '(empty)'} to ${right || '(empty)'}, ${width}`,
  travelShort: (asked: number, has: number) => `, asked ${String(asked)}, has room for ${String(has)}`,
  travelEffective: (from: string, to: string) => `; the model blends whole windows, ${from} to ${to}`,
  travelHint: 'Drag to let the prompts travel; Shift + ← → by keys',
  editPrompt: 'Edit prompt',
  placeStill: 'Place still image',
  placeSound: 'Place sound',
  addMarker: 'Add marker',
  moveMarker: 'Move marker',
  setIn: 'Set in point',
  setOut: 'Set out point',
  clearInOut: 'Clear in and out',

  picturesNeedVideo: 'A picture lies on a video track',
  picturesNeedVideoRemedy: 'Drop it on a track named V.',
  noTrack: 'Every track is locked',
  noTrackRemedy: 'Unlock a track or add one.',
  noCut: 'There is no cut here',
  noCutRemedy: 'Move the playhead to where two clips touch.',
  shortened: (frames: number) =>
    `The dissolve overlaps the clips: the film is ${String(frames)} ${frames === 1 ? 'frame' : 'frames'} shorter`,
  shortenedRemedy: 'Extend a clip first to keep the length, or undo.',
  cut: 'Cut',
  paste: 'Paste',
  copied: (count: number) => (count === 1 ? '1 clip copied' : `${String(count)} clips copied`),
  noClipToCopy: 'Select a clip to copy',
  nothingToPaste: 'Nothing has been copied yet',
  nothingToPasteRemedy: 'Select clips and copy them first.',
  pasteElsewhere: 'What was copied belongs to another project',
  pasteElsewhereRemedy: 'Clips show shots of their own project. Copy in this one.',
  lift: 'Lift range',
  extract: 'Extract range',
  noRange: 'No range is marked',
  noRangeRemedy: 'Set the in and out points first.',
  nothingToSplit: 'There is no clip under the playhead to split',

  ghost: (frames: number, seconds: string) => `+${String(frames)} ${frames === 1 ? 'frame' : 'frames'} · ${seconds} s`,
  ghostEstimate: (duration: string) => ` · about ${duration}`,
  runningStep: (step: number, steps: number) => `step ${String(step)} / ${String(steps)}`,

  trimTool: 'Trim: rolls a cut',
  slipTool: 'Slip: other frames in the same place',
  slideTool: 'Slide between the neighbours',
  roll: 'Roll cut',
  slip: 'Slip',
  slide: 'Slide',
  movedTo: (frames: number, timecode: string) => `${signed(frames)} f · ${timecode}`,
  slippedBy: (frames: number, before: number, after: number) =>
    `${signed(frames)} f · ${String(before)} before, ${String(after)} after`,
  slipNoRoom: 'It shows all of its shot: trim it first',

  anchorLabel: (name: string, frame: number) => `${name}, pinned to frame ${String(frame)} of the shot`,
  anchorHint: (name: string, frame: number, frames: number | null) =>
    frames === null
      ? `${name} · frame ${String(frame)}`
      : `${name} · frame ${String(frame)} · influences ${String(frames)} ${frames === 1 ? 'frame' : 'frames'}`,
  anchorImage: 'Image',
  moveAnchor: 'Move pinned image',
  anchorAt: (frame: number) => `frame ${String(frame)} of the shot`,
  pinImage: 'Pin image',
  dropPin: 'Pin it here',
  dropPinHint: (frame: number, clip: string) => `frame ${String(frame)} of ${clip} must look like it`,

  about: (duration: string) => `about ${duration}`,
  staleBecause: (reason: string) => `stale: ${reason}`,
  retakeTitle: (frames: number, clip: string) =>
    `Retake ${String(frames)} ${frames === 1 ? 'frame' : 'frames'} of ${clip}`,
  bridge: 'Bridge',
  bridgeHint: 'Keeps what follows; the last frame meets it',
  bridgeAtEndHint: 'Nothing follows in this shot',
  bridgePreview: (frames: number) => `${String(frames)} f again`,
  continueOn: 'Continue',
  continueHint: (frames: number) =>
    `Goes on freely; the ${String(frames)} ${frames === 1 ? 'frame' : 'frames'} after leave the film and stay in the takes`,
  continueAtEndHint: 'Goes on freely from the frame before',
  continuePreview: (frames: number) => (frames === 0 ? 'made again' : `made again, ${String(frames)} f leave the film`),
  notPossible: (reason: string) => `Not possible: ${reason}`,
  generateStaleTitle: 'Generate everything stale',
  generateStale: (parts: number) => (parts === 1 ? 'Generate 1 part' : `Generate ${String(parts)} parts`),
  nothingStale: 'Nothing is stale',
  nothingStaleHint: 'Every picture is what its prompt and settings say.',
  someRefused: (reasons: string) => `some cannot be made: ${reasons}`,

  category: 'Timeline',
} as const;

/** With a sign that is as wide as a digit: +3, −3, 0. */
function signed(frames: number): string {
  if (frames === 0) return '0';
  return frames > 0 ? `+${String(frames)}` : `−${String(-frames)}`;
}

/** Seconds as people say them: 4 s, 3 min 10 s, 1 h 05 min. */
export function spokenDuration(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return `${String(whole)} s`;
  if (whole < 3600) return `${String(Math.floor(whole / 60))} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${String(Math.floor(whole / 3600))} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}
