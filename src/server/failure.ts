/** Errors as callers see them: facts for what they can change, a number for what they cannot. */
import { type ErrorData, type ErrorKind, LeitherError, toHex } from '#base'
import type { Log, Random } from '#world'

/** An error ready to cross the wire. */
export interface Failure {
  readonly status: number
  readonly code: string
  readonly kind: ErrorKind
  readonly message: string
  readonly data: ErrorData
}

const statuses: Readonly<Record<ErrorKind, number>> = {
  'bad-input': 400,
  'not-found': 404,
  denied: 403,
  conflict: 409,
  limit: 429,
  unavailable: 503,
  corrupt: 500,
  internal: 500,
}

/** Codes whose status says more than that of their kind. */
const special: Readonly<Record<string, number>> = {
  HOST_UNKNOWN: 421,
  REQUEST_TOO_LARGE: 413,
  LENGTH_NEEDED: 411,
  DISK_FULL: 507,
}

function statusOf({ code, kind }: LeitherError): number {
  if (special[code] !== undefined) return special[code]
  if (kind === 'denied' && /^(SESSION|LOGIN|PASSPORT)_/.test(code)) return 401
  return statuses[kind]
}

/**
 * Makes failures of errors. What is our own fault is logged with an incident number, and the
 * caller learns the number alone.
 */
export function failureMaker(log: Log, random: Random): (error: unknown) => Failure {
  return (error) => {
    if (error instanceof LeitherError && error.kind !== 'internal') {
      const { code, kind, message, data } = error
      return { status: statusOf(error), code, kind, message, data }
    }
    const incident = toHex(random.bytes(4))
    log.error('a request failed', {
      incident,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      cause: error instanceof Error && error.cause !== undefined ? String(error.cause) : undefined,
    })
    const message =
      'something went wrong inside the node; ' + `its log tells more under incident ${incident}`
    return { status: 500, code: 'INTERNAL', kind: 'internal', message, data: { incident } }
  }
}
