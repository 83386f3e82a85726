import { appTitle, NotAnApp } from '#apps'
import { type Unit, VersionNotHere, type VersionName } from '#mimei'
import type { Principal } from '#rights'
import type { Access } from './access.js'
import type { Caller } from './node.js'
import type { Self } from './parts.js'
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

/**
 * The desktop as the caller sees it: a node may have several names, and an app that is opened from
 * one must be reached by that one.
 */
export function desktopOf(self: Pick<Self, 'address'>, { origin }: Pick<Caller, 'origin'>): string {
  return origin !== undefined && /^https?:/.test(origin) && URL.canParse(origin)
    ? origin
    : self.address()
}

/** The release, or the newest version; before the first, cur for those who may read it. */
function shownVersion(
  unit: Unit,
  principal: Principal,
  access: Pick<Access, 'may'>,
): VersionName | undefined {
  const release = unit.head()?.release
  if (release !== undefined && release !== null) return 'release'
  if (newest(unit) !== undefined) return 'last'
  return access.may(principal, 'readCur', unit) ? 'cur' : undefined
}

/** What the app calls itself; its mark where it does not say, or where the caller cannot see it. */
export async function titleOf(
  unit: Unit,
  principal: Principal,
  access: Pick<Access, 'may'>,
): Promise<string> {
  const version = shownVersion(unit, principal, access)
  const mayRead = version === 'cur' || access.may(principal, 'read', unit)
  try {
    const title = version === undefined || !mayRead ? '' : await appTitle(unit.files(version))
    return title === '' ? unit.info.mark : title
  } catch (error) {
    // Known, but its content is not on this node: it is still shown to be there.
    if (error instanceof VersionNotHere) return unit.info.mark
    throw error
  }
}
