/**
 * The snapshot store over the real disk: a branch of 65,536 accounts and a day of its past, reads
 * far back, and the pages of 16.7 million accounts, loaded and hashed as they stream by.
 */
import { randomBytes, randomFillSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDisk } from '#host'
import {
  type Account,
  accountOf,
  openSnapshots,
  type Snapshots,
  storedLeaves,
  streamRoot,
  toPrefix,
  wholeTree,
} from '#ledger'
import type { Disk } from '#world'
import { RowKeys } from '../src/ledger/snapshot/keys.js'
import { groupsOf, type Leaves } from '../src/ledger/snapshot/leaves.js'
import { pageRows } from '../src/ledger/snapshot/stored.js'
import { type Figure, figure, median } from './figure.js'

const branchAccounts = 65_536
const pulsesOfDay = 86_400
const transfersOfPulse = 30
const far = 10_000n
const megabyte = 1e6
const org = new Uint8Array(20).fill(1)
const bytes = (count: number): Uint8Array => new Uint8Array(randomBytes(count))
const below = (limit: number): number => Math.floor(Math.random() * limit)

/** A disk in a folder of its own, gone afterwards. */
async function withHome<T>(work: (home: string) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'leither-bench-ledger-'))
  try {
    return await work(home)
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

async function withDisk<T>(home: string, work: (disk: Disk) => Promise<T>): Promise<T> {
  const disk = await openDisk({ home })
  try {
    return await work(disk)
  } finally {
    await disk.close()
  }
}

function newAccount(): Account {
  const publicKey = bytes(32)
  const cold = {
    blind: bytes(16),
    publicKey,
    nonce: 0n,
    held: 0n,
    bond: 0n,
    votesRoot: new Uint8Array(32),
    flags: 0,
  }
  return { id: accountOf(publicKey), amount: BigInt(below(1e9)), pulse: 1n, cold }
}

/** The accounts that a pulse of transfers changes. */
function transfers(accounts: Account[], pulse: bigint): Account[] {
  const changed = new Set<number>()
  const change = (place: number, by: bigint, debits: bigint): void => {
    const { id, amount, cold } = accounts[place]
    const after = { ...cold, blind: bytes(16), nonce: cold.nonce + debits }
    accounts[place] = { id, amount: amount + by, pulse: pulse - 1n, cold: after }
    changed.add(place)
  }
  for (let i = 0; i < transfersOfPulse; i++) {
    const [payer, payee] = [below(accounts.length), below(accounts.length)]
    const amount = BigInt(below(Number(accounts[payer].amount / 4n) + 1))
    change(payer, -amount, 1n)
    change(payee, amount, 0n)
  }
  return [...changed].map((place) => accounts[place])
}

async function note(
  disk: Disk,
  store: Snapshots,
  pulse: bigint,
  accounts: readonly Account[],
): Promise<void> {
  const rows = store.note({ pulse, accounts, stateRoot: bytes(32) })
  // What a day takes is measured, not how fast a disk confirms it.
  await disk.write(rows, { durable: false })
}

/**
 * @param pulses so many of a day; the rest is extrapolated from what these add. That says too much
 *   rather than too little: LevelDB merges what it holds the more, the more it holds.
 */
async function dayFigures(home: string, pulses: number): Promise<Figure[]> {
  const accounts = Array.from({ length: branchAccounts }, newAccount)
  const first = await withDisk(home, async (disk) => {
    await note(disk, await openSnapshots(disk, org, wholeTree), 1n, accounts)
  }).then(() => withDisk(home, async (disk) => (await disk.usage()).usedBytes))
  await withDisk(home, async (disk) => {
    const store = await openSnapshots(disk, org, wholeTree)
    for (let pulse = 2n; pulse <= BigInt(pulses); pulse++) {
      await note(disk, store, pulse, transfers(accounts, pulse))
    }
  })
  return withDisk(home, async (disk) => {
    const store = await openSnapshots(disk, org, wholeTree)
    const { pages, history, cold } = await store.usage()
    const { usedBytes } = await disk.usage()
    const day = first + ((usedBytes - first) * pulsesOfDay) / pulses
    const facts = { pulses, pages, history, cold, usedBytes, first }
    process.stderr.write(`domain-day: ${JSON.stringify(facts)}\n`)
    return [
      figure('domain-pages', pages / megabyte, 'MB', 2.6),
      figure('domain-day', day / megabyte, 'MB', 1000),
    ]
  })
}

async function readFigure(home: string): Promise<Figure> {
  return withDisk(home, async (disk) => {
    const store = await openSnapshots(disk, org, wholeTree)
    const pulse = (store.newest ?? 0n) - far
    const ids: Uint8Array[] = []
    for await (const { records } of storedLeaves(disk, org, wholeTree)) {
      for (let at = 0; at < records.length; at += 36) ids.push(records.slice(at, at + 20))
    }
    const times: number[] = []
    for (let i = 0; i < 2000; i++) {
      const id = ids[below(ids.length)]
      const start = performance.now()
      const account = await store.read(id, pulse)
      times.push(performance.now() - start)
      if (account === undefined) throw new Error('an account is gone')
    }
    return figure('read-back', median(times), 'ms', 2)
  })
}

/** Accounts of one branch of 256: ids at random in their order, the closed parts unseen. */
function randomLeaves(branch: number, count: number): Leaves {
  const order = new Uint32Array(count)
  randomFillSync(order)
  order.sort()
  const records = new Uint8Array(36 * count)
  const seals = new Uint8Array(48 * count)
  randomFillSync(records)
  randomFillSync(seals)
  const record = new DataView(records.buffer)
  for (let i = 0; i < count; i++) {
    // Four bytes in order; equal ones are told apart by the next four.
    record.setUint8(36 * i, branch)
    record.setUint32(36 * i + 1, order[i])
    record.setUint32(36 * i + 5, i)
    record.setBigUint64(36 * i + 20, BigInt(i), true)
    record.setBigUint64(36 * i + 28, 1n, true)
    seals.fill(0, 48 * i + 32, 48 * i + 48)
  }
  return { records, seals }
}

const branchOf = (branch: number) => toPrefix(branch.toString(2).padStart(8, '0'))

/** @param branches so many of 256; the rest is extrapolated */
async function databaseFigures(home: string, branches: number): Promise<Figure[]> {
  let pages = 0
  await withDisk(home, async (disk) => {
    for (let branch = 0; branch < branches; branch++) {
      const prefix = branchOf(branch)
      const keys = new RowKeys(org, prefix)
      const rows = groupsOf(prefix, randomLeaves(branch, branchAccounts)).flatMap(
        ([group, leaves]) => pageRows(keys, group, 1n, leaves),
      )
      for (const [i, { key, value }] of rows.entries()) {
        if (i % 2 === 0) pages += key.length + (value?.length ?? 0)
      }
      await disk.write(rows, { durable: false })
    }
  })
  const taken = await withDisk(home, async (disk) => {
    async function* all(): AsyncGenerator<Leaves> {
      for (let branch = 0; branch < branches; branch++) {
        yield* storedLeaves(disk, org, branchOf(branch))
      }
    }
    const start = performance.now()
    const { sums } = await streamRoot(all())
    const seconds = (performance.now() - start) / 1000
    const count = BigInt(branchAccounts)
    const total = (BigInt(branches) * count * (count - 1n)) / 2n
    if (sums.total !== total || sums.count !== branches * branchAccounts) {
      throw new Error(`${sums.count} accounts hold ${sums.total}, not ${total}`)
    }
    return seconds
  })
  // Of the whole process, kibibytes: generating and writing included.
  const peak = (process.resourceUsage().maxRSS * 1024) / 1e9
  process.stderr.write(`database-load: ${peak.toFixed(2)} GB at most\n`)
  if (peak > 3) throw new Error(`${peak} GB of memory exceed 3`)
  const whole = 256 / branches
  return [
    figure('database-pages', (pages * whole) / megabyte, 'MB', 640),
    figure('database-load', taken * whole, 's', 60),
  ]
}

/** @param quick a seventh of the day instead of a quarter, a sixteenth of the database */
export async function ledgerStoreFigures(quick: boolean): Promise<readonly Figure[]> {
  const branch = await withHome(async (home) => [
    ...(await dayFigures(home, quick ? 12_000 : pulsesOfDay / 4)),
    await readFigure(home),
  ])
  return [...branch, ...(await withHome((home) => databaseFigures(home, quick ? 16 : 256)))]
}
