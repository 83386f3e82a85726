import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fromText } from '#base'
import { type Disk, memoryLog } from '#world'
import { diskContract, set, unset } from '../world/disk.contract.js'
import { diskModelContract } from '../world/disk-model.contract.js'
import { filesContract } from '../world/files.contract.js'
import { openDisk } from './disk.js'

const homes: string[] = []

async function newHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'leither-disk-'))
  homes.push(home)
  return home
}
const open = async (): Promise<Disk> => openDisk({ home: await newHome() })

afterAll(async () => {
  for (const home of homes) await rm(home, { recursive: true, force: true })
})

diskContract('disk', open)
filesContract('disk', open)
diskModelContract('disk', open, 60)

describe('a home', () => {
  it('keeps keys and files over a restart', async () => {
    const home = await newHome()
    const first = await openDisk({ home })
    await first.write([set('a', '1'), set('b', '2')])
    void first.write([unset('b'), set('c', '3')], { durable: false })
    await first.files.write('x/y', fromText('file'))
    await first.close()
    const second = await openDisk({ home })
    expect(second.get(fromText('a'))).toEqual(fromText('1'))
    expect(second.get(fromText('b'))).toBeUndefined()
    expect(second.get(fromText('c'))).toEqual(fromText('3'))
    expect(await second.files.read('x/y')).toEqual(fromText('file'))
    await second.close()
  })

  it('is opened by one node at a time', async () => {
    const home = await newHome()
    const first = await openDisk({ home })
    await first.files.write('a', fromText('a'))
    const locked = { code: 'HOME_IN_USE', data: { home } }
    await expect(openDisk({ home })).rejects.toMatchObject(locked)
    await first.close()
    const second = await openDisk({ home })
    expect(await second.files.read('a')).toEqual(fromText('a'))
    await second.close()
  })

  it('is closed to other users', async () => {
    const home = join(await newHome(), 'new')
    const disk = await openDisk({ home })
    await disk.files.write('a/b', fromText('a'))
    const mode = async (path: string): Promise<number> => (await stat(path)).mode & 0o777
    expect(await mode(home)).toBe(0o700)
    expect(await mode(join(home, 'store'))).toBe(0o700)
    expect(await mode(join(home, 'files/a'))).toBe(0o700)
    expect(await mode(join(home, 'files/a/b'))).toBe(0o600)
    await disk.close()
  })

  it('is swept of unfinished files when it opens', async () => {
    const home = await newHome()
    await (await openDisk({ home })).close()
    await writeFile(join(home, 'unfinished/1'), 'half')
    const log = memoryLog()
    const disk = await openDisk({ home, log })
    expect(await readdir(join(home, 'unfinished'))).toEqual([])
    expect(log.lines).toMatchObject([{ level: 'info', facts: { files: 1 } }])
    await disk.files.write('a', fromText('a'))
    expect(await readdir(join(home, 'unfinished'))).toEqual([])
    await disk.close()
  })

  it('that cannot be made is told so', async () => {
    const home = await newHome()
    await writeFile(join(home, 'file'), '')
    await expect(openDisk({ home: join(home, 'file/below') })).rejects.toMatchObject({
      code: 'DISK_FAILED',
    })
  })
})

it('refuses writes while too much waits, and shows nothing of them', async () => {
  const disk = await openDisk({ home: await newHome(), maxPendingBytes: 10_000 })
  const first = disk.write([set('a', 'x'.repeat(20_000))])
  await expect(disk.write([set('b', '1')])).rejects.toMatchObject({ code: 'DISK_BUSY' })
  expect(disk.get(fromText('b'))).toBeUndefined()
  await first
  await disk.write([set('b', '2')])
  await disk.close()
})
