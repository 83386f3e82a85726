/** What the tests of the server share: a real node behind a real server on a free port. */
import { type IncomingHttpHeaders, request } from 'node:http'
import { type CallContext, createNode, type RunningNode } from '#node'
import { makeKey } from '#identity'
import { memoryDisk, memoryLog, type Clock } from '#world'
import { systemClock, systemRandom } from '#host'
import { openServer, type Server, type ServerOptions } from './open.js'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly text: string
}

export interface Ask {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | number>>
  readonly body?: string | Uint8Array
}

export interface Served {
  readonly node: RunningNode
  readonly server: Server
  readonly log: ReturnType<typeof memoryLog>
  /** the owner's session */
  readonly sid: string
  readonly owner: CallContext
  /** One HTTP request, its path sent exactly as given. */
  ask(path: string, options?: Ask): Promise<Answer>
  /** A file unit with these files, backed up; its mid. */
  unit(files: Readonly<Record<string, string | Uint8Array>>, mark?: string): Promise<string>
  [Symbol.asyncDispose](): Promise<void>
}

const local = { sid: undefined, address: '127.0.0.1', local: true, origin: undefined }

export async function serve(more: Partial<ServerOptions> = {}, clock?: Clock): Promise<Served> {
  const random = systemRandom()
  const log = memoryLog()
  const time = clock ?? systemClock()
  const disk = memoryDisk()
  const node = await createNode(
    { key: makeKey(random), name: 'test', version: '9.9.9', address: '', network: false },
    { disk, clock: time, random, log, wire: undefined },
  )
  const server = await openServer({
    node,
    port: 0,
    host: '127.0.0.1',
    clock: time,
    random,
    log,
    ...more,
  })
  node.setAddress(server.address)
  const claim = { name: 'ada', password: 'correct horse' }
  const { sid } = await node.call('user.claim', claim, { caller: local })
  const owner = { caller: { ...local, sid } }
  const { port } = server

  const ask: Served['ask'] = (path, { method = 'GET', headers = {}, body } = {}) =>
    new Promise((resolve, reject) => {
      const settings = { host: '127.0.0.1', port, path, method, agent: false, setHost: false }
      const all = { Host: `localhost:${port}`, ...headers }
      const asked = request({ ...settings, headers: all }, (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('error', reject)
        response.on('end', () => {
          const whole = Buffer.concat(parts)
          const { statusCode: status = 0, headers: got } = response
          resolve({ status, headers: got, body: whole, text: whole.toString('utf8') })
        })
      })
      asked.on('error', reject)
      asked.end(body)
    })

  return {
    node,
    server,
    log,
    sid,
    owner,
    ask,
    async unit(files, mark = 'site') {
      const { mid } = await node.call('mimei.create', { mark, kind: 'file' }, owner)
      for (const [path, content] of Object.entries(files)) {
        const bytes = typeof content === 'string' ? Buffer.from(content) : content
        const whole = (async function* () {
          yield bytes
        })()
        await node.writeUnitPath(owner, mid, path, whole)
      }
      await node.call('mimei.backup', { mid }, owner)
      return mid
    },
    async [Symbol.asyncDispose]() {
      await server.close()
      await node.close()
      await disk.close()
    },
  }
}
