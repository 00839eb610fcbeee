/**
 * The takes and media of a bundle in this library: which ids they get, and their rows. In a project of its own everything
 * is new; merged into a project that has part of it already, that part is found again, by content.
 */
import { z } from 'zod';
import type { DocumentDiff } from '@core/document/diff';
import type { DocumentRecord, JoinedFrame } from '@core/document/records';
import type { BundleMedia, BundleTakes } from '@contracts/bundle';
import type { LibraryDatabase } from '../database/library-database';
import { FootageFacts } from '../footage/probe-footage';
import { TakeStore } from '../takes/take-store';
import { readMedia, readTakes } from './export-bundle';
import { damaged } from './zip-file';

export interface Content {
  readonly takes: BundleTakes;
  readonly media: BundleMedia;
  /** Where originals lie that are linked, by media id; a bundle has them all inside. */
  readonly places?: ReadonlyMap<string, string>;
}

/** Ids of a bundle to ids of the library. */
export interface Placement {
  readonly takeId: (id: string) => string;
  /** Of pictures, sounds and films. */
  readonly mediaId: (id: string) => string;
  /** What has no row yet. */
  readonly takes: BundleTakes;
  readonly media: BundleMedia['media'];
  readonly footage: BundleMedia['footage'];
}

const Found = z.object({ found: z.int() });
type Table = 'takes' | 'media' | 'footage';

/** Everything new; ids that the library has already are replaced by fresh ones. */
export function placeAnew(db: LibraryDatabase, { takes, media }: Content, newId: () => string): Placement {
  return placed(db, { takes, media }, newId, { takes: new Map(), media: new Map() });
}

/** What the project has already, with the same content, keeps its row. */
export function placeInto(
  db: LibraryDatabase,
  projectId: string,
  { takes, media }: Content,
  newId: () => string,
): Placement {
  const own = readMedia(db, projectId);
  const files = new Map([...own.media, ...own.footage].map((one) => [one.sha256, one.id]));
  const ownTakes = new Map(readTakes(db, projectId).map((take) => [contentOf(take), take.id]));
  const known: Known = { takes: new Map(), media: new Map() };
  for (const take of takes) note(known.takes, take.id, ownTakes.get(contentOf(take)));
  for (const one of [...media.media, ...media.footage]) note(known.media, one.id, files.get(one.sha256));
  return placed(db, { takes, media }, newId, known);
}

function note(ids: Map<string, string>, id: string, ownId: string | undefined): void {
  if (ownId !== undefined) ids.set(id, ownId);
}

/** A take is what it is by its place and its frames; ids differ where it came in under another one. */
function contentOf(take: BundleTakes[number]): string {
  return JSON.stringify([take.segmentId, take.recipeHash, take.createdAt, take.frames]);
}

interface Known {
  readonly takes: Map<string, string>;
  readonly media: Map<string, string>;
}

function placed(db: LibraryDatabase, { takes, media }: Content, newId: () => string, known: Known): Placement {
  const isTaken = (table: Table, id: string) =>
    db.get(Found, `SELECT EXISTS (SELECT 1 FROM ${table} WHERE id = ?) AS found`, id)?.found === 1;
  const takeIds = new Map(known.takes);
  const mediaIds = new Map(known.media);
  const give = (table: Table, ids: Map<string, string>, rows: readonly { id: string }[]) => {
    for (const { id } of rows) if (!ids.has(id)) ids.set(id, isTaken(table, id) ? newId() : id);
  };
  give('takes', takeIds, takes);
  give('media', mediaIds, media.media);
  give('footage', mediaIds, media.footage);
  return {
    takeId: (id) => takeIds.get(id) ?? id,
    mediaId: (id) => mediaIds.get(id) ?? id,
    takes: takes.filter(({ id }) => !known.takes.has(id)),
    media: media.media.filter(({ id }) => !known.media.has(id)),
    footage: media.footage.filter(({ id }) => !known.media.has(id)),
  };
}

/** The rows of what is new. The caller holds the transaction, and has stored the files. @param at for frames of no take, and takes in the trash */
export function insertPlaced(
  db: LibraryDatabase,
  projectId: string,
  { takes, media: { fitted }, places }: Content,
  { takeId, mediaId, ...added }: Placement,
  at: number,
): void {
  const store = new TakeStore(db);
  for (const one of added.media)
    db.run(
      `INSERT INTO media (id, project_id, name, file, width, height, sample_rate, channels, samples, bytes, sha256,
                          created_at, place)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[mediaId(one.id), projectId, one.name, one.file, one.width, one.height],
      ...[one.sampleRate, one.channels, one.samples, one.bytes, one.sha256, one.createdAt, places?.get(one.id) ?? null],
    );
  for (const { id, name, facts, poster, bytes, sha256, createdAt } of added.footage)
    // An original that another project of this library has linked is linked here too.
    db.run(
      `INSERT INTO footage (id, project_id, name, place, facts, poster, bytes, sha256, created_at)
       VALUES (?, ?, ?, (SELECT place FROM footage WHERE sha256 = ? AND place IS NOT NULL LIMIT 1), ?, ?, ?, ?, ?)`,
      ...[mediaId(id), projectId, name, sha256, JSON.stringify(FootageFacts.parse(JSON.parse(facts))), poster],
      ...[bytes, sha256, createdAt],
    );
  for (const { mediaSha256, width, height, hash } of fitted) {
    store.addFrames([hash], at);
    db.run(
      'INSERT INTO fitted_frames (media_sha256, width, height, hash) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
      ...[mediaSha256, width, height, hash],
    );
  }
  const isThere = new Set(takes.map(({ id }) => id));
  for (const take of parentsFirst(added.takes)) {
    const { isStarred, note, isTrashed, recipeHash: _hash, parentTakeId: parent, ...rest } = take;
    const id = takeId(take.id);
    const parentTakeId = parent === null || !isThere.has(parent) ? null : takeId(parent);
    store.add({ ...rest, id, projectId, parentTakeId });
    if (isStarred || note !== '')
      db.run('UPDATE runs SET is_starred = ?, note = ? WHERE take_id = ?', isStarred ? 1 : 0, note, id);
    if (isTrashed) store.discard(id, at);
  }
}

/** Takes and media are named by the ids they have in this library. */
export function renamed(record: DocumentRecord, { takeId, mediaId }: Placement): DocumentRecord {
  if (record.kind === 'segment') {
    const { activeTakeId, footage, joins, source } = record;
    const met = (joined: JoinedFrame | undefined) =>
      joined !== undefined && 'mediaId' in joined ? { mediaId: mediaId(joined.mediaId) } : joined;
    return {
      ...record,
      activeTakeId: activeTakeId === null ? null : takeId(activeTakeId),
      ...(footage && { footage: { ...footage, mediaId: mediaId(footage.mediaId) } }),
      ...(source?.mask !== undefined && { source: { ...source, mask: mediaId(source.mask) } }),
      ...(joins && {
        joins: {
          ...joins,
          ...(joins.before && { before: met(joins.before) }),
          ...(joins.after && { after: met(joins.after) }),
        },
      }),
    };
  }
  if (record.kind === 'shot' && record.references) return { ...record, references: record.references.map(mediaId) };
  if (record.kind === 'anchor' && record.mediaId !== undefined) return { ...record, mediaId: mediaId(record.mediaId) };
  if (record.kind === 'clip' && record.source.type !== 'shot')
    return { ...record, source: { ...record.source, mediaId: mediaId(record.source.mediaId) } };
  return record;
}

export function renamedDiff(diff: DocumentDiff, placement: Placement): DocumentDiff {
  const rename = (record: DocumentRecord) => renamed(record, placement);
  return {
    ...diff,
    added: diff.added.map(rename),
    updated: diff.updated.map(({ from, to }) => ({ from: rename(from), to: rename(to) })),
    removed: diff.removed.map(rename),
  };
}

/** A row may name only a parent that is there. @throws AppError media/unreadable when parents form a circle */
function parentsFirst(takes: BundleTakes): BundleTakes {
  const byId = new Map(takes.map((take) => [take.id, take]));
  const ordered = new Map<string, BundleTakes[number]>();
  // The oldest first, so that takes keep the order they were made in.
  for (const take of [...takes].reverse()) {
    const chain: BundleTakes = [];
    for (let at = byId.get(take.id); at !== undefined && !ordered.has(at.id);) {
      if (chain.includes(at)) throw damaged('its takes grew from one another in a circle');
      chain.unshift(at);
      at = at.parentTakeId === null ? undefined : byId.get(at.parentTakeId);
    }
    for (const one of chain) ordered.set(one.id, one);
  }
  return [...ordered.values()];
}
