/** The fields of protobuf messages, as far as IPFS blocks use them. Numbers go up to 2^53 - 1. */

/** Walks the fields of a message; every method throws where the bytes end too soon. */
export class FieldReader {
  constructor(
    readonly source: Uint8Array,
    public at = 0,
    readonly end = source.length,
  ) {}

  varint(): number {
    let value = 0
    for (let factor = 1; factor < 2 ** 56; factor *= 128) {
      const byte = this.#byte()
      value += (byte & 0x7f) * factor
      if (byte < 0x80) {
        if (Number.isSafeInteger(value)) return value
        break
      }
    }
    throw new Error('a number is too large')
  }

  /** A number that may be negative, written as 64 bits. */
  signedVarint(): number {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte()
      value |= BigInt(byte & 0x7f) << shift
      if (byte >= 0x80) continue
      const number = Number(BigInt.asIntN(64, value))
      if (Number.isSafeInteger(number)) return number
      break
    }
    throw new Error('a number is too large')
  }

  /** Four bytes, the lowest first. */
  fixed32(): number {
    return this.#byte() + this.#byte() * 2 ** 8 + this.#byte() * 2 ** 16 + this.#byte() * 2 ** 24
  }

  /** Where the bytes end whose size is next. */
  endOfBytes(): number {
    const end = this.varint() + this.at
    if (end > this.end) throw new Error('it ends too soon')
    return end
  }

  bytes(): Uint8Array {
    const end = this.endOfBytes()
    const bytes = this.source.subarray(this.at, end)
    this.at = end
    return bytes
  }

  /** Passes over the value of a field that nobody knows. */
  skip(tag: number): void {
    const wireType = tag & 7
    if (wireType === 0) while (this.#byte() >= 0x80);
    else if (wireType === 1) this.#forward(8)
    else if (wireType === 2) this.at = this.endOfBytes()
    else if (wireType === 5) this.#forward(4)
    else throw new Error(`it has the field ${tag}`)
  }

  #forward(bytes: number): void {
    if (this.at + bytes > this.end) throw new Error('it ends too soon')
    this.at += bytes
  }

  #byte(): number {
    if (this.at >= this.end) throw new Error('it ends too soon')
    return this.source[this.at++]
  }
}

/** @returns where the next byte goes */
export function writeVarint(bytes: Uint8Array, start: number, value: number): number {
  let at = start
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 128
  bytes[at++] = rest
  return at
}

export function varintBytes(value: number): number {
  let bytes = 1
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes++
  return bytes
}

/** Bytes of a field that holds so many bytes. */
export const fieldBytes = (size: number): number => 1 + varintBytes(size) + size
