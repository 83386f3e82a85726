import { command } from '../../command.js'
import { readableTime } from '../../show.js'
import { table } from '../../terminal.js'

export const list = command({
  name: 'user list',
  describe: 'Lists the users of the node.',
  args: [],
  examples: ['leither user list'],
  options: {},
  async run({ connect, answer }) {
    const client = await connect()
    const found = await client.user.list()
    const rows = found.users.map(({ id, name, owner, created }) => [
      id,
      name,
      owner ? 'owner' : '',
      readableTime(created),
    ])
    const text = rows.length === 0 ? 'nobody yet; leither user add makes the owner' : table(rows)
    answer({ json: found, text })
  },
})
