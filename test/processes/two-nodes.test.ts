/**
 * Real input, end to end: a documentation site, a built app, a gigabyte and names in many scripts
 * go into node A by the command line, are backed up and published, and node B serves the same bytes
 * with A stopped. Then a version travels live.
 */
import { createHash } from 'node:crypto'
import { createReadStream, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { get } from 'node:http'
import { join, relative } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { idToLabel } from '../../dist/base/index.js'
import { freshFolder, type NodeProcess, startNode, until } from './leither.js'

const gigabyte = 1_000_000_000

/** Names that people really give, in composed and decomposed forms, with characters that URLs use. */
const names = [
  'Überraschung.txt',
  'Überraschung (zerlegt).txt'.normalize('NFD'),
  '弥媒 說明.txt',
  'ملف.txt',
  'файл с пробелом.txt',
  'दस्तावेज़.txt',
  'party 🎉.txt',
  "100% #1? a&b=c;d+e 'f'.txt",
  'deep/один/二/three.txt',
]

interface Input {
  readonly folder: string
  /** relative paths of all files */
  readonly paths: readonly string[]
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
}

/** Debian's documentation of Python, its links followed: over a thousand files. */
function documentationSite(): Input {
  const folder = freshFolder()
  const installed = readdirSync('/usr/share/doc').find((name) => /^python3\.\d+$/.test(name))
  cpSync(`/usr/share/doc/${installed}/html`, folder, { recursive: true, dereference: true })
  return { folder, paths: filesUnder(folder) }
}

function namesInManyScripts(): Input {
  const folder = freshFolder()
  for (const name of names) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), `content of ${name}`)
  }
  return { folder, paths: names }
}

/** A file of a gigabyte whose every megabyte differs, without keeping it in memory. */
async function largeFile(): Promise<Input> {
  const folder = freshFolder()
  const file = await open(join(folder, 'large.bin'), 'w')
  const piece = Buffer.alloc(1_000_000)
  for (let at = 0; at < gigabyte; at += piece.length) {
    for (let i = 0; i < piece.length; i += 4096) piece.writeDoubleLE(at + i, i)
    await file.write(piece)
  }
  await file.close()
  return { folder, paths: ['large.bin'] }
}

const digestOf = async (content: AsyncIterable<Uint8Array>): Promise<string> => {
  const hash = createHash('sha256')
  for await (const piece of content) hash.update(piece)
  return hash.digest('hex')
}

/** The page that a browser gets under a host name of this machine. */
const pageAt = (port: number, host: string): Promise<string> =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, headers: { host: `${host}:${port}` } }, (answer) => {
      answer.setEncoding('utf8')
      let text = ''
      answer.on('data', (piece: string) => (text += piece))
      answer.on('end', () => (answer.statusCode === 200 ? resolve(text) : reject(new Error(text))))
    }).on('error', reject)
  })

const urlOf = (node: NodeProcess, mid: string, path: string): string =>
  `${node.address}/mm/${mid}:last/${path.split('/').map(encodeURIComponent).join('/')}`

/** Paths whose bytes at the node are not those of the folder. */
async function different(node: NodeProcess, mid: string, { folder, paths }: Input) {
  const wrong: string[] = []
  const check = async (path: string): Promise<void> => {
    const answer = await fetch(urlOf(node, mid, path))
    if (!answer.ok || answer.body === null) return void wrong.push(`${path}: ${answer.status}`)
    const served = await digestOf(answer.body)
    if (served !== (await digestOf(createReadStream(join(folder, path))))) wrong.push(path)
  }
  const waiting = [...paths]
  const worker = async (): Promise<void> => {
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) await check(path)
  }
  await Promise.all(Array.from({ length: 8 }, worker))
  return wrong
}

interface Made {
  mid: string
  version: number
  cid: string
  root: string
}

async function put(node: NodeProcess, mark: string, { folder }: Input): Promise<Made> {
  const { mid } = await node.ask<Made>(['mimei', 'create', mark, '--kind', 'file'])
  await node.ask(['mimei', 'add', mid, folder])
  const made = await node.ask<Made>(['mimei', 'backup', mid, '-m', mark])
  await node.ask(['mimei', 'publish', mid])
  return made
}

describe('two nodes', () => {
  let a: NodeProcess
  let b: NodeProcess
  const inputs: Record<string, Input> = {}
  const made: Record<string, Made> = {}

  beforeAll(async () => {
    inputs.site = documentationSite()
    inputs.scripts = namesInManyScripts()
    inputs.large = await largeFile()
    inputs.app = { folder: 'node_modules/reveal.js', paths: filesUnder('node_modules/reveal.js') }
    a = await startNode()
    b = await startNode(['--bootstrap', await a.wireAddress()])
  })

  it('takes a site, an app, a gigabyte and every script at A', async () => {
    expect(inputs.site.paths.length).toBeGreaterThan(1000)
    for (const name of ['site', 'scripts', 'large']) made[name] = await put(a, name, inputs[name])
    const { folder } = inputs.app
    made.app = await a.ask<Made>(['app', 'upload', folder, '--name', 'slides', '--release'])
    await a.ask(['mimei', 'publish', made.app.mid])
    for (const name of Object.keys(inputs)) {
      expect(made[name].version).toBe(1)
      expect(await different(a, made[name].mid, inputs[name])).toEqual([])
    }
  })

  it('brings all of it to B, block by block', async () => {
    for (const name of ['site', 'scripts', 'large']) {
      const synced = await b.ask<Made & { providers: string[] }>(['mimei', 'sync', made[name].mid])
      expect(synced).toMatchObject({ version: 1, cid: made[name].cid, root: made[name].root })
      expect(synced.providers).toContain(a.id)
    }
    await b.ask(['mimei', 'provide', made.app.mid])
    const { providers } = await b.ask<{ providers: { id: string }[] }>([
      'mimei',
      'providers',
      made.app.mid,
    ])
    expect(providers.map(({ id }) => id).sort()).toEqual([a.id, b.id].sort())
  })

  it('sees a new version at B as soon as A publishes it', async () => {
    const { mid } = made.app
    await a.ask(['mimei', 'put', mid, 'news.txt'], { input: 'fresh' })
    await a.ask(['mimei', 'backup', mid])
    await a.ask(['mimei', 'publish', mid])
    await until('version 2 at B', async () => {
      const { version } = await b.ask<{ version: number }>(['mimei', 'show', mid])
      return version === 2
    })
    expect(await (await fetch(urlOf(b, mid, 'news.txt'))).text()).toBe('fresh')
  })

  it('serves the same bytes from B with A stopped', async () => {
    expect(await a.stop()).toBe(0)
    for (const name of Object.keys(inputs)) {
      expect(await different(b, made[name].mid, inputs[name])).toEqual([])
    }
    // The unit's own web origin shows the site, and its content answers by CID too.
    const label = idToLabel(made.site.mid as never)
    const page = await pageAt(Number(new URL(b.address).port), `${label}.localhost`)
    expect(page).toContain('<title>')
    const byCid = await fetch(`${b.address}/ipfs/${made.site.root}/index.html`)
    expect(await byCid.text()).toBe(await readFile(join(inputs.site.folder, 'index.html'), 'utf8'))
  })

  it('downloads the whole folder again from B', async () => {
    const target = join(freshFolder(), 'out')
    expect((await b.say(['mimei', 'get', made.scripts.mid, '-o', target])).status).toBe(0)
    expect(filesUnder(target).sort()).toEqual([...names].sort())
    for (const name of names) {
      expect(await readFile(join(target, name), 'utf8')).toBe(`content of ${name}`)
    }
  })
})
