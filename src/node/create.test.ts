import { describe, expect, it } from 'vitest'
import { makeKey } from '#identity'
import { handClock, memoryDisk, memoryLog, seededRandom } from '#world'
import { createNode } from './index.js'

const local = { sid: undefined, address: '127.0.0.1', local: true, origin: undefined }
it('works', async () => {
  const random = seededRandom(1)
  const node = await createNode(
    { key: makeKey(random), name: 'n', version: '1', address: 'http://localhost:4800/', network: false },
    { disk: memoryDisk(), clock: handClock(), random, log: memoryLog(), wire: undefined },
  )
  const s = await node.call('user.claim', { name: 'ann', password: 'correct horse' }, { caller: local })
  const me = { caller: { ...local, sid: s.sid } }
  const { mid } = await node.call('mimei.create', { mark: 'x', kind: 'file' }, me)
  console.log(await node.call('files.write', { mid, path: 'a/index.html', bytes: new TextEncoder().encode('<title>x</title>') }, me))
  console.log(await node.call('mimei.backup', { mid }, me))
  console.log(await node.call('mimei.show', { mid }, me))
  console.log(await node.call('files.list', { mid, path: 'a' }, { caller: local }))
  const d = await node.call('mimei.create', { mark: 'd', kind: 'database' }, me)
  await node.call('db.set', { mid: d.mid, key: 'a', value: { a: 1 } }, me)
  console.log(await node.call('db.get', { mid: d.mid, key: 'a' }, me))
  await expect(node.call('db.get', { mid: d.mid, key: 'a', version: 7 }, me)).rejects.toThrow('version')
  console.log(await node.call('node.status', {}, me))
})
