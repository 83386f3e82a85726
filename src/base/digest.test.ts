import { expect, it } from 'vitest'
import { cidOf, codecs, matchesCid, matchesCidAside } from './cid.js'
import * as browser from './digest-browser.js'
import * as node from './digest-node.js'

const inputs = [0, 1, 64, 100_000].map((size) => new Uint8Array(size).fill(size))

it('digests are the same in a browser and in Node, aside and at once', async () => {
  for (const bytes of inputs) {
    expect(browser.sha256(bytes)).toEqual(node.sha256(bytes))
    expect(browser.ripemd160(bytes)).toEqual(node.ripemd160(bytes))
    expect(await node.sha256Aside(bytes)).toEqual(node.sha256(bytes))
    expect(await browser.sha256Aside(bytes)).toEqual(node.sha256(bytes))
  }
})

it('bytes match their own CID only', async () => {
  for (const [i, bytes] of inputs.entries()) {
    const cid = cidOf(codecs.raw, bytes)
    const other = inputs[(i + 1) % inputs.length]
    expect([matchesCid(cid, bytes), matchesCid(cid, other)]).toEqual([true, false])
    expect(await matchesCidAside(cid, bytes)).toBe(true)
    expect(await matchesCidAside(cid, other)).toBe(false)
  }
})
