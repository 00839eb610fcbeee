/**
 * What a pointer on a clip takes hold of. The outer handles (extend) lie outside the body, the trim zones inside; the
 * element that was pressed carries its zone as `data-zone`.
 */
export const TRIM_ZONE_PX = 6;
export const EXTEND_HANDLE_PX = 16;

const zones = ['extend-start', 'trim-start', 'body', 'trim-end', 'extend-end'] as const;
export type ClipZone = (typeof zones)[number];

/** Zones shrink on a narrow clip, so that a third of it can still be grabbed to move. */
export function trimZoneWidth(clipWidth: number): number {
  return Math.min(TRIM_ZONE_PX, clipWidth / 3);
}

/** Whether a handle outside the clip would lie over its neighbour and must go inside. */
export function isHandleInside(roomPx: number): boolean {
  return roomPx < EXTEND_HANDLE_PX + 2;
}

/** A handle that sits inside must leave most of the clip for moving it; on a narrower clip only the key extends. */
export function hasRoomInside(clipWidth: number): boolean {
  return clipWidth >= 4 * EXTEND_HANDLE_PX;
}

/** What carries no zone is the clip's body. */
export function zoneFrom(name: string | undefined): ClipZone {
  return zones.find((zone) => zone === name) ?? 'body';
}
