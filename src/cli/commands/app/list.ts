import { command } from '../../command.js'
import { table } from '../../terminal.js'

export const list = command({
  name: 'app list',
  describe: 'Lists the apps on the node.',
  args: [],
  examples: ['leither app list --json'],
  options: {},
  async run({ connect, answer }) {
    const client = await connect()
    const found = await client.app.list()
    const rows = found.apps.map(({ mid, title, version, release, address }) => [
      mid,
      title,
      `${version}`,
      release === null ? '-' : `${release}`,
      address,
    ])
    const heading = ['mid', 'title', 'version', 'release', 'address']
    const text = rows.length === 0 ? 'no apps yet; leither app upload makes one' : ''
    answer({ json: found, text: text === '' ? table([heading, ...rows]) : text })
  },
})
