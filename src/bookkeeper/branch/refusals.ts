/** What refusals mean for a candidate (spec OL-1, E). */
import type { Refusal, RefusalCode } from './branch-ledger.js'

/** Codes of what may pass in a later block. */
const passing: ReadonlySet<RefusalCode> = new Set(['NONCE_AHEAD', 'COVER_EXCEEDED'])

export const refusal = (id: Uint8Array, code: RefusalCode): Refusal => ({
  id,
  code,
  isFinal: !passing.has(code),
})
