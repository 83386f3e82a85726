/** What an update changed, packed: accounts become objects only for who asks. */
import type { Account } from '../account.js'
import type { Undo } from './account-tree.js'
import { readRecord, recordWords, wholeRecordBytes } from './leaves.js'

/** An update's way back, and between which states of the tree it leads. */
export class PackedUndo implements Undo {
  readonly #bytes: Uint8Array
  readonly #view: DataView

  constructor(
    /** the accounts as they were, or as they are where there was none */
    readonly records: Int32Array,
    /** 1 for each account that there was */
    readonly existed: Uint8Array,
    readonly from: number,
    readonly to: number,
  ) {
    this.#bytes = new Uint8Array(records.buffer, 0, wholeRecordBytes * existed.length)
    this.#view = new DataView(records.buffer)
  }

  get count(): number {
    return this.existed.length
  }

  /** The account of entry `i`, as it was or, where there was none, as it became. */
  account(i: number): Account {
    return readRecord(this.#bytes, this.#view, wholeRecordBytes * i)
  }

  get before(): Undo['before'] {
    return Array.from(this.existed, (existed, i) => {
      const account = this.account(i)
      return { id: account.id, account: existed === 1 ? account : undefined }
    })
  }
}

/** Takes notes during an update. */
export class UndoLog {
  readonly #records: Int32Array
  readonly #existed: Uint8Array
  #count = 0

  constructor(count: number) {
    this.#records = new Int32Array(recordWords * count)
    this.#existed = new Uint8Array(count)
  }

  /** Notes the record of a leaf, before it changes or, where there was none, after. */
  note(words: Int32Array, leaf: number, existed: boolean): void {
    const [from, to] = [recordWords * leaf, recordWords * this.#count]
    for (let i = 0; i < recordWords; i++) this.#records[to + i] = words[from + i]
    this.#existed[this.#count++] = existed ? 1 : 0
  }

  done(from: number, to: number): PackedUndo {
    return new PackedUndo(this.#records, this.#existed, from, to)
  }
}
