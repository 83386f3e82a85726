import { type CID, codecs, decodeCbor } from '#base'
import { dagLinks } from '#blocks'

/** What a block leads to. */
export type LinksOf = (cid: CID, bytes: Uint8Array) => readonly CID[]

/** Key of a CID in sets and maps. */
export const keyOf = (cid: CID): string => cid.toString()

/**
 * Links of a version block without its parents: older versions are fetched only where a head lists
 * them, or one new version would draw the whole history behind it.
 * @throws BlockMalformed
 */
export function contentLinks(cid: CID, bytes: Uint8Array): readonly CID[] {
  const links = dagLinks(cid, bytes)
  if (cid.code !== codecs.dagCbor) return links
  const { parents } = decodeCbor<{ parents?: unknown }>(bytes)
  if (!Array.isArray(parents)) return links
  const older = new Set(parents.map((parent) => String(parent)))
  return links.filter((link) => !older.has(link.toString()))
}
