/**
 * dag-pb: nodes with named links, the form of UnixFS. Read by our own hand, for the library's reader
 * drops a byte order mark at the start of a name; written by the library.
 */
import * as dagPb from '@ipld/dag-pb'
import { CID, codecs, compare, emptyBytes, fromText } from '#base'
import { makeBlock } from './block.js'
import type { Block } from './blocks.js'
import { BlockMalformed } from './errors.js'

export interface PbLink {
  readonly name: string
  readonly cid: CID
  /** bytes of all blocks below, as far as its maker knew */
  readonly treeBytes: number
}

export interface PbNode {
  readonly data: Uint8Array
  readonly links: readonly PbLink[]
}

const names = new TextDecoder('utf-8', { ignoreBOM: true })

/** @throws BlockMalformed where the bytes are no dag-pb node */
export function decodePb(cid: CID, bytes: Uint8Array): PbNode {
  try {
    const reader = new FieldReader(bytes)
    let data: Uint8Array = emptyBytes
    const links: PbLink[] = []
    while (reader.more) {
      const tag = reader.varint()
      if (tag === 0x0a) data = reader.bytes()
      else if (tag === 0x12) links.push(decodeLink(reader.bytes()))
      else throw new Error(`it has the field ${tag}`)
    }
    return { data, links }
  } catch (error) {
    throw new BlockMalformed(cid, `it is no dag-pb node (${(error as Error).message})`, error)
  }
}

function decodeLink(bytes: Uint8Array): PbLink {
  const reader = new FieldReader(bytes)
  let cid: CID | undefined
  let name = ''
  let treeBytes = 0
  while (reader.more) {
    const tag = reader.varint()
    if (tag === 0x0a) cid = CID.decode(reader.bytes())
    else if (tag === 0x12) name = names.decode(reader.bytes())
    else if (tag === 0x18) treeBytes = reader.varint()
    else throw new Error(`a link has the field ${tag}`)
  }
  if (cid === undefined) throw new Error('a link leads nowhere')
  return { name, cid, treeBytes }
}

/** Fields of a protobuf message. */
class FieldReader {
  #at = 0

  constructor(readonly source: Uint8Array) {}

  get more(): boolean {
    return this.#at < this.source.length
  }

  varint(): number {
    let value = 0
    for (let factor = 1; factor < 2 ** 56; factor *= 128) {
      if (!this.more) throw new Error('it ends too soon')
      const byte = this.source[this.#at++]
      value += (byte & 0x7f) * factor
      if (byte < 0x80) {
        if (Number.isSafeInteger(value)) return value
        break
      }
    }
    throw new Error('a number is too large')
  }

  bytes(): Uint8Array {
    const size = this.varint()
    const end = this.#at + size
    if (end > this.source.length) throw new Error('it ends too soon')
    const part = this.source.subarray(this.#at, end)
    this.#at = end
    return part
  }
}

/** Order of links: by the bytes of their names. */
export const byName = (a: string, b: string): number =>
  a === b ? 0 : compare(fromText(a), fromText(b))

/** A block of this node. @param node.links in the order that they shall have */
export function makePb(node: PbNode): Block {
  const links = node.links.map(({ name, cid, treeBytes }) => ({
    Hash: cid,
    Name: name,
    Tsize: treeBytes,
  }))
  return makeBlock(codecs.dagPb, dagPb.encode({ Data: node.data, Links: links }))
}

/** Bytes of all blocks under a node, its own included. */
export function treeBytesOf(bytes: Uint8Array, links: readonly PbLink[]): number {
  let sum = bytes.length
  for (const { treeBytes } of links) sum += treeBytes
  return sum
}
