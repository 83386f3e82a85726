import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

export const sessionLogout =
  ({ sessions }: Pick<Parts, 'sessions'>): Handler<'session.logout'> =>
  (_, { session }) => {
    if (session !== undefined) sessions.end(session.sid)
    return {}
  }
