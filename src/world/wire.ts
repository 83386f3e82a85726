/**
 * Wire: other nodes. Channels carry whole messages and stay open; topics reach all who listen;
 * records are found by key in the distributed hash table (paper, Part II, V).
 */

/** A peer on the wire, such as `12D3KooW…`; made from the node's own key. */
export type PeerName = string

export interface Peer {
  readonly name: PeerName
  /** public key of the node, 32 bytes, proven by the transport */
  readonly publicKey: Uint8Array
  /** addresses that the peer may be dialled at, multiaddr texts */
  readonly addresses: readonly string[]
}

/** A long-lived, ordered, authenticated stream of messages to one peer. */
export interface Channel {
  readonly peer: Peer
  /**
   * Resolves when the wire takes more (back-pressure).
   * @param message up to 4 MiB; several arrays are one message, sent without joining them first
   * @throws WireClosed
   */
  send(message: Uint8Array | readonly Uint8Array[]): Promise<void>
  /** Messages in order; ends when either side closes, throws WireClosed when the link broke. */
  messages(): AsyncIterableIterator<Uint8Array>
  close(): Promise<void>
}

/** Who may be believed in a keyspace of the hash table. Both are pure and run on every node. */
export interface RecordRules {
  /** @throws LeitherError where the record must not be stored or passed on */
  validate(key: Uint8Array, record: Uint8Array): void
  /** Index of the record to keep. */
  select(key: Uint8Array, records: readonly Uint8Array[]): number
}

export interface WireOptions {
  /** keyspace of the hash table -> its rules */
  readonly records: Readonly<Record<string, RecordRules>>
}

export interface Wire {
  /** This node as others see it; addresses may change while it runs. */
  self(): Peer
  /** Peers with a live connection. */
  peers(): readonly Peer[]
  /** Called when a peer connects or goes. @returns a function that stops it */
  onPeer(listener: (peer: Peer, state: 'here' | 'gone') => void): () => void
  /** Connects to an address. @throws PeerUnreachable */
  dial(address: string): Promise<Peer>
  /** Opens a channel, by a known peer's name or by address. @throws PeerUnreachable */
  open(target: PeerName | Peer, protocol: string): Promise<Channel>
  /** Takes channels that others open. @returns a function that stops it */
  accept(protocol: string, handler: (channel: Channel) => Promise<void>): () => void
  /** Sends to all who listen to a topic; 64 KiB at most. */
  announce(topic: string, message: Uint8Array): Promise<void>
  /** @returns a function that stops it */
  listen(topic: string, listener: (message: Uint8Array, from: PeerName) => void): () => void
  /** Stores a record on the nodes nearest to its key. Resolves also when no other node is there. */
  putRecord(keyspace: string, key: Uint8Array, record: Uint8Array): Promise<void>
  /** The best record by the keyspace's rules; undefined where nobody has one. */
  getRecord(keyspace: string, key: Uint8Array): Promise<Uint8Array | undefined>
  /** Says that this node holds what the key names. */
  provide(key: Uint8Array): Promise<void>
  unprovide(key: Uint8Array): Promise<void>
  /** Nodes that said so, nearest first, this one included. */
  findProviders(key: Uint8Array, most: number): Promise<readonly Peer[]>
  close(): Promise<void>
}
