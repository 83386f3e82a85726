/** One replica: transfers a second that it executes, beside the raw rate of signature checks. */
import { encode, fromText, sha256 } from '#base'
import { branchLedger, type KnownPulse } from '#bookkeeper'
import { type Key, keyFromSeed, signatures } from '#identity'
import {
  type Account,
  accountOf,
  accountTree,
  covers,
  forms,
  headerHash,
  levels,
  toPrefix,
  type Transfer,
  transferBodyLayout,
  votes,
  wholeTree,
} from '#ledger'
import { type Genesis, genesisOf, seatingOf, usualRules } from '#organization'
import { figure, type Figure, median } from './figure.js'

const payerBranch = toPrefix('0')
const keysNamed = (name: string, count: number): Key[] =>
  Array.from({ length: count }, (_, i) => keyFromSeed(sha256(fromText(`${name} ${i}`))))

const accountFor = ({ publicKey }: Key): Account => ({
  id: accountOf(publicKey),
  amount: 1_000_000n,
  pulse: 0n,
  cold: {
    blind: new Uint8Array(16),
    publicKey,
    nonce: 0n,
    held: 0n,
    bond: 0n,
    votesRoot: new Uint8Array(32),
    flags: 0,
  },
})

interface Ground {
  readonly genesis: Genesis
  readonly payers: readonly Key[]
  readonly payees: readonly Key[]
}

function groundFor(people: readonly Key[], treasury: Key): Ground {
  const accounts = [treasury, ...people].map(accountFor)
  const committee = keysNamed('bookkeeper', 4).map(({ publicKey }) => publicKey)
  const branches = ['0', '1'].map(toPrefix)
  const genesis = genesisOf(
    seatingOf({
      org: accountOf(sha256(fromText('org'))),
      orgKey: sha256(fromText('org')),
      name: fromText('bench'),
      supply: accounts.reduce((sum, { amount }) => sum + amount, 0n),
      treasury: treasury.publicKey,
      supervisors: [],
      rules: usualRules,
      root: committee,
      seats: branches.map((prefix) => ({ prefix, committee, keepers: [] })),
      branches,
    }),
    accounts,
  )
  const isPayer = ({ publicKey }: Key): boolean => covers(payerBranch, accountOf(publicKey))
  return {
    genesis,
    payers: people.filter(isPayer),
    payees: people.filter((key) => !isPayer(key)),
  }
}

/** Every payer pays once, to somebody of the other branch. */
function transfersOf({ genesis, payers, payees }: Ground): readonly Transfer[] {
  const { sign } = signatures()
  return payers.map((payer, i) => {
    const payee = payees[i % payees.length]
    const body = {
      org: genesis.seating.charter.org,
      payer: accountOf(payer.publicKey),
      payee: accountOf(payee.publicKey),
      amount: 5n,
      fee: 1n,
      nonce: 1n,
      validUntil: 100n,
      memoHash: new Uint8Array(32),
      payerKey: payer.publicKey,
      payeeKey: payee.publicKey,
    }
    const bytes = encode(transferBodyLayout, body)
    const word = (key: Key): Uint8Array => sign(key, 'leither/ledger/transfer/1', bytes)
    return {
      body,
      payerSignature: word(payer),
      accept: { kind: 'once', signature: word(payee) },
    }
  })
}

const firstPulse = ({ root, table }: Genesis): KnownPulse => ({
  sealed: {
    header: root,
    certificate: {
      body: {
        org: root.org,
        level: levels.root,
        prefix: wholeTree,
        cycle: 0,
        kind: votes.finalize,
        view: 0n,
        hash: headerHash(root),
      },
      signers: [],
    },
  },
  table,
})

/** Keys of people who have paid before are kept by a replica, as by the raw measurement. */
const shared = signatures()

function ledgerOn({ genesis }: Ground) {
  const header = genesis.headers.get(payerBranch)
  if (header === undefined) throw new Error('the branch is not there')
  const accounts = genesis.accounts.filter(({ id }) => covers(payerBranch, id))
  return branchLedger({
    seating: genesis.seating,
    prefix: payerBranch,
    signatures: shared,
    tree: accountTree(payerBranch, accounts),
    header,
    secret: sha256(fromText('secret')),
  })
}

/** Checks a second by this process alone, keys kept. */
function rawRate(transfers: readonly Transfer[]): number {
  const { verify } = shared
  const check = (): void => {
    for (const { body, payerSignature } of transfers) {
      const bytes = encode(transferBodyLayout, body)
      verify(body.payerKey, 'leither/ledger/transfer/1', bytes, payerSignature)
    }
  }
  check()
  const began = performance.now()
  check()
  return (1000 * transfers.length) / (performance.now() - began)
}

/** Executes one block; the third check of a transfer is the one at the payee's branch. */
function replicaRate(ground: Ground, transfers: readonly Transfer[]): number {
  const newest = firstPulse(ground.genesis)
  const pulses = { newest, at: (pulse: bigint) => (pulse === 0n ? newest : undefined) }
  const frame = { view: 1n, time: 1, form: forms.block }
  const made = ledgerOn(ground).build({ imports: [], orders: [], transfers }, frame, pulses)
  if (made === undefined || made.refused.length > 0) throw new Error('the block is not whole')
  const replica = ledgerOn(ground)
  const { verify } = shared
  const began = performance.now()
  const applied = replica.apply(made.block, pulses)
  for (const { body, accept } of transfers) {
    const bytes = encode(transferBodyLayout, body)
    verify(body.payeeKey, 'leither/ledger/transfer/1', bytes, accept.signature)
  }
  const millis = performance.now() - began
  if (applied === 'later') throw new Error('the block was not executed')
  return (1000 * transfers.length) / millis
}

export async function replicaFigures(isQuick: boolean): Promise<readonly Figure[]> {
  const ground = groundFor(keysNamed('person', isQuick ? 1000 : 8000), keysNamed('treasury', 1)[0])
  const transfers = transfersOf(ground).slice(0, usualRules.mostEntries)
  // Once untimed: code and keys are warm in a replica that has run for a minute.
  replicaRate(ground, transfers)
  const rounds = Array.from({ length: isQuick ? 1 : 5 }, () => ({
    raw: rawRate(transfers),
    own: replicaRate(ground, transfers),
  }))
  const own = median(rounds.map((round) => round.own))
  const raw = median(rounds.map((round) => round.raw))
  return [figure('replica-transfers', own, 'transfers/s', raw / 3)]
}
