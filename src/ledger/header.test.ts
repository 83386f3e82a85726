import { describe, expect, it } from 'vitest'
import { decode, encode, equal, sha256 } from '#base'
import {
  type Certificate,
  certificateLayout,
  committeeOf,
  headerHash,
  headerLayout,
  isCertified,
  noRoot,
  quorum,
} from './header.js'
import { cheapSignatures, sampleOrganization } from './proof/sample.contract.js'

const { pulse, trusted } = sampleOrganization(1, { accounts: 30 })
const { header, certificate } = pulse
const members = trusted.committee(header.committee) ?? []
const committee = committeeOf(members)

describe('headers and certificates', () => {
  it('are named by the hash of all their fields', () => {
    const bytes = encode(headerLayout, header)
    expect(decode(headerLayout, bytes)).toEqual(header)
    expect(headerHash(header)).toEqual(sha256(bytes))
    const names = new Set([headerHash(header).join()])
    for (const [field, value] of Object.entries(header)) {
      const changed =
        typeof value === 'number'
          ? value ^ 1
          : typeof value === 'bigint'
            ? value ^ 1n
            : typeof value === 'string'
              ? `${value}1`
              : value.map((byte: number, i: number) => (i === 0 ? byte ^ 1 : byte))
      names.add(headerHash({ ...header, [field]: changed }).join())
    }
    expect(names.size).toBe(1 + Object.keys(header).length)
    expect(noRoot).toEqual(new Uint8Array(32))
  })

  it('need two thirds and one more of the committee', () => {
    const expected = [1, 2, 3, 3, 4, 5, 5, 6, 7, 7]
    expect(expected.map((_, i) => quorum(i + 1))).toEqual(expected)
    for (let n = 1; n <= 64; n++) {
      const faulty = Math.floor((n - 1) / 3)
      expect(2 * quorum(n) - n).toBeGreaterThan(faulty)
      expect(n - faulty).toBeGreaterThanOrEqual(quorum(n))
    }
  })

  it('count each seat once, in order, with a signature of its own over this body', () => {
    const certified = (changed: Partial<Certificate>): boolean =>
      isCertified({ ...certificate, ...changed }, committee, cheapSignatures)
    const { signers, body } = certificate
    expect(certified({})).toBe(true)
    expect(certified({ signers: signers.slice(1) })).toBe(false)
    expect(certified({ signers: [signers[0], signers[0], signers[1]] })).toBe(false)
    expect(certified({ signers: signers.toReversed() })).toBe(false)
    expect(certified({ signers: signers.map((s) => ({ ...s, seat: s.seat + 1 })) })).toBe(false)
    expect(certified({ body: { ...body, view: body.view + 1n } })).toBe(false)
    const bytes = encode(certificateLayout, certificate)
    expect(decode(certificateLayout, bytes)).toEqual(certificate)
  })

  it('name a committee by its members and their seats', () => {
    expect(equal(committee.hash, header.committee)).toBe(true)
    expect(committeeOf(members.toReversed()).hash).not.toEqual(committee.hash)
    expect(committeeOf(members.slice(1)).hash).not.toEqual(committee.hash)
  })
})
