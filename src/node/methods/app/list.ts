import { appAddress, appTitle } from '#apps'
import { may } from '#rights'
import { askedOf } from '../../asked.js'
import { isApp, shownVersion } from '../../app-units.js'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'
import { showUnit } from '../../shown.js'

type Used = Pick<Parts, 'self' | 'units' | 'access' | 'network'>

export const appList =
  ({ self, units, access, network }: Used): Handler<'app.list'> =>
  async (_, { principal }) => {
    const apps = units
      .all()
      .filter((unit) => isApp(unit) && may(principal, 'list', askedOf(unit)))
      .map(async (unit) => ({
        ...(await showUnit(unit, principal, network)),
        title:
          (await appTitle(unit.files(shownVersion(unit, principal, access)))) || unit.info.mark,
        address: appAddress(unit.mid, self.address()).address,
      }))
    return { apps: await Promise.all(apps) }
  }
