import { appAddress, NoAppOrigin, pageAddress } from '#apps'
import { versionNameOf } from '../../access.js'
import { appUnit, desktopOf } from '../../app-units.js'
import { SessionNeeded } from '../../errors.js'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

type Used = Pick<Parts, 'self' | 'access' | 'grants' | 'codes'>

/** The desktop calls it after the person said yes; an app can never call it (see the contract). */
export const appGrant =
  ({ self, access, grants, codes }: Used): Handler<'app.grant'> =>
  async ({ app, version, units, path }, { principal, session, caller }) => {
    if (session === undefined) throw new SessionNeeded('app.grant')
    const unit = appUnit(access, principal, app)
    for (const mid of units) access.unit(principal, mid, 'list')
    const name = version === undefined ? undefined : versionNameOf(version)
    const home = appAddress(unit.mid, desktopOf(self, caller), name)
    if (home.origin === undefined) throw new NoAppOrigin(desktopOf(self, caller))
    const address = pageAddress(home, path)
    await grants.add(session.user, unit.mid, units)
    const { sid: parent } = session
    return { address, ...codes.issue({ app: unit.mid, origin: home.origin, parent }) }
  }
