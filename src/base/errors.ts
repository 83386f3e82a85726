/**
 * The one shape of every error that a caller may see.
 *
 * A folder derives its own classes (`UnknownMimei`, `BlockCorrupt`); the code is what programs
 * test,
 * the message is what people read: what was wrong, with which value, and what to do.
 */

/** What a face needs to know of an error to choose an HTTP status or an exit code. */
export type ErrorKind =
  | 'bad-input'
  | 'not-found'
  | 'denied'
  | 'conflict'
  | 'limit'
  | 'unavailable'
  | 'corrupt'
  | 'internal'

/** Facts of an error, as plain JSON; never secrets. */
export type ErrorData = Record<string, string | number | boolean | null>

export class LeitherError extends Error {
  /** @param code stable, upper case, such as `MIMEI_UNKNOWN` */
  constructor(
    readonly code: string,
    readonly kind: ErrorKind,
    message: string,
    readonly data: ErrorData = {},
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = new.target.name
  }
}

/** A value from outside has the wrong form. */
export class BadInput extends LeitherError {
  constructor(what: string, advice: string, data: ErrorData = {}) {
    super('BAD_INPUT', 'bad-input', `${what}; ${advice}`, data)
  }
}
