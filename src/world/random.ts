/** Randomness comes in by this door: the system's own, or a seed's. */
export interface Random {
  /** `count` fresh bytes (0 to 65,536). */
  bytes(count: number): Uint8Array
}
