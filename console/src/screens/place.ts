/** Where a person is inside a unit's content, and its address. */
import type { VersionName } from '../state/content'
import type { UnitDetail } from '../state/node'
import { type Route, unitAddress } from '../state/route'

/** What is looked at: a folder of a version of a unit. */
export interface Place {
  readonly unit: UnitDetail
  readonly version: VersionName
  readonly path: string
  /** the working copy, which the person may change */
  readonly writable: boolean
}

export const joinPath = (folder: string, name: string): string =>
  folder === '' ? name : `${folder}/${name}`

/** The version that the address names; the working copy of one's own units unless it names one. */
export function versionOf(unit: UnitDetail, { query }: Route): VersionName {
  const wish = query.get('v')
  if (wish === 'cur' || wish === 'last' || wish === 'release') return wish
  if (wish !== null && /^\d+$/.test(wish)) return Number(wish)
  return unit.mine || unit.version === 0 ? 'cur' : 'last'
}

/** Address of a folder or file beside the one that is open, in the same version. */
export function placeAddress(
  { unit }: Place,
  { query }: Route,
  path: string,
  show?: string,
): string {
  const next = new URLSearchParams()
  const version = query.get('v')
  if (version !== null) next.set('v', version)
  if (show !== undefined) next.set('show', show)
  const text = next.toString()
  return unitAddress(unit.mid, 'content', path) + (text === '' ? '' : `?${text}`)
}
