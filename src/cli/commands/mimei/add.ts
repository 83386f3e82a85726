import { command } from '../../command.js'
import { unitOf } from '../../parse.js'

export const add = command({
  name: 'mimei add',
  describe: 'Uploads files, and the content of folders, into the working copy of a file unit.',
  args: ['MID', 'PATH...'],
  examples: ['leither mimei add MID photo.jpg', 'leither mimei add MID ./site --to docs'],
  options: {
    to: { type: 'string', value: 'DIR', describe: 'folder inside the unit to put them in' },
  },
  async run({ args, options, connect, answer, terminal }) {
    const [unit, ...paths] = args
    const { mid } = unitOf(unit)
    const { findFiles } = await import('../../transfer/find.js')
    const { uploadAll } = await import('../../transfer/upload.js')
    const { files, skipped } = await findFiles(paths, options.to ?? '')
    for (const path of skipped) terminal.note(`skipped ${path}: neither a file nor a folder`)
    const client = await connect()
    const bar = terminal.bar('add', 'bytes')
    const done = await uploadAll(client, mid, files, (sent, total) =>
      bar.show(sent, total),
    ).finally(() => bar.end())
    const { count, bytes, cid } = done
    answer({
      json: { mid, files: count, bytes, skipped, ...(cid === undefined ? {} : { cid }) },
      text: `added ${count} file${count === 1 ? '' : 's'}, ${bytes} bytes`,
    })
  },
})
