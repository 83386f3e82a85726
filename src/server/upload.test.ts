import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serve, type Served } from './served.contract.js'

let served: Served
let mid: string
beforeAll(async () => {
  served = await serve()
  mid = await served.unit({ 'index.html': 'home' })
})
afterAll(() => served[Symbol.asyncDispose]())

const authority = () => ({ Authorization: `Bearer ${served.sid}` })
const put = (path: string, body: string | Uint8Array, headers: Record<string, string> = {}) =>
  served.ask(path, { method: 'PUT', body, headers: { ...authority(), ...headers } })
const cur = (path: string) => served.ask(`/mm/${mid}:cur/${path}`, { headers: authority() })

/** Sends raw bytes, then closes its side. @returns what came back */
const raw = (text: string, thenEnd = true) =>
  new Promise<string>((resolve) => {
    let answer = ''
    const socket = connect(served.server.port, '127.0.0.1', () => {
      socket.write(text, () => {
        if (thenEnd) socket.destroySoon()
      })
    })
    socket.on('data', (part) => {
      answer += part.toString()
      if (!thenEnd) socket.end()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(answer))
  })

describe('an upload', () => {
  it('writes a file into the working copy, of any size and name', async () => {
    const content = randomBytes(5 * 1024 * 1024 + 3)
    const path = `${encodeURIComponent('фото')}/${encodeURIComponent('写真 #1%.bin')}`
    const { status, headers, text } = await put(`/mm/${mid}/${path}`, content)
    expect(status).toBe(201)
    expect(JSON.parse(text)).toMatchObject({ path: 'фото/写真 #1%.bin', size: content.length })
    const again = await served.ask(String(headers.location), { headers: authority() })
    expect(again.body.equals(content)).toBe(true)
    expect((await put(`/mm/${mid}:cur/a/b/c.txt`, '')).status).toBe(201)
    expect((await cur('a/b/c.txt')).body.length).toBe(0)
  })

  it('keeps the time that the file was changed', async () => {
    const modified = 1_700_000_000_123
    await put(`/mm/${mid}/dated.txt`, 'x', { 'X-Modified': String(modified) })
    const stat = await served.node.call('files.stat', { mid, path: 'dated.txt' }, served.owner)
    expect(stat.modified).toBe(modified)
    expect((await put(`/mm/${mid}/dated.txt`, 'x', { 'X-Modified': 'soon' })).status).toBe(400)
  })

  it('needs the right, and a name', async () => {
    const guest = await served.ask(`/mm/${mid}/x.txt`, { method: 'PUT', body: 'x' })
    expect([401, 403]).toContain(guest.status)
    for (const path of [`/mm/${mid}/`, `/mm/${mid}/dir/`, `/mm/${mid}:1/x`, `/mm/${mid}/a/../b`]) {
      expect((await put(path, 'x')).status).toBe(400)
    }
    expect((await put('/mm/AAAAAAAAAAAAAAAAAAAAAAAAAAB/x', 'x')).status).toBe(404)
    expect((await put('/elsewhere', 'x')).status).toBe(405)
    expect((await cur('x.txt')).status).toBe(404)
  })

  it('that breaks off leaves what was there', async () => {
    await put(`/mm/${mid}/kept.txt`, 'before')
    const head = `PUT /mm/${mid}/kept.txt HTTP/1.1\r\nHost: localhost\r\n`
    const sid = `Authorization: Bearer ${served.sid}\r\n`
    await raw(`${head}${sid}Content-Length: 1000\r\n\r\nhalf`)
    await raw(`${head}${sid}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`)
    await raw(`${head}${sid}Transfer-Encoding: chunked\r\n\r\nnonsense\r\n`)
    expect((await cur('kept.txt')).text).toBe('before')
    const without = await raw(`${head}${sid}\r\n`, false)
    expect(without).toMatch(/^HTTP\/1.1 411 /)
  })

  it('waits for the word to go on, and is refused before it is sent', async () => {
    const expecting = (sid: string) =>
      raw(
        `PUT /mm/${mid}/later.txt HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n` +
          `Content-Length: 5\r\n${sid}\r\n`,
        false,
      )
    expect(await expecting(`Authorization: Bearer ${served.sid}\r\n`)).toMatch(/^HTTP\/1.1 100 /)
    expect(await expecting('')).toMatch(/^HTTP\/1.1 40[13] /)
  })
})
