/** What errors of the operating system and of LevelDB mean. */
import { LeitherError } from '#base'
import { DiskFailed, DiskFull } from '#world'

/** The error and its causes, outermost first. */
function chain(error: unknown): Error[] {
  const found: Error[] = []
  for (let at = error; at instanceof Error && found.length < 8; at = at.cause) found.push(at)
  return found
}

/** The codes of an error and its causes, such as `ENOENT` or `LEVEL_LOCKED`. */
export const codes = (error: unknown): string[] =>
  chain(error).flatMap((link) => ('code' in link && typeof link.code === 'string' ? link.code : []))

/** No such file, or a file where its folder would have to be. */
export const isMissing = (error: unknown): boolean =>
  codes(error).some((code) => code === 'ENOENT' || code === 'ENOTDIR')

const fullCodes = ['ENOSPC', 'EDQUOT', 'EFBIG']
// LevelDB passes on the text of the system error only.
const fullTexts = /no space left|disk quota exceeded|file too large/i

const isFull = (error: unknown): boolean =>
  codes(error).some((code) => fullCodes.includes(code)) ||
  chain(error).some(({ message }) => fullTexts.test(message))

/**
 * The error to show for one of the system's. Errors of our own pass unchanged.
 * @param what the thing refused, such as `a write`
 */
export function diskError(what: string, error: unknown, freeBytes: number): LeitherError {
  if (error instanceof LeitherError) return error
  if (isFull(error)) return new DiskFull(freeBytes, error)
  // The innermost says what happened; those around it say "failed to open".
  return new DiskFailed(what, chain(error).at(-1) ?? error)
}
