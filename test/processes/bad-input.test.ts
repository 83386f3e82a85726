/** What goes wrong in front of a user: each a typed error, a status, and nothing changed. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { freshFolder, type NodeProcess, say, startNode } from './leither.js'

const unknownMid = 'FAAAAAAAAAAAAAAAAAAAAAAAAAA'

let node: NodeProcess
let files = ''
let database = ''

beforeAll(async () => {
  node = await startNode()
  files = (await node.ask<{ mid: string }>(['mimei', 'create', 'files', '--kind', 'file'])).mid
  database = (await node.ask<{ mid: string }>(['mimei', 'create', 'db', '--kind', 'database'])).mid
  await node.ask(['mimei', 'put', files, 'a.txt'], { input: 'a' })
  await node.ask(['mimei', 'backup', files])
})

/** Runs a command that must fail: nothing on stdout, `error CODE: message` on stderr, status 1 or 2. */
async function refused(args: readonly string[], input?: string): Promise<string> {
  const { status, stdout, stderr } = await node.say(args, input === undefined ? {} : { input })
  expect({ args, status, stdout }).toEqual({ args, status: expect.any(Number), stdout: '' })
  expect(status).not.toBe(0)
  const code = /^error ([A-Z_]+): .{10,}/m.exec(stderr)?.[1]
  expect({ args, stderr, code }).toMatchObject({ code: expect.any(String) })
  return code ?? ''
}

describe('the command line', () => {
  it.each([
    ['an unknown mid', () => ['mimei', 'show', unknownMid], 'MIMEI_UNKNOWN'],
    ['no mid at all', () => ['mimei', 'show', 'photos'], 'BAD_INPUT'],
    ['an unknown version', () => ['mimei', 'ls', `${files}:9`], 'VERSION_UNKNOWN'],
    ['a release that is not there', () => ['mimei', 'ls', `${files}:release`], 'VERSION_UNKNOWN'],
    ['an unknown path', () => ['mimei', 'get', files, 'b.txt'], 'PATH_UNKNOWN'],
    ['a path outside of the unit', () => ['mimei', 'get', files, '../a.txt'], 'PATH_INVALID'],
    ['the wrong kind', () => ['db', 'get', files, 'key'], 'WRONG_KIND'],
    ['a write to a version', () => ['db', 'set', `${database}:last`, 'k', '1'], 'VERSION_UNKNOWN'],
    ['a number that is none', () => ['db', 'incrby', database, 'n', 'many'], 'USAGE'],
    ['publishing before a backup', () => ['mimei', 'publish', database], 'NOT_BACKED_UP'],
    ['an unknown command', () => ['mimei', 'fly'], 'USAGE'],
    ['an unknown option', () => ['mimei', 'list', '--fast'], 'USAGE'],
    ['a missing argument', () => ['mimei', 'show'], 'USAGE'],
    ['a folder that is not there', () => ['mimei', 'add', files, '/nowhere/at/all'], 'FILE'],
    ['a unit nobody has', () => ['mimei', 'sync', unknownMid], 'NO_PROVIDERS'],
  ])('refuses %s', async (_what, args, code) => {
    expect(await refused(args())).toContain(code)
  })

  it('refuses to write below a file and changes nothing', async () => {
    expect(await refused(['mimei', 'put', files, 'a.txt/b'], 'b')).toMatch(/PATH|DIRECTORY/)
    const { changed } = await node.ask<{ changed: boolean }>(['mimei', 'show', files])
    expect(changed).toBe(false)
  })

  it('prints errors the same way with --json', async () => {
    const { status, stdout, stderr } = await node.say(['mimei', 'show', unknownMid, '--json'])
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toMatch(/^error MIMEI_UNKNOWN: /m)
  })

  it('says when no node runs', async () => {
    const { status, stderr } = await say(['status', '--home', freshFolder()])
    expect(status).toBe(1)
    expect(stderr).toMatch(/^error [A-Z_]+: .*leither start/m)
  })
})

describe('rights and passports', () => {
  it('keep guests out of what is not theirs', async () => {
    const closed = await node.ask<{ mid: string }>(['mimei', 'create', 'closed', '--kind', 'file'])
    await node.ask(['mimei', 'right', closed.mid, '--private'])
    await node.ask(['mimei', 'put', closed.mid, 'secret.txt'], { input: 'secret' })
    const { root } = await node.ask<{ root: string }>(['mimei', 'backup', closed.mid])
    const show = await node.call('mimei.show', { mid: closed.mid })
    expect([show.status, show.body.error?.code]).toEqual([403, 'RIGHT_MISSING'])
    const write = await node.call('files.write', {
      mid: files,
      path: 'x',
      bytes: { '/': { bytes: '' } },
    })
    expect([write.status, write.body.error?.code]).toEqual([401, 'SESSION_NEEDED'])
    for (const path of [`mm/${closed.mid}/secret.txt`, `ipfs/${root}/secret.txt`, `ipfs/${root}`]) {
      const answer = await fetch(`${node.address}/${path}`)
      expect([path, answer.ok]).toEqual([path, false])
      expect(await answer.text()).not.toContain('"secret"')
    }
    expect(await refused(['mimei', 'publish', closed.mid])).toBe('NOT_PUBLIC')
  })

  it('refuse a passport for another node, a changed one, and one that is none', async () => {
    const other = await startNode(['--no-network'])
    const { passport } = await node.ask<{ passport: string }>(['passport', '--node', node.id])
    const elsewhere = await other.call('session.passport', { passport })
    expect(elsewhere.body.error?.code).toBe('PASSPORT_ELSEWHERE')
    const changed = passport.slice(0, 60) + (passport[60] === 'A' ? 'B' : 'A') + passport.slice(61)
    for (const text of [changed, 'nonsense', '']) {
      const answer = await node.call('session.passport', { passport: text })
      expect([answer.status, answer.body.error?.code]).toEqual([401, 'PASSPORT_INVALID'])
    }
    expect((await node.call('session.passport', { passport })).status).toBe(200)
    await other.stop()
  })

  it('give in to no password guessing', async () => {
    const env = { LEITHER_NEW_PASSWORD: 'a good password' }
    await node.ask(['user', 'add', 'eve'], { env })
    const codes = new Set<string | undefined>()
    for (let guess = 0; guess < 8; guess++) {
      const { body } = await node.call('session.login', { name: 'eve', password: `guess ${guess}` })
      codes.add(body.error?.code)
    }
    expect(codes).toEqual(new Set(['LOGIN_REFUSED', 'LOGIN_DELAYED']))
  })
})

describe('starting', () => {
  it('refuses a home that is in use', async () => {
    const { status, stdout, stderr } = await say([
      ...['start', '--home', node.home, '--port', '0', '--no-network'],
    ])
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toMatch(/^error HOME_IN_USE: /m)
  })

  it('refuses a port that is in use', async () => {
    const { port } = new URL(node.address)
    const { status, stderr } = await say([
      ...['start', '--home', freshFolder(), '--port', port, '--no-network'],
    ])
    expect(status).toBe(1)
    expect(stderr).toMatch(/^error PORT_IN_USE: /m)
  })
})

/** A small file system of its own, filled up by hand. */
describe('a full disk', () => {
  it('refuses writes with a clear error, goes on reading, and takes writes when there is room', async () => {
    const home = freshFolder()
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'tmpfs', home])
    try {
      const full = await startNode(['--no-network'], home)
      const { mid } = await full.ask<{ mid: string }>(['mimei', 'create', 'f', '--kind', 'file'])
      await full.ask(['mimei', 'put', mid, 'kept.txt'], { input: 'kept' })
      const ballast = join(home, 'ballast')
      writeFileSync(ballast, Buffer.alloc(140 * 1024 * 1024))
      const write = await full.say(['mimei', 'put', mid, 'more.bin'], { input: Buffer.alloc(1e6) })
      expect(write.status).toBe(1)
      expect(write.stderr).toMatch(/^error DISK_FULL: .*free/m)
      expect((await full.say(['mimei', 'get', mid, 'kept.txt'])).stdout).toBe('kept')
      execFileSync('rm', [ballast])
      await full.ask(['mimei', 'put', mid, 'more.bin'], { input: Buffer.alloc(1e6) })
      expect((await full.say(['mimei', 'ls', mid])).stdout).toContain('more.bin')
      expect(await full.stop()).toBe(0)
    } finally {
      execFileSync('umount', ['-l', home])
    }
  })
})

describe('a damaged store', () => {
  it('never serves a block whose bytes do not match, and the doctor names it', async () => {
    const home = freshFolder()
    const first = await startNode(['--no-network'], home)
    const { mid } = await first.ask<{ mid: string }>(['mimei', 'create', 'f', '--kind', 'file'])
    const content = Buffer.alloc(3_000_000, 'x')
    await first.ask(['mimei', 'put', mid, 'large.bin'], { input: content })
    await first.ask(['mimei', 'backup', mid])
    expect(await first.stop()).toBe(0)
    const stored = readdirSync(join(home, 'files'), { recursive: true, encoding: 'utf8' })
      .map((name) => join(home, 'files', name))
      .filter((path) => statSync(path).isFile())
    expect(stored.length).toBeGreaterThan(0)
    const bytes = readFileSync(stored[0])
    bytes[1000] ^= 1
    writeFileSync(stored[0], bytes)
    const second = await startNode(['--no-network'], home)
    const served = await fetch(`${second.address}/mm/${mid}:last/large.bin`)
      .then((answer) => answer.arrayBuffer())
      .catch(() => undefined)
    expect(served?.byteLength === content.length).toBe(false)
    const { stdout } = await second.say(['doctor', '--json'])
    expect((JSON.parse(stdout) as { corrupt: string[] }).corrupt).toHaveLength(1)
    await second.stop()
  })
})
