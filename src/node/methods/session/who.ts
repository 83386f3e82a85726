import type { Handler } from '../../node.js'
import { showSession } from '../../shown.js'

export const sessionWho =
  (): Handler<'session.who'> =>
  (_, { session }) => {
    if (session === undefined) {
      return { user: null, name: '', owner: false, app: null, expires: 0 }
    }
    const { sid: _sid, ...who } = showSession(session)
    return who
  }
