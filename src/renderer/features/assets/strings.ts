/** Words of the media panel. */
export const strings = {
  import: 'Import images',
  emptyTitle: 'No images yet',
  emptyText: 'Drop pictures here. Each can be the first or last frame of a shot, or a still on the timeline.',
  dropHere: 'Drop to import',
  useAsFirst: 'Use as first frame',
  useAsFirstTip: 'Begin a new shot from this picture',
  placeStill: 'Place as still',
  tile: (name: string, width: number, height: number) => `${name}, ${width} × ${height}`,
  dragHint: 'Drag onto the timeline, or onto a frame well in the inspector.',
  noStart: 'This model cannot start from a picture.',
} as const;
