import { command } from '../../command.js'
import { unitOf } from '../../parse.js'
import { readableTime } from '../../show.js'
import { table } from '../../terminal.js'
import { versionToRead } from '../../unit-version.js'

export const ls = command({
  name: 'mimei ls',
  describe: 'Lists a folder of a file unit.',
  args: ['MID[:VERSION]', '[PATH]'],
  examples: ['leither mimei ls MID', 'leither mimei ls MID:3 docs --recursive'],
  options: { recursive: { type: 'boolean', short: 'r', describe: 'all files below, too' } },
  async run({ args, options, connect, answer }) {
    const { mid, version: named } = unitOf(args[0])
    const path = (args[1] ?? '').replace(/^\/+|\/+$/g, '')
    const { list, walk } = await import('../../transfer/download.js')
    const client = await connect()
    const version = await versionToRead(client, mid, named)
    const from = { mid, version }
    const entries = []
    const listing = options.recursive === true ? walk(client, from, path) : list(client, from, path)
    for await (const entry of listing) entries.push(entry)
    const rows = entries.map((entry) => [
      entry.type === 'directory' ? '-' : `${entry.size}`,
      entry.modified === null ? '-' : readableTime(entry.modified),
      (options.recursive === true ? entry.path : entry.name) +
        (entry.type === 'directory' ? '/' : ''),
    ])
    answer({ json: { mid, version, path, entries }, text: table(rows) })
  },
})
