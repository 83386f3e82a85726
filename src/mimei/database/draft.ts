/** The changes of one command while it is computed: all of them are written, or none. */
import { type Change, type KeyText, keyText } from '#world'
import type { KeyType } from './database.js'

/** What single values are read from. */
export interface Getter {
  get(key: Uint8Array): Uint8Array | undefined
}

export class Draft implements Getter {
  readonly changes: Change[] = []
  /** names that the command writes, such as `hash:users` */
  readonly names: string[] = []
  /** made when a command first reads what it may have written */
  private index: Map<KeyText, Uint8Array | undefined> | undefined

  constructor(private readonly below: Getter) {}

  get(key: Uint8Array): Uint8Array | undefined {
    if (this.changes.length === 0) return this.below.get(key)
    if (this.index === undefined) {
      this.index = new Map()
      for (const change of this.changes) this.index.set(keyText(change.key), change.value)
    }
    const name = keyText(key)
    return this.index.has(name) ? this.index.get(name) : this.below.get(key)
  }

  /** @param value undefined removes the key */
  put(key: Uint8Array, value: Uint8Array | undefined): void {
    this.changes.push({ key, value })
    this.index?.set(keyText(key), value)
  }

  /** Says whose content the command writes. */
  touch(type: KeyType, key: string): void {
    this.names.push(`${type}:${key}`)
  }
}
