/**
 * host: the real world behind the doors of `world`: the system's clock and randomness, the disk,
 * log files, the network. The only owner of sockets and files.
 * White paper: Part I, 4 (the node).
 */
export { systemClock } from './clock.js'
export { type DiskOptions, openDisk } from './disk.js'
export { fileLog, type FileLogOptions, silentLog } from './log.js'
export { systemRandom } from './random.js'
export { openWire, type OpenWireOptions } from './wire.js'
