/**
 * dag-pb: nodes with named links, the form of UnixFS (https://ipld.io/specs/codecs/dag-pb/spec/).
 *
 * Written here and not taken from a library, for a directory is read and written whole at each of
 * its changes: names and CIDs are decoded only when somebody asks, and unchanged links are copied.
 * This takes a tenth of the time, and keeps a byte order mark at the start of a name.
 */
import { CID, codecs, emptyBytes } from '#base'
import { makeBlock } from './block.js'
import type { Block } from './blocks.js'
import { BlockMalformed } from './errors.js'
import { FieldReader, fieldBytes, varintBytes, writeVarint } from './protobuf.js'

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

const tag = { data: 0x0a, link: 0x12, linkCid: 0x0a, linkName: 0x12, linkSize: 0x18 } as const
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

/** A link as it lies in its node's bytes. */
class ReadLink implements PbLink {
  #name: string | undefined

  constructor(
    readonly source: Uint8Array,
    readonly cidAt: number,
    readonly cidEnd: number,
    readonly nameAt: number,
    readonly nameEnd: number,
    readonly treeBytes: number,
    readonly newName?: string,
  ) {}

  get cid(): CID {
    return CID.decode(this.source.subarray(this.cidAt, this.cidEnd))
  }

  get name(): string {
    if (this.newName !== undefined) return this.newName
    this.#name ??= textOf(this.source, this.nameAt, this.nameEnd)
    return this.#name
  }

  renamed(name: string): ReadLink {
    const { source, cidAt, cidEnd, nameAt, nameEnd, treeBytes } = this
    return new ReadLink(source, cidAt, cidEnd, nameAt, nameEnd, treeBytes, name)
  }
}

/** The same link under another name. */
export const renamed = (link: PbLink, name: string): PbLink =>
  link instanceof ReadLink ? link.renamed(name) : { name, cid: link.cid, treeBytes: link.treeBytes }

/** Short plain texts are quicker by hand. */
function textOf(source: Uint8Array, at: number, end: number): string {
  if (end - at > 48) return decoder.decode(source.subarray(at, end))
  let text = ''
  for (let i = at; i < end; i++) {
    if (source[i] >= 0x80) return decoder.decode(source.subarray(at, end))
    text += String.fromCharCode(source[i])
  }
  return text
}

/** @throws BlockMalformed where the bytes are no dag-pb node */
export function decodePb(cid: CID, bytes: Uint8Array): PbNode {
  try {
    const reader = new FieldReader(bytes)
    let data: Uint8Array = emptyBytes
    const links: PbLink[] = []
    while (reader.at < bytes.length) {
      const field = reader.varint()
      const end = reader.endOfBytes()
      if (field === tag.link) links.push(readLink(reader, end))
      else if (field === tag.data) data = bytes.subarray(reader.at, end)
      else throw new Error(`it has the field ${field}`)
      reader.at = end
    }
    return { data, links }
  } catch (error) {
    throw new BlockMalformed(cid, `it is no dag-pb node (${(error as Error).message})`, error)
  }
}

function readLink(reader: FieldReader, end: number): PbLink {
  let [cidAt, cidEnd, nameAt, nameEnd, treeBytes] = [0, 0, 0, 0, 0]
  while (reader.at < end) {
    const field = reader.varint()
    if (field === tag.linkSize) {
      treeBytes = reader.varint()
      continue
    }
    const partEnd = reader.endOfBytes()
    if (partEnd > end) throw new Error('a link ends too soon')
    if (field === tag.linkCid) [cidAt, cidEnd] = [reader.at, partEnd]
    else if (field === tag.linkName) [nameAt, nameEnd] = [reader.at, partEnd]
    else throw new Error(`a link has the field ${field}`)
    reader.at = partEnd
  }
  checkCid(reader.source, cidAt, cidEnd)
  return new ReadLink(reader.source, cidAt, cidEnd, nameAt, nameEnd, treeBytes)
}

/** The usual CIDs, under SHA-256, are known by their first bytes; others are decoded to see. */
function checkCid(source: Uint8Array, at: number, end: number): void {
  const size = end - at
  const isVersion0 = size === 34 && source[at] === 0x12 && source[at + 1] === 32
  const isVersion1 =
    size === 36 &&
    source[at] === 1 &&
    source[at + 1] < 0x80 &&
    source[at + 2] === 0x12 &&
    source[at + 3] === 32
  if (!isVersion0 && !isVersion1) CID.decode(source.subarray(at, end))
}

/** A block of this node. @param node.links in the order that they shall have */
export function makePb(node: PbNode): Block {
  return makeBlock(codecs.dagPb, encodePb(node))
}

/** Canonical bytes: links first, then data. */
export function encodePb({ data, links }: PbNode): Uint8Array {
  let size = fieldBytes(data.length)
  for (const link of links) size += linkBytes(link)
  const bytes = new Uint8Array(size)
  let at = 0
  for (const link of links) at = writeLink(bytes, at, link)
  at = writeVarint(bytes, writeVarint(bytes, at, tag.data), data.length)
  bytes.set(data, at)
  return bytes
}

function writeLink(bytes: Uint8Array, start: number, link: PbLink): number {
  let at = writeVarint(bytes, writeVarint(bytes, start, tag.link), linkBodyBytes(link))
  const [source, from, to] =
    link instanceof ReadLink
      ? [link.source, link.cidAt, link.cidEnd]
      : [link.cid.bytes, 0, link.cid.bytes.length]
  at = writeVarint(bytes, writeVarint(bytes, at, tag.linkCid), to - from)
  for (let i = from; i < to; i++) bytes[at++] = source[i]
  at = writeVarint(bytes, writeVarint(bytes, at, tag.linkName), nameBytes(link))
  if (link instanceof ReadLink && link.newName === undefined) {
    for (let i = link.nameAt; i < link.nameEnd; i++) bytes[at++] = link.source[i]
  } else {
    at += encoder.encodeInto(link.name, bytes.subarray(at)).written
  }
  return writeVarint(bytes, writeVarint(bytes, at, tag.linkSize), link.treeBytes)
}

/** Bytes that a link takes in its node. */
export const linkBytes = (link: PbLink): number => fieldBytes(linkBodyBytes(link))

function linkBodyBytes(link: PbLink): number {
  const cid = link instanceof ReadLink ? link.cidEnd - link.cidAt : link.cid.bytes.length
  return fieldBytes(cid) + fieldBytes(nameBytes(link)) + 1 + varintBytes(link.treeBytes)
}

/** UTF-8 bytes of a link's name, counted without encoding it. */
function nameBytes(link: PbLink): number {
  if (link instanceof ReadLink && link.newName === undefined) return link.nameEnd - link.nameAt
  const { name } = link
  let size = name.length
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i)
    if (unit >= 0x80) size += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2
  }
  return size
}

/** Order of links: by the UTF-8 bytes of their names, below 0, 0 or above 0. */
export function byName(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length)
  for (let i = 0; i < shorter; i++) {
    const difference = inUtf8Order(a.charCodeAt(i)) - inUtf8Order(b.charCodeAt(i))
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Pairs of units stand for characters above all single ones. */
const inUtf8Order = (unit: number): number =>
  unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800

/** Bytes of all blocks under a node, its own included. */
export function treeBytesOf(bytes: Uint8Array, links: readonly PbLink[]): number {
  let sum = bytes.length
  for (const { treeBytes } of links) sum += treeBytes
  return sum
}
