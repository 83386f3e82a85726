import { LeitherError } from 'leither/client'
import { t } from './texts'

export interface Words {
  /** what happened, and what was kept */
  readonly what: string
  /** the next step */
  readonly next: string
  /** the node's own message, for those who look closer */
  readonly detail: string
}

/** Codes that mean the same to a person. */
const same: Readonly<Record<string, keyof typeof t.errors>> = {
  SESSION_NEEDED: 'SESSION_EXPIRED',
  SESSION_UNKNOWN: 'SESSION_EXPIRED',
  CONNECTION_LOST: 'NODE_UNREACHABLE',
  CALL_TIMED_OUT: 'TOO_BUSY',
  DISK_BUSY: 'TOO_BUSY',
  UNIT_BUSY: 'TOO_BUSY',
  SESSIONS_FULL: 'TOO_BUSY',
  PEER_SILENT: 'PEER_UNREACHABLE',
  SYNC_REFUSED: 'SYNC_NOT_ALLOWED',
  ENTRY_UNKNOWN: 'PATH_UNKNOWN',
  FILE_MISSING: 'PATH_UNKNOWN',
  BLOCK_MISSING: 'VERSION_NOT_HERE',
  NOTHING_TO_PUBLISH: 'NOT_BACKED_UP',
  VALUE_TOO_LARGE: 'FILE_TOO_LARGE',
  REQUEST_TOO_LARGE: 'FILE_TOO_LARGE',
}

const isKnown = (code: string): code is keyof typeof t.errors => Object.hasOwn(t.errors, code)

/** The stable code of anything that was thrown. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code
  return typeof code === 'string' ? code : undefined
}

/** An error in words for people, by its code. */
export function wordsOf(error: unknown): Words {
  const given = codeOf(error) ?? 'INTERNAL'
  const code = same[given] ?? given
  const message = error instanceof Error ? error.message : ''
  const name = error instanceof LeitherError ? `${error.code}: ` : ''
  if (isKnown(code)) {
    const [what, next] = t.errors[code]
    return { what, next, detail: message === '' ? '' : name + message }
  }
  // The node's messages say what was wrong and what to do: better than a general sentence.
  const [what, next] = t.errors.INTERNAL
  if (message === '') return { what, next, detail: '' }
  return { what: message.slice(0, 1).toUpperCase() + message.slice(1), next: '', detail: name }
}
