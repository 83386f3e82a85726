/** Units between two processes on loopback, over real disks, beside a plain libp2p stream. */
import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openBlocks } from '#blocks'
import { openDisk, openWire, silentLog, systemClock } from '#host'
import { headRules, openFlow } from '#network'
import { midOfMark, readHead, TestHeads } from '../src/network/flow-party.contract.js'
import { type Figure, figure, median } from './figure.js'
import type { FromChild, ToChild } from './network-child.js'
import { receiveRate } from './network-raw.js'

const nowMillis = (): number => performance.timeOrigin + performance.now()

/** Starts the other process. */
const startChild = (): ChildProcess =>
  fork(fileURLToPath(new URL('network-child.js', import.meta.url)))

/** The next message of a kind. @throws where the process ends before */
function heard<Type extends FromChild['type']>(
  child: ChildProcess,
  type: Type,
): Promise<Extract<FromChild, { type: Type }>> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the other process ended with ${code}`)))
    child.on('message', (message: FromChild) => {
      if (message.type === type) resolve(message as Extract<FromChild, { type: Type }>)
    })
  })
}

const tell = (child: ChildProcess, message: ToChild): void => void child.send(message)

async function rawRate(bytes: number): Promise<number> {
  const child = startChild()
  const here = heard(child, 'here')
  tell(child, { type: 'raw', bytes })
  const { address } = await here
  try {
    return await receiveRate(address)
  } finally {
    tell(child, { type: 'end' })
  }
}

/** A node of this process: empty, over a disk of its own. */
async function openNode(home: string) {
  const disk = await openDisk({ home })
  const heads = new TestHeads()
  const log = silentLog()
  const wire = await openWire({
    seed: randomBytes(32),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    mdns: false,
    records: { leither: headRules(readHead) },
    log,
  })
  const blocks = openBlocks({ disk })
  const clock = systemClock()
  const flow = await openFlow({ wire, blocks, disk, clock, log, heads, allows: () => false })
  const close = async (): Promise<void> => {
    await flow.close()
    await wire.close()
    await disk.close()
  }
  return { flow, close }
}

/** @returns MB per second of one sync, and milliseconds from publish to live update */
async function nodeRates(bytes: number, updates: number) {
  const home = await mkdtemp(join(tmpdir(), 'leither-bench-network-'))
  const child = startChild()
  const mid = midOfMark('bench')
  try {
    const here = heard(child, 'here')
    tell(child, { type: 'provide', home: join(home, 'far'), bytes })
    const { address } = await here
    const { flow, close } = await openNode(join(home, 'near'))
    const start = performance.now()
    const result = await flow.sync(mid, { from: address })
    const rate = result.bytes / 1e6 / ((performance.now() - start) / 1000)
    await flow.provide(mid)
    const millis: number[] = []
    for (let i = 0; i < updates; i++) {
      const taken = new Promise<number>((resolve) => {
        const stop = flow.onUpdate(() => {
          stop()
          resolve(nowMillis())
        })
      })
      const updated = heard(child, 'updated')
      tell(child, { type: 'update' })
      millis.push((await taken) - (await updated).at)
    }
    await close()
    return { rate, millis }
  } finally {
    tell(child, { type: 'end' })
    await rm(home, { recursive: true, force: true })
  }
}

/** @param quick an eighth of the data, one round, fewer updates */
export async function networkFigures(quick = false): Promise<Figure[]> {
  const bytes = (quick ? 128 : 1024) * 1024 * 1024
  const rounds = quick ? 1 : 3
  // In turns, for the machine may be busy with other things in between.
  const raw = [await rawRate(bytes)]
  const rates: number[] = []
  const millis: number[] = []
  for (let round = 0; round < rounds; round++) {
    const measured = await nodeRates(bytes, quick ? 7 : 9)
    rates.push(measured.rate)
    millis.push(...measured.millis)
    raw.push(await rawRate(bytes))
  }
  return [
    figure('sync-1gb', median(rates), 'MB/s', median(raw)),
    figure('publish-update', median(millis), 'ms', 200),
  ]
}
