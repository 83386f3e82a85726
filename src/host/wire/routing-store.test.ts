import { describe, expect, it } from 'vitest'
import { fromText, toText } from '#base'
import type { RecordRules } from '#world'
import { readRecord, recordKey, routingStore, splitRecordKey } from './routing-store.js'

const numbers: RecordRules = {
  validate: () => undefined,
  select: (_key, [a, b]) => (Number(toText(a)) >= Number(toText(b)) ? 0 : 1),
}

/** A libp2p record: fields 1 (key), 2 (value) and 5 (time) of a protobuf message. */
function libp2pRecord(key: Uint8Array, value: string): Uint8Array {
  const field = (number: number, bytes: Uint8Array): Uint8Array =>
    Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes])
  const parts = [
    field(1, key),
    field(2, fromText(value)),
    field(5, fromText('2026-01-01T00:00:00Z')),
  ]
  return Buffer.concat(parts)
}

type Store = ReturnType<typeof routingStore>
type Key = Parameters<Store['get']>[0]
const keyOf = (name: string): Key => ({ toString: () => name }) as Key

describe('the routing store', () => {
  const name = recordKey('numbers', fromText('a/b'))
  const at = keyOf('/dht/record/XYZ')
  const value = async (store: Store): Promise<string> =>
    toText(readRecord(await store.get(at))?.value ?? fromText(''))

  it('takes names apart at the first slash', () => {
    expect(splitRecordKey(name).keyspace).toBe('numbers')
    expect(toText(splitRecordKey(name).key)).toBe('a/b')
  })

  it('reads records, and nothing else', () => {
    expect(toText(readRecord(libp2pRecord(name, '7'))?.value ?? fromText(''))).toBe('7')
    const record = libp2pRecord(name, '7')
    for (let end = 0; end < record.length; end++) readRecord(record.subarray(0, end))
    expect(readRecord(record.subarray(0, 5))).toBeUndefined()
    expect(readRecord(Buffer.from([0x08, 0x01]))).toBeUndefined()
  })

  it('keeps the better record', async () => {
    const store = routingStore({ numbers })
    for (const [put, kept] of [
      ['5', '5'],
      ['3', '5'],
      ['5', '5'],
      ['9', '9'],
      ['1', '9'],
    ]) {
      await store.put(at, libp2pRecord(name, put))
      expect(await value(store)).toBe(kept)
    }
  })

  it('forgets the oldest when it is full', async () => {
    const store = routingStore({ numbers })
    const count = 5000
    for (let i = 0; i < count; i++) {
      await store.put(keyOf(`/dht/record/${i}`), libp2pRecord(name, '1'))
    }
    let kept = 0
    for await (const pair of store.query({ prefix: '/dht/record' }))
      kept += pair.value.length > 0 ? 1 : 0
    expect(kept).toBe(4096)
    expect(await store.has(keyOf('/dht/record/0'))).toBe(false)
    expect(await store.has(keyOf(`/dht/record/${count - 1}`))).toBe(true)
    expect(() => store.get(keyOf('/dht/record/0'))).toThrow(
      expect.objectContaining({ name: 'NotFoundError' }),
    )
  })
})
