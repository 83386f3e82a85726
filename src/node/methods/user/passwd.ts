import { SessionNeeded, OwnerNeeded } from '../../errors.js'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

type Used = Pick<Parts, 'accounts' | 'delays' | 'sessions'>

/** Whoever was signed in with the old password is signed out, but for the caller. */
export const userPasswd =
  ({ accounts, delays, sessions }: Used): Handler<'user.passwd'> =>
  async ({ name, password, newPassword }, { session, caller }) => {
    if (session === undefined) throw new SessionNeeded('user.passwd')
    const whose = name ?? session.name
    if (whose !== session.name && !session.owner) throw new OwnerNeeded('user.passwd')
    const right = delays.attempt(whose, caller.address)
    const account = await accounts.changePassword(whose, password, newPassword)
    right()
    sessions.endAll(({ user, sid }) => user === account.id && sid !== session.sid)
    return {}
  }
