import { command } from '../../command.js'
import { unitOf } from '../../parse.js'
import { lines, readableRight, readableTime, versionHeading, versionRow } from '../../show.js'
import { readableBytes, table } from '../../terminal.js'

export const show = command({
  name: 'mimei show',
  describe: 'Tells all about a unit.',
  args: ['MID'],
  examples: ['leither mimei show MID --json'],
  options: {},
  async run({ args, connect, answer }) {
    const { mid } = unitOf(args[0])
    const client = await connect()
    const unit = await client.mimei.show({ mid })
    const text = lines([
      ['mid', unit.mid],
      ['kind', unit.kind],
      ['mark', unit.mark],
      ['ext', unit.ext],
      ['app', unit.app],
      ['author', unit.author],
      ['created', readableTime(unit.created)],
      ['right', readableRight(unit.right)],
      ['last', unit.version],
      ['release', unit.release],
      ['cid', unit.cid],
      ['root', unit.root],
      ['size', readableBytes(unit.size)],
      ['working copy', `${unit.changed ? 'changed since' : 'same as'} version ${unit.base}`],
      ['published', unit.published ? `yes, head ${unit.seq}` : 'no'],
      ['providing', unit.providing ? 'yes' : undefined],
    ])
    const rows = unit.versions.map(versionRow)
    const versions = rows.length === 0 ? '' : `\n\n${table([versionHeading, ...rows])}`
    answer({ json: unit, text: text + versions })
  },
})
