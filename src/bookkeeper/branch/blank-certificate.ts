/** What stands where nobody had to sign: at the beginning. */
import { type Certificate, type Header, levels, votes } from '#ledger'
import { hashOf } from './chain.js'

export const blankCertificate = (header: Header): Certificate => ({
  body: {
    org: header.org,
    level: levels.branch,
    prefix: header.prefix,
    cycle: header.cycle,
    kind: votes.finalize,
    view: header.view,
    hash: hashOf(header),
  },
  signers: [],
})
