import { appAddress, appTitle } from '#apps'
import { appUnit, shownVersion } from '../../app-units.js'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

type Used = Pick<Parts, 'self' | 'access' | 'grants'>

export const appAbout =
  ({ self, access, grants }: Used): Handler<'app.about'> =>
  async ({ app }, { principal, session }) => {
    const unit = appUnit(access, principal, app)
    const grant = session === undefined ? undefined : grants.of(session.user, unit.mid)
    const title = await appTitle(unit.files(shownVersion(unit, principal, access)))
    return {
      mid: unit.mid,
      title: title === '' ? unit.info.mark : title,
      author: unit.info.author,
      address: appAddress(unit.mid, self.address()).address,
      granted: grant !== undefined,
      units: [...(grant?.units ?? [])],
    }
  }
