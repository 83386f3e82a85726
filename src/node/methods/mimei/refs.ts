import { may } from '#rights'
import { askedOf } from '../../asked.js'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

export const mimeiRefs =
  ({ access, units }: Pick<Parts, 'access' | 'units'>): Handler<'mimei.refs'> =>
  async ({ mid, version }, { principal }) => {
    const reading = access.reading(principal, mid, version)
    const refs = await reading.unit.refs(reading.version)
    const referrers = (await units.referrers(mid)).filter(
      (other) => units.has(other) && may(principal, 'list', askedOf(units.get(other))),
    )
    return { refs: { ...refs }, referrers }
  }
