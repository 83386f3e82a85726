import { expect, it } from 'vitest'
import { fromText } from '#base'
import { diskContract, set } from '../disk.contract.js'
import { diskModelContract } from '../disk-model.contract.js'
import { filesContract } from '../files.contract.js'
import { memoryDisk } from './disk.js'

const open = async () => memoryDisk({ capacity: 2 ** 30 })

diskContract('memory disk', open)
filesContract('memory disk', open)
diskModelContract('memory disk', open, 300)

it('is full at its capacity, and takes writes again after removals', async () => {
  const disk = memoryDisk({ capacity: 100 })
  await disk.write([set('a', 'x'.repeat(50))])
  const full = { code: 'DISK_FULL' }
  await expect(disk.write([set('b', 'x'.repeat(50))])).rejects.toMatchObject(full)
  expect(disk.get(fromText('b'))).toBeUndefined()
  await expect(disk.files.write('f', new Uint8Array(60))).rejects.toMatchObject(full)
  await disk.write([set('a', 'x')])
  await disk.files.write('f', new Uint8Array(60))
  await disk.files.remove('f')
  await disk.write([set('b', 'x'.repeat(50))])
})
