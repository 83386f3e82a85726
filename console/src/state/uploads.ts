/**
 * Uploads, by batch: what one drop or one choice of files brought. They go on while the person
 * looks at other screens, a few files at a time, each acknowledged by the node when it is safe on
 * its disk.
 */
import { refresh } from './data'
import { store } from './store'
import { sendFile } from './content'
import { call } from './node'

export interface Picked {
  /** path inside the unit's folder that it goes to */
  readonly path: string
  readonly file: File
}

export interface Picking {
  readonly files: readonly Picked[]
  /** folders that hold no files: they are made, too */
  readonly folders: readonly string[]
}

export interface Failed {
  readonly path: string
  readonly error: unknown
}

export interface Batch {
  readonly id: number
  readonly mid: string
  readonly folder: string
  /** name of what was dropped, or undefined for several things */
  readonly title: string | undefined
  readonly files: number
  readonly filesDone: number
  readonly bytes: number
  readonly bytesDone: number
  /** bytes per second of the last few seconds; undefined at the start */
  readonly rate: number | undefined
  readonly state: 'running' | 'done' | 'cancelled'
  readonly failed: readonly Failed[]
}

export const batches = store<readonly Batch[]>([])

/** files on their way at once: as many as browsers open connections to one node */
const parallel = 6
/** milliseconds between two drawings of the progress */
const beat = 200
/** milliseconds that good news stay */
const calm = 6000

let nextId = 1
const stops = new Map<number, AbortController>()
const files = new Map<number, readonly Picked[]>()

const update = (id: number, changes: Partial<Batch>): void =>
  batches.change((all) => all.map((batch) => (batch.id === id ? { ...batch, ...changes } : batch)))

export const cancel = (id: number): void => stops.get(id)?.abort()

export function dismiss(id: number): void {
  files.delete(id)
  batches.change((all) => all.filter((batch) => batch.id !== id))
}

/** Sends the files that failed once more. */
export function retry(batch: Batch): Promise<Batch> {
  const wanted = new Set(batch.failed.map(({ path }) => path))
  const again = files.get(batch.id)?.filter(({ path }) => wanted.has(path)) ?? []
  dismiss(batch.id)
  return upload(batch.mid, batch.folder, { files: again, folders: [] })
}

const join = (folder: string, path: string): string => (folder === '' ? path : `${folder}/${path}`)

function titleOf({ files: picked, folders }: Picking): string | undefined {
  const tops = new Set([...picked.map(({ path }) => path), ...folders].map((p) => p.split('/')[0]))
  return tops.size === 1 ? [...tops][0] : undefined
}

function begin(mid: string, folder: string, picking: Picking): Batch {
  const batch: Batch = {
    id: nextId++,
    mid,
    folder,
    title: titleOf(picking),
    files: picking.files.length,
    filesDone: 0,
    bytes: picking.files.reduce((sum, { file }) => sum + file.size, 0),
    bytesDone: 0,
    rate: undefined,
    state: 'running',
    failed: [],
  }
  batches.change((all) => [...all, batch])
  return batch
}

/** Speed over a sliding window, so that the time left is calm. @returns bytes per second */
function speedometer(): (done: number) => number | undefined {
  const marks: { at: number; done: number }[] = []
  return (done) => {
    const at = performance.now()
    marks.push({ at, done })
    while (marks.length > 2 && at - (marks[0]?.at ?? 0) > 5000) marks.shift()
    const first = marks[0]
    if (first === undefined || at - first.at < 800) return undefined
    return ((done - first.done) * 1000) / (at - first.at)
  }
}

/**
 * Sends files into a folder of a unit's working copy.
 * @param folder "" for the root
 * @returns the batch as it ended; it never rejects: what failed stands in it
 */
export async function upload(mid: string, folder: string, picking: Picking): Promise<Batch> {
  const { id } = begin(mid, folder, picking)
  const stop = new AbortController()
  stops.set(id, stop)
  files.set(id, picking.files)
  const sent = new Map<Picked, number>()
  const failed: Failed[] = []
  const measure = speedometer()
  let filesDone = 0
  const draw = (): void => {
    const bytesDone = [...sent.values()].reduce((sum, bytes) => sum + bytes, 0)
    update(id, { filesDone, bytesDone, rate: measure(bytesDone), failed: [...failed] })
  }
  const timer = setInterval(draw, beat)
  const queue = picking.files.values()

  const worker = async (): Promise<void> => {
    for (const picked of queue) {
      if (stop.signal.aborted) return
      try {
        const target = join(folder, picked.path)
        await sendFile({ mid, path: target }, picked.file, stop.signal, (bytes) =>
          sent.set(picked, bytes),
        )
        filesDone++
      } catch (error) {
        if (stop.signal.aborted) return
        failed.push({ path: picked.path, error })
      }
      sent.set(picked, picked.file.size)
    }
  }
  for (const path of picking.folders) {
    await call('files.mkdir', { mid, path: join(folder, path) }).catch((error: unknown) =>
      failed.push({ path, error }),
    )
  }
  await Promise.all(Array.from({ length: parallel }, worker))
  clearInterval(timer)
  stops.delete(id)
  draw()
  const state = stop.signal.aborted ? 'cancelled' : 'done'
  update(id, { state })
  refresh(`unit:${mid}`)
  // What went well needs no answer; what failed stays until somebody looks at it.
  if (failed.length === 0) setTimeout(() => dismiss(id), calm)
  return batches.get().find((batch) => batch.id === id) as Batch
}
