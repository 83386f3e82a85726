import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

export const userAdd =
  ({ accounts }: Pick<Parts, 'accounts'>): Handler<'user.add'> =>
  async ({ name, password, owner }) => {
    const account = await accounts.add(name, password, owner)
    return { id: account.id, name: account.name, owner: account.owner }
  }
