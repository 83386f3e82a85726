import { spawn } from 'node:child_process'
import { command } from '../../command.js'
import { unitOf } from '../../parse.js'

const openers: Readonly<Record<string, string>> = { darwin: 'open', win32: 'explorer' }

/** Shows an address in the person's browser, where there is one. */
function openBrowser(address: string): void {
  const opener = openers[process.platform] ?? 'xdg-open'
  const child = spawn(opener, [address], { stdio: 'ignore', detached: true })
  // Without a browser the printed address is all there is.
  child.on('error', () => undefined)
  child.unref()
}

export const open = command({
  name: 'app open',
  describe: 'Prints the web address of an app, and opens it in the browser.',
  args: ['MID[:VERSION]'],
  examples: ['leither app open MID', 'leither app open MID:3 --no-browser'],
  options: { 'no-browser': { type: 'boolean', describe: 'print the address only' } },
  async run({ args, options, json, connect, answer }) {
    const { mid, version } = unitOf(args[0])
    const client = await connect()
    const about = await client.app.about({ app: mid })
    const suffix = version === undefined ? '' : /^\d/.test(version) ? `-v${version}` : `-${version}`
    const address = about.address.replace(/^(https?:\/\/[^.]+)/, `$1${suffix}`)
    answer({ json: { mid, title: about.title, address }, text: address })
    if (!json && options['no-browser'] !== true) openBrowser(address)
  },
})
