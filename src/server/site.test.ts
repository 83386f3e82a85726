import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeId, idToLabel, type Mid } from '#base'
import { isOwnOrigin, siteOf, unitOrigin } from './site.js'

const names = ['box.example.org']
const hash = Uint8Array.from({ length: 20 }, (_, i) => i * 7)
const mid = encodeId(1, hash) as Mid
const label = idToLabel(mid)

describe('a host name', () => {
  it('is the main site under loopback names, the node’s names and its own address', () => {
    for (const host of [
      'localhost:4800',
      '127.0.0.1:4800',
      '[::1]:4800',
      'LOCALHOST',
      'localhost',
    ]) {
      expect(siteOf(host, names, '127.0.0.1')).toMatchObject({
        kind: 'main',
        host: { loopback: true },
      })
    }
    const named = siteOf('Box.Example.org:80', names, '10.0.0.7')
    expect(named).toMatchObject({
      kind: 'main',
      host: { loopback: false, base: 'box.example.org' },
    })
    const literal = siteOf('10.0.0.7:4800', names, '::ffff:10.0.0.7')
    expect(literal).toMatchObject({ kind: 'main', host: { base: undefined, loopback: false } })
    expect(siteOf('[fe80::7]:4800', names, 'fe80::7')?.kind).toBe('main')
  })

  it('is a unit’s site under the unit’s label', () => {
    expect(siteOf(`${label}.localhost:4800`, names, undefined)).toMatchObject({ kind: 'unit', mid })
    expect(siteOf(`${label}.box.example.org`, names, undefined)).toMatchObject({
      kind: 'unit',
      mid,
    })
    const versions = { v7: '7', last: 'last', cur: 'cur', release: 'release', v0: '0' }
    for (const [suffix, version] of Object.entries(versions)) {
      const site = siteOf(`${label}-${suffix}.localhost`, names, undefined)
      expect(site).toMatchObject({ kind: 'unit', mid, version })
    }
  })

  it('is nothing else', () => {
    const strange = [
      undefined,
      '',
      'evil.example',
      'localhost.evil.example',
      'evil.localhost',
      `${label}.evil.example`,
      `x.${label}.localhost`,
      `${label}-v07.localhost`,
      `${label}-next.localhost`,
      `${idToLabel(encodeId(0, hash))}.localhost`,
      '10.0.0.8',
      '127.0.0.2',
      'localhost:4800:4800',
      'user@localhost',
      'localhost/',
      'localhost.',
      '0.0.0.0',
      '[::1',
      'localhost:999999',
    ]
    for (const host of strange) expect(siteOf(host, names, '127.0.0.1')).toBeUndefined()
    const text = fc.string({ maxLength: 80 })
    fc.assert(
      fc.property(text, (host) => {
        const site = siteOf(host, [], undefined)
        if (site !== undefined)
          expect(['localhost', '127.0.0.1', '[::1]']).toContain(site.host.name)
      }),
    )
  })
})

describe('an origin', () => {
  it('of a unit and version leads back to them', () => {
    const host = siteOf('localhost:4800', names, undefined)?.host
    if (host === undefined) throw new Error('no host')
    const hashes = fc.uint8Array({ minLength: 20, maxLength: 20 })
    const versions = fc.constantFrom(undefined, 'cur', 'last', 'release', '0', '7', '123456')
    fc.assert(
      fc.property(hashes, fc.constantFrom(1, 2), versions, (bytes, tag, version) => {
        const unit = encodeId(tag, bytes) as Mid
        const origin = unitOrigin(host, unit, version) ?? ''
        expect(new URL(origin).origin).toBe(origin)
        const site = siteOf(new URL(origin).host, names, undefined)
        expect(site).toMatchObject({ kind: 'unit', mid: unit, version })
      }),
    )
  })

  it('is our own on our names and our port only', () => {
    const host = siteOf('localhost:4800', names, undefined)?.host
    if (host === undefined) throw new Error('no host')
    const own = (origin: string) => isOwnOrigin(origin, host, names, '127.0.0.1')
    expect(own('http://localhost:4800')).toBe(true)
    expect(own('http://127.0.0.1:4800')).toBe(true)
    expect(own(`http://${label}.localhost:4800`)).toBe(true)
    for (const origin of [
      'null',
      '',
      'http://localhost',
      'http://localhost:3000',
      'http://evil.example:4800',
      'file://',
      'http://evil.localhost:4800',
    ]) {
      expect(own(origin)).toBe(false)
    }
  })
})
