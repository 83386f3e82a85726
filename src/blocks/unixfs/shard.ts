/**
 * Nodes of a sharded directory: a hash array mapped trie, as IPFS tools write it. A name's place at
 * each depth are the next bits of its murmur3 hash; a link's name is that place in hexadecimal and,
 * for an entry, the entry's name behind it.
 */
import { murmur364 } from '@multiformats/murmur3'
import { type CID, concat, fromText, toHex } from '#base'
import type { Block } from '../blocks.js'
import { type PbLink, makePb, renamed } from '../dag-pb.js'
import { BlockMalformed } from '../errors.js'
import { type UnixfsData, encodeData } from './data.js'
import type { UnixfsNode } from './node.js'

/** Slots of a node: the fan-out that IPFS tools share. */
export const defaultFanout = 256
const largestFanout = 1024
const murmurCode = 0x22

/** One slot: an entry of the directory, or the node of all entries that fall into the slot. */
export interface Slot {
  readonly isEntry: boolean
  /** to the entry under its own name, or to the node, without a name */
  readonly link: PbLink
}

/** What a directory keeps of what was set on it. */
export type Origin = Pick<UnixfsData, 'mode' | 'mtime'>

export interface Shard {
  readonly fanout: number
  readonly slots: ReadonlyMap<number, Slot>
}

export const isShard = ({ unixfs }: UnixfsNode): boolean => unixfs.type === 'hamt-sharded-directory'

const prefixLength = (fanout: number): number => (fanout - 1).toString(16).length

/** @throws BlockMalformed */
export function decodeShard(cid: CID, node: UnixfsNode): Shard {
  const fanout = node.unixfs.fanout ?? 0
  if (fanout < 8 || fanout > largestFanout || !Number.isInteger(Math.log2(fanout))) {
    throw new BlockMalformed(cid, `its fan-out is ${fanout}`)
  }
  const prefix = prefixLength(fanout)
  const slots = new Map<number, Slot>()
  for (const link of node.links) {
    const { name } = link
    const index = slotIndex(name, prefix)
    if (index >= fanout || slots.has(index)) {
      throw new BlockMalformed(cid, `its link "${name}" has no slot of its own`)
    }
    slots.set(index, { isEntry: name.length > prefix, link: renamed(link, name.slice(prefix)) })
  }
  return { fanout, slots }
}

/** The number that a link's name begins with; above every slot where it begins with none. */
function slotIndex(name: string, prefix: number): number {
  let index = name.length < prefix ? Infinity : 0
  for (let i = 0; i < prefix; i++) index = index * 16 + hexDigit(name.charCodeAt(i))
  return index
}

const hexDigit = (unit: number): number => {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30
  const letter = unit & ~0x20
  return letter >= 0x41 && letter <= 0x46 ? letter - 0x37 : Infinity
}

/** @param origin mode and time that the directory's first node carries */
export function encodeShard(shard: Shard, origin?: Origin): { block: Block; links: PbLink[] } {
  const { fanout } = shard
  const prefix = prefixLength(fanout)
  const slots = [...shard.slots].sort(([a], [b]) => a - b)
  const links = slots.map(([index, { link }]) =>
    renamed(link, index.toString(16).toUpperCase().padStart(prefix, '0') + link.name),
  )
  const data = encodeData({
    type: 'hamt-sharded-directory',
    data: bitField(shard.slots.keys(), fanout),
    fanout,
    hashType: murmurCode,
    ...origin,
  })
  return { block: makePb({ data, links }), links }
}

/** Which slots are taken: one bit each, the last slot first, without leading zeros. */
function bitField(indexes: Iterable<number>, fanout: number): Uint8Array {
  const bytes = new Uint8Array(fanout / 8)
  for (const index of indexes) bytes[bytes.length - 1 - (index >> 3)] |= 1 << (index & 7)
  const first = bytes.findIndex((byte) => byte !== 0)
  return first < 0 ? new Uint8Array(0) : bytes.subarray(first)
}

/** The bits of a name's hash; after the first 64 those of the name with the round behind it. */
export class NameHash {
  #bits = ''
  #rounds = 0

  constructor(readonly name: string) {}

  /** Slot of the name in a node at this depth, 0 for the directory's first. */
  async slot(depth: number, fanout: number): Promise<number> {
    const width = Math.log2(fanout)
    while (this.#bits.length < (depth + 1) * width) await this.#grow()
    return parseInt(this.#bits.slice(depth * width, (depth + 1) * width), 2)
  }

  async #grow(): Promise<void> {
    const name = fromText(this.name)
    const source = this.#rounds === 0 ? name : concat(name, Uint8Array.of(this.#rounds))
    this.#rounds++
    const hash = await murmur364.encode(source)
    this.#bits += BigInt(`0x${toHex(hash.subarray(0, 8))}`)
      .toString(2)
      .padStart(64, '0')
  }
}
