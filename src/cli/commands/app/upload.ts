import { basename, resolve } from 'node:path'
import type { Client } from '#client'
import { command } from '../../command.js'
import type { Terminal } from '../../terminal.js'

export interface Uploading {
  readonly dir: string
  readonly mid: string
  readonly release: boolean
}

/** One upload: what changed goes up, what is gone goes away, and a version is made. */
async function uploadOnce(client: Client, { dir, mid, release }: Uploading, terminal: Terminal) {
  const { mirror } = await import('../../transfer/mirror.js')
  const bar = terminal.bar('upload', 'bytes')
  const show = (done: number, total: number): void => bar.show(done, total)
  const changes = await mirror(client, mid, dir, show).finally(() => bar.end())
  const made = await client.mimei.backup({ mid, memo: 'app upload' }, { timeout: 0 })
  if (release) await client.mimei.release({ mid, version: made.version })
  return { ...made, ...changes }
}

export const upload = command({
  name: 'app upload',
  describe: 'Makes an app of a folder with an index.html, or its next version.',
  args: ['DIR'],
  examples: ['leither app upload examples/notes', 'leither app upload ./dist --name chess --watch'],
  options: {
    name: { type: 'string', describe: 'name of the app; that of the folder if none' },
    release: { type: 'boolean', describe: 'also name the new version the release' },
    watch: { type: 'boolean', describe: 'stay, and upload again at every change' },
  },
  async run({ args, options, connect, answer, terminal }) {
    const dir = resolve(args[0])
    const { demandApp, onChange } = await import('../../transfer/mirror.js')
    await demandApp(dir)
    const mark = options.name ?? basename(dir)
    const client = await connect()
    const { mid } = await client.mimei.create({ mark, kind: 'file', ext: 'app' })
    const task = { dir, mid, release: options.release === true }
    const first = await uploadOnce(client, task, terminal)
    const { address } = await client.app.about({ app: mid })
    const { version, cid, root } = first
    answer({
      json: { mid, version, cid, root, address, uploaded: first.uploaded, removed: first.removed },
      text: `${mid}\nversion ${version} at ${address}`,
    })
    if (options.watch !== true) return
    terminal.note(`watching ${dir}; Ctrl-C ends it`)
    let current = client
    await onChange(dir, async () => {
      const next = await uploadOnce(current, task, terminal).catch(async (error: unknown) => {
        if ((error as { code?: unknown }).code !== 'SESSION_EXPIRED') throw error
        // An hour of quiet, or the node began anew.
        current = await connect()
        return uploadOnce(current, task, terminal)
      })
      terminal.note(`version ${next.version}: ${next.uploaded} uploaded, ${next.removed} removed`)
    })
  },
})
