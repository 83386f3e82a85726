import { LeitherError } from '#base'

/** A block breaks a rule of the branch, or its header says something else than came of it. */
export class BlockInvalid extends LeitherError {
  constructor(what: string) {
    super('BLOCK_INVALID', 'bad-input', `${what}; do not vote for the block`)
  }
}

/** Receipts that another branch sent do not prove what they claim. */
export class ImportInvalid extends LeitherError {
  constructor(what: string) {
    super('IMPORT_INVALID', 'bad-input', `${what}; ask another bookkeeper of the source for them`)
  }
}

/** A stored image of a branch does not fit its header. */
export class ImageInvalid extends LeitherError {
  constructor(what: string) {
    super('IMAGE_INVALID', 'corrupt', `${what}; take the branch's state from another bookkeeper`)
  }
}

/** Closed data cannot be opened with this secret. */
export class ClosedDataInvalid extends LeitherError {
  constructor(what: string) {
    super('CLOSED_DATA_INVALID', 'corrupt', `${what}; ask another keeper for the data`)
  }
}

/** A branch's ledger is asked for a step that it cannot take from where it stands. */
export class LedgerStuck extends LeitherError {
  constructor(what: string) {
    super('LEDGER_STUCK', 'conflict', what)
  }
}

/** A journal has lost records that were durable; what stood before them is still good. */
export class JournalDamaged extends LeitherError {
  constructor(sequence: bigint) {
    super(
      'JOURNAL_DAMAGED',
      'corrupt',
      `record ${sequence} was durable and is damaged; check the disk, the post learns from others`,
      { sequence: sequence.toString() },
    )
  }
}

/** One record of a journal would be too long to read back. */
export class RecordTooLong extends LeitherError {
  constructor(bytes: number, most: number) {
    const what = `a record of ${bytes} bytes exceeds ${most}; make smaller blocks`
    super('RECORD_TOO_LONG', 'limit', what, { bytes, most })
  }
}
