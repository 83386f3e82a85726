/** A bookkeeper and a keeper of a branch of 65,536 accounts, 30.5 sides of transfers a second. */
import { encode } from '#base'
import { type Message, openBranchPost, openKeeperPost, openRootPost } from '#bookkeeper'
import { type Key, keyFromSeed, sign } from '#identity'
import {
  type Account,
  accountOf,
  covers,
  levels,
  type Prefix,
  toPrefix,
  type Transfer,
  transferBodyLayout,
} from '#ledger'
import { type Genesis, genesisOf, seatingOf } from '#organization'
import { sha256 } from '#base'
import { figure, type Figure } from './figure.js'
import { accountAt, charterOf, keyNamed, keysNamed, org, type SeatKeys } from './role-children.js'
import { type Cost, Stage } from './role-stage.js'

const [zero, one] = [toPrefix('0'), toPrefix('1')]
const amount = 1_000_000n
/** Owners that pay and are paid, in each branch. */
const owners = 512
/** Sides of transfers that the branch has a second: it pays in one half, is paid in the other. */
const sides = 30.5

/** Keys whose accounts are in a branch. */
function ownersOf(prefix: Prefix): Key[] {
  const found: Key[] = []
  for (let i = 0; found.length < owners; i++) {
    const key = keyNamed(`owner ${i}`)
    if (covers(prefix, accountOf(key.publicKey))) found.push(key)
  }
  return found
}

/** An account that nobody uses. */
function idle(number: number): Account {
  const seed = new Uint8Array(4)
  new DataView(seed.buffer).setUint32(0, number)
  const publicKey = sha256(seed)
  const id = publicKey.slice(0, 20)
  id[0] &= 0x7f
  return accountAt(id, publicKey, amount)
}

interface Town {
  readonly genesis: Genesis
  readonly root: readonly Key[]
  readonly large: SeatKeys
  readonly small: SeatKeys
  readonly people: readonly [Key[], Key[]]
}

function town(accounts: number): Town {
  const root = keysNamed('root', 13)
  const large = {
    prefix: zero,
    committee: keysNamed('large', 7),
    keepers: keysNamed('large keeper', 7),
  }
  const small = { prefix: one, committee: keysNamed('small', 1), keepers: [] }
  const people: [Key[], Key[]] = [ownersOf(zero), ownersOf(one)]
  const all = [
    ...people.flat().map(({ publicKey }) => accountAt(accountOf(publicKey), publicKey, amount)),
    ...Array.from({ length: accounts - owners }, (_, i) => idle(i)),
  ]
  const supply = amount * BigInt(all.length)
  const rules = { splitAbove: 2 * accounts, mergeBelow: 0 }
  const seating = seatingOf(charterOf(root, [large, small], supply, rules))
  return { genesis: genesisOf(seating, all), root, large, small, people }
}

/** Transfers of one owner after the other, each to the owner of the same number over there. */
function* transfers(payers: readonly Key[], payees: readonly Key[]): Generator<Transfer> {
  for (let round = 1n; ; round++) {
    for (const [i, payer] of payers.entries()) {
      const payee = payees[i]
      const body = {
        org,
        payer: accountOf(payer.publicKey),
        payee: accountOf(payee.publicKey),
        amount: 1n,
        fee: 0n,
        nonce: round,
        validUntil: 1_000_000n,
        memoHash: new Uint8Array(32),
        payerKey: payer.publicKey,
        payeeKey: payee.publicKey,
      }
      const bytes = encode(transferBodyLayout, body)
      const domain = 'leither/ledger/transfer/1'
      yield {
        body,
        payerSignature: sign(payer, domain, bytes),
        accept: { kind: 'once', signature: sign(payee, domain, bytes) },
      }
    }
  }
}

const client = keyFromSeed(new Uint8Array(32).fill(1)).id

/** A second of transfers, evenly spread, each brought to one bookkeeper of its payer's branch. */
function second(stage: Stage, seats: SeatKeys, source: Iterator<Transfer>): void {
  const count = sides / 2
  for (let i = 0; i < count; i++) {
    const { value } = source.next()
    const { prefix, committee } = seats
    const message: Message = { kind: 'submit', level: levels.branch, prefix, transfer: value }
    stage.bring(client, committee[i % committee.length].id, message)
  }
}

interface BranchRun {
  readonly pulses: number
  readonly seat: Cost
  readonly keeper: Cost
}

async function branchRun(accounts: number, pulses: number): Promise<BranchRun> {
  const { genesis, root, large, small, people } = town(accounts)
  const stage = new Stage(genesis)
  let seat: Cost | undefined
  let keeper: Cost | undefined
  for (const key of root) await stage.open(key, openRootPost)
  for (const [i, key] of large.committee.entries()) {
    seat = (await stage.open(key, (post) => openBranchPost(post, zero), i === 3)) ?? seat
  }
  for (const [i, key] of large.keepers.entries()) {
    keeper = (await stage.open(key, (post) => openKeeperPost(post, zero), i === 3)) ?? keeper
  }
  await stage.open(small.committee[0], (post) => openBranchPost(post, one))
  if (seat === undefined || keeper === undefined) throw new RangeError('nobody was measured')
  const out = transfers(people[0], people[1])
  const back = transfers(people[1], people[0])
  stage.run(2000)
  const warm = 4
  for (let pulse = 0; pulse < pulses + warm; pulse++) {
    if (pulse === warm) {
      for (const cost of [seat, keeper])
        Object.assign(cost, { cpuMillis: 0, bytesIn: 0, bytesOut: 0 })
    }
    for (const tenth of [0, 1, 2, 3]) {
      if (tenth === 0) {
        second(stage, large, out)
        second(stage, small, back)
      }
      stage.run(250)
    }
  }
  return { pulses, seat, keeper }
}

/** @param quick a smaller branch and fewer pulses */
export async function branchRoleFigures(quick: boolean): Promise<readonly Figure[]> {
  const { pulses, seat, keeper } = await branchRun(quick ? 4096 : 65_536, quick ? 5 : 28)
  return [
    figure('role-branch-cpu', seat.cpuMillis / pulses, 'ms per pulse', 10),
    figure('role-branch-bytes', seat.bytesIn / pulses, 'bytes per pulse', 30_000),
    figure('role-branch-bytes-out', seat.bytesOut / pulses, 'bytes per pulse', 110_000),
    figure('role-keeper-cpu', keeper.cpuMillis / pulses, 'ms per pulse', 10),
    figure('role-keeper-bytes', keeper.bytesIn / pulses, 'bytes per pulse', 30_000),
  ]
}
