/** A node and its server in this process, on a real disk, without a network. */
import { createNode } from '#node'
import { openDisk, silentLog, systemClock, systemRandom } from '#host'
import { makeKey } from '#identity'
import { openServer } from '#server'

export interface BenchNode {
  /** such as `http://127.0.0.1:40123/` */
  readonly address: string
  /** Puts a file into a new open unit and backs it up. */
  addPublicFile(name: string, content: Uint8Array): Promise<{ mid: string; cid: string }>
  close(): Promise<void>
}

/** @param home an empty folder, or one that does not exist yet */
export async function openBenchNode(home: string): Promise<BenchNode> {
  const clock = systemClock()
  const random = systemRandom()
  const log = silentLog()
  const disk = await openDisk({ home })
  const node = await createNode(
    {
      key: makeKey(random),
      name: 'bench',
      version: '0.0.0',
      address: 'http://localhost:0',
      claimCode: 'bench',
      network: false,
      memoryBytes: () => process.memoryUsage.rss(),
    },
    { clock, random, disk, log, wire: undefined },
  )
  const server = await openServer({
    node,
    port: 0,
    host: '127.0.0.1',
    names: [],
    clock,
    random,
    log,
  })
  node.setAddress(server.address)
  const local = { sid: undefined, address: '127.0.0.1', local: true, origin: undefined }
  const { sid } = await node.call(
    'user.claim',
    { name: 'bench', password: 'bench bench' },
    { caller: local },
  )
  const context = { caller: { ...local, sid } }

  return {
    address: `http://127.0.0.1:${server.port}/`,
    async addPublicFile(name, content) {
      const { mid } = await node.call('mimei.create', { mark: name, kind: 'file' }, context)
      const whole = (async function* () {
        yield content
      })()
      const { cid } = await node.writeUnitPath(context, mid, name, whole)
      await node.call('mimei.backup', { mid }, context)
      if (cid === null) throw new Error(`${name} has no content`)
      return { mid, cid }
    },
    async close() {
      await server.close()
      await node.close()
      await disk.close()
    },
  }
}
