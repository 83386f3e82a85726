import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

/** As with a release, the head says it to everyone. */
export const mimeiSetDefaultApp =
  ({ access, signing }: Pick<Parts, 'access' | 'signing'>): Handler<'mimei.setDefaultApp'> =>
  async ({ mid, app }, { principal, session }) => {
    const unit = access.unit(principal, mid, 'release')
    await unit.setDefaultApp(signing.keyFor(session, unit), app)
    return {}
  }
