import { CodeInvalid } from '../../errors.js'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'
import { showSession } from '../../shown.js'

type Used = Pick<Parts, 'codes' | 'sessions' | 'grants'>

/** Whoever let the app in may have thought better of it meanwhile, or have left. */
export const sessionRedeem =
  ({ codes, sessions, grants }: Used): Handler<'session.redeem'> =>
  ({ code }, { caller }) => {
    const { app, parent } = codes.redeem(code, caller.origin)
    const person = sessions.peek(parent)
    const grant = person === undefined ? undefined : grants.of(person.user, app)
    if (person === undefined || grant === undefined) throw new CodeInvalid()
    const { user, name, owner, account, key } = person
    const granted = grant.units
    return showSession(sessions.open({ user, name, owner, account, app, granted, key, parent }))
  }
