/** rights: who may do what to a unit; one pure function. White paper: Part I, 3.1 and 4.2. */
export { type Action, demand, may, RightMissing } from './may.js'
export { type Entry, type Principal, rightWords, type UnitRights } from './principal.js'
