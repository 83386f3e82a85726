import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serve, type Served } from './served.contract.js'

const folder = mkdtempSync(join(tmpdir(), 'leither-desktop-'))
const dist = join(folder, 'dist')
let served: Served

beforeAll(async () => {
  mkdirSync(join(dist, 'assets'), { recursive: true })
  writeFileSync(join(folder, 'secret.txt'), 'secret')
  writeFileSync(join(dist, 'index.html'), '<title>desktop</title>')
  writeFileSync(join(dist, 'assets/index-a1B2_c3D.js'), 'let packed')
  writeFileSync(join(dist, 'assets/index-a1B2_c3D.js.gz'), gzipSync('let packed'))
  writeFileSync(join(folder, 'client.js'), 'export {}')
  served = await serve({ desktopDir: dist, clientFile: join(folder, 'client.js') })
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

describe('the desktop', () => {
  it('is one page under all its addresses, always fresh', async () => {
    for (const path of ['/', '/units', '/unit/abc/history', '/allow?app=x']) {
      const { status, text, headers } = await served.ask(path)
      expect([path, status, text]).toEqual([path, 200, '<title>desktop</title>'])
      expect(headers['cache-control']).toBe('no-cache')
      expect(headers['content-type']).toBe('text/html; charset=utf-8')
    }
    const { headers } = await served.ask('/')
    const known = { 'If-None-Match': String(headers.etag) }
    expect((await served.ask('/', { headers: known })).status).toBe(304)
  })

  it('has assets that are kept for ever, packed where the browser unpacks', async () => {
    const path = '/assets/index-a1B2_c3D.js'
    const plain = await served.ask(path)
    expect([plain.text, plain.headers['content-encoding']]).toEqual(['let packed', undefined])
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    const packed = await served.ask(path, { headers: { 'Accept-Encoding': 'gzip, br' } })
    expect(packed.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(packed.body).toString()).toBe('let packed')
    expect(packed.headers.vary).toBe('Accept-Encoding')
  })

  it('misses files that are missing, and gives nothing from beside its folder', async () => {
    expect((await served.ask('/assets/none.js')).status).toBe(404)
    for (const path of ['/../secret.txt', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '/assets/..']) {
      const { status, text } = await served.ask(path)
      expect(status).not.toBe(200)
      expect(text).not.toContain('secret\n')
    }
  })

  it('brings the client library, on every site', async () => {
    const { text, headers } = await served.ask('/leither/client.js')
    expect(text).toBe('export {}')
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8')
  })
})
