import { timingSafeEqual } from 'node:crypto'
import { fromText, sha256 } from '#base'
import { ClaimRefused, NodeClaimed } from '../../errors.js'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'
import { showSession } from '../../shown.js'

type Used = Pick<Parts, 'self' | 'accounts' | 'delays' | 'sessions'>

/** Digests are of one length, so that the comparison takes one time. */
const same = (a: string, b: string): boolean =>
  timingSafeEqual(sha256(fromText(a)), sha256(fromText(b)))

export const userClaim =
  ({ self, accounts, delays, sessions }: Used): Handler<'user.claim'> =>
  async ({ name, password, code }, { caller }) => {
    if (accounts.claimed()) throw new NodeClaimed()
    if (!caller.local) {
      const right = delays.attempt('claim', caller.address)
      if (self.claimCode === undefined || code === undefined) throw new ClaimRefused()
      if (!same(code.trim(), self.claimCode)) throw new ClaimRefused()
      right()
    }
    const { account, key } = await accounts.claim(name, password)
    return showSession(
      sessions.open({
        user: account.id,
        name: account.name,
        owner: true,
        account: true,
        app: undefined,
        granted: [],
        key,
        parent: undefined,
      }),
    )
  }
