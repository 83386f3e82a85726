/**
 * simulator: the other world. One seed decides everything: network, disks, clocks, faults, hostile
 * nodes, work. Invariants are checked as it runs; a failing seed replays and shrinks.
 * White paper: Part II, IX; protocol OL-1, D 4.2 to 4.5.
 */
export { simulatedCast } from './cast.js'
export * from './checker.js'
export * from './errors.js'
export { expand, hostileWish, type Wishes } from './expand.js'
export { faultKinds } from './fault-draw.js'
export { type Failure, type Outcome, play, type RunOptions } from './run.js'
export * from './scenario.js'
export { playTwice, scenarioOf } from './simulate.js'
export * from './streams.js'
export { layTripwire, type Tripwire } from './tripwire.js'
export * from './command.js'
export { shrink, type StillFails } from './shrink.js'
export { type Recorder, recorder } from './picture.js'
export { modelCheck } from '#bookkeeper'
