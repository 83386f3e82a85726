import { may } from '#rights'
import { askedOf } from '../../asked.js'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'
import { showUnit } from '../../shown.js'

export const mimeiList =
  ({ units, network, sizes }: Pick<Parts, 'units' | 'network' | 'sizes'>): Handler<'mimei.list'> =>
  async ({ app, ext }, { principal }) => {
    const seen = units
      .all()
      .filter((unit) => app === undefined || unit.info.app === app)
      .filter((unit) => ext === undefined || unit.info.ext === ext)
      .filter((unit) => may(principal, 'list', askedOf(unit)))
    const showing = { principal, network, sizes, inList: true }
    return { units: await Promise.all(seen.map((unit) => showUnit(unit, showing))) }
  }
