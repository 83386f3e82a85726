/** kill -9 at any moment, a hundred times: nothing acknowledged is missing. */
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type Client, connect } from '../../dist/client/index.js'
import { freshFolder, type NodeProcess, startNode } from './leither.js'

const rounds = 100
const claim = { name: 'ann', password: 'correct horse' }

interface Acknowledged {
  /** numbers below this were set one by one */
  singles: number
  /** batches of ten below this */
  batches: number
  /** files below this */
  files: number
  /** newest version whose backup was answered */
  version: number
}

const open = (node: NodeProcess): Promise<Client> =>
  connect({ address: node.address, WebSocket: WebSocket as never })

const batchKey = (batch: number, item: number): string => `batch:${batch}:${item}`
const contentOf = (file: number): string => `file ${file} `.repeat(1 + (file % 500))

/** Writes until the connection breaks, noting only what was answered. */
async function write(client: Client, db: string, files: string, done: Acknowledged): Promise<void> {
  const singles = async () => {
    for (;;) {
      await client.db(db).set({ key: `single:${done.singles}`, value: done.singles })
      done.singles++
    }
  }
  const batches = async () => {
    for (;;) {
      const batch = done.batches
      const pairs = Array.from({ length: 10 }, (_, i) => ({ key: batchKey(batch, i), value: i }))
      await client.db(db).mset({ pairs })
      done.batches++
    }
  }
  const uploads = async () => {
    for (;;) {
      await client.files(files).upload(`f/${done.files}.txt`, contentOf(done.files))
      done.files++
    }
  }
  const backups = async () => {
    for (;;) {
      done.version = (await client.call('mimei.backup', { mid: db })).version
      await client.call('mimei.backup', { mid: files })
    }
  }
  const workers = [singles(), batches(), uploads(), backups()]
  await Promise.all(workers.map((worker) => worker.catch(() => undefined)))
}

async function lost(client: Client, db: string, files: string, done: Acknowledged) {
  const missing: string[] = []
  const keys = Array.from({ length: done.singles }, (_, i) => `single:${i}`)
  for (let at = 0; at < keys.length; at += 5000) {
    const { values } = await client.db(db).mget({ keys: keys.slice(at, at + 5000) })
    values.forEach((value, i) => value !== at + i && missing.push(`single:${at + i}`))
  }
  // The batch that was being written when the node died is there as a whole or not at all.
  for (let batch = Math.max(0, done.batches - 50); batch <= done.batches; batch++) {
    const batchKeys = Array.from({ length: 10 }, (_, i) => batchKey(batch, i))
    const { values } = await client.db(db).mget({ keys: batchKeys })
    const there = values.filter((value) => value !== null).length
    if (there !== 10 && (batch < done.batches || there !== 0)) missing.push(`batch:${batch}`)
  }
  for (let file = Math.max(0, done.files - 20); file < done.files; file++) {
    const answer = await client.files(files).download(`f/${file}.txt`)
    if ((await answer.text()) !== contentOf(file)) missing.push(`f/${file}.txt`)
  }
  const { version } = await client.call('mimei.show', { mid: db })
  if (version < done.version) missing.push(`version ${done.version}`)
  return missing
}

it(`loses nothing that it acknowledged in ${rounds} kills`, async () => {
  const home = freshFolder()
  const done: Acknowledged = { singles: 0, batches: 0, files: 0, version: 0 }
  let units: { db: string; files: string } | undefined
  for (let round = 0; round < rounds; round++) {
    const node = await startNode(['--no-network'], home)
    const client = await open(node)
    if (round === 0) await client.call('user.claim', claim)
    else await client.login(claim.name, claim.password)
    units ??= {
      db: (await client.call('mimei.create', { mark: 'db', kind: 'database' })).mid,
      files: (await client.call('mimei.create', { mark: 'files', kind: 'file' })).mid,
    }
    expect(await lost(client, units.db, units.files, done)).toEqual([])
    // What was sent but not answered may be there or not: number on from where it certainly is.
    const writing = write(client, units.db, units.files, done)
    await wait(20 + ((round * 37) % 260))
    await node.kill()
    await writing
    client.close()
  }
  const node = await startNode(['--no-network'], home)
  const doctor = await node.ask<{ corrupt: string[]; problems: unknown[] }>(['doctor'])
  expect(doctor).toMatchObject({ corrupt: [], problems: [] })
  expect(await node.stop()).toBe(0)
  expect(done.singles).toBeGreaterThan(rounds)
  expect(done.version).toBeGreaterThan(0)
  process.stdout.write(`  ${rounds} kills; acknowledged ${JSON.stringify(done)}; lost 0\n`)
})
