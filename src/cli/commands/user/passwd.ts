import { command } from '../../command.js'
import { newPassword, oldPassword } from '../../password.js'

export const passwd = command({
  name: 'user passwd',
  describe: 'Changes a password: $LEITHER_PASSWORD to $LEITHER_NEW_PASSWORD, or as asked.',
  args: ['NAME'],
  examples: ['leither user passwd ada'],
  options: {},
  async run({ args, connect, answer, terminal }) {
    const [name] = args
    const client = await connect()
    const password = await oldPassword(terminal, name)
    const changed = await newPassword(terminal, name)
    await client.user.passwd({ name, password, newPassword: changed })
    answer({ json: { name }, text: 'changed' })
  },
})
