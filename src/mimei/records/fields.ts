/** Reads the fields of a decoded record: each has its form, or the record is refused. */
import { CID, type KeyId, isId, type Mid } from '#base'

/** Versions are numbered from 1, in 32 bits. */
export const isVersionNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value < 2 ** 32

/** Makes the error for a reason; the caller knows what kind of record it reads. */
export type Refuse = (reason: string) => Error

export class Fields {
  readonly #map: Readonly<Record<string, unknown>>
  readonly #refuse: Refuse

  /** @param names exactly the fields that there must be */
  constructor(value: unknown, names: readonly string[], refuse: Refuse) {
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (!isMap || value instanceof Uint8Array || CID.asCID(value) !== null) {
      throw refuse('it is not a map of fields')
    }
    this.#map = value as Readonly<Record<string, unknown>>
    this.#refuse = refuse
    const here = Object.keys(this.#map)
    const odd = here.find((name) => !names.includes(name))
    if (odd !== undefined) throw refuse(`it has an unknown field "${odd.slice(0, 40)}"`)
    const missing = names.find((name) => !here.includes(name))
    if (missing !== undefined) throw refuse(`field "${missing}" is missing`)
  }

  #wrong(name: string, wanted: string): Error {
    return this.#refuse(`field "${name}" is not ${wanted}`)
  }

  raw(name: string): unknown {
    return this.#map[name]
  }

  text(name: string, most: number): string {
    const value = this.#map[name]
    if (typeof value === 'string' && value.length <= most) return value
    throw this.#wrong(name, `a text of at most ${most} characters`)
  }

  /** An integer of at least `least`, exact in a double. */
  natural(name: string, least = 0): number {
    const value = this.#map[name]
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value
    throw this.#wrong(name, `an integer of at least ${least}`)
  }

  /** The number of a version. */
  number(name: string): number {
    const value = this.#map[name]
    if (isVersionNumber(value)) return value
    throw this.#wrong(name, 'the number of a version')
  }

  bytes(name: string, length: number): Uint8Array {
    const value = this.#map[name]
    if (value instanceof Uint8Array && value.length === length) return value
    throw this.#wrong(name, `${length} bytes`)
  }

  mid(name: string): Mid {
    return this.#id(name) as Mid
  }

  key(name: string): KeyId {
    return this.#id(name) as KeyId
  }

  #id(name: string): string {
    const value = this.#map[name]
    if (typeof value === 'string' && isId(value)) return value
    throw this.#wrong(name, 'an id')
  }

  cid(name: string): CID {
    const cid = CID.asCID(this.#map[name])
    if (cid !== null) return cid
    throw this.#wrong(name, 'a content id')
  }

  list(name: string, most: number): readonly unknown[] {
    const value = this.#map[name]
    if (Array.isArray(value) && value.length <= most) return value
    throw this.#wrong(name, `a list of at most ${most}`)
  }

  cids(name: string, most: number): readonly CID[] {
    return this.list(name, most).map((value) => {
      const cid = CID.asCID(value)
      if (cid === null) throw this.#wrong(name, 'a list of content ids')
      return cid
    })
  }

  /** A map of texts to texts. */
  texts(name: string, most: number): Readonly<Record<string, string>> {
    const value = this.#map[name]
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const entries = Object.entries(value)
      const plain = entries.every(([, text]) => typeof text === 'string' && text.length <= 4096)
      if (plain && entries.length <= most) return value as Readonly<Record<string, string>>
    }
    throw this.#wrong(name, `a map of at most ${most} short texts`)
  }

  /** The value of `read`, or null where the field is null. */
  orNull<T>(name: string, read: () => T): T | null {
    return this.#map[name] === null ? null : read()
  }
}
