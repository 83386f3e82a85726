import { SessionNeeded } from '../../errors.js'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

export const appRevoke =
  ({ grants, sessions }: Pick<Parts, 'grants' | 'sessions'>): Handler<'app.revoke'> =>
  async ({ app }, { session }) => {
    if (session === undefined) throw new SessionNeeded('app.revoke')
    const { user } = session
    await grants.remove(user, app)
    sessions.endAll((other) => other.user === user && other.app === app)
    return {}
  }
