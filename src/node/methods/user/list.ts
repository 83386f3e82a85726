import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

export const userList =
  ({ accounts }: Pick<Parts, 'accounts'>): Handler<'user.list'> =>
  () => ({
    users: accounts.list().map(({ id, name, owner, created }) => ({ id, name, owner, created })),
  })
