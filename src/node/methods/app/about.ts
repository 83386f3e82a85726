import { appAddress } from '#apps'
import { appUnit, desktopOf, titleOf } from '../../app-units.js'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

type Used = Pick<Parts, 'self' | 'access' | 'grants'>

export const appAbout =
  ({ self, access, grants }: Used): Handler<'app.about'> =>
  async ({ app }, { principal, session, caller }) => {
    const unit = appUnit(access, principal, app)
    const grant = session === undefined ? undefined : grants.of(session.user, unit.mid)
    return {
      mid: unit.mid,
      title: await titleOf(unit, principal, access),
      author: unit.info.author,
      address: appAddress(unit.mid, desktopOf(self, caller)).address,
      granted: grant !== undefined,
      units: [...(grant?.units ?? [])],
    }
  }
