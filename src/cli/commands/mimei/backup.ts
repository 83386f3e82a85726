import { command } from '../../command.js'
import { unitOf } from '../../parse.js'
import { patient } from '../../progress.js'

export const backup = command({
  name: 'mimei backup',
  describe: 'Makes the next version of a unit from its working copy.',
  args: ['MID'],
  examples: ['leither mimei backup MID -m "summer pictures"'],
  options: {
    memo: { type: 'string', short: 'm', describe: 'what changed, in a few words' },
    tag: { type: 'string', multiple: true, value: 'NAME=VALUE', describe: 'a tag of the version' },
  },
  async run({ args, options, connect, answer, terminal }) {
    const { mid } = unitOf(args[0])
    const client = await connect()
    const tags = Object.fromEntries(
      (options.tag ?? []).map((tag) => {
        const [name, ...value] = tag.split('=')
        return [name, value.join('=')]
      }),
    )
    const made = await patient(terminal, 'backup', (how) =>
      client.mimei.backup({ mid, memo: options.memo ?? '', tags }, how),
    )
    answer({ json: made, text: `version ${made.version}` })
  },
})
