/** Streaming a large file over HTTP: the gateway beside a plain file server in the same process. */
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { randomBytes } from 'node:crypto'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Figure, figure, median } from './figure.js'
import { openBenchNode } from './bench-node.js'

const rounds = 7

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

async function megabytesPerSecond(address: string, expected: number): Promise<number> {
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
    for (let round = 0; round <= rounds; round++) {
      const theirRate = await megabytesPerSecond(theirs, size)
      const ourRate = await megabytesPerSecond(ours, size)
      if (round === 0) continue
      rates.theirs.push(theirRate)
      rates.ours.push(ourRate)
    }
    return [figure('ipfs-stream', median(rates.ours), 'MB/s', median(rates.theirs))]
  } finally {
    plain.close()
    await node.close()
    await rm(folder, { recursive: true, force: true })
  }
}
