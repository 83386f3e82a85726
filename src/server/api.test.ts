import { connect as connectSocket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { idToLabel, limits, type Mid } from '#base'
import { openServer } from './open.js'
import { serve, type Served } from './served.contract.js'

let served: Served
beforeAll(async () => {
  served = await serve()
})
afterAll(() => served[Symbol.asyncDispose]())

const call = (method: string, params: unknown, headers: Record<string, string> = {}) =>
  served.ask(`/api/${method}`, { method: 'POST', headers, body: JSON.stringify(params) })

const authority = () => ({ Authorization: `Bearer ${served.sid}` })

describe('POST /api/<method>', () => {
  it('calls the method and answers JSON', async () => {
    const { status, headers, text } = await call('node.id', {})
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
    expect(headers['cache-control']).toBe('no-store')
    expect(JSON.parse(text)).toMatchObject({ claimed: true, version: '9.9.9' })
    const empty = await served.ask('/api/node.id', { method: 'POST' })
    expect(empty.status).toBe(200)
  })

  it('carries bytes and CIDs as DAG-JSON', async () => {
    const made = await call('mimei.create', { mark: 'db', kind: 'database' }, authority())
    const { mid } = JSON.parse(made.text)
    const value = { bytes: { '/': { bytes: 'AAEC' } }, n: 1.5, list: [null, 'ü'] }
    expect((await call('db.set', { mid, key: 'k', value }, authority())).status).toBe(200)
    const got = await call('db.get', { mid, key: 'k' }, authority())
    expect(JSON.parse(got.text)).toEqual({ value })
  })

  it('says what is wrong, with a status that fits', async () => {
    const cases: readonly [string, unknown, number, string, boolean][] = [
      ['mimei.create', { mark: '', kind: 'file' }, 400, 'BAD_INPUT', true],
      ['mimei.list', {}, 401, 'SESSION_NEEDED', false],
      ['no.method', {}, 404, 'UNKNOWN_METHOD', false],
      ['constructor', {}, 404, 'UNKNOWN_METHOD', false],
      ['mimei.show', { mid: 'h3PPmr6HVHrmaV_WAbnEP6t3x87' }, 404, 'MIMEI_UNKNOWN', true],
      ['user.claim', { name: 'eve', password: 'long enough' }, 409, 'NODE_CLAIMED', false],
      ['session.login', { name: 'ada', password: 'wrong wrong' }, 401, 'LOGIN_REFUSED', false],
      ['events.subscribe', {}, 400, 'WEBSOCKET_NEEDED', false],
    ]
    for (const [method, params, status, code, signedIn] of cases) {
      const answer = await call(method, params, signedIn ? authority() : {})
      const { error } = JSON.parse(answer.text)
      expect([method, answer.status, error.code]).toEqual([method, status, code])
      expect(typeof error.message).toBe('string')
    }
  })

  it('refuses what is no JSON and what is too large', async () => {
    const broken = await served.ask('/api/node.id', { method: 'POST', body: '{"a":' })
    expect([broken.status, JSON.parse(broken.text).error.code]).toEqual([400, 'BAD_INPUT'])
    const listed = await served.ask('/api/node.id', { method: 'POST', body: '[1]' })
    expect(listed.status).toBe(400)
    const body = Buffer.alloc(limits.requestBytes + 1, 0x20)
    const large = await served.ask('/api/node.id', { method: 'POST', body })
    expect([large.status, JSON.parse(large.text).error.code]).toEqual([413, 'REQUEST_TOO_LARGE'])
    const streamed = await served.ask('/api/node.id', {
      method: 'POST',
      headers: { 'Transfer-Encoding': 'chunked' },
      body,
    })
    expect(streamed.status).toBe(413)
  })

  it('keeps our own faults for the log, under a number', async () => {
    const { node } = served
    const broken = {
      version: node.version,
      subscribe: node.subscribe,
      openUnitPath: node.openUnitPath,
      openCidPath: node.openCidPath,
      exportCar: node.exportCar,
      writeUnitPath: node.writeUnitPath,
      call: () => Promise.reject(new Error('the secret of the house')),
    }
    const other = await serve({ node: broken })
    const answer = await other.ask('/api/node.id', { method: 'POST', body: '{}' })
    const { error } = JSON.parse(answer.text)
    expect([answer.status, error.code]).toEqual([500, 'INTERNAL'])
    expect(answer.text).not.toContain('secret')
    const line = other.log.lines.find(({ level }) => level === 'error')
    expect(line?.facts.incident).toBe(error.data.incident)
    expect(String(line?.facts.error)).toContain('the secret of the house')
    await other[Symbol.asyncDispose]()
  })

  it('lists its methods', async () => {
    const list = JSON.parse((await served.ask('/api')).text)
    expect(list.methods.map(({ name }: { name: string }) => name)).toContain('mimei.backup')
    const document = JSON.parse((await served.ask('/openapi.json')).text)
    expect(document.openapi).toBe('3.1.0')
    expect(document.paths['/api/mimei.backup'].post.operationId).toBe('mimei.backup')
  })
})

describe('origins', () => {
  it('refuses names that are not ours, whatever is asked', async () => {
    const { port } = served.server
    for (const host of ['evil.example', `evil.example:${port}`, 'evil.localhost', '10.9.8.7']) {
      for (const path of ['/', '/api', `/mm/AAAAAAAAAAAAAAAAAAAAAAAAAAB/`, '/openapi.json']) {
        const answer = await served.ask(path, { headers: { Host: host } })
        expect([path, answer.status]).toEqual([path, 421])
      }
      const post = await served.ask('/api/node.id', { method: 'POST', headers: { Host: host } })
      expect(post.status).toBe(421)
    }
  })

  it('refuses calls of other pages, and does not tell them that they may', async () => {
    for (const Origin of ['http://evil.example', 'null', 'http://localhost:1', 'https://x.y']) {
      const post = await call('node.id', {}, { Origin })
      expect([post.status, JSON.parse(post.text).error.code]).toEqual([403, 'ORIGIN_REFUSED'])
      expect(post.headers['access-control-allow-origin']).toBeUndefined()
      const preflight = await served.ask('/api/node.id', {
        method: 'OPTIONS',
        headers: { Origin, 'Access-Control-Request-Method': 'POST' },
      })
      expect(preflight.headers['access-control-allow-origin']).toBeUndefined()
      const put = await served.ask('/mm/x/y', { method: 'PUT', headers: { Origin }, body: 'x' })
      expect(put.status).toBe(403)
    }
  })

  it('lets pages of our own sites call, and everybody read', async () => {
    const { port } = served.server
    const mid = await served.unit({ 'a.txt': 'a' })
    for (const name of ['localhost', '127.0.0.1', `${idToLabel(mid as Mid)}.localhost`]) {
      const Origin = `http://${name}:${port}`
      const post = await call('node.id', {}, { Origin })
      expect(post.headers['access-control-allow-origin']).toBe(Origin)
    }
    const preflight = await served.ask(`/mm/${mid}/a.txt`, {
      method: 'OPTIONS',
      headers: { Origin: 'http://evil.example', 'Access-Control-Request-Method': 'GET' },
    })
    expect(preflight.headers['access-control-allow-origin']).toBe('*')
    expect(preflight.headers['access-control-allow-methods']).toBe('GET, HEAD, OPTIONS')
  })

  it('answers as local only to this machine itself', async () => {
    const seen: boolean[] = []
    const { node } = served
    const watched = {
      version: node.version,
      subscribe: node.subscribe,
      openUnitPath: node.openUnitPath,
      openCidPath: node.openCidPath,
      exportCar: node.exportCar,
      writeUnitPath: node.writeUnitPath,
      call: ((name, params, context) => {
        seen.push(context.caller.local)
        return node.call(name, params, context)
      }) as typeof node.call,
    }
    const other = await serve({ node: watched, names: ['box.example.org'] })
    const { port } = other.server
    const unit = `${idToLabel((await other.unit({ 'a.txt': 'a' })) as Mid)}.localhost`
    const cases: readonly [Record<string, string>, boolean][] = [
      [{}, true],
      [{ Host: `127.0.0.1:${port}` }, true],
      [{ Origin: `http://localhost:${port}` }, true],
      [{ 'Sec-Fetch-Site': 'same-origin' }, true],
      [{ 'Sec-Fetch-Site': 'none' }, true],
      [{ 'Sec-Fetch-Site': 'same-site' }, false],
      [{ 'Sec-Fetch-Site': 'cross-site' }, false],
      [{ Host: `box.example.org:${port}` }, false],
      [{ Host: `${unit}:${port}` }, false],
      [{ Host: `${unit}:${port}`, Origin: `http://${unit}:${port}` }, false],
      [{ Origin: `http://${unit}:${port}` }, false],
      [{ Origin: `http://127.0.0.1:${port}` }, false],
      [{ 'X-Forwarded-For': '10.0.0.1' }, false],
    ]
    for (const [headers, local] of cases) {
      seen.length = 0
      await other.ask('/api/node.id', { method: 'POST', headers, body: '{}' })
      expect([headers, seen]).toEqual([headers, [local]])
    }
    await other[Symbol.asyncDispose]()
  })

  it('sets no cookie anywhere', async () => {
    for (const path of ['/', '/api', '/openapi.json', '/leither/client.js']) {
      expect((await served.ask(path)).headers['set-cookie']).toBeUndefined()
    }
  })

  it('guards the desktop', async () => {
    const { headers } = await served.ask('/')
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'self'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(headers['x-frame-options']).toBe('DENY')
    expect(headers['referrer-policy']).toBe('no-referrer')
    expect(headers['cross-origin-opener-policy']).toBe('same-origin')
  })
})

describe('the port', () => {
  it('in use is said with advice', async () => {
    const { port } = served.server
    const { node, log } = served
    const { systemClock, systemRandom } = await import('#host')
    const again = openServer({
      node,
      port,
      host: '127.0.0.1',
      clock: systemClock(),
      random: systemRandom(),
      log,
    })
    await expect(again).rejects.toMatchObject({ code: 'PORT_IN_USE', data: { port } })
    await expect(again).rejects.toThrow('--port')
  })

  it('closes with connections that stay open, half requests and downloads', async () => {
    const other = await serve()
    const mid = await other.unit({ 'big.bin': Buffer.alloc(64 * 1024 * 1024) })
    const { port } = other.server
    const open = (text: string) =>
      new Promise<void>((resolve) => {
        const socket = connectSocket(port, '127.0.0.1', () => socket.write(text))
        socket.on('error', () => undefined)
        if (text === '') resolve()
        else socket.once(text.includes('\r\n\r\n') ? 'readable' : 'connect', () => resolve())
      })
    await open('GET /mm/')
    await open(`GET /mm/${mid}/big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    await open('GET /api HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await other[Symbol.asyncDispose]()
    await expect(other.ask('/api')).rejects.toThrow()
  })
})
