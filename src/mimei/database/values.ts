/** Values and counters as CBOR, with short ways for what is most frequent. */
import { type Value, decodeCbor, encodeCbor, fromText, limits, toText } from '#base'
import { NotAnInteger, TreeCorrupt, ValueTooLarge } from './errors.js'
import { CborReader, headSize, writeHead } from './tree-cbor.js'

const textType = 3
const bytesType = 2

/** CBOR of a caller's value. @throws ValueTooLarge, NotEncodable */
export function encodeValue(value: Value): Uint8Array {
  const encoded =
    typeof value === 'string'
      ? framed(textType, fromText(value))
      : value instanceof Uint8Array
        ? framed(bytesType, value)
        : encodeCbor(value)
  if (encoded.length > limits.valueBytes) {
    throw new ValueTooLarge(encoded.length, limits.valueBytes)
  }
  return encoded
}

function framed(type: number, content: Uint8Array): Uint8Array {
  const encoded = new Uint8Array(headSize(content.length) + content.length)
  encoded.set(content, writeHead(encoded, 0, type, content.length))
  return encoded
}

/** The value of CBOR bytes, sharing no memory with them. @throws NotCanonical */
export function decodeValue(bytes: Uint8Array): Value {
  // Texts and bytes, the most frequent values, need no general decoder.
  const type = bytes[0] >> 5
  if (type === textType || type === bytesType) {
    const reader = new CborReader(bytes)
    if (reader.head() === bytes.length - reader.at) {
      return type === textType ? toText(bytes.subarray(reader.at)) : bytes.slice(reader.at)
    }
  }
  return decodeCbor(bytes)
}

const decimal = /^(0|-?[1-9]\d{0,15})$/

/**
 * The integer that a counter holds; 0 where there is none. Decimal text counts as one, as in Redis.
 * @throws NotAnInteger
 */
export function integerOf(bytes: Uint8Array | undefined, what: string): number {
  if (bytes === undefined) return 0
  const value = decodeValue(bytes)
  const number = typeof value === 'string' && decimal.test(value) ? Number(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number
  throw new NotAnInteger(what, shown(value))
}

/** Adds within the safe integers. @throws NotAnInteger */
export function added(value: number, delta: number, what: string): number {
  if (!Number.isSafeInteger(delta)) throw new NotAnInteger('the increment', String(delta))
  const sum = value + delta
  if (!Number.isSafeInteger(sum)) throw new NotAnInteger(`${what} after the increment`, String(sum))
  return sum
}

function shown(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40))
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`
}

/** A length kept beside a name; 0 where there is none. @throws TreeCorrupt */
export function lengthOf(bytes: Uint8Array | undefined): number {
  if (bytes === undefined) return 0
  const value = bytes.length === 1 && bytes[0] < 24 ? bytes[0] : decodeCbor(bytes)
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new TreeCorrupt('a length that is none')
  }
  return value
}
