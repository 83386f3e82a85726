import { askedOf } from '../../asked.js'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

type Used = Pick<Parts, 'access' | 'units' | 'network' | 'grants' | 'events'>

/** The node's owner rules over its disk: they may forget any unit, others those that are theirs. */
export const mimeiRemove =
  ({ access, units, network, grants, events }: Used): Handler<'mimei.remove'> =>
  async ({ mid }, { principal, session }) => {
    const unit = session?.owner === true ? units.get(mid) : access.unit(principal, mid, 'grant')
    const flow = network.now()?.flow
    if (flow?.isProviding(unit.mid) === true) await flow.unprovide(unit.mid)
    if (flow?.isPublished(unit.mid) === true) await flow.unpublish(unit.mid)
    await grants.forgetApp(unit.mid)
    const leave = events.leaving(askedOf(unit))
    try {
      await units.remove(unit.mid)
    } finally {
      leave()
    }
    return {}
  }
