import { LeitherError } from '#base'

export type LedgerErrorCode =
  | 'SUM_OVERFLOW'
  | 'PREFIX_INVALID'
  | 'PROOF_INVALID'
  | 'PAGE_INVALID'
  | 'PAGE_MISSING'
  | 'PULSE_PURGED'
  | 'ACCOUNT_INVALID'
  | 'UNDO_INVALID'

const kinds = {
  SUM_OVERFLOW: 'corrupt',
  PREFIX_INVALID: 'bad-input',
  PROOF_INVALID: 'bad-input',
  PAGE_INVALID: 'corrupt',
  PAGE_MISSING: 'unavailable',
  PULSE_PURGED: 'not-found',
  ACCOUNT_INVALID: 'bad-input',
  UNDO_INVALID: 'internal',
} as const

/** Something of the ledger is not as it must be. */
export class LedgerError extends LeitherError {
  constructor(code: LedgerErrorCode, message: string) {
    super(code, kinds[code], message)
  }
}
