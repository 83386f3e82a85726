/** How values look to people. */
import type { Result } from '#client'

/** A moment, in the reader's own time zone. */
export function readableTime(millis: number): string {
  const date = new Date(millis - new Date(millis).getTimezoneOffset() * 60_000)
  return date.toISOString().slice(0, 16).replace('T', ' ')
}

/** `name: value` lines, values aligned; what is empty is left out. */
export function lines(
  pairs: readonly (readonly [string, string | number | null | undefined])[],
): string {
  const shown = pairs.filter(([, value]) => value !== undefined && value !== null && value !== '')
  const width = Math.max(...shown.map(([name]) => name.length))
  return shown.map(([name, value]) => `${`${name}:`.padEnd(width + 2)}${value}`).join('\n')
}

type VersionInfo = Result<'mimei.log'>['versions'][number]

/** A row of a version, for tables. */
export const versionRow = (version: VersionInfo): string[] => [
  `${version.version}`,
  readableTime(version.time),
  `${version.size}`,
  version.cid,
  version.memo.split('\n')[0],
]

export const versionHeading = ['version', 'time', 'bytes', 'cid', 'memo']

/** The right word as people read it. */
export function readableRight(word: number): string {
  const digit = word & 0xf
  const who = [
    [4, 'everyone reads versions'],
    [1, 'everyone reads the working copy'],
    [2, 'everyone writes the working copy'],
  ] as const
  const open = who.filter(([bit]) => (digit & bit) !== 0).map(([, text]) => text)
  const hex = word.toString(16).padStart(8, '0')
  return `${hex} (${open.length === 0 ? 'private' : open.join(', ')})`
}
