/**
 * Small pictures of imported stills for the timeline. What the film itself shows comes from fitted frames; this is
 * only for thumbnails, so the browser's decoder is good enough. Bounded; the least recently used goes first.
 */
const MAX_IMAGES = 64;
const images = new Map<string, HTMLImageElement | null>();

/** The image when it is here; otherwise starts loading and calls `onLoaded` once it is. Null too when it is unreadable. */
export function stillImage(mediaId: string, onLoaded: () => void): HTMLImageElement | null {
  const known = images.get(mediaId);
  if (known !== undefined) {
    images.delete(mediaId);
    images.set(mediaId, known);
    return known?.complete === true && known.naturalWidth > 0 ? known : null;
  }
  const image = new Image();
  image.decoding = 'async';
  image.onload = onLoaded;
  image.onerror = () => {
    // Kept as null, so that a missing file is not asked for on every drawing.
    images.set(mediaId, null);
  };
  image.src = `/media/${encodeURIComponent(mediaId)}`;
  images.set(mediaId, image);
  const oldest = images.keys().next();
  if (images.size > MAX_IMAGES && !oldest.done) images.delete(oldest.value);
  return null;
}
