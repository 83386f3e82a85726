import { NotAnApp } from '#apps'
import type { Unit, VersionName } from '#mimei'
import type { Principal } from '#rights'
import type { Access } from './access.js'
import { newest } from './shown.js'

/** An app is a file unit with the ext "app". */
export const isApp = ({ info }: Pick<Unit, 'info'>): boolean =>
  info.ext === 'app' && info.kind === 'file'

/** @throws UnknownMimei, RightMissing, NotAnApp */
export function appUnit(access: Pick<Access, 'unit'>, principal: Principal, mid: string): Unit {
  const unit = access.unit(principal, mid, 'list')
  if (!isApp(unit)) throw new NotAnApp(mid)
  return unit
}

/** The release, or the newest version; before the first, cur for those who may read it. */
export function shownVersion(
  unit: Unit,
  principal: Principal,
  access: Pick<Access, 'may'>,
): VersionName {
  const release = unit.head()?.release
  if (release !== undefined && release !== null) return 'release'
  if (newest(unit) === undefined && access.may(principal, 'readCur', unit)) return 'cur'
  return 'last'
}
