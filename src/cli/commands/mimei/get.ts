import { command } from '../../command.js'
import { UsageError } from '../../errors.js'
import { unitOf } from '../../parse.js'
import { versionToRead } from '../../unit-version.js'

export const get = command({
  name: 'mimei get',
  describe: 'Downloads a file, to the terminal or to -o; or a folder, or the whole unit, to -o.',
  args: ['MID[:VERSION]', '[PATH]'],
  examples: [
    'leither mimei get MID:last photo.jpg -o photo.jpg',
    'leither mimei get MID:7 -o ./site',
  ],
  options: {
    out: { type: 'string', short: 'o', value: 'OUT', describe: 'file or folder to write' },
  },
  async run({ args, options, json, connect, answer, terminal }) {
    const { mid, version: named } = unitOf(args[0])
    const path = args[1] ?? ''
    const { out } = options
    if (out === undefined && json) throw new UsageError('--json needs -o OUT for the content')
    const { downloadAll, downloadTo } = await import('../../transfer/download.js')
    const client = await connect()
    const from = { mid, version: await versionToRead(client, mid, named) }
    const entry = await client.files.stat({ ...from, path })
    if (out === undefined) {
      if (entry.type === 'directory') throw new UsageError('a folder needs -o FOLDER to go to')
      await downloadTo(client, from, path, terminal.stdout)
      return
    }
    const bar = terminal.bar('get', 'bytes')
    const show = (done: number, total: number): void => bar.show(done, total)
    const { count, bytes } = await downloadAll(client, from, entry, out, show).finally(() =>
      bar.end(),
    )
    const cid = entry.cid?.toString()
    answer({
      json: { mid, path, out, files: count, bytes, ...(cid === undefined ? {} : { cid }) },
      text: `wrote ${count} file${count === 1 ? '' : 's'}, ${bytes} bytes, to ${out}`,
    })
  },
})
