/** identity: keys, signatures, sealed keys, passports. Pure. White paper: Part I, 4.1 and VII. */
export * from './errors.js'
export {
  type Domain,
  type Key,
  keyFromSeed,
  type LedgerDomain,
  makeKey,
  type PublicKey,
  sign,
  type Signatures,
  signatures,
  verify,
} from './keys.js'
export {
  checkPassport,
  type Passport,
  type PassportWords,
  readPassport,
  signPassport,
} from './passport.js'
export { openKey, type SealedKey, sealKey } from './sealed.js'
