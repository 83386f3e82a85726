import { CID, type Value, codecs, decodeCbor } from '#base'
import { keyText } from '#world'
import type { Blocks } from './blocks.js'
import { decodePb } from './dag-pb.js'
import { BlockMalformed } from './errors.js'

/**
 * The CIDs that a block names, in its order, each once.
 * @throws BlockMalformed where the bytes are not what the CID's codec says
 */
export function dagLinks(cid: CID, bytes: Uint8Array): CID[] {
  if (cid.code === codecs.raw) return []
  if (cid.code === codecs.dagPb) return distinct(decodePb(cid, bytes).links.map((link) => link.cid))
  if (cid.code !== codecs.dagCbor) throw new BlockMalformed(cid, `its codec is ${cid.code}`)
  let value: Value
  try {
    value = decodeCbor(bytes)
  } catch (error) {
    throw new BlockMalformed(cid, 'it is no dag-cbor value', error)
  }
  return distinct(linksOfValue(value))
}

function* linksOfValue(root: Value): Iterable<CID> {
  const rest: Value[] = [root]
  for (let value = rest.pop(); value !== undefined; value = rest.pop()) {
    if (value === null || typeof value !== 'object' || value instanceof Uint8Array) continue
    const cid = CID.asCID(value)
    if (cid !== null) yield cid
    // Reversed, for the last one pushed comes out first.
    else for (const part of Object.values(value).reverse()) rest.push(part as Value)
  }
}

function distinct(cids: Iterable<CID>): CID[] {
  const seen = new Map<string, CID>()
  for (const cid of cids) seen.set(keyText(cid.bytes), cid)
  return [...seen.values()]
}

export interface WalkedBlock {
  readonly cid: CID
  readonly bytes: Uint8Array
}

/**
 * Every block under the root, each once, parents first, depth first in link order.
 * @param options.skip says which CIDs to leave out, with all that only they lead to
 * @throws BlockMissing, BlockCorrupt, BlockMalformed
 */
export async function* walkDag(
  blocks: Pick<Blocks, 'get'>,
  root: CID,
  options: { readonly skip?: (cid: CID) => boolean } = {},
): AsyncIterableIterator<WalkedBlock> {
  const seen = new Set<string>()
  const rest = [root]
  for (let cid = rest.pop(); cid !== undefined; cid = rest.pop()) {
    const text = keyText(cid.bytes)
    if (seen.has(text) || options.skip?.(cid) === true) continue
    seen.add(text)
    const bytes = await blocks.get(cid)
    yield { cid, bytes }
    for (const link of dagLinks(cid, bytes).reverse()) rest.push(link)
  }
}

/**
 * CIDs under the roots that are not here, as far as the blocks that are here can tell: fetch these
 * and ask again.
 * @param isKnown says of which CIDs everything below is known to be here
 * @throws BlockCorrupt, BlockMalformed
 */
export async function* dagMissing(
  blocks: Pick<Blocks, 'get' | 'has'>,
  roots: Iterable<CID>,
  isKnown: (cid: CID) => boolean = () => false,
): AsyncIterableIterator<CID> {
  const seen = new Set<string>()
  const rest = [...roots].reverse()
  for (let cid = rest.pop(); cid !== undefined; cid = rest.pop()) {
    const text = keyText(cid.bytes)
    if (seen.has(text) || isKnown(cid)) continue
    seen.add(text)
    if (!blocks.has(cid)) yield cid
    else if (cid.code !== codecs.raw) {
      for (const link of dagLinks(cid, await blocks.get(cid)).reverse()) rest.push(link)
    }
  }
}
