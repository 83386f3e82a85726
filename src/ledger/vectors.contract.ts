/**
 * The vectors of the ledger, made by code: what other implementations check themselves against.
 * `vectors.test.ts` holds the files against them; after a change of the protocol
 * `npx vitest run -u src/ledger/vectors` writes them anew.
 */
import { concat, encode, sha256, toHex } from '#base'
import { keyFromSeed, sign } from '#identity'
import { type Account, accountLayout } from './account.js'
import { entryHash, entryLayout } from './batch.js'
import { certificateLayout, headerHash, headerLayout } from './header.js'
import { encodePage, pageOf } from './page.js'
import { toPrefix } from './prefix.js'
import { encodeProof } from './proof/check.js'
import type { Proof } from './proof/proofs.js'
import { type Sample, sampleOrganization } from './proof/sample.contract.js'
import { channelHash, channelLayout, receiptHash, receiptKinds, receiptLayout } from './receipt.js'
import { accountHash, coldHash, emptyHash, groupHash, innerHash, upperHash } from './synopsis.js'
import { tableEntryHash, tableEntryLayout } from './table.js'
import {
  orderBodyLayout,
  orderId,
  orderKinds,
  orderLayout,
  transferBodyLayout,
  transferId,
  transferLayout,
} from './transfer.js'
import { accountTree } from './tree/tree.js'

const number = (value: number): Uint8Array =>
  Uint8Array.of(value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24)

/** Account `i` of the vectors, as `about` of the tree's vectors tells. */
export function vectorAccount(i: number): Account {
  const publicKey = sha256(number(i))
  return {
    id: sha256(publicKey).subarray(0, 20),
    amount: 1000n * BigInt(i) + 1n,
    pulse: BigInt(i),
    cold: {
      blind: publicKey.subarray(0, 16),
      publicKey,
      nonce: BigInt(i % 7),
      held: BigInt(i % 3),
      bond: BigInt(i % 5),
      votesRoot: new Uint8Array(32),
      flags: i % 4,
    },
  }
}

const first = (count: number): Account[] =>
  Array.from({ length: count }, (_, i) => vectorAccount(i))

/** The tree: hashes of single nodes, roots of sets of accounts, and paths. */
export function treeVectors(): object {
  const [one, two] = [accountHash(vectorAccount(1)), accountHash(vectorAccount(2))]
  const sums = { total: 2n ** 63n + 5n, bond: 9n, count: 70_000 }
  const sides = [
    { hash: one, sums },
    { hash: two, sums: { total: 3n, bond: 0n, count: 1 } },
  ] as const
  const roots = [0, 1, 2, 3, 100, 256, 257, 258, 600, 2000].map((accounts) => {
    const tree = accountTree(toPrefix(''), first(accounts))
    const { total, bond } = tree.sums
    const root = toHex(tree.root())
    return { accounts, root, total: `${total}`, bond: `${bond}`, groups: [...tree.groups()].length }
  })
  const tree = accountTree(toPrefix(''), first(600))
  const paths = [0, 7, 600].map((i) => {
    const { id } = vectorAccount(i)
    const { leaf, steps } = tree.path(id)
    return {
      ...{ accounts: 600, asked: toHex(id), reached: toHex(leaf?.id ?? new Uint8Array(0)) },
      steps: steps.map((step) => {
        if (step.kind === 'group') return { kind: 'group', ...textsOf(step.sums) }
        const { kind, bit, side, sibling } = step
        const fork = { kind, bit, side, sibling: toHex(sibling) }
        return step.kind === 'upper' ? { ...fork, ...textsOf(step.siblingSums) } : fork
      }),
    }
  })
  return {
    about:
      'account i: publicKey = SHA-256(i as 4 bytes little-endian), id = first 20 bytes of ' +
      'SHA-256(publicKey) (in these vectors only), blind = first 16 bytes of publicKey, amount ' +
      '= 1000 i + 1, pulse = i, nonce = i mod 7, held = i mod 3, bond = i mod 5, votesRoot zero, ' +
      'flags = i mod 4; `accounts` counts from account 0; `account` is id, amount, pulse, cold',
    nodes: [
      { why: 'no accounts', hash: toHex(emptyHash) },
      { why: 'the whole of account 1', account: toHex(encode(accountLayout, vectorAccount(1))) },
      { why: 'the closed part of account 1', hash: toHex(coldHash(vectorAccount(1).cold)) },
      { why: 'leaf of account 1', hash: toHex(one) },
      { why: 'leaf of account 2', hash: toHex(two) },
      { why: 'inner, bit 9, of leaves 1 and 2', hash: toHex(innerHash(9, one, two)) },
      { why: 'group of leaf 1 as root', ...textsOf(sums), hash: toHex(groupHash(one, sums)) },
      {
        why: 'upper, bit 3: left hash of leaf 1 with the sums above; right leaf 2 with 3, 0, 1',
        hash: toHex(upperHash(3, ...sides)),
      },
    ],
    roots,
    paths,
  }
}

const textsOf = ({ total, bond, count }: { total: bigint; bond: bigint; count: number }) => ({
  total: `${total}`,
  bond: `${bond}`,
  count,
})

const keys = [1, 2, 3, 4].map((seed) => keyFromSeed(new Uint8Array(32).fill(seed)))

/** The organization of the vectors: its bookkeepers sign with Ed25519. */
export const vectorOrganization = (): Sample =>
  sampleOrganization(600, {
    accounts: 700,
    members: keys.map(({ publicKey }) => publicKey),
    sign: (seat, body) => sign(keys[seat], 'leither/ledger/vote/1', body),
  })

function transferOf() {
  const [payer, payee] = [vectorAccount(1), vectorAccount(2)]
  return {
    ...{ org: sha256(number(9)).subarray(0, 20), payer: payer.id, payee: payee.id, amount: 25n },
    ...{ fee: 1n, nonce: 2n, validUntil: 99n, memoHash: sha256(number(8)) },
    ...{ payerKey: payer.cold.publicKey, payeeKey: payee.cold.publicKey },
  }
}

function orderOf() {
  const [{ org }, { cold }] = [transferOf(), vectorAccount(3)]
  return {
    ...{ org, kind: orderKinds.join, publicKey: cold.publicKey, number: 1, validUntil: 50n },
    ...{ flags: 0, blind: cold.blind, supervisor: keys[0].publicKey },
  }
}

const some64 = new Uint8Array(64).fill(0x5a)

/** Well-formed bytes of each layout, with what names them. */
function validRecords() {
  const { pulse, table, proofs } = vectorOrganization()
  const body = transferOf()
  const order = orderOf()
  const receipt = {
    ...{ org: body.org, source: toPrefix('01'), destination: toPrefix('1'), sequence: 4n },
    ...{ kind: receiptKinds.credit, cumulative: 125n, cause: transferId(body) },
    ...{ payer: body.payer, payee: body.payee, amount: 25n },
  }
  const channel = {
    ...{ source: toPrefix('01'), destination: toPrefix('1'), sequence: 4n, cumulative: 125n },
    head: receiptHash(receipt),
  }
  const once = {
    body,
    payerSignature: some64,
    accept: { kind: 'once', signature: some64 },
  } as const
  const standing = { kind: 'standing', mostAmount: 30n, validUntil: 70n } as const
  const byStanding = { ...once, accept: { ...standing, signature: some64 } }
  const transferProof = proofs.find(({ kind }) => kind === 'transfer')
  if (transferProof?.kind !== 'transfer') throw new Error('the sample has no transfer')
  const { entry } = transferProof
  return [
    { layout: 'transferBody', bytes: encode(transferBodyLayout, body), name: transferId(body) },
    { layout: 'transfer', bytes: encode(transferLayout, once), name: transferId(body) },
    { layout: 'transfer', bytes: encode(transferLayout, byStanding), name: transferId(body) },
    { layout: 'orderBody', bytes: encode(orderBodyLayout, order), name: orderId(order) },
    { layout: 'order', bytes: encode(orderLayout, { body: order, signature: some64 }) },
    { layout: 'receipt', bytes: encode(receiptLayout, receipt), name: receiptHash(receipt) },
    { layout: 'channel', bytes: encode(channelLayout, channel), name: channelHash(channel) },
    { layout: 'entry', bytes: encode(entryLayout, entry), name: entryHash(entry) },
    { layout: 'header', bytes: encode(headerLayout, pulse.header), name: headerHash(pulse.header) },
    { layout: 'certificate', bytes: encode(certificateLayout, pulse.certificate) },
    {
      layout: 'tableEntry',
      bytes: encode(tableEntryLayout, table[0]),
      name: tableEntryHash(table[0]),
    },
    { layout: 'page', bytes: pageBytesOf() },
  ]
}

function pageBytesOf(): Uint8Array {
  const [group] = accountTree(toPrefix(''), first(2)).groups()
  return encodePage(pageOf(group, 1n))
}

/** Hexadecimal; zeros at the end of what is long are left out. */
function textOf(bytes: Uint8Array): { bytes: string; length: number } {
  let end = bytes.length
  if (end > 2000) while (bytes[end - 1] === 0) end--
  return { bytes: toHex(bytes.subarray(0, end)), length: bytes.length }
}

const changed = (bytes: Uint8Array, at: number, value: number): Uint8Array => bytes.with(at, value)

function invalidRecords() {
  const records = validRecords()
  const of = (layout: string): Uint8Array =>
    records.filter((record) => record.layout === layout)[0].bytes
  const [transfer, receipt, certificate, page] = ['transfer', 'receipt', 'certificate', 'page'].map(
    (layout) => of(layout),
  )
  const layout = 'LAYOUT_INVALID'
  return [
    { layout: 'transfer', why: 'ends early', bytes: transfer.subarray(0, -1), code: layout },
    {
      layout: 'transfer',
      why: 'one byte more',
      bytes: concat(transfer, new Uint8Array(1)),
      code: layout,
    },
    {
      layout: 'transfer',
      why: 'no such way to agree',
      bytes: changed(transfer, transfer.length - 65, 3),
      code: layout,
    },
    { layout: 'order', why: 'ends early', bytes: of('order').subarray(0, 40), code: layout },
    {
      layout: 'receipt',
      why: 'bits follow the end of its source',
      bytes: changed(receipt, 21, 0x60),
      code: 'PREFIX_INVALID',
    },
    {
      layout: 'header',
      why: 'a prefix of 65 bits',
      bytes: changed(of('header'), 21, 65),
      code: 'PREFIX_INVALID',
    },
    {
      layout: 'certificate',
      why: 'more signers than any committee has',
      bytes: changed(certificate, 75, 65),
      code: layout,
    },
    { layout: 'entry', why: 'no such kind', bytes: changed(of('entry'), 0, 4), code: layout },
    {
      layout: 'page',
      why: 'not 10,240 bytes',
      bytes: page.subarray(0, 10_204),
      code: 'PAGE_INVALID',
    },
    {
      layout: 'page',
      why: 'a record changed',
      bytes: changed(page, 1044, page[1044] ^ 1),
      code: 'PAGE_INVALID',
    },
  ]
}

/** What is signed, hashed or stored, as bytes. */
export const recordVectors = (): object => ({
  about:
    'bytes as hex, zeros at the end of pages left out (`length` counts them); `name` is the hash ' +
    'that names the thing; signatures in transfers and orders are 64 bytes 5a; `code` is the error',
  valid: validRecords().map(({ layout, bytes, name }) => ({
    layout,
    ...(name === undefined ? {} : { name: toHex(name) }),
    ...textOf(bytes),
  })),
  invalid: invalidRecords().map(({ bytes, ...rest }) => ({ ...rest, ...textOf(bytes) })),
})

function changedProofs({ proofs, pulse }: Sample): { why: string; proof: Proof }[] {
  const [inclusion, , absence, , groupSum] = proofs
  if (inclusion.kind !== 'inclusion' || absence.kind !== 'absence') throw new Error('other kinds')
  const { header, certificate } = pulse
  const { body, signers } = certificate
  const withVotes = (votes: Partial<typeof body>, by = signers): Proof => ({
    ...inclusion,
    pulse: { header, certificate: { body: { ...body, ...votes }, signers: by } },
  })
  const id = inclusion.id.with(0, inclusion.id[0] ^ 0x40)
  const { path } = inclusion
  return [
    { why: 'another amount', proof: { ...inclusion, amount: inclusion.amount + 1n } },
    { why: 'another account', proof: { ...inclusion, id } },
    { why: 'a step is missing', proof: { ...inclusion, path: path.slice(1) } },
    { why: 'the group is missing', proof: { ...inclusion, path: path.filter(notGroup) } },
    { why: 'the account is there', proof: { ...absence, id: absence.other[0].id } },
    { why: 'votes to skip', proof: withVotes({ kind: 2 }) },
    { why: 'votes of a branch', proof: withVotes({ level: 1 }) },
    { why: 'two of four votes', proof: withVotes({}, signers.slice(1)) },
    { why: 'one vote twice', proof: withVotes({}, [signers[0], signers[0], signers[1]]) },
    { why: 'sums of a group as an account', proof: { ...groupSum, path } as Proof },
  ]
}

const notGroup = ({ kind }: { kind: string }): boolean => kind !== 'group'

/** Proofs that hold, and proofs that do not. */
export function proofVectors(): object {
  const sample = vectorOrganization()
  const { proofs, trusted, pulse } = sample
  const members = trusted.committee(pulse.header.committee) ?? []
  return {
    about:
      'proofs as hex, version byte first; the root is kept by four bookkeepers, whose keys are ' +
      'Ed25519 seeds of 32 equal bytes 01 to 04; three of them signed',
    org: toHex(trusted.org),
    members: members.map((key) => ({ publicKey: toHex(key) })),
    valid: proofs.map((proof) => ({ kind: proof.kind, bytes: toHex(encodeProof(proof)) })),
    invalid: changedProofs(sample).map(({ why, proof }) => ({
      why,
      bytes: toHex(encodeProof(proof)),
    })),
  }
}
