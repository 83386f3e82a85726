import { BadInput, fromText, limits } from '#base'

/** Code units that no UTF-8 text can hold: half of a pair without its other half. */
const half = /\p{Surrogate}/u

/**
 * Segments of a path that something shall be written at; none for `""`, the root.
 * @throws BadInput where a segment is no name: empty, `.`, `..`, with a NUL, or too long
 */
export function checkedSegments(path: string): string[] {
  if (path === '') return []
  if (fromText(path).length > limits.pathBytes) {
    throw new BadInput(`a path has over ${limits.pathBytes} bytes`, 'shorten it', { path })
  }
  const segments = path.split('/')
  for (const name of segments) {
    const advice = 'write it as a/b.txt: names between single slashes, no . or .. among them'
    if (name === '' || name === '.' || name === '..' || name.includes('\0') || half.test(name)) {
      throw new BadInput(`"${path}" is no path`, advice, { path })
    }
    if (fromText(name).length > limits.nameBytes) {
      const what = `a name in "${path}" has over ${limits.nameBytes} bytes`
      throw new BadInput(what, 'shorten it', { path, limit: limits.nameBytes })
    }
  }
  return segments
}
