/** Names of files in the store: relative paths that stay inside it, on every file system. */
import { BadInput, fromText } from '#base'

/** Bytes of UTF-8. */
const longestPart = 200
const longestName = 1000
const plainPart = /^[\p{L}\p{N}_+=@~,-][\p{L}\p{M}\p{N}_+=@~,.-]*$/u

/**
 * Lets pass a name such as `blocks/ab/bafk…`: parts between slashes, of letters, digits and
 * `_+=@~,-`, with dots but not in front.
 * @throws BadInput
 */
export function checkFileName(name: string): void {
  const parts = name.split('/')
  const good = parts.every((part) => plainPart.test(part) && fromText(part).length <= longestPart)
  if (good && fromText(name).length <= longestName) return
  const advice = 'use parts of letters, digits and -_+=@~,. between single slashes'
  throw new BadInput(`"${name}" is no name of a file in the store`, advice, { name })
}
