/** What a database unit refuses, and why. */
import { LeitherError } from '#base'

/** A key, field, member or pattern is longer than `limits.keyBytes`. */
export class KeyTooLong extends LeitherError {
  constructor(what: string, bytes: number, limit: number) {
    const message = `this ${what} has ${bytes} bytes; a ${what} has at most ${limit}`
    super('KEY_TOO_LONG', 'limit', message, { what, bytes, limit })
  }
}

/** A key, field or member is no text, or a text that has no UTF-8 form. */
export class KeyInvalid extends LeitherError {
  constructor(what: string, reason: string) {
    super('KEY_INVALID', 'bad-input', `this ${what} ${reason}; use well-formed text`, { what })
  }
}

export class ValueTooLarge extends LeitherError {
  constructor(bytes: number, limit: number) {
    const message = `this value has ${bytes} bytes, the most is ${limit}; keep it in a file unit`
    super('VALUE_TOO_LARGE', 'limit', message, { bytes, limit })
  }
}

export class NotAnInteger extends LeitherError {
  constructor(what: string, value: string) {
    const message = `${what} is ${value}, which is no integer within -(2^53-1) to 2^53-1`
    super('NOT_AN_INTEGER', 'bad-input', message, { what, value })
  }
}

export class ScoreInvalid extends LeitherError {
  constructor(score: string) {
    const message = `the score ${score} is no integer within -(2^53-1) to 2^53-1; round it`
    super('SCORE_INVALID', 'bad-input', message, { score })
  }
}

/** `lset` names an index that the list does not have. */
export class IndexOutOfRange extends LeitherError {
  constructor(key: string, index: number, length: number) {
    const message = `the list "${key}" has ${length} values, so there is no index ${index}`
    super('INDEX_OUT_OF_RANGE', 'bad-input', message, { key, index, length })
  }
}

export class ReadOnlyVersion extends LeitherError {
  constructor() {
    super(
      'READ_ONLY_VERSION',
      'denied',
      'a version never changes; open the unit at cur to write',
      {},
    )
  }
}

export class TransactionConflict extends LeitherError {
  constructor(name: string) {
    const message = `${name} was written by another since the transaction began; begin it again`
    super('TRANSACTION_CONFLICT', 'conflict', message, { name })
  }
}

export class TransactionOver extends LeitherError {
  constructor(id: string, why: string) {
    super('TRANSACTION_OVER', 'conflict', `the transaction ${why}; begin another`, { id, why })
  }
}

export class TooManyTransactions extends LeitherError {
  constructor(limit: number) {
    const message = `${limit} transactions are open in this unit; commit or roll back one of them`
    super('TRANSACTION_LIMIT', 'limit', message, { limit })
  }
}

/** A block is no node of a database tree, or its place in the tree is wrong. */
export class TreeCorrupt extends LeitherError {
  constructor(reason: string) {
    const message = `the database's tree is damaged: ${reason}; sync the unit from a provider`
    super('TREE_CORRUPT', 'corrupt', message, { reason })
  }
}
