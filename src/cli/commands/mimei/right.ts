import { command } from '../../command.js'
import { UsageError } from '../../errors.js'
import { unitOf } from '../../parse.js'
import { readableRight } from '../../show.js'

const privateWord = 0x07276700
const publicWord = 0x07276704

/** The right word that the options name; undefined where they name none. @throws UsageError */
export function rightOf(options: {
  readonly right?: string
  readonly public?: boolean
  readonly private?: boolean
}): number | undefined {
  const { right } = options
  const named = [right !== undefined, options.public === true, options.private === true]
  if (named.filter(Boolean).length > 1) {
    throw new UsageError('--right, --public and --private exclude each other')
  }
  if (options.public === true) return publicWord
  if (options.private === true) return privateWord
  if (right === undefined) return undefined
  if (!/^[0-7]?[0-9a-f]{1,7}$/i.test(right)) {
    throw new UsageError(`"${right}" is no right word; it is up to 8 hex digits, such as 07276704`)
  }
  return Number.parseInt(right, 16)
}

export const right = command({
  name: 'mimei right',
  describe: 'Shows or sets who may read and write a unit.',
  args: ['MID'],
  examples: ['leither mimei right MID --public', 'leither mimei right MID --right 07276707'],
  options: {
    right: {
      type: 'string',
      value: 'HEX',
      describe:
        'right word; its last digit adds 4 read versions, 1 read and 2 write the working copy',
    },
    public: { type: 'boolean', describe: 'everyone reads its versions' },
    private: { type: 'boolean', describe: 'only its owner and named keys reach it' },
  },
  async run({ args, options, connect, answer }) {
    const { mid } = unitOf(args[0])
    const word = rightOf(options)
    const client = await connect()
    const now =
      word === undefined
        ? await client.mimei.show({ mid })
        : await client.mimei.right({ mid, right: word })
    const { right: set, entries } = now
    answer({ json: { mid, right: set, entries }, text: readableRight(set) })
  },
})
