/**
 * Addresses of pictures on the studio's own origin: frames by the hash of their bytes, media by id.
 */
export function mediaUrl(mediaId: string): string {
  return `/media/${encodeURIComponent(mediaId)}`;
}

export function frameUrl(hash: string): string {
  return `/frames/${hash}.png`;
}
