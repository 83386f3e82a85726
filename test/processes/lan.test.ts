/**
 * Two boxes on a local network that nobody configured: each in a network namespace of its own, joined
 * by a cable (veth) that can be pulled. They find each other by mDNS.
 */
import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshFolder, type NodeProcess, startNode, until } from './leither.js'

const spaces = [`leither-a-${process.pid}`, `leither-b-${process.pid}`]
const cable = [`lta${process.pid}`, `ltb${process.pid}`]
const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: 'pipe' })

beforeAll(() => {
  for (const space of spaces) ip('netns', 'add', space)
  ip('link', 'add', cable[0], 'type', 'veth', 'peer', 'name', cable[1])
  spaces.forEach((space, i) => {
    ip('link', 'set', cable[i], 'netns', space)
    ip('-n', space, 'address', 'add', `10.77.0.${i + 1}/24`, 'dev', cable[i])
    ip('-n', space, 'link', 'set', 'lo', 'up')
    ip('-n', space, 'link', 'set', cable[i], 'up')
    ip('-n', space, 'route', 'add', 'default', 'dev', cable[i])
  })
})

afterAll(() => {
  for (const space of spaces) ip('netns', 'delete', space)
})

const pull = (state: 'up' | 'down'): void => ip('-n', spaces[0], 'link', 'set', cable[0], state)

interface Shown {
  readonly mid: string
  readonly version: number
}

const versionAt = async (node: NodeProcess, mid: string): Promise<number> => {
  const said = await node.say(['mimei', 'show', mid, '--json'])
  return said.status === 0 ? (JSON.parse(said.stdout) as Shown).version : 0
}

describe('two boxes on a local network', () => {
  let a: NodeProcess
  let b: NodeProcess
  let mid = ''

  const nextVersion = async (text: string): Promise<void> => {
    await a.ask(['mimei', 'put', mid, 'news.txt'], { input: text })
    await a.ask(['mimei', 'backup', mid])
    await a.ask(['mimei', 'publish', mid])
  }

  it('find each other', async () => {
    a = await startNode([], freshFolder(), spaces[0])
    b = await startNode([], freshFolder(), spaces[1])
    await until('a peer at B', async () => (await b.ask<{ peers: number }>(['status'])).peers > 0)
  })

  it('hand a unit over by its id alone', async () => {
    const created = await a.ask<Shown>(['mimei', 'create', 'news', '--kind', 'file'])
    mid = created.mid
    await nextVersion('one')
    expect(await b.ask(['mimei', 'provide', mid])).toMatchObject({ version: 1 })
    await nextVersion('two')
    await until('version 2 at B', async () => (await versionAt(b, mid)) === 2)
  })

  it('catch up after the cable was out', async () => {
    pull('down')
    await nextVersion('three')
    expect(await versionAt(b, mid)).toBe(2)
    pull('up')
    ip('-n', spaces[0], 'route', 'replace', 'default', 'dev', cable[0])
    await until('version 3 at B', async () => (await versionAt(b, mid)) === 3, 180_000)
    const { stdout } = await b.say(['mimei', 'get', `${mid}:last`, 'news.txt'])
    expect(stdout).toBe('three')
  })

  it('fetch a closed unit only with a passport for that box', async () => {
    const { mid: closed } = await a.ask<Shown>(['mimei', 'create', 'diary', '--kind', 'file'])
    await a.ask(['mimei', 'right', closed, '--private'])
    await a.ask(['mimei', 'put', closed, 'today.txt'], { input: 'dear diary' })
    await a.ask(['mimei', 'backup', closed])
    const { addresses } = await a.ask<{ addresses: string[] }>(['status'])
    const from = addresses.find((address) => address.includes('10.77.0.1')) ?? ''
    const without = await b.say(['mimei', 'sync', closed, '--from', from])
    expect(without.status).toBe(1)
    const sign = ['passport', '--for-node', b.id, '--unit', closed]
    const { passport } = await a.ask<{ passport: string }>(sign)
    const fetched = await b.ask(['mimei', 'sync', closed, '--from', from, '--passport', passport])
    expect(fetched).toMatchObject({ mid: closed, version: 1 })
    const other = await a.ask<{ passport: string }>(['passport', '--for-node', a.id])
    const stolen = ['mimei', 'sync', closed, '--from', from, '--passport', other.passport]
    expect((await b.say(stolen)).status).toBe(1)
  })

  it('stop cleanly', async () => {
    expect([await a.stop(), await b.stop()]).toEqual([0, 0])
  })
})
