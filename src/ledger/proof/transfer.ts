/** Proofs of transfers: the debit at one pulse, the credit at the same or a later one. */
import { decode, equal, LeitherError, toHex } from '#base'
import type { Signatures } from '#identity'
import { entryHash } from '../batch.js'
import { forms, type Header, headerHash } from '../header.js'
import { type ListProof, listRootOf } from '../merkle-list.js'
import { covers, type Prefix, prefixLayout, related } from '../prefix.js'
import { channelHash } from '../receipt.js'
import type { Digest } from '../synopsis.js'
import { type TableEntry, tableEntryHash } from '../table.js'
import { type TransferBody, transferBodyLayout, transferId } from '../transfer.js'
import { refuse } from './climb.js'
import type { Proof, SealedPulse, Shown, TrustedOrganization } from './proofs.js'
import { checkSeal } from './seal.js'

type TransferProof = Extract<Proof, { kind: 'transfer' }>
type Credit = TransferProof['credit'][number]

function checkListed(item: Digest, proof: ListProof, root: Digest, what: string): void {
  const reached = listRootOf(item, proof)
  if (reached === undefined || !equal(reached, root)) refuse(`${what} is not in its list`)
}

function bodyOf(bytes: Uint8Array): TransferBody {
  try {
    return decode(transferBodyLayout, bytes)
  } catch (error) {
    if (error instanceof LeitherError) return refuse('it holds no transfer')
    throw error
  }
}

function destinationOf(bytes: Uint8Array): Prefix {
  try {
    return decode(prefixLayout, bytes)
  } catch (error) {
    if (error instanceof LeitherError) return refuse('its destination is no branch')
    throw error
  }
}

/** @throws LedgerError PROOF_INVALID unless the entry is in the pulse's table */
function checkEntry(entry: TableEntry, proof: ListProof, { header }: SealedPulse): void {
  checkListed(tableEntryHash(entry), proof, header.bodyRoot, "the branch's entry")
}

/** Headers of one branch, each naming the one before, the last one in the table. */
function checkChain(headers: readonly Header[], entry: TableEntry, org: Uint8Array): Header {
  if (headers.length === 0) return refuse('it has no header of the branch')
  let expected: Digest = entry.headerHash
  for (const header of headers.toReversed()) {
    if (!equal(headerHash(header), expected)) refuse('the headers of the branch do not follow')
    if (!equal(header.org, org) || header.prefix !== entry.prefix) {
      refuse('a header is of another branch')
    }
    if (header.form === forms.root) refuse('a header is not that of a branch')
    expected = header.prev
  }
  return headers[0]
}

function checkCredit(
  { tableEntry, tableEntryProof, pulse, header, cursor, cursorProof }: Credit,
  { body, debit }: { body: TransferBody; debit: { source: Prefix; destination: Prefix } },
  sequence: bigint,
): void {
  checkEntry(tableEntry, tableEntryProof, pulse)
  checkChain([header], tableEntry, body.org)
  const { source, destination } = debit
  if (!covers(header.prefix, body.payee) || !related(header.prefix, destination)) {
    refuse("the credit is not in the payee's branch")
  }
  if (cursor.source !== source || cursor.destination !== destination) {
    refuse('the cursor is of another channel')
  }
  if (cursor.sequence < sequence) refuse('the cursor has not passed the receipt')
  checkListed(channelHash(cursor), cursorProof, header.cursorRoot, 'the cursor')
}

/** @throws LedgerError PROOF_INVALID */
export function checkTransfer(
  proof: TransferProof,
  trusted: TrustedOrganization,
  checker: Pick<Signatures, 'verify'>,
): Shown {
  const { debitPulse, debitEntry, entry, credit } = proof
  const body = bodyOf(proof.body)
  if (!equal(body.org, trusted.org)) refuse('the transfer is of another organization')
  const signers = checkSeal(debitPulse, trusted, checker)
  checkEntry(debitEntry, proof.debitEntryProof, debitPulse)
  const first = checkChain(proof.debitHeaders, debitEntry, trusted.org)
  if (!covers(debitEntry.prefix, body.payer)) refuse("the debit is not in the payer's branch")
  if (entry.kind !== 'transfer' || !equal(entry.transfer, transferId(body))) {
    return refuse('the entry is of something else')
  }
  checkListed(entryHash(entry), proof.entryProof, first.bodyRoot, 'the transfer')
  const destination = destinationOf(entry.destination)
  const { pulseSeen } = debitPulse.header
  const text = `Transfer ${toHex(transferId(body))} of ${body.amount} was debited`
  if (destination === debitEntry.prefix) {
    if (credit.length > 0) refuse('a transfer within one branch has no receipt')
    if (!covers(destination, body.payee)) refuse("the credit is not in the payee's branch")
    const both = `${text} and credited at pulse ${pulseSeen}.`
    return { kind: 'transfer', pulse: pulseSeen, ...signers, text: both }
  }
  if (credit.length === 0) return refuse('the credit is missing')
  const after = checkSeal(credit[0].pulse, trusted, checker)
  const later = credit[0].pulse.header.pulseSeen
  if (later < pulseSeen) refuse('the credit comes before the debit')
  const debit = { source: debitEntry.prefix, destination }
  checkCredit(credit[0], { body, debit }, entry.sequence)
  return {
    kind: 'transfer',
    pulse: later,
    ...after,
    text: `${text} at pulse ${pulseSeen}; the payee's branch had its receipt at pulse ${later}.`,
  }
}
