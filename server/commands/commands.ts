import type { Permission } from "../model/access/permission.ts";
import { ensureCsrfKey } from "./access/ensure-csrf-key.ts";
import { recordAction } from "./access/record-action.ts";
import { signIn } from "./access/sign-in.ts";
import { signOut } from "./access/sign-out.ts";
import { changePassword } from "./account/change-password.ts";
import { changeProfile } from "./account/change-profile.ts";
import { addPasskey, offerPasskey, removePasskey } from "./account/passkeys.ts";
import {
  confirmSecondFactor,
  removeSecondFactor,
  renewRecoveryCodes,
  startSecondFactor,
  turnOffSecondFactor,
} from "./account/second-factor.ts";
import { endOtherSessions, endSession } from "./account/sessions.ts";
import type { CommandAdapters } from "./adapters.ts";
import { backUp } from "./backups/back-up.ts";
import { backUpBaton } from "./backups/back-up-baton.ts";
import { removeBackup } from "./backups/remove-backup.ts";
import { restoreBackup } from "./backups/restore-backup.ts";
import { setBackupPlace } from "./backups/set-place.ts";
import { setBackupPlan } from "./backups/set-plan.ts";
import { tryRestore } from "./backups/try-restore.ts";
import { applyChanges } from "./deployments/apply-changes.ts";
import { cancel } from "./deployments/cancel.ts";
import { deploy } from "./deployments/deploy.ts";
import { dismissFailure } from "./deployments/dismiss-failure.ts";
import { goBack } from "./deployments/go-back.ts";
import { redeploy } from "./deployments/redeploy.ts";
import { redeployProduct } from "./deployments/redeploy-product.ts";
import { retry } from "./deployments/retry.ts";
import { stop } from "./deployments/stop.ts";
import { createEnvironment } from "./environments/create-environment.ts";
import { removeEnvironment } from "./environments/remove-environment.ts";
import { changeMachine } from "./machines/change-machine.ts";
import { endCluster, startCluster } from "./machines/cluster.ts";
import { inviteMachine, withdrawMachineInvitation } from "./machines/invite-machine.ts";
import { beginJoin, checkJoin, noteJoined } from "./machines/join.ts";
import { removeMachine } from "./machines/remove-machine.ts";
import { changePerson, removePerson } from "./people/change-person.ts";
import { invite, withdrawInvitation } from "./people/invite.ts";
import { makeResetLink } from "./people/make-links.ts";
import { removeProvider, setProvider } from "./people/set-provider.ts";
import { changeProduct } from "./products/change-product.ts";
import { createProduct } from "./products/create-product.ts";
import { deleteProduct } from "./products/delete-product.ts";
import { deploySample } from "./products/deploy-sample.ts";
import { install } from "./products/install.ts";
import { uninstall } from "./products/uninstall.ts";
import { acceptPush } from "./pushes/accept-push.ts";
import { planPush } from "./pushes/plan-push.ts";
import { hideSetUp } from "./settings/hide-set-up.ts";
import { revealVariable } from "./settings/reveal-variable.ts";
import { scaleService } from "./settings/scale-service.ts";
import { setDomains } from "./settings/set-domains.ts";
import { setServiceSettings } from "./settings/set-service-settings.ts";
import { setVariables } from "./settings/set-variables.ts";
import { beginProviderSignIn, finishProviderSignIn } from "./sign-in/provider-sign-in.ts";
import { offerPasskeySignIn, signInWithPasskey } from "./sign-in/sign-in-with-passkey.ts";
import { signInWithPassword } from "./sign-in/sign-in-with-password.ts";
import { useLink } from "./sign-in/use-link.ts";
import { useSecondFactor } from "./sign-in/use-second-factor.ts";
import { freeSpace } from "./space/free-space.ts";
import { createToken } from "./tokens/create-token.ts";
import { revokeToken } from "./tokens/revoke-token.ts";
import { stampUses } from "./tokens/stamp-uses.ts";
import { checkRepository } from "./webhooks/check-repository.ts";
import { makeDeployKey } from "./webhooks/make-deploy-key.ts";
import { makeWebhookSecret } from "./webhooks/make-webhook-secret.ts";
import { createReceiveDelivery, type ReceiveDelivery } from "./webhooks/receive-delivery.ts";
import { redeliver } from "./webhooks/redeliver.ts";
import { refuseDelivery } from "./webhooks/refuse-delivery.ts";
import { removeDeployKey } from "./webhooks/remove-deploy-key.ts";
import { whyUnread } from "./webhooks/why-unread.ts";

/**
 * Each command with the right that it takes. Whoever calls one has asked for that right, or for one that includes it,
 * where the request came in; null is for those who are nobody yet, for forges and machines that join, and
 * for Baton itself.
 */
const commands = {
  deploy: { permission: "deploy", run: deploy },
  retry: { permission: "deploy", run: retry },
  redeploy: { permission: "deploy", run: redeploy },
  goBack: { permission: "restore", run: goBack },
  redeployProduct: { permission: "deploy", run: redeployProduct },
  applyChanges: { permission: "deploy", run: applyChanges },
  cancel: { permission: "deploy", run: cancel },
  stop: { permission: "stop", run: stop },
  dismissFailure: { permission: "deploy", run: dismissFailure },

  createProduct: { permission: "create-products", run: createProduct },
  deploySample: { permission: "create-products", run: deploySample },
  changeProduct: { permission: "settings", run: changeProduct },
  deleteProduct: { permission: "delete-product", run: deleteProduct },
  install: { permission: "install", run: install },
  uninstall: { permission: "install", run: uninstall },
  createEnvironment: { permission: "environments", run: createEnvironment },
  removeEnvironment: { permission: "environments", run: removeEnvironment },

  startCluster: { permission: "machines", run: startCluster },
  endCluster: { permission: "machines", run: endCluster },
  inviteMachine: { permission: "machines", run: inviteMachine },
  withdrawMachineInvitation: { permission: "machines", run: withdrawMachineInvitation },
  changeMachine: { permission: "machines", run: changeMachine },
  removeMachine: { permission: "machines", run: removeMachine },
  beginJoin: { permission: null, run: beginJoin },
  checkJoin: { permission: null, run: checkJoin },
  noteJoined: { permission: null, run: noteJoined },

  revealVariable: { permission: "variables", run: revealVariable },
  setVariables: { permission: "variables", run: setVariables },
  setServiceSettings: { permission: "settings", run: setServiceSettings },
  scaleService: { permission: "settings", run: scaleService },
  setDomains: { permission: "domains", run: setDomains },
  hideSetUp: { permission: "administer", run: hideSetUp },
  freeSpace: { permission: "administer", run: freeSpace },

  backUp: { permission: "back-up", run: backUp },
  backUpBaton: { permission: "administer", run: backUpBaton },
  tryRestore: { permission: "back-up", run: tryRestore },
  restoreBackup: { permission: "restore", run: restoreBackup },
  removeBackup: { permission: "restore", run: removeBackup },
  setBackupPlan: { permission: "settings", run: setBackupPlan },
  setBackupPlace: { permission: "administer", run: setBackupPlace },

  planPush: { permission: "push", run: planPush },
  acceptPush: { permission: "push", run: acceptPush },

  whyUnread: { permission: null, run: whyUnread },
  refuseDelivery: { permission: null, run: refuseDelivery },
  redeliver: { permission: "webhooks", run: redeliver },
  checkRepository: { permission: "webhooks", run: checkRepository },
  makeWebhookSecret: { permission: "webhooks", run: makeWebhookSecret },
  makeDeployKey: { permission: "webhooks", run: makeDeployKey },
  removeDeployKey: { permission: "webhooks", run: removeDeployKey },

  invite: { permission: "people", run: invite },
  withdrawInvitation: { permission: "people", run: withdrawInvitation },
  changePerson: { permission: "people", run: changePerson },
  removePerson: { permission: "people", run: removePerson },

  createToken: { permission: "tokens", run: createToken },
  revokeToken: { permission: "tokens", run: revokeToken },
  stampUses: { permission: null, run: stampUses },

  signInWithPassword: { permission: null, run: signInWithPassword },
  useSecondFactor: { permission: null, run: useSecondFactor },
  offerPasskeySignIn: { permission: null, run: offerPasskeySignIn },
  signInWithPasskey: { permission: null, run: signInWithPasskey },
  beginProviderSignIn: { permission: null, run: beginProviderSignIn },
  finishProviderSignIn: { permission: null, run: finishProviderSignIn },
  useLink: { permission: null, run: useLink },

  changeProfile: { permission: "account", run: changeProfile },
  changePassword: { permission: "account", run: changePassword },
  startSecondFactor: { permission: "account", run: startSecondFactor },
  confirmSecondFactor: { permission: "account", run: confirmSecondFactor },
  renewRecoveryCodes: { permission: "account", run: renewRecoveryCodes },
  turnOffSecondFactor: { permission: "account", run: turnOffSecondFactor },
  offerPasskey: { permission: "account", run: offerPasskey },
  addPasskey: { permission: "account", run: addPasskey },
  removePasskey: { permission: "account", run: removePasskey },
  endSession: { permission: "account", run: endSession },
  endOtherSessions: { permission: "account", run: endOtherSessions },

  makeResetLink: { permission: "people", run: makeResetLink },
  removeSecondFactor: { permission: "people", run: removeSecondFactor },
  setProvider: { permission: "administer", run: setProvider },
  removeProvider: { permission: "administer", run: removeProvider },

  ensureCsrfKey: { permission: null, run: ensureCsrfKey },
  signIn: { permission: null, run: signIn },
  signOut: { permission: null, run: signOut },
  recordAction: { permission: null, run: recordAction },
} satisfies Readonly<Record<string, DeclaredCommand>>;

interface DeclaredCommand {
  readonly permission: Permission | null;
  readonly run: (adapters: CommandAdapters, ...request: never[]) => Promise<unknown>;
}

/** The right that each command takes. Deliveries are signed by the forge. */
export const commandPermissions: Readonly<Record<keyof Commands, Permission | null>> = {
  ...(Object.fromEntries(Object.entries(commands).map(([name, { permission }]) => [name, permission])) as Record<
    keyof typeof commands,
    Permission | null
  >),
  receiveDelivery: null,
};

type Bound<C> = C extends (adapters: never, ...request: infer Request) => infer Outcome
  ? (...request: Request) => Outcome
  : never;

/**
 * Everything that a user, a push or a forge can ask of Baton. A command records the intent and returns; the worker or
 * the reconciler acts on it.
 */
export type Commands = { readonly [Name in keyof typeof commands]: Bound<(typeof commands)[Name]["run"]> } & {
  readonly receiveDelivery: ReceiveDelivery;
};

export function createCommands(adapters: CommandAdapters): Commands {
  const bound = Object.entries<DeclaredCommand>(commands).map(([name, { permission, run }]) => {
    if (permission === undefined) throw new Error(`the command ${name} names no permission`);
    return [name, run.bind(null, adapters)];
  });
  return { ...Object.fromEntries(bound), receiveDelivery: createReceiveDelivery(adapters) };
}
