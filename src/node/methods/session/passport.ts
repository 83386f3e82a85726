import { checkPassport, PassportInvalid } from '#identity'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'
import { showSession } from '../../shown.js'

type Used = Pick<Parts, 'self' | 'clock' | 'accounts' | 'sessions'>

/**
 * The node's own passport (the command line on its machine signs one) makes its owner; that of a
 * user with an account what the account is; any other key signs in as itself, without a key here.
 */
export const sessionPassport =
  ({ self, clock, accounts, sessions }: Used): Handler<'session.passport'> =>
  ({ passport: text }) => {
    const passport = checkPassport(text, self.key.id, clock.now())
    if (passport.certFor !== 'self') {
      throw new PassportInvalid('it lets a node fetch units, it does not sign anybody in')
    }
    if (passport.bearer !== null || passport.units.length > 0) {
      throw new PassportInvalid('it is narrowed to one bearer or to some units')
    }
    const isNode = passport.signer === self.key.id
    const account = accounts.byId(passport.signer)
    return showSession(
      sessions.open({
        user: passport.signer,
        name: isNode ? self.name : (account?.name ?? ''),
        owner: isNode || account?.owner === true,
        account: isNode || account !== undefined,
        app: undefined,
        granted: [],
        key: isNode ? self.key : undefined,
        parent: undefined,
      }),
    )
  }
