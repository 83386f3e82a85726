/**
 * Frames of the sync protocol `/leither/sync/1.0.0`: four bytes of length, a canonical CBOR list
 * of that length, and behind it, for `blocks`, the bytes of the blocks one after another.
 *
 * Both sides of a channel ask and answer; an answer carries the id of its question.
 */
import { CID, concat, decodeCbor, encodeCbor, limits, type Value } from '#base'
import type { Block } from '#blocks'

export type Frame =
  /** Which head have you, and may I read it? `watch`: tell me of newer ones. */
  | {
      readonly type: 'ask'
      readonly id: number
      readonly mid: string
      readonly passport: string | null
      readonly watch: boolean
    }
  /** `provides`: holds it for others too */
  | {
      readonly type: 'head'
      readonly id: number
      readonly record: Uint8Array | null
      readonly provides: boolean
    }
  | {
      readonly type: 'want'
      readonly id: number
      readonly mid: string
      readonly cids: readonly CID[]
    }
  | { readonly type: 'blocks'; readonly id: number; readonly blocks: readonly Block[] }
  /** The answer to a `want` is complete, but for these. */
  | { readonly type: 'end'; readonly id: number; readonly missing: readonly CID[] }
  | {
      readonly type: 'refuse'
      readonly id: number
      readonly code: string
      readonly message: string
    }
  | { readonly type: 'cancel'; readonly id: number }
  /** You sent other bytes for this block; look at your disk. */
  | { readonly type: 'wrong'; readonly mid: string; readonly cid: CID }
  /** Tell me of newer heads of these; those that you have now come as news. */
  | { readonly type: 'watch'; readonly mids: readonly string[] }
  | { readonly type: 'news'; readonly record: Uint8Array }

export type Answer = Extract<Frame, { type: 'head' | 'blocks' | 'end' | 'refuse' }>
export type Question = Exclude<Frame, Answer>

/** CIDs of one `want` */
export const wantCids = 1024
/** units of one `watch` */
export const watchMids = 1024

/** The parts of one message. */
export function encodeFrame(frame: Frame): readonly Uint8Array[] {
  const blocks = frame.type === 'blocks' ? frame.blocks : []
  const head = encodeCbor(wordsOf(frame))
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, head.length)
  return [concat(length, head), ...blocks.map(({ bytes }) => bytes)]
}

function wordsOf(frame: Frame): Value {
  switch (frame.type) {
    case 'ask':
      return [frame.type, frame.id, frame.mid, frame.passport, frame.watch]
    case 'head':
      return [frame.type, frame.id, frame.record, frame.provides]
    case 'want':
      return [frame.type, frame.id, frame.mid, frame.cids]
    case 'blocks':
      return [frame.type, frame.id, frame.blocks.map(({ cid, bytes }) => [cid, bytes.length])]
    case 'end':
      return [frame.type, frame.id, frame.missing]
    case 'refuse':
      return [frame.type, frame.id, frame.code, frame.message]
    case 'cancel':
      return [frame.type, frame.id]
    case 'wrong':
      return [frame.type, frame.mid, frame.cid]
    case 'watch':
      return [frame.type, frame.mids]
    case 'news':
      return [frame.type, frame.record]
  }
}

/** undefined where the bytes are no frame: whoever sent them does not speak the protocol. */
export function decodeFrame(message: Uint8Array): Frame | undefined {
  if (message.length < 4) return undefined
  const view = new DataView(message.buffer, message.byteOffset, message.length)
  const end = 4 + view.getUint32(0)
  if (end > message.length) return undefined
  let words: unknown
  try {
    words = decodeCbor<unknown>(message.subarray(4, end))
  } catch {
    return undefined
  }
  const rest = message.subarray(end)
  if (!Array.isArray(words)) return undefined
  return frameOf(words, rest)
}

function frameOf(words: readonly unknown[], rest: Uint8Array): Frame | undefined {
  const [type, ...more] = words
  if (type === 'watch') {
    const [mids] = more
    return isListOf(mids, isShort, watchMids) ? { type, mids } : undefined
  }
  if (type === 'wrong') {
    const [mid, cid] = more
    return isShort(mid) && isCid(cid) ? { type, mid, cid } : undefined
  }
  if (type === 'news') {
    const [record] = more
    return isRecord(record) ? { type, record } : undefined
  }
  const [id, a, b, c] = more
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0) return undefined
  switch (type) {
    case 'ask':
      if (!isShort(a) || !(b === null || isPassport(b)) || typeof c !== 'boolean') return undefined
      return { type, id, mid: a, passport: b, watch: c }
    case 'head':
      if (!(a === null || isRecord(a)) || typeof b !== 'boolean') return undefined
      return { type, id, record: a, provides: b }
    case 'want':
      return isShort(a) && isListOf(b, isCid, wantCids) ? { type, id, mid: a, cids: b } : undefined
    case 'blocks':
      return blocksOf(id, a, rest)
    case 'end':
      return isListOf(a, isCid, wantCids) ? { type, id, missing: a } : undefined
    case 'refuse':
      return isShort(a) && isText(b, 1000) ? { type, id, code: a, message: b } : undefined
    case 'cancel':
      return { type, id }
    default:
      return undefined
  }
}

function blocksOf(id: number, list: unknown, rest: Uint8Array): Frame | undefined {
  if (!Array.isArray(list) || list.length > wantCids) return undefined
  const blocks: Block[] = []
  let at = 0
  for (const entry of list as readonly unknown[]) {
    const [cid, length] = Array.isArray(entry) ? (entry as unknown[]) : []
    if (!isCid(cid) || typeof length !== 'number' || !Number.isSafeInteger(length)) return undefined
    if (length < 0 || at + length > rest.length) return undefined
    blocks.push({ cid, bytes: rest.subarray(at, at + length) })
    at += length
  }
  return at === rest.length ? { type: 'blocks', id, blocks } : undefined
}

const isText = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value.length <= most
const isShort = (value: unknown): value is string => isText(value, 64)
const isPassport = (value: unknown): value is string => isText(value, 32_768)
const isCid = (value: unknown): value is CID => CID.asCID(value) !== null
const isRecord = (value: unknown): value is Uint8Array =>
  value instanceof Uint8Array && value.length <= limits.headBytes

const isListOf = <Item>(
  value: unknown,
  isItem: (item: unknown) => item is Item,
  most: number,
): value is Item[] => Array.isArray(value) && value.length <= most && value.every(isItem)
