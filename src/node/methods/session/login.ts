import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'
import { showSession } from '../../shown.js'

type Used = Pick<Parts, 'accounts' | 'delays' | 'sessions'>

export const sessionLogin =
  ({ accounts, delays, sessions }: Used): Handler<'session.login'> =>
  async ({ name, password }, { caller }) => {
    const right = delays.attempt(name, caller.address)
    const { account, key } = await accounts.open(name, password)
    right()
    return showSession(
      sessions.open({
        user: account.id,
        name: account.name,
        owner: account.owner,
        account: true,
        app: undefined,
        granted: [],
        key,
        parent: undefined,
      }),
    )
  }
