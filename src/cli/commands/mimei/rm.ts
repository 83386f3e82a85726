import { command } from '../../command.js'
import { unitOf } from '../../parse.js'

export const rm = command({
  name: 'mimei rm',
  describe: 'Removes a file or folder from the working copy; kept versions stay as they are.',
  args: ['MID', 'PATH'],
  examples: ['leither mimei rm MID draft.md', 'leither mimei rm MID photos --recursive'],
  options: { recursive: { type: 'boolean', short: 'r', describe: 'a folder with all in it' } },
  async run({ args, options, connect, answer }) {
    const { mid } = unitOf(args[0])
    const client = await connect()
    const recursive = options.recursive === true
    await client.files.remove({ mid, path: args[1], recursive })
    answer({ json: { mid, path: args[1] }, text: '' })
  },
})
