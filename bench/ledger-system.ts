/**
 * The whole ledger in one process: 4 branches of 4 bookkeepers and a root of 4, real signatures,
 * links of 40 ms. Transfers per second of CPU, and how long one takes until it is committed.
 */
import { decode, encode, keyId, toHex } from '#base'
import {
  type Block,
  type Effect,
  type Message,
  openBranchPost,
  openKeeperPost,
  openMemberPost,
  openRootPost,
  type Post,
  type Role,
  send,
} from '#bookkeeper'
import {
  batchLayout,
  headerHash,
  levels,
  type Prefix,
  type Transfer,
  transferBodyLayout,
  transferId,
} from '#ledger'
import { branchOf } from '#organization'
import {
  type ClientMaker,
  type ClientPlace,
  expand,
  layTripwire,
  type Observer,
  type ObserverMaker,
  type Place,
  play,
  type Scenario,
} from '#simulator'
import { figure, type Figure } from './figure.js'
import { replicaFigures } from './ledger-replica.js'

const tickMillis = 20

/** Transfers of one client, signed before the clock runs, in the order in which they are brought. */
function signAll({ arena, people, signatures, dice }: ClientPlace, count: number) {
  const { charter } = arena.genesis.seating
  const nonces = new Map<string, bigint>()
  return Array.from({ length: count }, (_, i): Transfer => {
    const payer = people[i % people.length]
    let payee = dice.pick(arena.people)
    while (payee === payer) payee = dice.pick(arena.people)
    const nonce = (nonces.get(payer.key.id) ?? 0n) + 1n
    nonces.set(payer.key.id, nonce)
    const body = {
      org: charter.org,
      payer: payer.account.id,
      payee: payee.account.id,
      amount: 1n,
      fee: 0n,
      nonce,
      validUntil: 1_000_000n,
      memoHash: new Uint8Array(32),
      payerKey: payer.key.publicKey,
      payeeKey: payee.key.publicKey,
    }
    const bytes = encode(transferBodyLayout, body)
    const word = (key: typeof payer.key): Uint8Array =>
      signatures.sign(key, 'leither/ledger/transfer/1', bytes)
    return {
      body,
      payerSignature: word(payer.key),
      accept: { kind: 'once', signature: word(payee.key) },
    }
  })
}

/** When each transfer was brought, by hex id: true milliseconds. */
type Journal = Map<string, { brought: number; from: Prefix; to: Prefix; committed?: number }>

interface Load {
  readonly rate: number
  readonly seconds: number
  readonly journal: Journal
  /** CPU microseconds of this process when the first client began */
  cpuAtStart: number
}

const cpuMicros = (): number => {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** A client that brings its transfers evenly, each to all bookkeepers of the payer's branch. */
const loadClient =
  (load: Load): ClientMaker =>
  (place): Role => {
    const { arena } = place
    const { seating } = arena.genesis
    const { branches } = seating.charter
    const share = load.rate / arena.scenario.clients
    const transfers = signAll(place, Math.round(share * load.seconds))
    let brought = 0
    const began = arena.time
    const bring = (transfer: Transfer): readonly Effect[] => {
      const { payer, payee } = transfer.body
      const prefix = branchOf(branches, payer)
      const members = seating.committee(prefix)?.members ?? []
      const id = toHex(transferId(transfer.body))
      load.journal.set(id, { brought: arena.time, from: prefix, to: branchOf(branches, payee) })
      const message: Message = { kind: 'submit', level: levels.branch, prefix, transfer }
      return members.map((member) => send(keyId(member), message))
    }
    const tick: Effect = { kind: 'timer', name: 'bring', afterMillis: tickMillis }
    return {
      start() {
        load.cpuAtStart ||= cpuMicros()
        return [tick]
      },
      receive: () => [],
      ring() {
        const due = Math.min(transfers.length, Math.ceil(((arena.time - began) / 1000) * share))
        const effects: Effect[] = []
        while (brought < due) {
          effects.push(...bring(transfers[brought]))
          brought++
        }
        return brought < transfers.length ? [...effects, tick] : effects
      },
    }
  }

/** Ids of the transfers that a block commits once a pulse has it: local ones, and credits. */
function committedBy({ body }: Block, journal: Journal): string[] {
  const { transfers, imports } = decode(batchLayout, body)
  const local = transfers
    .map((transfer) => toHex(transferId(transfer.body)))
    .filter((id) => {
      const entry = journal.get(id)
      return entry !== undefined && entry.from === entry.to
    })
  const credits = imports.flatMap(({ receipts }) => receipts.map(({ cause }) => toHex(cause)))
  return [...local, ...credits]
}

/** The honest role of a post. */
async function open({ kind, prefix }: Place, post: Post): Promise<Role> {
  if (kind === 'root') return openRootPost(post)
  if (kind === 'branch') return openBranchPost(post, prefix)
  if (kind === 'keeper') return openKeeperPost(post, prefix)
  return openMemberPost(post)
}

/**
 * Follows every transfer to the pulse that commits it: of the payer's branch where both accounts are
 * there, else of the payee's, once its block has credited the receipt.
 */
const watch =
  (load: Load): ObserverMaker =>
  (arena): Observer => {
    /** by block hash: the ids that the block commits */
    const contents = new Map<string, string[]>()
    /** by branch and height: the same, once the block is final */
    const finals = new Map<string, string[]>()
    const upTo = new Map<Prefix, bigint>()
    const pulseTimes = new Map<bigint, number>()
    return {
      name: 'commit times',
      sent({ message }) {
        if (message.kind !== 'proposal' || message.level !== levels.branch) return
        const hash = toHex(headerHash(message.block.header))
        if (!contents.has(hash)) contents.set(hash, committedBy(message.block, load.journal))
      },
      told(_node, place, notice) {
        if (notice.kind === 'pulse' && place.level === levels.root) {
          if (!pulseTimes.has(notice.pulse)) pulseTimes.set(notice.pulse, arena.time)
        }
        if (notice.kind === 'finalized') {
          const ids = contents.get(toHex(notice.hash))
          if (ids !== undefined) finals.set(`${notice.prefix} ${notice.height}`, ids)
        }
        if (notice.kind !== 'included') return
        const { prefix, height, pulse } = notice
        const from = upTo.get(prefix) ?? 0n
        for (let at = from + 1n; at <= height; at++) {
          for (const id of finals.get(`${prefix} ${at}`) ?? []) {
            const entry = load.journal.get(id)
            if (entry !== undefined) entry.committed ??= pulseTimes.get(pulse)
          }
        }
        if (height > from) upTo.set(prefix, height)
      },
      owed() {
        const open = [...load.journal.values()].filter(({ committed }) => committed === undefined)
        return open.length === 0 ? [] : [`${open.length} transfers are not committed`]
      },
    }
  }

function scenarioFor(seconds: number): Scenario {
  const calm = expand('bench', { faults: [], signatures: 'real', copies: 'own' }, [])
  return {
    ...calm,
    pulses: seconds,
    clients: 4,
    accounts: 500,
    reorganizes: false,
    rules: {
      ...calm.rules,
      blockMillis: 50,
      cycle: 1800,
      splitAbove: 65_536,
      mergeBelow: 0,
      mostEntries: 4096,
      mostAhead: 30,
      publicity: 86_400,
    },
    network: { loss: 0, duplicate: 0, reorder: 0, spread: 0, regions: 1, millis: 40 },
    fsync: 0.3,
  }
}

const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]

async function systemRun(rate: number, seconds: number) {
  const load: Load = { rate, seconds, journal: new Map(), cpuAtStart: 0 }
  const outcome = await play(scenarioFor(seconds), {
    cast: {
      observers: [watch(load)],
      hostile: [],
      client: loadClient(load),
      open,
    },
    tripwire: layTripwire(),
  })
  const cpuSeconds = (cpuMicros() - load.cpuAtStart) / 1e6
  if (outcome.failure !== undefined) throw new Error(outcome.failure.what)
  const pulses = [...load.journal.values()]
    .map(({ brought, committed = Infinity }) => (committed - brought) / 1000)
    .sort((a, b) => a - b)
  return { perCpuSecond: pulses.length / cpuSeconds, pulses }
}

export async function systemFigures(isQuick: boolean): Promise<readonly Figure[]> {
  const full = await systemRun(1600, isQuick ? 5 : 15)
  const half = await systemRun(isQuick ? 100 : 400, isQuick ? 10 : 30)
  return [
    ...(await replicaFigures(isQuick)),
    figure('system-transfers', full.perCpuSecond, 'transfers/s of CPU', 800),
    figure('commit-p50', quantile(half.pulses, 0.5), 'pulses', 1.6),
    figure('commit-p99', quantile(half.pulses, 0.99), 'pulses', 3),
  ]
}
