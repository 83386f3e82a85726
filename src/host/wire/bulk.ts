import { setFlagsFromString } from 'node:v8'

/** bytes within a second that count as much */
const muchBytes = 16 * 1024 * 1024
/** growth of the heap between two collections, in percent of what lives; 0 is V8's own rule */
const wide = 400
const usual = 0

let bytes = 0
let growth = usual
let timer: NodeJS.Timeout | undefined

function setGrowth(percent: number): void {
  growth = percent
  setFlagsFromString(`--heap-growing-percent=${percent}`)
}

function look(): void {
  timer = undefined
  if (bytes >= muchBytes) timer = setTimeout(look, 1000).unref()
  else if (growth === wide) setGrowth(usual)
  bytes = 0
}

/**
 * Messages came in or go out. V8 counts their buffers as part of its heap, and with a small heap it
 * collects after every few megabytes: a third of a core at full speed, to free next to nothing.
 * While much is moved the heap may grow further; a second later it is as lean as before.
 */
export function noteTraffic(count: number): void {
  bytes += count
  timer ??= setTimeout(look, 1000).unref()
  if (growth === usual && bytes >= muchBytes) setGrowth(wide)
}
