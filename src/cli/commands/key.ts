import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { toHex } from '#base'
import { command } from '../command.js'
import { FileUnusable, UsageError } from '../errors.js'

export const key = command({
  name: 'key',
  describe: 'Makes a key file, or shows whose key a file holds.',
  args: [],
  examples: ['leither key --out me.key', 'leither key --show me.key'],
  options: {
    out: { type: 'string', short: 'o', value: 'FILE', describe: 'key file to make' },
    show: { type: 'string', value: 'FILE', describe: 'key file to look at' },
  },
  async run({ options, answer }) {
    const { keyText, readKey, writeSecret } = await import('../home.js')
    const { out, show } = options
    if ((out === undefined) === (show === undefined)) {
      throw new UsageError('name one file: --out FILE makes a key, --show FILE looks at one')
    }
    const say = (id: string, publicKey: Uint8Array, file: string): void =>
      answer({ json: { id, publicKey: toHex(publicKey), file: resolve(file) }, text: id })
    if (show !== undefined) {
      const { id, publicKey } = readKey(show)
      say(id, publicKey, show)
      return
    }
    const file = out ?? ''
    if (existsSync(file)) throw new FileUnusable(file, new Error('it is there already'))
    const { makeKey } = await import('#identity')
    const { systemRandom } = await import('#host')
    const made = makeKey(systemRandom())
    writeSecret(file, keyText(made))
    say(made.id, made.publicKey, file)
  },
})
