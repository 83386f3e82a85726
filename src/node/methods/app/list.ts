import { appAddress } from '#apps'
import { may } from '#rights'
import { askedOf } from '../../asked.js'
import { desktopOf, isApp, titleOf } from '../../app-units.js'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'
import { showUnit } from '../../shown.js'

type Used = Pick<Parts, 'self' | 'units' | 'access' | 'network' | 'sizes'>

export const appList =
  ({ self, units, access, network, sizes }: Used): Handler<'app.list'> =>
  async (_, { principal, caller }) => {
    const apps = units
      .all()
      .filter((unit) => isApp(unit) && may(principal, 'list', askedOf(unit)))
      .map(async (unit) => ({
        ...(await showUnit(unit, { principal, network, sizes, inList: true })),
        title: await titleOf(unit, principal, access),
        address: appAddress(unit.mid, desktopOf(self, caller)).address,
      }))
    return { apps: await Promise.all(apps) }
  }
