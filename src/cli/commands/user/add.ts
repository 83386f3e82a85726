import { command } from '../../command.js'
import { newPassword } from '../../password.js'

export const add = command({
  name: 'user add',
  describe: 'Adds a user; the password is asked for, or in $LEITHER_NEW_PASSWORD.',
  args: ['NAME'],
  examples: ['leither user add ada', 'leither user add ada --owner'],
  options: { owner: { type: 'boolean', describe: 'they own the node, too' } },
  async run({ args, options, connect, answer, terminal }) {
    const client = await connect()
    const [name] = args
    const password = await newPassword(terminal, name)
    const { claimed } = await client.node.id()
    if (!claimed) {
      // The first user owns the node: there is nobody else who could.
      const { user: id } = await client.user.claim({ name, password })
      answer({ json: { id, name, owner: true }, text: `${id} ${name}, owner` })
      return
    }
    const owner = options.owner === true
    const made = await client.user.add({ name, password, owner })
    answer({ json: made, text: `${made.id} ${made.name}` })
  },
})
