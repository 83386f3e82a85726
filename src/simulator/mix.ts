/**
 * A quick hash of bytes for what need not withstand an attacker's search: traces and cheap
 * signatures. Four lanes of 32 bits (the mixing steps of MurmurHash3, A. Appleby).
 */

const rotl = (x: number, k: number): number => (x << k) | (x >>> (32 - k))

function finish(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** Running hash of numbers and bytes. Order matters. */
export class Mix {
  #a: number
  #b: number
  #c: number
  #d: number

  constructor(seed = 0) {
    this.#a = seed ^ 0x239b961b
    this.#b = seed ^ 0xab0e9789
    this.#c = seed ^ 0x38b34ae5
    this.#d = seed ^ 0xa1e38b93
  }

  word(value: number): this {
    const k = Math.imul(rotl(Math.imul(value, 0x239b961b), 15), 0xab0e9789)
    const a = Math.imul(rotl(this.#a ^ k, 13), 5) + 0x561ccd1b
    this.#a = this.#b
    this.#b = this.#c
    this.#c = this.#d + (a | 0)
    this.#d = a | 0
    return this
  }

  /** A number that may have a fraction. */
  float(value: number): this {
    const whole = Math.floor(value)
    return this.word(whole | 0)
      .word((whole / 2 ** 32) | 0)
      .word(((value - whole) * 2 ** 32) | 0)
  }

  bytes(bytes: Uint8Array): this {
    const length = bytes.length
    const whole = length & ~3
    for (let i = 0; i < whole; i += 4) {
      this.word(bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24))
    }
    let rest = length << 24
    for (let i = whole; i < length; i++) rest |= bytes[i] << (8 * (i - whole))
    return this.word(rest).word(length)
  }

  text(text: string): this {
    for (let i = 0; i < text.length; i++) this.word(text.charCodeAt(i))
    return this.word(text.length)
  }

  /** Four words that stand for all so far; more may follow. */
  words(): readonly [number, number, number, number] {
    let [a, b, c, d] = [this.#a, this.#b, this.#c, this.#d]
    a = finish(a + b + c + d)
    b = finish(b + a)
    c = finish(c + b)
    d = finish(d + c)
    return [(a + d) >>> 0, b >>> 0, c >>> 0, d >>> 0]
  }

  /** 32 hexadecimal digits. */
  hex(): string {
    return this.words()
      .map((word) => word.toString(16).padStart(8, '0'))
      .join('')
  }
}
