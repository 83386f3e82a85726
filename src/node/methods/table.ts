/** The table of all methods: a name of the contract -> its code. A missing one does not compile. */
import { openDatabaseAccess } from '../database-access.js'
import type { MethodTable } from '../method-table.js'
import type { Parts } from '../parts.js'
import { nodeCollect } from './node/collect.js'
import { nodeConnect } from './node/connect.js'
import { nodeDoctor } from './node/doctor.js'
import { nodeId } from './node/id.js'
import { nodePeers } from './node/peers.js'
import { nodeStatus } from './node/status.js'
import { nodeStop } from './node/stop.js'
import { sessionLogin } from './session/login.js'
import { sessionLogout } from './session/logout.js'
import { sessionPassport } from './session/passport.js'
import { sessionRedeem } from './session/redeem.js'
import { sessionWho } from './session/who.js'
import { userAdd } from './user/add.js'
import { userClaim } from './user/claim.js'
import { userList } from './user/list.js'
import { userPasswd } from './user/passwd.js'
import { passportSign } from './passport/sign.js'
import { mimeiAddRef } from './mimei/add-ref.js'
import { mimeiBackup } from './mimei/backup.js'
import { mimeiCreate } from './mimei/create.js'
import { mimeiDelRef } from './mimei/del-ref.js'
import { mimeiDiff } from './mimei/diff.js'
import { mimeiList } from './mimei/list.js'
import { mimeiLog } from './mimei/log.js'
import { mimeiProvide } from './mimei/provide.js'
import { mimeiProviders } from './mimei/providers.js'
import { mimeiPublish } from './mimei/publish.js'
import { mimeiRefs } from './mimei/refs.js'
import { mimeiRelease } from './mimei/release.js'
import { mimeiRemove } from './mimei/remove.js'
import { mimeiRestore } from './mimei/restore.js'
import { mimeiRight } from './mimei/right.js'
import { mimeiSetDefaultApp } from './mimei/set-default-app.js'
import { mimeiShow } from './mimei/show.js'
import { mimeiSync } from './mimei/sync.js'
import { mimeiUnprovide } from './mimei/unprovide.js'
import { mimeiUnpublish } from './mimei/unpublish.js'
import { filesAppend } from './files/append.js'
import { filesCopy } from './files/copy.js'
import { filesList } from './files/list.js'
import { filesMkdir } from './files/mkdir.js'
import { filesRead } from './files/read.js'
import { filesRemove } from './files/remove.js'
import { filesRename } from './files/rename.js'
import { filesStat } from './files/stat.js'
import { filesTruncate } from './files/truncate.js'
import { filesWrite } from './files/write.js'
import { appAbout } from './app/about.js'
import { appGrant } from './app/grant.js'
import { appList } from './app/list.js'
import { appRevoke } from './app/revoke.js'
import { eventsSubscribe } from './events/subscribe.js'
import { eventsUnsubscribe } from './events/unsubscribe.js'
import { hashMethods } from './db/hash.js'
import { keysMethods } from './db/keys.js'
import { listMethods } from './db/list.js'
import { setMethods } from './db/set.js'
import { stringMethods } from './db/string.js'
import { transactionMethods } from './db/transaction.js'
import { zsetMethods } from './db/zset.js'

type NodeNames = Extract<keyof MethodTable, `node.${string}`>

const nodeMethods = (parts: Parts): Pick<MethodTable, NodeNames> => ({
  'node.collect': nodeCollect(parts),
  'node.connect': nodeConnect(parts),
  'node.doctor': nodeDoctor(parts),
  'node.id': nodeId(parts),
  'node.peers': nodePeers(parts),
  'node.status': nodeStatus(parts),
  'node.stop': nodeStop(parts),
})

type SessionNames = Extract<keyof MethodTable, `session.${string}`>

const sessionMethods = (parts: Parts): Pick<MethodTable, SessionNames> => ({
  'session.login': sessionLogin(parts),
  'session.logout': sessionLogout(parts),
  'session.passport': sessionPassport(parts),
  'session.redeem': sessionRedeem(parts),
  'session.who': sessionWho(),
})

type UserNames = Extract<keyof MethodTable, `user.${string}`>

const userMethods = (parts: Parts): Pick<MethodTable, UserNames> => ({
  'user.add': userAdd(parts),
  'user.claim': userClaim(parts),
  'user.list': userList(parts),
  'user.passwd': userPasswd(parts),
})

type PassportNames = Extract<keyof MethodTable, `passport.${string}`>

const passportMethods = (parts: Parts): Pick<MethodTable, PassportNames> => ({
  'passport.sign': passportSign(parts),
})

type MimeiNames = Extract<keyof MethodTable, `mimei.${string}`>

const mimeiMethods = (parts: Parts): Pick<MethodTable, MimeiNames> => ({
  'mimei.addRef': mimeiAddRef(parts),
  'mimei.backup': mimeiBackup(parts),
  'mimei.create': mimeiCreate(parts),
  'mimei.delRef': mimeiDelRef(parts),
  'mimei.diff': mimeiDiff(parts),
  'mimei.list': mimeiList(parts),
  'mimei.log': mimeiLog(parts),
  'mimei.provide': mimeiProvide(parts),
  'mimei.providers': mimeiProviders(parts),
  'mimei.publish': mimeiPublish(parts),
  'mimei.refs': mimeiRefs(parts),
  'mimei.release': mimeiRelease(parts),
  'mimei.remove': mimeiRemove(parts),
  'mimei.restore': mimeiRestore(parts),
  'mimei.right': mimeiRight(parts),
  'mimei.setDefaultApp': mimeiSetDefaultApp(parts),
  'mimei.show': mimeiShow(parts),
  'mimei.sync': mimeiSync(parts),
  'mimei.unprovide': mimeiUnprovide(parts),
  'mimei.unpublish': mimeiUnpublish(parts),
})

type FilesNames = Extract<keyof MethodTable, `files.${string}`>

const filesMethods = (parts: Parts): Pick<MethodTable, FilesNames> => ({
  'files.append': filesAppend(parts),
  'files.copy': filesCopy(parts),
  'files.list': filesList(parts),
  'files.mkdir': filesMkdir(parts),
  'files.read': filesRead(parts),
  'files.remove': filesRemove(parts),
  'files.rename': filesRename(parts),
  'files.stat': filesStat(parts),
  'files.truncate': filesTruncate(parts),
  'files.write': filesWrite(parts),
})

type AppNames = Extract<keyof MethodTable, `app.${string}`>

const appMethods = (parts: Parts): Pick<MethodTable, AppNames> => ({
  'app.about': appAbout(parts),
  'app.grant': appGrant(parts),
  'app.list': appList(parts),
  'app.revoke': appRevoke(parts),
})

type EventsNames = Extract<keyof MethodTable, `events.${string}`>

const eventsMethods = (): Pick<MethodTable, EventsNames> => ({
  'events.subscribe': eventsSubscribe(),
  'events.unsubscribe': eventsUnsubscribe(),
})

export function methodTable(parts: Parts): MethodTable {
  const database = openDatabaseAccess(parts.access, parts.transactions)
  return {
    ...nodeMethods(parts),
    ...sessionMethods(parts),
    ...userMethods(parts),
    ...passportMethods(parts),
    ...mimeiMethods(parts),
    ...filesMethods(parts),
    ...appMethods(parts),
    ...eventsMethods(),
    ...stringMethods(database),
    ...hashMethods(database),
    ...listMethods(database),
    ...setMethods(database),
    ...zsetMethods(database),
    ...keysMethods(database),
    ...transactionMethods(parts),
  }
}
