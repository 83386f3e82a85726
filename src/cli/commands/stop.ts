import { command } from '../command.js'

const patienceMillis = 15_000
const lookMillis = 50

const wait = (millis: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, millis)
  })

export const stop = command({
  name: 'stop',
  describe: 'Stops the node and waits until it has ended.',
  args: [],
  examples: ['leither stop'],
  options: {},
  async run({ home, options, connect, answer }) {
    const { isAlive, readNote } = await import('../home.js')
    const remote = options.node !== undefined
    const pid = remote ? undefined : readNote(home)?.pid
    const client = await connect()
    await client.node.stop()
    client.close()
    const began = performance.now()
    while (pid !== undefined && isAlive(pid) && performance.now() - began < patienceMillis) {
      await wait(lookMillis)
    }
    const stopped = pid === undefined || !isAlive(pid)
    answer({
      json: { stopped, ...(pid === undefined ? {} : { pid }) },
      text: stopped ? 'stopped' : 'the node is still ending; wait a little',
    })
  },
})
