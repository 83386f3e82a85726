import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { mkdir, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from './main.js'
import { type Running, runNode } from './run-node.js'
import type { Terminal } from './terminal.js'

const folder = mkdtempSync(join(tmpdir(), 'leither-cli-'))
const home = join(folder, 'home')
let running: Running

/** Runs one command line in this process. */
async function say(line: readonly string[], input = '') {
  const out: Buffer[] = []
  const notes: string[] = []
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      out.push(chunk)
      done()
    },
  })
  const terminal: Terminal = {
    stdout,
    stdin: Readable.from([Buffer.from(input)]),
    note: (text) => void notes.push(text),
    bar: () => ({ show: () => undefined, end: () => undefined }),
    askSecret: () => Promise.resolve('correct horse'),
  }
  const status = await main([...line, '--home', home], terminal)
  return { status, out: Buffer.concat(out).toString('utf8'), notes }
}

/** The one JSON value of a command that goes well. */
async function ask(...line: string[]): Promise<Record<string, never>> {
  const { status, out, notes } = await say([...line, '--json'])
  expect({ line, status, notes }).toEqual({ line, status: 0, notes: [] })
  return JSON.parse(out)
}

beforeAll(async () => {
  running = await runNode({
    home,
    port: 0,
    host: '127.0.0.1',
    names: [],
    network: false,
    wireHost: '127.0.0.1',
    wirePort: 0,
    bootstrap: [],
    mdns: false,
  })
})
afterAll(async () => {
  await running.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a home', () => {
  it('is for its owner’s eyes only', () => {
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
    expect(mode(home)).toBe('700')
    expect(mode(join(home, 'node.key'))).toBe('600')
    expect(mode(join(home, 'node.json'))).toBe('600')
  })

  it('serves one node at a time', async () => {
    const again = runNode({
      home,
      port: 0,
      host: '127.0.0.1',
      names: [],
      network: false,
      wireHost: '127.0.0.1',
      wirePort: 0,
      bootstrap: [],
      mdns: false,
    })
    await expect(again).rejects.toMatchObject({ code: 'HOME_IN_USE' })
    // The note of the first is still there.
    expect((await ask('status')).id).toBe(running.id)
  })

  it('tells its id also without a node', async () => {
    expect((await ask('id')).id).toBe(running.id)
    const { status, notes } = await say(['id', '--home', join(folder, 'none')])
    // The last --home counts.
    expect([status, notes]).toEqual([0, []])
  })
})

describe('units by the command line', () => {
  it('are made, filled, listed, backed up, restored and read', async () => {
    const site = join(folder, 'site')
    await mkdir(join(site, 'döcs'), { recursive: true })
    writeFileSync(join(site, 'index.html'), '<title>site</title>')
    writeFileSync(join(site, 'döcs', '日本.txt'), 'konnichiwa')
    writeFileSync(join(site, 'empty'), '')
    await symlink('/etc/passwd', join(site, 'link'))
    const { mid } = await ask('mimei', 'create', 'site')
    expect(await ask('mimei', 'create', 'site')).toMatchObject({ mid, created: false })
    const added = await say(['mimei', 'add', mid, site, '--json'])
    expect(added.notes.join()).toContain('link')
    expect(JSON.parse(added.out)).toMatchObject({ mid, files: 3, bytes: 29 })
    const { entries } = await ask('mimei', 'ls', mid)
    expect((entries as { name: string }[]).map(({ name }) => name).sort()).toEqual(
      ['döcs', 'empty', 'index.html'].sort(),
    )
    const first = await ask('mimei', 'backup', mid, '-m', 'first')
    expect(first).toMatchObject({ mid, version: 1 })
    await say(['mimei', 'put', mid, 'note.txt'], 'from stdin')
    expect((await say(['mimei', 'get', mid, 'note.txt'])).out).toBe('from stdin')
    expect((await ask('mimei', 'diff', mid)).changes).toEqual([
      { path: 'note.txt', change: 'added' },
    ])
    expect(await ask('mimei', 'backup', mid)).toMatchObject({ version: 2 })
    expect(await ask('mimei', 'release', `${mid}:1`)).toMatchObject({ version: 1 })
    const out = join(folder, 'out')
    expect(await ask('mimei', 'get', `${mid}:last`, '-o', out)).toMatchObject({ files: 4 })
    expect(readFileSync(join(out, 'döcs', '日本.txt'), 'utf8')).toBe('konnichiwa')
    expect(await ask('mimei', 'restore', `${mid}:1`)).toMatchObject({ mid, version: 1 })
    const missing = await say(['mimei', 'get', mid, 'note.txt'])
    expect([missing.status, missing.out]).toEqual([1, ''])
    expect(missing.notes[0]).toMatch(/^error PATH_UNKNOWN: /)
    const { versions } = await ask('mimei', 'log', mid)
    expect((versions as { version: number }[]).map(({ version }) => version)).toEqual([2, 1])
    await ask('mimei', 'mkdir', mid, 'x/y')
    await ask('mimei', 'mv', mid, 'empty', 'x/y/empty')
    await ask('mimei', 'rm', mid, 'x', '--recursive')
    await ask('mimei', 'right', mid, '--private')
    expect(await ask('mimei', 'show', mid)).toMatchObject({ right: 0x07276700, release: 1 })
  })

  it('hold databases', async () => {
    const { mid } = await ask('mimei', 'create', 'data', '--kind', 'database')
    await ask('db', 'set', mid, 'a', '{"n":[1,null]}')
    expect((await ask('db', 'get', mid, 'a')).value).toEqual({ n: [1, null] })
    await ask('db', 'mset', mid, 'b', '2', 'c', 'text')
    expect((await ask('db', 'mget', mid, 'b', 'c', 'd')).values).toEqual([2, 'text', null])
    expect((await ask('db', 'zadd', mid, 'z', '10', 'Ada', '-8', 'Grace')).count).toBe(2)
    expect((await say(['db', 'zrange', mid, 'z', '0', '-1'])).out).toBe('-8\tGrace\n10\tAda\n')
    await ask('db', 'hmset', mid, 'h', 'x', '1', 'y', '"2"')
    expect((await ask('db', 'hgetall', mid, 'h')).fields).toEqual([
      { field: 'x', value: 1 },
      { field: 'y', value: '2' },
    ])
    await ask('db', 'rpush', mid, 'l', 'one', 'two', 'three')
    expect((await ask('db', 'lrange', mid, 'l', '-2', '-1')).values).toEqual(['two', 'three'])
    expect((await ask('db', 'scan', mid, '--count', '2')).keys).toEqual(['a', 'b'])
    expect((await ask('db', 'scan', mid, '--after', 'a')).keys).toEqual(['b', 'c'])
    const wrong = await say(['db', 'mset', mid, 'alone'])
    expect(wrong.status).toBe(2)
  })

  it('are apps, uploaded again only where they changed', async () => {
    const dir = join(folder, 'chess')
    await mkdir(dir)
    expect((await say(['app', 'upload', dir])).status).toBe(1)
    writeFileSync(join(dir, 'index.html'), '<title>Chess</title>')
    writeFileSync(join(dir, 'old.js'), 'old')
    const first = await ask('app', 'upload', dir)
    expect(first).toMatchObject({ version: 1, uploaded: 2 })
    expect(await ask('app', 'upload', dir)).toMatchObject({
      mid: first.mid,
      version: 1,
      uploaded: 0,
    })
    rmSync(join(dir, 'old.js'))
    writeFileSync(join(dir, 'new.js'), 'new')
    const second = await ask('app', 'upload', dir, '--release')
    expect(second).toMatchObject({ mid: first.mid, version: 2, uploaded: 1, removed: 1 })
    const { apps } = await ask('app', 'list')
    expect(apps).toMatchObject([{ mid: first.mid, title: 'Chess', release: 2 }])
    const open = await ask('app', 'open', `${String(first.mid)}:1`)
    expect(String(open.address)).toMatch(/^http:\/\/[0-9a-z]+-v1\.localhost:\d+\/$/)
  })
})

describe('people by the command line', () => {
  it('are added, the first as the owner, and sign in', async () => {
    const first = await ask('user', 'add', 'ada')
    expect(first).toMatchObject({ name: 'ada', owner: true })
    expect(await ask('user', 'add', 'grace')).toMatchObject({ name: 'grace', owner: false })
    const { users } = await ask('user', 'list')
    expect((users as { name: string }[]).map(({ name }) => name).sort()).toEqual(['ada', 'grace'])
    const remote = ['--node', running.address, '--user', 'grace']
    const { units } = await ask('mimei', 'list', ...remote)
    expect((units as { mine: boolean }[]).filter(({ mine }) => mine)).toEqual([])
    const stop = await say(['stop', ...remote])
    expect([stop.status, stop.notes[0]]).toMatchObject([1, expect.stringContaining('OWNER_NEEDED')])
  })

  it('have keys and passports', async () => {
    const file = join(folder, 'me.key')
    const { id } = await ask('key', '--out', file)
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600')
    expect((await ask('key', '--show', file)).id).toBe(id)
    expect((await say(['key', '--out', file])).status).toBe(1)
    const { passport, signer } = await ask('passport', '--key', file, '--node', running.id)
    expect(signer).toBe(id)
    expect(await ask('passport', 'verify', passport)).toMatchObject({ id, node: running.id })
    const remote = ['--node', running.address, '--key', file]
    expect(await ask('mimei', 'list', ...remote)).toHaveProperty('units')
    const stranger = await say(['status', ...remote])
    expect(stranger.notes[0]).toMatch(/^error ACCOUNT_NEEDED: /)
    const broken = await say(['passport', 'verify', 'nonsense'])
    expect(broken.notes[0]).toMatch(/^error PASSPORT_INVALID: /)
  })
})

describe('the doctor', () => {
  it('finds all well', async () => {
    const { corrupt, problems } = await ask('doctor')
    expect([corrupt, problems]).toEqual([[], []])
  })
})

describe('an error', () => {
  it('is one line on stderr and an exit status, with --json too', async () => {
    const cases: readonly [string[], number, RegExp][] = [
      [['nonsense'], 2, /^error USAGE: /],
      [['mimei', 'show', 'x'], 1, /^error BAD_INPUT: /],
      [['mimei', 'show', 'h3PPmr6HVHrmaV_WAbnEP6t3x87'], 1, /^error MIMEI_UNKNOWN: /],
      [['mimei', 'get', 'x', '--json'], 2, /^error USAGE: /],
      [['status', '--node', 'http://127.0.0.1:9'], 1, /^error NODE_UNREACHABLE: /],
      [['mimei', 'list', '--node', running.address], 1, /^error SESSION_NEEDED: /],
      [['mimei', 'add', 'x', '/nowhere/at/all'], 1, /^error FILE_UNUSABLE: /],
    ]
    for (const [line, status, note] of cases) {
      const said = await say([...line, '--json'])
      expect([line, said.status, said.out]).toEqual([line, status, ''])
      expect(said.notes).toHaveLength(1)
      expect(said.notes[0]).toMatch(note)
    }
  })
})
