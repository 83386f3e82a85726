import { command } from '../../command.js'
import { unitOf, versionArgument } from '../../parse.js'

export const restore = command({
  name: 'mimei restore',
  describe: 'Makes a version the base of the working copy; changes not backed up are given up.',
  args: ['MID[:VERSION]', '[VERSION]'],
  examples: ['leither mimei restore MID:3', 'leither mimei restore MID last'],
  options: {},
  async run({ args, connect, answer }) {
    const unit = unitOf(args[0])
    const version = versionArgument(unit.version, args[1])
    const client = await connect()
    const made = await client.mimei.restore({ mid: unit.mid, version })
    answer({ json: made, text: `the working copy is version ${made.version} again` })
  },
})
