import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { idToLabel, type Mid } from '#base'
import { serve, type Served } from './served.contract.js'

const big = randomBytes(3 * 1024 * 1024 + 17)
let served: Served
let mid: string
let label: string

beforeAll(async () => {
  served = await serve()
  mid = await served.unit({
    'index.html': '<title>home</title><a href="docs/">docs</a>',
    'docs/a b&c.txt': 'ünï',
    'docs/日本語.txt': 'こんにちは',
    'docs/x:y.txt': 'colon',
    'docs/100%.txt': 'percent',
    'pic.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'big.bin': big,
    'empty.txt': '',
    'latin.html': Buffer.from('<p>caf\xe9</p>', 'latin1'),
    'deep/app/index.html': 'deep',
  })
  label = idToLabel(mid as Mid)
})
afterAll(() => served[Symbol.asyncDispose]())

describe('a file', () => {
  it('comes whole, with its tag, type and rules for caches', async () => {
    const { status, headers, text } = await served.ask(`/mm/${mid}/docs/a%20b%26c.txt`)
    expect({ status, text }).toEqual({ status: 200, text: 'ünï' })
    expect(headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(headers['cache-control']).toBe('no-cache')
    expect(headers.etag).toMatch(/^"baf[a-z0-9]+"$/)
    expect(headers['access-control-allow-origin']).toBe('*')
    expect(headers['access-control-allow-credentials']).toBeUndefined()
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['accept-ranges']).toBe('bytes')
  })

  it('is immutable under a numbered version and under its CID', async () => {
    const immutable = 'public, max-age=31536000, immutable'
    const numbered = await served.ask(`/mm/${mid}:1/big.bin`)
    expect(numbered.headers['cache-control']).toBe(immutable)
    expect(numbered.body.equals(big)).toBe(true)
    const { root } = await served.node.call('mimei.show', { mid }, served.owner)
    const byCid = await served.ask(`/ipfs/${root}/big.bin`)
    expect(byCid.headers['cache-control']).toBe(immutable)
    expect(byCid.body.equals(big)).toBe(true)
    expect(byCid.headers.etag).toBe(numbered.headers.etag)
  })

  it('comes in parts', async () => {
    const part = async (range: string, more: Record<string, string> = {}) => {
      const answer = await served.ask(`/mm/${mid}/big.bin`, { headers: { Range: range, ...more } })
      return { ...answer, range: answer.headers['content-range'] }
    }
    const size = big.length
    const middle = await part('bytes=1000-1999')
    expect([middle.status, middle.range]).toEqual([206, `bytes 1000-1999/${size}`])
    expect(middle.body.equals(big.subarray(1000, 2000))).toBe(true)
    expect((await part('bytes=-5')).body.equals(big.subarray(-5))).toBe(true)
    const rest = await part(`bytes=${size - 3}-`)
    expect(rest.body.equals(big.subarray(-3))).toBe(true)
    const beyond = await part(`bytes=${size - 3}-${size + 100}`)
    expect(beyond.range).toBe(`bytes ${size - 3}-${size - 1}/${size}`)
    const across = await part('bytes=1048570-1048600')
    expect(across.body.equals(big.subarray(1048570, 1048601))).toBe(true)
    const outside = await part(`bytes=${size}-`)
    expect([outside.status, outside.range]).toEqual([416, `bytes */${size}`])
    for (const odd of ['bytes=5-1', 'bytes=a-b', 'lines=1-2', 'bytes=0-1,5-6', 'bytes=-']) {
      expect((await part(odd)).status).toBe(200)
    }
    const { headers } = middle
    expect((await part('bytes=0-9', { 'If-Range': String(headers.etag) })).status).toBe(206)
    expect((await part('bytes=0-9', { 'If-Range': '"other"' })).status).toBe(200)
  })

  it('is not sent again to who has it', async () => {
    const { headers } = await served.ask(`/mm/${mid}/big.bin`)
    const etag = String(headers.etag)
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const again = await served.ask(`/mm/${mid}/big.bin`, { headers: { 'If-None-Match': known } })
      expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, etag])
    }
    const other = await served.ask(`/mm/${mid}/big.bin`, { headers: { 'If-None-Match': '"x"' } })
    expect(other.status).toBe(200)
  })

  it('answers HEAD like GET, without content', async () => {
    for (const path of [`/mm/${mid}/big.bin`, `/mm/${mid}/`, `/mm/${mid}/docs/`]) {
      const get = await served.ask(path)
      const head = await served.ask(path, { method: 'HEAD' })
      expect(head.body.length).toBe(0)
      expect(head.status).toBe(200)
      for (const name of ['etag', 'content-type', 'content-length', 'cache-control']) {
        expect(head.headers[name]).toBe(get.headers[name])
      }
    }
  })

  it('may be empty', async () => {
    const { status, body, headers } = await served.ask(`/mm/${mid}/empty.txt`)
    expect([status, body.length, headers['content-length']]).toEqual([200, 0, '0'])
    const part = await served.ask(`/mm/${mid}/empty.txt`, { headers: { Range: 'bytes=0-' } })
    expect(part.status).toBe(416)
  })

  it('says UTF-8 only where it is', async () => {
    const { headers } = await served.ask(`/mm/${mid}/latin.html`)
    expect(headers['content-type']).toBe('text/html')
  })

  it('runs as nobody away from its own origin', async () => {
    for (const path of ['index.html', 'pic.svg', 'docs/']) {
      const { headers } = await served.ask(`/mm/${mid}/${path}`)
      expect(headers['content-security-policy']).toMatch(/^sandbox allow-scripts/)
      expect(headers['content-security-policy']).not.toContain('allow-same-origin')
    }
    const plain = await served.ask(`/mm/${mid}/big.bin`)
    expect(plain.headers['content-security-policy']).toBeUndefined()
  })

  it('is no script of the desktop', async () => {
    const headers = { 'Sec-Fetch-Dest': 'script', 'Sec-Fetch-Site': 'same-origin' }
    const script = await served.ask(`/mm/${mid}/docs/x:y.txt`, { headers })
    expect(script.status).toBe(403)
    const worker = { headers: { 'Service-Worker': 'script' } }
    expect((await served.ask(`/mm/${mid}/docs/x:y.txt`, worker)).status).toBe(403)
  })
})

describe('a directory', () => {
  it('is its index page', async () => {
    expect((await served.ask(`/mm/${mid}/`)).text).toContain('<title>home</title>')
    expect((await served.ask(`/mm/${mid}/deep/app/`)).text).toBe('deep')
  })

  it('is redirected to its slash, with its query', async () => {
    const { status, headers } = await served.ask(`/mm/${mid}/docs?x=1`)
    expect([status, headers.location]).toEqual([302, `/mm/${mid}/docs/?x=1`])
    const root = await served.ask(`/mm/${mid}`)
    expect([root.status, root.headers.location]).toEqual([302, `/mm/${mid}/`])
  })

  it('is a list of links that lead where they say', async () => {
    const { headers, text } = await served.ask(`/mm/${mid}/docs/`)
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(text).toContain('日本語.txt')
    expect(text).toContain('a b&amp;c.txt')
    const links = [...text.matchAll(/href="\.\/([^"]+)"/g)].map(([, link]) => link)
    expect(links).toHaveLength(4)
    for (const link of links) {
      expect((await served.ask(`/mm/${mid}/docs/${link}`)).status).toBe(200)
    }
  })
})

describe('a unit’s own origin', () => {
  const at = (name: string) => ({ Host: `${name}.localhost:${served.server.port}` })

  it('serves the unit from its root', async () => {
    const { status, headers, text } = await served.ask('/', { headers: at(label) })
    expect(status).toBe(200)
    expect(text).toContain('<title>home</title>')
    expect(headers['content-security-policy']).toMatch(/^frame-ancestors 'self' http:\/\/localhost/)
    expect((await served.ask('/docs/x:y.txt', { headers: at(label) })).text).toBe('colon')
  })

  it('has one for each version', async () => {
    expect((await served.ask('/', { headers: at(`${label}-v1`) })).status).toBe(200)
    expect((await served.ask('/', { headers: at(`${label}-last`) })).status).toBe(200)
    expect((await served.ask('/', { headers: at(`${label}-v9`) })).status).toBe(404)
    expect((await served.ask('/', { headers: at(`${label}-v01`) })).status).toBe(421)
  })

  it('is where a page opened in a tab goes', async () => {
    const headers = { 'Sec-Fetch-Dest': 'document' }
    const { port } = served.server
    const page = await served.ask(`/mm/${mid}/docs/?q=1`, { headers })
    expect(page.status).toBe(302)
    expect(page.headers.location).toBe(`http://${label}.localhost:${port}/docs/?q=1`)
    const version = await served.ask(`/mm/${mid}:1/index.html`, { headers })
    expect(version.headers.location).toBe(`http://${label}-v1.localhost:${port}/index.html`)
    expect((await served.ask(`/mm/${mid}/big.bin`, { headers })).status).toBe(200)
  })

  it('sends an app’s own routes to its page, and misses files that are missing', async () => {
    const headers = { ...at(label), Accept: 'text/html,*/*' }
    expect((await served.ask('/notes/17', { headers })).text).toContain('<title>home</title>')
    expect((await served.ask('/missing.js', { headers })).status).toBe(404)
  })

  it('lets no other unit’s page run there', async () => {
    const other = await served.unit({ 'index.html': 'other' }, 'other')
    const { headers } = await served.ask(`/mm/${other}/`, { headers: at(label) })
    expect(headers['content-security-policy']).toMatch(/^sandbox/)
  })

  it('shows the release once there is one', async () => {
    const unit = await served.unit({ 'index.html': 'one' }, 'released')
    await served.node.call('mimei.release', { mid: unit, version: 1 }, served.owner)
    await served.unit({ 'index.html': 'two' }, 'released')
    const own = at(idToLabel(unit as Mid))
    expect((await served.ask('/', { headers: own })).text).toBe('one')
    expect((await served.ask(`/mm/${unit}/`)).text).toBe('two')
  })
})

describe('blocks', () => {
  it('come raw and as an archive, to be checked by who reads them', async () => {
    const { root } = await served.node.call('mimei.show', { mid }, served.owner)
    const raw = await served.ask(`/ipfs/${root}?format=raw`)
    expect(raw.headers['content-type']).toBe('application/vnd.ipld.raw')
    const { CID, matchesCid } = await import('#base')
    expect(matchesCid(CID.parse(String(root)), raw.body)).toBe(true)
    const accept = { headers: { Accept: 'application/vnd.ipld.car' } }
    const car = await served.ask(`/ipfs/${root}`, accept)
    expect(car.headers['content-type']).toContain('application/vnd.ipld.car')
    expect(car.body.length).toBeGreaterThan(big.length)
  })
})

describe('what is not there, or not for everyone', () => {
  it('is told with a code', async () => {
    const missing = await served.ask(`/mm/${mid}/none.txt`)
    expect([missing.status, JSON.parse(missing.text).error.code]).toEqual([404, 'PATH_UNKNOWN'])
    expect((await served.ask(`/mm/${mid}:77/`)).status).toBe(404)
    expect((await served.ask('/mm/AAAAAAAAAAAAAAAAAAAAAAAAAAB/')).status).toBe(404)
    expect((await served.ask('/ipfs/nonsense/')).status).toBe(400)
    expect((await served.ask(`/mm/${mid}:abc/`)).status).toBe(400)
  })

  it('keeps working copies and closed units for their owner', async () => {
    const authority = { Authorization: `Bearer ${served.sid}` }
    expect((await served.ask(`/mm/${mid}:cur/index.html`)).status).toBe(403)
    const own = await served.ask(`/mm/${mid}:cur/index.html`, { headers: authority })
    expect([own.status, own.headers['cache-control']]).toEqual([200, 'private, no-cache'])
    const closed = { mark: 'closed', kind: 'file' as const, right: 0x07276700 }
    const { mid: secret } = await served.node.call('mimei.create', closed, served.owner)
    await served.unit({ 'a.txt': 'secret' }, 'closed')
    expect((await served.ask(`/mm/${secret}:1/a.txt`)).status).toBe(403)
    const mine = await served.ask(`/mm/${secret}:1/a.txt`, { headers: authority })
    expect(mine.headers['cache-control']).toBe('private, max-age=31536000, immutable')
    const { root } = await served.node.call('mimei.show', { mid: secret }, served.owner)
    expect((await served.ask(`/ipfs/${root}/a.txt`)).status).toBeGreaterThanOrEqual(403)
  })

  it('never leads out of the unit', async () => {
    for (const path of [
      '../x',
      '..%2fx',
      '%2e%2e/x',
      'docs/..%5c..',
      '%00',
      '%zz',
      '....//',
      '.',
    ]) {
      const { status } = await served.ask(`/mm/${mid}/${path}`)
      expect([400, 404]).toContain(status)
    }
    for (const path of ['/../../package.json', '/%2e%2e/%2e%2e/package.json', '/..%2f..%2fx']) {
      expect([400, 404]).toContain((await served.ask(path)).status)
    }
  })
})
