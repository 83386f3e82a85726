import { describe, expect, it } from 'vitest'
import { limits, type KeyId } from '#base'
import { makeKey } from '#identity'
import { handClock, seededRandom } from '#world'
import { openDelays } from './delays.js'
import { openSessions, type SessionWords } from './sessions.js'
import { guest, localGuest, makeScene, passportOf, password } from './scene.contract.js'

describe('claiming a node', () => {
  it('is for its own machine, or for who has the code', async () => {
    const { as } = await makeScene({ claimCode: 'k7-blue-otter' })
    const words = { name: 'Ann', password }
    await expect(as(guest)('user.claim', words)).rejects.toMatchObject({ code: 'CLAIM_REFUSED' })
    const wrong = { ...words, code: 'k7-blue-trout' }
    await expect(as(guest)('user.claim', wrong)).rejects.toMatchObject({ code: 'CLAIM_REFUSED' })
    const session = await as(guest)('user.claim', { ...words, code: ' k7-blue-otter ' })
    expect(session).toMatchObject({ name: 'Ann', owner: true })
    const again = as(localGuest)('user.claim', { name: 'Eve', password })
    await expect(again).rejects.toMatchObject({ code: 'NODE_CLAIMED' })
  })

  it('without a code is for its own machine alone', async () => {
    const { as } = await makeScene()
    const words = { name: 'Ann', password, code: '' }
    await expect(as(guest)('user.claim', words)).rejects.toMatchObject({ code: 'CLAIM_REFUSED' })
  })

  it('by two at once has one winner', async () => {
    const { as } = await makeScene()
    const claims = ['Ann', 'Eve'].map((name) => as(localGuest)('user.claim', { name, password }))
    const ends = await Promise.allSettled(claims)
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('outlives the process', async () => {
    const first = await makeScene()
    await first.addUser(await first.claim(), 'Zoë')
    const { disk, key } = first
    const second = await makeScene({ disk, key, seed: 2 })
    const claim = second.as(localGuest)('user.claim', { name: 'Eve', password })
    await expect(claim).rejects.toMatchObject({ code: 'NODE_CLAIMED' })
    const { name, owner } = await second.as(guest)('session.login', { name: 'zoë', password })
    expect([name, owner]).toEqual(['Zoë', false])
  })
})

describe('a session', () => {
  it('lives an hour from its last use', async () => {
    const { as, claim, clock } = await makeScene()
    const sid = await claim()
    for (let i = 0; i < 3; i++) {
      clock.advance(limits.sessionMillis - 1)
      await as(sid)('session.who')
    }
    clock.advance(limits.sessionMillis)
    await expect(as(sid)('session.who')).rejects.toMatchObject({ code: 'SESSION_EXPIRED' })
  })

  it('of an old password ends when the password changes', async () => {
    const { as, claim, addUser } = await makeScene()
    const owner = await claim()
    const old = await addUser(owner, 'bob')
    const { sid } = await as(guest)('session.login', { name: 'bob', password })
    await as(sid)('user.passwd', { password, newPassword: 'a new password' })
    await expect(as(old)('session.who')).rejects.toMatchObject({ code: 'SESSION_EXPIRED' })
    expect(await as(sid)('session.who')).toMatchObject({ name: 'bob' })
    const others = { name: 'Ann', password, newPassword: 'a new password' }
    await expect(as(sid)('user.passwd', others)).rejects.toMatchObject({ code: 'OWNER_NEEDED' })
  })

  it('of a stranger makes room for one of an account', () => {
    const clock = handClock()
    const sessions = openSessions({ clock, random: seededRandom(1) })
    const words: SessionWords = {
      user: 'u'.repeat(27) as KeyId,
      name: '',
      owner: false,
      account: false,
      app: undefined,
      granted: [],
      key: undefined,
      parent: undefined,
    }
    const known = sessions.open({ ...words, account: true })
    const strangers = Array.from({ length: limits.sessions }, () => sessions.open(words))
    expect(sessions.peek(known.sid)).toBeDefined()
    expect(sessions.peek(strangers[0].sid)).toBeUndefined()
    const accounts = Array.from({ length: limits.sessions }, () =>
      sessions.open({ ...words, account: true }),
    )
    expect(sessions.peek(known.sid)).toBeUndefined()
    expect(() => sessions.open(words)).toThrow('try again later')
    clock.advance(limits.sessionMillis)
    expect(sessions.peek(accounts[0].sid)).toBeUndefined()
    expect(sessions.open(words)).toBeDefined()
  })
})

describe('wrong passwords', () => {
  it('cost time, by name and address, until the right one comes in time', async () => {
    const { as, claim, clock } = await makeScene()
    await claim()
    const login = (given: string, address = guest.address) =>
      as({ ...guest, address })('session.login', { name: 'Ann', password: given }).catch(
        (error: { code: string }) => error.code,
      )
    for (let i = 0; i < 4; i++) expect(await login('wrong')).toBe('LOGIN_REFUSED')
    expect(await login(password)).toBe('LOGIN_DELAYED')
    // Who guesses from elsewhere does not lock the owner out.
    expect(await login(password, '198.51.100.9')).toMatchObject({ name: 'Ann' })
    clock.advance(1000)
    expect(await login('wrong')).toBe('LOGIN_REFUSED')
    clock.advance(1000)
    expect(await login(password)).toBe('LOGIN_DELAYED')
    clock.advance(1000)
    expect(await login(password)).toMatchObject({ name: 'Ann' })
    expect(await login('wrong')).toBe('LOGIN_REFUSED')
  })

  it('given all at once win nothing', async () => {
    const { as, claim } = await makeScene()
    await claim()
    const guesses = Array.from({ length: 12 }, (_, i) =>
      as(guest)('session.login', { name: 'Ann', password: `guess ${i}` }),
    )
    const ends = await Promise.allSettled(guesses)
    const codes = ends.map((end) => (end as PromiseRejectedResult).reason.code as string)
    expect(codes.filter((code) => code === 'LOGIN_REFUSED').length).toBe(4)
    expect(codes.filter((code) => code === 'LOGIN_DELAYED').length).toBe(8)
  })

  it('of many names from one address cost time, too', () => {
    const clock = handClock()
    const delays = openDelays(clock)
    for (let i = 0; i < 20; i++) delays.attempt(`name ${i}`, '192.0.2.1')
    expect(() => delays.attempt('another', '192.0.2.1')).toThrow('wait 1 seconds')
    delays.attempt('another', '192.0.2.2')
    clock.advance(60 * 60 * 1000)
    delays.attempt('another', '192.0.2.1')
  })

  it('of names that nobody has are answered alike', async () => {
    const { as, claim } = await makeScene()
    await claim()
    const known = as(guest)('session.login', { name: 'Ann', password: 'x' })
    const unknown = as(guest)('session.login', { name: 'nobody', password: 'x' })
    const [a, b] = await Promise.allSettled([known, unknown])
    const message = (end: PromiseSettledResult<unknown>) =>
      ((end as PromiseRejectedResult).reason as Error).message
    expect(message(a)).toBe(message(b))
  })
})

describe('a passport', () => {
  it('of the node makes its owner, with the node’s key', async () => {
    const { as, show, key } = await makeScene()
    const sid = await show(key)
    expect(await as(sid)('session.who')).toMatchObject({ user: key.id, owner: true })
    const { mid } = await as(sid)('mimei.create', { mark: 'm', kind: 'database' })
    await as(sid)('db.set', { mid, key: 'a', value: 1 })
    expect(await as(sid)('mimei.backup', { mid })).toMatchObject({ version: 1 })
    expect(await as(sid)('mimei.show', { mid })).toMatchObject({ author: key.id, mine: true })
  })

  it('of a user makes that user, without a key', async () => {
    const { as, claim, addUser } = await makeScene()
    const bob = await addUser(await claim(), 'bob')
    const { mid } = await as(bob)('mimei.create', { mark: 'm', kind: 'database' })
    const { passport } = await as(bob)('passport.sign')
    const { sid } = await as(guest)('session.passport', { passport })
    expect(await as(sid)('session.who')).toMatchObject({ name: 'bob', owner: false })
    await as(sid)('db.set', { mid, key: 'a', value: 1 })
    for (const call of [
      as(sid)('mimei.backup', { mid }),
      as(sid)('mimei.create', { mark: 'n', kind: 'file' }),
      as(sid)('passport.sign'),
    ]) {
      await expect(call).rejects.toMatchObject({ code: 'KEY_NEEDED' })
    }
  })

  it.each([
    ['expired', { expires: -1 }, 'PASSPORT_EXPIRED'],
    ['of the future', { signed: 3_600_000, expires: 7_200_000 }, 'PASSPORT_INVALID'],
    ['for another node', { node: 'n'.repeat(27) as KeyId }, 'PASSPORT_ELSEWHERE'],
    ['for nodes', { certFor: 'sync' as const }, 'PASSPORT_INVALID'],
    ['for one bearer', { bearer: 'b'.repeat(27) as KeyId }, 'PASSPORT_INVALID'],
    ['for some units', { units: ['u'.repeat(27)] }, 'PASSPORT_INVALID'],
  ])('that is %s is refused', async (_, words, code) => {
    const { as, key, clock } = await makeScene()
    const now = clock.now()
    const times = {
      signed: now + ('signed' in words ? words.signed : 0),
      expires: now + ('expires' in words ? words.expires : 1000),
    }
    const passport = passportOf(key, { ...words, ...times }, now)
    await expect(as(guest)('session.passport', { passport })).rejects.toMatchObject({ code })
  })

  it('with a changed letter is refused', async () => {
    const { as, clock, random } = await makeScene()
    const passport = passportOf(makeKey(random), {}, clock.now())
    for (let at = 0; at < passport.length; at += 7) {
      const letter = passport[at] === 'A' ? 'B' : 'A'
      const changed = passport.slice(0, at) + letter + passport.slice(at + 1)
      const call = as(guest)('session.passport', { passport: changed })
      await expect(call).rejects.toMatchObject({ code: 'PASSPORT_INVALID' })
    }
  })
})
