/** Streaming a large file over HTTP: the gateway beside a plain file server in the same process. */
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Figure, figure, median } from './figure.js'
import { openBenchNode } from './bench-node.js'

const rounds = 8
const order = ['theirs', 'ours'] as const

/** Reads a whole answer, discarding it. @returns bytes */
const drain = (address: string): Promise<number> =>
  new Promise((resolve, reject) => {
    get(address, (answer) => {
      let bytes = 0
      answer.on('data', (piece: Buffer) => {
        bytes += piece.length
      })
      answer.on('end', () => resolve(bytes))
      answer.on('error', reject)
    }).on('error', reject)
  })

/** Reads it all. @returns MB per second */
async function read(address: string, expected: number): Promise<number> {
  const began = performance.now()
  const bytes = await drain(address)
  if (bytes !== expected) throw new Error(`${address} gave ${bytes} bytes, not ${expected}`)
  return bytes / 1e6 / ((performance.now() - began) / 1000)
}

export async function streamFigures(quick: boolean): Promise<Figure[]> {
  const size = (quick ? 32 : 200) * 1024 * 1024
  const folder = await mkdtemp(join(tmpdir(), 'leither-bench-'))
  const content = randomBytes(size)
  const path = join(folder, 'plain.bin')
  await writeFile(path, content)
  const plain = createServer((_request, response) => {
    response.setHeader('content-length', size)
    createReadStream(path).pipe(response)
  })
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
  const node = await openBenchNode(join(folder, 'home'))
  try {
    const { cid } = await node.addPublicFile('plain.bin', content)
    const ours = `${node.address}ipfs/${cid}`
    const theirs = `http://127.0.0.1:${(plain.address() as AddressInfo).port}/`
    const rates = { ours: [] as number[], theirs: [] as number[] }
    const measure = { ours: () => read(ours, size), theirs: () => read(theirs, size) }
    for (let round = 0; round <= rounds; round++) {
      // Whoever reads first in a round meets what the other left behind: they take turns.
      for (const who of round % 2 === 0 ? order : order.toReversed()) {
        const rate = await measure[who]()
        if (round > 0) rates[who].push(rate)
      }
    }
    return [figure('ipfs-stream', median(rates.ours), 'MB/s', median(rates.theirs))]
  } finally {
    plain.close()
    await node.close()
    await rm(folder, { recursive: true, force: true })
  }
}
