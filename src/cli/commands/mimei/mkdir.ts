import { command } from '../../command.js'
import { unitOf } from '../../parse.js'

export const mkdir = command({
  name: 'mimei mkdir',
  describe: 'Makes a folder, and those above it, in a file unit.',
  args: ['MID', 'PATH'],
  examples: ['leither mimei mkdir MID photos/2031'],
  options: {},
  async run({ args, connect, answer }) {
    const { mid } = unitOf(args[0])
    const client = await connect()
    await client.files.mkdir({ mid, path: args[1] })
    answer({ json: { mid, path: args[1] }, text: '' })
  },
})
