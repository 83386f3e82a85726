/** What IPFS's own importer and exporter make of the same content: the measure for ours. */
import { type UnixFSEntry, exporter } from 'ipfs-unixfs-exporter'
import { type ImporterOptions, importer } from 'ipfs-unixfs-importer'
import type { CID } from '#base'
import type { Blocks } from '../blocks.js'

const profile: ImporterOptions = { profile: 'unixfs-v1-2025' }

/** The store as the reference wants it. Its blocks are kept also where ours would refuse them. */
export function referenceStore(blocks: Blocks) {
  return {
    async put(cid: CID, bytes: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>) {
      if (!(bytes instanceof Uint8Array)) throw new Error('the importer puts whole blocks')
      await blocks.put(cid, bytes)
      return cid
    },
    async *get(cid: CID) {
      yield await blocks.get(cid)
    },
  }
}

/** CID of a file as the importer adds it. */
export async function referenceFile(
  blocks: Blocks,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  options: ImporterOptions = {},
): Promise<CID> {
  const source = [{ content }]
  for await (const { cid } of importer(source, referenceStore(blocks), {
    ...profile,
    ...options,
  })) {
    return cid
  }
  throw new Error('the importer gave nothing')
}

/** CID of the directory that holds these files, as the importer adds it. */
export async function referenceDirectory(
  blocks: Blocks,
  files: Iterable<readonly [path: string, content: Uint8Array]>,
): Promise<CID> {
  const source = Array.from(files, ([path, content]) => ({ path, content }))
  const options = { ...profile, wrapWithDirectory: true }
  let root: CID | undefined
  for await (const { cid } of importer(source, referenceStore(blocks), options)) root = cid
  if (root === undefined) throw new Error('the importer gave nothing')
  return root
}

/** A file or directory as the exporter sees it. */
export const referenceEntry = (blocks: Blocks, path: string | CID): Promise<UnixFSEntry> =>
  exporter(path, referenceStore(blocks))

/** Bytes of a file as the exporter reads it. */
export async function referenceBytes(blocks: Blocks, cid: CID): Promise<Uint8Array> {
  const entry = await referenceEntry(blocks, cid)
  if (entry.type !== 'file' && entry.type !== 'raw') throw new Error(`${cid} is no file`)
  const parts: Uint8Array[] = []
  for await (const part of entry.content()) parts.push(part)
  return Buffer.concat(parts)
}
