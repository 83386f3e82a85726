/** Paths inside a unit, such as `img/cat.jpg`: relative, with no way out (security.md). */
import { fromText, limits } from '#base'
import { PathInvalid } from '../errors.js'

/** Checks one name of a directory. */
function checkName(path: string, name: string): void {
  if (name === '') throw new PathInvalid(path, 'a name in it is empty')
  if (name === '..') throw new PathInvalid(path, '".." leads out')
  if (name.includes('\0')) throw new PathInvalid(path, 'it holds a NUL')
  if (/\p{Surrogate}/u.test(name)) throw new PathInvalid(path, 'it is no well-formed Unicode')
  if (fromText(name).length > limits.nameBytes) {
    throw new PathInvalid(path, `a name in it has more than ${limits.nameBytes} bytes`)
  }
}

/**
 * The names that a path goes through; none for the unit's root. `.` is left out; every other name
 * is kept exactly, whatever its script.
 * @throws PathInvalid where the path is absolute, leads out, has empty names or is too long
 */
export function splitPath(path: string): string[] {
  if (path.length > limits.pathBytes || fromText(path).length > limits.pathBytes) {
    throw new PathInvalid(path, `it has more than ${limits.pathBytes} bytes`)
  }
  if (path === '') return []
  if (path.startsWith('/')) throw new PathInvalid(path, 'it begins with "/"')
  const names = path.split('/')
  for (const name of names) checkName(path, name)
  return names.filter((name) => name !== '.')
}

/** Like `splitPath`, for what can only be done to something below the root. */
export function splitBelowRoot(path: string): string[] {
  const names = splitPath(path)
  if (names.length === 0) throw new PathInvalid(path, "it names the unit's root")
  return names
}

export const joinPath = (names: readonly string[]): string => names.join('/')
