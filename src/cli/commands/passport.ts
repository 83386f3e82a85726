import { isId } from '#base'
import { command } from '../command.js'
import { UsageError } from '../errors.js'
import { wholeNumber } from '../parse.js'
import { lines, readableTime } from '../show.js'

const defaultMinutes = 1440
const mostMinutes = 10_080

export const passport = command({
  name: 'passport',
  describe: 'Signs a passport: with it somebody signs in, or a node fetches closed units.',
  args: [],
  examples: [
    'leither passport --minutes 60 --node h3PPmr6HVHrmaV_WAbnEP6t3x87',
    'leither passport --for-node h3PPmr6HVHrmaV_WAbnEP6t3x87 --unit MID',
  ],
  options: {
    minutes: { type: 'string', value: 'N', describe: `how long it is valid (${defaultMinutes})` },
    node: { type: 'string', value: 'ID', describe: 'the only node that takes it' },
    'for-node': {
      type: 'string',
      value: 'ID',
      describe: 'node that may fetch units with it; without, it signs its bearer in',
    },
    unit: {
      type: 'string',
      multiple: true,
      value: 'MID',
      describe: 'unit that the node may fetch; all of yours if none',
    },
  },
  async run({ home, options, connect, answer }) {
    const minutes = wholeNumber('--minutes', options.minutes ?? `${defaultMinutes}`, {
      min: 1,
      max: mostMinutes,
    })
    const bearer = options['for-node'] ?? null
    const units = options.unit ?? []
    if (units.length > 0 && bearer === null) {
      throw new UsageError('--unit goes with --for-node: it says what that node may fetch')
    }
    const certFor = bearer === null ? 'self' : 'sync'
    const node = options.node ?? null
    for (const id of [bearer, node, ...units]) {
      if (id !== null && !isId(id)) throw new UsageError(`"${id}" is no id; it has 27 characters`)
    }
    if (options.user !== undefined) {
      const client = await connect()
      const signed = await client.passport.sign({
        minutes,
        certFor,
        units: [...units],
        ...(node === null ? {} : { node }),
        ...(bearer === null ? {} : { bearer }),
      })
      answer({ json: signed, text: signed.passport })
      return
    }
    const { nodeKey, readKey } = await import('../home.js')
    const { signPassport } = await import('#identity')
    const signer = options.key === undefined ? nodeKey(home) : readKey(options.key)
    const now = Date.now()
    const expires = now + minutes * 60_000
    type Id = typeof signer.id
    const words = { certFor, node: node as Id, bearer: bearer as Id, units, signed: now, expires }
    const text = signPassport(signer, words as Parameters<typeof signPassport>[1])
    answer({ json: { passport: text, signer: signer.id, expires }, text })
  },
})

export const verify = command({
  name: 'passport verify',
  describe: 'Checks a passport and says what it allows.',
  args: ['TEXT'],
  examples: ['leither passport verify TEXT'],
  options: {},
  async run({ args, answer }) {
    const { PassportExpired, readPassport } = await import('#identity')
    const read = readPassport(args[0])
    if (read.expires <= Date.now()) throw new PassportExpired(read.expires)
    const { signer, certFor, node, bearer, units, signed, expires } = read
    const text = lines([
      ['signer', signer],
      ['for', certFor === 'self' ? 'signing in' : 'fetching units'],
      ['node', node ?? 'any'],
      ['bearer', bearer],
      ['units', units.join(' ')],
      ['valid until', readableTime(expires)],
    ])
    answer({
      json: { valid: true, id: signer, certFor, node, bearer, units, signed, expires },
      text,
    })
  },
})
