import { command } from '../../command.js'
import { UsageError } from '../../errors.js'
import { rightOf } from './right.js'

export const create = command({
  name: 'mimei create',
  describe: 'Makes a unit and prints its mid; the same mark, ext, app and kind are the same unit.',
  args: ['[MARK]'],
  examples: ['leither mimei create photos', 'leither mimei create notes --kind database --private'],
  options: {
    mark: {
      type: 'string',
      value: 'MARK',
      describe: 'its name, as an option; a fresh one if none',
    },
    kind: { type: 'string', value: 'KIND', describe: 'file (the default) or database' },
    ext: { type: 'string', describe: 'what sort of content it holds, such as app' },
    app: { type: 'string', describe: 'id of the app that it belongs to' },
    right: { type: 'string', value: 'HEX', describe: 'right word, such as 07276704' },
    public: { type: 'boolean', describe: 'everyone reads its versions; the default' },
    private: { type: 'boolean', describe: 'only its owner reads it' },
  },
  async run({ args, options, connect, answer }) {
    const { kind = 'file', ext = '', app = '' } = options
    if (kind !== 'file' && kind !== 'database') {
      throw new UsageError(`a unit is a file or a database unit, not "${kind}"`)
    }
    const mark = args[0] ?? options.mark ?? '{{auto}}'
    const right = rightOf(options)
    const client = await connect()
    const made = await client.mimei.create({
      mark,
      kind,
      ext,
      app,
      ...(right === undefined ? {} : { right }),
    })
    answer({ json: { ...made, mark }, text: made.mid })
  },
})
