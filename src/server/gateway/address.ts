/** What a gateway path names: a unit with a version, or a CID, and a path below it. */
import { BadInput, isId } from '#base'

export interface UnitAddress {
  readonly mid: string
  /** `cur`, `last`, `release` or digits; undefined where none was named */
  readonly version: string | undefined
  /** decoded, without a slash at its ends */
  readonly path: string
  /** the address ends in a slash, as directories do */
  readonly slash: boolean
}

const versionPattern = /^(cur|last|release|0|[1-9]\d{0,8})$/

/** Decodes the segments of a path. @throws BadInput */
export function decodePath(encoded: string): { path: string; slash: boolean } {
  const segments = encoded.split('/').filter((segment) => segment !== '')
  const decoded = segments.map((segment) => {
    let name: string
    try {
      name = decodeURIComponent(segment)
    } catch {
      throw new BadInput('the address is not well encoded', 'percent signs are written %25')
    }
    if (name === '.' || name === '..' || /[/\0]/.test(name)) {
      throw new BadInput(
        `"${segment.slice(0, 80)}" is no name of a file`,
        'a path names files one below the other, without . and ..',
      )
    }
    return name
  })
  return { path: decoded.join('/'), slash: encoded === '' || encoded.endsWith('/') }
}

/** Encodes a path for a link: every name keeps its own characters, slashes stay. */
export const encodePath = (path: string): string =>
  path.split('/').map(encodeURIComponent).join('/')

/**
 * Reads `/mm/<mid>[:version]/path`; undefined where the first segment is no mid.
 * @throws BadInput
 */
export function readUnitAddress(pathname: string): UnitAddress | undefined {
  const parts = /^\/mm\/([^/]+)(\/.*)?$/.exec(pathname)
  if (parts === null) return undefined
  const [name, version] = decodeURIComponentSafe(parts[1]).split(':')
  if (!isId(name)) return undefined
  if (version !== undefined && !versionPattern.test(version)) {
    throw new BadInput(
      `"${version.slice(0, 40)}" is no version`,
      'a version is cur, last, release or a number',
    )
  }
  // `/mm/<mid>` without a slash is a directory still to be redirected.
  const below = parts[2] === undefined ? { path: '', slash: false } : decodePath(parts[2])
  return { mid: name, version, ...below }
}

/** Reads `/ipfs/<cid>/path`. @throws BadInput */
export function readCidAddress(
  pathname: string,
): { cid: string; path: string; slash: boolean } | undefined {
  const parts = /^\/ipfs\/([^/]+)(\/.*)?$/.exec(pathname)
  if (parts === null) return undefined
  const below = parts[2] === undefined ? { path: '', slash: false } : decodePath(parts[2])
  return { cid: parts[1], ...below }
}

function decodeURIComponentSafe(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
