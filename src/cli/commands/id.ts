import { command } from '../command.js'

export const id = command({
  name: 'id',
  describe: 'Prints the id of the node; it works while the node is stopped, too.',
  args: [],
  examples: ['leither id', 'leither id --node http://192.168.1.5:4800'],
  options: {},
  async run({ home, options, connect, answer }) {
    const remote = options.node !== undefined
    if (remote) {
      const client = await connect()
      const about = await client.node.id()
      answer({ json: about, text: about.id })
      return
    }
    const { nodeKey } = await import('../home.js')
    const { id: own } = nodeKey(home)
    answer({ json: { id: own, home }, text: own })
  },
})
